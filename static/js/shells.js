// The list of open shells: asks before one is ended.

import { ask } from "./ask.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-ask]");
  if (!form) return;
  event.preventDefault();
  if (await ask({ title: form.dataset.ask, body: "What runs in it is ended.", deed: "End shell", danger: true })) form.submit();
});
