// The page of a shell that is open already: takes it up, or watches it. Who leaves the page finds it in the dock.

import { dock } from "./dock.js";
import { showStatus } from "./shell-status.js";
import { TerminalPane } from "./terminal-pane.js";

const place = document.getElementById("terminal");
const status = document.getElementById("shell-status");
const tools = document.getElementById("running-tools");
const [closeButton, dockButton, findButton] = ["close-shell", "to-dock", "find"].map((id) => document.getElementById(id));

const { session, address, title, watches, owner } = place.dataset;
const drives = watches === undefined;
if (drives) dock.take(session);
const pane = new TerminalPane(place, { address, watches: !drives, owner, state: { session }, onstate, onleave: () => (tools.hidden ? status : (closeButton ?? findButton)).focus() });

function onstate(state) {
  showStatus(status, state, { opening: "Opening", running: drives ? "Live" : "Watching" });
  document.getElementById("size").textContent = `${state.columns} × ${state.rows}`;
  const hadFocus = tools.contains(document.activeElement);
  tools.hidden = ["away", "ended"].includes(state.phase);
  if (hadFocus && tools.hidden) status.focus();
}

findButton.addEventListener("click", () => pane.find());
closeButton?.addEventListener("click", () => pane.end());
dockButton?.addEventListener("click", () => (location.href = dockButton.dataset.pod));
addEventListener("pagehide", () => {
  if (drives && pane.isLive) dock.keep({ kind: "shell", address, title, state: { ...pane.state } });
});
await pane.ready;
pane.show(true);
pane.focus();
