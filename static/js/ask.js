// Asks before something is done: a dialog whose button says the deed, with the focus on Cancel.

/** Shows the question; `body` is text or an element. Resolves to whether the deed was chosen. */
export function ask({ title, body, deed, danger = false }) {
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  dialog.setAttribute("aria-label", title);
  const header = document.createElement("header");
  const heading = document.createElement("h2");
  heading.textContent = title;
  header.append(heading);
  const content = document.createElement("div");
  content.className = "body";
  content.append(body);
  const before = document.activeElement;
  dialog.append(header, content, buttons(deed, danger));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function buttons(deed, danger) {
  const footer = document.createElement("footer");
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "row-x";
  form.append(button("Cancel", "", "btn"), button(deed, "yes", danger ? "btn btn-danger-text" : "btn btn-ink"));
  footer.append(form);
  return footer;
}

function button(label, value, css) {
  const made = document.createElement("button");
  Object.assign(made, { className: css, value, textContent: label, autofocus: !value });
  return made;
}
