// My week in the browser: taps, totals, the draft on this device, sending. Without it the page is one plain form.
import { watch } from "./net.js";
import { waitingIn } from "./store.js";
import { adopt, again, closeSheet, openSheet, pick, save, suggest } from "./week_add.js";
import { recall, said } from "./week_ask.js";
import { drop, keep, kept, load, notice, restore } from "./week_draft.js";
import { answer, copyAll, paint, shut, step, take, typed } from "./week_rows.js";
import { answered, send } from "./week_send.js";

const rowOf = (element) => element.closest("#week [data-row]");

function changed() {
  keep();
  paint();
}

const CLICKS = {
  "[data-all]": (link, event) => (event.preventDefault(), copyAll(link.closest("[data-group]")), changed()),
  "[data-chip]": (chip) => (rowOf(chip) ? (take(rowOf(chip), chip.dataset.chip), changed()) : pick(chip)),
  "[data-step]": (button) => (step(button), rowOf(button) && (typed(rowOf(button)), changed())),
  "[data-sheet]": () => openSheet(),
  "[data-close]": () => closeSheet(),
  "[data-again]": () => again() && changed(),
  "[data-suggestions] button": (button) => adopt(button),
  "[data-drop]": async (element) => {
    await drop(document.querySelector("[data-draft]").dataset.draft);
    location.assign(location.pathname);
  },
};

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(CLICKS)) {
    const element = event.target.closest(selector);
    if (!element) continue;
    if (element.matches("a[data-drop]")) event.preventDefault();
    act(element, event);
    return;
  }
});

document.addEventListener("change", (event) => {
  const row = rowOf(event.target);
  if (!row) return;
  answer(row, event.target);
  if (event.target.name.endsWith(".target")) said(row, event.target.value);
  changed();
});

document.addEventListener("input", (event) => {
  const { target } = event;
  if (target.matches("#quick-title")) suggest(target.value);
  const row = rowOf(target);
  if (!row || target.matches("[type=checkbox], [type=radio]")) return;
  typed(row);
  changed();
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-quick]")) {
    event.preventDefault();
    if (save()) changed();
  } else if (event.target.matches("[data-send]")) {
    event.preventDefault();
    send(event.target);
  }
});

// toggle does not bubble: the panels are heard on their way down
document.addEventListener("toggle", (event) => event.target.open && rowOf(event.target) && shut(event.target), true);

// Enter on a phone's keyboard means "done with this number", not "send the week"
document.addEventListener("keydown", (event) => {
  const typing = event.key === "Enter" && event.target.matches("input:not([type=checkbox], [type=radio])");
  if (typing && rowOf(event.target)) event.preventDefault();
  const panel = (typing || event.key === "Escape") && event.target.closest("[data-row] > details[open]");
  if (!panel) return;
  event.preventDefault();
  panel.open = false;
  panel.querySelector("summary").focus();
});

async function start(place) {
  paint();
  if (place.id === "week") await recall();
  const draft = await load(place.dataset.draft);
  if (!draft) return;
  const queued = draft.sent && (await kept(waitingIn(place.dataset.draft)))?.length;
  if (place.id !== "week") {
    place.hidden = Boolean(queued);
    return;
  }
  restore(draft);
  if (queued) place.dataset.queued = "1";
  else notice("restored");
  paint();
}

const place = document.querySelector("[data-draft]");
const started = start(place);
watch(place.dataset.draft, async (answer) => {
  await started;
  await answered(answer);
});
