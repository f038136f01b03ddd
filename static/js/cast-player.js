// Plays the parts of a recording on a screen: at any speed, from any moment, with or without its silences.

export const SILENCE = 1000; // milliseconds of a silence that are left when silences are skipped
const PIECE = 256 * 1024; // characters that are drawn at once while seeking

export class CastPlayer {
  #screen;
  #size;
  #parts;
  #on;
  #part = 0; // place of the part that is being played
  #event = 0; // the next event in it
  #lastAt = 0;
  #isAhead = false; // whether the screen shows what came later than `time`
  #turn = 0; // a newer seek ends an older one
  #frame = 0;
  #then = 0;
  #isBusy = false;

  time = 0;
  speed = 1;
  skips = true;
  isPlaying = false;

  /** `onchange()` is called when something of the above has changed, `ontrouble(words)` when a part cannot be had. */
  constructor(screen, { columns, rows }, parts, { onchange, ontrouble }) {
    this.#screen = screen;
    this.#size = [columns, rows];
    this.#parts = parts;
    this.#on = { onchange, ontrouble };
  }

  get isAtEnd() {
    return this.time >= this.#parts.length;
  }

  async toggle() {
    if (this.isPlaying) return this.pause();
    if (this.isAtEnd && !this.#parts.isOpen) await this.seek(0);
    this.isPlaying = true;
    this.#then = performance.now();
    this.#frame = requestAnimationFrame((now) => this.#tick(now));
    this.#on.onchange();
  }

  pause() {
    cancelAnimationFrame(this.#frame);
    this.isPlaying = false;
    this.#on.onchange();
  }

  /** Shows the screen as it was at that moment (ms). */
  async seek(to) {
    const turn = ++this.#turn;
    const target = Math.max(0, Math.min(to, this.#parts.length));
    if (target < this.#lastAt || target < this.time) this.#isAhead = true;
    this.time = target;
    this.#on.onchange();
    this.#isBusy = true;
    try {
      if (this.#isAhead) await this.#rewind(turn);
      while (turn === this.#turn && (await this.#draw(target)));
    } catch (error) {
      this.#trouble(error);
    } finally {
      if (turn === this.#turn) this.#isBusy = false;
    }
    this.#then = performance.now();
    this.#on.onchange();
  }

  async #rewind(turn) {
    await this.#screen.settled();
    if (turn !== this.#turn) return;
    this.#screen.clear(...this.#size);
    this.#part = this.#event = this.#lastAt = 0;
    this.#isAhead = false;
  }

  async #tick(now) {
    if (!this.isPlaying) return;
    // While the screen is behind, the clock stands still.
    if (!this.#isBusy) this.time += (now - this.#then) * this.speed;
    this.#then = now;
    if (!this.#isBusy) await this.#advance();
    if (!this.isPlaying) return;
    if (this.isAtEnd && !this.#parts.isOpen) {
      this.time = this.#parts.length;
      return this.pause();
    }
    this.time = Math.min(this.time, this.#parts.length);
    this.#on.onchange();
    this.#frame = requestAnimationFrame((next) => this.#tick(next));
  }

  async #advance() {
    const turn = this.#turn;
    this.#isBusy = true;
    try {
      while (turn === this.#turn && (await this.#draw(this.time)));
      if (turn === this.#turn && this.skips) await this.#skip();
    } catch (error) {
      this.#trouble(error);
    } finally {
      if (turn === this.#turn) this.#isBusy = false;
    }
  }

  async #skip() {
    const turn = this.#turn;
    const next = await this.#next();
    if (turn === this.#turn && next && next.at - this.time > 0 && this.time - this.#lastAt >= SILENCE) this.time = next.at;
  }

  async #next() {
    const events = this.#part < this.#parts.parts.length ? await this.#parts.events(this.#part) : [];
    if (this.#event < events.length || this.#part + 1 >= this.#parts.parts.length) return events[this.#event];
    return (await this.#parts.events(this.#part + 1))[0];
  }

  /** Draws some of what comes up to that moment; false when there is no more of it. */
  async #draw(until) {
    if (this.#part >= this.#parts.parts.length) return false;
    const turn = this.#turn;
    const events = await this.#parts.events(this.#part);
    if (turn !== this.#turn) return false;
    if (this.#event >= events.length) {
      if (this.#part + 1 >= this.#parts.parts.length) return false;
      this.#part += 1;
      this.#event = 0;
      return true;
    }
    let text = "";
    for (; this.#event < events.length && text.length < PIECE; this.#event += 1) {
      const { at, code, data } = events[this.#event];
      if (at > until) break;
      if (code === "r") {
        if (text) break;
        this.#screen.resize(...data.split("x").map(Number));
      } else if (code === "o") text += data;
      this.#lastAt = at;
    }
    if (text) await this.#screen.write(text);
    return this.#event >= events.length || events[this.#event].at <= until;
  }

  #trouble(error) {
    this.pause();
    this.#on.ontrouble(error.message);
  }
}
