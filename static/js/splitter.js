// A bar between two things that is dragged, or moved with the arrow keys, to share the room between them.

const STEP = 24; // pixels a key

/** Makes a separator of `bar`. `vertical`: it stands upright and moves sideways. `move(pixels)` is called with how far it
 *  went since the last call, to the right or down; `done()` when it is let go. */
export function makeSplitter(bar, { vertical = false, move, done = () => {} }) {
  bar.setAttribute("role", "separator");
  bar.setAttribute("aria-orientation", vertical ? "vertical" : "horizontal");
  bar.tabIndex = 0;
  let at = null;
  const place = (event) => (vertical ? event.clientX : event.clientY);
  bar.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    bar.setPointerCapture(event.pointerId);
    bar.focus();
    at = place(event);
  });
  bar.addEventListener("pointermove", (event) => {
    if (at === null) return;
    move(place(event) - at);
    at = place(event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    bar.addEventListener(end, () => {
      if (at !== null) done();
      at = null;
    });
  }
  const steps = vertical ? { ArrowLeft: -STEP, ArrowRight: STEP } : { ArrowUp: -STEP, ArrowDown: STEP };
  bar.addEventListener("keydown", (event) => {
    if (!(event.key in steps)) return;
    event.preventDefault();
    move(steps[event.key]);
    done();
  });
}
