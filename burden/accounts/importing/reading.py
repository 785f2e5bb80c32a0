"""Reading the file: encoding, header, lines; nothing here knows the database."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from burden.accounts.models import Post, User
from burden.accounts.services import rules
from burden.kit.errors import Refused
from burden.units.models import Unit

COLUMNS = ("username", "name", "unit_code", "role", "from")
EXTRA = "title"
MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_FIELD = 200


class FileRefused(Refused):
    """The file cannot be read at all."""


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
    def counts(self) -> dict[str, int]:
        return {effect.value: len(self.of(effect)) for effect in Effect}


def read_file(data: bytes) -> tuple[str, list[Line]]:
    """Return the encoding and the lines.

    Refuses: file.too_big, file.empty, file.xlsx, file.encoding, file.header, file.malformed, file.too_long.
    """
    encoding, text = _decode(data)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(header)
        lines = list(_lines(reader, header))
    except csv.Error as error:
        words = _("第 %(line)d 行的引号不成对，看不懂") % {"line": reader.line_num}
        raise FileRefused("file.malformed", words, {"file": words}) from error
    if not lines:
        raise _refuse("empty", _("文件里只有表头，没有人"))
    return encoding, lines


def _decode(data: bytes) -> tuple[str, str]:
    if len(data) > MAX_BYTES:
        raise _refuse("too_big", _("文件超过 10 MB，分成几个再交"))
    if not data.strip():
        raise _refuse("empty", _("文件是空的"))
    if data[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}:
        raise _refuse("xlsx", _("这是 Excel 文件，只是名字写成了 .csv；请在表格里另存为 CSV 再交"))
    for encoding, label in (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030")):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return label, text
    raise _refuse("encoding", _("看不懂文件的编码，请存成 UTF-8 或 GB18030"))


def _check_header(header: Sequence[str]) -> None:
    missing = [name for name in COLUMNS if name not in header]
    unknown = [name for name in header if name not in {*COLUMNS, EXTRA}]
    if missing:
        words = _("第 1 行要写列名 %(columns)s，用英文逗号隔开；缺 %(missing)s")
        raise _refuse("header", words % {"columns": ",".join(COLUMNS), "missing": "、".join(missing)})
    if unknown or len(set(header)) != len(header):
        raise _refuse("header", _("第 1 行有不认识或重复的列：%(names)s") % {"names": "、".join(unknown or header)})


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
            raise _refuse("too_long", _("超过 20,000 行，分成几个文件再交"))
        line = Line(number, {name: cell.strip() for name, cell in zip(header, row, strict=False)})
        if len(row) != len(header):
            line.fail(_("这一行有 %(n)d 格") % {"n": len(row)}, _("要有 %(n)d 格，看看逗号") % {"n": len(header)})
        elif max(map(len, row)) > MAX_FIELD:
            line.fail(_("有一格太长"), _("每格不超过 200 字"))
        yield line


def _refuse(code: str, words: str) -> FileRefused:
    return FileRefused(f"file.{code}", words, {"file": words})
