"""Writes table slices into files: CSV by COPY, xlsx as in reports.workbooks. Formulas are neutralised in both.

Source: OWASP CSV injection; SECURITY design section 4.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from django.db import connection
from django.utils.translation import gettext
from psycopg import sql

from burden.kit.sheets import BOM, FORMULA
from reports.table_kinds import Column, Table
from reports.workbooks import WorkbookWriter

FORMULA_START = f"^([{re.escape(FORMULA)}])"


class Writer(Protocol):
    """A file being written, part by part of each table, slice by slice. Units: slice and max_rows are rows."""

    slice: int
    max_rows: int | None  # of one part

    def begin(self, table: Table, note: str, rows: int, part: int = 1, parts: int = 1) -> None:
        """Start a part of a table; `note` says where its figures come from and when they were counted."""

    def add(self, table: Table, first: int, last: int) -> None:
        """Append rows first to last (their n) of the temporary table named after the table."""

    def close(self) -> None:
        """Finish the file."""

    def abort(self) -> None:
        """Let go of a file that will not be finished."""


def rows_of(table: Table, first: int, last: int) -> sql.Composed:
    """Build the SELECT of a slice of the temporary table; formulas get an apostrophe, because the file has no types."""
    return sql.SQL("SELECT {fields} FROM {table} WHERE n BETWEEN {first} AND {last} ORDER BY n").format(
        fields=sql.SQL(", ").join(_field(column) for column in table.columns),
        table=sql.Identifier(f"export_{table.key}"),
        first=first,
        last=last,
    )


def _field(column: Column) -> sql.Composable:
    name = sql.Identifier(column.key)
    if column.kind == "text":
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

    slice = 20_000
    max_rows: int | None = None

    def __init__(self, path: Path, tables: Sequence[Table]) -> None:
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) if len(tables) > 1 else None
        self.out: Any = None if self.zip else path.open("wb")
        self.notes: dict[str, list[str]] = {}  # what is said of which tables

    def begin(self, table: Table, note: str, rows: int, part: int = 1, parts: int = 1) -> None:
        if self.zip:
            if self.out:
                self.out.close()
            self.notes.setdefault(note, []).append(str(table.title))
            self.out = self.zip.open(f"{table.title}.csv", "w", force_zip64=True)
        line = io.StringIO()
        csv.writer(line).writerow(headings(table))
        self.out.write(BOM + line.getvalue().encode())

    def add(self, table: Table, first: int, last: int) -> None:
        query = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(rows_of(table, first, last))
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            for block in copy:
                self.out.write(block)

    def close(self) -> None:
        self.out.close()
        if self.zip:
            said = ["\n".join([note, *titles]) for note, titles in self.notes.items()]
            self.zip.writestr(f"{gettext('说明')}.txt", BOM + "\n\n".join(said).encode())
            self.zip.close()

    def abort(self) -> None:
        for file in (self.out, self.zip):
            with suppress(OSError):  # what is still to be written finds no room either
                if file:
                    file.close()


WRITERS: dict[str, type[CsvWriter] | type[WorkbookWriter]] = {"csv": CsvWriter, "xlsx": WorkbookWriter}


def parts_of(file_format: str, rows: int) -> list[tuple[int, int]]:
    """Return the first and the last row of each part that a table takes in a file: a sheet holds only so many."""
    most = WRITERS[file_format].max_rows or max(rows, 1)
    return [(first, min(first + most - 1, rows)) for first in range(1, max(rows, 1) + 1, most)]
