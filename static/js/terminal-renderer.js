// Draws a terminal on the graphics card where there is one. While it is hidden it holds none: browsers give only a few.

import { WebglAddon } from "../vendor/xterm/addon-webgl.mjs";

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software/i;

let possible;

/** Whether a graphics card draws; software that stands in for one is slower than plain elements. */
function hasGraphics() {
  if (possible === undefined) {
    const context = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
    const name = context?.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL;
    possible = context !== null && !SOFTWARE.test(name ? context.getParameter(name) : "");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return possible;
}

export class Renderer {
  #terminal;
  #addon = null;

  constructor(terminal) {
    this.#terminal = terminal;
  }

  /** Takes the graphics card for a terminal that is seen, and gives it back for one that is not. */
  show(seen) {
    if (!seen) this.#release();
    else if (!this.#addon && hasGraphics()) this.#take();
  }

  #take() {
    const addon = new WebglAddon();
    try {
      addon.onContextLoss(() => this.#release());
      this.#terminal.loadAddon(addon);
      this.#addon = addon;
    } catch {
      possible = false;
      addon.dispose();
    }
  }

  #release() {
    this.#addon?.dispose();
    this.#addon = null;
  }
}
