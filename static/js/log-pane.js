// Logs in the dock.

import { LogViewer } from "./logs/viewer.js";

export class LogPane {
  #viewer;

  /** As `LogViewer` takes them; `about` has what else it needs. */
  constructor(element, { address, about: { file, containers }, state, place, onstate }) {
    this.#viewer = new LogViewer(element, { address, file, containers, state, place, onstate });
    this.ready = Promise.resolve();
  }

  get drawn() {
    return this.#viewer.drawn;
  }

  /** What is in view, for the next page to show. */
  get place() {
    return this.#viewer.place;
  }

  get isLive() {
    return false; // nothing ends with it
  }

  find() {
    this.#viewer.focusSearch();
  }

  focus() {}

  show() {}

  end() {}

  dispose() {
    this.#viewer.close();
  }
}
