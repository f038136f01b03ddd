// A list of very many rows of any height, of which only those in view exist. Heights are measured when rows are drawn;
// what is not drawn is guessed. What is in view never moves by itself.

const SPARE = 600; // pixels drawn above and below
const SPARE_AT_END = 80; // pixels drawn above while the end is followed
const TALLEST = 8_000_000; // pixels that every browser can scroll
const NEAR = 60; // rows that are rather added than all drawn anew
const ROW = 19; // pixels, as first guess

export class Scroller {
  /** Whether the end is kept in view. */
  follows = true;
  #place;
  #spacer;
  #block;
  #draw;
  #count;
  #first = 0;
  #end = 0;
  #y = 0;
  #height = 0;
  #average = ROW;
  #lastTop = 0;
  #moved;
  #sizes;

  /** Scrolls `place`; `draw(index)` makes the element of a row, `count()` says how many there are, `moved(up)` is called
   *  when a person scrolled. */
  constructor(place, { draw, count, moved }) {
    this.#place = place;
    this.#draw = draw;
    this.#count = count;
    this.#moved = moved;
    this.#spacer = document.createElement("div");
    this.#spacer.className = "log-height";
    this.#block = document.createElement("div");
    this.#block.className = "log-rows";
    place.append(this.#spacer, this.#block);
    place.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#sizes = new ResizeObserver(() => this.update());
    this.#sizes.observe(place);
  }

  close() {
    this.#sizes.disconnect();
  }

  get isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.#place;
    return this.#end >= this.#count() && scrollHeight - scrollTop - clientHeight < 4;
  }

  get isAtTop() {
    return this.#first === 0 && this.#place.scrollTop < SPARE;
  }

  /** The indices in view and their elements: from, to before, elements. */
  get drawn() {
    return { from: this.#first, to: this.#end, elements: [...this.#block.children] };
  }

  /** The row at the top of the view and how far it is above it, to be found again after a rebuild. */
  get anchor() {
    let y = this.#y;
    const top = this.#place.scrollTop;
    for (let index = this.#first; index < this.#end; index++) {
      const height = heightOf(this.#block.children[index - this.#first]);
      if (y + height > top) return { index, above: top - y };
      y += height;
    }
    return { index: this.#first, above: 0 };
  }

  /** Rows were added at the end, or the size is another. */
  update() {
    if (this.follows) this.#toEnd();
    else this.#fill();
  }

  /** `by` rows are gone at the front (or have come, when negative). */
  shift(by) {
    this.#first -= by;
    this.#end -= by;
    if (this.#end <= 0) this.#clear(0, 0);
    else if (this.#first < 0) {
      this.#trimTop(this.#above(0) + 1);
      if (this.#first < 0) this.#clear(0, 0);
    }
    this.update();
  }

  /** Draws everything again, with the row `index` `above` pixels above the top of the view. */
  reset(index = 0, above = 0) {
    if (this.follows) {
      this.#clear(this.#count(), 0);
      return this.#toEnd();
    }
    const at = Math.max(0, Math.min(index, this.#count() - 1));
    this.#clear(at, at * this.#guess());
    this.#fill(at * this.#guess(), at * this.#guess() + this.#place.clientHeight + above);
    this.#setTop(this.#y + (at - this.#first ? this.#above(at) : 0) + above);
    this.#fill();
  }

  /** Brings a row into the middle of the view; returns its element. */
  show(index) {
    this.follows = false;
    if (index < this.#first || index >= this.#end) this.reset(index, 0);
    const element = this.#block.children[index - this.#first];
    if (!element) return null;
    this.#setTop(this.#y + this.#above(index) - (this.#place.clientHeight - heightOf(element)) / 2);
    this.#fill();
    return this.#block.children[index - this.#first];
  }

  /** The last row of which something is in view. */
  get lastInView() {
    for (let index = this.#end - 1; index > this.#first; index--) if (this.isInView(index)) return index;
    return this.#first;
  }

  isInView(index) {
    const element = this.#block.children[index - this.#first];
    if (!element) return false;
    const row = element.getBoundingClientRect(), view = this.#place.getBoundingClientRect();
    return row.bottom > view.top && row.top < view.bottom;
  }

  /** Draws one row again, if it is drawn; returns its new element. */
  redraw(index) {
    const old = this.#block.children[index - this.#first];
    if (!old || index < this.#first || index >= this.#end) return null;
    const made = this.#draw(index);
    this.#height -= heightOf(old);
    old.replaceWith(made);
    this.#height += heightOf(made);
    this.update();
    return made;
  }

  #scrolled() {
    const top = this.#place.scrollTop;
    const by = top - this.#lastTop;
    if (Math.abs(by) < 1) return;
    this.#lastTop = top;
    if (this.follows && by > 0) return;
    if (by < 0 && !this.isAtEnd) this.follows = false;
    if (!this.follows) this.#fill();
    this.#moved(by < 0);
  }

  #toEnd() {
    const count = this.#count(), wanted = this.#place.clientHeight + SPARE_AT_END;
    // In a flood all is new: what fills the view is then drawn at once.
    if (this.#first > count || this.#end < count - NEAR) this.#clear(Math.max(0, count - Math.ceil(wanted / this.#average) - 1), 0);
    this.#append(count);
    this.#prependUntil(() => this.#height >= wanted);
    this.#trimTop(this.#height - wanted);
    this.#y = this.#first * this.#guess();
    this.#lay(this.#y + this.#height);
    this.#setTop(this.#y + this.#height);
  }

  /** Draws what is in view from `top` to `bottom`, and a little more. */
  #fill(top = this.#place.scrollTop, bottom = top + this.#place.clientHeight) {
    const count = this.#count();
    const near = bottom + SPARE > this.#y && top - SPARE < this.#y + this.#height;
    if (!near || this.#end > count) {
      const index = Math.max(0, Math.min(count - 1, Math.floor(top / this.#guess())));
      this.#clear(index, top);
    }
    while (this.#end < count && this.#y + this.#height < bottom + SPARE) this.#append(Math.min(count, this.#end + 40));
    this.#prependUntil(() => this.#y <= top - SPARE);
    this.#trimTop(top - SPARE * 2 - this.#y);
    this.#trimBottom(this.#y + this.#height - bottom - SPARE * 2);
    this.#settle(count);
  }

  /** The guess of what is above was wrong when it ends at another place than the top: the view moves along, so that
   *  nothing is seen to move. */
  #settle(count) {
    const wrong = this.#first === 0 ? this.#y : this.#y < SPARE ? this.#y - this.#first * this.#guess() : 0;
    if (Math.abs(wrong) >= 1) {
      const top = this.#place.scrollTop - wrong;
      this.#y -= wrong;
      this.#lay(Math.max(this.#y + this.#height, top + this.#place.clientHeight));
      this.#setTop(top);
    }
    this.#lay(this.#y + this.#height + (count - this.#end) * this.#guess());
  }

  #clear(index, y) {
    this.#block.replaceChildren();
    [this.#first, this.#end, this.#y, this.#height] = [index, index, y, 0];
  }

  #append(to) {
    if (to <= this.#end) return;
    const made = document.createDocumentFragment();
    for (let index = this.#end; index < to; index++) made.append(this.#draw(index));
    this.#end = to;
    this.#block.append(made);
    this.#measure();
  }

  #prependUntil(enough) {
    while (this.#first > 0 && !enough()) {
      const before = this.#height, made = document.createDocumentFragment();
      const from = Math.max(0, this.#first - 40);
      for (let index = from; index < this.#first; index++) made.append(this.#draw(index));
      this.#first = from;
      this.#block.prepend(made);
      this.#measure();
      this.#y -= this.#height - before;
    }
  }

  #measure() {
    this.#height = heightOf(this.#block);
    if (this.#end > this.#first) this.#average = this.#height / (this.#end - this.#first);
  }

  #trimTop(spare) {
    const gone = this.#fitting(spare, [...this.#block.children]);
    for (const { node, height } of gone) {
      node.remove();
      this.#y += height;
      this.#height -= height;
    }
    this.#first += gone.length;
  }

  #trimBottom(spare) {
    const gone = this.#fitting(spare, [...this.#block.children].reverse());
    for (const { node, height } of gone) {
      node.remove();
      this.#height -= height;
    }
    this.#end -= gone.length;
  }

  /** The first of `nodes`, all but one of them at most, that together are no higher than `spare`. All are measured before
   *  any goes, since each change makes the browser lay the page out again. */
  #fitting(spare, nodes) {
    const found = [];
    for (const node of nodes.slice(0, -1)) {
      const height = spare > 0 ? heightOf(node) : Infinity;
      if (height > spare) break;
      found.push({ node, height });
      spare -= height;
    }
    return found;
  }

  #above(index) {
    let height = 0;
    for (let at = this.#first; at < index; at++) height += heightOf(this.#block.children[at - this.#first]);
    return height;
  }

  #guess() {
    return Math.min(this.#average, TALLEST / Math.max(1, this.#count()));
  }

  #lay(height) {
    this.#spacer.style.height = `${height}px`;
    this.#block.style.transform = `translateY(${this.#y}px)`;
  }

  #setTop(top) {
    this.#place.scrollTop = top;
    this.#lastTop = this.#place.scrollTop;
  }
}

function heightOf(element) {
  return element.getBoundingClientRect().height;
}
