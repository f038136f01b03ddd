// The lines of one or more containers as they come over the socket, across broken connections: none lost, none twice.

import { StreamSocket } from "../stream-socket.js";
import { GAP, INHERITED, NOTE, UNASKED } from "./lines.js";
import { bodyOf } from "./matching.js";
import { NextFrame } from "./next-frame.js";
import { continues, severityOf } from "./severity.js";
import { momentOf, stampOf } from "./stamps.js";

const FIRST_WAIT = 40, LONGEST_WAIT = 10_000; // milliseconds
const KNOWN = 200; // characters by which a line is found again
const MOST_PLACES = 48 * 1024; // bytes, of the 64 KiB that the server takes in one message
const NOTES = { divider: NOTE, ended: NOTE, gap: GAP, skipped: GAP };

/** What is known of one source: where to go on, the beginning of an unfinished line, the severity of the last one. */
class Reading {
  decoder = new TextDecoder();
  rest = "";
  instance = "";
  line = "";
  times = 0;
  level = 0;
  hasEnded = false;

  constructor(source) {
    this.source = source;
  }

  forgetRest() {
    this.rest = "";
    this.decoder = new TextDecoder();
  }

  /** Where to go on: the last line, and how many equal ones came with it. */
  remember(lines) {
    const last = lines.at(-1).slice(0, KNOWN);
    let equal = 0;
    for (const line of lines) if (line.startsWith(last) && line.slice(0, KNOWN) === last) equal += 1;
    this.times = last === this.line ? this.times + equal : equal;
    this.line = last;
  }

  /** A line as an entry of `Lines`; `open`: more of it may come, and then it comes again whole. */
  entry(raw, open = false) {
    const stamp = stampOf(raw), text = bodyOf(raw, stamp);
    let level = severityOf(text);
    if (!level && this.level && continues(text)) level = this.level | INHERITED;
    else if (!open) this.level = level;
    return { raw, at: momentOf(stamp), source: this.source.index, level, open };
  }
}

export class LogFeed {
  #path;
  #tell;
  #socket = null;
  #readings = new Map();
  #numbers = new Map();
  #pause = FIRST_WAIT;
  #timer = 0;
  /** Of what was taken the server is told in the next frame, so that a flood leaves time to draw. */
  #frame = new NextFrame(() => this.#tellDrawn(), 0);
  #older = new Map();
  #wishes = new Map();
  #holds = false;

  /** `tell.source(message)` makes a source known and returns it, `{ index, … }`; `tell.lines(source, entries)` gets what
   *  came; `tell.remark(text)` what there is to say of the selection as a whole; `tell.connection(state, text)` how the
   *  connection is: "open", "lost", or over as `StreamSocket` says how. */
  constructor(path, tell) {
    this.#path = path;
    this.#tell = tell;
    this.#open();
  }

  /** While it holds, the server is not told that anything was taken, and soon sends no more. */
  hold(holds) {
    if (holds === this.#holds) return;
    this.#holds = holds;
    this.#socket.send({ paused: holds });
    this.#tellDrawn();
  }

  get holds() {
    return this.#holds;
  }

  /** Asks for lines of a source: `wish.lines` of them before `wish.line`, one that is held, with its stamp. With
   *  `wish.after`, only those after that line (of `wish.times` like it the last); with `wish.find` and `wish.without`,
   *  patterns' sources, only those that match. `take(entries, more, text)` gets them, or why there are none; where it may
   *  be asked again, there are `more`. Returns whether that can be asked now: of each source one wish at a time. */
  askOlder(source, { line, lines, after = "", times = 1, find = "", without = [] }, take) {
    const number = [...this.#numbers].find(([, reading]) => reading.source === source)?.[0];
    if (number === undefined || !this.#socket.isOpen || this.#wishes.has(number)) return false;
    this.#wishes.set(number, take);
    const known = { line: line.slice(0, KNOWN), after: after.slice(0, KNOWN) };
    this.#socket.send({ older: { source: number, before: stampOf(line), lines, times, find, without, ...known } });
    return true;
  }

  /** Goes on after the last lines that came, once the server has ended it. */
  goOn() {
    this.#open();
  }

  close() {
    clearTimeout(this.#timer);
    this.#frame.close();
    this.#socket.close();
  }

  #open() {
    this.#numbers.clear();
    this.#older.clear();
    this.#socket = new StreamSocket(this.#path, {
      onopen: () => {
        this.#socket.send({ start: { sources: this.#places() } });
        if (this.#holds) this.#socket.send({ paused: true });
        this.#tell.connection("open", "");
      },
      onbytes: (bytes) => this.#take(bytes),
      onmessage: (message) => this.#heard(message),
      onend: (reason, isRefused, how) => this.#ended(reason, how),
    });
  }

  /** Where to go on, of each source that was read; of very many, those that have not ended come first. */
  #places() {
    const read = [...this.#readings.values()].filter(({ instance }) => instance);
    const places = read.sort((one, other) => one.hasEnded - other.hasEnded).map(placeOf);
    let room = MOST_PLACES;
    return places.filter((place) => (room -= sizeOf(place)) > 0);
  }

  #know(message) {
    const source = this.#tell.source(message);
    let reading = this.#readings.get(source.index);
    if (!reading) this.#readings.set(source.index, (reading = new Reading(source)));
    reading.hasEnded = ["ended", "read"].includes(message.state) && !message.refused;
    this.#numbers.set(message.source, reading);
  }

  #take(bytes) {
    this.#pause = FIRST_WAIT;
    const number = (bytes[0] << 8) | bytes[1], text = bytes.subarray(2);
    const reading = this.#numbers.get(number);
    if (this.#older.has(number)) this.#takeOlder(number, reading, text);
    else if (reading) this.#takeLines(reading, text);
    this.#taken(bytes.length);
  }

  #takeLines(reading, bytes) {
    const lines = (reading.rest + reading.decoder.decode(bytes, { stream: true })).split("\n");
    reading.rest = lines.pop();
    if (lines.length) reading.remember(lines);
    const entries = lines.map((raw) => reading.entry(raw));
    if (reading.rest) entries.push(reading.entry(reading.rest, true));
    this.#tell.lines(reading.source, entries);
  }

  /** Older lines may come in several frames. */
  #takeOlder(number, reading, bytes) {
    const older = this.#older.get(number);
    older.text += older.decoder.decode(bytes, { stream: true });
    older.bytes -= bytes.length;
    if (older.bytes > 0) return;
    this.#older.delete(number);
    const lines = older.text.split("\n");
    if (!lines.at(-1)) lines.pop();
    const past = new Reading(reading.source);
    this.#wished(number, withUnasked(lines.map((raw) => past.entry(raw)), older.between, reading.source), older);
  }

  #wished(number, entries, { more, text }) {
    const take = this.#wishes.get(number);
    this.#wishes.delete(number);
    take?.(entries, more, text);
  }

  /** What came was taken in. */
  #taken(bytes) {
    this.#socket.noteDrawn(bytes);
    this.#frame.ask();
  }

  #tellDrawn() {
    this.#frame.cancel();
    if (!this.#holds) this.#socket.tellDrawn();
  }

  #heard(message) {
    if (message.type === "source") return this.#know(message);
    if (message.type === "older") return this.#olderComes(message);
    if (message.type === "status") return this.#tell.remark(message.text);
    const reading = this.#numbers.get(message.source);
    if (!reading) return;
    if (message.type === "instance") {
      reading.forgetRest();
      [reading.instance, reading.line, reading.times] = [message.text, "", 0];
    } else if (message.type === "rewind") reading.forgetRest();
    else if (message.type in NOTES) this.#tell.lines(reading.source, [noteOf(reading.source, message)]);
  }

  #olderComes({ source, bytes, more, text, between = [] }) {
    if (!bytes) this.#wished(source, [], { more, text });
    else this.#older.set(source, { bytes, more, between, text: "", decoder: new TextDecoder() });
  }

  #ended(reason, how) {
    for (const reading of this.#readings.values()) reading.forgetRest();
    for (const number of [...this.#wishes.keys()]) this.#wished(number, [], { more: true, text: "The connection was lost." });
    if (reason !== null) return this.#tell.connection(how, reason);
    this.#tell.connection("lost", "Not connected to Pilothouse, trying again.");
    this.#timer = setTimeout(() => this.#open(), this.#pause * (0.5 + Math.random()));
    this.#pause = Math.min(this.#pause * 2, LONGEST_WAIT);
  }
}

function placeOf({ source: { namespace, pod, container }, instance, line, times, hasEnded }) {
  return { namespace, pod, container, instance, line, times, ...(hasEnded && { ended: true }) };
}

function sizeOf(place) {
  return new TextEncoder().encode(JSON.stringify(place)).length + 1;
}

function noteOf(source, { type, text, lines }) {
  const skipped = `${lines?.toLocaleString("en-GB")} ${lines === 1 ? "line" : "lines"} skipped: this browser fell behind.`;
  return { raw: type === "skipped" ? skipped : text, at: NaN, source: source.index, kind: NOTES[type], missing: lines ?? 0 };
}

/** With a note after each entry that `between` says lines were left out after. */
function withUnasked(entries, between, source) {
  const note = (missing, at) => ({ raw: `${missing.toLocaleString("en-GB")} ${missing === 1 ? "line does" : "lines do"} not match`, at, source: source.index, kind: UNASKED, missing });
  return entries.flatMap((entry, number) => (between[number] ? [entry, note(between[number], entry.at)] : [entry]));
}
