// What is to be done in the next frame, once, however often it was asked for until then. A hidden page has no frames, not
// even those that were asked for before it was hidden: there it is done all the same.

export class NextFrame {
  #act;
  #hiddenWait;
  #frame = 0;
  #timer = 0;
  #stop = new AbortController();

  /** `hiddenWait`: milliseconds that a hidden page waits instead, 0 for at once. */
  constructor(act, hiddenWait) {
    [this.#act, this.#hiddenWait] = [act, hiddenWait];
    document.addEventListener("visibilitychange", () => this.#isAsked && this.#begin(), { signal: this.#stop.signal });
  }

  ask() {
    if (!this.#isAsked) this.#begin();
  }

  cancel() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = this.#timer = 0;
  }

  close() {
    this.cancel();
    this.#stop.abort();
  }

  get #isAsked() {
    return Boolean(this.#frame || this.#timer);
  }

  #begin() {
    this.cancel();
    if (!document.hidden) this.#frame = requestAnimationFrame(() => this.#do());
    else if (this.#hiddenWait) this.#timer = setTimeout(() => this.#do(), this.#hiddenWait);
    else this.#do();
  }

  #do() {
    this.cancel();
    this.#act();
  }
}
