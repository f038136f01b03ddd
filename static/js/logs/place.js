// Where a viewer is, so that another one of the same logs can go on there: the line at the top of its view, by its moment.
// Nothing of what was printed is in it.

import { LINE } from "./lines.js";
import { momentOf, stampOf } from "./stamps.js";

const SLACK = 2000; // milliseconds: lines of several containers may stand a little out of order
const MOST_WHILE_FOLLOWING = 10_000; // lines of each container
const ENOUGH = 3000; // milliseconds after which a view that has too few lines below is left as it is
const LOOKED_BACK = 1000; // lines

/** `{ pod, container, stamp, nth, above, below, follows, newest }` of the row `index`, `above` pixels of which are above
 *  the view: the `nth` line (from 0) of that moment, with `below` lines after it. Null where there is none. */
export function placeOf(lines, rows, sources, { index, above }) {
  for (let at = index; at < rows.length; at++) {
    const id = rows.id(at), stamp = lines.kind(id) === LINE ? stampOf(lines.raw(id)) : "";
    if (!stamp) continue;
    const { pod, container } = sources.all[lines.source(id)];
    return { pod, container, stamp, nth: numberAmongEqual(lines, id, stamp), above: at === index ? above : 0, below: lines.end - id };
  }
  return null;
}

function numberAmongEqual(lines, id, stamp) {
  let nth = 0;
  for (let other = id - 1; other >= Math.max(lines.first, id - LOOKED_BACK); other--) {
    if (lines.source(other) !== lines.source(id) || lines.kind(other) !== LINE) continue;
    if (!lines.raw(other).startsWith(`${stamp} `)) break;
    nth += 1;
  }
  return nth;
}

/** The first line with a moment that begins in view, null where there is none. */
export function firstIn(scroller, lines, rows) {
  const { index, above } = scroller.anchor;
  const isCut = above >= 1 && scroller.isInView(index + 1);
  for (let at = isCut ? index + 1 : index; at < rows.length; at++) {
    const id = rows.id(at);
    if (lines.kind(id) === LINE && stampOf(lines.raw(id))) return id;
  }
  return null;
}

/** The moment of the newest line, in milliseconds since 1970; NaN where there is none. */
export function newestOf(lines) {
  for (let id = lines.end - 1; id >= Math.max(lines.first, lines.end - LOOKED_BACK); id--) {
    if (!Number.isNaN(lines.at(id))) return lines.at(id);
  }
  return NaN;
}

/** The way back to a place: what to ask the server for, and then the line among those that come. */
export class WayBack {
  place;
  #lines;
  #sources;
  #next = -Infinity;
  #left;
  #id = null;
  #foundAt = 0;

  constructor(place, lines, sources) {
    [this.place, this.#lines, this.#sources, this.#left] = [place, lines, sources, place.nth];
  }

  /** The `state` of a viewer with what the place needs: lines from there on. */
  asks(state) {
    const { stamp, follows, below } = this.place;
    const usual = state.tail === "all" ? MOST_WHILE_FOLLOWING : Number(state.tail);
    if (follows && below <= usual) return { ...state, tail: String(usual) };
    const since = new Date(momentOf(stamp) - SLACK).toISOString().replace(/\.\d+Z$/, "Z");
    return { ...state, since, tail: follows ? String(MOST_WHILE_FOLLOWING) : "all" };
  }

  /** The line of the place once it has come, else null. */
  find() {
    const { pod, container, stamp } = this.place;
    for (this.#next = Math.max(this.#next, this.#lines.first); this.#id === null && this.#next < this.#lines.end; this.#next++) {
      if (!this.#lines.raw(this.#next).startsWith(`${stamp} `)) continue;
      const source = this.#sources.all[this.#lines.source(this.#next)];
      if (source.pod !== pod || source.container !== container || this.#left-- > 0) continue;
      this.#id = this.#next;
      this.#foundAt = performance.now();
    }
    return this.#id;
  }

  /** Whether enough time has gone by since it was found. */
  get isOver() {
    return this.#id !== null && performance.now() - this.#foundAt > ENOUGH;
  }
}
