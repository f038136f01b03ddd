// One shell on the page: its terminal, what it is and how it fares. Mounted in the dock and on the page of a shell.

import { ShellLink } from "./shell-link.js";
import { stateOf, watchedBy } from "./shell-status.js";
import { Find } from "./terminal-find.js";
import { touchKeys } from "./terminal-keys.js";
import { withinScreen } from "./terminal-size.js";
import { makeTerminal } from "./terminal.js";

const NOTE_SECONDS = 8;
const REDRAWN_AFTER = 300; // milliseconds between two sizes that are to be two
const LONGEST_TITLE = 80; // characters
const TITLE_EVERY = 300; // milliseconds; a program may name itself a thousand times a second
const NOTHING_YET = "Attached: what the process prints from now on appears here";
const TOO_MUCH = "Too much was pasted at once; the rest was left out.";
const encoder = new TextEncoder();
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** `address` is that of the socket which opens the shell; who `watches` only looks on, at the shell of an `owner`.
 *  `state` is what `onstate(state)` was given last where the shell is open already: its `session` is taken up then. A state
 *  also has `phase` (opening, running, lost, away, ended), `words` about it, the `code` it ended with, whether that was
 *  `wanted`, whether it `ends` because it was closed here, `name`, `title` as the program calls itself, whether it is
 *  `recorded` and else `whyNot`, `since` and its size. */
export class TerminalPane {
  #root;
  #parts;
  #link;
  #made;
  #terminal;
  #find;
  #onstate;
  #leave;
  #encore = 0; // offset up to which output was shown on an earlier page
  #written = 0; // offset of what the terminal works on
  #isDrawn;
  #noteTimer = null; // of a note that goes by itself
  #titleTimer = null;
  #newTitle = "";
  #isAwaited; // whether nothing was said yet of output that may come late

  constructor(element, { address, watches = false, owner, state = {}, onstate = () => {}, onleave = () => {} }) {
    this.address = address;
    this.#isAwaited = isAttached(address);
    this.watches = watches;
    this.state = { phase: "opening", words: "", title: "", since: Date.now(), ...state, code: undefined, wanted: false };
    this.#onstate = onstate;
    this.#leave = onleave;
    this.#root = document.getElementById("terminal-pane").content.firstElementChild.cloneNode(true);
    this.#parts = Object.fromEntries([...this.#root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    element.append(this.#root);
    if (owner) this.#parts.owner.textContent = owner;
    this.#parts.take.addEventListener("click", () => {
      this.#link.takeBack();
      this.focus(); // the button goes
    });
    this.#describe();
    /** Resolves once it looks as it did on an earlier page. */
    this.drawn = new Promise((resolve) => (this.#isDrawn = resolve));
    this.ready = this.#begin();
  }

  get isLive() {
    return this.#link?.isLive ?? true;
  }

  async #begin() {
    this.#made = await makeTerminal(this.#parts.place, {
      leave: this.#leave,
      find: () => this.find(),
      isReplay: () => this.#written < this.#encore,
    }, { watched: this.watches });
    const terminal = (this.#terminal = this.#made.terminal);
    this.#find = new Find(terminal, this.#parts.find);
    const withCtrl = touchKeys(this.#parts.keys, terminal);
    terminal.onData((text) => this.#type(encoder.encode(withCtrl(text))));
    terminal.onBinary((text) => this.#type(Uint8Array.from(text, (character) => character.charCodeAt(0))));
    terminal.onResize(() => this.#sendSize());
    terminal.onTitleChange((title) => this.#call(title));
    const isAway = this.state.phase === "away";
    const { address, watches, state: { session, ends } } = this;
    this.#link = new ShellLink({ address, session, isAway, watches, ends, grace: this.#root.dataset.grace }, {
      onstate: (phase, words, end) => this.#fares(phase, words, end),
      onsession: (known) => this.#change(known),
      onwatched: (names) => this.#watched(names),
      onsize: (columns, rows) => terminal.resize(columns, rows),
      onskipped: (bytes) => this.#skipped(bytes),
      onrecording: (recorded, whyNot) => this.#recorded(recorded, whyNot),
      // A pipe has line feeds only, which on a terminal lead down but not back.
      ontty: (is) => (terminal.options.convertEol = !is),
      onresume: (resumed) => this.#resumed(resumed),
      onbytes: (bytes, drawn) => this.#write(bytes, drawn),
    });
    this.#tellSize();
    if (isAway) this.#fares("away", this.state.words);
    else this.#link.open(...this.#size());
  }

  find() {
    this.#find?.open();
  }

  focus() {
    this.#terminal?.focus();
  }

  /** Whether it can be seen now; a hidden one gives its graphics card away. */
  show(seen) {
    this.#made?.show(seen);
  }

  /** Ends the shell; returns whether that is known where it runs. If not, it ends when there is a link to it again. */
  end() {
    if (this.#link) return this.#link.end();
    this.state.ends = true;
    return false;
  }

  /** Takes the pane off the page; the shell is left to whoever takes it up. */
  async dispose() {
    await this.ready;
    this.#link.leave();
    clearTimeout(this.#titleTimer);
    this.#made.dispose();
    this.#root.remove();
  }

  #size() {
    return [this.#terminal.cols, this.#terminal.rows].map(withinScreen);
  }

  #sendSize() {
    this.#tellSize();
    this.#link?.resize(...this.#size());
  }

  #type(bytes) {
    if (!this.#link.type(bytes)) this.#note(TOO_MUCH);
  }

  #write(bytes, drawn) {
    this.#terminal.write(bytes, () => {
      this.#goOn(bytes.length);
      drawn();
    });
  }

  #goOn(bytes) {
    this.#written += bytes;
    if (this.#written >= this.#encore) this.#isDrawn();
  }

  #say(words) {
    // After what came before it is drawn: only then is it known whether the line is empty.
    this.#terminal.write("", () => {
      const before = this.#terminal.buffer.active.cursorX ? "\r\n" : "";
      this.#terminal.write(before + remark(words));
    });
  }

  #fares(phase, words, { code, wanted, isSignedOut } = {}) {
    this.#change({ phase, words, code, wanted, ends: this.#link.ends });
    if (!["opening", "running"].includes(phase)) this.#isDrawn();
    if (phase === "running") {
      this.#sendSize();
      if (!this.#noteTimer) this.#note("");
      this.#sayWhatIsAwaited();
    } else if (phase === "lost" || phase === "away") this.#note(words, { stays: true, take: phase === "away" });
    else if (phase === "ended") {
      this.#watched([]);
      this.#note(isSignedOut ? words : "", { stays: true, signIn: isSignedOut });
      this.#say(words);
    }
  }

  /** The process that one is attached to may print nothing for long. */
  #sayWhatIsAwaited() {
    if (this.#isAwaited && !this.#link.offset && !this.#encore) this.#terminal.write(remark(NOTHING_YET));
    this.#isAwaited = false;
  }

  #resumed({ lost, to, away, given }) {
    const isNew = this.#written === 0;
    if (isNew) {
      this.#written = this.#link.offset;
      this.#encore = to ?? 0;
      if (this.#written >= this.#encore) this.#isDrawn();
    }
    this.#tellLink();
    if (lost && isNew) this.#terminal.write(remark("earlier output is not kept"));
    else if (lost) this.#say(`${lost} bytes that were printed meanwhile are not kept`);
    else if (away) this.#note(`Link lost for ${Math.ceil(away / 1000)} s, resumed at ${clock.format()}, nothing missed.`);
    if (given) this.#say(`${given} bytes that were typed here were given up: another window has typed meanwhile`);
    // Whatever fills the screen draws it anew for another size; a screen that misses its beginning needs that.
    if (lost) this.#link.resize(this.#size()[0], Math.max(1, this.#size()[1] - 1));
    setTimeout(() => this.#sendSize(), lost ? REDRAWN_AFTER : 0);
  }

  /** A watcher is not waited for. */
  #skipped(bytes) {
    this.#terminal.write(`\r\n${remark(`${bytes} bytes came too fast to be shown here`)}`, () => this.#goOn(bytes));
  }

  /** Of many titles the last one counts. */
  #call(title) {
    this.#newTitle = title.slice(0, LONGEST_TITLE).replace(/\p{C}/gu, "");
    if (this.#newTitle === this.state.title) return;
    this.#titleTimer ??= setTimeout(() => {
      this.#titleTimer = null;
      this.#change({ title: this.#newTitle });
    }, TITLE_EVERY);
  }

  #recorded(recorded, whyNot) {
    this.#change({ recorded, whyNot });
    if (whyNot) this.#note(`This shell is not recorded. ${whyNot}`, { stays: true });
  }

  #watched(names) {
    const { watched } = this.#parts;
    watched.hidden = !names.length;
    watched.textContent = names.length ? watchedBy(names) : "";
  }

  #note(words, { stays = false, take = false, signIn = false } = {}) {
    const { note, take: button, words: place } = this.#parts;
    clearTimeout(this.#noteTimer);
    this.#noteTimer = null;
    note.hidden = !words;
    button.hidden = !take;
    this.#parts["sign-in"].hidden = !signIn;
    place.textContent = words;
    if (words && !stays) this.#noteTimer = setTimeout(() => this.#note(""), NOTE_SECONDS * 1000);
  }

  #change(changes) {
    Object.assign(this.state, changes);
    this.#parts.title.textContent = this.state.title || "—";
    this.#parts.since.textContent = clock.format(this.state.since);
    const isOver = this.state.phase === "ended";
    this.#parts.waits.hidden = this.watches || isOver || Boolean(this.state.ends);
    this.#parts.recorded.className = this.state.recorded && !isOver ? "rec" : "";
    this.#parts.recorded.textContent = recordedWords(this.state.recorded, isOver);
    this.#tellLink();
    this.#onstate(this.state);
  }

  #tellSize() {
    Object.assign(this.state, { columns: this.#terminal.cols, rows: this.#terminal.rows });
    this.#parts.size.textContent = `${this.#terminal.cols} × ${this.#terminal.rows}`;
    this.#onstate(this.state);
  }

  #tellLink() {
    const { link } = this.#parts;
    const { phase } = this.state;
    const { resumes = 0, delay = null } = this.#link ?? {};
    link.className = `st st-${stateOf(this.state)}`;
    const times = resumes ? `, ${resumes} ${resumes === 1 ? "resume" : "resumes"}` : "";
    const words = { running: delay === null ? "Live" : `${Math.round(delay)} ms`, opening: "Opening", lost: "Reconnecting", away: "In another window", ended: "Ended" };
    link.textContent = words[phase] + times;
  }

  /** What is known of the shell from the address that opens it. */
  #describe() {
    const url = new URL(this.address, location.href);
    const [, page, pod] = url.pathname.match(/^\/ws(\/clusters\/[^/]+\/pods\/[^/]+\/([^/]+)\/)/);
    Object.assign(this.#parts.pod, { href: page, textContent: pod });
    this.#parts.container.textContent = url.searchParams.get("container") || "—";
    const shell = url.searchParams.get("shell") ?? "auto";
    const others = { "/attach/": "none: its own process", "/run/": "none: one command" };
    const [, other] = Object.entries(others).find(([end]) => url.pathname.endsWith(end)) ?? [];
    this.#parts.shell.textContent = other ?? (shell === "auto" ? "bash, else sh" : shell);
  }
}

/** Whether the socket of that address attaches to a container's own process. */
export function isAttached(address) {
  return address.split("?")[0].endsWith("/attach/");
}

/** A line of ours among what is printed. */
function remark(words) {
  return `\x1b[33m--- ${words} ---\x1b[0m\r\n`;
}

function recordedWords(recorded, isOver) {
  if (isOver) return recorded ? "Was recorded" : "Was not recorded";
  return recorded ? "Recorded" : "Not recorded";
}
