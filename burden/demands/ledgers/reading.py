"""The lines of a ledger: where its headings are, what each line says, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from burden.demands.ledgers.cells import (
    CATEGORIES,
    CHANNELS,
    OFTEN,
    ORIGINS,
    Known,
    category_of,
    count_in,
    day_in,
    minutes_in,
    one_among,
    plain,
    receivers_in,
)
from burden.demands.models import Demand, Frequency
from burden.demands.values import NAMES
from burden.kit.errors import Refused
from burden.kit.reading import FieldError, shown
from burden.kit.sheets import MEGABYTE, read_grid

MAX_BYTES = 5 * MEGABYTE
MAX_ROWS = 500
HEAD = 10  # lines among which the headings are looked for: a title and a remark often stand above them
HEADINGS = (  # what departments call it; the first that fits, so that 准备时间（分钟） is no 时间
    ("category", re.compile(r"类别|类型|种类")),
    ("basis", re.compile(r"依据|文号")),
    ("origin", re.compile(r"源头|来源")),
    ("frequency", re.compile(r"频次|频率|周期")),
    ("until", re.compile(r"结束|终止|止于")),
    ("travel_minutes", re.compile(r"路上|往返")),
    ("prep_minutes", re.compile(r"准备")),
    ("minutes", re.compile(r"分钟|时长|用时|工时")),
    ("first_on", re.compile(r"日期|时间|时限|期限|截止")),
    ("receivers", re.compile(r"对象|范围|发到")),
    ("people", re.compile(r"人数")),
    ("fields", re.compile(r"字段|指标|栏目")),
    ("channel", re.compile(r"方式|渠道")),
    ("post_title", re.compile(r"岗位")),
    ("title", re.compile(r"名称|标题|题目|事项")),
)
NEEDED = ("basis", "first_on", "receivers", "minutes")  # to go out, beside the title


class Effect(StrEnum):
    """What a line does."""

    NEW = "new"
    SAME = "same"
    FAULTY = "faulty"


@dataclass
class Line:
    """One line of the file: what it says, and what became of it. Shape: values as demands.values.read takes them."""

    number: int
    cells: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    same: Demand | None = None  # registered already

    @property
    def title(self) -> str:
        return plain(self.cells.get("title"))

    @property
    def effect(self) -> Effect:
        return Effect.FAULTY if self.problems else Effect.SAME if self.same else Effect.NEW

    @property
    def missing(self) -> list[str]:
        """Names of what is still to be filled in before it can go out."""
        repeats = self.values.get("frequency", Frequency.ONCE) != Frequency.ONCE
        needed = (*NEEDED, "until") if repeats else NEEDED
        return [str(NAMES[name]) for name in needed if not self.values.get(name)]


@dataclass
class Preview:
    """A read file: nothing of it is stored. Shape: `unused` are headings nobody knows; `head` is their line."""

    head: int
    unused: list[str]
    lines: list[Line]

    def of(self, effect: Effect) -> list[Line]:
        return [line for line in self.lines if line.effect == effect]

    @property
    def good(self) -> list[Line]:
        return self.of(Effect.NEW)

    @property
    def faults(self) -> list[Line]:
        return self.of(Effect.FAULTY)

    @property
    def same(self) -> list[Line]:
        return self.of(Effect.SAME)

    @property
    def whole(self) -> list[Line]:
        """The good lines from which nothing is missing."""
        return [line for line in self.good if not line.missing]


def read_ledger(data: bytes) -> Preview:
    """Find the headings and take the lines below them, unread. Refuses: file.*, as read_grid does; file.header, file.empty."""
    grid = read_grid(data, most=MAX_BYTES, rows=MAX_ROWS + HEAD)
    for place, (number, cells) in enumerate(grid[:HEAD]):
        columns = _columns(cells)
        if "title" in columns and len(columns) > 1:
            unused = [
                plain(cell) for column, cell in enumerate(cells) if plain(cell) and column not in columns.values()
            ]
            lines = [
                Line(at, {name: row[column] if column < len(row) else None for name, column in columns.items()})
                for at, row in grid[place + 1 :]
            ]
            if not lines:
                raise _refused("empty", _("文件里只有表头，没有事项"))
            return Preview(number, unused, lines)
    raise _refused(
        "header", _("前 %(head)d 行里没有找到表头：要有“事项名称”一列，再加类别、对象、日期等") % {"head": HEAD}
    )


def _refused(code: str, words: str) -> Refused:
    return Refused(f"file.{code}", words, {"file": words})


def _columns(cells: Sequence[Any]) -> dict[str, int]:
    """Return the place of each value among the headings of a line; the first heading of a kind wins."""
    found: dict[str, int] = {}
    for column, cell in enumerate(cells):
        heading = plain(cell)
        name = next((name for name, words in HEADINGS if len(heading) < 20 and words.search(heading)), None)
        if name is not None:
            found.setdefault(name, column)
    return found


def read_line(line: Line, known: Known, today: dt.date) -> None:
    """Turn the cells of a line into values; a cell that nobody could read is a problem of the line."""
    readers: dict[str, Callable[[Any], Any]] = {
        "title": plain,
        "category": one_among(CATEGORIES),
        "basis": plain,
        "origin": one_among(ORIGINS),
        "frequency": one_among(OFTEN),
        "first_on": lambda cell: day_in(cell, today),
        "until": lambda cell: day_in(cell, today),
        "receivers": lambda cell: receivers_in(cell, known),
        "people": count_in,
        "minutes": minutes_in,
        "travel_minutes": minutes_in,
        "prep_minutes": minutes_in,
        "fields": plain,
        "channel": one_among(CHANNELS),
        "post_title": plain,
    }
    for name, cell in line.cells.items():
        if plain(cell) and not (name == "fields" and isinstance(cell, int | float)):  # how many there are is no list
            try:
                line.values[name] = readers[name](cell)
            except FieldError as fault:
                line.problems.append(
                    fault.sentence % {"field": NAMES[name], "value": shown(plain(cell)), **fault.numbers}
                )
    if not line.title:
        line.problems.append(_("没有事项名称"))
    line.values.setdefault("category", category_of(line.title) or "form")
