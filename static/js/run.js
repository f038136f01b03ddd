// The page of a one-off command: runs it, shows what it prints and its exit code.

import { ask } from "./ask.js";
import { copyFor } from "./copy.js";
import { stateOf, watchedBy } from "./shell-status.js";
import { SIGNED_OUT, StreamSocket } from "./stream-socket.js";

const FIRST_WAIT = 1000; // milliseconds before the connection is tried again
const LONGEST_WAIT = 8000;
const MOST = 4 * 1024 * 1024; // characters that are shown
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;

const output = document.getElementById("output");
const tools = document.getElementById("run-tools");
const status = document.getElementById("run-status");
const runButton = tools.querySelector("button[type=submit]");
const [stopButton, copyButton, recorded, watched, signIn] = ["stop", "copy", "recorded", "watched", "sign-in"].map((id) => document.getElementById(id));

const IN_A_BARE_IMAGE = {
  title: "Run it in an image without a shell?",
  body: "Pilothouse ends what it starts with a script, and this image has no sh to run one. It can only press Ctrl-C for you: a command that ignores that goes on until it ends by itself, and so does one whose Pilothouse is killed.",
  deed: "Run it",
};

let socket, text, decoder, code, wanted, session, drawnUpTo, shown, hasNoShell, wait;

function say(words, state) {
  const mark = document.createElement("span");
  mark.className = `st st-${state}`;
  mark.textContent = words;
  status.replaceChildren(mark);
}

/** `bare`: also where nothing but Ctrl-C can end it. */
function run(command, container, bare = false) {
  history.replaceState(null, "", `?${new URLSearchParams({ container })}`);
  begin("Starting");
  connect(`${output.dataset.socket}?${new URLSearchParams({ container })}`, () => socket.send(bare ? { command, without_shell: true } : { command }));
}

/** Goes on with a command that was started on another page. */
function takeUp({ session: id, command, container }) {
  Object.assign(tools.elements.command, { value: command });
  Object.assign(tools.elements.container, { value: container });
  output.focus(); // the button goes
  begin("Taking the command up again");
  session = id;
  connect(`/ws/shells/${session}/?from=0`, () => {});
}

function begin(words) {
  document.querySelectorAll(".stream-page > .note").forEach((line) => line.remove());
  if (document.activeElement === runButton) output.focus();
  runButton.disabled = true;
  copyButton.hidden = true;
  text = document.createTextNode("");
  output.replaceChildren(text);
  [decoder, code, wanted, session, drawnUpTo, shown, hasNoShell, wait] = [new TextDecoder(), undefined, false, undefined, 0, 0, false, FIRST_WAIT];
  say(words, "progressing");
}

function connect(address, onopen) {
  socket = new StreamSocket(address, { onopen, onbytes, onmessage, onend });
}

function onbytes(bytes) {
  drawnUpTo += bytes.length;
  append(decoder.decode(bytes, { stream: true }));
  socket.noteDrawn(bytes.length);
  socket.tellDrawn();
}

/** Shows text without its escapes; what is beyond MOST is left out, and said at the end. */
function append(piece) {
  const plain = piece.replace(ESCAPES, "").replace(/\r\n?/g, "\n");
  const isAtEnd = output.scrollTop + output.clientHeight >= output.scrollHeight - 4;
  text.appendData(plain.slice(0, Math.max(0, MOST - shown)));
  shown += plain.length;
  if (isAtEnd) output.scrollTop = output.scrollHeight;
}

function onmessage(message) {
  if (message.type === "session") session = message.id;
  else if (message.type === "no shell") hasNoShell = true;
  else if (message.type === "started") {
    say("Running", "running");
    recorded.hidden = !message.recorded;
    stopButton.hidden = false;
    socket.send({ eof: true });
  } else if (message.type === "notice") note(message.text);
  else if (message.type === "not recorded") {
    recorded.hidden = true;
    note(`This command is not recorded. ${message.reason}`);
  } else if (message.type === "watched by") {
    watched.hidden = !message.names.length;
    watched.textContent = watchedBy(message.names);
  } else if (message.type === "exit") [code, wanted] = [message.code, message.wanted];
  else if (message.type === "resumed") {
    [drawnUpTo, wait] = [message.from, FIRST_WAIT];
    noteLost(message.lost);
  } else if (message.type === "skipped") {
    drawnUpTo += message.bytes;
    noteLost(message.bytes);
  }
}

function noteLost(bytes) {
  if (bytes) note(`${bytes} bytes were printed meanwhile and are not kept.`);
}

function note(words) {
  const line = document.createElement("p");
  line.className = "note";
  line.textContent = words;
  output.before(line);
}

function onend(reason, isRefused, how) {
  if (reason === null && session) {
    say("Not connected to Pilothouse, trying again", "stale");
    setTimeout(() => connect(`/ws/shells/${session}/?from=${drawnUpTo}`, () => {}), wait);
    wait = Math.min(LONGEST_WAIT, wait * 2);
    return;
  }
  if (shown > MOST) note(`Only the first ${MOST.toLocaleString("en-GB")} characters are shown.`);
  runButton.disabled = false;
  if (document.activeElement === stopButton) runButton.focus();
  stopButton.hidden = true;
  watched.hidden = true;
  copyButton.hidden = !text.length;
  say(reason ?? "The connection to Pilothouse was lost; the result is unknown.", stateOf({ code, wanted }));
  signIn.hidden = how !== SIGNED_OUT;
  if (hasNoShell) askWhetherBare();
}

async function askWhetherBare() {
  const { command, container } = tools.elements;
  const asked = [command.value, container.value];
  if (await ask(IN_A_BARE_IMAGE)) run(...asked, true);
}

tools.addEventListener("submit", (event) => {
  event.preventDefault();
  run(tools.elements.command.value, tools.elements.container.value);
});
for (const button of document.querySelectorAll("#running [data-session]")) {
  button.disabled = false;
  button.addEventListener("click", () => takeUp(button.dataset));
}
stopButton.addEventListener("click", () => socket.send({ close: true }));
copyButton.addEventListener("click", () => copyFor(copyButton, text.data));
// Not before: the browser would send the form itself and load the page again.
runButton.disabled = false;
tools.elements.command.focus();
