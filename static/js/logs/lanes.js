// The buttons above the lines, one for each source: its colour, its state, and whether its lines are shown.

import { h } from "./dom.js";

const STATES = { waiting: "waiting", ended: "ended", failed: "failed" };

export class Lanes {
  element = h("div.lanes", { role: "group", "aria-label": "Pods", hidden: true });
  #sources;

  /** `pick(index, isAlone)` is called for a source that is picked, with Alt to show it alone. */
  constructor(sources, pick) {
    this.#sources = sources;
    this.element.addEventListener("click", ({ target, altKey }) => {
      const lane = target.closest(".lane");
      if (lane) pick(Number(lane.dataset.source), altKey);
    });
  }

  /** Shows the sources as they are now. Buttons stay the same ones: one of them may have the focus. */
  show() {
    const { all } = this.#sources, { children } = this.element;
    this.element.hidden = all.length < 2;
    while (children.length > all.length) this.element.lastChild.remove();
    for (const [index, source] of all.entries()) {
      const made = button(source, this.#sources.isHidden(index));
      if (index >= children.length) this.element.append(made);
      else if (!children[index].isEqualNode(made)) become(children[index], made);
    }
  }
}

function become(old, made) {
  for (const { name, value } of made.attributes) old.setAttribute(name, value);
  old.replaceChildren(...made.childNodes);
}

function button(source, isHidden) {
  const title = `${source.pod}, container ${source.container}${source.text ? `\n${source.text}` : ""}\nPick to hide or show it, with Alt to show it alone`;
  const word = STATES[source.state];
  return h(
    `button.lane.lane-${source.lane}${["ended", "failed"].includes(source.state) ? ".is-over" : ""}`,
    { type: "button", "aria-pressed": String(!isHidden), title, "data-source": source.index },
    h("span", {}, source.short),
    source.kind !== "app" ? h("span.faint", {}, source.kind) : null,
    word ? h("span.faint", {}, word) : null,
  );
}
