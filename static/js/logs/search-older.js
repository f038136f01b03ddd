// What is searched for in lines older than those held: the server looks through all that the cluster still has.

import { count } from "./dom.js";

const MOST = 200; // matches of each source at a time

export class SearchOlder {
  #paper;
  #sources;
  #ask;
  #tell;
  #waiting = 0;
  #turn = 0;
  #found = [];
  #problem = "";
  #isWhole = true;
  /** Whether all has been looked through that is older than the lines held. */
  isComplete = false;

  /** `ask(source, wish, take)` as `LogFeed.askOlder`; `tell(words, stays)` says what came of it, or that
   *  it goes on. */
  constructor(paper, sources, { ask, tell }) {
    [this.#paper, this.#sources, this.#ask, this.#tell] = [paper, sources, ask, tell];
  }

  get isBusy() {
    return this.#waiting > 0;
  }

  /** Looks for `{ find, without }`, as `parsed` of query.js gives it. */
  look({ find, without }) {
    if (this.isBusy) return;
    [this.#found, this.#problem, this.#isWhole] = [[], "", !this.#sources.hides];
    const turn = ++this.#turn;
    for (const [source, line] of this.#paper.oldest(this.#sources.all)) {
      if (this.#sources.isHidden(source.index)) continue;
      const take = (...found) => turn === this.#turn && this.#take(...found);
      if (this.#ask(source, { line, lines: MOST, find, without }, take)) this.#waiting += 1;
      else this.#isWhole = false;
    }
    this.#tell(this.isBusy ? "Searching older lines" : "Nothing older can be asked for now.", this.isBusy);
  }

  /** Something else is searched for, or elsewhere: what was asked for does not count when it comes. */
  forget() {
    this.#waiting = 0;
    this.#turn += 1;
    this.isComplete = false;
  }

  #take(entries, more, text) {
    if (!this.isBusy) return;
    this.#waiting -= 1;
    if (entries.length) this.#found.push({ entries, more });
    else this.#problem ||= text;
    if (!this.isBusy) this.#show();
  }

  /** Of sources that have yet older matches, nothing older than the oldest of these is shown: they are asked again. */
  #show() {
    const horizon = Math.max(-Infinity, ...this.#found.filter(({ more }) => more).map(({ entries }) => entries[0].at));
    const given = this.#found.flatMap(({ entries }) => entries.filter(({ at }) => at >= horizon));
    given.sort((one, other) => one.at - other.at);
    this.isComplete = this.#isWhole && !this.#problem && !this.#found.some(({ more }) => more);
    const matches = given.filter(({ missing }) => !missing);
    if (matches.length) this.#paper.prepend(given);
    this.#tell(matches.length ? this.#inWords(matches) : this.#problem || "No older line matches.");
  }

  #inWords(matches) {
    const hidden = matches.filter((entry) => this.#paper.isTooMild(entry)).length;
    const words = `${count.format(matches.length)} older ${matches.length === 1 ? "line matches" : "lines match"}`;
    if (!hidden) return `${words}.`;
    return `${words}; ${hidden === matches.length ? "the choice of severity hides them" : `the choice of severity hides ${count.format(hidden)} of them`}.`;
  }
}
