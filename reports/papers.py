"""A paper to be signed: what stands on it, as data; Word, PDF and the page draw the same one. In Chinese.

Source: GB/T 9704-2012 for sizes, margins and lines.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Runs = Sequence[tuple[str, bool]]  # words, and whether they are a figure
WIDTH, HEIGHT = 260, 112  # of the chart, in its own units
BOX = f"0 0 {WIDTH} {HEIGHT}"
LEFT, RIGHT, TOP, BOTTOM = 20, 238, 12, 92


@dataclass(frozen=True)
class Heading:
    text: str
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    runs: Runs
    kind: str = "paragraph"

    @property
    def text(self) -> str:
        return "".join(words for words, _is_figure in self.runs)


@dataclass(frozen=True)
class Table:
    """Shape: every row has as many cells as there are columns; the first is a name, the others figures."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    kind: str = "table"


@dataclass(frozen=True)
class Chart:
    """Shape: points are the number of a week and its value, None where there is none. Units: minutes."""

    caption: str
    points: Sequence[Sequence[int | None]]
    kind: str = "chart"

    @property
    def words(self) -> str:
        """Say the line aloud."""
        return "，".join(f"第{week}周 {_hours(value)}" for week, value in self.points)


Part = Heading | Paragraph | Table | Chart


@dataclass(frozen=True)
class Paper:
    """Shape: head is red and large, number and day stand under it; parts follow the title."""

    head: str
    number: str
    organ: str
    day: str
    title: str
    parts: Sequence[Part] = field(default_factory=list)
    note: str = ""

    def tables(self) -> Iterator[Table]:
        """Yield the tables, in their order."""
        yield from (part for part in self.parts if isinstance(part, Table))

    @property
    def laid(self) -> list[tuple[Part, Chart | None]]:
        """Return the parts from top to bottom; a chart right after a table stands beside it."""
        found: list[tuple[Part, Chart | None]] = []
        for part in self.parts:
            if isinstance(part, Chart) and found and isinstance(found[-1][0], Table) and found[-1][1] is None:
                found[-1] = (found[-1][0], part)
            else:
                found.append((part, None))
        return found

    @property
    def body(self) -> dict[str, Any]:
        """Return it as plain data, for what draws it elsewhere."""
        whole = {name: getattr(self, name) for name in ("head", "number", "organ", "day", "title", "note")}
        beside = [chart for _part, chart in self.laid if chart]
        return whole | {"parts": [_plain(part, is_beside=part in beside) for part in self.parts]}


def _plain(part: Part, *, is_beside: bool) -> dict[str, Any]:
    if isinstance(part, Chart):
        return {"kind": part.kind, "caption": part.caption, "svg": svg(part), "beside": is_beside}
    return {"text": part.text, "kind": part.kind} if isinstance(part, Heading | Paragraph) else vars(part)


def _hours(value: int | None) -> str:
    return "没有数据" if value is None else f"{value / 60:.1f}"


# --- the chart ---


def lines(chart: Chart) -> dict[str, Any]:
    """Place a chart's lines: grid, ticks, the line itself in stretches, its last point.

    Shape: grid of (y, words), ticks of (x, words), stretches of points as SVG writes them, last of (x, y, words), where its
    words begin: beside the line's end, not on it.
    """
    known = [value for _week, value in chart.points if value is not None]
    low, high = (math.floor(min(known) / 60), math.ceil(max(known) / 60)) if known else (0, 1)
    high = max(high, low + 1)
    step = max(1, math.ceil((high - low) / 4))
    high = low + step * math.ceil((high - low) / step)

    def y(minutes: float) -> float:
        return round(BOTTOM - (minutes / 60 - low) * (BOTTOM - TOP) / (high - low), 1)

    def x(i: int) -> float:
        return round(LEFT + i * (RIGHT - LEFT) / max(1, len(chart.points) - 1), 1)

    stretches: list[list[str]] = [[]]
    last: tuple[float, float, str] | None = None
    for i, (_week, value) in enumerate(chart.points):
        if value is None:
            stretches.append([])
            continue
        stretches[-1].append(f"{x(i)},{y(value)}")
        last = (x(i) + 3, y(value) + 3, _hours(value))
    every = max(1, (len(chart.points) - 1) // 6)
    return {
        "grid": [(y(hour * 60), str(hour)) for hour in range(low, high + 1, step)],
        "ticks": [(x(i), str(week)) for i, (week, _value) in enumerate(chart.points) if i % every == 0],
        "stretches": [" ".join(points) for points in stretches if points],
        "last": last,
    }


def svg(chart: Chart) -> str:
    """Draw a chart as a picture of its own."""
    placed = lines(chart)
    drawn = [
        f'<line x1="{LEFT - 2}" x2="{RIGHT}" y1="{y}" y2="{y}" stroke="#bbb" stroke-width=".5"/>'
        f'<text x="0" y="{y + 3}" font-size="9">{words}</text>'
        for y, words in placed["grid"]
    ]
    drawn += [
        f'<text x="{x}" y="{HEIGHT - 4}" font-size="8" text-anchor="middle">{words}</text>'
        for x, words in placed["ticks"]
    ]
    drawn += [
        f'<polyline fill="none" stroke="#000" stroke-width="1.4" points="{points}"/>' for points in placed["stretches"]
    ]
    if placed["last"]:
        x, y, words = placed["last"]
        drawn.append(f'<text x="{x}" y="{y}" font-size="9">{words}</text>')
    box = f'viewBox="{BOX}" width="{WIDTH}" height="{HEIGHT}" font-family="Liberation Serif, serif"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(drawn)}</svg>'
