// The titles of the columns that the fields of JSON lines make, above the log. Who pulls at one changes its width.

import { bare } from "../ansi.js";
import { h } from "./dom.js";

export const WIDTH = "130px"; // as in css/logs.css

export class FieldHeads {
  element = h("div.field-heads", { hidden: true });
  #log;
  #placed = new ResizeObserver(() => this.place());
  #pulled = new ResizeObserver((seen) => seen.forEach(({ target }) => this.#setWidth(target)));

  /** `log` holds the lines: its columns follow the titles. */
  constructor(log) {
    this.#log = log;
    this.#placed.observe(log);
    log.addEventListener("scroll", () => (this.element.scrollLeft = log.scrollLeft), { passive: true });
  }

  /** Shows titles for the fields; none for none. */
  show(fields) {
    this.#pulled.disconnect();
    this.element.replaceChildren(...fields.map((name) => h("span.field-head", { title: name }, bare(name))));
    this.element.hidden = !fields.length;
    for (const [number, cell] of [...this.element.children].entries()) {
      cell.style.width = `var(${variable(number)}, ${WIDTH})`;
      this.#pulled.observe(cell, { box: "border-box" });
    }
  }

  /** Puts the titles above their columns, which begin where the text of a line does. */
  place() {
    const text = this.element.hidden ? null : this.#log.querySelector(".ln .field");
    if (!text) return;
    const begin = text.getBoundingClientRect().left - this.#log.getBoundingClientRect().left + this.#log.scrollLeft;
    this.element.style.paddingInlineStart = `${begin}px`;
  }

  close() {
    this.#placed.disconnect();
    this.#pulled.disconnect();
  }

  #setWidth(cell) {
    // A width of its own is one that somebody has pulled.
    if (!cell.style.width.endsWith("px")) return;
    this.#log.style.setProperty(variable([...this.element.children].indexOf(cell)), cell.style.width);
  }
}

/** The width of a field's column, by its number from 0. */
export function variable(number) {
  return `--field-${number}`;
}
