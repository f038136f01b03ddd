// The menu of how terminals look and behave, on every page.

import { LARGEST, SMALLEST, change, onChange, settings } from "./terminal-settings.js";
import { THEMES } from "./terminal-theme.js";

const CHOICES = ["copyOnSelect", "screenReader"];
const menu = document.getElementById("terminal-menu");
const [smaller, larger] = menu.querySelectorAll(".font-size button");

for (const [value, title] of Object.entries(THEMES)) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "terminal-theme", value, className: "form-check-input" });
  label.append(input, title);
  menu.querySelector(".themes").append(label);
}

function draw({ fontSize, theme, ...others }) {
  menu.querySelector("output").textContent = `${fontSize} px`;
  for (const name of CHOICES) menu.querySelector(`[name=${name}]`).checked = others[name];
  for (const input of menu.querySelectorAll("[name=terminal-theme]")) input.checked = input.value === theme;
  smaller.disabled = fontSize <= SMALLEST;
  larger.disabled = fontSize >= LARGEST;
}

smaller.addEventListener("click", () => change({ fontSize: settings().fontSize - 1 }));
larger.addEventListener("click", () => change({ fontSize: settings().fontSize + 1 }));
menu.addEventListener("change", ({ target }) => {
  if (CHOICES.includes(target.name)) change({ [target.name]: target.checked });
  else if (target.name === "terminal-theme") change({ theme: target.value });
});
onChange(draw);
draw(settings());
