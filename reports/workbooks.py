"""Workbooks of any size in little memory: PostgreSQL renders the rows, they are only packed here.

A sheet has a title, where its figures come from, a frozen heading, widths and number formats. Every text is an inline
string, which no program takes for a formula. Source: ECMA-376 part 1, 18.3 (worksheets) and 18.8 (styles).
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from reports.table_kinds import KINDS, Column, Table

TOP = 4  # rows above the first of a table: title, source, blank, heading
MAX_ROWS = 1_048_576 - TOP
NAME = 31  # characters in a sheet's name
INVALID_IN_NAME = "[]:*?/\\'"
BLOCK = 1 << 18
PLAIN_ZIP = 1 << 31  # bytes that need no ZIP64, which Excel takes with a warning
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ENDING = '</sheetData><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'  # A4, as wide as the table
STYLES = {
    name: number
    for number, name in enumerate(("plain", "title", "note", "head", "figure", *(k for k in KINDS if k != "text")))
}
CONTROL = "".join(chr(code) for code in range(1, 32) if chr(code) not in "\t\n\r") + "\ufffe\uffff"  # no XML 1.0
# the last four, that COPY writes no escapes of its own
ESCAPES = (
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("\\", "&#92;"),
    ("\t", "&#9;"),
    ("\n", "&#10;"),
    ("\r", "&#13;"),
)
ODD = r"[&<>\\\x01-\x1f\ufffe\uffff]|_x|^ | $"  # a text that has to be escaped
MOST_PARTS = 80  # of the hundred arguments that a function of PostgreSQL takes
ESCAPED_CODE = "(_x[0-9a-fA-F]{4}_)"  # what spreadsheets would read as the character of that code


class WorkbookWriter:
    """One xlsx file, sheet by sheet, slice by slice."""

    slice = 20_000
    max_rows: int | None = MAX_ROWS

    def __init__(self, path: Path, tables: Sequence[Table]) -> None:
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.names: list[str] = []
        self.sheet: Any = None

    def begin(self, table: Table, note: str, rows: int, part: int = 1, parts: int = 1) -> None:
        self._end_sheet()
        self.names.append(sheet_name(str(table.title), part))
        name = f"xl/worksheets/sheet{len(self.names)}.xml"  # by its name, or it is packed at the slow default level
        self.sheet = self.zip.open(name, "w", force_zip64=rows * _row_bytes(table) >= PLAIN_ZIP)
        title = f"{table.title}（{part}／{parts}）" if parts > 1 else str(table.title)
        self.sheet.write(_beginning(table, title, note).encode())
        if not rows:
            self.sheet.write(f"<row>{_text(_('没有数据'), 'note')}</row>".encode())

    def add(self, table: Table, first: int, last: int) -> None:
        query = sql.SQL("COPY ({}) TO STDOUT").format(rendered(table, first, last))
        block = bytearray()
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            for row in copy:
                block += row
                if len(block) >= BLOCK:
                    self.sheet.write(block)
                    block.clear()
        self.sheet.write(block)

    def close(self) -> None:
        self._end_sheet()
        for name, text in _frame(self.names).items():
            self.zip.writestr(name, HEAD + text)
        self.zip.close()

    def abort(self) -> None:
        for file in (self.sheet, self.zip):
            with suppress(OSError):  # what is still to be written finds no room either
                if file:
                    file.close()

    def _end_sheet(self) -> None:
        if self.sheet:
            self.sheet.write(ENDING.encode())
            self.sheet.close()
            self.sheet = None


def sheet_name(title: str, part: int = 1) -> str:
    """Return a name that a sheet may have: the further parts of a long table are numbered."""
    plain = title.translate({ord(sign): " " for sign in INVALID_IN_NAME}).strip()
    suffix = f" ({part})" if part > 1 else ""
    return plain[: NAME - len(suffix)] + suffix


def _row_bytes(table: Table) -> int:
    """Estimate what a row takes before it is packed."""
    return sum(40 + 8 * column.width if column.kind == "text" else 30 for column in table.columns)


# --- rows ---


def rendered(table: Table, first: int, last: int) -> sql.Composed:
    """Build the SELECT that renders a slice of the temporary table as rows of a sheet.

    A row without gaps, as most are, is put together in one step.
    """
    numbers: list[sql.Composable] = [sql.Identifier(column.key) for column in table.columns if column.kind != "text"]
    return sql.SQL(
        "SELECT CASE WHEN num_nulls({numbers}) = 0 THEN {whole} ELSE {gaps} END FROM {table} WHERE n BETWEEN {first} AND {last} ORDER BY n"
    ).format(
        numbers=sql.SQL(", ").join(numbers or [sql.SQL("0")]),
        whole=_joined(
            [part for kind, run in groupby(table.columns, lambda each: each.kind) for part in _run(kind, [*run])]
        ),
        gaps=_joined([_gap(column) for column in table.columns]),
        table=sql.Identifier(f"export_{table.key}"),
        first=first,
        last=last,
    )


def _joined(parts: Sequence[str | sql.Composable]) -> sql.Composable:
    """Put the parts of a row together; what stands between two values is one literal."""
    merged: list[str | sql.Composable] = ["<row>"]
    for part in (*parts, "</row>"):
        if isinstance(part, str) and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    pieces = [sql.Literal(part) if isinstance(part, str) else part for part in merged]
    calls = (pieces[i : i + MOST_PARTS] for i in range(0, len(pieces), MOST_PARTS))
    return sql.SQL(" || ").join(sql.SQL("concat({})").format(sql.SQL(", ").join(call)) for call in calls)


def _run(kind: str, columns: Sequence[Column]) -> list[str | sql.Composable]:
    """Return what makes adjacent cells of one kind: figures are put together by one call, which skips none as there is no gap."""
    if kind == "text":
        return [_text_cell(sql.Identifier(column.key)) for column in columns]
    begin, end = _around(kind)
    values = sql.SQL(", ").join(_value(column) for column in columns)
    return [begin, sql.SQL("concat_ws({}, {})").format(sql.Literal(end + begin), values), end]


def _around(kind: str) -> tuple[str, str]:
    """Return what stands before and after a figure."""
    return f'<c s="{STYLES[kind]}"><v>', "</v></c>"


def _value(column: Column) -> sql.Composable:
    name = sql.Identifier(column.key)
    return sql.SQL("({} - DATE '1899-12-30')").format(name) if column.kind == "date" else name


def _gap(column: Column) -> sql.Composable:
    """Return a cell that may have no value."""
    if column.kind == "text":
        return _text_cell(sql.Identifier(column.key))
    begin, end = map(sql.Literal, _around(column.kind))
    return sql.SQL("coalesce({} || {} || {}, '<c/>')").format(begin, _value(column), end)


def _text_cell(name: sql.Identifier) -> sql.Composable:
    """Return a cell of text: as it stands, where no sign of it means anything in XML or to a spreadsheet."""
    filled = "'<c t=\"inlineStr\"><is><t>' || {} || '</t></is></c>'"
    spaced = "'<c t=\"inlineStr\"><is><t xml:space=\"preserve\">' || {} || '</t></is></c>'"
    return sql.SQL(
        f"CASE WHEN {{}} <> '' THEN CASE WHEN {{}} ~ {{}} THEN {spaced} ELSE {filled} END ELSE '<c/>' END"
    ).format(name, name, sql.Literal(ODD), _escaped(name), name)


def _escaped(name: sql.Composable) -> sql.Composable:
    text: sql.Composable = sql.SQL("translate({}, {}, '')").format(name, sql.Literal(CONTROL))
    text = sql.SQL("regexp_replace({}, {}, {}, 'g')").format(text, sql.Literal(ESCAPED_CODE), sql.Literal("_x005F\\1"))
    for sign, written in ESCAPES:
        text = sql.SQL("replace({}, {}, {})").format(text, sql.Literal(sign), sql.Literal(written))
    return text


# --- around the rows ---


def _beginning(table: Table, title: str, note: str) -> str:
    """Return a sheet up to its first row of data."""
    left = column_name(table.frozen)
    widths = "".join(
        f'<col min="{i}" max="{i}" width="{column.width + 0.7}" customWidth="1"/>'
        for i, column in enumerate(table.columns, 1)
    )
    heads = "".join(_text(str(column.title), "figure" if column.is_figure else "head") for column in table.columns)
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">'
        f'<pane xSplit="{table.frozen}" ySplit="{TOP}" topLeftCell="{left}{TOP + 1}" activePane="bottomRight" state="frozen"/>'
        f'</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols><sheetData>'
        f'<row r="1" ht="21" customHeight="1">{_text(title, "title")}</row><row r="2">{_text(note, "note")}</row>'
        f'<row r="{TOP}" ht="{_height(table)}" customHeight="1">{heads}</row>\n'
    )


def _height(table: Table) -> int:
    """Return how high the heading is in points: a line of fifteen for each that a title takes in its column."""
    wide = ((sum(1 + (sign > "\u2e7f") for sign in str(column.title)) + 1, column.width) for column in table.columns)
    return 3 + 15 * max(2, *(math.ceil(length / (width - 1)) for length, width in wide))


def column_name(number: int) -> str:
    """Return a column's letters: A for 0."""
    letters = ""
    while number >= 0:
        letters, number = chr(ord("A") + number % 26) + letters, number // 26 - 1
    return letters


def _text(words: str, style: str) -> str:
    plain = re.sub(f"[{re.escape(CONTROL)}]", "", words)
    return f'<c t="inlineStr" s="{STYLES[style]}"><is><t xml:space="preserve">{escape(plain)}</t></is></c>'


def _frame(names: Sequence[str]) -> dict[str, str]:
    """Return the parts that make sheets a workbook."""
    numbered = list(enumerate(names, 1))
    sheets = "".join(f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>' for i, name in numbered)
    tops = [(i, escape(f"'{name}'!${TOP}:${TOP}")) for i, name in enumerate(names)]  # the heading of every printed page
    heads = "".join(f'<definedName name="_xlnm.Print_Titles" localSheetId="{i}">{top}</definedName>' for i, top in tops)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{SHEET}.worksheet+xml"/>'
        for i, _name in numbered
    )
    links = [(f"rId{i}", "worksheet", f"worksheets/sheet{i}.xml") for i, _name in numbered] + [
        ("rId0", "styles", "styles.xml")
    ]
    return {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets>'
        f"<definedNames>{heads}</definedNames></workbook>",
        "xl/_rels/workbook.xml.rels": _links(links),
        "xl/styles.xml": _styles(),
        "_rels/.rels": _links([("rId1", "officeDocument", "xl/workbook.xml")]),
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{SHEET}.styles+xml"/>{parts}</Types>',
    }


def _links(found: Sequence[tuple[str, str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>' for key, kind, target in found
    )
    return f'<Relationships xmlns="{LINKS}">{inner}</Relationships>'


def _styles() -> str:
    """Return fonts, number formats and their combinations, in the order of STYLES."""
    font = '<font>{}<sz val="{}"/>{}<name val="宋体"/></font>'
    fonts = [
        font.format("", 11, ""),
        font.format("<b/>", 14, ""),
        font.format("", 11, '<color rgb="FF435063"/>'),
        font.format("<b/>", 11, ""),
    ]
    kinds = [name for name in STYLES if name in KINDS]
    formats = "".join(
        f'<numFmt numFmtId="{164 + i}" formatCode={quoteattr(KINDS[name].format)}/>' for i, name in enumerate(kinds)
    )
    left, right = ('<alignment horizontal="left"/>', '<alignment horizontal="right" indent="1"/>')
    cells = ['<xf xfId="0"/>', '<xf xfId="0" fontId="1" applyFont="1"/>', '<xf xfId="0" fontId="2" applyFont="1"/>']
    head = '<xf xfId="0" fontId="3" borderId="1" applyFont="1" applyBorder="1" applyAlignment="1"><alignment {}wrapText="1"/></xf>'
    cells += [head.format('vertical="top" '), head.format('vertical="top" horizontal="right" indent="1" ')]
    cells += [
        f'<xf xfId="0" numFmtId="{164 + i}" applyNumberFormat="1">{left if name == "date" else right}</xf>'
        for i, name in enumerate(kinds)
    ]
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="{len(kinds)}">{formats}</numFmts><fonts count="{len(fonts)}">{"".join(fonts)}</fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="2"><border/><border><bottom style="thin"/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs count="{len(cells)}">{"".join(cells)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
