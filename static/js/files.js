// Says at once that files are too large together: sent, the server would refuse the whole form, and what was written with it.
const MOST = 10 * 1024 * 1024;

for (const field of document.querySelectorAll("input[type=file][data-large]")) {
  const said = field.parentElement.querySelector("[data-said]");
  field.addEventListener("change", () => {
    const size = [...field.files].reduce((sum, file) => sum + file.size, 0);
    const words = size > MOST ? field.dataset.large.replace("{n}", (size / 1024 / 1024).toFixed(1)) : "";
    field.setCustomValidity(words);
    said.textContent = words;
    said.hidden = !words;
  });
}
