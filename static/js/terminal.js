// The terminal on the page: xterm.js in our colours, which obeys nothing that reaches beyond it.

import { FitAddon } from "../vendor/xterm/addon-fit.mjs";
import { Terminal } from "../vendor/xterm/xterm.mjs";
import { allowItsStyles } from "./styleless.js";

const FONT = '"JetBrains Mono Variable", ui-monospace, monospace';
const LIGHT = {
  background: "#fbfbfd", foreground: "#1b2333", cursor: "#2b50c4", cursorAccent: "#fbfbfd", selectionBackground: "#c9d6f8",
  black: "#1b2333", red: "#b4231c", green: "#14703f", yellow: "#875100", blue: "#2b50c4", magenta: "#7639a6", cyan: "#0a6a76", white: "#5f6878",
  brightBlack: "#5f6878", brightRed: "#c92a22", brightGreen: "#187f48", brightYellow: "#7d5b00", brightBlue: "#3a60d8",
  brightMagenta: "#8748ba", brightCyan: "#0c7784", brightWhite: "#151b26",
};
const DARK = {
  background: "#0a0e14", foreground: "#d8dee8", cursor: "#93b1ff", cursorAccent: "#0a0e14", selectionBackground: "#2c4272",
  black: "#3a4759", red: "#ff8a80", green: "#5fd08f", yellow: "#f0b652", blue: "#93b1ff", magenta: "#caa2f2", cyan: "#62cfdc", white: "#d8dee8",
  brightBlack: "#8e9aab", brightRed: "#ffaba4", brightGreen: "#86e0ac", brightYellow: "#f6cd83", brightBlue: "#b3c8ff",
  brightMagenta: "#dcc1f7", brightCyan: "#8ddde6", brightWhite: "#ffffff",
};

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

function theme() {
  const chosen = document.documentElement.dataset.bsTheme;
  return (chosen ? chosen === "dark" : prefersDark.matches) ? DARK : LIGHT;
}

/** A terminal that fills `place`. `leave()` is called for Ctrl-Shift-Esc, since Tab belongs to the shell. */
export async function makeTerminal(place, leave) {
  await document.fonts.load(`13px ${FONT}`);
  allowItsStyles();
  const terminal = new Terminal({
    fontFamily: FONT,
    fontSize: 13,
    scrollback: 5000,
    cursorBlink: false,
    theme: theme(),
    minimumContrastRatio: 4.5,
    // What a program calls a link is text; without this xterm.js would open it.
    linkHandler: { activate() {}, allowNonHttpProtocols: false },
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.attachCustomKeyEventHandler((event) => keys(event, terminal, leave));
  terminal.open(place);
  follow(place, fit);
  const repaint = () => (terminal.options.theme = theme());
  prefersDark.addEventListener("change", repaint);
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  return terminal;
}

/** Fits the terminal to its place, at once and whenever that changes. */
function follow(place, fit) {
  let asked = 0;
  fit.fit();
  new ResizeObserver(() => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => fit.fit());
  }).observe(place);
}

/** Whether xterm.js should handle the key. Ctrl-Shift-V is left to the browser, which pastes. */
function keys(event, terminal, leave) {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true;
  if (event.code === "KeyV") return false;
  const act = { KeyC: () => copy(terminal.getSelection()), Escape: leave }[event.code];
  if (!act) return true;
  event.preventDefault();
  if (event.type === "keydown") act();
  return false;
}

/** The browser offers its clipboard only over HTTPS and on this machine; elsewhere the old way does. */
function copy(text) {
  if (!text) return;
  if (navigator.clipboard) navigator.clipboard.writeText(text);
  else document.execCommand("copy");
}
