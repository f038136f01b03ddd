// Finds text in what a terminal has printed: a field over its corner.

import { SearchAddon } from "../vendor/xterm/addon-search.mjs";
import { marks } from "./terminal-theme.js";

export class Find {
  #terminal;
  #form;
  #addon = new SearchAddon();

  /** `form` has the fields `q` and `case`, an output, and buttons named next, previous and close. */
  constructor(terminal, form) {
    this.#terminal = terminal;
    this.#form = form;
    terminal.loadAddon(this.#addon);
    this.#addon.onDidChangeResults((found) => this.#count(found));
    form.addEventListener("input", ({ target }) => {
      // Left alone, the marks of another case would stay.
      if (target.name === "case") this.#addon.clearDecorations();
      this.#go("findNext", true);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("click", ({ target }) => this.#act(target.closest("button")?.name));
    form.addEventListener("keydown", (event) => this.#key(event));
  }

  open() {
    this.#form.hidden = false;
    this.#form.elements.q.select();
    this.#form.elements.q.focus();
  }

  #close() {
    this.#addon.clearDecorations();
    this.#form.hidden = true;
    this.#terminal.focus();
  }

  #key(event) {
    const act = { Escape: "close", Enter: event.shiftKey ? "next" : "previous" }[event.key];
    if (!act || (event.key === "Enter" && event.target.name !== "q")) return;
    event.preventDefault();
    event.stopPropagation();
    this.#act(act);
  }

  #act(name) {
    if (name === "close") this.#close();
    else if (name === "next") this.#go("findNext");
    else if (name === "previous") this.#go("findPrevious");
  }

  #go(way, incremental = false) {
    const { q, case: sameCase } = this.#form.elements;
    if (!q.value) {
      this.#addon.clearDecorations();
      return this.#count({ resultCount: 0 });
    }
    this.#addon[way](q.value, { caseSensitive: sameCase.checked, incremental, decorations: marks(this.#terminal) });
  }

  #count({ resultIndex, resultCount }) {
    const { q } = this.#form.elements;
    const output = this.#form.querySelector("output");
    if (!q.value) output.textContent = "";
    else if (!resultCount) output.textContent = "None";
    else output.textContent = resultIndex < 0 ? `${resultCount}` : `${resultIndex + 1} of ${resultCount}`;
  }
}
