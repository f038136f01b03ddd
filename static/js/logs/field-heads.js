// The titles of the columns that the fields of JSON lines make, above the log. Who pulls at one changes its width.

import { bare } from "../ansi.js";
import { h } from "./dom.js";

const WIDTH = "130px";

export class FieldHeads {
  element = h("div.field-heads", { hidden: true });
  #log;
  #row = h("div.field-row");
  #fields = [];
  #widths = new Map();
  #placed = new ResizeObserver(() => this.place());
  #pulled = new ResizeObserver((seen) => seen.forEach(({ target }) => this.#noteWidth(target)));

  /** `log` holds the lines: its columns follow the titles. */
  constructor(log) {
    this.#log = log;
    this.element.append(this.#row);
    this.#placed.observe(log);
    log.addEventListener("scroll", () => this.place(), { passive: true });
  }

  /** Shows titles for the fields; none for none. A field that was there before keeps its width. */
  show(fields) {
    if (JSON.stringify(fields) === JSON.stringify(this.#fields)) return;
    this.#fields = fields;
    this.#pulled.disconnect();
    this.#row.replaceChildren(...fields.map((name) => h("span.field-head", { title: name }, bare(name))));
    this.element.hidden = !fields.length;
    for (const [number, cell] of [...this.#row.children].entries()) {
      cell.style.width = this.#widths.get(fields[number]) ?? WIDTH;
      this.#log.style.setProperty(variable(number), cell.style.width);
      this.#pulled.observe(cell, { box: "border-box" });
    }
  }

  /** Puts the titles above their columns, which begin where the text of a line does. */
  place() {
    const column = this.element.hidden ? null : this.#log.querySelector(".ln .field");
    if (!column) return;
    const begin = column.getBoundingClientRect().left - this.#log.getBoundingClientRect().left;
    this.#row.style.transform = `translateX(${begin}px)`;
  }

  close() {
    this.#placed.disconnect();
    this.#pulled.disconnect();
  }

  #noteWidth(cell) {
    const number = [...this.#row.children].indexOf(cell);
    this.#widths.set(this.#fields[number], cell.style.width);
    this.#log.style.setProperty(variable(number), cell.style.width);
  }
}

/** The width of a field's column, by its number from 0. */
export function variable(number) {
  return `--field-${number}`;
}
