"""A figure is the same on the page, in the API and in the file, cell by cell: hidden ones too, in both languages, after a late return."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.utils import translation

from burden.kit import clock
from burden.kit.templatetags.show import hours
from burden.standards.models import Goal
from burden.units.models import Unit
from reports import exports
from reports.bulletin_figures import figures_of
from reports.bulletins import blocks_for
from reports.calendar import calendar
from reports.indicators import whole
from reports.models import PeopleYear, PortalTime
from reports.periods import Period
from reports.table_kinds import KINDS
from reports.tables import TABLES
from tests.database import as_role, held
from tests.factories import LAST_WEEK, NOW, make_actor, make_bulletin, make_demand, make_order, make_target, make_unit
from tests.reports.sums import add_source, add_sums
from tests.reports.test_league import ask
from tests.reports.test_paper_files import said_in_pdf, said_in_word

PERIOD = Period.of("month", LAST_WEEK, until=LAST_WEEK)
WEEKS = PERIOD.weeks
FILLED = (
    "unit_weeks",
    "trend",
    "categories",
    "comparison",
    "calendar",
    "relief",
    "indicators",
    "demands",
    "league",
    "capacity",
    "orders",
)
ORIGINS = ("own", "province")
NAMES = {"meeting": "会议", "document": "文件", "form": "报表", "inspection": "检查", "other": "其他"}
COMPARED = ("code", "active", "per_head", "imposed", "median", "p90", "gap", "than_previous", "than_last_year")


@pytest.fixture
def county(month, db, monkeypatch, settings, tmp_path) -> Unit:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.EXPORT_DIR = tmp_path
    return copy.deepcopy(month)


@pytest.fixture(scope="module")
def month(django_db_setup, django_db_blocker) -> Iterator[Unit]:
    """A county, and what it did in a month."""
    with held(django_db_blocker):
        yield make_month()


def make_month() -> Unit:
    """Make a county's month: nine townships and two departments, of which one files little, and one issuer of all."""
    county = make_unit(make_unit(level="city"), "county", name="临溪县")
    bureau = make_unit(county, "department", name="县水利局")
    units = [make_unit(county, "township") for _each in range(9)] + [bureau, make_unit(county, "department")]
    for at, week in enumerate(WEEKS):
        for number, unit in enumerate(units):
            returns = 4 if number == at == 1 else 7 + number
            add_sums(unit, week, returns=returns, active=20, per_head=300 + 45 * number + at, c_form=13, self_min=100)
            if not at:
                for then in (*PERIOD.previous.weeks, *PERIOD.last_year.weeks):
                    add_sums(unit, then, returns=7, active=20, per_head=500, self_min=100 + 70 * number)
        add_source(county, bureau, week, minutes=1_234 + at)
        add_source(county, None, week, minutes=77)
        PortalTime.every.create(unit=county, week=week.monday, n=20, median_s=46 + at, total_s=1_000 + at)
        asked = make_demand(
            bureau, category="meeting", title=f"调度会{at}", at=dt.time(9, 10 * at), origin=ORIGINS[at % 2]
        )
        ask(bureau, 600, week, demand=asked, answers=10, answered=6, done=6, repeated=5)
        for unit in units[:3]:
            make_target(asked, unit, week, due_on=week.monday)
    for state, outcome in (("working", ""), ("looked", "less"), ("looked", "more")):
        make_order(
            county, bureau, state, outcome=outcome, opened_at=clock.midnight(WEEKS[0].monday), due_on=LAST_WEEK.monday
        )
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
            assert rows or table.key not in FILLED, table.key


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
        str(point.week): (whole(point.now), whole(point.last_year))
        for point in points
        if point.now is not None and not point.is_open
    }
    issuers_agree(page["issuers"], api(client, "issuers", county))
    portal = api(client, "portal", county)
    assert (sum(row["filings"] for row in portal), (sum(row["total_s"] for row in portal) + 30) // 60) == (
        page["portal"].filings,
        page["portal"].person_min,
    )
    for level in ("township", "department"):
        shown = client.get(f"/reports/{county.code}/", {"period": "month", "kind": level}).context["table"].lines
        rows = [tuple(row[name] for name in COMPARED) for row in api(client, "comparison", county, level)]
        assert [compared(line) for line in shown] == rows
        assert None not in rows[0] or level == "department", rows[0]
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
    median, p90 = (round(line.spread.median), round(line.spread.p90)) if line.spread else (None, None)
    facts = line.unit.code, line.active, whole(line.per_head), whole(line.imposed)
    return *facts, median, p90, whole(line.gap), whole(line.than_previous), whole(line.than_last_year)


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


# --- what is no table ---


def answer(client, route: str, **query: str) -> dict[str, Any]:
    got = client.get(f"/api/v1/{route}/", query)
    assert got.status_code == 200, got.content
    return got.json()


def test_ledger_says_what_the_page_says(client, county, office):
    shown = client.get("/oversight/ledger/").context["rows"]
    listed = answer(client, "orders")["results"]
    names = ("title", "citation", "state", "outcome", "person_min", "took_days")
    facts = [(*(getattr(order, name) for name in names), order.lasting_min) for order, _clock in shown]
    assert [(*(row[name] for name in names), row["saved_min"]) for row in listed] == facts
    assert {(row["outcome"], row["saved_min"] is None) for row in listed} == {
        ("", True),
        ("less", False),
        ("more", True),
    }
    clocks = [(ticks.colour, ticks.left) if ticks else (None, None) for _order, ticks in shown]
    assert [(row["colour"], row["left"]) for row in listed] == clocks
    rows = {row["number"]: row for row in api(client, "orders", county)}
    found = {
        order.name: (order.person_min, order.lasting_min, order.took_days, ticks.words if ticks else "")
        for order, ticks in shown
    }
    assert {
        name: (row["person_min"], row["saved_min"], row["took_days"], row["clock"]) for name, row in rows.items()
    } == found
    assert {ticks is None for _order, ticks in shown} == {True, False}


def test_relief_says_what_the_page_says(client, county, office):
    lists = client.get(f"/reports/{county.code}/relief/").context["relief"]
    rows = api(client, "relief", county)
    spared = [ask.spared_min for ask in lists.cut] + [None for _ask in lists.upward]
    found = [(ask.demand_id, ask.total_min, ask.weeks, ask.times) for ask in (*lists.cut, *lists.upward)]
    assert lists.cut and lists.upward
    assert [(row["demand"], row["total_min"], row["weeks"], row["times"]) for row in rows] == found
    assert [row["spared_min"] for row in rows] == spared


def test_calendar_says_what_the_page_says(client, county, office):
    shown = client.get(f"/reports/{county.code}/calendar/", {"week": str(LAST_WEEK)}).context["calendar"].events
    rows = api(client, "calendar", county, weeks=[LAST_WEEK])
    assert shown == calendar(office, county, LAST_WEEK).events
    assert [
        (row["day"], row["starts"], row["title"], row["issuer_code"], row["units"], row["people"], bool(row["clash"]))
        for row in rows
    ] == [
        (str(each.on), each.clock, each.title, each.issuer_code, len(each.units), each.people, each.overlaps)
        for each in shown
    ]
    assert rows


@pytest.mark.parametrize("query", [{}, {"category": "form"}, {"level": "department"}])
def test_parts_say_what_page_and_file_say(client, county, office, query):
    bureau = Unit.every.get(name="县水利局")
    said = {"period": "month", "week": str(LAST_WEEK)} | query
    for issuer in ({}, {"issuer": bureau.code}):
        page = {("kind" if name == "level" else name): value for name, value in (said | issuer).items()}
        lines = list(client.get(f"/reports/{county.code}/parts/", page).context["lines"].paginator.object_list)
        rows = answer(client, "parts", unit=county.code, **said, **issuer)["results"]
        assert [(row["unit"], row["total"], row["per_head"]) for row in rows] == [
            (line.unit.code, line.total, whole(line.per_head)) for line in lines
        ]
        file = client.get(f"/reports/{county.code}/parts/", page | {"format": "csv"}).content.decode("utf-8-sig")
        cells = list(csv.reader(io.StringIO(file)))[1:]
        assert [(row["unit"], alike(row["total"], "count")) for row in rows] == [
            (cell[0], alike(cell[7], "count")) for cell in cells
        ]
        assert [row["claimed_min"] for row in rows] == [line.claimed for line in lines]
        if issuer and "category" not in query:
            assert [str(row["claimed_min"]) for row in rows] == [cell[9] for cell in cells]
        assert {row["suppressed"] for row in rows} <= {True, False} and len(rows) == len(lines)


def test_indicators_goals_and_people_say_what_the_pages_say(client, county, office):
    lines = client.get(f"/reports/{county.code}/indicators/", {"period": "month"}).context["lines"]
    rows = answer(client, "indicators", unit=county.code, period="month")["results"]
    assert [(row["code"], row["now"]["number"], row["now"]["of"]) for row in rows] == [
        (line.row.indicator.code, line.row.now.number, line.row.now.of) for line in lines
    ]
    goals = {row["indicator"]: row for row in answer(client, "goals", unit=county.code)["results"]}
    assert {code: goal["most"] for code, goal in goals.items()} == {
        row["code"]: row["target"]["most"] for row in rows if row["target"]
    }
    assert {code: goal["most"] for code, goal in goals.items()} == {
        "issued_meeting": -30, "issued_document": -30, "issued_inspection": -50,
    }  # fmt: skip
    PeopleYear.every.create(unit=county, year=2026, people=321)
    page = client.get(f"/reports/{county.code}/", {"period": "year"}).context
    assert answer(client, "people", unit=county.code, year="2026")["people"] == (page["people"] or None)


def test_extract_says_what_page_and_file_say(client, county, office):
    bureau = Unit.every.get(name="县水利局")
    body = answer(client, "extracts", unit=bureau.code, year="2026")["paper"]
    page = client.get(f"/bulletins/extract/{bureau.code}/", {"year": "2026"})
    assert told(body) == told_by(page.context["paper"])
    word = said_in_word(client.get(f"/bulletins/extract/{bureau.code}/", {"year": "2026", "format": "docx"}).content)
    assert [words for words in told(body) if words not in "\n".join(word)] == []
    quiet = make_unit(county, "department")
    assert answer(client, "extracts", unit=quiet.code)["paper"] is None


def told(body: dict[str, Any]) -> list[str]:
    """All words and cells of a paper of the API, in their order."""
    found = [body["title"], body["organ"], body["note"]]
    for part in body["parts"]:
        found += [part["text"]] if "text" in part else [part["caption"]]
        found += [cell for row in [part.get("columns", []), *part.get("rows", [])] for cell in row]
    return [words for words in found if words]


def told_by(paper: Any) -> list[str]:
    found = [paper.title, paper.organ, paper.note]
    for part in paper.parts:
        found += [part.text] if hasattr(part, "text") else [part.caption]
        found += [cell for row in [getattr(part, "columns", []), *getattr(part, "rows", [])] for cell in row]
    return [words for words in found if words]


@pytest.fixture
def published(county, office):
    period = Period.of("month", WEEKS[0])
    figures, blocks = figures_of(office, county, period, NOW), blocks_for(county, "notice", period)
    span = {"first_week": period.first.monday, "last_week": period.last.monday}
    return make_bulletin(county, "published", figures=figures, blocks=blocks, **span)


def everywhere(client, found) -> dict[str, Any]:
    """A bulletin as page, API, Word and PDF have it."""
    page = client.get(f"/bulletins/{found.pk}/")
    word = client.get(f"/bulletins/{found.pk}/file/", {"format": "docx"}).content
    return {
        "page": page.content.decode().partition("<main")[2].partition("</main>")[0],
        "paper": told_by(page.context["paper"]),
        "api": answer(client, f"bulletins/{found.pk}"),
        "word": said_in_word(word),
        "pdf": said_in_pdf(page.context["paper"]),
    }


def test_bulletin_is_the_same_on_page_in_api_and_files(client, county, office, published):
    found = everywhere(client, published)
    assert found["word"] == found["pdf"]
    assert told(found["api"]["paper"]) == found["paper"]
    assert [words for words in told(found["api"]["paper"]) if words not in "\n".join(found["word"])] == []
    for figure in found["api"]["figures"]:
        assert figure["value"] in "".join(found["word"]), figure
    shown = client.get(f"/reports/{county.code}/", {"period": "month", "week": str(WEEKS[0])}).context
    values = {figure["key"]: figure["value"] for figure in found["api"]["figures"]}
    assert values["total"] == hours(shown["headline"].now.total)
    assert values["per_head"] == hours(shown["headline"].now.per_head)
    listed = answer(client, "bulletins")["results"]
    assert [(row["id"], row["state"], row["title"]) for row in listed] == [(published.pk, "published", published.title)]
    assert {"page": 1, **found["api"]["files"]}.keys() == {"page", "docx", "pdf"}
    assert client.get(found["api"]["files"]["docx"]).status_code == 200


def test_published_bulletin_stays_while_everything_changes(client, county, office, published):
    """A later return, another demand, a unit renamed, a goal, another organiser: what was published does not move."""
    before = everywhere(client, published)
    for week in WEEKS:
        late = make_unit(county, "department")
        add_sums(late, week, returns=9, active=9, per_head=3_000)
        add_source(county, late, week, minutes=90_000)
        ask(late, 5_000, week, category="form")
    Unit.every.filter(name="县水利局").update(name="县水务局")
    Unit.every.filter(pk=county.pk).update(name="临溪市")
    Goal.objects.create(county=county, code="per_head", value=600, source="县里的", set_at=NOW)
    assert everywhere(client, published) == before
    fresh = figures_of(office, county, Period.of("month", WEEKS[0]), NOW)
    assert fresh["values"]["total"] != published.figures["values"]["total"]


@pytest.mark.parametrize(("role", "state", "status"), [
    ("observer", "published", 200), ("observer", "draft", 404), ("reviewer", "draft", 200), ("lead", "checked", 404),
    ("cadre", "published", 403),
])  # fmt: skip
def test_bulletin_of_the_api_has_the_scope_of_the_page(client, county, role, state, status):
    found = make_bulletin(county, state)
    client.force_login(make_actor(county, role).user)
    for path in (f"/bulletins/{found.pk}/", f"/api/v1/bulletins/{found.pk}/"):
        assert client.get(path).status_code == status
    listed = client.get("/api/v1/bulletins/")
    assert listed.status_code == (403 if status == 403 else 200)
    assert status == 403 or [row["id"] for row in listed.json()["results"]] == [found.pk] * (status == 200)
