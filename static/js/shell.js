// The page of a shell: opens one in the container that is chosen, and says how it fares. Who leaves the page finds it in
// the dock; who loads it again, here.

import { dock } from "./dock.js";
import { remember, withKnownShell } from "./shell-memory.js";
import { showStatus } from "./shell-status.js";
import { isAttached, TerminalPane } from "./terminal-pane.js";

const place = document.getElementById("terminal");
const blank = document.getElementById("terminal-blank");
const tools = document.getElementById("shell-tools");
const status = document.getElementById("shell-status");
const openButton = tools.querySelector("button[type=submit]");
const runningTools = document.getElementById("running-tools");
const [findButton, dockButton, closeButton] = ["find", "to-dock", "close-shell"].map((act) => document.querySelector(`[data-act=${act}]`));
const usualStatus = status.textContent;
const DOCK_FULL = "The dock is full: close something in it first.";

let pane;

const address = () => {
  const [container, shell] = [tools.elements.container.value, tools.elements.shell.value];
  if (shell === "attach") return `${place.dataset.attach}?${new URLSearchParams({ container })}`;
  return `${place.dataset.socket}?${new URLSearchParams({ container, shell })}`;
};

/** The address of this page, with what was chosen. */
function withQuery(chosen) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of chosen) query.set(name, value);
  return `?${query}`;
}

async function open(from, state) {
  openButton.disabled = true;
  if (!(await makeWay())) return void (openButton.disabled = false);
  blank.hidden = true;
  const mine = new TerminalPane(place, {
    address: from,
    state,
    onstate: (now) => mine === pane && onstate(now),
    onleave: () => (runningTools.hidden ? tools.elements.shell : closeButton).focus(),
  });
  pane = mine;
  await pane.ready;
  pane.show(true);
  pane.focus();
}

/** A shell that goes on is put aside; false where there is no room for it. */
async function makeWay() {
  if (pane?.isLive && pane.state.session) return giveToDock((moved) => dock.putAside(moved));
  await pane?.dispose();
  return true;
}

/** Hands the shell over with `put(moved)`; false where there is no room for it. */
async function giveToDock(put) {
  if (!dock.hasRoom) {
    status.textContent = DOCK_FULL;
    return false;
  }
  const moved = inDock();
  const old = pane;
  pane = undefined;
  await old.dispose();
  put(moved);
  return true;
}

function onstate(state) {
  const { phase, session, columns, rows } = state;
  const from = pane?.address ?? "";
  const container = new URLSearchParams(from.split("?")[1]).get("container") ?? "";
  closeButton.textContent = isAttached(from) ? "Leave it" : "Close shell";
  showStatus(status, state, isAttached(from)
    ? { opening: "Attaching", running: `Attached to the process of ${container}` }
    : { opening: "Opening a shell", running: `Shell in ${container}` });
  document.getElementById("size").textContent = columns ? `${columns} × ${rows}` : "";
  openButton.disabled = phase === "opening" && !session; // what nobody could find again
  const hadFocus = runningTools.contains(document.activeElement);
  runningTools.hidden = !["running", "lost"].includes(phase);
  if (hadFocus && runningTools.hidden) openButton.focus();
  dockButton.hidden = !session;
  history.replaceState(phase === "ended" ? null : { address: pane?.address, shell: state }, "");
}

function nameTheDeed() {
  openButton.querySelector("span").textContent = tools.elements.shell.value === "attach" ? "Attach" : "Open shell";
}

tools.addEventListener("submit", (event) => {
  event.preventDefault();
  const from = address();
  remember(from);
  history.replaceState(null, "", withQuery(new URLSearchParams(from.split("?")[1])));
  open(from);
});
findButton.addEventListener("click", () => pane.find());
closeButton.addEventListener("click", () => pane.end());
dockButton.addEventListener("click", async () => {
  if (!(await giveToDock((moved) => dock.open(moved)))) return;
  history.replaceState(null, "");
  blank.hidden = false;
  runningTools.hidden = true;
  status.textContent = usualStatus;
});
addEventListener("pagehide", () => {
  if (pane?.isLive && pane.state.session) dock.keep(inDock());
});

function inDock() {
  return { kind: "shell", address: pane.address, title: place.dataset.pod, state: { ...pane.state } };
}

function chooseKnownShell() {
  const container = new URLSearchParams({ container: tools.elements.container.value });
  const known = withKnownShell(`${place.dataset.socket}?${container}`);
  tools.elements.shell.value = new URL(known, location.href).searchParams.get("shell") ?? "auto";
  nameTheDeed();
}

tools.elements.container.addEventListener("change", chooseKnownShell);
tools.elements.shell.addEventListener("change", nameTheDeed);
const podChoice = tools.elements.pod; // on the page of a workload
podChoice?.addEventListener("change", () => {
  location.href = withQuery(new URLSearchParams({ pod: podChoice.value })); // its containers may be others
});
podChoice?.removeAttribute("disabled");
if (!new URLSearchParams(location.search).has("shell")) chooseKnownShell();

/** Those that are open in this pod already, in the dock or elsewhere. */
for (const button of blank.querySelectorAll("[data-session]")) {
  button.disabled = false;
  button.addEventListener("click", () => {
    const { session, address: from } = button.dataset;
    button.remove();
    if (!blank.querySelector("[data-session]")) document.getElementById("open-shells").remove();
    dock.take(session);
    open(from, { session });
  });
}

const last = history.state;
if (last?.shell?.session) {
  dock.take(last.shell.session);
  open(last.address, last.shell);
} else {
  // Not before: the browser would send the form itself and load the page again.
  openButton.disabled = false;
  openButton.focus();
  if (place.dataset.opens !== undefined) tools.requestSubmit();
}
