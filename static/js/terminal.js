// A terminal: xterm.js in our colours, which obeys nothing that reaches beyond it.

import { FitAddon } from "../vendor/xterm/addon-fit.mjs";
import { Terminal } from "../vendor/xterm/xterm.mjs";
import { copyText } from "./copy.js";
import { allowItsStyles } from "./styleless.js";
import { guardLinks, guardPaste, guardQuestions } from "./terminal-guards.js";
import { Renderer } from "./terminal-renderer.js";
import { onChange, settings } from "./terminal-settings.js";
import { colours, onPageColours } from "./terminal-theme.js";

const FONT = '"JetBrains Mono Variable", ui-monospace, monospace';
const SCROLLBACK = 5000; // lines
const LEAVES = ["Backspace", "Escape"]; // with Ctrl and Shift; Windows keeps the second for itself

/** Makes a terminal that fills `place`; one that is only `watched` has the size that it is given, and takes no keys.
 *  `on.leave()` is called for Ctrl-Shift-Backspace, since Tab belongs to the shell; `on.find()` for Ctrl-Shift-F;
 *  `on.isReplay()` says whether what is written now was written before.
 *  Returns the terminal, `show(seen)` and `dispose()`. */
export async function makeTerminal(place, on, { watched = false } = {}) {
  await document.fonts.load(`13px ${FONT}`);
  allowItsStyles();
  const terminal = new Terminal({
    fontFamily: FONT,
    fontSize: settings().fontSize,
    scrollback: SCROLLBACK,
    cursorBlink: false,
    theme: colours(settings().theme),
    minimumContrastRatio: 4.5,
    disableStdin: watched,
    allowProposedApi: true, // the marks of what is found
  });
  guardLinks(terminal);
  guardQuestions(terminal, on.isReplay);
  guardPaste(terminal, place);
  terminal.attachCustomKeyEventHandler((event) => keys(event, terminal, on));
  terminal.open(place);
  terminal.textarea.setAttribute("aria-label", "Terminal. Ctrl Shift Backspace leaves it.");
  place.classList.toggle("is-watched", watched);
  const ends = [dress(place, terminal), copyWhatIsSelected(place, terminal)];
  if (!watched) ends.push(follow(place, terminal));
  const renderer = new Renderer(terminal);
  return {
    terminal,
    show: (seen) => renderer.show(seen),
    dispose() {
      for (const end of ends) end();
      renderer.show(false);
      terminal.dispose();
    },
  };
}

/** Fits the terminal to its place, at once and whenever that or its font changes. */
function follow(place, terminal) {
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  let asked = 0;
  const fitSoon = () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => place.offsetWidth && fit.fit());
  };
  if (place.offsetWidth) fit.fit();
  const size = new ResizeObserver(fitSoon);
  size.observe(place);
  const endChanges = onChange(fitSoon);
  return () => {
    cancelAnimationFrame(asked);
    size.disconnect();
    endChanges();
  };
}

/** Keeps colours, font and what a screen reader gets as the settings and the page say. */
function dress(place, terminal) {
  const paint = () => {
    const { theme, fontSize, screenReader } = settings();
    terminal.options.theme = colours(theme);
    terminal.options.fontSize = fontSize;
    terminal.options.screenReaderMode = screenReader;
    place.style.background = terminal.options.theme.background;
  };
  paint();
  const ends = [onChange(paint), onPageColours(paint)];
  return () => ends.forEach((end) => end());
}

function copyWhatIsSelected(place, terminal) {
  const copySoon = () => setTimeout(() => settings().copyOnSelect && copy(terminal.getSelection()));
  place.addEventListener("mouseup", copySoon);
  return () => place.removeEventListener("mouseup", copySoon);
}

/** Whether xterm.js should handle the key. Ctrl-Shift-V is left to the browser, which pastes. */
function keys(event, terminal, on) {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true;
  if (event.code === "KeyV") return false;
  const act = { KeyC: () => copy(terminal.getSelection()), KeyF: on.find }[event.code] ?? (LEAVES.includes(event.code) && on.leave);
  if (!act) return true;
  event.preventDefault();
  if (event.type === "keydown") act();
  return false;
}

function copy(text) {
  if (text) copyText(text).catch(() => {}); // a browser that refuses says so itself
}
