// Finds a pattern in the lines of a log. Only this much runs a pattern that a person typed, and only in a worker.

import { bare } from "../ansi.js";
import { stampOf } from "./stamps.js";

const MOST_SPANS = 24; // of one line that are marked

/** What of a raw line is read: without its stamp, colours and carriage return. */
export function readable(raw) {
  const stamp = stampOf(raw);
  return bare(bodyOf(raw, stamp));
}

export function bodyOf(raw, stamp) {
  const from = stamp ? stamp.length + 1 : 0;
  return raw.slice(from, raw.endsWith("\r") ? -1 : undefined);
}

/** Where the pattern (with the flag g) matches: start, end, start, end, … */
export function spansOf(text, pattern) {
  const spans = [];
  pattern.lastIndex = 0;
  for (let match; spans.length < 2 * MOST_SPANS && (match = pattern.exec(text)); ) {
    if (match[0]) spans.push(match.index, pattern.lastIndex);
    else pattern.lastIndex += 1;
  }
  return spans;
}
