// A live table: rows change in place; new and moved rows wait while the pointer is among them.

import { tellTimes } from "./ages.js";
import { connect } from "./socket.js";
import { showPicks, unpick } from "./table-picks.js";

const CHANGED_FOR = 10_000; // milliseconds
const TINTED_FOR = 1_800;
const GONE_FOR = 5_000;
const TYPING_PAUSE = 200;
const PLAIN = /^[a-z0-9 .-]*$/i;

const find = (id) => document.getElementById(id);
let disconnect, waiting;

function start() {
  waiting = undefined;
  if (matchMedia("(max-width: 720px)").matches) find("q").placeholder = find("q").dataset.short;
  showPicks();
  disconnect = connect(find("table").dataset.socket, { hello, show, state });
}

const rowOf = (uid) => find(`r-${uid}`);
const rows = () => [...find("rows").querySelectorAll("tr[data-uid]")];

function hello() {
  // What waits is not on the page, so it is sent again.
  waiting = undefined;
  showWaiting();
  return { have: Object.fromEntries(rows().map((row) => [row.dataset.uid, row.dataset.rv])) };
}

function state(open, { refused } = {}) {
  if (open) return;
  const freshness = find("freshness");
  freshness.className = "st st-stale";
  freshness.textContent = refused ? "You may no longer see this" : "Not connected to Pilothouse, trying again";
  // What the server says next must replace these words, even if it says the same as before.
  find("pager").lastHtml = undefined;
}

// What is pressed must still be there when it is let go, or the click goes to nothing.
let pressed = false;
addEventListener("pointerdown", () => (pressed = true), true);
for (const end of ["pointerup", "pointercancel", "dragend"]) addEventListener(end, () => setTimeout(release), true);

function release() {
  pressed = false;
  dispatchEvent(new Event("released"));
}

async function show(message) {
  if (pressed) await new Promise((done) => addEventListener("released", done, { once: true }));
  if (message.rows || message.cells || message.order) showRows(message);
  for (const name of ["facets", "pager", "empty"]) if (name in message) replaceInside(find(name), message[name]);
  if ("stale" in message) showWarning(message);
  if ("health" in message) showHealth(message);
  for (const [kind, count] of Object.entries(message.counts ?? {})) {
    for (const number of document.querySelectorAll(`[data-count="${kind}"]`)) number.textContent = count;
  }
  if (waiting) showWaiting();
}

// ---- Rows ----

function showRows({ rows: html = {}, cells: changed = {}, order, gone = [] }) {
  const fresh = new Map(Object.entries(html).map(([uid, text]) => [uid, parsedRow(text)]));
  for (const [uid, row] of fresh) {
    if (!rowOf(uid)) continue;
    change(rowOf(uid), row.dataset.rv, differing(rowOf(uid), row));
    fresh.delete(uid);
  }
  for (const [uid, { rv, cells }] of Object.entries(changed)) {
    const row = rowOf(uid) ?? waiting?.fresh.get(uid);
    if (row) change(row, rv, cells);
  }
  for (const uid of gone) strike(rowOf(uid));
  unpick(gone);
  if (!order) return;
  const wanted = new Set(order);
  for (const [uid, row] of waiting?.fresh ?? []) if (wanted.has(uid) && !fresh.has(uid)) fresh.set(uid, row);
  waiting = { order, fresh };
  if (!isRead()) arrange();
}

function parsedRow(text) {
  const template = document.createElement("template");
  template.innerHTML = text;
  tellTimes(template.content);
  return template.content.firstElementChild;
}

/** Puts the new cells into the row that is there: it keeps its place, its focus and what is selected in other cells. */
function change(row, version, cells) {
  row.dataset.rv = version;
  for (const [column, html] of Object.entries(cells)) {
    const cell = [...row.cells].find((each) => each.dataset.col === column);
    const focused = cell.contains(document.activeElement);
    cell.innerHTML = html;
    tellTimes(cell);
    if (focused) cell.querySelector("a, button")?.focus({ preventScroll: true });
  }
  if (row.isConnected && Object.keys(cells).length) mark(row);
}

/** What a row holds that the one on the page does not, by column. */
function differing(old, next) {
  const changed = [...next.cells].filter((cell, index) => cell.innerHTML !== old.cells[index].innerHTML);
  return Object.fromEntries(changed.map((cell) => [cell.dataset.col, cell.innerHTML]));
}

// The tint does not fade: repainting rows for seconds on end would slow down the changes that follow.
function mark(row) {
  row.classList.add("is-changed", "was-changed");
  clearTimeout(row.untint);
  clearTimeout(row.unmark);
  row.untint = setTimeout(() => row.classList.remove("is-changed"), TINTED_FOR);
  row.unmark = setTimeout(() => row.classList.remove("was-changed"), CHANGED_FOR);
}

function strike(row) {
  if (!row || row.classList.contains("is-gone")) return;
  row.classList.add("is-gone");
  row.removeAttribute("id");
  row.removeAttribute("data-uid");
  setTimeout(() => row.remove(), GONE_FOR);
}

/** Whether somebody points into the table or has selected text in it: then nothing may move. */
const isRead = () => find("rows").matches(":hover") || isSelected();

function isSelected() {
  const selection = getSelection();
  return !selection.isCollapsed && find("rows").contains(selection.anchorNode);
}

function arrange() {
  const body = find("rows");
  const { order, fresh } = waiting;
  waiting = undefined;
  const wanted = new Set(order);
  for (const row of rows()) if (!wanted.has(row.dataset.uid)) row.remove();
  let place = body.firstElementChild;
  for (const uid of order) {
    while (place?.classList.contains("is-gone")) place = place.nextElementSibling;
    const row = rowOf(uid) ?? fresh.get(uid);
    if (!row) continue;
    if (row === place) place = place.nextElementSibling;
    else move(body, row, place);
  }
  for (const row of fresh.values()) if (row.isConnected) mark(row);
  showPicks();
  showWaiting();
}

function move(body, row, place) {
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  body.insertBefore(row, place);
  focused?.focus({ preventScroll: true });
}

function showWaiting() {
  const button = find("waiting");
  button.hidden = !waiting;
  if (!waiting) return;
  const added = waiting.order.filter((uid) => !rowOf(uid)).length;
  const kept = waiting.order.filter((uid) => rowOf(uid));
  const shown = rows().map((row) => row.dataset.uid).filter((uid) => kept.includes(uid));
  const moved = kept.filter((uid, index) => uid !== shown[index]).length;
  const left = rows().length - kept.length;
  const parts = [[added, "new"], [moved, "moved"], [left, "elsewhere"]].filter(([count]) => count);
  button.textContent = `${parts.map(([count, word]) => `${count} ${word}`).join(", ") || "New order"}: show`;
}

// ---- Around the rows ----

function replaceInside(element, html) {
  if (element.lastHtml === html) return;
  element.lastHtml = html;
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const place = focused && [...element.querySelectorAll("a, button")].indexOf(focused);
  element.innerHTML = html;
  tellTimes(element);
  if (focused) element.querySelectorAll("a, button")[place]?.focus({ preventScroll: true });
}

function showWarning({ stale, state: name }) {
  find("stale-bar")?.remove();
  if (!stale) return;
  const bar = document.createElement("p");
  Object.assign(bar, { id: "stale-bar", className: "stale-bar", role: "status" });
  bar.innerHTML = `<span class="st st-${name}"></span><span>${stale}</span>`;
  tellTimes(bar);
  find("main").prepend(bar);
}

function showHealth({ health, state: name }) {
  for (const text of document.querySelectorAll("#cluster-switch [data-health]")) {
    text.className = `st st-${name}`;
    text.textContent = [health, ...text.textContent.split(" · ").slice(1)].join(" · ");
  }
}

// ---- Filter and other ways to another view ----

let typing, asked = 0;

async function go(address, { replace = false } = {}) {
  const mine = ++asked;
  document.body.classList.add("is-loading");
  try {
    const response = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!response) return state(false);
    if (!response.ok || new URL(response.url).pathname !== location.pathname) return void (location.href = address);
    const html = await response.text();
    if (mine === asked) await swap(html, response.url, replace);
  } finally {
    document.body.classList.remove("is-loading");
  }
}

/** htmx morphs, so the field that is typed in keeps its focus and its caret. */
async function swap(html, address, replace) {
  disconnect();
  const typed = find("q");
  const { value, selectionStart, selectionEnd } = typed;
  const held = document.activeElement === typed;
  await htmx.swap({ sourceElement: find("table"), target: find("table"), text: html, swap: "outerMorph" });
  if (held && PLAIN.test(value)) {
    find("q").value = value;
    find("q").focus({ preventScroll: true });
    find("q").setSelectionRange(selectionStart, selectionEnd);
  }
  for (const name of ["facets", "pager", "empty"]) find(name).lastHtml = undefined;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  tellTimes(find("table"));
  start();
}

function addressOfFilter() {
  const given = new URLSearchParams(new FormData(find("filter")));
  for (const [name, value] of [...given]) if (!value) given.delete(name);
  return `${location.pathname}?${given}`;
}

document.addEventListener("input", ({ target }) => {
  clearTimeout(typing);
  if (target.id !== "q") return;
  // label=value and node:name are taken at Enter: half of one means nothing.
  const isPlain = PLAIN.test(target.value);
  find("filter").querySelector("kbd").textContent = isPlain ? "/" : "Enter";
  if (isPlain) {
    typing = setTimeout(() => go(addressOfFilter(), { replace: true }), TYPING_PAUSE);
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.id !== "filter") return;
  event.preventDefault();
  clearTimeout(typing);
  go(addressOfFilter());
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#waiting")) return arrange();
  const link = event.target.closest("#table a[href^='?']:not([download])");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.href);
});

document.addEventListener("pointerout", ({ target, relatedTarget }) => {
  const inside = (element) => element?.closest?.("#rows, #waiting");
  if (waiting && inside(target) && !inside(relatedTarget) && !isSelected()) arrange();
});

document.addEventListener("selectionchange", () => {
  if (waiting && !isRead()) arrange();
});

addEventListener("popstate", () => location.reload());
addEventListener("pagehide", () => disconnect());
addEventListener("pageshow", ({ persisted }) => persisted && start());

start();
