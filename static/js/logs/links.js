// A link to one line of a log: the container, the moment, and the view around it.

import { copyText } from "../copy.js";
import { h, icon } from "./dom.js";
import { short } from "./state.js";

const BEFORE = 60_000; // milliseconds of log that the link shows before its line
const SAID_FOR = 4000;

/** What `line` in an address is for a line of that container. */
export function lineOf({ pod, container }, stamp) {
  return `${pod}/${container}/${stamp}`;
}

/** What the state of a view needs to show that line, however much comes after it: all from a little before it. */
export function around(line) {
  const moment = Date.parse(line.split("/")[2]);
  if (Number.isNaN(moment)) return { line };
  return { line, since: new Date(moment - BEFORE).toISOString().replace(/\.\d+Z$/, "Z"), tail: "all" };
}

/** The address, under that of the page of these logs, that shows what is around the line. */
export function linkTo(page, state, line) {
  const address = new URL(page, location.href);
  for (const [name, value] of Object.entries(short({ ...state, ...around(line) }))) address.searchParams.set(name, value);
  return address.href;
}

/** A notice above the lines. */
export class Notice {
  element = h("div.log-notice", { role: "status", hidden: true });
  #timer = 0;

  say(...content) {
    clearTimeout(this.#timer);
    this.element.replaceChildren(...content);
    this.element.hidden = false;
  }

  /** Says something for a while. */
  note(words) {
    this.say(words);
    this.#timer = setTimeout(() => this.hide(), SAID_FOR);
  }

  hide() {
    clearTimeout(this.#timer);
    this.element.hidden = true;
  }

  /** Puts the address into the clipboard; where the browser does not let us, shows it selected, to be copied by hand. */
  async offer(address) {
    try {
      await copyText(address);
    } catch {
      return this.#showToCopy(address);
    }
    this.note("The link to this line is copied; it shows the log from a minute before it.");
  }

  #showToCopy(address) {
    const field = h("input.form-control", { readonly: true, value: address, "aria-label": "Link to this line" });
    const close = h("button.btn.btn-quiet.btn-icon", { type: "button", "aria-label": "Close" }, icon("x"));
    close.addEventListener("click", () => this.hide());
    field.addEventListener("keydown", ({ key }) => key === "Escape" && this.hide());
    this.say(h("span", {}, "The browser does not let us copy. Copy the link to this line yourself:"), field, close);
    field.focus();
    field.select();
  }
}
