// One line of a log, or a note between lines, as an element.

import { bare, pieces } from "../ansi.js";
import { h, icon } from "./dom.js";
import { lengthOf, loadButton } from "./gaps.js";
import { inWords, objectOf } from "./json-lines.js";
import { GAP, INHERITED, LINE, UNASKED } from "./lines.js";
import { bodyOf } from "./matching.js";
import { ERROR, LETTERS, WARN } from "./severity.js";
import { shortTime, stampOf } from "./stamps.js";

/** Draws entry `id` of `lines`. `look`: `{ times, sources, json, fields, expanded, missing, spans(id, text), marked }`. */
export function drawn(id, lines, look) {
  const kind = lines.kind(id), source = look.sources.all[lines.source(id)];
  if (kind === LINE) return line(id, lines, look, source);
  const name = look.sources.all.length > 1 && source ? h("b", {}, source.short) : null;
  const body = kind === GAP || kind === UNASKED ? gap(id, lines, look) : [h("span", {}, lines.raw(id))];
  return h(`div.mark-line${kind === GAP ? ".gap" : ""}${name ? `.lane-${source.lane}` : ""}`, { "data-id": id }, name, ...body);
}

/** Why lines are missing, between when and when, and a button where they may still be had. */
function gap(id, lines, look) {
  const missing = look.missing.get(id) ?? 0;
  const length = lengthOf(lines, id, (at) => shortTime(at, look.times === "off" ? "local" : look.times, lines.start));
  const words = h(lines.kind(id) === GAP ? "span.st.st-warning" : "span", {}, lines.raw(id));
  return [words, h("span.gap-length.num", {}, length), missing && length ? loadButton(id, missing) : null];
}

function line(id, lines, look, source) {
  const raw = lines.raw(id), stamp = stampOf(raw), text = bodyOf(raw, stamp);
  const level = lines.level(id) & ~INHERITED, inherited = lines.level(id) & INHERITED;
  const element = document.createElement("div");
  element.className = `ln lane-${source.lane}${level >= ERROR ? " e" : level === WARN ? " w" : ""}${id === look.marked ? " is-marked" : ""}`;
  element.dataset.id = id;
  if (look.times !== "off") element.append(time(stamp, lines.at(id), look.times, lines.start));
  if (look.sources.all.length > 1) element.append(cell("who", source.short, `${source.pod}, container ${source.container}`));
  element.append(cell("sev", inherited ? "" : LETTERS[level]), body(id, text, look));
  return element;
}

function time(stamp, at, how, start) {
  const made = document.createElement("time");
  made.dateTime = stamp;
  made.textContent = shortTime(at, how, start);
  if (stamp) made.title = `${stamp}\nPick it for a link to this line`;
  return made;
}

function cell(name, text, title) {
  const made = document.createElement("span");
  made.className = name;
  made.textContent = text;
  if (title) made.title = title;
  return made;
}

function body(id, text, look) {
  const made = document.createElement("p");
  const object = objectOf(text), isWhole = look.expanded.has(id);
  if (object) made.append(opener(isWhole));
  const words = object && (look.json || isWhole) ? inWords(object, { isWhole, fields: look.fields }) : null;
  made.append(...(words ?? marked(pieces(text), look.spans(id, bare(text)))));
  if (words) markWithin(made, look.pattern);
  return made;
}

function opener(isOpen) {
  const label = isOpen ? "Close this line" : "Open this line";
  return h("button.opener", { type: "button", "aria-expanded": String(isOpen), "aria-label": label }, icon(isOpen ? "chevron-down" : "chevron-right"));
}

/** Text nodes and spans for the pieces of a line, with `<mark>` around what was found (start, end, start, end, …). */
function marked(parts, spans) {
  const made = [];
  let at = 0, next = 0;
  for (const part of parts) {
    const end = at + part.text.length;
    let from = at;
    const cut = (to, isMarked) => {
      if (to > from) made.push(piece(part, part.text.slice(from - at, to - at), isMarked));
      from = Math.max(from, to);
    };
    while (next < spans.length && spans[next] < end) {
      cut(Math.max(from, spans[next]), false);
      cut(Math.min(spans[next + 1], end), true);
      if (spans[next + 1] > end) break;
      next += 2;
    }
    cut(end, false);
    at = end;
  }
  return made;
}

function piece({ classes, color, background, odd }, text, isMarked) {
  const styled = classes.size || color || background || odd;
  if (!styled && !isMarked) return document.createTextNode(text);
  const made = document.createElement(isMarked ? "mark" : "span");
  made.textContent = text;
  made.className = [...classes, ...(odd ? ["odd"] : [])].join(" ");
  if (color) made.style.color = color;
  if (background && !isMarked) made.style.backgroundColor = background;
  return made;
}

/** Marks a text that is looked for in what has been made readable, where it stands within one piece of it. */
function markWithin(element, pattern) {
  if (!pattern) return;
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    pattern.lastIndex = 0;
    const found = pattern.exec(text.data);
    if (!found?.[0]) continue;
    const middle = text.splitText(found.index);
    middle.splitText(found[0].length);
    const mark = document.createElement("mark");
    middle.replaceWith(mark);
    mark.append(middle);
  }
}
