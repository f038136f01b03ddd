// What is in the dock, kept for this tab of the browser while one moves through pages.

const KEY = "pilothouse.dock";
const MOST_TABS = 20;
const HEIGHT = 400, LOWEST = 140; // pixels
const CLEAR = 160; // pixels that stay free above the dock

/** What was kept for `user`; what another one left in this tab of the browser is not shown to him.
 *  `{user, isOpen, isFull, height, at, tabs: [{id, at, panes: [{id, kind, address, title, share, state, place}]}]}`; `at` is the id
 *  of what is chosen. Shells that had ended are left out. */
export function load(user) {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY));
    const kept = found?.user === user ? found : {};
    const tabs = (kept.tabs ?? []).map(withoutTheEnded).filter((tab) => tab.panes.length);
    const at = tabs.some((tab) => tab.id === kept.at) ? kept.at : tabs.at(-1)?.id;
    return { user, isOpen: Boolean(kept.isOpen), isFull: Boolean(kept.isFull), height: fitting(kept.height), at, tabs };
  } catch {
    return { user, isOpen: false, isFull: false, height: HEIGHT, tabs: [] };
  }
}

export function save(state) {
  sessionStorage.setItem(KEY, JSON.stringify(state));
}

export const isRoomFor = (state) => state.tabs.length < MOST_TABS;

/** A height that leaves the page its room. */
export function fitting(height) {
  return Math.round(Math.max(LOWEST, Math.min(Number(height) || HEIGHT, highest())));
}

export const lowest = () => LOWEST;
export const highest = () => Math.max(LOWEST, innerHeight - CLEAR);

export function newId() {
  return crypto.getRandomValues(new Uint32Array(2)).join("-");
}

function withoutTheEnded(tab) {
  const panes = tab.panes.filter((pane) => pane.state?.phase !== "ended");
  return { ...tab, panes, at: panes.some((pane) => pane.id === tab.at) ? tab.at : panes[0]?.id };
}
