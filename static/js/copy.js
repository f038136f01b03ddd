// A button with data-copy="id" copies that element's text.

const SAID_FOR = 2000;

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue; // browsers give none to pages served without TLS
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

async function copy(button) {
  const label = button.querySelector("span");
  const usual = label.dataset.usual ?? (label.dataset.usual = label.textContent);
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Not copied: the browser refused";
  }
  setTimeout(() => { label.textContent = usual; }, SAID_FOR);
}
