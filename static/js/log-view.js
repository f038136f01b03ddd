// Draws the lines of a log: blocks of lines that the browser lays out only when they are in view, the oldest dropped.

import { bare, pieces } from "./ansi.js";

const MOST_LINES = 20_000;
const BLOCK = 200; // lines
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) /;

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
const whole = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
export const count = new Intl.NumberFormat("en-GB");

export class LogView {
  #place;
  #droppedMark;
  #blocks = [];
  #held = 0;
  #dropped = 0;
  #query = "";
  #open = null;

  /** Draws into `place`; says in `droppedMark` how many older lines are gone. */
  constructor(place, droppedMark) {
    this.#place = place;
    this.#droppedMark = droppedMark;
  }

  get held() {
    return this.#held;
  }

  clear() {
    this.#place.replaceChildren();
    this.#blocks = [];
    this.#held = this.#dropped = 0;
    this.#open = null;
    this.#droppedMark.hidden = true;
  }

  /** Draws a line; `complete` false: more of it may come, by another call. */
  draw(raw, complete) {
    if (this.#open) this.#fill(this.#open, raw);
    else this.#open = this.#add(raw);
    if (complete) this.#open = null;
  }

  /** Takes a line back that is not complete: it comes again. */
  rewind() {
    if (!this.#open) return;
    this.#blocks.at(-1).lines -= 1;
    this.#held -= 1;
    this.#open.remove();
    this.#open = null;
  }

  /** A line of ours between theirs; `kind` is "gap" where lines may be missing. */
  mark(text, kind = "") {
    const mark = document.createElement("p");
    mark.className = `mark-line ${kind}`;
    mark.textContent = text;
    this.#block().node.append(mark);
    this.#open = null;
  }

  /** Marks `query` in every line, whatever the case of its letters; returns how many lines have it. */
  search(query) {
    this.#query = query.toLowerCase();
    for (const line of this.#place.getElementsByClassName("ln")) {
      const before = line.classList.contains("has-match");
      if (before || (this.#query && bare(line.text).toLowerCase().includes(this.#query))) this.#write(line);
    }
    return this.matches.length;
  }

  get matches() {
    return this.#place.getElementsByClassName("has-match");
  }

  /** Goes to the next line that matches, or (`step` -1) to the one before; past an end to the other end. */
  goToMatch(step) {
    const all = [...this.matches];
    const current = this.#place.querySelector(".is-found");
    current?.classList.remove("is-found");
    const at = current ? all.indexOf(current) + step : step > 0 ? 0 : -1;
    const next = all.at(at % all.length);
    next?.classList.add("is-found");
    next?.scrollIntoView({ block: "center" });
    return next ? all.indexOf(next) + 1 : 0;
  }

  #add(raw) {
    const line = document.createElement("div");
    line.className = "ln";
    line.append(document.createElement("time"), document.createElement("p"));
    const block = this.#block();
    block.node.append(line);
    block.lines += 1;
    this.#held += 1;
    this.#fill(line, raw);
    this.#dropOldest();
    return line;
  }

  #fill(line, raw) {
    const stamp = STAMP.exec(raw);
    const moment = stamp && new Date(stamp[1]);
    if (moment && !Number.isNaN(moment.valueOf())) {
      const [time] = line.children;
      time.dateTime = stamp[1];
      time.textContent = clock.format(moment);
      time.title = `${whole.format(moment)}\n${stamp[1]}`;
    }
    line.text = (stamp ? raw.slice(stamp[0].length) : raw).replace(/\r$/, "");
    this.#write(line);
  }

  #write(line) {
    const found = this.#query ? places(bare(line.text).toLowerCase(), this.#query) : [];
    line.classList.toggle("has-match", found.length > 0);
    line.lastChild.replaceChildren(...nodes(pieces(line.text), found, this.#query.length));
  }

  #block() {
    const last = this.#blocks.at(-1);
    if (last && last.lines < BLOCK) return last;
    const node = document.createElement("div");
    node.className = "lines";
    this.#place.append(node);
    this.#blocks.push({ node, lines: 0 });
    return this.#blocks.at(-1);
  }

  #dropOldest() {
    while (this.#held > MOST_LINES) {
      const oldest = this.#blocks.shift();
      oldest.node.remove();
      this.#held -= oldest.lines;
      this.#dropped += oldest.lines;
      this.#droppedMark.hidden = false;
      this.#droppedMark.textContent = `${count.format(this.#dropped)} older lines dropped; the download has them`;
    }
  }
}

/** Where `query` begins in `text`. */
function places(text, query) {
  const found = [];
  for (let at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + query.length)) found.push(at);
  return found;
}

/** Text nodes and spans for the pieces of a line, with `<mark>` around what was found. */
function nodes(parts, found, length) {
  const made = [];
  let at = 0, next = 0;
  for (const part of parts) {
    const end = at + part.text.length;
    let from = at;
    const cut = (to, marked) => {
      if (to > from) made.push(node(part, part.text.slice(from - at, to - at), marked));
      from = to;
    };
    while (next < found.length && found[next] < end) {
      cut(Math.max(from, found[next]), false);
      const stop = found[next] + length;
      cut(Math.min(stop, end), true);
      if (stop > end) break;
      next += 1;
    }
    cut(end, false);
    at = end;
  }
  return made;
}

function node({ classes, color, background, odd }, text, marked) {
  const styled = classes.size || color || background || odd;
  if (!styled && !marked) return document.createTextNode(text);
  const made = document.createElement(marked ? "mark" : "span");
  made.textContent = text;
  made.className = [...classes, ...(odd ? ["odd"] : [])].join(" ");
  if (color) made.style.color = color;
  if (background && !marked) made.style.backgroundColor = background;
  return made;
}
