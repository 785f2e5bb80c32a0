// What one may do with a receipt that is shown once: copy it, or keep it as a picture. Drawn here; nothing leaves the page.
const COLUMNS = 4, WIDTH = 1080, EDGE = 60, LINE = 130;

const groups = [...document.querySelectorAll(".rc li")].map((each) => each.textContent);

const copy = document.querySelector("[data-copied]");
if (navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(groups.join(" "));
    copy.querySelector("span").textContent = copy.dataset.copied;
  });
}

function drawn() {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = 2 * EDGE + LINE * (1 + Math.ceil(groups.length / COLUMNS));
  const pen = canvas.getContext("2d"), family = getComputedStyle(document.body).fontFamily;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = pen.fillStyle = "#16202c";
  pen.lineWidth = 6;
  pen.strokeRect(EDGE / 2, EDGE / 2, canvas.width - EDGE, canvas.height - EDGE);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.font = `40px ${family}`;
  pen.fillText(document.getElementById("rc").textContent, WIDTH / 2, EDGE + LINE / 2);
  pen.font = `600 76px ${family}`;
  const step = (WIDTH - 2 * EDGE) / COLUMNS;
  groups.forEach((group, at) => {
    pen.fillText(group, EDGE + step * (at % COLUMNS + 0.5), EDGE + LINE * (1.5 + Math.floor(at / COLUMNS)));
  });
  return canvas.toDataURL("image/png");
}

const save = document.querySelector("[data-save]"), kept = document.querySelector("[data-kept]");
save.hidden = false;
save.addEventListener("click", () => {
  const url = drawn(), link = document.createElement("a");
  link.href = kept.querySelector("img").src = url;
  link.download = save.dataset.save;
  link.click();
  kept.hidden = false; // some browsers inside other apps save nothing by themselves: there the picture is held down
});
