// The list of open shells: follows what happens to them, and asks before one is ended.

import { ask } from "./ask.js";
import { tellTimes } from "./ages.js";

const EVERY = 3000; // milliseconds

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-ask]");
  if (!form) return;
  event.preventDefault();
  if (await ask({ title: form.dataset.ask, body: "What runs in it is ended.", deed: "End shell", danger: true })) form.submit();
});

/** Whoever types a name or is about to press something keeps what he sees. */
const isInUse = () => document.hidden || document.getElementById("shell-lists").contains(document.activeElement) || document.querySelector("dialog[open]");

async function follow() {
  if (isInUse()) return;
  const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null); // the server may be away
  if (answer?.type === "opaqueredirect") return location.reload(); // signed out
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (isInUse()) return;
  const lists = document.adoptNode(page.getElementById("shell-lists"));
  document.getElementById("shell-lists").replaceWith(lists);
  tellTimes(lists);
}

async function followForEver() {
  await follow();
  setTimeout(followForEver, EVERY);
}
setTimeout(followForEver, EVERY);
