// The lines of a log as they come over the socket, across broken connections: none lost, none twice.

import { StreamSocket } from "./stream-socket.js";

const FIRST_WAIT = 500, LONGEST_WAIT = 10_000; // milliseconds
const KNOWN = 512; // characters by which a line is found again
export const WINDOW = 512 * 1024; // bytes that the server sends beyond what was drawn

/** Chunks wait in `waiting` as `{ items, bytes }` until they are taken; an item is a line `{ raw, complete }` or a mark. */
export class LogFeed {
  waiting = [];
  #path;
  #tell;
  #socket = null;
  #decoder = new TextDecoder();
  #rest = "";
  #instance = "";
  #line = "";
  #times = 0;
  #pause = FIRST_WAIT;
  #timer;

  /** `arrived()` is called when something waits, `status(text, state)` when the connection has something to say;
   *  state: "live", "waiting" or "ended". */
  constructor(path, { arrived, status }) {
    this.#path = path;
    this.#tell = { arrived, status };
    this.#open();
  }

  get waitingBytes() {
    return this.waiting.reduce((sum, chunk) => sum + chunk.bytes, 0);
  }

  pause(paused) {
    this.#socket.send({ paused });
  }

  /** A waiting chunk was drawn. */
  drawn(chunk) {
    if (chunk.socket === this.#socket) this.#socket.noteDrawn(chunk.bytes);
  }

  tellDrawn() {
    this.#socket.tellDrawn();
  }

  close() {
    clearTimeout(this.#timer);
    this.#socket.close();
  }

  #open() {
    this.#socket = new StreamSocket(this.#path, {
      onopen: () => {
        this.#socket.send({ start: this.#instance ? { instance: this.#instance, line: this.#line, times: this.#times } : null });
        this.#tell.status("", "live");
      },
      onbytes: (bytes) => this.#take(bytes),
      onmessage: (message) => this.#mark(message),
      onend: (reason) => this.#ended(reason),
    });
  }

  #take(bytes) {
    this.#pause = FIRST_WAIT;
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#rest = lines.pop();
    const items = lines.map((raw) => ({ raw, complete: true }));
    if (lines.length) this.#remember(lines);
    if (this.#rest) items.push({ raw: this.#rest, complete: false });
    this.#push(items, bytes.length);
  }

  /** Where to go on: the last line, and how many equal ones came with it. */
  #remember(lines) {
    const last = lines.at(-1).slice(0, KNOWN);
    const equal = lines.filter((line) => line.slice(0, KNOWN) === last).length;
    this.#times = last === this.#line ? this.#times + equal : equal;
    this.#line = last;
  }

  #mark({ type, text }) {
    if (type === "status") return this.#tell.status(text, text ? "waiting" : "live");
    if (type === "instance") {
      this.#forgetRest();
      [this.#instance, this.#line, this.#times] = [text, "", 0];
      return;
    }
    if (type === "rewind") this.#forgetRest();
    this.#push([{ mark: type, text }], 0);
  }

  #forgetRest() {
    this.#rest = "";
    this.#decoder = new TextDecoder();
  }

  #push(items, bytes) {
    this.waiting.push({ items, bytes, socket: this.#socket });
    this.#tell.arrived();
  }

  #ended(reason) {
    if (reason !== null) return this.#tell.status(reason, "ended");
    this.#forgetRest();
    this.#push([{ mark: "rewind" }], 0);
    this.#tell.status("Not connected to Pilothouse, trying again.", "waiting");
    this.#timer = setTimeout(() => this.#open(), this.#pause * (0.5 + Math.random()));
    this.#pause = Math.min(this.#pause * 2, LONGEST_WAIT);
  }
}
