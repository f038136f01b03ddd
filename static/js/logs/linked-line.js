// The line that an address links to, looked for among those that come.

import { momentOf } from "./stamps.js";

const LOOKS_FOR = 3000; // milliseconds without a line that may stand before it
const GONE = "The linked line is not among these lines; the log may have it no longer.";
const NOT_SHOWN = "The linked line is here, but what is chosen above leaves it out.";

export class LinkedLine {
  #link;
  #paper;
  #sources;
  #tell;
  #next = -Infinity;
  #id = null;
  #hasComeNearer = false;
  #timer = 0;
  #isOver = false;

  /** `link`: as `lineOf` of links.js writes it. `tell.found(id)` once it is among the rows; `tell.missed(words)` when it
   *  seems never to be. */
  constructor(link, paper, sources, tell) {
    const [pod, container, stamp = ""] = link.split("/");
    this.#link = { pod, container, stamp, at: momentOf(stamp) };
    [this.#paper, this.#sources, this.#tell] = [paper, sources, tell];
  }

  /** Looks through the lines that are new; to be called whenever rows are. */
  look() {
    if (this.#isOver) return;
    const { lines } = this.#paper;
    for (this.#next = Math.max(this.#next, lines.first); this.#id === null && this.#next < lines.end; this.#next++) {
      if (this.#isLinked(this.#next)) this.#id = this.#next;
      if (lines.at(this.#next) <= this.#link.at) this.#hasComeNearer = true;
    }
    if (this.#id === null || !this.#paper.shows(this.#id)) return;
    this.stop();
    this.#tell.found(this.#id);
  }

  /** Lines come from now on. */
  wait() {
    clearTimeout(this.#timer);
    if (!this.#isOver) this.#timer = setTimeout(() => this.#lookBack(), LOOKS_FOR);
  }

  /** Other lines will come, with other numbers. */
  again() {
    [this.#next, this.#id] = [-Infinity, null];
  }

  stop() {
    clearTimeout(this.#timer);
    this.#isOver = true;
  }

  #lookBack() {
    const mayCome = this.#hasComeNearer || !this.#paper.matches.isDone;
    this.#hasComeNearer = false;
    if (mayCome) return this.wait();
    this.#tell.missed(this.#id === null ? GONE : NOT_SHOWN);
    if (this.#paper.lines.count) this.stop();
  }

  #isLinked(id) {
    const { lines } = this.#paper, { pod, container, stamp } = this.#link;
    if (!lines.raw(id).startsWith(`${stamp} `)) return false;
    const source = this.#sources.all[lines.source(id)];
    return source.pod === pod && source.container === container;
  }
}
