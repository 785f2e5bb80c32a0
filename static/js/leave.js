// Who logs out while filings still wait is told so first; pressing again leaves.
import { waiting } from "./store.js";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-leave]")) return;
  event.preventDefault();
  const note = form.querySelector("[data-unsent]");
  const { size } = new Set((await waiting(form.dataset.user).catch(() => [])).map((row) => row.place));
  if (!size || !note.hidden) {
    form.submit();
    return;
  }
  note.textContent = note.dataset.unsent.replace("{n}", size);
  note.hidden = false;
});
