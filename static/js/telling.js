// Says while one writes what may tell who wrote it; nothing leaves the page. The desk marks the same: burden/feedback/hints.py.
const DIGITS = "[0-9０-９一二三四五六七八九十百千两]+";
const TELLING = [
  /\d{7,18}[\dXx]?/u,
  new RegExp(`(?:全[镇乡村县街]|我们?[镇乡村]|本[镇乡村])?\\s*${DIGITS}\\s*(?:个?[镇乡村组社]区?|户|人|名|位)`, "u"),
  new RegExp(`${DIGITS}\\s*月\\s*${DIGITS}\\s*[日号]|(?:上午|下午|晚上|凌晨)?\\s*${DIGITS}\\s*[点时]`, "u"),
  /[“"][^”"]{4,60}[”"]/u,
  // before 镇, 村 and the like these characters name no place: 农村, 乡镇, 每个村, 行政村
  /[\u4e00-\u9fff]{1,2}(?![农乡城个各全每本该我们这那几些政然的到驻])[\u4e00-\u9fff](?:镇|乡|街道|村|社区)(?![镇村级里民委干居])/u,
];

const text = document.querySelector("[data-telling]");
const hint = document.querySelector("[data-tells]");
const count = document.querySelector("[data-count]");

function look() {
  const found = TELLING.map((pattern) => pattern.exec(text.value)?.[0]).find(Boolean);
  count.textContent = `${text.value.length} / ${text.maxLength}`;
  hint.hidden = !found;
  hint.textContent = found ? text.dataset.telling.replace("{what}", found.trim()) : "";
}

if (text && hint) {
  text.addEventListener("input", look);
  look();
}
