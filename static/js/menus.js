// Menus open below the button that opened them (HTML's popover) and are walked with the arrow keys.

const EDGE = 8; // pixels left free at the window's edge
const ITEMS = "a, button, input:not([type=hidden])";
const HAVE_ARROWS = "select, input:not([type=checkbox], [type=radio])";

document.addEventListener("toggle", ({ target: menu, newState }) => {
  if (!menu.matches?.(".menu")) return;
  const openers = [...document.querySelectorAll(`[popovertarget="${menu.id}"]`)];
  const opener = openers.find((one) => one === document.activeElement) ?? openers[0];
  opener.setAttribute("aria-expanded", newState === "open");
  if (newState !== "open") return;
  putBeside(menu, opener.getBoundingClientRect());
  (menu.querySelector("[aria-current]") ?? menu.querySelector(ITEMS))?.focus();
}, true);

function putBeside(menu, opener) {
  const { width, height } = menu.getBoundingClientRect();
  const below = opener.bottom + height + EDGE <= innerHeight;
  menu.style.left = `${Math.max(EDGE, Math.min(opener.left, innerWidth - width - EDGE))}px`;
  menu.style.top = below ? `${opener.bottom}px` : `${Math.max(EDGE, opener.top - height - EDGE)}px`;
}

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step || event.target.matches(HAVE_ARROWS)) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll(ITEMS)];
  items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-act=navigation]");
  const frame = document.querySelector(".frame");
  if (!button) return void (target.closest(".nav-side a") && frame.classList.remove("nav-open"));
  button.setAttribute("aria-expanded", frame.classList.toggle("nav-open"));
});
