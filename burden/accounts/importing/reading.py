"""Reading the file: encoding, header, lines; nothing here knows the database."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from burden.accounts.models import Post, User
from burden.accounts.services import rules
from burden.kit.errors import Refused
from burden.kit.sheets import MEGABYTE, check_header, read_header, read_text
from burden.units.models import Unit

COLUMNS = ("username", "name", "unit_code", "role", "from")
EXTRA = "title"
MAX_BYTES = 10 * MEGABYTE
MAX_ROWS = 20_000
MAX_FIELD = 200


class Effect(StrEnum):
    """What a line does."""

    NEW = "new"
    MOVE = "move"
    SAME = "same"
    FAULTY = "faulty"


@dataclass
class Line:
    """One line of the file, by its number in it, and what became of it."""

    number: int
    cells: dict[str, str]
    effect: Effect = Effect.FAULTY
    problem: str = ""
    remedy: str = ""
    mild: bool = False
    user: User | None = None
    unit: Unit | None = None
    role: str = ""
    since: dt.date | None = None
    replaces: Post | None = None

    @property
    def deed(self) -> tuple[object, ...]:
        """What storing the line would do, to tell whether it is still what was shown."""
        keys = (each.pk if each else None for each in (self.user, self.unit, self.replaces))
        return self.number, self.effect.value, self.username, self.role, str(self.since), *keys

    @property
    def username(self) -> str:
        return rules.fold(self.cells.get("username", ""))

    def fail(self, problem: str, remedy: str, *, mild: bool = False) -> None:
        self.problem, self.remedy, self.mild = problem, remedy, mild


@dataclass
class Preview:
    """A checked file: nothing of it is stored."""

    encoding: str
    lines: list[Line] = field(default_factory=list)

    def of(self, effect: Effect) -> list[Line]:
        return [line for line in self.lines if line.effect == effect]

    @property
    def faults(self) -> list[Line]:
        return self.of(Effect.FAULTY)

    @property
    def good(self) -> list[Line]:
        return [line for line in self.lines if line.effect in {Effect.NEW, Effect.MOVE}]

    @property
    def digest(self) -> str:
        """Tells one set of things to store from another."""
        return hashlib.sha256(repr([line.deed for line in self.good]).encode()).hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        return {effect.value: len(self.of(effect)) for effect in Effect}


def read_file(data: bytes) -> tuple[str, list[Line]]:
    """Return the encoding and the lines.

    Refuses: what `read_text` and `check_header` refuse, file.malformed, file.too_long, file.empty.
    """
    encoding, text = read_text(data, most=MAX_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = read_header(reader)
    check_header(header, COLUMNS, (EXTRA,))
    try:
        lines = list(_lines(reader, header))
    except csv.Error as error:
        words = _("第 %(line)d 行的引号不成对，看不懂") % {"line": reader.line_num}
        raise Refused("file.malformed", words, {"file": words}) from error
    if not lines:
        words = _("文件里只有表头，没有人")
        raise Refused("file.empty", words, {"file": words})
    return encoding, lines


def _lines(reader: Any, header: Sequence[str]) -> Iterator[Line]:
    count = 0
    while True:
        number = reader.line_num + 1
        row = next(reader, None)
        if row is None:
            return
        if not any(cell.strip() for cell in row):
            continue
        count += 1
        if count > MAX_ROWS:
            words = _("超过 20,000 行，分成几个文件再交")
            raise Refused("file.too_long", words, {"file": words})
        line = Line(number, {name: cell.strip() for name, cell in zip(header, row, strict=False)})
        if len(row) != len(header):
            line.fail(_("这一行有 %(n)d 格") % {"n": len(row)}, _("要有 %(n)d 格，看看逗号") % {"n": len(header)})
        elif max(map(len, row)) > MAX_FIELD:
            line.fail(_("有一格太长"), _("每格不超过 200 字"))
        yield line
