// The preset spans fill the two dates; without this script the dates are typed.
const form = document.getElementById("ask");
const presets = document.getElementById("presets");
presets.hidden = false;

function mark() {
  for (const button of presets.children) {
    const same = button.dataset.since === form.since.value && button.dataset.until === form.until.value;
    button.setAttribute("aria-pressed", same);
  }
}

presets.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  form.since.value = button.dataset.since;
  form.until.value = button.dataset.until;
  form.dispatchEvent(new Event("change", { bubbles: true }));
});
form.addEventListener("change", mark);
mark();
