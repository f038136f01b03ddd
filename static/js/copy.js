// Copies text. A button with data-copy="id" copies that element's.

const SAID_FOR = 2000;

/** Throws where the browser refuses. */
export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Browsers give none to pages served without TLS; there the old way does.
  const put = (event) => {
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("copy", put, { capture: true });
  const isDone = document.execCommand("copy");
  document.removeEventListener("copy", put, { capture: true });
  if (!isDone) throw new Error("refused");
}

/** Copies the text and says so for a moment in the span of the button. */
export async function copyFor(button, text) {
  const label = button.querySelector("span");
  const usual = label.dataset.usual ?? (label.dataset.usual = label.textContent);
  try {
    await copyText(text);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Not copied: the browser refused";
  }
  setTimeout(() => { label.textContent = usual; }, SAID_FOR);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copyFor(button, document.getElementById(button.dataset.copy).textContent));
}
