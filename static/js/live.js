// A page that shows objects: when one of them changes it is fetched anew and morphed in place.

import { tellTimes } from "./ages.js";
import { morph, sayWhetherFresh } from "./fresh.js";
import { connect } from "./socket.js";

const PAUSE = 500; // milliseconds between two fetches
const page = document.getElementById("object");
const follow = page.dataset.topics.split(" ").filter(Boolean);

let wanted = false, busy = false;

async function refresh() {
  wanted = true;
  if (busy) return;
  busy = true;
  while (wanted) {
    wanted = false;
    await fetchAndMorph();
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  busy = false;
}

async function fetchAndMorph() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response || response.redirected) return;
  if (response.status === 404) return void gone();
  if (!response.ok) return;
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  tellTimes(next);
  for (const id of ["main", "nav"]) await morph(document.getElementById(id), next.getElementById(id));
}

function gone() {
  if (document.getElementById("gone")) return;
  const note = document.createElement("p");
  Object.assign(note, { id: "gone", className: "stale-bar", role: "status" });
  note.textContent = "This is gone from the cluster. You see it as it was last.";
  document.getElementById("main").prepend(note);
}

if (follow.length) {
  connect("/ws/changes/", {
    hello: () => ({ follow }),
    // Not waited for: the next word may come while the page is fetched.
    show: () => void refresh(),
    state: sayWhetherFresh,
  });
}
