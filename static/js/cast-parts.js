// The parts of a recording, fetched when they are needed; a few of them are kept.

const KEPT = 6;
const ASKED_AGAIN = 3000; // milliseconds, while the shell is open
const LONGEST_WAIT = 30_000; // and while it cannot be asked
const TOLD_AFTER = 2; // failures in a row
const NO_MORE = "What was added cannot be fetched now; trying again.";

/** An event of a part: `{at, code, data}`, in milliseconds since the start. */
export class CastParts {
  #address;
  #kept = new Map();

  parts = [];
  activity = [];
  length = 0;
  isOpen = false;

  constructor(address) {
    this.#address = address;
  }

  /** Asks which parts there are, and again and again while more come; `onchange()` follows each answer. Throws when the
   *  first does not come; of later ones `ontrouble(words)` tells, with no words once it is over. */
  async watch(onchange, ontrouble) {
    await this.#look();
    onchange();
    this.#follow(onchange, ontrouble);
  }

  async #follow(onchange, ontrouble) {
    let failures = 0;
    while (this.isOpen) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_WAIT, ASKED_AGAIN * 2 ** failures)));
      try {
        await this.#look();
      } catch {
        failures += 1;
        if (failures === TOLD_AFTER) ontrouble(NO_MORE);
        continue;
      }
      if (failures >= TOLD_AFTER) ontrouble("");
      failures = 0;
      onchange();
    }
  }

  async #look() {
    const { parts, activity, length, isOpen } = await this.#ask("").then((answer) => answer.json());
    const last = this.parts.at(-1);
    if (last && parts[this.parts.length - 1]?.ended !== last.ended) this.#kept.delete(last.number);
    Object.assign(this, { parts, activity, length, isOpen });
  }

  /** The events of the part at that place in `parts`. Throws with the reason. */
  async events(place) {
    const { number, began } = this.parts[place];
    if (!this.#kept.has(number)) {
      this.#kept.set(number, this.#ask(`${number}/`).then((answer) => answer.text()).then((text) => read(text, began)));
      if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value);
    }
    try {
      return await this.#kept.get(number);
    } catch (error) {
      this.#kept.delete(number);
      throw error;
    }
  }

  async #ask(path) {
    const answer = await fetch(this.#address + path).catch(() => null);
    if (answer?.ok && !answer.redirected) return answer;
    const said = answer?.headers.get("Content-Type")?.startsWith("text/plain") ? await answer.text() : "";
    throw new Error(said || "The recording cannot be fetched now; try again.");
  }
}

function read(text, began) {
  let at = began;
  const events = [];
  for (const line of text.split("\n")) {
    if (!line.startsWith("[")) continue;
    const [interval, code, data] = JSON.parse(line);
    at += Math.round(interval * 1000);
    events.push({ at, code, data });
  }
  return events;
}
