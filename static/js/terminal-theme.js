// The colours of a terminal. `page` follows the page, light or dark.

const LIGHT = {
  background: "#fbfbfd", foreground: "#1b2333", cursor: "#2b50c4", cursorAccent: "#fbfbfd", selectionBackground: "#c9d6f8",
  black: "#1b2333", red: "#b4231c", green: "#14703f", yellow: "#875100", blue: "#2b50c4", magenta: "#7639a6", cyan: "#0a6a76", white: "#5f6878",
  brightBlack: "#5f6878", brightRed: "#c92a22", brightGreen: "#187f48", brightYellow: "#7d5b00", brightBlue: "#3a60d8",
  brightMagenta: "#8748ba", brightCyan: "#0c7784", brightWhite: "#151b26",
};
const DARK = {
  background: "#0a0e14", foreground: "#d8dee8", cursor: "#93b1ff", cursorAccent: "#0a0e14", selectionBackground: "#2c4272",
  black: "#3a4759", red: "#ff8a80", green: "#5fd08f", yellow: "#f0b652", blue: "#93b1ff", magenta: "#caa2f2", cyan: "#62cfdc", white: "#d8dee8",
  brightBlack: "#8e9aab", brightRed: "#ffaba4", brightGreen: "#86e0ac", brightYellow: "#f6cd83", brightBlue: "#b3c8ff",
  brightMagenta: "#dcc1f7", brightCyan: "#8ddde6", brightWhite: "#ffffff",
};
const CONTRAST = { ...DARK, background: "#000000", foreground: "#ffffff", cursor: "#ffff00", cursorAccent: "#000000", selectionBackground: "#004fb0" };

export const THEMES = { page: "As the page", light: "Light", dark: "Dark", contrast: "High contrast" };

const MARKS = {
  light: { matchBackground: "#ffe08a", matchOverviewRuler: "#875100", activeMatchBackground: "#f2a93b", activeMatchBorder: "#6b3d00", activeMatchColorOverviewRuler: "#b4231c" },
  dark: { matchBackground: "#6b5310", matchOverviewRuler: "#f0b652", activeMatchBackground: "#a8720a", activeMatchBorder: "#ffe08a", activeMatchColorOverviewRuler: "#ff8a80" },
};

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

function pageIsDark() {
  const chosen = document.documentElement.dataset.bsTheme;
  return chosen ? chosen === "dark" : prefersDark.matches;
}

/** The colours of the theme of that name, for xterm.js. */
export function colours(name) {
  return { light: LIGHT, dark: DARK, contrast: CONTRAST }[name] ?? (pageIsDark() ? DARK : LIGHT);
}

/** The colours of what is found in a terminal, for its search addon. */
export function marks(terminal) {
  return terminal.options.theme.background < "#8" ? MARKS.dark : MARKS.light;
}

/** Calls `repaint()` whenever the page turns light or dark; returns a function that ends it. */
export function onPageColours(repaint) {
  const look = new MutationObserver(repaint);
  look.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  prefersDark.addEventListener("change", repaint);
  return () => {
    look.disconnect();
    prefersDark.removeEventListener("change", repaint);
  };
}
