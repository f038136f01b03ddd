// A viewer of logs, to be mounted anywhere and as often as wanted.

import { KEPT_WAITING } from "../stream-socket.js";
import { Bar } from "./bar.js";
import { LogFeed } from "./feed.js";
import { fileName } from "./file-name.js";
import { h, many } from "./dom.js";
import { Gaps } from "./gaps.js";
import { Lanes } from "./lanes.js";
import { LINE, NOTE } from "./lines.js";
import { LinkedLine } from "./linked-line.js";
import { Notice, lineOf, linkTo } from "./links.js";
import { Merger } from "./merge.js";
import { Older } from "./older.js";
import { Paper, idOf } from "./paper.js";
import { WayBack } from "./place.js";
import { parsed } from "./query.js";
import { SearchOlder } from "./search-older.js";
import { Sources } from "./sources.js";
import { stampOf } from "./stamps.js";
import { asked, listed, opensAnew, short, whole } from "./state.js";
import { Toolbar } from "./toolbar.js";

const WORDS = { live: "Following", waiting: "Waiting for lines", ended: "All lines are here", failed: "Nothing more can be read", refused: "You may no longer read this" };
const JOINS_AFTER = 3000; // milliseconds; sources that come earlier were there from the start

export class LogViewer {
  #element;
  #address;
  #file;
  #page;
  #state;
  #onstate;
  #sources;
  #merger = new Merger((entries) => this.#take(entries));
  #older;
  #gaps;
  #searchOlder;
  #paper;
  #toolbar;
  #bar = new Bar({ resume: () => this.#resume(), reopen: () => (this.#connection.state === KEPT_WAITING ? this.#goOn() : this.#reopen()), leave: () => this.#paper.focus() });
  #lanes;
  #notice = new Notice();
  #nothing = h("div.log-nothing", { hidden: true }, h("p", {}, "No line here passes the filters."), h("button.btn", { type: "button" }, "Show all lines"));
  #feed = null;
  #openedAt = 0;
  #connection = { state: "opening", text: "Opening the log" };
  #remark = "";
  #isOver = false;
  #linked = null;
  #wayBack = null;
  #isDrawn;
  /** Resolves once there are lines where the viewer was to begin. */
  drawn = new Promise((resolve) => (this.#isDrawn = resolve));
  #stop = new AbortController();

  /** `address`: path of the socket with the pods it is about in its query. `state`: what is shown, see DEFAULTS of
   *  state.js; `onstate(state)` is called with what differs from these whenever somebody chooses. `file`: address of the
   *  same as a file; `page`: of a page of the same. `containers`: `[{ name, sort }]` of those pods. `place`: where another
   *  viewer of the same was (see `place` below). */
  constructor(element, { address, state = {}, onstate = () => {}, file = "", page = address.replace(/^\/ws/, ""), containers = [], place = null }) {
    [this.#element, this.#address, this.#onstate, this.#file, this.#page] = [element, address, onstate, file, page];
    this.#state = whole(state);
    this.#sources = new Sources(listed(this.#state.hide));
    this.#lanes = new Lanes(this.#sources, (index, isAlone) => this.#pickLane(index, isAlone));
    this.#paper = new Paper(this.#state, this.#sources, { changed: () => this.#tell(), moved: (up, atEnd) => this.#moved(up, atEnd), top: () => this.#older.ask() });
    const ask = (source, wish, take) => this.#feed.askOlder(source, wish, take);
    this.#older = new Older(this.#paper, this.#sources, ask);
    const tell = (words, stays = false) => (stays ? this.#notice.say(words) : this.#notice.note(words));
    this.#gaps = new Gaps(this.#paper, this.#sources, { ask, tell });
    this.#searchOlder = new SearchOlder(this.#paper, this.#sources, { ask, tell });
    const acts = { match: (step) => this.#match(step), older: () => this.#lookFurther(), downloadShown: () => this.#download(), fieldNames: () => this.#paper.fieldNames() };
    this.#toolbar = new Toolbar(this.#state, (name, value) => this.#choose(name, value), acts, { containers, file });
    element.classList.add("log-viewer");
    element.replaceChildren(this.#toolbar.element, this.#lanes.element, this.#paper.heads.element, this.#paper.element, this.#nothing, this.#notice.element, this.#bar.element);
    this.#listen();
    const met = { found: (id) => this.#goTo(id), missed: (words) => this.#notice.note(words) };
    if (this.#state.line && !place) this.#linked = new LinkedLine(this.#state.line, this.#paper, this.#sources, met);
    this.#paper.restyle();
    this.#paper.search();
    if (place) this.#goBackTo(place);
    this.#open();
  }

  /** Where it is, for another viewer of the same to begin there: `{ …, pausedSince }` beside what `placeOf` of place.js
   *  says; null where there is nothing to go back to. */
  get place() {
    if (this.#wayBack) return this.#wayBack.place;
    const { place } = this.#paper;
    return place && { ...place, pausedSince: this.#bar.pausedSince?.valueOf() };
  }

  /** Ends the connection and leaves the element empty. */
  close() {
    this.#stop.abort();
    this.#linked?.stop();
    this.#feed.close();
    this.#merger.clear();
    this.#paper.close();
    this.#element.replaceChildren();
  }

  focusSearch() {
    this.#toolbar.focusSearch();
  }

  // ---------- The connection ----------

  #open() {
    this.#openedAt = performance.now();
    this.#merger.clear();
    this.#connected("opening", "Opening the log");
    if (this.#file) this.#toolbar.setFile(asked(this.#file, { ...this.#state, tail: "all" }));
    this.#feed = new LogFeed(asked(this.#address, this.#wayBack?.asks(this.#state) ?? this.#state), {
      source: (message) => this.#know(message),
      lines: (source, entries) => this.#heard(source, entries),
      remark: (text) => this.#remarked(text),
      connection: (state, text) => this.#connected(state, text),
    });
  }

  #reopen() {
    this.#feed.close();
    this.#wayBack = null;
    this.#linked?.again();
    this.#sources.forget();
    this.#older.forget();
    this.#searchOlder.forget();
    this.#notice.hide();
    this.#paper.clear();
    this.#lanes.show();
    this.#bar.pause(false);
    this.#open();
  }

  /** Opens it again and keeps what is here; where no more fits, older lines make room. */
  #goOn() {
    this.#connected("opening", "Opening the log");
    if (this.#paper.lines.isFull) this.#resume();
    else if (!this.#paper.follows) this.#showPause();
    this.#feed.goOn();
  }

  #know(message) {
    const before = this.#sources.all.length;
    const source = this.#sources.take(message);
    const isLate = performance.now() - this.#openedAt > JOINS_AFTER;
    if (source.isNew && isLate && before) this.#merger.take(source.index, [{ raw: "joined", at: NaN, source: source.index, kind: NOTE }], false);
    if (this.#sources.all.length !== before) this.#paper.restyle();
    this.#lanes.show();
    this.#sayHow();
    return source;
  }

  #heard(source, entries) {
    if (source.state === "waiting" && !source.text) {
      source.state = "running";
      this.#sayHow();
    }
    this.#merger.take(source.index, entries, this.#sources.all.length < 2);
  }

  #remarked(text) {
    this.#remark = text;
    this.#sayHow();
  }

  #connected(state, text) {
    this.#connection = { state, text };
    this.#remark = "";
    if (state === "open") this.#linked?.wait();
    this.#sayHow();
  }

  /** While the connection is open, what the sources do together counts. */
  #sayHow() {
    const { state } = this.#sources, { state: connection, text } = this.#connection;
    const isOpen = connection === "open", isPassing = ["opening", "lost"].includes(connection);
    const how = isOpen ? state : isPassing ? "waiting" : connection;
    const words = isOpen ? this.#remark || this.#sources.text || WORDS[state] : text || WORDS[how];
    this.#isOver = !["live", "waiting"].includes(how);
    this.#bar.say(words, how);
    // Nothing waits any more, and the words stand where the pause does.
    if (this.#isOver && !isOpen) this.#bar.pause(false);
  }

  #take(entries) {
    this.#paper.append(entries);
    if (this.#paper.lines.isFull && !this.#paper.follows) this.#feed.hold(true);
  }

  // ---------- What is chosen ----------

  /** A name and its value, or an object of several. */
  #choose(name, value) {
    const chosen = typeof name === "string" ? { [name]: value } : name;
    const names = Object.keys(chosen), isAnew = names.some(opensAnew);
    // Other lines are wanted now than those around the one that was linked to.
    Object.assign(this.#state, isAnew && { line: "" }, chosen);
    this.#toolbar.show();
    this.#onstate(short(this.#state));
    if (isAnew) this.#reopen();
    else if (names.includes("q")) this.#lookFor();
    else if (names.some((each) => ["only", "context", "level", "hide"].includes(each))) this.#paper.refilter();
    else this.#paper.restyle();
    this.#tell();
  }

  #showAll() {
    this.#sources.hidden.clear();
    this.#lanes.show();
    this.#choose({ q: "", only: "0", level: "0", hide: "" });
    this.#paper.focus();
  }

  #lookFor() {
    if (this.#searchOlder.isBusy) this.#notice.hide();
    this.#searchOlder.forget();
    this.#paper.search();
  }

  #pickLane(index, isAlone) {
    if (isAlone) this.#sources.showOnly(index);
    else this.#sources.toggle(index);
    this.#lanes.show();
    this.#choose("hide", [...this.#sources.hidden].join(","));
  }

  // ---------- Following and pausing ----------

  #goBackTo(place) {
    this.#wayBack = new WayBack(place, this.#paper.lines, this.#sources);
    if (place.follows) return;
    this.#paper.pauseSince(place.newest);
    this.#bar.pause(true, place.pausedSince ? new Date(place.pausedSince) : undefined);
  }

  /** Looks for the place to begin at among the lines that have come by now. */
  #comeBack() {
    const { place } = this.#wayBack, id = this.#wayBack.find();
    if (place.follows) this.#wayBack = this.#paper.lines.count ? null : this.#wayBack;
    else if (id !== null && (this.#paper.putOnTop(id, place.above) || this.#wayBack.isOver)) {
      this.#wayBack = null;
      if (this.#paper.isAtTop) this.#older.ask();
    }
  }

  #pause() {
    if (!this.#paper.follows) return;
    this.#paper.pause();
    this.#showPause();
  }

  #resume() {
    this.#wayBack = null;
    this.#linked?.stop();
    this.#feed.hold(false);
    this.#paper.follow();
    this.#bar.pause(false);
    this.#tell();
  }

  #moved(up, atEnd) {
    this.#wayBack = null;
    if (!up && atEnd && !this.#paper.follows) this.#resume();
    else if (!this.#paper.follows) this.#showPause();
  }

  #showPause() {
    if (this.#isOver || !this.#bar.isPaused) this.#paper.pause();
    this.#bar.pause(!this.#isOver);
    this.#tell();
  }

  #match(step) {
    this.#paper.goToMatch(step);
    if (!this.#paper.follows && !this.#bar.isPaused) this.#showPause();
    this.#tell();
  }

  /** Searches what is older than the lines held. */
  #lookFurther() {
    this.#older.forget();
    if (this.#paper.follows) this.#paper.pause();
    this.#showPause();
    this.#searchOlder.look(parsed(this.#state.q));
  }

  #tell() {
    if (this.#wayBack) this.#comeBack();
    this.#linked?.look();
    if (!this.#wayBack && this.#paper.lines.count) this.#isDrawn();
    const { lines, shown, waiting, follows, matches } = this.#paper;
    this.#nothing.hidden = !lines.count || shown > 0 || (matches.isOn && !matches.isDone);
    this.#bar.tellHeld(lines.count, shown, lines.dropped);
    if (!follows) this.#bar.tellWaiting(waiting, this.#feed?.holds);
    const { all, at, isOn, isDone, problem } = matches;
    const words = problem || (isOn ? `${at ? `${at.toLocaleString("en-GB")} of ` : ""}${all ? many(all, "line") : isDone ? "no match" : "searching"}` : "");
    const isPart = isOn && isDone && !problem && lines.count > 0 && !this.#holdsAll;
    const where = isPart ? `in the ${lines.count.toLocaleString("en-GB")} held` : "";
    this.#toolbar.say(words, { isProblem: Boolean(problem), where, canSearchOlder: isPart && !lines.dropped });
  }

  /** Whether nothing older can match: all is held, or was looked through. */
  get #holdsAll() {
    const { tail, since } = this.#state;
    if (this.#paper.lines.dropped) return false;
    return (tail === "all" && !since) || this.#older.isExhausted || this.#searchOlder.isComplete;
  }

  // ---------- Links and files ----------

  /** A link to a line says of which container it is and its moment. */
  #link(id) {
    const raw = this.#paper.lines.raw(id), stamp = stampOf(raw);
    if (!stamp || this.#paper.lines.kind(id) !== LINE) return;
    const line = lineOf(this.#sources.all[this.#paper.lines.source(id)], stamp);
    this.#linked?.stop();
    this.#choose("line", line);
    this.#paper.mark(id);
    this.#notice.offer(linkTo(this.#page, this.#state, line));
  }

  #linkWhatIsPointedAt() {
    const id = this.#paper.pointedAt;
    if (id !== null) this.#link(id);
  }

  #goTo(id) {
    this.#paper.goTo(id);
    this.#showPause();
  }

  #download() {
    const link = h("a", { href: URL.createObjectURL(new Blob([...this.#paper.texts()], { type: "text/plain" })), download: fileName(this.#address, this.#sources.all) });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // ---------- People ----------

  #listen() {
    const { signal } = this.#stop;
    this.#paper.element.addEventListener("click", ({ target }) => {
      if (target.closest("time")) this.#link(idOf(target));
      else if (target.closest(".load-gap")) this.#gaps.load(idOf(target), target.closest(".load-gap"));
    });
    this.#nothing.querySelector("button").addEventListener("click", () => this.#showAll());
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
  }

  /** Keys are heard where the focus is within, and on a page that has no other viewer wherever it is. */
  #key(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (target.closest("input, select, textarea, dialog, [popover], .xterm")) return;
    const within = this.#element.contains(target);
    if (!within && (target.closest("button, a") || document.querySelectorAll(".log-viewer").length > 1)) return;
    if (key === "End") this.#resume();
    else if (key === " " && !target.closest("button, a")) this.#paper.follows ? this.#pause() : this.#resume();
    else if (document.documentElement.dataset.keys === "off") return;
    else if (key === "w") this.#choose("wrap", this.#state.wrap === "1" ? "0" : "1");
    else if (key === "c") this.#linkWhatIsPointedAt();
    else return;
    event.preventDefault();
  }
}
