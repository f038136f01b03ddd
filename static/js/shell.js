// The page of a shell: opens one in the container that is chosen, and says how it ended.

import { StreamSocket } from "./stream-socket.js";
import { makeTerminal } from "./terminal.js";
import { Typing } from "./typing.js";

const place = document.getElementById("terminal");
const tools = document.getElementById("shell-tools");
const status = document.getElementById("shell-status");
const openButton = tools.querySelector("button[type=submit]");
const closeButton = document.querySelector("[data-act=close-shell]");
const encoder = new TextEncoder();

let terminal, socket, typing, code;

function say(words, state) {
  const mark = document.createElement("span");
  mark.className = `st st-${state}`;
  mark.textContent = words;
  status.replaceChildren(mark);
}

async function makeRoom() {
  document.getElementById("terminal-blank").remove();
  terminal = await makeTerminal(place, () => (closeButton.hidden ? tools.elements.shell : closeButton).focus());
  terminal.onData((text) => type(encoder.encode(text)));
  terminal.onBinary((text) => type(Uint8Array.from(text, (character) => character.charCodeAt(0))));
  terminal.onResize(sendSize);
}

async function open() {
  openButton.disabled = true;
  socket?.close();
  say("Opening a shell", "progressing");
  if (terminal) terminal.reset();
  else await makeRoom();
  code = undefined;
  const query = new URLSearchParams({ container: tools.elements.container.value, shell: tools.elements.shell.value });
  history.replaceState(null, "", `?${query}`);
  query.set("columns", Math.min(terminal.cols, 500));
  query.set("rows", Math.min(terminal.rows, 500));
  socket = new StreamSocket(`${place.dataset.socket}?${query}`, { onopen, onbytes, onmessage, onend });
  typing = new Typing(socket);
  openButton.disabled = false;
}

function onopen() {
  closeButton.hidden = false;
}

function onbytes(bytes) {
  const here = socket;
  terminal.write(bytes, () => {
    here.noteDrawn(bytes.length);
    here.tellDrawn();
  });
}

function onmessage(message) {
  if (message.type === "started") {
    say(`Shell in ${tools.elements.container.value}`, "running");
    sendSize();
    terminal.focus();
  } else if (message.type === "typed") typing.taken(message.bytes);
  else if (message.type === "exit") code = message.code;
}

function onend(reason) {
  closeButton.hidden = true;
  const words = reason ?? "The connection to Pilothouse was lost, and the shell with it; its result is unknown.";
  say(words, code === 0 ? "completed" : "failed");
  terminal.write(`\r\n\x1b[33m--- ${words} ---\x1b[0m\r\n`);
}

function sendSize() {
  document.getElementById("size").textContent = `${terminal.cols} × ${terminal.rows}`;
  socket?.send({ columns: terminal.cols, rows: terminal.rows });
}

function type(bytes) {
  if (socket.isOpen && !typing.send(bytes)) say("Too much was pasted at once; the rest was left out.", "warning");
}

tools.addEventListener("submit", (event) => {
  event.preventDefault();
  open();
});
closeButton.addEventListener("click", () => {
  socket.close();
  onend("You closed the shell.");
});
// Not before: the browser would send the form itself and load the page again.
openButton.disabled = false;
openButton.focus();
