// The bar below a log: whether it follows, what waits, how much is held.

import { KEPT_WAITING, SIGNED_OUT } from "../stream-socket.js";
import { count, h, icon, many } from "./dom.js";
import { MOST_LINES } from "./lines.js";

const STATES = { live: "running", waiting: "progressing", ended: "completed", refused: "warning", [SIGNED_OUT]: "warning", [KEPT_WAITING]: "warning", failed: "failed" };

export class Bar {
  element;
  pausedSince = null;
  #status = h("p.row-x.log-status", { role: "status" });
  #paused = h("p.row-x.log-paused", { hidden: true });
  #since = h("span");
  #waiting = h("span.log-waiting");
  #held = h("span.push.faint.small.num.log-held");
  #again;
  #leave;
  #signIn = h("a.btn", { hidden: true }, "Sign in");

  /** `acts` has `resume()`, `reopen()`, and `leave()`, which gives the focus to something else. */
  constructor({ resume, reopen, leave }) {
    this.#leave = leave;
    const button = h("button.btn.btn-ink", { type: "button" }, "Resume", h("kbd.no-phone", {}, "End"));
    button.addEventListener("click", resume);
    this.#again = h("button.btn", { type: "button", hidden: true }, "Open again");
    this.#again.addEventListener("click", reopen);
    this.#paused.append(h("span.stamp.stamp-prod", {}, icon("player-pause"), this.#since), this.#waiting, button);
    this.element = h("div.stream-bar", {}, this.#status, this.#paused, this.#again, this.#signIn, this.#held);
  }

  /** `state`: "live", "waiting", or how it ended as `StreamSocket` says it. */
  say(words, state) {
    const glyph = h(`span.st.st-${STATES[state]}`, {}, words);
    if (this.#status.textContent !== words || this.#status.firstChild.className !== glyph.className) this.#status.replaceChildren(glyph);
    this.#hide(this.#signIn, state !== SIGNED_OUT);
    this.#signIn.href = `/sign-in/?${new URLSearchParams({ next: location.pathname + location.search })}`;
    this.#hide(this.#again, ["live", "waiting", SIGNED_OUT].includes(state));
  }

  /** What is hidden loses the focus, and whoever works with keys his place. */
  #hide(element, hides) {
    if (hides && element.contains(document.activeElement)) this.#leave();
    element.hidden = hides;
  }

  get isPaused() {
    return !this.#paused.hidden;
  }

  /** `since`: when it was paused. */
  pause(isPaused, since = new Date()) {
    const wasPaused = this.isPaused;
    this.#hide(this.#paused, !isPaused);
    this.#status.hidden = isPaused;
    if (!isPaused || wasPaused) return;
    this.pausedSince = since;
    this.#since.textContent = `Paused at ${since.toLocaleTimeString("en-GB")}`;
  }

  tellWaiting(lines, isFull) {
    const words = isFull ? `${many(lines, "newer line")}; no more fit until you resume`
      : lines ? `${many(lines, "newer line")} ${lines === 1 ? "waits" : "wait"}` : "no newer lines yet";
    if (this.#waiting.textContent !== words) this.#waiting.textContent = words;
  }

  tellHeld(lines, shown, dropped) {
    const words = [
      shown === lines ? "" : `${count.format(shown)} shown of `, `${many(lines, "line")} held`,
      dropped ? `, ${count.format(dropped)} older ones dropped` : "",
    ].join("");
    if (this.#held.textContent !== words) this.#held.textContent = words;
    this.#held.title = `At most ${count.format(MOST_LINES)} lines are held here; a download has all.`;
  }
}
