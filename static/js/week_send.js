// Sending a week: the same form, the same address, the same answers as without script; only the page is not left.
import { drop, keepSent, notice } from "./week_draft.js";
import { form as week } from "./week_rows.js";

const PATIENCE = 30_000; // milliseconds

export async function send(form) {
  if (form.getAttribute("aria-busy")) return; // a second tap
  const body = new URLSearchParams(new FormData(form));
  if (form === week()) await keepSent();
  busy(form, true);
  const response = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  const page = response && (await read(response));
  busy(form, false);
  if (page) show(page, response.url, form.dataset.draft);
  else alarm(response);
}

function busy(form, on) {
  for (const each of [form, ...document.querySelectorAll(`[form="${form.id}"]`)]) on ? each.setAttribute("aria-busy", "true") : each.removeAttribute("aria-busy");
}

// Return the answer as a page, or nothing where it is none of this week's.
async function read(response) {
  if (response.status >= 500) return null;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const plain of page.querySelectorAll("noscript")) plain.remove(); // parsed as if there were no script
  return page.querySelector("main :is([data-receipt], #week, #choose)") ? page : null;
}

function alarm(response) {
  for (const banner of document.querySelectorAll("[data-offline]")) banner.hidden = true; // one notice is enough
  notice(response && response.status < 500 ? "expired" : "lost");
  document.querySelector("[data-notice]:not([hidden])").scrollIntoView({ block: "center" });
}

function show(page, url, draft) {
  const dock = page.querySelector("body > .dock");
  document.querySelector("body > .dock")?.remove();
  document.querySelector("main").replaceWith(page.querySelector("main"));
  if (dock) document.body.append(dock);
  document.title = page.title;
  history.replaceState(null, "", url);
  scrollTo(0, 0);
  document.querySelector("[data-focus], [data-arrive]")?.focus({ preventScroll: true });
  if (document.querySelector("[data-receipt]")) drop(draft);
}
