// The network badge, the banners of the queue, and when it is sent: at once, when the network or the reader comes back, by and by.
import { deliver } from "./queue.js";
import { waiting } from "./store.js";

const FIRST = 2_000; // milliseconds until the next try, doubled each time
const LONGEST = 300_000;
const SENDABLE = ["lost", "expired"]; // all others want a decision on their week's page
const user = document.querySelector("[data-user]")?.dataset.user;
const watchers = new Map(); // what a page does about its own week
const answers = new Map(); // the last word on every week that still waits
let pause = FIRST;
let timer = 0;
let last = Promise.resolve();

// Call `show` with every answer about a week.
export const watch = (place, show) => watchers.set(place, show);

// Send what waits, one week's asked for first. Shape: what came of that week.
export function flush(first) {
  const run = () => send(first);
  last = last.then(run, run);
  return last;
}

async function send(first) {
  clearTimeout(timer);
  const rows = await waiting(user).catch(() => []); // a browser that keeps nothing has no queue
  const places = new Set([first, ...rows.map((row) => row.place)].filter((place) => place && (place === first || waits(place))));
  let answer;
  for (const place of places) {
    answer = navigator.onLine ? await deliver(place) : { kind: "lost", row: rows.find((row) => row.place === place) };
    if (!answer) continue;
    if (answer.kind === "receipt") answers.delete(place);
    else answers.set(place, answer);
    await watchers.get(place)?.(answer);
    if (SENDABLE.includes(answer.kind)) break; // without network or login the others fare no better
  }
  await tell();
  if (answer?.kind !== "lost") pause = FIRST;
  else if (navigator.onLine) again();
  return answers.get(first);
}

const waits = (place) => !answers.has(place) || SENDABLE.includes(answers.get(place).kind);

function again() {
  timer = setTimeout(() => flush(), pause);
  pause = Math.min(pause * 2, LONGEST);
}

// Say how things stand; whoever replaces a part of the page calls this again.
export async function tell() {
  const rows = user ? await waiting(user).catch(() => []) : [];
  const weeks = [...new Map(rows.map((row) => [row.place, row])).values()]; // of a week the last filing counts
  const quiet = weeks.filter((row) => waits(row.place));
  const expired = quiet.some((row) => answers.get(row.place)?.kind === "expired");
  const off = !navigator.onLine;
  for (const badge of document.querySelectorAll("[data-net]")) {
    const { dataset } = badge;
    badge.textContent = off ? dataset.off : weeks.length ? fill(dataset.queued, { n: weeks.length }) : dataset.on;
    badge.classList.toggle("off", off || weeks.length > 0);
  }
  reveal("offline", off && !weeks.length);
  reveal("expired", expired);
  reveal("waiting", quiet.length > 0 && !expired, (place) => (place.textContent = count(place.dataset, quiet)));
  reveal("decide", weeks.length > quiet.length, (place) => place.replaceChildren(...weeks.filter((row) => !waits(row.place)).map((row) => link(place.dataset, row))));
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function reveal(name, on, write) {
  for (const banner of document.querySelectorAll(`[data-queue="${name}"]`)) {
    banner.hidden = !on;
    if (on && write) write(banner.querySelector("[data-said]"));
  }
}

function count({ more, empty, skipped, one }, [row, ...others]) {
  if (others.length) return fill(more, { n: others.length + 1 });
  return fill(row.skipped ? skipped : row.done ? one : empty, row);
}

function link(words, { url, label, place }) {
  const element = document.createElement("a");
  element.href = url;
  element.textContent = fill(words[answers.get(place).kind], { week: label });
  return element;
}

addEventListener("online", () => flush());
addEventListener("offline", tell);
addEventListener("pageshow", (event) => event.persisted && flush());
document.addEventListener("visibilitychange", () => document.hidden || flush());
document.addEventListener("DOMContentLoaded", () => flush()); // by then the page's own scripts are watching
