// The page of a log: what is shown follows the address, and the address follows what is chosen.

import { LogFeed, WINDOW } from "./log-feed.js";
import { count, LogView } from "./log-view.js";

const DRAW_FOR = 12; // milliseconds of a frame
const AT_THE_END = 40; // pixels
const DEFAULTS = { since: "", tail: "500", q: "", follow: "1", previous: "0", times: "1", wrap: "1" };

const $ = (id) => document.getElementById(id);
const tools = $("log-tools"), log = $("log"), status = $("log-status"), paused = $("paused");
const reopen = document.querySelector("[data-act=reopen]");
const view = new LogView($("lines"), $("dropped"));
const chosen = { ...DEFAULTS, ...Object.fromEntries(new URLSearchParams(location.search)), container: tools.elements.container.value };

let feed, state = "waiting", isPaused = false, drawing = false, lastTop = 0;

// ---------- What is asked for ----------

function query(names) {
  return new URLSearchParams(names.filter((name) => chosen[name] !== DEFAULTS[name]).map((name) => [name, chosen[name]]));
}

function open() {
  feed?.close();
  view.clear();
  setPaused(false);
  reopen.hidden = true;
  log.setAttribute("aria-label", `Log of ${chosen.container}`);
  feed = new LogFeed(`${log.dataset.socket}?${query(["container", "since", "tail", "previous", "follow"])}`, { arrived, status: say });
  say("Opening the log", "waiting");
}

function choose(name, value) {
  chosen[name] = value;
  history.replaceState(null, "", `?${query(["container", ...Object.keys(DEFAULTS)])}`);
  show();
}

function show() {
  log.classList.toggle("no-times", chosen.times === "0");
  log.classList.toggle("no-wrap", chosen.wrap === "0");
  for (const button of tools.querySelectorAll("button[name]")) button.setAttribute("aria-pressed", chosen[button.name] === "1");
  const file = query(["container", "since", "previous"]);
  if (chosen.times === "1") file.set("times", "1");
  file.set("tail", "all");
  $("log-file").href = `${tools.dataset.file}?${file}`;
}

// ---------- What is said ----------

function say(text, next) {
  state = next;
  const words = text || (chosen.follow === "1" ? "Following" : "All lines are here");
  const mark = document.createElement("span");
  mark.className = `st st-${{ live: "running", waiting: "progressing", ended: "completed" }[next]}`;
  mark.textContent = words;
  status.replaceChildren(mark);
  reopen.hidden = next !== "ended";
}

function tellHeld() {
  $("held").textContent = `${count.format(view.held)} of 20,000 lines held`;
}

// ---------- Drawing ----------

function arrived() {
  if (isPaused) tellWaiting();
  // Hidden pages get no frames, but the server waits for us to take what it sent.
  else if (document.hidden) draw(Infinity);
  else if (!drawing) {
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      draw(performance.now() + DRAW_FOR);
    });
  }
}

function draw(until) {
  while (!isPaused && feed.waiting.length && performance.now() < until) {
    const chunk = feed.waiting[0];
    const before = chunk.items.splice(0, 100);
    before.forEach(drawItem);
    if (chunk.items.length) continue;
    feed.waiting.shift();
    feed.drawn(chunk);
  }
  feed.tellDrawn();
  tellHeld();
  if (chosen.q) tellMatches();
  stayAtTheEnd();
  if (feed.waiting.length) arrived();
}

function drawItem({ raw, complete, mark, text }) {
  if (mark === "rewind") view.rewind();
  else if (mark) view.mark(text, mark === "gap" ? "gap" : "");
  else view.draw(raw, complete);
}

function stayAtTheEnd() {
  if (isPaused) return;
  log.scrollTop = log.scrollHeight;
  lastTop = log.scrollTop;
}

// ---------- Pause ----------

function setPaused(next) {
  if (next === isPaused) return;
  isPaused = next;
  paused.hidden = !next;
  status.hidden = next;
  feed?.pause(next);
  if (next) {
    $("paused-since").textContent = `Paused at ${new Date().toLocaleTimeString("en-GB")}`;
    tellWaiting();
  } else if (feed) draw(performance.now() + DRAW_FOR);
}

function tellWaiting() {
  const lines = feed.waiting.reduce((sum, { items }) => sum + items.filter((item) => item.complete).length, 0);
  const more = feed.waitingBytes >= WINDOW ? "at least " : "";
  const words = lines || more ? `${more}${count.format(lines)} newer ${lines === 1 ? "line waits" : "lines wait"}` : "no newer lines yet";
  if ($("waiting").textContent !== words) $("waiting").textContent = words;
}

log.addEventListener("scroll", () => {
  const up = log.scrollTop < lastTop - 2;
  const atTheEnd = log.scrollHeight - log.scrollTop - log.clientHeight < AT_THE_END;
  lastTop = log.scrollTop;
  if (up && !atTheEnd && state !== "ended") setPaused(true);
});

new ResizeObserver(stayAtTheEnd).observe(log);

// ---------- Search ----------

function tellMatches(at = 0) {
  const found = view.matches.length;
  const words = found ? `${at ? `${count.format(at)} of ` : ""}${count.format(found)} ${found === 1 ? "line" : "lines"}` : "no match";
  $("matches").textContent = chosen.q ? words : "";
}

let searching;
function searchSoon() {
  clearTimeout(searching);
  searching = setTimeout(() => {
    choose("q", tools.elements.q.value);
    view.search(chosen.q);
    tellMatches();
  }, 120);
}

function goToMatch(step) {
  if (!chosen.q || !view.matches.length) return;
  if (state !== "ended") setPaused(true);
  tellMatches(view.goToMatch(step));
}

// ---------- People ----------

const acts = { resume: () => setPaused(false), reopen: open, "match-before": () => goToMatch(-1), "match-after": () => goToMatch(1) };

document.addEventListener("click", ({ target }) => {
  acts[target.closest("[data-act]")?.dataset.act]?.();
  const button = target.closest("#log-tools button[name]");
  if (!button) return;
  choose(button.name, chosen[button.name] === "1" ? "0" : "1");
  if (["follow", "previous"].includes(button.name)) open();
  else stayAtTheEnd();
});

tools.addEventListener("change", ({ target }) => {
  if (target.name === "q") return;
  choose(target.name, target.value);
  open();
});
tools.addEventListener("input", ({ target }) => target.name === "q" && searchSoon());
tools.addEventListener("submit", (event) => event.preventDefault());
$("q").addEventListener("keydown", (event) => {
  if (event.key === "Enter") goToMatch(event.shiftKey ? -1 : 1);
});
document.addEventListener("keydown", (event) => {
  const busy = event.target.closest("input, select, button, a, textarea, dialog");
  if (event.key !== " " || busy || event.ctrlKey || event.metaKey || event.altKey || state === "ended") return;
  event.preventDefault();
  setPaused(!isPaused);
});

show();
view.search(chosen.q);
open();
