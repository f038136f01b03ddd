// Moving to another page shows the dock as it was until it is drawn again there, so that nothing flickers.

import { dock } from "./dock.js";

addEventListener("pagereveal", ({ viewTransition }) => {
  if (!viewTransition) return;
  viewTransition.ready.catch(() => {}); // it rejects when skipped
  // Nothing is held where there is nothing to hold: the page answers at once.
  if (document.getElementById("dock").hidden) return void viewTransition.skipTransition();
  dock.drawn.then(() => viewTransition.skipTransition());
});
