// Display modes without a reload: the same cookie the server would set, the same attribute it would write.
const YEAR = 366 * 24 * 60 * 60;
const SET = { size: "big", contrast: "more" };

function keep(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

function show(name, value) {
  const on = value === SET[name];
  if (name === "size" && !on) delete document.documentElement.dataset.size;
  else document.documentElement.dataset[name] = value;
  for (const button of document.querySelectorAll(`[data-modes] button[name="${name}"]`)) {
    button.value = on ? "normal" : SET[name];
    button.setAttribute("aria-pressed", on);
  }
}

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!event.target.matches("[data-modes]") || !(button?.name in SET)) return;
  event.preventDefault();
  const { name, value } = button;
  keep(name, value);
  show(name, value);
  document.dispatchEvent(new CustomEvent("display:changed", { detail: { name, value } }));
});
