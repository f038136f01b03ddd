// Older lines than those held, asked for when somebody comes to the top: of each source, and then merged.

const LINES = 500; // of each source at a time

export class Older {
  #paper;
  #sources;
  #ask;
  #waiting = new Set();
  #kept = new Map();
  #exhausted = new Set();

  /** `ask(source, wish, take)` as `LogFeed.askOlder`. */
  constructor(paper, sources, ask) {
    this.#paper = paper;
    this.#sources = sources;
    this.#ask = ask;
  }

  /** Whether the first lines of all are held. */
  get isExhausted() {
    const { all } = this.#sources;
    return all.length > 0 && !this.#kept.size && all.every(({ index }) => this.#exhausted.has(index));
  }

  /** Asks all sources that may have older lines, unless they were asked already. */
  ask() {
    if (this.#waiting.size || this.#paper.lines.isFull || this.#paper.lines.dropped) return;
    const oldest = this.#paper.oldest(this.#sources.all);
    for (const [source, line] of oldest) {
      if (this.#exhausted.has(source.index) || this.#kept.get(source.index)?.length) continue;
      if (this.#ask(source, { line, lines: LINES }, (...found) => this.#take(source, ...found))) this.#waiting.add(source.index);
    }
  }

  #take(source, entries, more) {
    if (!this.#waiting.delete(source.index)) return;
    if (!more) this.#exhausted.add(source.index);
    this.#kept.set(source.index, [...entries, ...(this.#kept.get(source.index) ?? [])]);
    if (!this.#waiting.size) this.#merge();
  }

  forget() {
    this.#waiting.clear();
    this.#kept.clear();
    this.#exhausted.clear();
  }

  /** Gives out what is newer than the oldest line of any source that has yet older ones. */
  #merge() {
    let horizon = -Infinity;
    for (const [index, entries] of this.#kept) {
      if (!this.#exhausted.has(index) && entries.length) horizon = Math.max(horizon, entries[0].at);
    }
    const given = [];
    for (const [index, entries] of this.#kept) {
      const from = entries.findIndex(({ at }) => at >= horizon);
      if (from >= 0) given.push(...entries.splice(from));
      if (!entries.length) this.#kept.delete(index);
    }
    given.sort((one, other) => one.at - other.at);
    if (given.length) this.#paper.prepend(given);
  }
}
