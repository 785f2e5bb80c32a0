// How long filing takes: from the first paint on, only while the page is seen. The portal keeps the median of many.
const LONGEST = 86_400;
let counted = 0; // milliseconds before the page was last hidden
let since = document.hidden ? null : 0;

const painted = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
const running = () => (since === null ? 0 : performance.now() - Math.max(since, painted()));

document.addEventListener("visibilitychange", () => {
  counted += running();
  since = document.hidden ? null : performance.now();
});

// Go on from what a draft had taken so far.
export function resume(before) {
  counted += before * 1000;
}

export const seconds = () => Math.min(LONGEST, Math.round((counted + running()) / 1000));
