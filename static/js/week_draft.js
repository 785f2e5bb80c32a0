// The draft of a week on this device: kept at every change, under user and week, until a receipt clears it.
import { dropDraft, keepDraft, loadDraft } from "./store.js";
import { addRow, fill } from "./week_add.js";
import { form, rows } from "./week_rows.js";
import { resume, seconds } from "./week_time.js";

// Show one of the page's notices, and no other.
export function notice(name) {
  for (const each of document.querySelectorAll("[data-notices] [data-notice]")) each.hidden = each.dataset.notice !== name;
}

// Wait for the store; from a browser that keeps nothing comes nothing, and the page says so.
export async function kept(work) {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    notice("nostore");
    return undefined;
  }
}

export const load = (place) => kept(loadDraft(place));
export const drop = (place) => kept(dropDraft(place));

// Keep what was just changed.
export function keep() {
  if (form().dataset.sent) renew();
  return store();
}

// Keep what is about to go out, under the key it goes out with, even if this page dies before the answer.
export function keepSent() {
  form().dataset.sent = "1";
  return store();
}

// Keep what was changed since a filing went out, on top of the version that it made.
export function keepBase(version) {
  form().elements.base_version.value = version;
  delete form().dataset.queued;
  return store();
}

function store() {
  const { dataset, elements } = form();
  const draft = {
    clientKey: elements.client_key.value,
    baseVersion: elements.base_version.value,
    sent: dataset.sent ?? "",
    savedAt: Date.now(),
    seconds: seconds(),
    rows: rows().map(read),
  };
  return kept(keepDraft(dataset.draft, draft));
}

// A key that went out names what went out: other content needs another key.
function renew() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  form().elements.client_key.value = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  delete form().dataset.sent;
}

function read(row) {
  const said = {};
  for (const control of row.querySelectorAll("[name]")) {
    const field = control.name.split(".")[2];
    if (control.type === "checkbox") said[field] = control.checked ? "1" : "";
    else if (control.type !== "radio" || control.checked) said[field] = control.value;
  }
  return { said, touched: row.dataset.touched ?? "" };
}

// Put a kept draft back into the page; a row the page no longer offers comes back as one of the cadre's own.
export function restore(draft) {
  const { elements, dataset } = form();
  elements.client_key.value = draft.clientKey;
  elements.base_version.value = draft.baseVersion;
  if (draft.sent) dataset.sent = draft.sent;
  resume(draft.seconds ?? 0);
  for (const { said, touched } of draft.rows) {
    const row = rows().find((each) => each.querySelector('[name$=".key"]').value === said.key);
    if (row) fill(row, said);
    else addRow(said);
    if (row && touched) row.dataset.touched = touched;
  }
  const at = new Date(draft.savedAt);
  document.querySelector("[data-when-saved]").textContent = at.toLocaleString(document.documentElement.lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
}
