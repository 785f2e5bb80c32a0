// The dashboard's keys and its print button: ← and → go to the period before and after.
const inText = (node) => node.closest("input, textarea, select, summary, [contenteditable], [tabindex]:not(main)");

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || inText(event.target)) return;
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const link = rel && document.querySelector(`.wk a[rel="${rel}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

// a figure's name leads to its formula: open the box that holds it
const open = () => {
  const place = location.hash.startsWith("#how") && document.querySelector(location.hash);
  if (place) place.closest("section").querySelector("details").open = true;
};
addEventListener("hashchange", open);
open();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
