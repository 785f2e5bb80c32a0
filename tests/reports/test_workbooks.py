"""Workbooks read back cell by cell: types, formats, texts that a spreadsheet would take for something else."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.table_kinds import Column, Table
from reports.workbooks import CONTROL, MAX_ROWS, WorkbookWriter, column_name, sheet_name

TABLE = Table(
    "tried",
    "试",
    (Column("day", "日", "date"), Column("words", "字", "text"), Column("whole", "数"), Column("part", "分", "decimal"),
     Column("share", "率", "percent")),
    rows=lambda actor, extent: [],
)  # fmt: skip
TEXTS = [
    "=1+1",
    "+86",
    "-3",
    "@x",
    "＝SUM(A1)",
    "a&b<c>]]>",
    " 两端空格 ",
    "一\n二\t三",
    "反\\斜\\n",
    "_x0041_",
    '引"号',
    "𠮷",
    "",
]


@pytest.fixture
def keep(db):
    """Put rows into the temporary table that the writer reads."""

    def put(rows: list[tuple[Any, ...]]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS export_tried")
            cursor.execute(
                "CREATE TEMPORARY TABLE export_tried (n bigint, day date, words text, whole bigint, part float8, share float8)"
            )
            cursor.executemany(
                "INSERT INTO export_tried VALUES (%s, %s, %s, %s, %s, %s)", [(n, *row) for n, row in enumerate(rows, 1)]
            )

    return put


def write(path: Path, rows: int, most: int = MAX_ROWS) -> Any:
    writer = WorkbookWriter(path, [TABLE])
    parts = [(first, min(first + most - 1, rows)) for first in range(1, rows + 1, most)]
    for number, (first, last) in enumerate(parts, 1):
        writer.begin(TABLE, "来源", last - first + 1, number, len(parts))
        writer.add(TABLE, first, last)
    writer.close()
    return openpyxl.load_workbook(path)


def test_workbook_keeps_types_and_formats(keep, tmp_path):
    keep([(dt.date(2026, 11, 16), "柳河镇", 1_234_567, 2.5, 0.125), (None, None, None, None, None)])
    sheet = write(tmp_path / "a.xlsx", 2).active
    assert [cell.value for cell in sheet[5]] == [dt.datetime(2026, 11, 16), "柳河镇", 1_234_567, 2.5, 0.125]
    assert [cell.number_format for cell in sheet[5]] == ["yyyy-mm-dd", "General", "#,##0", "#,##0.0", "0.0%"]
    assert [cell.value for cell in sheet[6]] == [None] * 5
    assert (sheet["A1"].value, sheet["A2"].value, sheet["B4"].value) == ("试", "来源", "字")
    assert (sheet.freeze_panes, sheet["A4"].font.b, sheet.column_dimensions["A"].width) == ("D5", True, 10.7)


@pytest.mark.parametrize("text", TEXTS)
def test_text_stays_text(keep, tmp_path, text):
    keep([(None, text, None, None, None)])
    cell = write(tmp_path / "a.xlsx", 1).active["B5"]
    written = text.replace("_x0041_", "_x005F_x0041_")  # which a spreadsheet shows as it was
    assert cell.value == (written or None)
    assert cell.data_type == ("s" if text else "n")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=20)
)
def test_any_text_comes_back_without_control_characters(keep, tmp_path, texts):
    keep([(None, text, None, None, None) for text in texts])
    sheet = write(tmp_path / "a.xlsx", len(texts)).active
    wanted = ["".join(sign for sign in text if sign not in CONTROL) for text in texts]
    found = [sheet.cell(5 + n, 2).value or "" for n in range(len(texts))]
    assert [text for text in found if "_x005F_" not in text] == [text for text in wanted if "_x" not in text]


def test_long_table_takes_several_sheets(keep, tmp_path):
    keep([(None, str(n), n, None, None) for n in range(5)])
    book = write(tmp_path / "a.xlsx", 5, most=2)
    assert book.sheetnames == ["试", "试 (2)", "试 (3)"]
    assert [[row[2] for row in sheet.iter_rows(min_row=5, values_only=True)] for sheet in book] == [[0, 1], [2, 3], [4]]
    assert book.worksheets[1]["A1"].value == "试（2／3）"


def test_small_sheet_needs_no_zip64(keep, tmp_path):
    keep([(None, "x", 1, None, None)])
    write(tmp_path / "a.xlsx", 1)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as packed:
        assert {info.extract_version for info in packed.infolist()} == {20}


def test_names_of_sheets_and_columns():
    assert sheet_name("a/b[c]:*?'", 1) == "a b c"
    assert sheet_name("长" * 40, 12) == "长" * 26 + " (12)"
    assert [column_name(n) for n in (0, 25, 26, 51, 701, 702)] == ["A", "Z", "AA", "AZ", "ZZ", "AAA"]
