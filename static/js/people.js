// The one-time link: copy it, print it. Without script the buttons stay hidden; the link can be selected.
for (const button of document.querySelectorAll("[data-copy], [data-print]")) button.hidden = false;

function copied(button) {
  button.querySelector("span").textContent = button.dataset.done;
}

// navigator.clipboard exists on https and localhost alone; inside an office the portal may be plain http
function select(source) {
  const range = document.createRange();
  range.selectNodeContents(source);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

// where the browser refuses, or has no clipboard at all, the selection is copied; where that fails too, it stays selected
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  select(source);
  if (await written(source.textContent)) copied(button);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-print]");
  if (!button) return;
  if ("print" in button.dataset) print();
  else copy(button);
});
