// 是这一项吗？ A row that resembles what an issuer registered: yes makes it the answer, no is remembered on this device.
import { keepDraft, loadDraft } from "./store.js";
import { kept } from "./week_draft.js";
import { form, setAnswer } from "./week_rows.js";

const place = () => `${form().dataset.draft}:apart`;
const pair = (ask) => `${ask.dataset.ask} ${ask.closest("[data-row]").querySelector(".t").textContent}`;

export function said(row, target) {
  const ask = row.querySelector("[data-ask]");
  if (target) {
    if (row.querySelector('[name$=".answer"]:checked')?.value === "done") setAnswer(row, "done"); // yes is an answer: it counts
    return;
  }
  ask.hidden = true;
  kept(loadDraft(place()).then((apart = []) => keepDraft(place(), [...apart, pair(ask)])));
}

// Ask nothing a second time.
export async function recall() {
  const apart = (await kept(loadDraft(place()))) ?? [];
  for (const ask of document.querySelectorAll("#week [data-ask]")) ask.hidden = apart.includes(pair(ask));
}
