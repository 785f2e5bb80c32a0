"""From a file to lines: its grid as text, where its headings are, what each cell says; nothing here knows the database."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from burden.kit.errors import Refused
from burden.kit.reading import FieldError, shown, unfit
from burden.kit.sheets import MEGABYTE, WORKBOOKS, Caps, read_grid
from burden.resources.models import MAX_MONEY, MAX_NUMBER, NUMBERS, TOOLS_LENGTH, YEARS, Capacity
from burden.units.models import Unit

MAX_BYTES = 2 * MEGABYTE
MAX_ROWS = 5_000
CAPS = Caps(unpacked=20 * MEGABYTE, parts=200, seconds=30)  # of a workbook
MAX_COLUMNS = 30
MAX_CELL = 300
HEAD = 10  # lines among which the headings are looked for: a title and a remark often stand above them
HEADINGS = (  # what offices call it; the first that fits, so that 单位代码 is no 单位
    ("code", re.compile(r"代码|编码|^(unit_)?code$")),
    ("budget_yuan", re.compile(r"经费|预算|^budget(_yuan)?$")),
    ("hired", re.compile(r"编外|聘用|公益|^hired$")),
    ("lent", re.compile(r"借出|抽调|外借|^lent$")),
    ("borrowed", re.compile(r"借入|借用|^borrowed$")),
    ("quota", re.compile(r"编制|核定|^quota$")),
    ("in_post", re.compile(r"在岗|实有|实际|^in_post$")),
    ("computers", re.compile(r"电脑|计算机|平板|^computers$")),
    ("vehicles", re.compile(r"车|^vehicles$")),
    ("tools", re.compile(r"工具|设备|^tools$")),
    ("year", re.compile(r"年度|年份|^年$|^year$")),  # after what is counted: 年度经费 is money
    ("name", re.compile(r"单位|名称|乡镇|村|^(unit|name)$")),
)
VALUES = (*NUMBERS, "budget_yuan", "tools")
NAMES = {field.name: field.verbose_name for field in Capacity._meta.fields if field.name in VALUES}
COUNTED = re.compile(r"\s*(人|名|个|台|辆|元)$")
WAN = 10_000


class Effect(StrEnum):
    """What a line does."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    FAULTY = "faulty"


@dataclass
class Line:
    """One line of a file: what it says, and what became of it. Shape: `values` hold what it states; an empty cell states nothing."""

    number: int
    cells: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    year: int = 0
    problems: list[str] = field(default_factory=list)
    unit: Unit | None = None
    held: Capacity | None = None  # what was known before

    @property
    def place(self) -> str:
        """The unit as the file calls it."""
        return self.cells.get("name") or self.cells.get("code") or ""

    @property
    def changes(self) -> list[tuple[Any, Any, Any]]:
        """What it says otherwise. Shape: name, before, now."""
        return [
            (NAMES[name], None if self.held is None else getattr(self.held, name), value)
            for name, value in self.values.items()
            if self.held is None or getattr(self.held, name) != value
        ]

    @property
    def effect(self) -> Effect:
        if self.problems:
            return Effect.FAULTY
        if self.held is None:
            return Effect.NEW
        return Effect.CHANGED if self.changes else Effect.SAME


@dataclass
class Preview:
    """A checked file: nothing of it is stored. Shape: `unused` are headings nobody knows, `sums` lines of totals left out."""

    head: int
    columns: list[Any]
    unused: list[str]
    sums: int
    lines: list[Line]

    def of(self, effect: Effect) -> list[Line]:
        return [line for line in self.lines if line.effect == effect]

    @property
    def faults(self) -> list[Line]:
        return self.of(Effect.FAULTY)

    @property
    def good(self) -> list[Line]:
        return [line for line in self.lines if line.effect in (Effect.NEW, Effect.CHANGED)]

    @property
    def same(self) -> list[Line]:
        return self.of(Effect.SAME)

    @property
    def digest(self) -> str:
        """Tells one set of things to store from another."""
        deeds = [
            (line.unit and line.unit.pk, line.year, line.effect.value, [(str(n), b, a) for n, b, a in line.changes])
            for line in self.good
        ]
        return hashlib.sha256(repr(deeds).encode()).hexdigest()


def is_workbook(data: bytes) -> bool:
    """Whether it is an xlsx file, whatever its name says: the worker alone opens one."""
    return data.startswith(WORKBOOKS)


def grid_of(data: bytes) -> list[list[Any]]:
    """Read a file into numbered lines of text. Refuses: file.*, as read_grid does; file.too_long. Shape: [number, [cell, …]]."""
    try:
        grid = read_grid(data, most=MAX_BYTES, rows=MAX_ROWS + HEAD, caps=CAPS)
    except Refused as refused:
        raise _too_long() if refused.code == "file.too_long" else refused from None
    return [[number, [_text(cell) for cell in cells[:MAX_COLUMNS]]] for number, cells in grid]


def _text(cell: Any) -> str:
    """Return a cell as one line of text."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return "".join(sign for sign in str(cell)[:MAX_CELL] if not unfit(sign)).strip()


def read_lines(grid: Sequence[Sequence[Any]], year: int) -> Preview:
    """Find the headings and read the lines below them. Refuses: file.header, file.empty, file.too_long.

    Units: `year` is that of lines that say none.
    """
    for place, (number, cells) in enumerate(grid[:HEAD]):
        columns = _columns(cells)
        if ({"code", "name"} & set(columns)) and (set(VALUES) & set(columns)):
            return _below(grid[place + 1 :], number, cells, columns, year)
    words = _("前 %(head)d 行里没有找到表头：要有“单位代码”或“单位”一列，再加编制、在岗、经费等至少一列")
    raise _refused("header", words % {"head": HEAD})


def _below(
    rows: Sequence[Sequence[Any]], head: int, cells: Sequence[str], columns: Mapping[str, int], year: int
) -> Preview:
    said = [
        (at, {name: row[column] if column < len(row) else "" for name, column in columns.items()}) for at, row in rows
    ]
    told = [(at, of) for at, of in said if any(of.values())]
    kept = [(at, of) for at, of in told if not _is_sum(of)]
    if not kept:
        raise _refused("empty", _("文件里只有表头，没有单位"))
    if len(kept) > MAX_ROWS:
        raise _too_long()
    in_wan = "万" in cells[columns["budget_yuan"]] if "budget_yuan" in columns else False
    unused = [shown(cell) for column, cell in enumerate(cells) if cell and column not in columns.values()]
    named = [NAMES[name] for name in VALUES if name in columns]
    return Preview(head, named, unused, len(told) - len(kept), [_line(at, of, year, in_wan) for at, of in kept])


def _is_sum(cells: Mapping[str, str]) -> bool:
    """Whether a line is the total of others: 合 计, 小计."""
    words = cells.get("name", "") or cells.get("code", "")
    return "".join(words.split()).rstrip("：:") in ("合计", "总计", "小计", "Total", "total")


def _refused(code: str, words: str) -> Refused:
    return Refused(f"file.{code}", words, {"file": words})


def _too_long() -> Refused:
    return _refused("too_long", _("文件超过 %(rows)s 行，请分成几个文件") % {"rows": MAX_ROWS})


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Return the place of each value among the headings of a line; the first heading of a kind wins."""
    found: dict[str, int] = {}
    for column, cell in enumerate(cells):
        heading = "".join(cell.split()).lower()
        name = next((name for name, words in HEADINGS if heading and len(heading) < 20 and words.search(heading)), None)
        if name is not None:
            found.setdefault(name, column)
    return found


def _line(number: int, cells: Mapping[str, str], year: int, in_wan: bool) -> Line:
    line = Line(number, cells, year=year)
    for name in VALUES:
        if cells.get(name, "") not in ("", "—", "-", "/"):
            _take(line, name, lambda cell, name=name: _value(name, cell, in_wan))
    if cells.get("year"):
        _take(line, "year", _year)
        line.year = line.values.pop("year", year)
    if not line.place:
        line.problems.append(_("没写是哪个单位"))
    elif not line.values and not line.problems:
        line.problems.append(_("这一行没有数"))
    return line


def _take(line: Line, name: str, read: Any) -> None:
    """Read one cell; what nobody could read is a problem of the line."""
    try:
        line.values[name] = read(line.cells[name])
    except FieldError as fault:
        said = {"field": NAMES.get(name, _("年份")), "value": shown(line.cells[name]), **fault.numbers}
        line.problems.append(fault.sentence % said)


def _value(name: str, cell: str, in_wan: bool) -> Any:
    if name == "tools":
        if len(cell) > TOOLS_LENGTH:
            raise FieldError(_("%(field)s最多 %(most)s 个字"), most=TOOLS_LENGTH)
        return cell
    if name == "budget_yuan":
        return _money(cell, in_wan)
    return _whole(cell, MAX_NUMBER)


def _whole(cell: str, most: int) -> int:
    text = COUNTED.sub("", cell).replace(",", "").replace("，", "")
    if not (text.isascii() and text.isdigit() and len(text) < 15 and int(text) <= most):
        raise FieldError(_("%(field)s填了“%(value)s”，请填 0 到 %(most)s 的整数"), most=most)
    return int(text)


def _money(cell: str, in_wan: bool) -> int:
    """Return whole yuan; a heading or a cell in 万元 may have decimals."""
    text = cell.replace(",", "").replace("，", "")
    scale = WAN if in_wan or text.endswith(("万", "万元")) else 1
    wrong = FieldError(_("%(field)s填了“%(value)s”，看不懂"))
    try:
        number = Decimal(text.removesuffix("元").removesuffix("万").strip())
    except InvalidOperation as error:
        raise wrong from error
    if not number.is_finite() or not 0 <= number <= MAX_MONEY or number * scale > MAX_MONEY:
        raise wrong
    return int((number * scale).to_integral_value())


def _year(cell: str) -> int:
    text = cell.removesuffix("年度").removesuffix("年")
    if not (text.isascii() and text.isdigit() and YEARS[0] <= int(text[:9]) <= YEARS[1]):
        raise FieldError(_("%(field)s填了“%(value)s”，请填 %(low)s 到 %(high)s"), low=YEARS[0], high=YEARS[1])
    return int(text)
