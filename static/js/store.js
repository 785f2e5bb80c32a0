// What this device keeps until a receipt: drafts, and filings on their way. Everything under `user:week`, so that nobody
// meets another's. Two databases: an open page of an earlier release holds its own and must not hold up this one's.
import { openDB } from "../built/idb.js";

const drafts = openDB("burden", 1, { upgrade: (base) => base.createObjectStore("drafts") });
const queue = openDB("burden-queue", 1, {
  upgrade: (base) => base.createObjectStore("filings", { keyPath: "id", autoIncrement: true }).createIndex("place", "place"),
});

// --- drafts: one a week ---
export const loadDraft = async (place) => (await drafts).get("drafts", place);
export const keepDraft = async (place, draft) => (await drafts).put("drafts", draft, place);
export const dropDraft = async (place) => (await drafts).delete("drafts", place);

// A receipt ends the draft that went out; one that was changed since builds on the version that was made.
export async function settleDraft(place, version) {
  const draft = await loadDraft(place);
  if (draft?.sent) await dropDraft(place);
  else if (draft) await keepDraft(place, { ...draft, baseVersion: version });
}

// --- filings, the oldest first. Shape: place, url, body (no base version, no token), base, label, done, skipped, tried ---
async function change(work) {
  const { store, done } = (await queue).transaction("filings", "readwrite");
  const [result] = await Promise.all([work(store, store.index("place")), done]);
  return result;
}

export const waiting = async (user) => (await queue).getAllFromIndex("filings", "place", IDBKeyRange.bound(`${user}:`, `${user};`));
export const waitingIn = async (place) => (await queue).getAllFromIndex("filings", "place", place);

// What was never tried is replaced: the new filing says the whole week.
export const hold = (filing) =>
  change(async (store, places) => {
    for (const row of await places.getAll(filing.place)) if (!row.tried) await store.delete(row.id);
    await store.add(filing);
  });

// Take the oldest of a week, from now on tried: whatever is heard of it, it may have arrived.
export const take = (place) =>
  change(async (store, places) => {
    const row = await places.get(place);
    if (row && !row.tried) await store.put({ ...row, tried: true });
    return row;
  });

// End a filing; what was filed after it builds on the version that it made.
export const end = (row, version) =>
  change(async (store, places) => {
    await store.delete(row.id);
    for (const next of await places.getAll(row.place)) await store.put({ ...next, base: version ?? next.base });
  });
