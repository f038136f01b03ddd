// How a shell fares, said below its terminal.

const LIST = new Intl.ListFormat("en-GB");
const STATES = { opening: "progressing", running: "running", lost: "stale", away: "unsure" };

/** The class of the state of a shell in that `phase`, which ended with that `code` or because somebody `wanted` it. */
export function stateOf({ phase, code, wanted }) {
  return STATES[phase] ?? (code === 0 || wanted ? "completed" : "failed");
}

/** Shows the state of a `TerminalPane` in `place`; `usual` are the words for a phase about which the pane has none. */
export function showStatus(place, state, usual) {
  const mark = document.createElement("span");
  mark.className = `st st-${stateOf(state)}`;
  mark.textContent = state.words || usual[state.phase];
  place.replaceChildren(mark, ...(state.recorded && state.phase in STATES ? [recordedMark()] : []));
}

/** The sentence about those who look on. */
export function watchedBy(names) {
  return `${LIST.format(names)} ${names.length === 1 ? "is" : "are"} watching.`;
}

function recordedMark() {
  const mark = document.createElement("span");
  mark.className = "rec";
  mark.textContent = "Recorded";
  return mark;
}
