// Pods picked by hand in a table, to read their logs together. What is picked stays so while rows change and on other
// pages of the table.

import { dock } from "./dock.js";

const MOST = 50; // pods; an address has room for so many, and no more are followed at once

const picked = new Map(); // uid -> "namespace/name", in the order in which they were picked
let last = null; // uid of the row picked last: Shift reaches from there

const find = (id) => document.getElementById(id);
const boxes = () => [...document.querySelectorAll("#rows tr[data-uid] .p-pick input")];
const uidOf = (box) => box.closest("tr").dataset.uid;

/** Draws what is picked; to be called when there are other rows. */
export function showPicks() {
  if (!find("picked")) return;
  for (const box of boxes()) {
    box.checked = picked.has(uidOf(box));
    if (box.checked) box.closest("tr").setAttribute("aria-selected", "true");
    else box.closest("tr").removeAttribute("aria-selected");
  }
  showAll();
  showBar();
}

/** Rows that are no more cannot be read. */
export function unpick(uids) {
  const before = picked.size;
  for (const uid of uids) picked.delete(uid);
  if (picked.size !== before) showPicks();
}

function showAll() {
  const all = boxes(), count = all.filter(({ checked }) => checked).length;
  find("pick-all").checked = count > 0 && count === all.length;
  find("pick-all").indeterminate = count > 0 && count < all.length;
}

function showBar() {
  find("picked").hidden = !picked.size;
  const isTooMany = picked.size > MOST;
  find("picked-count").textContent = isTooMany ? `${words(picked.size)} picked; ${MOST} are the most` : `${words(picked.size)} picked`;
  find("picked-logs").querySelector("span").textContent = `Logs of ${words(picked.size)}`;
  find("picked-dock").disabled = isTooMany;
  if (isTooMany) find("picked-logs").removeAttribute("href");
  else find("picked-logs").href = `${find("picked").dataset.logs}?${query()}`;
}

const words = (count) => (count === 1 ? "1 pod" : `${count} pods`);
const query = () => new URLSearchParams([...picked.values()].map((pod) => ["pod", pod]));

function pick(box, isPicked) {
  if (isPicked) picked.set(uidOf(box), box.value);
  else picked.delete(uidOf(box));
}

/** With Shift, all rows between the last one and this become as this. */
function picksOf(box, isRange) {
  const all = boxes();
  const from = isRange ? all.findIndex((each) => uidOf(each) === last) : -1, to = all.indexOf(box);
  return from < 0 ? [box] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
}

function openInDock() {
  const logs = find("picked").dataset.logs, pods = [...picked.values()];
  const title = pods.length === 1 ? pods[0].split("/")[1] : words(pods.length);
  dock.open({ kind: "logs", title, address: `/ws${logs}?${query()}`, about: { file: `${logs}file/?${query()}`, containers: [] } });
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("#rows .p-pick input");
  if (box) {
    for (const each of picksOf(box, event.shiftKey)) pick(each, box.checked);
    last = uidOf(box);
  } else if (event.target.id === "pick-all") for (const each of boxes()) pick(each, event.target.checked);
  else if (event.target.closest("#picked-none")) picked.clear();
  else if (event.target.closest("#picked-dock")) return openInDock();
  else return;
  showPicks();
});

// Shift and a click would select text.
document.addEventListener("mousedown", (event) => event.shiftKey && event.target.closest("#rows .p-pick") && event.preventDefault());
