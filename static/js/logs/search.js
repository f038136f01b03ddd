// Which lines match what is searched for, found out by a worker, batch by batch: the newest first.

import { GAP, LINE, Lines } from "./lines.js";
import { spansOf } from "./matching.js";

const BATCH = 1024; // lines
const LIMIT = 2000; // milliseconds that a batch may take
const TOO_SLOW = "This pattern takes too long; nothing is searched for.";

const FOUND = 1, LEFT_OUT = 2;

export class Search {
  /** Lines from `from` to before `to` have been looked at. */
  from = 0;
  to = 0;
  problem = "";
  /** How many of them match. */
  found = 0;
  #lines;
  #changed;
  #worker = null;
  #query = { find: "", without: [], isText: true };
  #hits = new Map();
  #spans = new Map();
  #textPattern = null;
  #busy = null;
  #watchdog = 0;
  #again = new Set();

  /** `changed(isOther)` is called when more lines have been looked at, or when the search was given up (`problem`);
   *  `isOther`: a line that had been looked at before has another text now, and whether it matches is another too. */
  constructor(lines, changed) {
    this.#lines = lines;
    this.#changed = changed;
  }

  /** Whether lines have to be looked at at all. */
  get isOn() {
    return Boolean(this.#query.find || this.#query.without.length);
  }

  get finds() {
    return Boolean(this.#query.find);
  }

  get leavesOut() {
    return this.#query.without.length > 0;
  }

  /** Whether what is found is known only once the worker has looked. */
  get isPattern() {
    return Boolean(this.#query.find) && !this.#query.isText;
  }

  get isDone() {
    return !this.isOn || (this.from <= this.#lines.first && this.to >= this.#lines.end);
  }

  set(query) {
    this.#stop();
    this.problem = query.problem;
    this.#query = query;
    this.#textPattern = query.find && query.isText ? new RegExp(query.find, "gi") : null;
    this.#forget();
    if (!this.isOn) return;
    this.#worker = new Worker(new URL("./search-worker.js", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#answered(data);
    this.#worker.onerror = () => this.#giveUp("The search could not be started.");
    this.#worker.postMessage({ query: { find: query.find, without: query.without } });
    this.goOn();
  }

  /** Looks at lines that are new; to be called whenever some are. */
  goOn() {
    if (!this.#worker || this.#busy) return;
    const range = this.#next();
    if (!range) return;
    this.#busy = range;
    const [from, to] = range;
    this.#watchdog = setTimeout(() => this.#giveUp(TOO_SLOW), LIMIT);
    this.#worker.postMessage({ texts: this.#lines.texts(from, to).join("\n"), wantsSpans: !this.#query.isText });
  }

  isFound(id) {
    return (this.#hitOf(id) & FOUND) > 0;
  }

  isLeftOut(id) {
    return (this.#hitOf(id) & LEFT_OUT) > 0;
  }

  /** Where a line, given as it is read, has what is searched for: start, end, start, end, … */
  spans(id, text) {
    if (this.#textPattern) return spansOf(text, this.#textPattern);
    return this.#spans.get(id) ?? [];
  }

  /** The text of a line is another by now. Lines that are yet to be looked at wait for their turn. */
  again(id) {
    const [from, to] = this.#busy ?? [0, 0];
    if (!this.isOn || !(this.#isKnown(id) || (id >= from && id < to))) return;
    this.#again.add(id);
    this.#spans.delete(id);
  }

  /** Forgets lines before `first`. */
  dropBefore(first) {
    for (const [number, chunk] of this.#hits) {
      if ((number + 1) << 12 > first) continue;
      for (const hit of chunk) this.found -= hit & FOUND;
      this.#hits.delete(number);
    }
    for (const id of this.#spans.keys()) {
      if (id >= first) break;
      this.#spans.delete(id);
    }
    this.from = Math.max(this.from, first);
    this.to = Math.max(this.to, first);
  }

  clear() {
    this.set(this.#query);
  }

  close() {
    this.#stop();
  }

  #next() {
    const { first, end } = this.#lines;
    if (this.to < end) return [this.to, Math.min(end, this.to + BATCH, Lines.chunkEnd(this.to))];
    for (const id of this.#again) {
      this.#again.delete(id);
      if (this.#isKnown(id)) return [id, id + 1];
    }
    if (this.from > first) return [Math.max(first, this.from - BATCH, Lines.chunkEnd(this.from - 1) - 4096), this.from];
    return null;
  }

  #isKnown(id) {
    return id >= this.from && id < this.to;
  }

  #answered({ hits, spans }) {
    clearTimeout(this.#watchdog);
    const [from, to] = this.#busy, isKnown = this.#isKnown(from), wasHit = this.#hitOf(from);
    this.#busy = null;
    for (let number = 0; number < hits.length && from + number < to; number++) {
      const id = from + number, kind = this.#lines.first <= id ? this.#lines.kind(id) : GAP;
      if (kind !== LINE) continue;
      this.#put(id, hits[number]);
      if (spans[number]?.length) this.#spans.set(id, spans[number]);
      else this.#spans.delete(id);
    }
    if (from >= this.to) this.to = to;
    else if (to <= this.from) this.from = from;
    this.#changed(isKnown && this.#hitOf(from) !== wasHit);
    this.goOn();
  }

  #hitOf(id) {
    return this.#hits.get(id >> 12)?.[id & 4095] ?? 0;
  }

  #put(id, hit) {
    let chunk = this.#hits.get(id >> 12);
    if (!chunk) this.#hits.set(id >> 12, (chunk = new Uint8Array(4096)));
    this.found += (hit & FOUND) - (chunk[id & 4095] & FOUND);
    chunk[id & 4095] = hit;
  }

  #giveUp(problem) {
    this.#stop();
    this.#query = { find: "", without: [], isText: true };
    this.#textPattern = null;
    this.#forget();
    this.problem = problem;
    this.#changed(false);
  }

  #forget() {
    this.#hits.clear();
    this.#again.clear();
    this.#spans.clear();
    this.found = 0;
    this.from = this.to = this.#lines.end;
  }

  #stop() {
    clearTimeout(this.#watchdog);
    this.#worker?.terminate();
    this.#worker = this.#busy = null;
  }
}
