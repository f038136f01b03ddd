// The colours of ANSI escape sequences (ECMA-48, SGR) as pieces of text. Nothing else a log says is obeyed: other
// escapes, control characters and characters that turn the direction of writing are shown.

const MOST_PIECES = 2000;
const ODD = /\x1b\[([0-9;:]{0,64})m|[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const STYLES = { 1: "a-bold", 2: "a-dim", 3: "a-italic", 4: "a-underline", 7: "a-inverse", 9: "a-strike" };
const OFF = { 22: ["a-bold", "a-dim"], 23: ["a-italic"], 24: ["a-underline"], 27: ["a-inverse"], 29: ["a-strike"] };

/** The pieces of a line: `{ text, classes, color, background }`, in order. Takes time in proportion to its length. */
export function pieces(line) {
  const found = [];
  let pen = plain(), at = 0;
  const add = (text, look) => {
    const last = found.at(-1);
    if (last && last.key === look.key && last.odd === look.odd) last.text += text;
    else if (text) found.push({ ...look, text });
  };
  for (const match of line.matchAll(ODD)) {
    if (found.length >= MOST_PIECES) break;
    add(line.slice(at, match.index), pen);
    at = match.index + match[0].length;
    if (match[1] === undefined) add(visible(match[0]), { ...pen, odd: true });
    else pen = changed(pen, match[1]);
  }
  add(line.slice(at).replace(ODD, (odd) => visible(odd[0])), pen);
  return found;
}

/** The line as it is read, without colours; what a search looks through. */
export function bare(line) {
  return line.replace(ODD, (odd, sgr) => (sgr === undefined ? visible(odd) : ""));
}

function plain() {
  return { classes: new Set(), color: "", background: "", key: "", odd: false };
}

function visible(character) {
  const code = character.codePointAt(0);
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** The pen after the parameters of one SGR sequence. */
function changed(pen, parameters) {
  let next = { ...pen, classes: new Set(pen.classes) };
  const codes = parameters.split(/[;:]/).map(Number);
  while (codes.length) {
    const code = codes.shift();
    if (code === 0) next = plain();
    else if (STYLES[code]) next.classes.add(STYLES[code]);
    else if (OFF[code]) OFF[code].forEach((name) => next.classes.delete(name));
    else if (code === 38 || code === 48) paint(next, code === 38 ? "f" : "b", extended(codes));
    else if (code === 39 || code === 49) paint(next, code === 39 ? "f" : "b", "");
    else if (code >= 30 && code <= 37) paint(next, "f", code - 30);
    else if (code >= 40 && code <= 47) paint(next, "b", code - 40);
    else if (code >= 90 && code <= 97) paint(next, "f", code - 82);
    else if (code >= 100 && code <= 107) paint(next, "b", code - 92);
  }
  next.key = [...next.classes, next.color, next.background].join(" ");
  return next;
}

/** A colour is one of the sixteen by number, any other as CSS, or none. */
function paint(pen, layer, color) {
  for (let number = 0; number < 16; number++) pen.classes.delete(layer + number);
  const named = typeof color === "number";
  if (named) pen.classes.add(layer + color);
  pen[layer === "f" ? "color" : "background"] = named ? "" : color;
}

/** The colour after 38 or 48: `5;n` of the 256, or `2;r;g;b`. */
function extended(codes) {
  const kind = codes.shift();
  if (kind === 2) return rgb(...codes.splice(0, 3));
  if (kind !== 5) return "";
  const number = codes.shift();
  if (!(number >= 16 && number <= 255)) return number >= 0 && number < 16 ? number : "";
  if (number >= 232) return rgb(...Array(3).fill(8 + (number - 232) * 10));
  const level = (step) => (step ? 55 + step * 40 : 0);
  const cube = number - 16;
  return rgb(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function rgb(...parts) {
  return parts.length === 3 && parts.every((part) => part >= 0 && part <= 255) ? `rgb(${parts.join(" ")})` : "";
}
