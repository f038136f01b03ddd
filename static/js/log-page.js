// A page of logs: what is shown follows the address, and the address follows what is chosen.

import { around } from "./logs/links.js";
import { LogViewer } from "./logs/viewer.js";

const place = document.getElementById("log-viewer");
const { socket, file, container, containers } = place.dataset;
const query = new URLSearchParams(location.search);
/** What the address selects stays in it; the rest of the address is the state of the view. */
const kept = new URLSearchParams(place.dataset.selection);
/** Times and containers may stand in an address as people write them by hand. */
const state = Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name).join(",")]));

/** What the page shows: where its logs come from, the `state` as it was chosen last, and the `place` that is in view. */
export const shown = {
  address: socket,
  get place() {
    return viewer.place;
  },
  about: { file, containers: JSON.parse(containers || "[]") },
  state: { ...state, container: state.container ?? container ?? "" },
};

const viewer = new LogViewer(place, {
  address: shown.address,
  ...shown.about,
  page: `${location.pathname}?${kept}`,
  state: shown.state,
  onstate: (chosen) => {
    shown.state = chosen;
    // What is in view stays; whoever opens the address later needs what leads to the line.
    const lasting = { ...chosen, ...(chosen.line && around(chosen.line)) };
    history.replaceState(null, "", `?${new URLSearchParams([...kept, ...Object.entries(lasting)])}`);
  },
});
