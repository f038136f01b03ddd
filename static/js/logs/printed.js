// The lines that are shown as plain text, for a file.

import { LINE } from "./lines.js";
import { readable } from "./matching.js";
import { stampOf } from "./stamps.js";

const PIECE = 1000; // rows

/** `rows` of `lines` as text, in pieces; `sources` are all sources, `times` whether each line has its time. */
export function* printed(rows, lines, sources, times) {
  for (let from = 0; from < rows.length; from += PIECE) {
    const piece = [];
    for (let index = from; index < Math.min(from + PIECE, rows.length); index++) piece.push(asText(rows.id(index), lines, sources, times));
    yield `${piece.join("\n")}\n`;
  }
}

function asText(id, lines, sources, times) {
  const raw = lines.raw(id);
  if (lines.kind(id) !== LINE) return `--- ${raw} ---`;
  const name = sources.length > 1 ? `${sources[lines.source(id)].name} ` : "";
  return `${times && stampOf(raw) ? `${stampOf(raw)} ` : ""}${name}${readable(raw)}`;
}
