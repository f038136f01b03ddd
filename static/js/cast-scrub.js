// Where a recording is: bars of how much was printed when, and a slider over them.

import { SILENCE } from "./cast-player.js";

const SVG = "http://www.w3.org/2000/svg";
const BARS = 120;
const HEIGHT = 26;
const STEP = 5000; // milliseconds of an arrow key
const FAR = 30_000; // and of Page Up and Page Down

/** "1:04:09" or "2:14", of milliseconds. */
export function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
}

/** The moments of a recording as they lie on the slider; its silences are shortened or not. */
class Axis {
  #points = [[0, 0]]; // moment, place

  constructor(length, activity, shortened) {
    let place = 0, last = 0;
    for (const [second] of shortened ? activity : []) {
      const at = Math.min(second * 1000, length);
      place += Math.min(at - last, SILENCE + 1000);
      this.#points.push([at, place]);
      last = at;
    }
    this.#points.push([length, place + (shortened ? Math.min(length - last, SILENCE + 1000) : length)]);
  }

  get size() {
    return Math.max(1, this.#points.at(-1)[1]);
  }

  placeOf(moment) {
    return this.#along(moment, 0, 1);
  }

  momentAt(place) {
    return this.#along(place, 1, 0);
  }

  #along(value, from, to) {
    const after = this.#points.findIndex((point) => point[from] >= value);
    if (after <= 0) return after ? this.#points.at(-1)[to] : 0;
    const [a, b] = [this.#points[after - 1], this.#points[after]];
    return a[to] + ((value - a[from]) / Math.max(1, b[from] - a[from])) * (b[to] - a[to]);
  }
}

export class Scrub {
  #element;
  #axis = new Axis(1, [], false);
  #length = 0;
  #moment = 0;
  #svg = document.createElementNS(SVG, "svg");
  #played = document.createElementNS(SVG, "rect");
  #needle = document.createElementNS(SVG, "rect");
  #bars = document.createElementNS(SVG, "g");
  #found = document.createElementNS(SVG, "g");

  /** `onseek(moment)` when the reader wants to be somewhere else. */
  constructor(element, onseek) {
    this.#element = element;
    this.#svg.setAttribute("viewBox", `0 0 ${BARS} ${HEIGHT}`);
    this.#svg.setAttribute("preserveAspectRatio", "none");
    this.#svg.setAttribute("aria-hidden", "true");
    this.#played.setAttribute("class", "played");
    this.#needle.setAttribute("class", "needle");
    this.#bars.setAttribute("class", "bars");
    this.#found.setAttribute("class", "found");
    this.#svg.append(this.#played, this.#bars, this.#found, this.#needle);
    element.append(this.#svg);
    element.addEventListener("pointerdown", (event) => this.#drag(event, onseek));
    element.addEventListener("keydown", (event) => this.#key(event, onseek));
  }

  /** Draws the bars of `activity`: pairs of a second and the bytes that were printed in it. */
  draw(length, activity, shortened) {
    this.#length = length;
    this.#axis = new Axis(length, activity, shortened);
    const sums = new Array(BARS).fill(0);
    for (const [second, bytes] of activity) {
      const bar = Math.floor((this.#axis.placeOf(second * 1000) / this.#axis.size) * BARS);
      sums[Math.min(BARS - 1, bar)] += bytes;
    }
    const most = Math.log1p(Math.max(...sums, 1));
    this.#bars.replaceChildren(...sums.flatMap((sum, bar) => (sum ? [rect(bar + 0.15, (Math.log1p(sum) / most) * (HEIGHT - 6) + 2, 0.7)] : [])));
    this.#element.setAttribute("aria-valuemax", Math.round(length / 1000));
    this.show(this.#moment);
  }

  /** Marks the moments at which something was found. */
  mark(moments) {
    this.#found.replaceChildren(...moments.map((moment) => rect(this.#x(moment), HEIGHT, 0.3)));
  }

  show(moment) {
    this.#moment = moment;
    const x = this.#x(moment);
    for (const [name, value] of Object.entries({ width: x, height: HEIGHT })) this.#played.setAttribute(name, value);
    for (const [name, value] of Object.entries({ x: Math.max(0, x - 0.3), width: 0.6, height: HEIGHT })) this.#needle.setAttribute(name, value);
    this.#element.setAttribute("aria-valuenow", Math.round(moment / 1000));
    this.#element.setAttribute("aria-valuetext", `${clock(moment)} of ${clock(this.#length)}`);
  }

  #x(moment) {
    return (this.#axis.placeOf(moment) / this.#axis.size) * BARS;
  }

  #drag(event, onseek) {
    const to = ({ clientX }) => {
      const { left, width } = this.#element.getBoundingClientRect();
      onseek(this.#axis.momentAt(Math.max(0, Math.min(1, (clientX - left) / width)) * this.#axis.size));
    };
    this.#element.setPointerCapture(event.pointerId);
    this.#element.addEventListener("pointermove", to);
    this.#element.addEventListener("lostpointercapture", () => this.#element.removeEventListener("pointermove", to), { once: true });
    to(event);
  }

  #key(event, onseek) {
    const by = { ArrowRight: STEP, ArrowUp: STEP, ArrowLeft: -STEP, ArrowDown: -STEP, PageUp: FAR, PageDown: -FAR }[event.key];
    const to = { Home: 0, End: this.#length }[event.key] ?? (by && this.#moment + by);
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onseek(to);
  }
}

function rect(x, height, width) {
  const element = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ x, y: HEIGHT - height, width, height })) element.setAttribute(name, value);
  return element;
}
