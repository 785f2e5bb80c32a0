"""A figure is the same on the page, in the API and in the file, cell by cell: hidden ones too, in both languages, after a late return."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.utils import translation

from burden.kit import clock
from reports import exports
from reports.models import PortalTime
from reports.periods import Period
from reports.tables import KINDS, TABLES
from tests.database import as_role
from tests.factories import LAST_WEEK, NOW, make_actor, make_unit
from tests.reports.sums import add_source, add_sums

WEEKS = Period.of("month", LAST_WEEK, until=LAST_WEEK).weeks
NAMES = {"meeting": "会议", "document": "文件", "form": "报表", "inspection": "检查", "other": "其他"}


@pytest.fixture
def county(db, monkeypatch, settings, tmp_path):
    """A county's month: nine townships and two departments, of which one files little, and one issuer of all."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.EXPORT_DIR = tmp_path
    county = make_unit(make_unit(level="city"), "county", name="临溪县")
    bureau = make_unit(county, "department", name="县水利局")
    units = [make_unit(county, "township") for _each in range(9)] + [bureau, make_unit(county, "department")]
    for at, week in enumerate(WEEKS):
        for number, unit in enumerate(units):
            returns = 4 if number == at == 1 else 7 + number
            add_sums(unit, week, returns=returns, active=20, per_head=300 + 45 * number + at, c_form=13, self_min=100)
        add_source(county, bureau, week, minutes=1_234 + at)
        add_source(county, None, week, minutes=77)
        PortalTime.every.create(unit=county, week=week.monday, n=20, median_s=46 + at, total_s=1_000 + at)
    return county


@pytest.fixture
def office(client, county):
    actor = make_actor(county, "office")
    client.force_login(actor.user)
    return actor


def api(client, key: str, county, level: str = "own", weeks=WEEKS) -> list[dict[str, Any]]:
    """All rows of a table, page by page."""
    query = {"unit": county.code, "from": str(weeks[0]), "to": str(weeks[-1]), "level": level}
    answer = client.get(f"/api/v1/tables/{key}/", query).json()
    rows = answer["results"]
    while answer["next"]:
        answer = client.get(answer["next"]).json()
        rows += answer["results"]
    return rows


def file_of(office, level: str, file_format: str) -> Any:
    """Every table's file, made by the worker."""
    asked = {"unit": office.unit, "level": level, "from_week": WEEKS[0], "to_week": WEEKS[-1], "tables": list(TABLES)}
    job = exports.request_export(by=office, file_format=file_format, now=NOW, **asked)
    with as_role("burden_worker"):
        exports.run(job)
    assert job.state == "done", job.error
    return exports.file_of(job)


def in_csv(path) -> list[list[list[str]]]:
    with zipfile.ZipFile(path) as packed:
        names = [name for name in packed.namelist() if name.endswith(".csv")]
        return [list(csv.reader(io.StringIO(packed.read(name).decode("utf-8-sig"))))[1:] for name in names]


def in_workbook(path) -> list[list[list[Any]]]:
    return [
        [list(row) for row in sheet.iter_rows(min_row=5, values_only=True)] for sheet in openpyxl.load_workbook(path)
    ]


def alike(value: Any, kind: str) -> Any:
    """One value as JSON, CSV and workbook have it, told apart no longer."""
    if value in (None, ""):
        return None
    if kind == "date":
        return str(value)[:10]
    return str(value) if KINDS[kind].sql == "text" else float(value)


@pytest.mark.parametrize("level", ["own", "township", "department"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_cell_of_every_table_is_the_same_in_api_and_files(client, county, office, language, level):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    with translation.override(language):
        found = in_csv(file_of(office, level, "csv")), in_workbook(file_of(office, level, "xlsx"))
        for table, comma, book in zip(TABLES.values(), *found, strict=True):
            kinds = [column.kind for column in table.columns]
            rows = [
                [alike(*cell) for cell in zip(row.values(), kinds, strict=True)]
                for row in api(client, table.key, county, level)
            ]
            assert [[alike(*cell) for cell in zip(row, kinds, strict=True)] for row in comma] == rows, table.key
            filled = [row for row in book if rows]
            assert [[alike(*cell) for cell in zip(row, kinds, strict=False)] for row in filled] == rows, table.key
            assert rows or table.key not in ("unit_weeks", "trend", "categories", "comparison"), table.key


def page_agrees(client, county) -> int:
    """Compare the county's page with the API, figure by figure; return its total."""
    page = client.get(f"/reports/{county.code}/", {"period": "month"}).context
    now = page["headline"].now
    categories = api(client, "categories", county)
    assert [(row["entries"], row["total"]) for row in categories] == list(zip(now.counts, now.minutes, strict=True))
    assert {(row["returns"], row["hidden_weeks"]) for row in categories} == {(now.returns, page["left_out"])}
    assert sum(row["claimed"] for row in categories) == page["claimed_min"]
    weeks = {row["week"]: row for row in api(client, "unit_weeks", county)}
    assert (sum(row["self_min"] for row in weeks.values()), len(weeks)) == (now.self_min, len(WEEKS))
    points = page["points"]
    trend = {
        row["week"]: (row["per_head"], row["per_head_before"])
        for row in api(client, "trend", county, weeks=[points[0].week, LAST_WEEK])
    }
    assert trend == {
        str(point.week): (point.now, point.last_year) for point in points if point.now is not None and not point.is_open
    }
    issuers_agree(page["issuers"], api(client, "issuers", county))
    portal = api(client, "portal", county)
    assert (sum(row["filings"] for row in portal), (sum(row["total_s"] for row in portal) + 30) // 60) == (
        page["portal"].filings,
        page["portal"].person_min,
    )
    for level in ("township", "department"):
        shown = client.get(f"/reports/{county.code}/", {"period": "month", "kind": level}).context["table"].lines
        assert [compared(line) for line in shown] == [
            tuple(row[name] for name in ("code", "active", "per_head", "imposed", "median", "gap"))
            for row in api(client, "comparison", county, level)
        ]
    return now.total


def issuers_agree(panel: Any, rows: list[dict[str, Any]]) -> None:
    for issuer in (*panel.top, panel.unstated):
        code = issuer.unit.code if issuer.unit else ""
        found = [row for row in rows if row["issuer_code"] == code]
        sums = tuple(sum(row[f"m_{name}"] for row in found) for name in NAMES)
        assert (sums, sum(row["claimed"] for row in found)) == (issuer.by_category, issuer.claimed_min)
        assert sum(row["unregistered"] for row in found) == issuer.unregistered_min
    assert sum(row["total"] for row in rows) == panel.total


def compared(line: Any) -> tuple[Any, ...]:
    median = round(line.spread.median) if line.spread else None
    return line.unit.code, line.active, line.per_head, line.imposed, median, line.gap


def test_page_and_api_agree_before_and_after_a_late_return(client, county, office):
    before = page_agrees(client, county)
    add_sums(make_unit(county, "department"), WEEKS[0], returns=6, active=9, per_head=1_000)
    assert page_agrees(client, county) == before + 6_000


def test_what_the_page_hides_is_hidden_everywhere(client, county, office):
    week = str(WEEKS[1])
    rows = {row["code"]: row for row in api(client, "unit_weeks", county, "township", weeks=[WEEKS[1]])}
    context = client.get(f"/reports/{county.code}/", {"week": week, "kind": "township"}).context
    hidden = {line.unit.code for line in context["table"].lines if line.is_hidden}
    assert hidden
    assert {code for code, row in rows.items() if row["total"] is None} >= hidden
