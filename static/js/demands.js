// The register page: what is typed is kept, and the price and the checks follow it. Without this script the buttons do the same.
const form = document.querySelector("[data-register]");
const PAUSE = 500; // milliseconds of rest before what was typed is kept
const AGAIN = 10_000; // until what did not arrive is sent again
const PATIENCE = 30_000; // with an answer
const PHONE = "(max-width: 40rem)";
let timer = 0;
let going = false;
let dirty = false;

function later(pause = PAUSE) {
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(keep, pause);
}

async function keep() {
  if (going) return; // what came meanwhile is sent when the answer is here
  going = true;
  dirty = false;
  const answer = await send();
  const parts = answer?.ok ? page(await answer.text()).querySelector("[data-parts]") : null;
  going = false;
  if (answer?.redirected && !answer.url.includes("/login/")) return location.replace(answer.url); // it is out already
  if (parts) show(parts);
  else lost(answer?.redirected ? form.dataset.expired : form.dataset.lost);
  if (dirty && parts) later();
}

const page = (text) => new DOMParser().parseFromString(text, "text/html");

// Send what is typed; who has logged in anew meanwhile needs the token of the new login.
async function send(again = true) {
  const body = new URLSearchParams(new FormData(form));
  body.set("do", form.dataset.live);
  const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  if (answer?.status !== 403 || !again) return answer;
  const fresh = await fetch(form.action).then((found) => found.text()).catch(() => "");
  const token = page(fresh).querySelector("[data-register] [name=csrfmiddlewaretoken]");
  if (!token) return answer;
  form.elements.csrfmiddlewaretoken.value = token.value;
  return send(false);
}

function lost(words) {
  document.querySelector("[data-saved]").textContent = words;
  later(AGAIN);
}

// Put each part in the place of the old one; what was typed into it meanwhile, the focus and open folds stay.
function show(parts) {
  for (const part of parts.children) {
    const old = document.getElementById(part.id);
    carry(old, part);
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceChildren(...part.childNodes);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
  for (const name of ["people", "minutes", "travel_minutes", "prep_minutes"]) form.elements[name].placeholder = parts.dataset[name] ?? "";
  if (form.getAttribute("action") === parts.dataset.action) return;
  form.action = parts.dataset.action; // the draft has an address of its own from now on
  history.replaceState(null, "", parts.dataset.action);
}

function carry(old, part) {
  for (const field of old.querySelectorAll("input[id]")) {
    const twin = part.querySelector(`[id="${field.id}"]`);
    if (twin) twin.value = field.value;
  }
  const open = [...old.querySelectorAll("details")].map((fold) => fold.open);
  part.querySelectorAll("details").forEach((fold, place) => (fold.open = open[place] ?? fold.open));
}

form.addEventListener("input", () => later());
form.addEventListener("change", () => later());
addEventListener("pageshow", (event) => event.persisted && location.reload()); // a kept page would go on under its old key
addEventListener("online", () => dirty && keep());
form.addEventListener("submit", () => {
  clearTimeout(timer);
  dirty = false;
});
addEventListener("beforeunload", (event) => dirty && event.preventDefault());

// Enter in a line keeps the draft; it is no way to send anything out.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox], [type=radio])")) return;
  event.preventDefault();
  keep();
});

// A pasted notice is read at once.
form.querySelector("[data-paste]")?.addEventListener("paste", () => setTimeout(() => form.querySelector('[value="read"]').click()));

// On a phone what is optional and empty is folded.
if (matchMedia(PHONE).matches) {
  for (const fold of form.querySelectorAll("details.of[open]")) {
    fold.open = [...fold.querySelectorAll("input, select")].some((field) => (field.type === "checkbox" ? field.checked : field.value));
  }
}
