// What is typed into the search of a log: text, "text" or /regular expression/, and -words to leave out.

const TERM = /(?<!\S)-(?:\/((?:\\.|[^\\/])+)\/|"([^"]+)"|(\S+))/g;
const WHOLE_PATTERN = /^\/((?:\\.|[^\\])+)\/$/;
const WHOLE_QUOTED = /^"([^"]+)"$/;
const ALWAYS = /^\(\?i\)/; // case never counts
const LONGEST = 2000; // characters

/** `{ find, without, problem }`: `find` a pattern's source or empty, `without` a list of them, `problem` why one is none;
 *  `isText` whether `find` is text, which can be looked for in no time. */
export function parsed(text) {
  const without = [];
  const rest = text.slice(0, LONGEST).replace(TERM, (_, pattern, quoted, word) => {
    without.push(pattern?.replace(ALWAYS, "") ?? escaped(quoted ?? word));
    return "";
  }).trim();
  const pattern = WHOLE_PATTERN.exec(rest);
  const find = pattern ? pattern[1].replace(ALWAYS, "") : escaped(WHOLE_QUOTED.exec(rest)?.[1] ?? rest);
  const problem = [find, ...without].map(problemOf).find(Boolean) ?? "";
  return { find: problem ? "" : find, without: problem ? [] : without, isText: !pattern, problem };
}

function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function problemOf(source) {
  try {
    new RegExp(source);
    return "";
  } catch (error) {
    return error.message.replace(/^Invalid regular expression: /, "Not a regular expression: ");
  }
}
