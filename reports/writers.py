"""Writes table slices into files: CSV by COPY, xlsx in constant memory. Formulas are neutralised in both.

Source: OWASP CSV injection; SECURITY design section 4.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter
from django.db import connection
from django.utils.translation import gettext
from psycopg import sql

from burden.kit.sheets import BOM, FORMULA
from reports.tables import KINDS, Column, Table

FORMULA_START = f"^([{re.escape(FORMULA)}])"
MAX_ROWS = 1_048_576 - 4  # a sheet's rows less title, source, blank and heading
INVALID_IN_SHEET = "[]:*?/\\"


class Writer(Protocol):
    """A file being written, table by table, slice by slice."""

    def begin(self, table: Table, note: str) -> None:
        """Start a table; `note` says where its figures come from and when they were counted."""

    def add(self, table: Table, first: int, last: int) -> None:
        """Append rows first to last (their n) of the temporary table named after the table."""

    def close(self) -> None:
        """Finish the file."""


def rows_of(table: Table, first: int, last: int, *, typed: bool) -> sql.Composed:
    """Build the SELECT of a slice of the temporary table; formulas get an apostrophe where the file has no types."""
    return sql.SQL("SELECT {fields} FROM {table} WHERE n BETWEEN {first} AND {last} ORDER BY n").format(
        fields=sql.SQL(", ").join(_field(column, typed) for column in table.columns),
        table=sql.Identifier(f"export_{table.key}"),
        first=first,
        last=last,
    )


def _field(column: Column, typed: bool) -> sql.Composable:
    name = sql.Identifier(column.key)
    if column.kind == "text" and not typed:
        return sql.SQL("regexp_replace({}, {}, {})").format(name, sql.Literal(FORMULA_START), sql.Literal("'\\1"))
    return name


def headings(table: Table) -> list[str]:
    """Return the column headings in the active language."""
    return [str(column.title) for column in table.columns]


class CsvWriter:
    """One CSV (UTF-8 with BOM, as WPS and Excel want it); several tables go into a zip of CSVs.

    A CSV begins with its heading, so that programs read it; where its figures come from stands in a file beside it, or in
    the file's name.
    """

    def __init__(self, path: Path, tables: Sequence[Table]) -> None:
        self.path = path
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) if len(tables) > 1 else None
        self.out: Any = None if self.zip else path.open("wb")

    def begin(self, table: Table, note: str) -> None:
        if self.zip:
            if self.out:
                self.out.close()
            else:
                self.zip.writestr(f"{gettext('说明')}.txt", BOM + note.encode())
            self.out = self.zip.open(f"{table.title}.csv", "w", force_zip64=True)
        line = io.StringIO()
        csv.writer(line).writerow(headings(table))
        self.out.write(BOM + line.getvalue().encode())

    def add(self, table: Table, first: int, last: int) -> None:
        query = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(rows_of(table, first, last, typed=False))
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            for block in copy:
                self.out.write(block)

    def close(self) -> None:
        self.out.close()
        if self.zip:
            self.zip.close()


class XlsxWriter:
    """One workbook with a sheet per table: title, source line, frozen heading, typed cells; constant memory."""

    def __init__(self, path: Path, tables: Sequence[Table]) -> None:
        self.book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        add = self.book.add_format
        self.title = add({"bold": True, "font_size": 14})
        self.note = add({"font_color": "#435063"})
        self.head = add({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.formats = {name: add({"num_format": kind.format}) for name, kind in KINDS.items() if kind.format}
        self.formats["date"].set_align("left")
        self.row = 0
        self.sheet: Any = None

    def begin(self, table: Table, note: str) -> None:
        name = str(table.title).translate({ord(sign): " " for sign in INVALID_IN_SHEET})[:31]
        self.sheet = self.book.add_worksheet(name)
        for number, column in enumerate(table.columns):
            self.sheet.set_column(number, number, column.width)
        self.sheet.write_string(0, 0, str(table.title), self.title)
        self.sheet.write_string(1, 0, note, self.note)
        self.sheet.write_row(3, 0, headings(table), self.head)
        self.sheet.freeze_panes(4, table.frozen)
        self.row = 4

    def add(self, table: Table, first: int, last: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(rows_of(table, first, last, typed=True))
            for values in cursor.fetchall():
                self._write(table, values)

    def _write(self, table: Table, values: Sequence[Any]) -> None:
        for number, (column, value) in enumerate(zip(table.columns, values, strict=True)):
            if value is None:
                continue
            if column.kind == "text":
                self.sheet.write_string(self.row, number, value)
            elif column.kind == "date":
                self.sheet.write_datetime(self.row, number, value, self.formats["date"])
            else:
                self.sheet.write_number(self.row, number, value, self.formats[column.kind])
        self.row += 1

    def close(self) -> None:
        self.book.close()


WRITERS: dict[str, Callable[[Path, Sequence[Table]], Writer]] = {"csv": CsvWriter, "xlsx": XlsxWriter}
