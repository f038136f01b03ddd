// One tab of the dock: its panes side by side, and the bars between them.

import { nameOf } from "./dock-tabs.js";
import { makeSplitter } from "./splitter.js";

const NARROWEST = 0.15; // share of a pane
const LOADERS = {
  shell: async () => (await import("./terminal-pane.js")).TerminalPane,
  logs: async () => {
    await loadStyles(document.getElementById("dock").dataset.logStyles.split(" "));
    return (await import("./log-pane.js")).LogPane;
  },
};

export class Panel {
  #tab;
  #on;
  #panes = new Map(); // id -> {box, mounted}

  /** `tab` is its part of the dock's state. `on.change()` is called when that has changed, `on.choose(pane)` when a pane
   *  gets the focus, `on.close(pane)` for its button, `on.over(pane)` when it has ended after it was closed, `on.leave()` when
   *  the keyboard is to leave. */
  constructor(tab, on) {
    this.#tab = tab;
    this.#on = on;
    this.element = document.createElement("div");
    Object.assign(this.element, { className: "dock-panel", id: `dock-panel-${tab.id}` });
    this.element.setAttribute("role", "tabpanel");
    this.element.setAttribute("aria-labelledby", `dock-tab-${tab.id}`);
    for (const pane of tab.panes) this.add(pane);
  }

  /** Mounts a pane of the tab. */
  add(pane) {
    const box = document.getElementById("dock-pane").content.firstElementChild.cloneNode(true);
    const entry = { pane, box, mounted: null };
    this.#panes.set(pane.id, entry);
    const bar = box.querySelector(".pane-split");
    makeSplitter(bar, { vertical: true, move: (by) => this.#move(pane, by), done: this.#on.change });
    box.querySelector("[name=close-pane]").addEventListener("click", () => this.#on.close(pane));
    box.addEventListener("focusin", () => this.#on.choose(pane));
    this.element.append(box);
    entry.ready = this.#mount(entry);
    this.#layOut();
  }

  async #mount(entry) {
    const { pane, box } = entry;
    const Pane = await LOADERS[pane.kind]();
    if (!this.#panes.has(pane.id)) return; // removed meanwhile
    entry.mounted = new Pane(box.querySelector(".pane-room"), {
      address: pane.address,
      about: pane.about,
      state: pane.state,
      place: pane.place,
      onstate: (state) => {
        if (!this.#panes.has(pane.id)) return;
        pane.state = { ...state };
        this.#label(entry);
        this.#on.change();
        if (state.ends && state.phase === "ended") this.#on.over(pane);
      },
      onleave: this.#on.leave,
    });
    await entry.mounted.ready;
  }

  async remove(pane) {
    const entry = this.#panes.get(pane.id);
    this.#panes.delete(pane.id);
    entry.box.remove();
    this.#layOut();
    await entry.ready;
    await entry.mounted?.dispose();
  }

  get ready() {
    return Promise.all([...this.#panes.values()].map((entry) => entry.ready));
  }

  /** Once all of it looks as it did on an earlier page. */
  get drawn() {
    return this.ready.then(() => Promise.all([...this.#panes.values()].map(({ mounted }) => mounted?.drawn)));
  }

  /** The pane of that id once it is mounted, else undefined. */
  at(id) {
    return this.#panes.get(id)?.mounted ?? undefined;
  }

  /** Notes in each pane what of it is in view. */
  notePlaces() {
    for (const { pane, mounted } of this.#panes.values()) if (mounted) pane.place = mounted.place;
  }

  async show(seen) {
    this.element.classList.toggle("is-hidden", !seen);
    this.element.inert = !seen;
    await this.ready;
    for (const { mounted } of this.#panes.values()) mounted?.show(seen);
  }

  #label({ pane, box }) {
    box.querySelector(".pane-name").textContent = nameOf(pane);
    box.querySelector(".pane-split").setAttribute("aria-label", `Width of ${pane.title}`);
  }

  /** Shares of the width; the bar of the first pane is not needed, nor any head while there is one pane. */
  #layOut() {
    const entries = [...this.#panes.values()];
    this.element.style.gridTemplateColumns = entries.map(({ pane }) => `minmax(0, ${pane.share ?? 1}fr)`).join(" ");
    this.element.classList.toggle("is-split", entries.length > 1);
    for (const entry of entries) this.#label(entry);
  }

  #move(pane, by) {
    const panes = this.#tab.panes;
    const before = panes[panes.indexOf(pane) - 1];
    if (!before) return;
    const total = panes.reduce((sum, each) => sum + (each.share ?? 1), 0);
    const both = (before.share ?? 1) + (pane.share ?? 1);
    const least = NARROWEST * total;
    const wanted = (before.share ?? 1) + (by / this.element.clientWidth) * total;
    before.share = Math.max(least, Math.min(both - least, wanted));
    pane.share = both - before.share;
    this.#layOut();
  }
}

/** Sheets that only pages of logs bring themselves. */
function loadStyles(addresses) {
  const wanted = addresses.filter((address) => ![...document.styleSheets].some(({ href }) => href?.endsWith(address)));
  return Promise.all(wanted.map((href) => new Promise((resolve) => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href, onload: resolve, onerror: resolve });
    document.head.append(link);
  })));
}
