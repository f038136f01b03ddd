// Keys: "/" filter, "?" help, g and a letter to go, j and k through rows, x picks one, Enter opens, Ctrl-K finds, Esc leaves.

import { openPalette } from "./palette.js";

const GO_WITHIN = 1500; // milliseconds between g and the letter
const OBJECT_PAGES = ["nodes", "pods", "deployments"].map((kind) => `a.name[href*="/${kind}/"]`).join();
const VIEWS = { l: "logs/", s: "shell/", y: "yaml/" };
let goingUntil = 0;

const inField = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], .xterm");
const singleKeys = () => document.documentElement.dataset.keys !== "off";
const rows = () => [...document.querySelectorAll("tr[data-uid]")];

export function openHelp() {
  document.getElementById("help").showModal();
}

function step(by) {
  const all = rows();
  const here = all.indexOf(document.activeElement?.closest?.("tr[data-uid]"));
  const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + by))];
  next?.setAttribute("tabindex", "-1");
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function openRow() {
  document.activeElement?.closest?.("tr[data-uid]")?.querySelector("a")?.click();
}

/** The view of the object on the page, or the YAML of the row that has the focus. */
function view(letter) {
  const row = document.activeElement?.closest?.("tr[data-uid]");
  const link = (row ?? document.querySelector(".tabs"))?.querySelector(`a[data-key="${letter}"]`);
  const page = row?.querySelector(OBJECT_PAGES)?.href;
  if (link) link.click();
  else if (page && (letter === "y" || page.includes("/pods/"))) location.href = new URL(VIEWS[letter], page);
}

function go(letter) {
  goingUntil = 0;
  document.querySelector(`[data-go="${CSS.escape(letter)}"]`)?.click();
}

/** Picks the row that has the focus, as a click on its box does. */
function pick(shiftKey) {
  const box = document.activeElement?.closest?.("tr[data-uid]")?.querySelector(".p-pick input");
  box?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
}

const acts = {
  "/": () => (document.getElementById("q") ?? document.querySelector("[data-log-search]"))?.select(),
  "?": openHelp,
  g: () => (goingUntil = Date.now() + GO_WITHIN),
  j: () => step(1),
  k: () => step(-1),
  x: () => pick(false),
  X: () => pick(true),
  l: () => view("l"),
  s: () => view("s"),
  y: () => view("y"),
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.target.closest?.(".xterm")) {
    event.preventDefault();
    return openPalette();
  }
  if (event.key === "Escape") return leave(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Enter" && event.target.matches?.("tr[data-uid]")) return openRow();
  if (inField(event.target) || document.querySelector("dialog[open]") || !singleKeys()) return;
  const going = Date.now() < goingUntil;
  if (!going && !acts[event.key]) return;
  event.preventDefault();
  if (going) go(event.key);
  else acts[event.key]();
});

/** Esc empties the filter, then leaves the field. Dialogs and menus close by themselves. */
function leave({ target }) {
  if (target.id !== "q") return;
  if (target.value) {
    target.value = "";
    target.dispatchEvent(new Event("input", { bubbles: true }));
  } else target.blur();
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-act=help]")) openHelp();
});

// For the tests: from here on a key is heard.
document.documentElement.dataset.listening = "";
