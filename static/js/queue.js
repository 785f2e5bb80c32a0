// Sending what waits. A filing keeps its client key however often it goes out, so the portal stores it once.
import { end, settleDraft, take, waitingIn } from "./store.js";

const PATIENCE = 15_000; // milliseconds
const NO_ANSWER = [408, 425, 429];

// The token of the cookie: a page kept since before the last login holds one that is no longer good.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

// Post one filing. Shape: the response, or null where none came.
export function post({ url, body, base }, accept) {
  const sent = new URLSearchParams(body);
  sent.set("base_version", base);
  const headers = { Accept: accept, "X-CSRFToken": token() };
  return fetch(url, { method: "POST", body: sent, headers, signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
}

// Shape: `kind` receipt (with `version`, `receipt`), conflict, refused, expired (nobody or somebody else is logged in), lost.
export async function ask(row) {
  const response = await post(row, "application/json");
  if (!response || response.status >= 500 || NO_ANSWER.includes(response.status)) return { kind: "lost" };
  if (response.redirected || response.status === 403) return { kind: "expired" };
  if (!response.ok) return { kind: response.status === 409 ? "conflict" : "refused" };
  const said = await response.json().catch(() => null); // the page of a hotel's network is no receipt
  return said?.receipt ? { kind: "receipt", ...said } : { kind: "lost" };
}

// Send a week's filings in their order. Shape: what came of the last one sent, with its `row`; undefined where none waits.
export async function deliver(place) {
  for (let answer; ; ) {
    const row = await take(place);
    if (!row) return answer;
    answer = { ...(await ask(row)), row };
    const { kind, version } = answer;
    const rest = (await waitingIn(place)).length - 1;
    const outdone = rest && (kind === "conflict" || kind === "refused"); // the newer one says the whole week
    if (kind !== "receipt" && !outdone) return answer;
    await end(row, version);
    if (!rest) await settleDraft(place, version);
  }
}
