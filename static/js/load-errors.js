// A page that lacks one of its scripts or styles looks alive and is not, and says so. A classic script before all others,
// so that it hears of what fails before it; a module whose imports fail counts as failed itself.

addEventListener("error", ({ target }) => {
  const isMissing = target instanceof HTMLScriptElement || (target instanceof HTMLLinkElement && target.rel === "stylesheet");
  if (!isMissing) return;
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", sayIt, { once: true });
  else sayIt();
}, true);

function sayIt() {
  const bar = document.getElementById("not-loaded");
  bar.hidden = false;
  bar.querySelector("button").addEventListener("click", () => location.reload());
}
