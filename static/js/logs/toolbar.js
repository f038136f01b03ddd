// The tools above a log: what is searched for, since when, how bad, how it is drawn.

import { h, icon, withMenu } from "./dom.js";
import { listed, ALL_CONTAINERS } from "./state.js";

const SINCE = { "": "Since the start", "5m": "Last 5 minutes", "15m": "Last 15 minutes", "1h": "Last hour", "6h": "Last 6 hours", "1d": "Last day" };
const LEVELS = { 0: "All severities", 2: "Debug and worse", 3: "Info and worse", 4: "Warnings and worse", 5: "Errors only" };
const TAILS = { 100: "Last 100 lines", 500: "Last 500 lines", 2000: "Last 2,000 lines", 10000: "Last 10,000 lines", all: "All lines" };
const CONTEXTS = { 0: "Matches alone", 2: "2 lines around", 5: "5 lines around", 20: "20 lines around" };
const TIMES = { local: "Local time", utc: "UTC", start: "Since the first line", off: "No times" };
const SHORT_TIMES = { local: "local", utc: "UTC", start: "since start", off: "off" };
const FILES = {
  "times=1": "All from the cluster, as text", "times=1&gzip=1": "All from the cluster, as text, gzip",
  "format=json": "All from the cluster, as JSON lines", "format=json&gzip=1": "All from the cluster, as JSON lines, gzip",
};
const SEARCH_AFTER = 120; // milliseconds

export class Toolbar {
  element;
  #state;
  #choose;
  #acts;
  #search;
  #searching = 0;
  #made = {};

  /** `choose(name, value)` is called for what is chosen; `acts` has `match(step)`, `older()`, `downloadShown()`, `fieldNames()`. */
  constructor(state, choose, acts, { containers = [], file = "" } = {}) {
    this.#state = state;
    this.#choose = choose;
    this.#acts = acts;
    this.element = h("form.tools.log-tools", { role: "search", "aria-label": "What is shown" },
      this.#searchField(),
      h("button.btn.btn-icon.only-phone", { type: "button", "data-do": "more", "aria-expanded": "false", "aria-label": "More tools" }, icon("adjustments-horizontal")),
      ...this.#range(), this.#select("level", LEVELS, "Severity"), ...this.#containers(containers),
      h("span.push"),
      this.#toggle("previous", "history", "Previous", "The log of the instance before the last restart"),
      this.#toggle("wrap", "text-wrap", "Wrap", "Long lines over several rows (w)"),
      ...this.#json(), ...this.#times(), ...this.#download(file), this.#foundRow());
    this.element.addEventListener("submit", (event) => event.preventDefault());
    this.element.addEventListener("click", (event) => this.#clicked(event));
    this.element.addEventListener("change", ({ target }) => target.dataset.choice && this.#choose(target.dataset.choice, target.value));
    this.show();
  }

  /** Shows what is chosen now. */
  show() {
    for (const button of this.element.querySelectorAll("[data-toggle]")) button.setAttribute("aria-pressed", String(this.#state[button.dataset.toggle] === "1"));
    for (const select of this.element.querySelectorAll("select[data-choice]")) select.value = this.#state[select.dataset.choice];
    for (const button of this.element.querySelectorAll("[data-times]")) button.setAttribute("aria-checked", String(button.dataset.times === this.#state.times));
    this.#made.times.textContent = `Times: ${SHORT_TIMES[this.#state.times]}`;
    this.#made.range.textContent = this.#rangeWords();
    this.#made.found.hidden = !this.#state.q;
    if (this.#search !== document.activeElement) this.#search.value = this.#state.q;
    this.#made.context.hidden = this.#state.only !== "1";
    if (this.#made.containers) this.#made.containers.textContent = this.#containerWords();
  }

  /** Says how many lines match, or what is wrong with what is searched for; in which lines that is (`where`), and whether
   *  older ones can be searched too. */
  say(words, { isProblem, where, canSearchOlder }) {
    this.#made.older.hidden = !canSearchOlder;
    if (this.#made.matches.textContent !== words) this.#made.matches.textContent = words;
    this.#made.where.textContent = where && ` ${where}`;
    this.#made.matches.classList.toggle("is-problem", isProblem);
    this.#search.setAttribute("aria-invalid", String(isProblem));
  }

  focusSearch() {
    this.#search.select();
  }

  setFile(address) {
    for (const link of this.#made.files) link.href = `${address}&${link.dataset.file}`;
  }

  #searchField() {
    this.#search = h("input", {
      type: "search", "data-log-search": true, value: this.#state.q, "aria-label": "Search in these lines",
      placeholder: "Text or /regex/, -word leaves out", autocomplete: "off", spellcheck: "false", maxlength: "2000",
    });
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#searching);
      this.#searching = setTimeout(() => this.#choose("q", this.#search.value), SEARCH_AFTER);
    });
    this.#search.addEventListener("keydown", (event) => this.#keyInSearch(event));
    return h("div.filter", {}, icon("search"), this.#search, h("kbd.no-phone", {}, "/"));
  }

  /** What came of the search, in a row of its own while something is searched for. */
  #foundRow() {
    this.#made.matches = h("output.num.matches");
    this.#made.where = h("span.faint.num");
    this.#made.older = h("button.btn", { type: "button", "data-do": "older", title: "All that the cluster still has", hidden: true }, "Search older lines");
    this.#made.context = this.#select("context", CONTEXTS, "Lines around a match");
    const step = (by, name, label) => h("button.btn.btn-icon", { type: "button", "data-step": by, "aria-label": label, title: label }, icon(name));
    return (this.#made.found = h("div.found", { hidden: true },
      step(-1, "chevron-up", "Previous match"), step(1, "chevron-down", "Next match"),
      h("button.btn", { type: "button", "data-toggle": "only" }, icon("filter"), "Only lines that match"), this.#made.context,
      h("span.counted", {}, this.#made.matches, this.#made.where), this.#made.older));
  }

  #keyInSearch(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      if (this.#search.value !== this.#state.q) this.#choose("q", this.#search.value);
      this.#acts.match(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      if (!this.#search.value) return this.#search.blur();
      this.#search.value = "";
      this.#choose("q", "");
    }
  }

  #clicked({ target }) {
    const button = target.closest("button");
    if (!button) return;
    const { toggle, step, times, since, do: deed } = button.dataset;
    if (toggle) this.#choose(toggle, this.#state[toggle] === "1" ? "0" : "1");
    else if (step) this.#acts.match(Number(step));
    else if (times) this.#choose("times", times);
    else if (since !== undefined) this.#choose({ since, until: "", tail: "all" });
    else if (deed === "range") this.#choose({ since: asMoment(this.#made.from.value), until: asMoment(this.#made.until.value), tail: "all" });
    else if (deed === "older") this.#acts.older();
    else if (deed === "shown") this.#acts.downloadShown();
    else if (deed === "more") button.setAttribute("aria-expanded", String(this.element.classList.toggle("is-open")));
    else return;
    if (times || since !== undefined || ["range", "shown"].includes(deed)) button.closest("[popover]").hidePopover();
  }

  #select(name, options, label) {
    return h("select.form-select", { "data-choice": name, "aria-label": label }, ...Object.entries(options).map(([value, words]) => h("option", { value }, words)));
  }

  #toggle(name, picture, words, title) {
    return h("button.btn", { type: "button", "data-toggle": name, title }, icon(picture), words);
  }

  // ---------- Since and until ----------

  #range() {
    this.#made.range = h("span");
    this.#made.from = h("input.form-control", { type: "datetime-local", step: "1", "aria-label": "From" });
    this.#made.until = h("input.form-control", { type: "datetime-local", step: "1", "aria-label": "Until" });
    const button = h("button.btn", { type: "button" }, icon("clock"), this.#made.range, icon("chevron-down"));
    return withMenu(button, "Which lines",
      h("label.log-moment", {}, h("span", {}, "At most"), this.#select("tail", TAILS, "Lines at first")),
      h("hr"),
      ...Object.entries(SINCE).map(([value, words]) => h("button", { type: "button", "data-since": value }, words)),
      h("hr"),
      h("label.log-moment", {}, h("span", {}, "From"), this.#made.from), h("label.log-moment", {}, h("span", {}, "Until"), this.#made.until),
      h("div.acts", {}, h("button.btn", { type: "button", "data-do": "range" }, "Show this time")));
  }

  /** What is shown, in truth: of how long and, unless that is all, how many lines at first. */
  #rangeWords() {
    const { since, until, tail } = this.#state;
    const most = tail === "all" ? "" : TAILS[tail] ?? `Last ${tail} lines`;
    if (most) return since || until ? `${this.#timeWords()}, ${most.toLowerCase()}` : most;
    return this.#timeWords();
  }

  #timeWords() {
    const { since, until } = this.#state;
    const words = SINCE[since] ?? (/^(\d+[smhd])+$/.test(since) ? `Last ${since}` : `From ${inWords(since)}`);
    return until ? `${since ? words : "Until"}${since ? " to " : " "}${inWords(until)}` : words;
  }

  // ---------- Containers ----------

  #containers(containers) {
    if (containers.length < 2) return [];
    this.#made.containers = h("span");
    this.#made.boxes = containers.map(({ name, sort }) => {
      const box = h("input.form-check-input", { type: "checkbox", value: name });
      return [box, h("label", {}, box, name, sort ? h("span.faint", {}, sort) : null)];
    });
    const chosen = listed(this.#state.container);
    const all = this.#state.container === ALL_CONTAINERS;
    for (const [number, [box]] of this.#made.boxes.entries()) box.checked = all || (chosen.length ? chosen.includes(box.value) : !containers[number].sort);
    const menu = withMenu(h("button.btn", { type: "button" }, icon("box"), this.#made.containers, icon("chevron-down")), "Containers", ...this.#made.boxes.map(([, label]) => label));
    menu[1].addEventListener("change", (event) => {
      event.stopPropagation();
      const names = this.#made.boxes.filter(([box]) => box.checked).map(([box]) => box.value);
      if (names.length) this.#choose("container", names.length === containers.length ? ALL_CONTAINERS : names.join(","));
      else event.target.checked = true;
    });
    return menu;
  }

  #containerWords() {
    const names = this.#made.boxes.filter(([box]) => box.checked).map(([box]) => box.value);
    if (names.length === this.#made.boxes.length) return "All containers";
    return names.length === 1 ? names[0] : `${names.length} containers`;
  }

  // ---------- JSON, times, download ----------

  #json() {
    const place = h("div.log-fields");
    const [button, menu] = withMenu(h("button.btn.btn-icon", { type: "button", "aria-label": "Fields shown as columns", title: "Fields shown as columns" }, icon("columns-3")), "Fields shown as columns", place);
    menu.addEventListener("beforetoggle", () => this.#listFields(place));
    menu.addEventListener("change", (event) => {
      event.stopPropagation();
      const chosen = [...place.querySelectorAll("input:checked")].map((box) => box.value);
      this.#choose({ fields: chosen.join(","), json: chosen.length ? "1" : this.#state.json });
    });
    return [this.#toggle("json", "braces", "JSON", "Lines that are JSON, made readable"), button, menu];
  }

  #listFields(place) {
    const chosen = listed(this.#state.fields);
    const names = [...new Set([...chosen, ...this.#acts.fieldNames()])].filter((name) => !name.includes(","));
    place.replaceChildren(...names.map((name) => h("label", {}, h("input.form-check-input", { type: "checkbox", value: name, checked: chosen.includes(name) }), name)));
    if (!names.length) place.append(h("p.faint.small", {}, "No line in view is JSON."));
  }

  #times() {
    this.#made.times = h("span");
    const button = h("button.btn", { type: "button" }, this.#made.times, icon("chevron-down"));
    return withMenu(button, "Times", ...Object.entries(TIMES).map(([value, words]) => h("button", { type: "button", role: "menuitemradio", "data-times": value }, words)));
  }

  #download(file) {
    this.#made.files = file ? Object.entries(FILES).map(([query, words]) => h("a", { download: true, "data-file": query }, words)) : [];
    const button = h("button.btn.btn-icon", { type: "button", "aria-label": "Download", title: "Download" }, icon("download"));
    return withMenu(button, "Download", h("button", { type: "button", "data-do": "shown" }, "What is shown here"), ...this.#made.files);
  }
}

/** What a field for date and time holds, in the time of this computer, as RFC 3339. */
function asMoment(value) {
  return value ? new Date(value).toISOString().replace(/\.000Z$/, "Z") : "";
}

function inWords(moment) {
  const date = new Date(moment);
  if (Number.isNaN(date.valueOf())) return moment;
  const today = date.toDateString() === new Date().toDateString();
  return date.toLocaleString("en-GB", { ...(today ? {} : { day: "numeric", month: "short" }), hour: "2-digit", minute: "2-digit", second: "2-digit" });
}
