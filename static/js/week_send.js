// Sending a week: into the queue first, so that it outlives this page; then at once, and the page shows what came of it.
import { flush, tell } from "./net.js";
import { ask, post } from "./queue.js";
import { end, hold } from "./store.js";
import { drop, keepBase, keepSent, kept, load, notice } from "./week_draft.js";
import { paint, form as week } from "./week_rows.js";
import { seconds } from "./week_time.js";

export async function send(form) {
  if (form.getAttribute("aria-busy")) return; // a second tap
  busy(form, true);
  if (form.elements.seconds) form.elements.seconds.value = seconds();
  const filing = read(form);
  if (form === week()) await keepSent();
  if (form.id === "nil") await drop(filing.place);
  if (await kept(hold(filing).then(() => true))) await flush(filing.place);
  else await answered({ ...(await ask(filing)), row: filing });
  busy(form, false);
}

function busy(form, on) {
  for (const each of [form, ...document.querySelectorAll(`[form="${form.id}"]`)]) on ? each.setAttribute("aria-busy", "true") : each.removeAttribute("aria-busy");
}

// What the queue keeps of a form: its fields but for the version it builds on, and what the banner says of it.
function read(form) {
  const body = new URLSearchParams(new FormData(form));
  const base = body.get("base_version");
  for (const name of ["base_version", "csrfmiddlewaretoken"]) body.delete(name);
  const count = (test) => [...body].filter(test).length;
  return {
    place: form.dataset.draft,
    url: form.getAttribute("action"),
    body: body.toString(),
    base,
    label: document.querySelector("nav.week .num").textContent.trim().replace(/\s+/g, " "),
    done: count(([name]) => name.endsWith(".ticked")),
    skipped: count(([name, value]) => name.endsWith(".answer") && value !== "done"),
    tried: false,
  };
}

// What the page of a week does about the answer to a filing of it, whoever sent it and when.
export async function answered({ kind, version, receipt, row }) {
  if (kind === "receipt") await received(row, version, receipt);
  else if (kind === "conflict" || kind === "refused") await decide(row);
  else if (!row.id) notice("lost");
  else if (week()?.dataset.sent) week().dataset.queued = "1";
  paint();
}

async function received(row, version, receipt) {
  if (week() && (await load(row.place))) {
    // the draft that went out is gone: this one holds what was typed since
    await keepBase(version);
    return filed(receipt);
  }
  const response = await fetch(row.url).catch(() => null);
  const page = response && (await parse(response));
  return page ? show(page, response.url) : filed(receipt);
}

function filed(receipt) {
  notice("filed");
  for (const place of document.querySelectorAll("[data-filed]")) place.textContent = receipt;
}

// Two versions, or a row that is refused: the portal's own page says so, and what was typed stays in the draft.
async function decide(row) {
  const response = await post(row, "text/html");
  const page = response && (await parse(response));
  if (!page) return; // the banner leads here again
  if (row.id) await end(row);
  if (page.querySelector("[data-receipt]")) await drop(row.place);
  await show(page, response.url);
}

// Return an answer as a page, or nothing where it is none of a week's.
async function parse(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const plain of page.querySelectorAll("noscript")) plain.remove(); // parsed as if there were no script
  return page.querySelector("main nav.week") ? page : null;
}

async function show(page, url) {
  const dock = page.querySelector("body > .dock");
  document.querySelector("body > .dock")?.remove();
  document.querySelector("main").replaceWith(page.querySelector("main"));
  if (dock) document.body.append(dock);
  document.title = page.title;
  history.replaceState(null, "", url);
  scrollTo(0, 0);
  document.querySelector("[data-focus], [data-arrive]")?.focus({ preventScroll: true });
  const unsent = document.querySelector("[data-notice=unsent]");
  if (unsent) unsent.hidden = !(await load(unsent.dataset.draft));
  await tell();
}
