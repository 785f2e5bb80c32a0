"""CSV files and workbooks: as people bring them, with their encodings and faults by line; and small ones to take away."""

from __future__ import annotations

import csv
import io
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

import xlsxwriter
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from burden.kit.errors import Refused

MEGABYTE = 1024 * 1024
FORMULA = "=+-@\t\r\n＝＋－＠"  # what a spreadsheet would take for the start of a formula
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx and .xls begin
BOM = b"\xef\xbb\xbf"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_COLUMNS = 60
MOST_UNPACKED = 100 * MEGABYTE  # of a workbook, which is a zip file
MOST_PARTS = 1_000  # files in that zip file
LONGEST = 60.0  # seconds that reading one may take
# what zip files and their XML are found to be when they are broken, encrypted or no workbook
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, LookupError, ValueError, TypeError, AttributeError, ParseError,
)  # fmt: skip


@dataclass(frozen=True)
class Caps:
    """How far a workbook is unpacked. Units: bytes, files in it, seconds. Source: SECURITY design section 4."""

    unpacked: int = MOST_UNPACKED
    parts: int = MOST_PARTS
    seconds: float = LONGEST


USUAL = Caps()


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong with one line. Units: lines are counted from 1, the header."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return _("第 %(line)s 行：%(sentence)s") % {"line": self.line, "sentence": self.sentence}


@dataclass(frozen=True)
class Row:
    """One line's cells by column, without the blanks around them; an absent column is empty."""

    line: int
    cells: dict[str, str]


def read_sheet(
    data: bytes, *, columns: Sequence[str], optional: Sequence[str] = (), most: int
) -> tuple[list[Row], list[Fault]]:
    """Read a whole CSV file: its rows, and the faults of lines that are none.

    Units: `most` is bytes. Shape: UTF-8 with or without BOM, or GB18030; columns in any order; blank lines do not count.
    Refuses: file.too_big, file.workbook, file.empty, file.not_text, file.header.
    """
    _encoding, text = read_text(data, most=most)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = read_header(lines)
    check_header(header, columns, optional)
    return _rows(lines, header, dict.fromkeys(optional, ""))


def read_grid(data: bytes, *, most: int, rows: int, caps: Caps = USUAL) -> list[tuple[int, list[Any]]]:
    """Read the first sheet of an xlsx workbook, or a CSV file, as it stands: numbered lines of cells, blank lines left out.

    Units: `most` is bytes, `rows` the lines read, line numbers count from 1. Shape: a workbook's cells keep their type.
    Refuses: file.too_big, file.too_long, file.empty, file.not_text, file.broken, file.old_workbook, file.too_slow.
    """
    if data.startswith(WORKBOOKS[1]):
        raise _refused("old_workbook", _("这是旧格式的 .xls，请另存为 .xlsx 或 CSV 再导入"))
    if len(data) > most:
        raise _refused("too_big", _("文件超过 %(most)s MB，请分成几个文件") % {"most": most // MEGABYTE})
    lines = _workbook_lines(data, rows, caps) if data.startswith(WORKBOOKS[0]) else _text_lines(data, most)
    found = [(number, cells) for number, cells in enumerate(lines, 1) if any(cell not in ("", None) for cell in cells)]
    if not found:
        raise _refused("empty", _("文件是空的"))
    if len(found) > rows:
        raise _refused("too_long", _("文件超过 %(rows)s 行，请分成几个文件") % {"rows": rows})
    return found


def _workbook_lines(data: bytes, rows: int, caps: Caps) -> list[list[Any]]:
    """Return the lines of a workbook's first sheet. Refuses: file.broken, file.too_big, file.too_slow."""
    ends = time.monotonic() + caps.seconds
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
        if sum(part.file_size for part in parts) > caps.unpacked or len(parts) > caps.parts:
            raise _refused("too_big", _("文件展开后太大，请分成几个文件"))
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        lines = book.worksheets[0].iter_rows(values_only=True, max_col=MOST_COLUMNS)
        found = [list(cells) for cells in _until(islice(lines, rows * 10 + 1), ends)]
    except UNREADABLE as error:
        raise _refused("broken", _("这个工作簿打不开，请在表格软件里另存一份再导入")) from error
    if len(found) > rows * 10:  # blank lines, mostly; what stands below them is not left out in silence
        raise _refused("too_long", _("文件超过 %(rows)s 行，请分成几个文件") % {"rows": rows})
    return found


def _until(lines: Iterable[Any], ends: float) -> Iterator[Any]:
    """Yield lines until the time is up. Refuses: file.too_slow."""
    for line in lines:
        if time.monotonic() > ends:
            raise _refused("too_slow", _("文件太复杂，一时读不完，请另存为 CSV 再导入"))
        yield line


def _text_lines(data: bytes, most: int) -> list[list[Any]]:
    """Return the lines of a CSV file. Refuses: as read_text; file.broken."""
    _encoding, text = read_text(data, most=most)
    try:
        return [list(map(str.strip, cells)) for cells in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        raise _refused("broken", _("引号没有成对，读不下去")) from error


def read_text(data: bytes, *, most: int) -> tuple[str, str]:
    """Return the encoding and the text of a CSV file. Refuses: file.too_big, file.workbook, file.empty, file.not_text."""
    if len(data) > most:
        raise _refused("too_big", _("文件超过 %(most)s MB，请分成几个文件") % {"most": most // MEGABYTE})
    refuse_workbook(data)
    for encoding, label in (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030")):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return label, text
    raise _refused("not_text", _("这不是 UTF-8 或 GB18030 的文本文件"))


def refuse_workbook(head: bytes) -> None:
    """Refuse a spreadsheet, whatever its name says, and an empty file. Refuses: file.workbook, file.empty."""
    if head.startswith(WORKBOOKS):
        raise _refused("workbook", _("这是 Excel 工作簿，不是 CSV：请在表格软件里另存为 CSV 再导入"))
    if not head.removeprefix(BOM).strip():
        raise _refused("empty", _("文件是空的"))


def read_header(lines: Iterator[list[str]]) -> list[str]:
    """Return the column names of the first line. Refuses: file.header, where it is no CSV."""
    try:
        return [name.strip().lower() for name in next(lines, [])]
    except csv.Error as error:
        raise _refused("header", str(Fault(1, _("引号没有成对，从这里起读不下去")))) from error


def check_header(header: Sequence[str], columns: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Refuse a first line that does not name the columns. Refuses: file.header."""
    unknown = [name for name in header if name not in {*columns, *optional}]
    absent = [name for name in columns if name not in header]
    if unknown or absent or len(set(header)) < len(header):
        wanted = ",".join(columns) + "".join(f"[,{name}]" for name in optional)
        found = ",".join(header)[:80]
        words = _("第 1 行要是列名 %(wanted)s，现在是 %(found)s")
        raise _refused("header", words % {"wanted": wanted, "found": found})


def written_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """Write a small CSV file as WPS and Excel want it, formulas neutralised."""
    out = io.StringIO()
    csv.writer(out).writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return BOM + out.getvalue().encode()


def written_workbook(sheets: Mapping[str, Iterable[Sequence[Any]]], width: int = 16) -> bytes:
    """Write a small workbook: a sheet for each name, its first row bold and frozen. Units: width in characters."""
    out = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, plain) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row, None if number else bold)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, MOST_COLUMNS, width)
    return out.getvalue()


def harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula. Source: OWASP CSV injection."""
    return f"'{cell}" if cell.startswith(tuple(FORMULA)) else cell


def _refused(code: str, words: str) -> Refused:
    return Refused(f"file.{code}", words, {"file": words})


def _rows(lines: Iterator[list[str]], header: list[str], blank: dict[str, str]) -> tuple[list[Row], list[Fault]]:
    rows, faults = [], []
    line = 1
    try:
        for cells in lines:
            line = lines.line_num  # type: ignore[attr-defined]
            if len(cells) == len(header):
                rows.append(Row(line, blank | dict(zip(header, map(str.strip, cells), strict=True))))
            elif any(cells):
                counts = {"wanted": len(header), "found": len(cells)}
                faults.append(Fault(line, _("要有 %(wanted)s 列，现在是 %(found)s 列") % counts))
    except csv.Error:
        faults.append(Fault(line + 1, _("引号没有成对，从这里起读不下去")))
    return rows, faults
