// How this person likes terminals, kept in this browser and shared by all that are open, in other windows too.

const KEY = "pilothouse.terminal";
const USUAL = { fontSize: 13, copyOnSelect: false, screenReader: false, theme: "page" };
export const SMALLEST = 9, LARGEST = 24; // pixels

const listeners = new Set();

/** The settings now; what is kept and not understood is as if it was not there. */
export function settings() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY)) ?? {};
    const size = Math.round(Number(kept.fontSize));
    return { ...USUAL, ...kept, fontSize: size >= SMALLEST && size <= LARGEST ? size : USUAL.fontSize };
  } catch {
    return USUAL;
  }
}

/** Keeps the changes and tells every terminal. */
export function change(changes) {
  localStorage.setItem(KEY, JSON.stringify({ ...settings(), ...changes }));
  tell();
}

/** Calls `listener(settings)` after each change; returns a function that ends it. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell() {
  for (const listener of listeners) listener(settings());
}

addEventListener("storage", ({ key }) => key === KEY && tell());
