"""Reading the cells: where the headings are, and what each line says; nothing here knows the database."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.kit.errors import Refused
from burden.standards.models import ListFile

HEAD = 10  # lines among which the headings are looked for: a title and a remark often stand above them
LONGEST_HEADING = 20
Lines = Sequence[Sequence[Any]]  # [number, [cell, …]]
HEADINGS: Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]] = {  # what offices call it; the first that fits wins
    ListFile.Kind.DUTIES: (
        ("owner", re.compile(r"牵头|承担|归口|归哪|部门|单位|^owner")),
        ("citation", re.compile(r"依据|出处|^citation$")),
        ("note", re.compile(r"说明|备注|内容|职责|^note$")),
        ("kind", re.compile(r"类别|类型|^类$|清单|^kind$")),
        ("code", re.compile(r"条目|编号|代码|^code$")),
        ("title", re.compile(r"事项|名称|^title$")),
    ),
    ListFile.Kind.PLANS: (
        ("issuer", re.compile(r"单位|部门|牵头|^issuer")),
        ("year", re.compile(r"^年份?$|年度$|^year$")),
        ("times", re.compile(r"次数|频次|几次|^times$")),
        ("category", re.compile(r"类别|类型|^类$|^category$")),
        ("title", re.compile(r"计划|事项|名称|标题|^title$")),
    ),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    ListFile.Kind.DUTIES: ("code", "title", "kind"),
    ListFile.Kind.PLANS: ("issuer", "category", "title"),
}
NAMES: Mapping[str, Any] = {
    "owner": gettext_lazy("牵头部门"),
    "citation": gettext_lazy("依据"),
    "note": gettext_lazy("说明"),
    "kind": gettext_lazy("类别"),
    "code": gettext_lazy("条目"),
    "title": gettext_lazy("事项"),
    "issuer": gettext_lazy("单位"),
    "year": gettext_lazy("年份"),
    "times": gettext_lazy("次数"),
    "category": gettext_lazy("类别"),
}


class Effect(StrEnum):
    """What a line does."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REPEATED = "repeated"
    FAULTY = "faulty"


@dataclass
class Line:
    """One line of the file, by its number in it, and what became of it. Shape: `values` are attributes as they are stored."""

    number: int
    cells: Mapping[str, str]
    effect: Effect = Effect.FAULTY
    problem: str = ""
    remedy: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    row: int | None = None  # id of what is stored of it already

    @property
    def deed(self) -> tuple[object, ...]:
        """What storing the line would do, to tell whether it is still what was shown."""
        said = tuple((name, getattr(value, "pk", value)) for name, value in sorted(self.values.items()))
        return self.number, self.effect.value, self.row, said


@dataclass
class Preview:
    """A checked file: nothing of it is stored. Shape: `unused` are headings nobody knows."""

    kind: str
    unused: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def of(self, *effects: Effect) -> list[Line]:
        return [line for line in self.lines if line.effect in effects]

    @property
    def good(self) -> list[Line]:
        """What would be written."""
        return self.of(Effect.NEW, Effect.CHANGED)

    @property
    def faults(self) -> list[Line]:
        """What is left out, with a reason."""
        return self.of(Effect.FAULTY, Effect.REPEATED)

    @property
    def counts(self) -> dict[str, int]:
        return {effect.value: len(self.of(effect)) for effect in Effect}

    @property
    def digest(self) -> str:
        """Tells one set of things to store from another."""
        return hashlib.sha256(repr([line.deed for line in self.good]).encode()).hexdigest()


def text_of(cell: Any) -> str:
    """Return a cell as it was written: 3.0 is 3, a date YYYY-MM-DD, blanks around it are none."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d}"
    return str(cell).strip()


def read_lines(kind: str, lines: Lines) -> Preview:
    """Find the headings and take the lines below them, unchecked. Refuses: file.header, file.empty."""
    for place, (_number, cells) in enumerate(lines[:HEAD]):
        columns = _columns(kind, cells)
        if all(name in columns for name in NEEDED[kind]):
            unused = [cell for column, cell in enumerate(cells) if cell and column not in columns.values()]
            found = [Line(int(number), _cells(columns, row)) for number, row in lines[place + 1 :]]
            if not found:
                raise refused("empty", _("文件里只有表头，没有内容"))
            return Preview(kind, unused, found)
    wanted = "、".join(str(NAMES[name]) for name in NEEDED[kind])
    raise refused("header", _("前 %(head)d 行里没有找到表头：要有这几列 %(wanted)s") % {"head": HEAD, "wanted": wanted})


def refused(code: str, words: str) -> Refused:
    """Make a refusal that stands beside the file."""
    return Refused(f"file.{code}", words, {"file": words})


def _columns(kind: str, cells: Sequence[str]) -> dict[str, int]:
    """Return the place of each column among the headings of a line; the first heading of a kind wins."""
    found: dict[str, int] = {}
    for column, cell in enumerate(cells):
        heading = cell.lower()
        name = next(
            (n for n, words in HEADINGS[kind] if len(heading) < LONGEST_HEADING and words.search(heading)), None
        )
        if name is not None:
            found.setdefault(name, column)
    return found


def _cells(columns: Mapping[str, int], row: Sequence[str]) -> dict[str, str]:
    return {name: row[column] if column < len(row) else "" for name, column in columns.items()}
