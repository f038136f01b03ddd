// Colours, row height and single keys: at once on this page, and kept with the person.

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-look]");
  if (!form) return;
  event.preventDefault();
  const { name, value } = event.submitter;
  if (name === "density") document.documentElement.dataset.density = value;
  else if (value === "auto") delete document.documentElement.dataset.bsTheme;
  else document.documentElement.dataset.bsTheme = value;
  for (const item of form.querySelectorAll(`[name="${name}"]`)) item.setAttribute("aria-checked", item.value === value);
  keep(new FormData(form, event.submitter));
});

document.addEventListener("change", ({ target }) => {
  const form = target.closest("[data-keys]");
  if (!form) return;
  document.documentElement.dataset.keys = target.checked ? "on" : "off";
  const data = new FormData(form);
  data.set("keys", "");
  keep(data);
});

function keep(data) {
  fetch("/preferences/", { method: "POST", body: data, headers: { "HX-Request": "true" } });
}
