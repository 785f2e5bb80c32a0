// The sheet for what nobody registered, and the rows it makes.
import { control, form, press, rows, say, whole } from "./week_rows.js";

const PAUSE = 200; // milliseconds of rest before titles are asked for
const sheet = () => document.getElementById("quick");
const fields = () => sheet().querySelector("form").elements;
let asked = 0;

export function openSheet() {
  sheet().showModal();
  suggest("");
}

export function closeSheet() {
  sheet().close();
}

// Ask for titles entered before; without an answer the last ones stay.
export async function suggest(text) {
  const mine = (asked += 1);
  await new Promise((rest) => setTimeout(rest, text ? PAUSE : 0));
  if (mine !== asked) return;
  const response = await fetch(`${sheet().dataset.suggest}?q=${encodeURIComponent(text)}`).catch(() => null);
  if (mine !== asked || !response?.ok || response.redirected) return;
  sheet().querySelector("[data-suggestions]").innerHTML = await response.text();
}

// A suggestion fills category, issuer and minutes.
export function adopt(button) {
  const { title, category, subkind, issuer, minutes } = button.dataset;
  fields().title.value = title;
  fields().category.value = category;
  fields().subkind.value = subkind;
  fields().known.value = `${category}:${subkind}`;
  fields().minutes.value = minutes;
  setIssuer(issuer);
  show();
  for (const each of sheet().querySelectorAll("[data-suggestions] button")) each.setAttribute("aria-pressed", each === button);
}

function setIssuer(code) {
  const chip = [...fields().issuer].find((each) => each.value === code);
  if (!chip) fields().other_issuer.value = code;
  fields().issuer.value = chip ? code : "other";
}

export function pick(chip) {
  fields().minutes.value = chip.dataset.chip;
  show();
}

function show() {
  fields().other_issuer.hidden = fields().issuer.value !== "other";
  sheet().querySelector("[data-subkind]").hidden = fields().category.value !== "other";
  press(sheet(), fields().minutes.value);
}

document.addEventListener("input", (event) => event.target.closest("[data-quick]") && show());

function read() {
  const said = fields();
  const checked = (name) => (said[name].checked ? "1" : "");
  return {
    key: `new-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`,
    category: said.category.value,
    subkind: subkindOf(said),
    title: said.title.value.trim(),
    issuer: said.issuer.value === "other" ? said.other_issuer.value : said.issuer.value,
    people: whole(said.people.value) ? said.people.value : "1",
    minutes: said.minutes.value,
    repeated: checked("repeated"),
    after_hours: checked("after_hours"),
    ticked: "1",
    answer: "done",
  };
}

// Only "other" asks for its kind; that of a suggested form comes along while the category stays.
function subkindOf({ category, subkind, known }) {
  const [suggested, kind] = known.value.split(":");
  if (category.value === "other") return subkind.value;
  return category.value === suggested ? kind : "";
}

function complain(said) {
  const words = sheet().querySelector("form").dataset;
  const minutes = whole(said.minutes);
  const wrong = { category: !said.category, title: !said.title, minutes: minutes === null || minutes > words.most };
  const sentences = { category: words.noCategory, title: words.noTitle, minutes: words.noMinutes };
  for (const [field, bad] of Object.entries(wrong)) {
    const message = sheet().querySelector(`[data-error="${field}"]`);
    message.hidden = !bad;
    message.textContent = bad ? sentences[field] : "";
  }
  const first = Object.keys(wrong).find((field) => wrong[field]);
  if (!first) return false;
  (first === "category" ? fields().category[0] : fields()[first]).focus();
  return true;
}

export function save() {
  const said = read();
  if (complain(said)) return false;
  addRow(said);
  clear();
  closeSheet();
  return true;
}

// Save and stay: category and issuer are kept for the next one.
export function again() {
  const said = read();
  if (complain(said)) return false;
  addRow(said);
  clear();
  fields().category.value = said.category;
  setIssuer(said.issuer);
  show();
  suggest("");
  return true;
}

function clear() {
  sheet().querySelector("form").reset();
  fields().known.value = ""; // a reset leaves hidden fields alone
  show();
}

// Make a row of the form from what is said of it; also used to bring a draft back.
export function addRow(said) {
  const number = Math.max(-1, ...rows().map((row) => Number(row.dataset.row))) + 1;
  const maker = document.createElement("template");
  maker.innerHTML = document.getElementById("row").innerHTML.replaceAll("__i__", number);
  const row = maker.content.querySelector("[data-row]");
  row.dataset.category = said.category;
  row.dataset.touched = "1";
  fill(row, said);
  dress(row, said);
  form().querySelector('[data-group="added"] ul').append(row);
  return row;
}

export function fill(row, said) {
  for (const [field, value] of Object.entries(said)) {
    const first = control(row, field);
    const found = first?.type === "radio" ? row.querySelector(`[name$=".${field}"][value="${value}"]`) : first;
    if (!found) continue;
    if (found.type === "checkbox") found.checked = Boolean(value);
    else if (found.type === "radio") found.checked = true;
    else found.value = value;
  }
}

function dress(row, { category, title, issuer }) {
  const chip = sheet().querySelector(`[name="category"][value="${category}"]`).closest("label");
  const tag = row.querySelector(".tag");
  tag.className = `tag ${[...chip.classList].find((name) => name.startsWith("k-"))}`;
  tag.textContent = chip.textContent.trim();
  row.querySelector(".t").textContent = title;
  row.querySelector("summary").setAttribute("aria-label", say("adjust", { title }));
  row.querySelector("[data-absent]").textContent = say(["meeting", "inspection"].includes(category) ? "absent" : "undone");
  const option = [...fields().other_issuer.options].find((each) => each.value === issuer && issuer);
  row.querySelector("[data-from]").textContent = option?.textContent ?? "";
}
