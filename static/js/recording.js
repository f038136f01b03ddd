// The player of a recording: its controls, its keys, what is found in it, and the link to a second.

import { CastParts } from "./cast-parts.js";
import { CastPlayer } from "./cast-player.js";
import { CastScreen } from "./cast-screen.js";
import { Scrub, clock } from "./cast-scrub.js";
import { copyText } from "./copy.js";

const SPEEDS = [1, 2, 4, 8, 0.5];
const STEP = 5000; // milliseconds
const SAID_FOR = 2000;

const root = document.getElementById("player");
const part = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((each) => [each.dataset.part, each]));
const size = { columns: Number(root.dataset.columns), rows: Number(root.dataset.rows) };
const screen = new CastScreen(part.screen, size.columns, size.rows);
const parts = new CastParts(root.dataset.parts);
const player = new CastPlayer(screen, size, parts, { onchange: show, ontrouble: (words) => trouble(words) });
const scrub = new Scrub(part.scrub, (moment) => player.seek(moment));

let found = [];
let isAll = true;
let searched = "";
let asking = 0; // a newer search makes the answer to an older one worthless
let place = 0; // in `found`
let marked = null; // the moment at which the place is marked

function show() {
  scrub.show(player.time);
  part.time.textContent = part["link-time"].textContent = clock(player.time);
  root.classList.toggle("is-playing", player.isPlaying);
  part["play-word"].textContent = player.isPlaying ? "Pause" : player.isAtEnd && player.time ? "Again" : "Play";
  if (marked !== null && (player.isPlaying || marked !== player.time)) unmark();
}

function drawLength() {
  scrub.draw(parts.length, parts.activity, player.skips);
  scrub.mark(found);
  part.of.textContent = part.length.textContent = clock(parts.length);
  part["bars-words"].textContent = `bars: how much was written to the screen${player.skips ? "; silences are shortened" : ""}`;
}

function trouble(words) {
  part.trouble.textContent = words;
  part.trouble.hidden = !words;
}

function tell(words) {
  part.find.querySelector("output").textContent = words;
}

function unmark() {
  marked = null;
  screen.unmark();
}

/** Stops at a place that was found, and marks it. */
async function goTo(wanted) {
  place = (wanted + found.length) % found.length;
  const moment = found[place];
  player.pause();
  tell(`${place + 1} of ${found.length}${isAll ? "" : "+"}`);
  await player.seek(moment);
  if (player.time !== moment || player.isPlaying) return;
  marked = moment;
  // Lines that were printed at once stand under each other.
  screen.mark(searched, found.lastIndexOf(moment) - place);
}

async function search(step) {
  const text = part.find.elements.q.value.trim();
  if (!part.find.reportValidity()) return;
  if (text !== searched) {
    searched = text;
    found = [];
    const turn = ++asking;
    const answer = text && (await fetch(`${root.dataset.find}?${new URLSearchParams({ q: text })}`).catch(() => null));
    const places = answer?.ok ? await answer.json() : { found: [], isAll: true };
    if (turn !== asking) return;
    ({ found, isAll } = places);
    scrub.mark(found);
    unmark();
    if (!text) return tell("");
    tell(answer?.ok ? (found.length ? "" : "Not found") : "Cannot search now");
    if (found.length) return goTo(0);
  } else if (found.length) goTo(marked === null ? beside(step) : place + step);
}

/** The next place after, or before, the moment that is shown. */
function beside(step) {
  return step > 0 ? Math.max(0, found.findIndex((moment) => moment > player.time)) : found.findLastIndex((moment) => moment < player.time);
}

function toggleFull() {
  // Refused, the page stays as it is.
  (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()).catch(() => {});
}

function showFull() {
  part.full.setAttribute("aria-pressed", document.fullscreenElement === root);
}

async function copyLink() {
  const link = new URL(location.href);
  // To the millisecond: a second sooner, what is shown now was not there yet.
  link.searchParams.set("t", Math.round(player.time) / 1000);
  history.replaceState(history.state, "", link);
  const label = part.link.querySelector("span");
  const usual = [...label.childNodes];
  try {
    await copyText(link.href);
    label.textContent = "Copied";
  } catch {
    label.textContent = "In the address bar";
  }
  setTimeout(() => label.replaceChildren(...usual), SAID_FOR);
}

function changeSpeed(to) {
  player.speed = to;
  part.speed.textContent = `${to}×`;
}

const acts = {
  " ": () => player.toggle(),
  ArrowRight: () => player.seek(player.time + STEP),
  ArrowLeft: () => player.seek(player.time - STEP),
  ">": () => changeSpeed(Math.min(8, player.speed * 2)),
  "<": () => changeSpeed(Math.max(0.5, player.speed / 2)),
  f: toggleFull,
};

part.play.addEventListener("click", () => player.toggle());
part.speed.addEventListener("click", () => changeSpeed(SPEEDS[(SPEEDS.indexOf(player.speed) + 1) % SPEEDS.length]));
part.skip.addEventListener("change", () => {
  player.skips = part.skip.checked;
  drawLength();
});
part.link.addEventListener("click", copyLink);
part.find.addEventListener("submit", (event) => {
  event.preventDefault();
  search(1);
});
part.find.elements.previous.addEventListener("click", () => search(-1));
if (document.fullscreenEnabled) {
  part.full.hidden = false;
  part.full.addEventListener("click", toggleFull);
  document.addEventListener("fullscreenchange", showFull);
}
document.addEventListener("keydown", (event) => {
  if (document.documentElement.dataset.keys === "off") return;
  // Space presses a button, a letter does nothing there.
  const isPressed = event.key === " " && event.target.closest?.("button, a, input");
  const isTaken = event.target.closest?.("input:not([type=checkbox]), select, textarea, dialog, [contenteditable], .dock");
  if (isPressed || isTaken || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});

async function begin() {
  await screen.ready;
  await parts.watch(drawLength, trouble);
  const asked = new URLSearchParams(location.search);
  const text = asked.get("q")?.length >= 3 ? asked.get("q") : "";
  await player.seek(Math.round((Number(asked.get("t")) || 0) * 1000));
  part.link.hidden = false;
  part.play.disabled = false;
  show();
  root.querySelector("[aria-label='Search the screen']").value = text;
  if (!text || !asked.has("t")) return;
  // A list of what was found led here.
  marked = player.time;
  screen.mark(text, 0);
}

begin().catch((error) => trouble(error.message));
