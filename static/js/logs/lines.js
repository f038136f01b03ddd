// All that is held of the logs, a million lines at most: chunks of strings and typed arrays, numbered in the order shown.

const CHUNK_BITS = 12;
const CHUNK = 1 << CHUNK_BITS; // lines
export const MOST_LINES = 1_000_000;
export const MOST_CHARACTERS = 256 * 1024 * 1024;

/** What an entry is: a line of a log, a note of ours between the lines, the note of a gap, or that lines were not asked
 *  for, since they are not what was searched for. */
export const LINE = 0, NOTE = 1, GAP = 2, UNASKED = 3;
/** Added to the severity of a line that has it from the line before. */
export const INHERITED = 8;

class Chunk {
  constructor() {
    this.texts = new Array(CHUNK).fill("");
    this.at = new Float64Array(CHUNK);
    this.source = new Uint16Array(CHUNK);
    this.level = new Uint8Array(CHUNK);
    this.kind = new Uint8Array(CHUNK);
    this.characters = 0;
  }

  put(slot, { raw, at, source, level = 0, kind = LINE }) {
    this.characters += raw.length - this.texts[slot].length;
    this.texts[slot] = raw;
    this.at[slot] = at;
    this.source[slot] = source;
    this.level[slot] = level;
    this.kind[slot] = kind;
  }
}

/** Entries `{ raw, at, source, level, kind }` with numbers from `first` to before `end`; older ones get smaller numbers. */
export class Lines {
  first = 0;
  end = 0;
  dropped = 0;
  /** The moment of the first line, from which times may be counted; it stays when that is dropped. NaN before any. */
  start = NaN;
  #chunks = new Map();
  #characters = 0;

  get count() {
    return this.end - this.first;
  }

  get isFull() {
    return this.count >= MOST_LINES || this.#characters >= MOST_CHARACTERS;
  }

  append(entry) {
    if (Number.isNaN(this.start)) this.start = entry.at;
    this.#put(this.end, entry);
    return this.end++;
  }

  prepend(entry) {
    if (!Number.isNaN(entry.at)) this.start = entry.at;
    this.#put(this.first - 1, entry);
    return --this.first;
  }

  /** Writes the end of a line that was not complete. */
  replace(id, entry) {
    if (id >= this.first && id < this.end) this.#put(id, entry);
  }

  /** The entry of that number. */
  entry(id) {
    return { raw: this.raw(id), at: this.at(id), source: this.source(id), level: this.level(id), kind: this.kind(id) };
  }

  /** Puts `entries` in the place of all from the number `from` on; there are as many at least. */
  replaceFrom(from, entries) {
    this.end = from;
    for (const entry of entries) this.append(entry);
  }

  /** Drops whole chunks of the oldest lines until there is room; returns how many entries went. */
  dropOldest() {
    const before = this.first;
    while (this.isFull && this.end - this.first > CHUNK) {
      const number = this.first >> CHUNK_BITS;
      this.#characters -= this.#chunks.get(number).characters;
      this.#chunks.delete(number);
      this.first = (number + 1) << CHUNK_BITS;
    }
    this.dropped += this.first - before;
    return this.first - before;
  }

  clear() {
    this.#chunks.clear();
    this.first = this.end = this.dropped = this.#characters = 0;
    this.start = NaN;
  }

  raw(id) {
    return this.#chunk(id).texts[id & (CHUNK - 1)];
  }

  at(id) {
    return this.#chunk(id).at[id & (CHUNK - 1)];
  }

  source(id) {
    return this.#chunk(id).source[id & (CHUNK - 1)];
  }

  level(id) {
    return this.#chunk(id).level[id & (CHUNK - 1)];
  }

  kind(id) {
    return this.#chunk(id).kind[id & (CHUNK - 1)];
  }

  /** The raw texts from `from` to before `to`; both within one chunk (see `chunkEnd`). */
  texts(from, to) {
    return this.#chunk(from).texts.slice(from & (CHUNK - 1), ((to - 1) & (CHUNK - 1)) + 1);
  }

  /** The number after the last entry of the chunk that holds `id`. */
  static chunkEnd(id) {
    return ((id >> CHUNK_BITS) + 1) << CHUNK_BITS;
  }

  #chunk(id) {
    return this.#chunks.get(id >> CHUNK_BITS);
  }

  #put(id, entry) {
    const number = id >> CHUNK_BITS;
    let chunk = this.#chunks.get(number);
    if (!chunk) this.#chunks.set(number, (chunk = new Chunk()));
    const before = chunk.characters;
    chunk.put(id & (CHUNK - 1), entry);
    this.#characters += chunk.characters - before;
  }
}
