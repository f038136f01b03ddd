// The lines themselves: held, searched, filtered and drawn, as far as they are in view.

import { drawn } from "./drawing.js";
import { h } from "./dom.js";
import { FieldHeads } from "./field-heads.js";
import { edgesOf, filled } from "./gaps.js";
import { objectOf } from "./json-lines.js";
import { GAP, LINE, Lines } from "./lines.js";
import { bodyOf } from "./matching.js";
import { NextFrame } from "./next-frame.js";
import { firstIn, newestOf, placeOf } from "./place.js";
import { printed } from "./printed.js";
import { parsed } from "./query.js";
import { Rows, isMilder } from "./rows.js";
import { Scroller } from "./scroller.js";
import { Search } from "./search.js";
import { WIDEST_NAME } from "./sources.js";
import { newDay, stampOf } from "./stamps.js";
import { listed } from "./state.js";

const NEAR_TOP = 200; // pixels from the top at which older lines are asked for
const HIDDEN_WAIT = 500; // milliseconds until a hidden page takes in what came
const FLOOD = 200, FLOOD_PACE = 50; // lines since the last drawing, and then the milliseconds between two
const MOST_NOTES = 50; // notes in a row, before which the day is looked up
const DAY = 26; // pixels of a line with a day above it that it is taller than others, as in css/logs.css
const REBUILD_AFTER = 150; // milliseconds between two looks at a search that goes on

export class Paper {
  element = h("div.logs", { role: "log", "aria-live": "off", "aria-label": "Log", tabindex: "0" });
  lines = new Lines();
  heads = new FieldHeads(this.element);
  #state;
  #tell;
  #search = new Search(this.lines, (isOther) => this.#searched(isOther));
  #rows;
  #scroller;
  #look;
  #open = new Map();
  #frame = new NextFrame(() => this.#drawNew(), HIDDEN_WAIT);
  #rebuilding = 0;
  #gapsWithoutEnd = new Map();
  #pausedAt = 0;
  #pausedNewest = NaN;
  #found = null;
  #at = 0;
  #searchedFrom = 0;
  #drawnTo = 0;
  #drawnAt = -Infinity;

  /** `tell.changed()` after every drawing, `tell.moved(up)` when a person scrolled, `tell.top()` when he came to the top. */
  constructor(state, sources, tell) {
    this.#state = state;
    this.#tell = tell;
    this.#look = { sources, expanded: new Set(), missing: new Map(), spans: (id, text) => this.#search.spans(id, text) };
    this.#rows = new Rows(this.lines, this.#search, () => this.#choice());
    this.#scroller = new Scroller(this.element, {
      draw: (index) => this.#row(index),
      count: () => this.#rows.length,
      moved: (up) => this.#moved(up),
    });
    // Where all lines are in view, or the first of them, nothing scrolls.
    this.element.addEventListener("wheel", ({ deltaY }) => deltaY < 0 && this.isAtTop && this.#tell.top(), { passive: true });
    this.element.addEventListener("click", ({ target }) => target.closest(".opener") && this.#toggleOpen(idOf(target)));
  }

  get follows() {
    return this.#scroller.follows;
  }

  /** How many rows came since it was paused. */
  get waiting() {
    return this.#rows.length - this.#rows.indexOf(this.#pausedAt);
  }

  get shown() {
    return this.#rows.length;
  }

  /** Takes entries in their order. The view follows in the next frame. */
  append(entries) {
    for (const entry of entries) this.#put(entry);
    if (this.lines.isFull && this.follows) this.dropOldest();
    this.#frame.ask();
  }

  dropOldest() {
    this.lines.dropOldest();
    const { first } = this.lines;
    const gone = this.#rows.dropBefore(first);
    this.#search.dropBefore(first);
    for (const id of this.#look.expanded) if (id < first) this.#look.expanded.delete(id);
    for (const id of this.#look.missing.keys()) if (id < first) this.#look.missing.delete(id);
    this.#scroller.shift(gone);
    if (gone && this.#rows.length) this.#scroller.redraw(0);
  }

  /** Puts older lines before all others, the last of them directly before. */
  prepend(entries) {
    const { index, above } = this.#scroller.anchor;
    const id = this.#rows.length ? this.#rows.id(index) : null, hadDay = id !== null && this.#dayOf(index);
    for (let at = entries.length - 1; at >= 0; at--) {
      const added = this.lines.prepend(entries[at]);
      if (entries[at].missing) this.#look.missing.set(added, entries[at].missing);
    }
    this.#search.goOn();
    this.#rows.rebuild();
    this.#placeFound();
    const place = id === null ? 0 : this.#rows.indexOf(id);
    // The line at the top stays where it is when its day is said further up from now on.
    this.#scroller.reset(place, hadDay && !this.#dayOf(place) ? above - DAY : above);
    this.#tell.changed();
  }

  /** The id of the gap of a source that ends with the line `end`, null where it is gone. */
  gapBefore(source, end) {
    for (const id of this.#look.missing.keys()) {
      const { after } = this.lines.source(id) === source ? edgesOf(this.lines, id) : { after: null };
      if (after !== null && this.lines.raw(after) === end) return id;
    }
    return null;
  }

  /** Puts lines that were missing in the gap `id` to where they belong, by their moments. The newest come first: of what
   *  is missing still the gap tells. */
  fill(id, entries) {
    const { index, above } = this.#scroller.anchor, top = this.#rows.length ? this.#rows.id(index) : null;
    const { from, all, left, idOf } = filled(this.lines, id, entries, this.#look.missing.get(id));
    this.lines.replaceFrom(from, all);
    this.#renumber(idOf);
    this.#look.missing.delete(idOf(id));
    if (left && entries.length) this.#look.missing.set(idOf(id), left);
    this.#search.clear();
    this.#rows.rebuild();
    this.#scroller.reset(top === null ? 0 : this.#rows.indexOf(idOf(top)), above);
    this.#tell.changed();
  }

  #renumber(idOf) {
    for (const kept of [this.#open, this.#gapsWithoutEnd]) for (const [source, id] of kept) kept.set(source, idOf(id));
    this.#look.expanded = new Set([...this.#look.expanded].map(idOf));
    this.#look.missing = new Map([...this.#look.missing].map(([id, missing]) => [idOf(id), missing]));
    if (this.#look.marked) this.#look.marked = idOf(this.#look.marked);
    if (this.#found !== null) this.#found = idOf(this.#found);
    if (this.#pausedAt !== Infinity) this.#pausedAt = idOf(this.#pausedAt);
  }

  clear() {
    this.lines.clear();
    this.#open.clear();
    this.#gapsWithoutEnd.clear();
    this.#look.missing.clear();
    this.#look.expanded.clear();
    this.#look.marked = this.#found = null;
    this.#search.clear();
    this.#searchedFrom = this.#search.from;
    this.#scroller.follows = true;
    this.#rows.rebuild();
    this.#scroller.reset();
  }

  follow() {
    this.#scroller.follows = true;
    if (this.lines.isFull) this.dropOldest();
    this.#scroller.reset();
  }

  pause() {
    this.#scroller.follows = false;
    this.#pausedAt = this.lines.end;
    this.#pausedNewest = newestOf(this.lines);
  }

  /** Pauses as another viewer was paused, whose newest line then was of that moment. */
  pauseSince(newest) {
    this.#scroller.follows = false;
    this.#pausedAt = Infinity;
    this.#pausedNewest = newest;
  }

  /** Where the view is (see placeOf); null where no line is held. */
  get place() {
    const place = placeOf(this.lines, this.#rows, this.#look.sources, this.#scroller.anchor);
    return place && { ...place, follows: this.follows, newest: this.#pausedNewest };
  }

  /** Whether a line is among those chosen to be shown. */
  shows(id) {
    const index = this.#rows.indexOf(id);
    return index < this.#rows.length && this.#rows.id(index) === id;
  }

  /** Puts the line `id` to the top of the view, `above` pixels of it above; whether it is there. It may not be yet: while
   *  the search may still bring it, or too few lines stand below. */
  putOnTop(id, above) {
    const index = this.#rows.indexOf(id);
    if (!this.shows(id) && !this.#search.isDone) return false;
    this.#scroller.reset(index, above);
    return this.#scroller.anchor.index === index;
  }

  get isAtTop() {
    return this.element.scrollTop < NEAR_TOP;
  }

  /** What is drawn and how is another by now. */
  restyle() {
    const { times, json, fields, wrap } = this.#state;
    Object.assign(this.#look, { times, json: json === "1", fields: listed(fields) });
    this.element.classList.toggle("no-wrap", wrap === "0");
    this.element.classList.toggle("no-times", times === "off");
    this.element.classList.toggle("one-source", this.#look.sources.all.length < 2);
    const longest = Math.max(...this.#look.sources.all.map(({ short }) => short.length), 1);
    this.element.style.setProperty("--who", `${Math.min(longest, WIDEST_NAME)}ch`);
    this.heads.show(this.#look.json ? this.#look.fields : []);
    this.#redraw();
    this.heads.place();
  }

  search() {
    const query = parsed(this.#state.q);
    this.#found = null;
    this.#at = 0;
    this.#search.set(query);
    this.#searchedFrom = this.#search.from;
    this.#look.pattern = query.find && query.isText ? new RegExp(query.find, "i") : null;
    this.refilter();
  }

  /** Which lines are shown is another by now; the line at the top of the view stays there. */
  refilter() {
    const { index, above } = this.#scroller.anchor;
    const id = this.#rows.length && index < this.#rows.length ? this.#rows.id(index) : null;
    this.#rows.rebuild();
    this.#placeFound();
    this.#scroller.reset(id === null ? 0 : this.#rows.indexOf(id), above);
    this.#tell.changed();
  }

  /** The match that was gone to last may have another place by now, or none. */
  #placeFound() {
    if (this.#found === null) return;
    this.#at = this.shows(this.#found) ? this.#rows.placeOfMatch(this.#rows.indexOf(this.#found)) : 0;
  }

  /** How many of the lines shown match, which was gone to last (from 1), and whether all have been looked at. */
  get matches() {
    return { all: this.#rows.found, at: this.#at, isOn: this.#search.finds, isDone: this.#search.isDone, problem: this.#search.problem };
  }

  /** Goes to the next line that matches, or (`step` -1) to the one before; past an end to the other end. The first time it
   *  begins at the end of the view that makes the way through it. */
  goToMatch(step) {
    const count = this.#rows.length;
    if (!count || !this.#search.finds) return;
    const edge = step > 0 ? this.#scroller.anchor.index : this.#scroller.lastInView;
    const from = this.#found === null ? edge - step : this.#rows.indexOf(this.#found);
    for (let by = 1; by <= count; by++) {
      const at = (((from + step * by) % count) + count) % count;
      if (!this.#search.isFound(this.#rows.id(at))) continue;
      this.#found = this.#rows.id(at);
      this.#look.marked = this.#found;
      this.#at = this.#rows.placeOfMatch(at);
      if (this.follows) this.pause();
      this.#scroller.show(at);
      this.#redraw();
      return;
    }
  }

  /** Shows a line in the middle and marks it. */
  goTo(id) {
    this.#look.marked = id;
    if (this.follows) this.pause();
    this.#scroller.show(this.#rows.indexOf(id));
    this.#redraw();
  }

  /** The line that a key is about: the marked one while it is in view, else the first there; null where there is none. */
  get pointedAt() {
    const { marked = null } = this.#look;
    if (marked !== null && this.shows(marked) && this.#scroller.isInView(this.#rows.indexOf(marked))) return marked;
    return firstIn(this.#scroller, this.lines, this.#rows);
  }

  focus() {
    this.element.focus({ preventScroll: true });
  }

  mark(id) {
    this.#look.marked = id;
    this.#redraw();
  }

  /** The names of fields of the JSON lines that are drawn. */
  fieldNames() {
    const names = new Set();
    for (const { dataset } of this.#scroller.drawn.elements) {
      const id = Number(dataset.id);
      if (this.lines.kind(id) !== LINE) continue;
      const raw = this.lines.raw(id), object = objectOf(bodyOf(raw, stampOf(raw)));
      if (object && !Array.isArray(object)) Object.keys(object).forEach((name) => names.add(name));
    }
    return [...names].slice(0, 60);
  }

  /** Whether an entry is left out for its severity. */
  isTooMild({ level = 0 }) {
    return isMilder(level, Number(this.#state.level));
  }

  /** The oldest line of each of the sources, by source; a source without lines is left out. */
  oldest(sources) {
    const found = new Map();
    for (let id = this.lines.first; id < this.lines.end && found.size < sources.length; id++) {
      const source = sources[this.lines.source(id)], raw = this.lines.raw(id);
      if (this.lines.kind(id) === LINE && !found.has(source) && stampOf(raw)) found.set(source, raw);
    }
    return found;
  }

  /** The rows shown as text, in pieces; with their times unless these are off. */
  texts() {
    return printed(this.#rows, this.lines, this.#look.sources.all, this.#state.times !== "off");
  }

  close() {
    this.#frame.close();
    clearTimeout(this.#rebuilding);
    this.#search.close();
    this.heads.close();
    this.#scroller.close();
  }

  #put(entry) {
    const open = this.#open.get(entry.source);
    if (entry.kind) this.#open.delete(entry.source);
    else if (open >= this.lines.first) {
      this.lines.replace(open, entry);
      this.#search.again(open);
      if (!entry.open) this.#open.delete(entry.source);
      this.#scroller.redraw(this.#rows.indexOf(open));
      return;
    }
    const id = this.lines.append(entry);
    if (this.#pausedAt === Infinity && entry.at > this.#pausedNewest) this.#pausedAt = id;
    if (entry.open) this.#open.set(entry.source, id);
    if (entry.missing) this.#look.missing.set(id, entry.missing);
    this.#noteGap(id, entry);
  }

  /** A gap says how long it is once the line after it has come. */
  #noteGap(id, { source, kind }) {
    if (kind === GAP) this.#gapsWithoutEnd.set(source, id);
    else if (!kind && this.#gapsWithoutEnd.size) {
      const gap = this.#gapsWithoutEnd.get(source);
      if (this.#gapsWithoutEnd.delete(source) && gap >= this.lines.first) this.#scroller.redraw(this.#rows.indexOf(gap));
    }
  }

  /** In a flood each frame would show another screen, which nobody reads and which keeps lines from coming. */
  #drawNew() {
    const now = performance.now(), { end } = this.lines;
    if (end - this.#drawnTo > FLOOD && now - this.#drawnAt < FLOOD_PACE) return this.#frame.ask();
    [this.#drawnTo, this.#drawnAt] = [end, now];
    this.#rows.extend();
    this.#search.goOn();
    this.#scroller.update();
    this.heads.place();
    this.#tell.changed();
  }

  #row(index) {
    const id = this.#rows.id(index), made = drawn(id, this.lines, this.#look);
    if (this.#rows.isApart(index)) made.classList.add("is-apart");
    const day = this.#dayOf(index);
    if (day) made.dataset.day = day;
    return made;
  }

  /** The day that begins with a row, in words; empty where none does. Notes and gaps have no time of their own. */
  #dayOf(index) {
    const id = this.#rows.id(index), first = Math.max(0, index - MOST_NOTES);
    if (this.lines.kind(id) !== LINE) return "";
    let before = first ? NaN : Date.now();
    for (let at = index - 1; at >= first; at--) {
      const moment = this.lines.at(this.#rows.id(at));
      if (Number.isNaN(moment)) continue;
      before = moment;
      break;
    }
    return newDay(this.lines.at(id), before, this.#look.times);
  }

  #redraw() {
    const { index, above } = this.#scroller.anchor;
    this.#scroller.reset(index, above);
  }

  #moved(up) {
    if (this.isAtTop && up) this.#tell.top();
    this.#tell.moved(up, this.#scroller.isAtEnd);
  }

  #toggleOpen(id) {
    if (!this.#look.expanded.delete(id)) this.#look.expanded.add(id);
    if (this.follows) this.pause();
    const row = this.#scroller.redraw(this.#rows.indexOf(id));
    row?.querySelector(".opener")?.focus({ preventScroll: true });
    this.#tell.changed();
  }

  /** More lines were looked at: where the choice of lines depends on it, they are chosen anew now and then. */
  #searched(isOther) {
    const isBacklog = this.#search.from !== this.#searchedFrom;
    this.#searchedFrom = this.#search.from;
    if (this.#search.problem) this.refilter();
    else if (isOther) this.#rebuildIn(REBUILD_AFTER);
    else if (isBacklog || this.#search.isPattern) this.#rebuildIn(this.#search.isDone ? 0 : REBUILD_AFTER);
    else this.#frame.ask();
  }

  #rebuildIn(milliseconds) {
    if (this.#rebuilding) return;
    this.#rebuilding = setTimeout(() => {
      this.#rebuilding = 0;
      this.refilter();
    }, milliseconds);
  }

  #choice() {
    const { only, context, level } = this.#state, { sources } = this.#look;
    return { only: only === "1", context: Number(context), level: Number(level), hides: sources.hides, isHidden: (index) => sources.isHidden(index) };
  }
}

export function idOf(target) {
  return Number(target.closest("[data-id]")?.dataset.id);
}
