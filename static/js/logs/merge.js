// Puts the lines of several sources in the order of time. What has been given out never moves: a line that comes later
// than the hold is given out where it comes.

const HOLD = 250; // milliseconds that a line waits for older ones of other sources
const FIRST_HOLD = 1000; // while the beginnings of all logs arrive
const FIRST = 2000; // milliseconds after the start that these take

/** `out(entries)` gets entries in order, `{ source, at, … }`, an entry without a moment after the one before it. */
export class Merger {
  #out;
  #now;
  #waiting = [];
  #lastAt = new Map();
  #began;
  #timer = 0;

  constructor(out, now = () => performance.now()) {
    this.#out = out;
    this.#now = now;
    this.restart();
  }

  /** The beginnings of logs come now. */
  restart() {
    this.#began = this.#now();
  }

  /** Takes entries of one source in their order; `alone`: no other source can have older ones. */
  take(source, entries, alone) {
    if (alone && !this.#waiting.length) return this.#out(entries);
    let last = this.#lastAt.get(source) ?? -Infinity;
    for (const entry of entries) {
      // Of one source the order is the source's, whatever its clock says.
      if (!(entry.at < last) && !Number.isNaN(entry.at)) last = entry.at;
      entry.key = last;
    }
    this.#lastAt.set(source, last);
    this.#waiting.push({ arrived: this.#now(), entries });
    this.#wakeUp();
  }

  /** Gives out all that waits, at once. */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#give(Infinity);
  }

  clear() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#waiting = [];
    this.#lastAt.clear();
    this.restart();
  }

  #wakeUp() {
    if (this.#timer || !this.#waiting.length) return;
    const hold = this.#now() - this.#began < FIRST ? FIRST_HOLD : HOLD;
    const rest = this.#waiting[0].arrived + hold - this.#now();
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#give(this.#now() - hold);
      this.#wakeUp();
    }, Math.max(0, rest));
  }

  /** Gives out what arrived until then, and what is not newer than that. */
  #give(until) {
    let newest = -Infinity;
    const all = this.#waiting;
    for (const { arrived, entries } of all) if (arrived <= until) newest = Math.max(newest, entries.at(-1)?.key ?? -Infinity);
    const ripe = [], kept = [];
    for (const piece of all) {
      if (piece.arrived <= until) {
        for (const entry of piece.entries) ripe.push(entry);
        continue;
      }
      // Within a source the order holds, so those not newer are at the beginning.
      let taken = 0;
      while (taken < piece.entries.length && piece.entries[taken].key <= newest) ripe.push(piece.entries[taken++]);
      if (taken < piece.entries.length) kept.push({ arrived: piece.arrived, entries: piece.entries.slice(taken) });
    }
    this.#waiting = kept;
    ripe.sort((one, other) => one.key - other.key);
    if (ripe.length) this.#out(ripe);
  }
}
