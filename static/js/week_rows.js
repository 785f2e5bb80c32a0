// Rows of the form: what they say, what they count, how they look. Whole person-minutes throughout.
const CHIPS = [15, 30, 60, 90, 120];
const BLANKS = { people: 1, travel_minutes: 0, prep_minutes: 0 };
const LINGER = 180; // milliseconds a chosen chip is seen before its panel closes

export const form = () => document.getElementById("week");
export const rows = () => [...document.querySelectorAll("#week [data-row]")];
export const control = (row, field) => row.querySelector(`[name$=".${field}"]`);
const chosen = (row) => row.querySelector('[name$=".answer"]:checked').value;

// Write one of the page's own sentences, which stand in attributes of the form.
export function say(name, values = {}) {
  return form().dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

export function whole(text) {
  const plain = text.normalize("NFKC").trim();
  return /^\d{1,6}$/.test(plain) ? Number(plain) : null;
}

function personMinutes(row) {
  const read = (field) => {
    const { value } = control(row, field);
    return value.trim() || !(field in BLANKS) ? whole(value) : BLANKS[field];
  };
  const [people, minutes, travel, prep] = ["people", "minutes", "travel_minutes", "prep_minutes"].map(read);
  return [people, minutes, travel, prep].includes(null) ? null : people * (minutes + travel) + prep;
}

// More than anybody's week, or than many a unit's: the page asks for a word, and files it all the same.
function isUnusual(row, counted) {
  const { headWeek, large } = form().dataset;
  return counted > Math.min((whole(control(row, "people").value) ?? 1) * headWeek, large);
}

export function setAnswer(row, value) {
  row.querySelector(`[name$=".answer"][value="${value}"]`).checked = true;
  control(row, "ticked").checked = value === "done";
}

function touch(row) {
  row.dataset.touched = "1";
  control(row, "bulk").value = "";
  row.classList.remove("bad");
  for (const message of row.querySelectorAll(".errmsg")) message.remove();
  for (const field of row.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  row.querySelector("[data-why]").classList.remove("err");
}

function close(row) {
  const panel = row.querySelector("details");
  setTimeout(() => {
    if (panel.contains(document.activeElement)) panel.querySelector("summary").focus();
    panel.open = false;
  }, LINGER);
}

// A chip of minutes: that is the answer, and the panel has done its work.
export function take(row, minutes) {
  control(row, "minutes").value = minutes;
  typed(row);
  close(row);
}

export function typed(row) {
  touch(row);
  setAnswer(row, "done");
}

// A box or radio of a row was changed.
export function answer(row, box) {
  const field = box.name.split(".")[2];
  if (field === "ticked") {
    touch(row);
    if (box.checked) setAnswer(row, "done");
  } else if (field === "answer") {
    touch(row);
    setAnswer(row, box.value);
    close(row);
  } else if (box.type === "checkbox" && chosen(row) === "done") {
    typed(row);
  }
}

// As stated or as last week, for every row of a group nobody has touched yet: an evidence of its own. What has no estimate waits.
export function copyAll(group) {
  for (const row of group.querySelectorAll("[data-row]:not([hidden], [data-unpriced])")) {
    if (row.dataset.touched || control(row, "ticked").checked || chosen(row) !== "done") continue;
    control(row, "ticked").checked = true;
    control(row, "bulk").value = "1";
  }
}

export function step(button) {
  const input = button.parentElement.querySelector("input");
  input.value = Math.max(1, (whole(input.value) ?? 1) + Number(button.dataset.step));
}

// Opening one panel closes the others; its chips are made the first time.
export function shut(open) {
  for (const panel of document.querySelectorAll("#week [data-row] > details[open]")) panel.open = panel.contains(open) || Boolean(panel.closest(".bad"));
  const place = open.querySelector("[data-minutes-chips]");
  if (!place || place.childElementCount) return;
  const worth = new Set([...CHIPS, ...place.dataset.minutesChips.split(" ").filter(Boolean).map(Number)]);
  for (const minutes of [...worth].sort((a, b) => a - b)) {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "chip";
    chip.dataset.chip = chip.textContent = minutes;
    place.append(chip);
  }
  press(place, control(open, "minutes").value);
}

export function press(place, value) {
  for (const chip of place.querySelectorAll("[data-chip]")) chip.setAttribute("aria-pressed", chip.dataset.chip === value);
}

function paintRow(row, counted) {
  const answered = chosen(row);
  const out = answered !== "done";
  row.classList.toggle("skipped", out);
  const absent = row.querySelector("[data-absent]").textContent;
  const words = { absent, not_applicable: say("notApplicable") };
  row.querySelector("[data-sum]").textContent = out ? words[answered] : (counted ?? (control(row, "minutes").value || "—"));
  row.querySelector("[data-sum]").classList.toggle("up", !out && counted === null);
  row.querySelector("[data-unit]").hidden = out || counted === null;
  row.querySelector("[data-why]").hidden = !((!out && isUnusual(row, counted)) || control(row, "note").value);
  press(row, out ? "" : control(row, "minutes").value);
}

function paintBar(parts, total) {
  const bar = document.querySelector("[data-bar] svg");
  const place = (minutes) => `${(minutes / total) * 100}%`;
  let before = 0;
  const segments = Object.values(parts).filter(({ minutes }) => minutes);
  bar.replaceChildren(
    ...segments.map(({ css, minutes }) => {
      const rect = document.createElementNS(bar.namespaceURI, "rect");
      for (const [name, value] of Object.entries({ class: css, x: place(before), width: place(minutes), height: "100%" })) rect.setAttribute(name, value);
      before += minutes;
      return rect;
    }),
  );
  bar.setAttribute("aria-label", Object.values(parts).map((part) => say("part", part)).join(" "));
}

function paintTotal(parts, done) {
  const total = Object.values(parts).reduce((sum, { minutes }) => sum + minutes, 0);
  const [hour, minute] = document.querySelectorAll("[data-total] .big");
  hour.textContent = Math.floor(total / 60);
  minute.textContent = total % 60;
  minute.parentElement.hidden = !(total % 60);
  hour.parentElement.hidden = total > 0 && total < 60;
  document.querySelector("[data-side]").textContent = say("side", { n: done });
  for (const [code, { minutes }] of Object.entries(parts)) document.querySelector(`b[data-category="${code}"]`).textContent = minutes;
  paintBar(parts, total);
  return total;
}

function paintDock(done, skipped, total) {
  const button = document.querySelector("[data-submit]");
  const bad = document.querySelectorAll("#week [data-row].bad").length;
  const hours = (Math.floor((total * 20 + 60) / 120) / 10).toFixed(1);
  const label = say("submitLabel", { n: done, h: hours }) + (skipped ? say("submitSkipped", { z: skipped }) : "");
  const { queued, sent } = form().dataset;
  const waits = queued && sent; // in the queue, and unchanged since
  button.disabled = waits || !(done || skipped);
  button.querySelector("[data-word]").textContent = waits ? say("queuedLabel", { n: done }) : say("sendLabel");
  button.querySelector("[data-sub]").textContent = bad ? say("submitMend", { n: bad }) : waits ? say("queuedLater") : button.disabled ? say("submitNone") : label;
}

// Without any row the page has one thing to do: add the first.
function paintEmpty(empty) {
  document.querySelector("body > .dock").classList.toggle("one", empty);
  document.querySelector("[data-sheet]").classList.toggle("pri", empty);
  document.querySelector("[data-submit]").classList.toggle("unscripted", empty);
}

function paintHeadings(all, started) {
  paintEmpty(!all.length);
  document.querySelector("[data-nil]").hidden = started || !all.length;
  for (const element of document.querySelectorAll("[data-when]")) element.hidden = (element.dataset.when === "rows") !== all.length > 0;
  for (const group of document.querySelectorAll("[data-group]")) {
    const count = group.querySelectorAll("[data-row]:not([hidden])").length;
    group.hidden = !count;
    group.querySelector("[data-count]").textContent = say("items", { n: count });
  }
  const label = document.querySelector("[data-all] [data-label]");
  if (label) label.textContent = say(started ? "rest" : "copy");
}

// A row that is said to be a target stands for it: the target's own row gives way.
function paintLinks(all) {
  const taken = new Set(all.map((row) => row.querySelector('[name$=".target"]:checked')?.value));
  for (const row of all) {
    const own = row.querySelector('[name$=".target"][type=hidden]')?.value;
    row.hidden = Boolean(own) && taken.has(own);
    if (row.hidden) setAnswer(row, "done"), (control(row, "ticked").checked = false);
  }
}

// Bring everything on the page in step with what the rows say.
export function paint() {
  if (!form()) return;
  const parts = {};
  for (const figure of document.querySelectorAll("b[data-category]")) {
    const name = figure.parentElement;
    parts[figure.dataset.category] = { css: name.className, name: name.childNodes[1].textContent, minutes: 0 };
  }
  const all = rows();
  paintLinks(all);
  let [done, skipped] = [0, 0];
  for (const row of all) {
    const counted = personMinutes(row);
    if (chosen(row) !== "done") skipped += 1;
    else if (control(row, "ticked").checked) {
      done += 1;
      parts[row.dataset.category].minutes += counted ?? 0;
    }
    paintRow(row, counted);
  }
  paintDock(done, skipped, paintTotal(parts, done));
  paintHeadings(all, done + skipped > 0);
}
