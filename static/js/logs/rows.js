// Which of the lines are shown, in order: all of them, or those that pass what is chosen.

import { GAP, INHERITED, LINE } from "./lines.js";

const LEVEL = INHERITED - 1;
const INFO = 3;

/** Whether a line of that severity is left out where `least` is asked for; one that says none counts as INFO. */
export const isMilder = (level, least) => (level & LEVEL || INFO) < least;

/** `lines` and `search` of the same names; `choice()` gives `{ only, context, level, isHidden(source) }`: whether only
 *  matches are shown and with how many lines around, the least severity, and which sources are not shown. */
export class Rows {
  #lines;
  #search;
  #choice;
  #chosen;
  #ids = null;
  #from = 0;
  #upTo = 0;
  #context = [];
  #left = 0;
  #found = 0;

  constructor(lines, search, choice) {
    this.#lines = lines;
    this.#search = search;
    this.#choice = choice;
    this.rebuild();
  }

  get length() {
    return this.#ids ? this.#ids.length - this.#from : this.#lines.count;
  }

  id(index) {
    return this.#ids ? this.#ids[this.#from + index] : this.#lines.first + index;
  }

  /** How many of them match. */
  get found() {
    return this.#ids ? this.#found : this.#search.found;
  }

  /** Which of those that match the row is, from 1. */
  placeOfMatch(index) {
    let place = 0;
    for (let at = 0; at <= index; at++) if (this.#search.isFound(this.id(at))) place += 1;
    return place;
  }

  /** The index of a line, or of the first shown after it. */
  indexOf(id) {
    if (!this.#ids) return Math.max(0, Math.min(this.#lines.count, id - this.#lines.first));
    let low = this.#from, high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ids[middle] < id) low = middle + 1;
      else high = middle;
    }
    return low - this.#from;
  }

  /** Whether lines are missing between this row and the one before, which belong to two matches and what is around. */
  isApart(index) {
    return Boolean(this.#ids && this.#chosen.only && this.#chosen.context && index > 0 && this.id(index) - this.id(index - 1) > 1);
  }

  /** Goes through all lines again. */
  rebuild() {
    this.#chosen = this.#choice();
    const { only, level, hides } = this.#chosen;
    const filters = (only && this.#search.finds) || level > 0 || hides || this.#search.leavesOut;
    this.#ids = filters ? [] : null;
    this.#from = this.#left = this.#found = 0;
    this.#context = [];
    this.#upTo = this.#search.isOn ? Math.max(this.#search.from, this.#lines.first) : this.#lines.first;
    this.extend();
  }

  /** Takes in lines that are new at the end. */
  extend() {
    if (!this.#ids) return;
    const end = this.#search.isOn ? Math.min(this.#search.to, this.#lines.end) : this.#lines.end;
    for (this.#upTo = Math.max(this.#upTo, this.#lines.first); this.#upTo < end; this.#upTo++) this.#consider(this.#upTo);
  }

  /** Forgets lines that are dropped; returns how many rows went. `before` is how many rows there were before. */
  dropBefore(first) {
    if (!this.#ids) return 0;
    const from = this.#from;
    for (; this.#from < this.#ids.length && this.#ids[this.#from] < first; this.#from++) this.#found -= this.#search.isFound(this.#ids[this.#from]);
    const gone = this.#from - from;
    if (this.#from > 100_000) [this.#ids, this.#from] = [this.#ids.slice(this.#from), 0];
    this.#context = this.#context.filter((id) => id >= first);
    return gone;
  }

  #consider(id) {
    const { only, context, level, isHidden } = this.#chosen;
    const kind = this.#lines.kind(id);
    if (kind !== LINE) {
      if (kind === GAP || !only) this.#ids.push(id);
      return;
    }
    if (isHidden(this.#lines.source(id)) || this.#search.isLeftOut(id)) return;
    if (isMilder(this.#lines.level(id), level)) return;
    if (!only || !this.#search.finds || this.#search.isFound(id)) return this.#show(id, context);
    if (this.#left > 0) {
      this.#left -= 1;
      this.#ids.push(id);
    } else if (context) {
      this.#context.push(id);
      if (this.#context.length > context) this.#context.shift();
    }
  }

  #show(id, context) {
    for (const before of this.#context) this.#ids.push(before);
    this.#context = [];
    this.#left = this.#chosen.only ? context : 0;
    this.#ids.push(id);
    this.#found += this.#search.isFound(id);
  }
}
