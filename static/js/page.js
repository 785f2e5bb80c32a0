// Small courtesies of every page: focus goes to the error summary, menus close when one leaves them.
document.querySelector("[data-focus]")?.focus();

for (const current of document.querySelectorAll(":is(.nav, .seg) > [aria-current]")) {
  const strip = current.parentElement;
  strip.scrollLeft = current.offsetLeft - strip.offsetLeft - 80;
}

function shut(menu, back) {
  menu.open = false;
  if (back) menu.querySelector("summary").focus();
}

for (const leaving of ["click", "focusin"]) {
  document.addEventListener(leaving, (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) shut(menu, false);
    }
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) shut(menu, menu.contains(document.activeElement));
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector("[data-search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
});
