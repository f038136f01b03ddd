// The button that opens the logs of the page in the dock, as they are shown.

import { dock } from "./dock.js";
import { shown } from "./log-page.js";

const button = document.getElementById("logs-to-dock");
button.disabled = false;
button.addEventListener("click", () => dock.open({ kind: "logs", title: document.querySelector("h1").textContent, ...shown }));
