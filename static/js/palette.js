// Ctrl-K: jump to a cluster, a kind, a namespace or an object by its name.

const TYPING_PAUSE = 120; // milliseconds
const dialog = document.getElementById("palette");
const field = dialog.querySelector("input");
const list = dialog.querySelector("ul");
const status = dialog.querySelector("[role=status]");
let typing, asked = 0;

export function openPalette() {
  if (dialog.open) return;
  field.value = "";
  dialog.showModal();
  ask();
}

async function ask() {
  const mine = ++asked;
  const query = new URLSearchParams({ q: field.value, cluster: dialog.dataset.cluster ?? "" });
  const response = await fetch(`${dialog.dataset.url}?${query}`).catch(() => null);
  if (mine !== asked) return;
  if (!response?.ok) return say("Pilothouse does not answer. Try again.");
  const { found } = await response.json();
  if (mine !== asked) return;
  list.replaceChildren(...found.map(line));
  choose(0);
  say(found.length ? "" : `Nothing that you may see is named like "${field.value}".`);
}

function line({ kind, name, where, url }, index) {
  const item = document.createElement("li");
  Object.assign(item, { id: `found-${index}`, role: "option" });
  item.dataset.url = url;
  const title = document.createElement("span");
  title.textContent = name;
  const place = document.createElement("span");
  place.className = "faint small";
  place.textContent = [kind, where].filter(Boolean).join(" · ");
  item.append(title, place);
  return item;
}

function say(text) {
  status.textContent = text;
  status.hidden = !text;
}

const chosen = () => list.querySelector("[aria-selected=true]");

function choose(index) {
  const items = [...list.children];
  for (const item of items) item.setAttribute("aria-selected", "false");
  const item = items.at(index % items.length);
  item?.setAttribute("aria-selected", "true");
  item?.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", item?.id ?? "");
}

field.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(ask, TYPING_PAUSE);
});

field.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) choose([...list.children].indexOf(chosen()) + step);
  else if (event.key === "Enter" && chosen()) location.href = chosen().dataset.url;
  else return;
  event.preventDefault();
});

list.addEventListener("click", ({ target }) => {
  const item = target.closest("li");
  if (item) location.href = item.dataset.url;
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-act=palette]")) openPalette();
  if (target === dialog) dialog.close();
});
