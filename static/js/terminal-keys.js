// The keys that a touch screen has not: a row below the terminal. Ctrl waits for the letter that follows.

const PLAIN = { Escape: "\x1b", Tab: "\t", "|": "|", "/": "/", "-": "-", "~": "~" };
const ARROWS = { ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D" };

/** Makes the buttons in `row` type into the terminal. Returns `withCtrl(text)`: the text as it goes out, after Ctrl. */
export function touchKeys(row, terminal) {
  const ctrl = row.querySelector("[value=Control]");
  const hold = (on) => ctrl.setAttribute("aria-pressed", on);
  // The terminal keeps the focus, and the screen its keyboard.
  row.addEventListener("pointerdown", (event) => event.preventDefault());
  row.addEventListener("click", ({ target }) => {
    const key = target.closest("button")?.value;
    if (key === "Control") hold(ctrl.getAttribute("aria-pressed") !== "true");
    else if (key in PLAIN) terminal.input(PLAIN[key]);
    else if (key in ARROWS) terminal.input(`\x1b${terminal.modes.applicationCursorKeysMode ? "O" : "["}${ARROWS[key]}`);
    terminal.focus();
  });
  return (text) => {
    if (ctrl.getAttribute("aria-pressed") !== "true") return text;
    hold(false);
    return /^[@-_a-z]$/.test(text) ? String.fromCharCode(text.toUpperCase().charCodeAt(0) & 31) : text;
  };
}
