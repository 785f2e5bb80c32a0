// Draws the 52-week chart from the data table beneath it, in the page's own colours.
import { init } from "../built/echarts.js";

const PHONE = 640;
const PHONE_WEEKS = 26;
const box = document.getElementById("trend");
const minutes = (element) => (element.dataset.v ? Number(element.dataset.v) / 60 : null);

// one week a row, oldest first
const rows = [...document.querySelectorAll("#trend-table tbody tr")].reverse().map((row) => ({
  name: row.cells[0].textContent.trim(),
  month: row.dataset.month,
  isOpen: "open" in row.dataset,
  now: minutes(row.cells[1]),
  lastYear: minutes(row.cells[2]),
}));
const [, nowName, lastYearName] = [...document.querySelectorAll("#trend-table thead th")].map((head) => head.textContent);
const openName = box.dataset.open;
const goal = minutes(box);
const goalName = box.dataset.goal;

function look() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return { of, rem: parseFloat(style.fontSize) / 16, font: of("--font"), small: innerWidth < PHONE };
}

// the axis may begin above zero: round steps around the values, four at most
function scale(weeks) {
  const values = [goal, ...weeks.flatMap((week) => [week.now, week.lastYear])].filter((value) => value !== null);
  if (!values.length) return { min: 0, max: 1, interval: 1 };
  const low = Math.min(...values);
  const high = Math.max(...values);
  const step = [0.1, 0.2, 0.5, 1, 2, 4, 5, 10, 20, 50, 100, 200].find((size) => (high - low) / size <= 3.2) ?? 10 ** Math.ceil(Math.log10((high - low) / 3.2));
  const min = Math.max(0, Math.floor((low - step / 2) / step) * step);
  return { min, max: Math.ceil((high + step / 4) / step) * step, interval: step };
}

function monthStarts(weeks) {
  const starts = weeks.map((week, i) => i > 0 && week.month !== weeks[i - 1].month);
  return (i) => starts[i];
}

// a week between two without a figure has no line: it gets a dot
const aloneAt = (values) => (_value, { dataIndex: i }) =>
  values[i] !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? "circle" : "none";

function series(weeks, { of, rem }) {
  const last = weeks.findLastIndex((week) => !week.isOpen && week.now !== null);
  const ink = of("--ink-2");
  const brand = of("--brand");
  const isOpen = weeks.some((week) => week.isOpen && week.now !== null);
  const line = (name, data, width, color, more) => ({
    name, type: "line", data, symbol: aloneAt(data), symbolSize: 4 * rem, lineStyle: { width, color }, itemStyle: { color }, ...more,
  });
  const aim = { symbol: "none", lineStyle: { width: 1.5, type: "dashed", color: ink } };
  return [
    ...(goal === null ? [] : [line(goalName, weeks.map(() => goal), 1.5, ink, aim)]),
    line(lastYearName, weeks.map((week) => week.lastYear), 1.5, of("--prev")),
    line(openName, weeks.map((week, i) => (isOpen && (week.isOpen || i === last) ? week.now : null)), 1.5, brand, {
      symbol: (_value, { dataIndex }) => (weeks[dataIndex].isOpen ? "circle" : "none"),
      symbolSize: 7 * rem,
      lineStyle: { width: 1.5, type: "dashed", color: brand },
      itemStyle: { color: of("--surface"), borderColor: brand, borderWidth: 1.5 },
      endLabel: {
        show: isOpen, color: ink, fontSize: 12 * rem, lineHeight: 15 * rem, offset: [3, 0],
        formatter: ({ value }) => `${Number(value).toFixed(1)}\n${openName}`,
      },
    }),
    line(nowName, weeks.map((week, i) => (week.isOpen ? null : i === last ? lastPoint(week.now, brand, rem) : week.now)), 2.5, brand),
  ];
}

function lastPoint(value, color, rem) {
  const label = { show: true, position: "bottom", distance: 7, formatter: value.toFixed(1), color, fontWeight: 600, fontSize: 14 * rem };
  return { value, symbol: "circle", symbolSize: 7 * rem, label };
}

// room for the word beside the last point: a Chinese sign is as wide as it is high, a letter about half
const room = [...openName].reduce((width, sign) => width + (sign > "⺀" ? 12 : 7), 20);

function option() {
  const now = look();
  const { of, rem, font, small } = now;
  const weeks = small ? rows.slice(-PHONE_WEEKS) : rows;
  const label = { color: of("--ink-2"), fontSize: 12 * rem };
  return {
    animation: false,
    textStyle: { fontFamily: font, fontSize: 12 * rem },
    grid: { left: 34 * rem, right: Math.max(52, room) * rem, top: 18 * rem, bottom: 26 * rem },
    xAxis: {
      type: "category", boundaryGap: false, data: weeks.map((week) => week.name),
      axisLine: { lineStyle: { color: of("--line") } }, axisTick: { show: false },
      axisLabel: { ...label, interval: monthStarts(weeks), formatter: (_name, i) => weeks[i].month },
    },
    yAxis: { type: "value", ...scale(weeks), axisLabel: { ...label, formatter: (value) => String(Math.round(value * 10) / 10) }, splitLine: { lineStyle: { color: of("--grid") } } },
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, borderWidth: 1, padding: [6, 10], shadowBlur: 0, shadowColor: "transparent",
      backgroundColor: of("--surface"), borderColor: of("--line"), textStyle: { color: of("--ink"), fontSize: 13 * rem },
      axisPointer: { type: "line", lineStyle: { color: of("--ink-3"), width: 1 } },
      formatter: ([{ dataIndex }]) => words(weeks[dataIndex]),
    },
    series: series(weeks, now),
  };
}

function words({ name, now, lastYear, isOpen }) {
  const say = (value) => (value === null ? "—" : value.toFixed(1));
  return `${name}\n${isOpen ? openName : nowName} ${say(now)}\n${lastYearName} ${say(lastYear)}`;
}

const chart = init(box, null, { renderer: "svg" });
const draw = () => {
  chart.setOption(option(), true);
  box.querySelector("svg").setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`); // so that paper may scale it
};
draw();
// paper scales what is drawn: there the box has no height of its own
addEventListener("resize", () => { if (!matchMedia("print").matches) { chart.resize(); draw(); } });
// large type and high contrast change without a reload
addEventListener("display:changed", () => { chart.resize(); draw(); });
