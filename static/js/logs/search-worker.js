// Searches lines away from the page, which therefore never freezes; a search that takes too long is killed with its worker.

import { readable, spansOf } from "./matching.js";

let find = null, without = [];

/** `{ query: { find, without } }` says what to look for, `{ texts }` where; answered by `{ hits, spans }`: for each line
 *  1 when it is found, 2 when it is left out; and where in the found ones. */
onmessage = ({ data }) => {
  if (data.query) {
    find = data.query.find ? new RegExp(data.query.find, "gi") : null;
    without = data.query.without.map((source) => new RegExp(source, "i"));
    return;
  }
  const lines = data.texts.split("\n");
  const hits = new Uint8Array(lines.length), spans = [];
  for (let number = 0; number < lines.length; number++) {
    const text = readable(lines[number]);
    const isLeftOut = without.some((pattern) => pattern.test(text));
    const found = find && !isLeftOut ? spansOf(text, find) : [];
    if (isLeftOut) hits[number] = 2;
    else if (found.length || (find && matchesNothing(text))) hits[number] = 1;
    spans.push(found);
  }
  postMessage({ hits, spans: data.wantsSpans ? spans : [] }, [hits.buffer]);
};

/** Patterns such as `^$` match without marking anything. */
function matchesNothing(text) {
  find.lastIndex = 0;
  return find.test(text);
}
