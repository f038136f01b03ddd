// The tabs of the dock, drawn from its state.

import { stateOf } from "./shell-status.js";

const NUMBER = / \d+$/;
const LONGEST_CONTAINER = 20; // characters of it in the name that the server gives

// The one that most needs a person is the first.
const PHASES = {
  lost: ["stale", "reconnecting"],
  away: ["unsure", "elsewhere"],
  failed: ["failed", "ended"],
  opening: ["progressing", "opening"],
  ended: ["completed", "ended"],
};

export class Tabs {
  #list;
  #on;
  #drawn = new Map(); // id -> element
  #seen = ""; // which tab was brought into view last, and how wide it was

  /** `on.choose(id)` and `on.close(id)` are called for the tab of that id. */
  constructor(list, on) {
    this.#list = list;
    this.#on = on;
    list.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("wheel", ({ deltaX, deltaY }) => (list.scrollLeft += deltaX || deltaY), { passive: true });
  }

  draw({ tabs, at, isOpen }) {
    for (const [id, element] of this.#drawn) {
      if (tabs.some((tab) => tab.id === id)) continue;
      element.remove();
      this.#drawn.delete(id);
    }
    for (const tab of tabs) this.#label(this.#drawn.get(tab.id) ?? this.#make(tab.id), tab, tab.id === at, isOpen);
    this.#bringIntoView(at);
  }

  /** Only when another one is chosen or it has grown: else it stays where a person has scrolled to. */
  #bringIntoView(id) {
    const element = this.#drawn.get(id);
    const seen = `${id} ${element?.offsetWidth}`;
    if (seen !== this.#seen) element?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#seen = seen;
  }

  focus(id) {
    this.#button(id)?.focus();
  }

  #button(id) {
    return this.#drawn.get(id)?.querySelector("[role=tab]");
  }

  #make(id) {
    const element = document.getElementById("dock-tab").content.firstElementChild.cloneNode(true);
    this.#list.append(element);
    this.#drawn.set(id, element);
    const button = this.#button(id);
    button.id = `dock-tab-${id}`;
    button.setAttribute("aria-controls", `dock-panel-${id}`);
    button.addEventListener("click", () => this.#on.choose(id));
    element.addEventListener("auxclick", (event) => event.button === 1 && this.#on.close(id));
    element.querySelector("[name=close-tab]").addEventListener("click", () => this.#on.close(id));
    return element;
  }

  #label(element, tab, isChosen, isOpen) {
    const [first, ...others] = tab.panes;
    const button = element.querySelector("[role=tab]");
    button.setAttribute("aria-selected", isChosen);
    button.tabIndex = isChosen ? 0 : -1;
    element.classList.toggle("is-chosen", isChosen && isOpen);
    element.dataset.kind = first.kind;
    element.classList.toggle("is-recorded", tab.panes.some((pane) => pane.state?.recorded));
    const name = nameOf(first);
    const [head, tail] = cutAt(name + (others.length ? ` +${others.length}` : ""));
    element.querySelector(".tab-name").textContent = head;
    element.querySelector(".tab-tail").textContent = tail;
    button.title = [name, first.state?.title, first.state?.recorded && "Recorded"].filter(Boolean).join(" · ");
    const [state, words] = PHASES[worst(tab.panes)] ?? [];
    const mark = element.querySelector(".tab-state");
    mark.className = `tab-state st${state ? ` st-${state}` : ""}`;
    mark.textContent = words ?? "";
    mark.hidden = !state;
    element.querySelector("[name=close-tab]").setAttribute("aria-label", `Close ${name}`);
  }

  #key(event) {
    const ids = [...this.#drawn.keys()];
    const at = ids.findIndex((id) => this.#button(id) === document.activeElement);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (at < 0 || (!step && event.key !== "Delete")) return;
    event.preventDefault();
    if (step) this.#button(ids.at((at + step) % ids.length)).focus();
    else this.#on.close(ids[at]);
  }
}

/** What its owner calls it; else the title, with a number where the server had to give one to tell two of a name apart. */
export function nameOf(pane) {
  return ownNameOf(pane) || pane.title + (pane.state?.name?.match(NUMBER)?.[0] ?? "");
}

/** What its owner calls a shell; empty where that is what the server called it: by pod, perhaps cut, and container. */
export function ownNameOf({ kind, address, state }) {
  if (kind !== "shell" || !state?.name) return "";
  const { pathname, searchParams } = new URL(address, location.href);
  const given = `${pathname.split("/").at(-3)}/${(searchParams.get("container") ?? "").slice(0, LONGEST_CONTAINER)}`;
  const stem = state.name.replace(NUMBER, "");
  const isGiven = stem.startsWith("…") ? given.endsWith(stem.slice(1)) : given === stem;
  return isGiven ? "" : state.name;
}

/** The part of a name that may be cut, and the end that tells it from others: a pod's suffix and a number. */
function cutAt(name) {
  const at = name.search(/(-[^-\s]{1,10})?( \d+)?( \+\d+)?$/);
  return at > 0 ? [name.slice(0, at), name.slice(at)] : [name, ""];
}

function worst(panes) {
  const phases = panes.map(({ state }) => (state?.phase === "ended" && stateOf(state) === "failed" ? "failed" : state?.phase));
  return Object.keys(PHASES).find((phase) => phases.includes(phase));
}
