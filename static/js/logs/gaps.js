// Gaps in a log: how long they are, and the lines that are missing in them, as far as the cluster still has these.

import { h, count } from "./dom.js";
import { LINE } from "./lines.js";
import { stampOf } from "./stamps.js";

const LOOKED_AT = 5000; // entries on either side
export const AT_ONCE = 5000; // lines that the server gives for one request

/** The ids of the lines of the same source on either side of the gap `id`, null where there is none near. */
export function edgesOf(lines, id) {
  const source = lines.source(id);
  const isEdge = (other) => lines.source(other) === source && lines.kind(other) === LINE && stampOf(lines.raw(other));
  let before = id - 1, after = id + 1;
  while (before >= Math.max(lines.first, id - LOOKED_AT) && !isEdge(before)) before -= 1;
  while (after < Math.min(lines.end, id + LOOKED_AT) && !isEdge(after)) after += 1;
  const within = (other) => (other >= lines.first && other < lines.end && isEdge(other) ? other : null);
  return { before: within(before), after: within(after) };
}

/** "from 10:00:03 to 10:00:07, 4.2 s", empty where one side is not known, or the node's clock went back meanwhile.
 *  `time(at)` writes a moment. */
export function lengthOf(lines, id, time) {
  const { before, after } = edgesOf(lines, id);
  if (before === null || after === null) return "";
  const [from, to] = [lines.at(before), lines.at(after)];
  return to < from ? "" : `from ${time(from)} to ${time(to)}, ${duration(to - from)}`;
}

function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function loadButton(id, missing) {
  const words = missing > AT_ONCE ? `Load ${count.format(AT_ONCE)} of them` : "Load them";
  return h("button.btn.load-gap", { type: "button", "data-load": id }, words);
}

/** All entries of `lines` from the one after the line before the gap `id`, with lines that were missing in it where they
 *  belong by their moments: `{ from, all, left, idOf }`. `left` are still missing, older than these: of them the gap goes
 *  on to tell. `idOf(id)` is the new number of an entry. */
export function filled(lines, id, entries, missing) {
  const edges = edgesOf(lines, id), from = edges.before + 1, { after } = edges;
  const left = Math.max(0, missing - entries.length), all = [], moved = new Map();
  const put = (entry, old) => moved.set(old, from + all.push(entry) - 1);
  if (left) put({ ...lines.entry(id), raw: stillMissing(left, entries.length) }, id);
  let next = 0;
  for (let other = from; other < after; other++) {
    while (next < entries.length && entries[next].at <= lines.at(other)) all.push(entries[next++]);
    if (other !== id) put(lines.entry(other), other);
  }
  while (next < entries.length) all.push(entries[next++]);
  const by = all.length - (after - from);
  for (let other = after; other < lines.end; other++) all.push(lines.entry(other));
  return { from, all, left, idOf: (old) => (old < from ? old : old >= after ? old + by : (moved.get(old) ?? from)) };
}

function stillMissing(left, loaded) {
  const words = `${count.format(left)} more ${left === 1 ? "line is" : "lines are"} missing`;
  return loaded ? `${words}.` : `${words}: the cluster has them no longer.`;
}

/** Asks for the lines that are missing in a gap and puts them there. */
export class Gaps {
  #paper;
  #sources;
  #ask;
  #tell;

  /** `ask(source, wish, take)` as `LogFeed.askOlder`; `tell(words)` says why nothing came. */
  constructor(paper, sources, { ask, tell }) {
    [this.#paper, this.#sources, this.#ask, this.#tell] = [paper, sources, ask, tell];
  }

  load(id, button) {
    const { lines } = this.#paper, { before, after } = edgesOf(lines, id);
    if (before === null || after === null) return;
    const source = this.#sources.all[lines.source(id)], end = lines.raw(after);
    const wish = { line: lines.raw(after), lines: AT_ONCE, after: lines.raw(before), times: this.#timesOf(before) };
    button.disabled = this.#ask(source, wish, (...found) => this.#take(source, end, ...found));
  }

  /** How many lines like the one before the gap stand there, itself among them. */
  #timesOf(id) {
    const { lines } = this.#paper, raw = lines.raw(id), source = lines.source(id);
    let times = 0;
    for (let other = id; other >= Math.max(lines.first, id - LOOKED_AT); other--) {
      if (lines.source(other) !== source || lines.kind(other) !== LINE) continue;
      if (lines.raw(other) === raw) times += 1;
      else if (stampOf(lines.raw(other)) !== stampOf(raw)) break;
    }
    return times;
  }

  /** The numbers of lines may be others by now: the gap is found again by the line at its end. */
  #take(source, end, entries, more, text) {
    const id = this.#paper.gapBefore(source.index, end);
    if (id === null) return;
    if (entries.length || !more) return this.#paper.fill(id, entries);
    this.#paper.restyle();
    this.#tell(text);
  }
}
