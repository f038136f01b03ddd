// A page that shows objects: when one of them changes it is fetched anew and morphed in place.

import { tellTimes } from "./ages.js";
import { morph, sayOnTop, sayWhetherFresh } from "./fresh.js";
import { connect } from "./socket.js";

const PAUSE = 500; // milliseconds between two fetches
const TRIES = 3; // where the network fails; after a longer time the socket is lost too, and asks when it is back
const page = document.getElementById("object");
const follow = page.dataset.topics.split(" ").filter(Boolean);

let wanted = false, busy = false;

async function refresh() {
  wanted = true;
  if (busy) return;
  busy = true;
  try {
    for (let failed = 0; wanted; ) {
      wanted = false;
      failed = (await fetchAndMorph()) ? 0 : failed + 1;
      wanted ||= failed > 0 && failed < TRIES;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  } finally {
    busy = false;
  }
}

/** Returns whether the server could be asked. */
async function fetchAndMorph() {
  let response, text;
  try {
    response = await fetch(location.href, { headers: { Accept: "text/html" } });
    text = await response.text();
  } catch {
    return false;
  }
  if (response.status === 404) gone();
  if (response.ok && !response.redirected) await show(text);
  return true;
}

async function show(text) {
  const next = new DOMParser().parseFromString(text, "text/html");
  tellTimes(next);
  for (const id of ["main", "nav"]) await morph(document.getElementById(id), next.getElementById(id));
}

function gone() {
  if (!document.getElementById("gone")) sayOnTop("gone", "This is gone from the cluster. You see it as it was last.");
}

if (follow.length) {
  connect("/ws/changes/", {
    hello: () => ({ follow }),
    // Not waited for: the next word may come while the page is fetched.
    show: () => void refresh(),
    state: sayWhetherFresh,
  });
}
