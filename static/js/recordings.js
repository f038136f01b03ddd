// The list of recordings: a choice filters at once, and the address names only what is chosen.

const form = document.getElementById("recording-filter");

form.addEventListener("change", ({ target }) => target.matches("select") && form.requestSubmit());
form.addEventListener("submit", () => {
  for (const field of form.elements) if (field.name) field.disabled = !field.value;
});
// Back brings the page as it was left.
addEventListener("pageshow", () => {
  for (const field of form.elements) field.disabled = false;
});
