// A page that lacks one of the scripts or styles that its HTML names looks alive and is not, and says so. A classic script
// before all others, so that it hears of what fails before it; a module whose imports fail counts as failed itself.

addEventListener("error", ({ target }) => {
  const isMissing = target instanceof HTMLScriptElement || (target instanceof HTMLLinkElement && target.rel === "stylesheet");
  if (!isMissing) return;
  // Not only once all scripts have run: another one may hang.
  if (document.readyState === "loading") document.addEventListener("readystatechange", sayIt, { once: true });
  else sayIt();
}, true);

function sayIt() {
  const bar = document.getElementById("not-loaded");
  bar.hidden = false;
  bar.querySelector("button").onclick = () => location.reload();
}
