// The list of open shells: follows what happens to them, and asks before one is ended.

import { ask } from "./ask.js";
import { tellTimes } from "./ages.js";
import { morph, sayWhetherFresh } from "./fresh.js";

const EVERY = 3000, LONGEST = 10_000; // milliseconds between two looks, and of one

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-ask]");
  if (!form) return;
  event.preventDefault();
  if (await ask({ title: form.dataset.ask, body: "What runs in it is ended.", deed: "End shell", danger: true })) form.submit();
});

/** The lists as they are now. Throws where the server does not give them; returns null when one was signed out. */
async function lists() {
  const answer = await fetch(location.href, { redirect: "manual", signal: AbortSignal.timeout(LONGEST) });
  if (answer.type === "opaqueredirect") return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById("shell-lists");
  if (!answer.ok || !found) throw new Error(`no list: ${answer.status}`);
  tellTimes(found);
  return found;
}

async function follow() {
  try {
    const next = document.hidden ? undefined : await lists();
    if (next === null) return location.reload();
    sayWhetherFresh(true);
    if (next && !document.querySelector("dialog[open]")) await morph(document.getElementById("shell-lists"), next);
  } catch {
    sayWhetherFresh(false);
  }
  setTimeout(follow, EVERY);
}

setTimeout(follow, EVERY);
