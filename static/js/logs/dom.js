// Makes elements: the viewer brings its own, so that it can stand on any page, several times.

let made = 0;

/** `h("button.btn.btn-icon", { type: "button", "aria-label": "Next" }, icon("x"), "text")`; false and null are left out. */
export function h(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/** One of the icons of css/log-icons.css, in the colour of the text; hidden from screen readers. */
export function icon(name) {
  return h(`i.ico.ico-mask.i-${name}`, { "aria-hidden": "true" });
}

/** A button, and the menu that it opens: `[button, menu]`. */
export function withMenu(button, label, ...items) {
  const id = `log-menu-${++made}`;
  button.setAttribute("popovertarget", id);
  button.setAttribute("aria-haspopup", "dialog");
  return [button, h("div.menu", { id, popover: true, role: "dialog", "aria-label": label }, ...items)];
}

export const count = new Intl.NumberFormat("en-GB");

/** "1 line", "2 lines". */
export function many(number, word) {
  return `${count.format(number)} ${word}${number === 1 ? "" : "s"}`;
}
