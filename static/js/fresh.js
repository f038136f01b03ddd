// What pages do that follow the server: parts that are morphed to how they are now, and a word while they may be old.

/** Nothing is replaced while somebody types in it, has selected text in it or has opened a menu of it. */
export async function morph(old, next) {
  const selection = getSelection();
  const selected = !selection.isCollapsed && old.contains(selection.anchorNode);
  if (!next || selected || old.querySelector("input:focus, textarea:focus, .menu:popover-open") || old.innerHTML === next.innerHTML) return;
  keepWhatIsOpen(old, next);
  await htmx.swap({ sourceElement: old, target: old, text: next.innerHTML, swap: "innerMorph" });
}

function keepWhatIsOpen(old, next) {
  for (const open of old.querySelectorAll("details[open][id]")) {
    next.querySelector(`details[id="${CSS.escape(open.id)}"]`)?.setAttribute("open", "");
  }
}

/** Says on top of the page that it may be old, until it `isFresh` again. */
export function sayWhetherFresh(isFresh, { refused } = {}) {
  document.getElementById("lost")?.remove();
  if (isFresh) return;
  sayOnTop("lost", refused
    ? "You may no longer see this. What you see is old."
    : "Not connected to Pilothouse, trying again. What you see may be old.");
}

/** Says something of the page as a whole, in an element of that id. */
export function sayOnTop(id, words) {
  const note = document.createElement("p");
  Object.assign(note, { id, className: "stale-bar", role: "status", textContent: words });
  document.getElementById("main").prepend(note);
}
