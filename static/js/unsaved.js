// Asks before one leaves what is typed and not sent; nothing of it is kept on the device. data-unsent: a form that came back unsent.
const forms = [...document.querySelectorAll("form")].filter((form) => form.querySelector("textarea"));
let sent = null;

function holds(form) {
  const typed = [...form.querySelectorAll("textarea, input.inp:not([type=file])")];
  return "unsent" in form.dataset || typed.some((field) => field.value !== field.defaultValue);
}

document.addEventListener("submit", (event) => {
  sent = event.target;
});
window.addEventListener("pageshow", () => {
  sent = null;
});
window.addEventListener("beforeunload", (event) => {
  if (forms.some((form) => form !== sent && holds(form))) event.preventDefault();
});
