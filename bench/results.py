"""bench/RESULTS.md: the newest figures of each bench, with machine, load and date, and how they grow with size."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
KEPT, PAGE, CHART = FOLDER / "results.json", FOLDER / "RESULTS.md", FOLDER / "growth.svg"
ENTRIES = {"100K": 1e5, "1M": 1e6, "10M": 1e7, "30M": 3e7}
GROWTH = {  # what is drawn over size: the beginning of a line, and its name in the chart
    "rebuilt, rollup_own and rollup_sub / bare": "rebuild / bare GROUP BY",
    "rebuilt, the issuers too": "rebuild with issuers / bare",
    "one week rebuilt, with issuers": "one week / bare",
    "one stale key": "one stale key, p95 ms",
    "slowest of": "slowest statement, p95 ms",
    "province, a year by issuer": "province, year by issuer, ms",
}
COLOURS = ("#1f5fa8", "#a8521f", "#2e7d4f", "#7a4fa8", "#8a6d1f", "#444444")
WIDTH, HEIGHT, EDGE = 720, 360, 60


def machine() -> str:
    """Describe the machine without its name."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    total = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return f"{os.cpu_count()} cores ({model or 'unknown'}), {total / 1024**2:.0f} GB memory"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def keep(seen: Path) -> None:
    """Put what a run saw beside what is kept, the newest of each title, and write the page and the chart."""
    if not seen.exists():
        return
    known: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    at = {
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "load": f"{os.getloadavg()[1]:.1f}",
        "machine": machine(),
    }
    for line in seen.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        title = found["title"].partition(":")[0]
        known[title] = found | at
    seen.unlink()
    KEPT.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    CHART.write_text(chart(known), encoding="utf-8")
    PAGE.write_text(page(known), encoding="utf-8")


def page(known: dict[str, Any]) -> str:
    """Write every bench's table."""
    missed = [
        f"{title}: {line['what']}" for title, found in known.items() for line in found["lines"] if not _holds(line)
    ]
    text = [
        "# What the benches saw",
        "",
        "Written by `make bench`; the newest run of each. Figures vary with machine and load, ratios within one run far less.",
        "The load is the mean of the five minutes before the end of the bench, of which the bench itself is one or two.",
        "",
        "Missed bounds:" + ("" if missed else " none."),
        *(f"- {each}" for each in missed),
        "",
        "![growth over size](growth.svg)",
    ]
    for found in known.values():
        text += [
            "",
            f"## {found['title']}",
            "",
            f"{found['date']}, load {found['load']}, {found['machine']}, PostgreSQL {found['server']}",
            "",
        ]
        text += ["| what | bound | seen | |", "|---|---|---|---|", *map(_row, found["lines"])]
    return "\n".join(text) + "\n"


def _row(line: dict[str, Any]) -> str:
    bound = "" if line["bound"] is None else f"{'≥' if line['least'] else '≤'} {line['bound']:g}"
    return f"| {line['what']} | {bound} | {line['seen']:,.2f} | {'' if _holds(line) else '**missed**'} |"


def _holds(line: dict[str, Any]) -> bool:
    if line["bound"] is None:
        return True
    return bool(line["seen"] >= line["bound"] if line["least"] else line["seen"] <= line["bound"])


def chart(known: dict[str, Any]) -> str:
    """Draw how figures grow with the number of entries, both axes by powers of ten."""
    drawn = {name: _points(known, start) for start, name in GROWTH.items()}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for size, entries in ENTRIES.items():
        x = _x(entries)
        parts += [
            f'<path d="M{x:.0f} 20V{HEIGHT - 40}" stroke="#ddd"/>',
            f'<text x="{x:.0f}" y="{HEIGHT - 22}" text-anchor="middle">{size}</text>',
        ]
    for value in (0.1, 1, 10, 100):
        y = _y(value)
        parts += [
            f'<path d="M{EDGE} {y:.0f}H{WIDTH - 230}" stroke="#ddd"/>',
            f'<text x="{EDGE - 6}" y="{y + 4:.0f}" text-anchor="end">{value:g}</text>',
        ]
    for (name, points), colour in zip(drawn.items(), COLOURS, strict=True):
        line = " ".join(f"{_x(x):.0f},{_y(y):.0f}" for x, y in points)
        label = 40 + 22 * list(drawn).index(name)
        parts += [f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>']
        parts += [f'<circle cx="{_x(x):.0f}" cy="{_y(y):.0f}" r="3" fill="{colour}"/>' for x, y in points]
        parts += [f'<text x="{WIDTH - 215}" y="{label}" fill="{colour}">{name}</text>']
    return "\n".join([*parts, f'<text x="{EDGE}" y="{HEIGHT - 6}">entries</text>', "</svg>"]) + "\n"


def _points(known: dict[str, Any], start: str) -> list[tuple[float, float]]:
    found = {}
    for title, bench in known.items():
        size = title.rpartition(" at ")[2].partition(",")[0]
        for line in bench["lines"]:
            if size in ENTRIES and line["what"].startswith(start) and line["seen"] > 0:
                found.setdefault(ENTRIES[size], line["seen"])
    return sorted(found.items())


def _x(entries: float) -> float:
    return EDGE + (math.log10(entries) - 5) / 2.5 * (WIDTH - 230 - EDGE)


def _y(value: float) -> float:
    return HEIGHT - 40 - (math.log10(min(max(value, 0.1), 100)) + 1) / 3 * (HEIGHT - 60)
