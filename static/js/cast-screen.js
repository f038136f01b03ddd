// The screen of a recording: a terminal of the size that it had, which takes no input. It is drawn as large as its place
// allows, but never too small to read: then the place scrolls.

import { SearchAddon } from "../vendor/xterm/addon-search.mjs";
import { Terminal } from "../vendor/xterm/xterm.mjs";
import { allowItsStyles } from "./styleless.js";
import { withinScreen } from "./terminal-size.js";
import { colours, marks, onPageColours } from "./terminal-theme.js";

const FONT = '"JetBrains Mono Variable", ui-monospace, monospace';
const SMALLEST = 11, LARGEST = 16; // pixels; a full screen is filled
const SCROLLBACK = 1000; // lines
const WIDE = 0.6, HIGH = 1.32; // a cell of this font, in font sizes
const PADDING = 28; // pixels

export class CastScreen {
  #place;
  #terminal;
  #finder = new SearchAddon();
  #mark = null;

  /** Fills `place` once `ready`. */
  constructor(place, columns, rows) {
    this.#place = place;
    this.ready = this.#begin(columns, rows);
  }

  async #begin(columns, rows) {
    await document.fonts.load(`13px ${FONT}`);
    allowItsStyles();
    this.#terminal = new Terminal({
      cols: withinScreen(columns),
      rows: withinScreen(rows),
      fontFamily: FONT,
      scrollback: SCROLLBACK,
      disableStdin: true,
      cursorBlink: false,
      cursorInactiveStyle: "block",
      showCursorImmediately: true,
      theme: colours("page"),
      allowProposedApi: true, // the marks of what is found
      minimumContrastRatio: 4.5,
      // What was called a link stays text.
      linkHandler: { activate() {}, allowNonHttpProtocols: false },
    });
    // Keys are the player's.
    this.#terminal.attachCustomKeyEventHandler(() => false);
    this.#terminal.loadAddon(this.#finder);
    this.#terminal.open(this.#place);
    this.#terminal.textarea.tabIndex = -1;
    this.#terminal.textarea.setAttribute("aria-hidden", "true");
    onPageColours(() => (this.#terminal.options.theme = colours("page")));
    new ResizeObserver(() => this.#fit()).observe(this.#place);
    this.#fit();
  }

  /** Draws what was printed; resolves when it is drawn. The cursor stays in sight unless the reader has scrolled away. */
  async write(text) {
    const isFollowed = this.#isSeen(this.#cursorRow);
    await new Promise((drawn) => this.#terminal.write(text, drawn));
    if (isFollowed) this.#reveal(this.#cursorRow);
  }

  /** A recording may have a size that no browser can draw. */
  resize(columns, rows) {
    this.#terminal.resize(withinScreen(columns), withinScreen(rows));
    this.#fit();
  }

  /** Resolves once all that it was given is drawn. */
  settled() {
    return new Promise((drawn) => this.#terminal.write("", drawn));
  }

  /** Empties it; what is not drawn yet comes all the same. */
  clear(columns, rows) {
    this.#terminal.reset();
    this.resize(columns, rows);
  }

  /** Marks the text where it stands lowest, and brings that place into sight; `above`: so many places further up. */
  mark(text, above) {
    this.unmark();
    const decorations = marks(this.#terminal);
    for (let step = 0; step <= above; step += 1) if (!this.#finder.findPrevious(text, { decorations })) return;
    const { start, end } = this.#terminal.getSelectionPosition();
    const last = end.y > start.y ? this.#terminal.cols : end.x;
    this.#markPlace(start, last - start.x, decorations.activeMatchBackground);
    this.#reveal(start.y - this.#terminal.buffer.active.viewportY, start.x, last);
  }

  unmark() {
    this.#finder.clearDecorations();
    this.#mark?.dispose();
    this.#mark = null;
  }

  /** The addon shows its place as a selection, which is easily lost, and under its other marks. */
  #markPlace({ x, y }, width, backgroundColor) {
    this.#terminal.clearSelection();
    const { baseY, cursorY } = this.#terminal.buffer.active;
    const marker = this.#terminal.registerMarker(y - baseY - cursorY);
    this.#mark = this.#terminal.registerDecoration({ marker, x, width, backgroundColor, layer: "top" }) ?? null;
    this.#mark?.onRender((element) => element.classList.add("found-place"));
  }

  get #cursorRow() {
    const { baseY, viewportY, cursorY } = this.#terminal.buffer.active;
    return baseY + cursorY - viewportY;
  }

  #isSeen(row) {
    const { top, bottom } = this.#boxOf(row);
    return top >= 0 && bottom <= this.#place.clientHeight;
  }

  /** Scrolls the place, no further than needed, to a row of the screen; with columns, to these too. */
  #reveal(row, from, to) {
    const { top, bottom, left, right } = this.#boxOf(row, from, to);
    const { clientWidth, clientHeight } = this.#place;
    const x = from === undefined ? 0 : beyond(left, right, clientWidth);
    this.#place.scrollBy(x, beyond(top, bottom, clientHeight));
  }

  /** Where cells are, in pixels from the corner of what is seen of the place, with its padding around them. */
  #boxOf(row, from = 0, to = from) {
    const screen = this.#terminal.element.querySelector(".xterm-screen").getBoundingClientRect();
    const place = this.#place.getBoundingClientRect();
    const { cols, rows } = this.#terminal;
    const [wide, high] = [screen.width / cols, screen.height / rows];
    const [x, y] = [screen.left - place.left, screen.top - place.top];
    const around = PADDING / 2;
    return {
      left: x + from * wide - around,
      right: x + to * wide + around,
      top: y + row * high - around,
      bottom: y + (row + 1) * high + around,
    };
  }

  #fit() {
    const { cols, rows, options } = this.#terminal;
    const largest = document.fullscreenElement?.contains(this.#place) ? Infinity : LARGEST;
    const size = Math.min((this.#place.clientWidth - PADDING) / (cols * WIDE), (this.#place.clientHeight - PADDING) / (rows * HIGH));
    const wanted = Math.max(SMALLEST, Math.min(largest, Math.floor(size * 2) / 2));
    if (wanted !== options.fontSize) options.fontSize = wanted;
  }
}

/** How far to scroll so that something from `start` to `end` is in a space of that size; its start counts more. */
function beyond(start, end, size) {
  return start < 0 ? start : Math.max(0, Math.min(start, end - size));
}
