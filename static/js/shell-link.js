// The link to one shell: opens it, and takes it up again wherever it was when the socket is lost.

import { SIGNED_OUT, StreamSocket } from "./stream-socket.js";
import { Typing } from "./typing.js";

const FIRST_WAIT = 40; // milliseconds
const LONGEST_WAIT = 8_000;
const LOST = "The connection to Pilothouse was lost, and the shell with it; its result is unknown.";
const TRIES = "Not connected to Pilothouse, trying again";
const NEVER_OPEN = "Pilothouse cannot be reached; no shell was opened.";
const SILENCE = 10_000; // milliseconds that typed bytes may wait before we take the socket for dead

/** Handlers: `onstate(phase, words, {code, wanted, isSignedOut})` with a phase of opening, running, lost, away or ended;
 *  `onsession({session, name, since})`, `since` a date;
 *  `onresume({lost, to, away, given})` before the output that follows: bytes that are gone, the offset up to which output is
 *  old, milliseconds without a socket, typed bytes given up because another window typed; `onrecording(is, whyNot)`;
 *  `ontty(is)`, before any output, says whether the program has a terminal;
 *  `onwatched(names)` of those who look on;
 *  `onsize(columns, rows)` of the screen that is looked at; `onskipped(bytes)` that were printed too fast for us;
 *  `onbytes(bytes, drawn)`, which calls `drawn()` once they are on the screen. */
export class ShellLink {
  #address;
  #on;
  #socket = null;
  #typing = new Typing();
  #session;
  #watches;
  #wait = FIRST_WAIT;
  #timer;
  #watch;
  #lostAt = 0;
  #wasOpen = false; // whether any socket ever opened
  #typedAt = 0;
  #isKnown = false; // whether this socket has said which shell it is
  #code;
  #wanted = false; // whether somebody asked for the end
  #grace;
  #phase = "opening";

  offset = 0; // of the next byte of output
  resumes = 0;
  delay = null; // milliseconds from a key to the container and back
  ends; // whether the person here has closed the shell, which may not know it yet

  /** `isAway`: the shell is shown in another window, and is left there until `takeBack`; `grace` says in words how long a
   *  shell goes on that nobody is linked to. */
  constructor({ address, session, isAway, watches, ends = false, grace }, on) {
    this.#address = address;
    this.ends = ends;
    this.#grace = grace;
    if (isAway) this.#phase = "away";
    this.#session = session;
    this.#watches = watches;
    this.#on = on;
    addEventListener("online", this.#hurry);
    document.addEventListener("visibilitychange", this.#hurry);
  }

  get isLive() {
    return ["opening", "running", "lost"].includes(this.#phase);
  }

  open(columns, rows) {
    const address = new URL(this.#session ? `/ws/shells/${this.#session}/` : this.#address, location.href);
    if (this.#session) address.searchParams.set("from", this.offset);
    else for (const [name, value] of Object.entries({ columns, rows })) address.searchParams.set(name, value);
    if (this.#watches) address.searchParams.set("watch", 1);
    this.#isKnown = false;
    this.#socket = new StreamSocket(`${address.pathname}${address.search}`, {
      onopen: () => (this.#wasOpen = true),
      onbytes: (bytes) => this.#received(bytes),
      onmessage: (message) => this.#told(message),
      onend: (...how) => this.#ended(...how),
    });
  }

  /** Returns false when so much waits already that the bytes are refused. */
  type(bytes) {
    if (!this.isLive || this.#watches) return true;
    if (!this.#typing.isWaiting) this.#typedAt = performance.now();
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#typing.isWaiting && this.#drop(), SILENCE);
    return this.#typing.send(bytes);
  }

  resize(columns, rows) {
    this.#socket?.send({ columns, rows });
  }

  /** Takes up a shell that went to another window. */
  takeBack() {
    this.#say("opening", "Taking the shell up again");
    this.open();
  }

  /** Ends the shell, at once or when there is a link to it again. Returns whether it knows. */
  end() {
    if (this.#watches || !this.isLive) return true;
    this.ends = true;
    const isLinked = Boolean(this.#isKnown && this.#socket?.isOpen);
    if (isLinked) this.#socket.send({ close: true });
    else this.#say(this.#phase, this.#phase === "lost" ? this.#wordsWhileLost : "Closing the shell");
    return isLinked;
  }

  /** Leaves the shell to whoever takes it up. */
  leave() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
    removeEventListener("online", this.#hurry);
    document.removeEventListener("visibilitychange", this.#hurry);
    this.#socket?.close();
    this.#socket = null;
  }

  get #wordsWhileLost() {
    return this.ends ? `Not connected to Pilothouse: the shell ends once it is again, else after ${this.#grace}.` : TRIES;
  }

  /** Before what was typed meanwhile goes out. */
  #closeIfEnding() {
    if (this.ends) this.#socket.send({ close: true });
  }

  #say(phase, words, isSignedOut = false) {
    this.#phase = phase;
    this.#on.onstate(phase, words, { code: this.#code, wanted: this.#wanted, isSignedOut });
  }

  #received(bytes) {
    this.offset += bytes.length;
    const here = this.#socket;
    this.#on.onbytes(bytes, () => {
      here.noteDrawn(bytes.length);
      here.tellDrawn();
    });
  }

  #told(message) {
    if (message.type === "session") {
      this.#session = message.id;
      this.#isKnown = true;
      this.#closeIfEnding();
      this.#typing.goOn(this.#socket, 0);
      this.#on.onsession(known(message));
    } else if (message.type === "resumed") this.#resumed(message);
    else if (message.type === "started") {
      this.#on.onrecording(message.recorded, "");
      this.#on.ontty(message.tty);
      this.#say("running", "");
    } else if (message.type === "not recorded") this.#on.onrecording(false, message.reason);
    else if (message.type === "watched by") this.#on.onwatched(message.names);
    else if (message.type === "size") this.#on.onsize(message.columns, message.rows);
    else if (message.type === "skipped") this.#skipped(message.bytes);
    else if (message.type === "typed") this.#taken(message.bytes);
    else if (message.type === "exit") [this.#code, this.#wanted] = [message.code, message.wanted];
  }

  #resumed({ from, lost, to, typed, ...about }) {
    this.#isKnown = true;
    this.#wait = FIRST_WAIT;
    this.offset = from;
    const away = this.#lostAt && Date.now() - this.#lostAt;
    if (away) this.resumes += 1;
    this.#lostAt = 0;
    this.#on.onwatched([]); // until we are told
    this.#on.onsession(known({ ...about, id: this.#session }));
    this.#closeIfEnding();
    const given = this.#typing.goOn(this.#socket, typed);
    this.#on.onresume({ lost, to, away, given });
  }

  #skipped(bytes) {
    this.offset += bytes;
    this.#on.onskipped(bytes);
  }

  #taken(total) {
    if (this.#typing.isWaiting) this.delay = performance.now() - this.#typedAt;
    this.#typing.taken(total);
    if (!this.#typing.isWaiting) clearTimeout(this.#watch);
  }

  #ended(reason, isRefused = false, how = "") {
    this.#socket = null;
    this.#typing.stop();
    if (reason === null && this.#session) return this.#tryAgain();
    const isOver = isRefused || this.#code !== undefined || !this.#isKnown || !this.#session;
    if (!isOver) this.ends = false; // it is the other window's now
    this.#say(isOver ? "ended" : "away", reason ?? (this.#wasOpen ? LOST : NEVER_OPEN), how === SIGNED_OUT);
  }

  #tryAgain() {
    this.#lostAt ||= Date.now();
    if (this.#phase !== "lost") this.#say("lost", this.#wordsWhileLost);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  /** The socket says nothing any more, as after a sleep; another one goes on. */
  #drop() {
    this.#socket?.close();
    this.#ended(null);
  }

  #hurry = () => {
    if (this.#phase !== "lost" || this.#socket || document.visibilityState === "hidden") return;
    clearTimeout(this.#timer);
    this.#wait = FIRST_WAIT;
    this.open();
  };
}

/** What the server says of a shell, as a pane keeps it. */
function known({ id, name, began }) {
  return { session: id, name, since: Date.parse(began) };
}
