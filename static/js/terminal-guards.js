// What a container may not do to the person at its terminal: open pages, run pasted lines unasked, drown us in questions.

import { WebLinksAddon } from "../vendor/xterm/addon-web-links.mjs";
import { ask } from "./ask.js";

const LONGEST_ADDRESS = 2000; // characters that we show before somebody opens it
const SHOWN_LINES = 8; // of what is pasted

/** Addresses in the text, and those that a program calls a link (OSC 8), open after a click and a yes; http(s) only. */
export function guardLinks(terminal) {
  terminal.options.linkHandler = { activate: (_, address) => openLink(address), allowNonHttpProtocols: false };
  terminal.loadAddon(new WebLinksAddon((_, address) => openLink(address)));
}

async function openLink(address) {
  if (!URL.canParse(address) || address.length > LONGEST_ADDRESS) return;
  const url = new URL(address); // writes the name of a host as it is asked for, so that none looks like another
  if (!["http:", "https:"].includes(url.protocol)) return;
  const body = document.createElement("div");
  const shown = document.createElement("p");
  shown.className = "mono wrap";
  shown.textContent = url.href;
  body.append("What runs in the container printed this address:", shown);
  const opens = await ask({ title: `Open ${url.host}?`, body, deed: "Open in a new tab" });
  if (opens) window.open(url.href, "_blank", "noopener,noreferrer");
}

/** Pasted lines run at once unless the program takes a paste as a whole: several of them are shown first. */
export function guardPaste(terminal, place) {
  place.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const lines = text.trimEnd().split(/\r\n|\r|\n/);
    if (lines.length < 2 || terminal.modes.bracketedPasteMode) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    askToPaste(terminal, text, lines);
  }, { capture: true });
}

async function askToPaste(terminal, text, lines) {
  const shown = document.createElement("pre");
  shown.className = "pasted";
  const more = lines.length - SHOWN_LINES;
  shown.textContent = lines.slice(0, SHOWN_LINES).join("\n") + (more > 0 ? `\n… and ${more} more lines` : "");
  const body = document.createElement("div");
  body.append("The shell runs each line as soon as it arrives.", shown);
  if (await ask({ title: `Paste ${lines.length} lines?`, body, deed: "Paste" })) terminal.paste(text);
  terminal.focus();
}

const REPLIES = 60; // at once
const REPLIES_A_SECOND = 20;
const QUESTIONS = {
  Csi: [
    { final: "c" }, { prefix: ">", final: "c" }, { prefix: "=", final: "c" }, // device attributes
    { final: "n" }, { prefix: "?", final: "n" }, // device status
    { intermediates: "$", final: "p" }, { prefix: "?", intermediates: "$", final: "p" }, // modes
    { prefix: ">", final: "q" }, // version
    { prefix: "?", final: "u" }, // keyboard
    { final: "t" }, // window
  ],
  Dcs: [{ intermediates: "$", final: "q" }, { intermediates: "+", final: "q" }], // settings, terminfo
  Osc: [4, 10, 11, 12], // colours
};

/** Questions of a program to the terminal are answered as typed text: a few at once, some each second, and none that
 *  was asked before `isReplay()` turned false. */
export function guardQuestions(terminal, isReplay) {
  let left = REPLIES, since = performance.now();
  const swallow = () => {
    if (isReplay()) return true;
    const now = performance.now();
    left = Math.min(REPLIES, left + ((now - since) / 1000) * REPLIES_A_SECOND);
    since = now;
    if (left < 1) return true;
    left -= 1;
    return false;
  };
  for (const [kind, questions] of Object.entries(QUESTIONS)) {
    for (const question of questions) {
      terminal.parser[`register${kind}Handler`](question, (data) => (kind === "Osc" && !String(data).includes("?") ? false : swallow()));
    }
  }
}
