// The dock: shells and logs at the bottom of every page, which go on while one moves through pages.

import { ask } from "./ask.js";
import { Panel } from "./dock-panel.js";
import { fitting, highest, isRoomFor, load, lowest, newId, save } from "./dock-state.js";
import { withKnownShell } from "./shell-memory.js";
import { makeSplitter } from "./splitter.js";
import { Tabs, nameOf, ownNameOf } from "./dock-tabs.js";

const MOST_PANES = 4; // side by side
const COVERS_THE_PAGE = matchMedia("(max-width: 720px)"); // as static/css/dock.css has it

class Dock {
  #element = document.getElementById("dock");
  #state = load(this.#element.dataset.user);
  #panels = new Map(); // id of a tab -> Panel
  #tabs;

  constructor() {
    const part = (name) => this.#element.querySelector(`[name=${name}]`);
    this.#tabs = new Tabs(this.#element.querySelector(".dock-tabs"), {
      choose: (id) => this.#choose(id),
      close: (id) => this.#closeTab(id),
    });
    const size = this.#element.querySelector(".dock-size");
    makeSplitter(size, { move: (by) => this.#resize(-by), done: () => this.#changed() });
    for (const [name, act] of Object.entries({
      "dock-again": () => this.#again(),
      "dock-find": () => this.#chosen()?.find(),
      "dock-full": () => this.#fill(!this.#state.isFull),
      "dock-toggle": () => this.toggle(),
    })) part(name).addEventListener("click", act);
    document.getElementById("beside-menu").addEventListener("beforetoggle", ({ newState, target }) => newState === "open" && this.#offerBeside(target));
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("click", (event) => this.#opener(event));
    addEventListener("resize", () => this.#resize(0));
    addEventListener("pagehide", () => this.#leave());
    // A page that the browser brings back as it was would show a dock of then.
    addEventListener("pageshow", ({ persisted }) => persisted && this.#isOld() && location.reload());
    for (const tab of this.#state.tabs) this.#mount(tab);
    if (COVERS_THE_PAGE.matches && isNewPage()) this.#state.isOpen = false; // who goes to a page wants to see it
    this.#resize(0);
    this.#draw();
  }

  /** Once everything in it that is seen is drawn as it was on the last page. */
  get drawn() {
    return (this.#state.isOpen && this.#panels.get(this.#state.at)?.drawn) || Promise.resolve();
  }

  #isOld() {
    return this.#state.tabs.length > 0 || load(this.#state.user).tabs.length > 0;
  }

  get hasRoom() {
    return isRoomFor(this.#state);
  }

  /** Puts something new into the dock: its `kind`, `address` and `title`, what its pane needs to know `about` it, the
   *  `state` that it was in elsewhere and the `place` that was in view. */
  open(what) {
    if (!this.hasRoom) return;
    this.#choose(this.#add(what).id, { focus: true });
  }

  /** The same behind what one looks at now. */
  putAside(what) {
    const tab = this.#add(what);
    this.#state.at ??= tab.id;
    this.#draw();
  }

  #add({ kind, address, title, about, state, place }) {
    const pane = { id: newId(), kind, address, title, about, state, place };
    const tab = { id: newId(), at: pane.id, panes: [pane] };
    this.#state.tabs.push(tab);
    this.#mount(tab);
    return tab;
  }

  /** Keeps something for the next page; nothing of it is shown on this one. */
  keep(pane) {
    this.#state.tabs.push({ id: newId(), panes: [{ id: newId(), ...pane }] });
    Object.assign(this.#state, { at: this.#state.tabs.at(-1).id, isOpen: true });
    save(this.#state);
  }

  /** Gives the shell of that session to somebody else on this page. */
  take(session) {
    for (const tab of this.#state.tabs) {
      const pane = tab.panes.find((each) => each.state?.session === session);
      if (pane) return this.#remove(tab, pane);
    }
  }

  /** The next page shows what is in view now. */
  #leave() {
    for (const panel of this.#panels.values()) panel.notePlaces();
    save(this.#state);
  }

  toggle() {
    if (!this.#state.tabs.length) return;
    this.#state.isOpen = !this.#state.isOpen;
    if (!this.#state.isOpen) this.#state.isFull = false;
    this.#draw();
    if (this.#state.isOpen) this.#focus();
    else this.#tabs.focus(this.#state.at);
  }

  #tab(id = this.#state.at) {
    return this.#state.tabs.find((tab) => tab.id === id);
  }

  #pane() {
    const tab = this.#tab();
    return tab?.panes.find((pane) => pane.id === tab.at);
  }

  #chosen() {
    return this.#panels.get(this.#state.at)?.at(this.#tab()?.at);
  }

  #mount(tab) {
    const panel = new Panel(tab, {
      change: () => this.#changed(),
      choose: (pane) => {
        tab.at = pane.id;
        this.#changed();
      },
      close: (pane) => this.#closePane(tab, pane),
      over: (pane) => this.#takeAway(tab, pane),
      leave: () => this.#tabs.focus(tab.id),
    });
    this.#panels.set(tab.id, panel);
    this.#element.querySelector(".dock-body").append(panel.element);
  }

  #choose(id, { focus = false } = {}) {
    const isSame = this.#state.at === id && this.#state.isOpen && !focus;
    this.#state.at = id;
    this.#state.isOpen = true;
    this.#draw();
    if (!isSame) this.#focus();
  }

  async #focus() {
    const panel = this.#panels.get(this.#state.at);
    await panel?.ready;
    if (panel === this.#panels.get(this.#state.at)) this.#chosen()?.focus();
  }

  #draw() {
    const { tabs, at, isOpen, isFull } = this.#state;
    this.#element.hidden = !tabs.length;
    this.#element.dataset.kind = this.#pane()?.kind ?? "";
    this.#element.classList.toggle("is-open", isOpen);
    this.#element.classList.toggle("is-full", isOpen && isFull);
    document.getElementById("main").inert = isOpen && isFull;
    for (const [id, panel] of this.#panels) panel.show(isOpen && id === at);
    this.#press("dock-toggle", isOpen, "Fold the dock", "Open the dock");
    this.#press("dock-full", isFull, "Give the page its room", "Fill the window");
    this.#element.querySelector("[name=dock-split]").disabled = (this.#tab()?.panes.length ?? 0) >= MOST_PANES;
    this.#changed();
  }

  #press(name, isOn, label, otherwise) {
    const button = this.#element.querySelector(`[name=${name}]`);
    button.setAttribute("aria-expanded", isOn);
    button.setAttribute("aria-label", isOn ? label : otherwise);
    button.title = isOn ? label : otherwise;
  }

  #changed() {
    this.#tabs.draw(this.#state);
    save(this.#state);
  }

  #resize(by) {
    const height = (this.#state.height = fitting(this.#state.height + by));
    document.documentElement.style.setProperty("--dock", `${height}px`);
    const bar = this.#element.querySelector(".dock-size");
    for (const [name, value] of Object.entries({ valuenow: height, valuemin: lowest(), valuemax: highest() })) bar.setAttribute(`aria-${name}`, value);
  }

  #fill(isFull) {
    Object.assign(this.#state, { isFull, isOpen: true });
    this.#draw();
    this.#focus();
  }

  /** Another one of what is chosen, in a tab of its own. */
  #again() {
    if (this.#pane()) this.open(another(this.#pane()));
  }

  /** Fills the menu of what can be shown beside what is chosen: another one of it, and every other tab. */
  #offerBeside(menu) {
    const room = MOST_PANES - this.#tab().panes.length;
    const others = this.#state.tabs.filter((tab) => tab !== this.#tab() && tab.panes.length <= room && tab.panes.every(canMove));
    const offer = (words, act) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", textContent: words });
      button.setAttribute("role", "menuitem");
      button.addEventListener("click", () => {
        menu.hidePopover();
        act();
      });
      return button;
    };
    menu.replaceChildren(
      offer(`Another one of ${nameOf(this.#pane())}`, () => this.#showBeside([{ id: newId(), ...another(this.#pane()) }])),
      ...others.map((tab) => offer(tab.panes.map(withKind).join(", "), () => this.#join(tab))),
    );
  }

  /** Moves what is in another tab beside what is chosen. */
  async #join(other) {
    const tab = this.#tab();
    const panes = [...other.panes];
    for (const pane of panes) await this.#remove(other, pane);
    this.#showBeside(panes, tab);
  }

  #showBeside(panes, tab = this.#tab()) {
    tab.panes.push(...panes);
    tab.at = panes[0].id;
    for (const pane of panes) this.#panels.get(tab.id).add(pane);
    this.#choose(tab.id, { focus: true });
  }

  async #closeTab(id) {
    const tab = this.#tab(id);
    if (!(await this.#mayEnd(tab.panes.filter((pane) => this.#isWanted(tab, pane))))) return;
    for (const pane of [...tab.panes]) await this.#close(tab, pane);
  }

  async #closePane(tab, pane) {
    if (!this.#isWanted(tab, pane) || (await this.#mayEnd([pane]))) await this.#close(tab, pane);
  }

  /** Whether it holds a shell that nobody has closed. */
  #isWanted(tab, pane) {
    return this.#panels.get(tab.id).at(pane.id)?.isLive && !pane.state?.ends;
  }

  /** A shell that cannot be told of it now stays until it has ended, or is closed once more. */
  async #close(tab, pane) {
    const waits = pane.state?.ends;
    const isTold = this.#panels.get(tab.id).at(pane.id)?.end() !== false;
    if (!isTold && !waits) return;
    await this.#remove(tab, pane);
    this.#focusWhatIsLeft();
  }

  async #takeAway(tab, pane) {
    const hasFocus = this.#element.contains(document.activeElement);
    await this.#remove(tab, pane);
    if (hasFocus) this.#focusWhatIsLeft();
  }

  #focusWhatIsLeft() {
    if (this.#state.tabs.length) this.#tabs.focus(this.#state.at);
    else document.getElementById("main").focus();
  }

  async #remove(tab, pane) {
    const panel = this.#panels.get(tab.id);
    const place = tab.panes.indexOf(pane);
    tab.panes = tab.panes.filter((each) => each !== pane);
    if (tab.at === pane.id) tab.at = (tab.panes[place] ?? tab.panes.at(-1))?.id;
    if (!tab.panes.length) this.#forget(tab);
    else this.#draw();
    await panel.remove(pane);
  }

  async #mayEnd(panes) {
    if (!panes.length) return true;
    const [one, ...others] = panes.map(nameOf);
    if (panes.every(({ address }) => address.includes("/attach/"))) return true; // nothing is lost: its process goes on
    const title = others.length ? `Close ${panes.length} shells?` : `Close ${ownNameOf(panes[0]) || `the shell in ${one}`}?`;
    return ask({ title, body: "What runs in it is ended.", deed: others.length ? "Close shells" : "Close shell", danger: true });
  }

  #forget(tab) {
    const { tabs } = this.#state;
    const index = tabs.indexOf(tab);
    tabs.splice(index, 1);
    this.#panels.get(tab.id).element.remove();
    this.#panels.delete(tab.id);
    if (this.#state.at === tab.id) this.#state.at = (tabs[index] ?? tabs.at(-1))?.id;
    if (!tabs.length) Object.assign(this.#state, { isOpen: false, isFull: false });
    this.#draw();
  }

  #key(event) {
    if (event.target.closest?.(".xterm, dialog")) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "j" && this.#state.tabs.length) this.toggle();
    else if (event.altKey && !event.ctrlKey && /^[1-9]$/.test(event.key) && this.#state.tabs[event.key - 1]) this.#choose(this.#state.tabs[event.key - 1].id);
    else return;
    event.preventDefault();
  }

  /** Buttons that open something here: data-dock is its kind. */
  #opener({ target }) {
    const button = target.closest("[data-dock]");
    button?.closest("[popover]")?.hidePopover();
    if (!button) return;
    const { dock: kind, address, title } = button.dataset;
    this.open({ kind, title, address: kind === "shell" ? withKnownShell(address) : address });
  }
}

const withKind = (pane) => ownNameOf(pane) || `${pane.kind === "logs" ? "Logs of" : "Shell in"} ${nameOf(pane)}`;

/** Whether it is found again elsewhere: a shell that is over, or has not begun, is not. */
const canMove = ({ kind, state }) => kind !== "shell" || Boolean(state?.session && state.phase !== "ended");

/** Whether somebody came to this page, and did not load it again. */
function isNewPage() {
  return performance.getEntriesByType("navigation")[0]?.type === "navigate";
}

/** The same anew: another shell in the same container, the same logs. */
function another({ kind, address, title, about, state }) {
  return { kind, address, title, about, state: kind === "logs" ? state : undefined };
}

export const dock = new Dock();
