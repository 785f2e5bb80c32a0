"""Every declared table: its statement gives its columns, to web and worker alike, with law 5 applied."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from burden.accounts.actor import Actor
from burden.demands.duplicates import grams
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.db import act_as
from burden.standards.models import Category
from burden.units.models import Level
from reports import issued
from reports.extents import LEVELS, Extent
from reports.extracts import Lines, TableRefused, collect, count_rows
from reports.models import PortalTime, UnregisteredDemand
from reports.periods import Period, year_before
from reports.table_kinds import KINDS, Table
from reports.tables import TABLES
from tests.database import as_role
from tests.factories import LAST_WEEK, NOW, make_actor, make_demand, make_unit
from tests.reports.sums import add_demand_sums, add_source, add_sums
from tests.reports.test_league import ask

EARLIER = LAST_WEEK.plus(-1)
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db):
    return make_unit(level="county", name="临溪县")


@pytest.fixture
def office(county) -> Actor:
    return make_actor(county, "office")


def read(table: Table, actor: Actor, *, level: str = "own", since: Week = LAST_WEEK, **facts: Any) -> list[Any]:
    """All rows, as the API reads them in the web's role; the worker's file has to hold the same."""
    extent = Extent(facts.get("unit", actor.unit), level, since, LAST_WEEK)
    with as_role("burden_web"):
        act_as(actor.user_id)
        shown = Lines(table, actor, extent, most=10_000)[0:1_000]
    with as_role("burden_worker"):
        assert collect(table, actor, extent) == len(shown)
        with connection.cursor() as cursor:
            names = ", ".join(f'"{column.key}"' for column in table.columns)
            cursor.execute(f"SELECT {names} FROM export_{table.key} ORDER BY n")
            assert cursor.fetchall() == [tuple(row.values()) for row in shown]
    assert count_rows(table, actor, extent) == len(shown)
    return shown


def test_forms_that_could_be_merged_are_found_by_pages_and_worker(office, county):
    fields = [f"{name}面积" for name in ("耕地", "林地", "水面", "果园", "茶园", "大棚", "草地", "菜地")]
    for title in ("耕地情况表", "土地台账"):
        ask(
            make_unit(county, Level.DEPARTMENT),
            500,
            title=title,
            category="form",
            fields=fields,
            grams=grams(title, fields),
        )
    rows = read(TABLES["relief"], office)
    assert any("个字段" in row["reasons"] for row in rows)


@every_table
def test_table_of_nothing_is_empty(table, office):
    for level in LEVELS:
        assert [row for row in read(table, office, level=level) if row.get("returns")] == []


@every_table
def test_table_is_declared_whole(table):
    keys = [column.key for column in table.columns]
    assert len(set(keys)) == len(keys) <= 60
    assert bool(table.sql) != bool(table.rows)
    assert {column.kind for column in table.columns} <= set(KINDS)
    assert {key for law in table.laws for key in (*law.columns, *law.kept)} <= set(keys)
    if table.sql:
        header = [line for line in table.statement.splitlines() if line.startswith("--")]
        assert [
            word for word in ("-- grain:", "-- inputs:", "-- units:") if not any(word in line for line in header)
        ] == []


def test_titles_make_names_of_sheets_apart():
    assert len({str(table.title)[:25] for table in TABLES.values()}) == len(TABLES)


def test_small_units_week_is_empty_and_says_why(office, county):
    for returns in (20, 21, 4):
        add_sums(make_unit(county, "township"), returns=returns, active=30, c_form=7)
    rows = read(TABLES["unit_weeks"], office, level="township")
    assert [row["total"] is None for row in rows] == [True, False, True]
    assert [row["remark"] for row in rows] == ["人数太少，不显示；暂定", "暂定", "人数太少，不显示；暂定"]
    assert [row["c_form"] for row in rows] == [7, 7, 7]


def test_categories_leave_hidden_weeks_out(office, county):
    town = make_unit(county, "township")
    for week, returns in ((LAST_WEEK, 9), (EARLIER, 4)):
        add_sums(town, week, returns=returns, active=12, c_form=3)
    rows = {row["category"]: row for row in read(TABLES["categories"], office, level="township", since=EARLIER)}
    assert list(rows) == ["会议", "文件", "报表", "检查", "其他"]
    form = rows["报表"]
    assert (form["entries"], form["total"], form["claimed"], form["returns"], form["hidden_weeks"]) == (
        9,
        1080,
        6,
        9,
        1,
    )


def test_category_of_hidden_weeks_alone_is_empty(office, county):
    add_sums(make_unit(county, "township"), returns=4, active=12, c_form=3)
    row = read(TABLES["categories"], office, level="township")[2]
    assert (row["entries"], row["total"], row["returns"], row["claimed"]) == (None, None, None, 3)
    assert row["remark"] == "人数太少，不显示；暂定"


def test_issuers_say_what_is_claimed_and_unregistered(office, county):
    town = make_unit(county, "township")
    add_sums(town, returns=9, active=12)
    add_source(town, county, minutes=300)
    (row,) = read(TABLES["issuers"], office, level="township")
    assert (row["issuer"], row["total"], row["unregistered"], row["claimed"]) == ("临溪县", 300, 0, 0)


@pytest.mark.parametrize(
    "week", [LAST_WEEK, Week(dt.date(2026, 1, 5)), Week(dt.date(2027, 1, 4)), Week(dt.date(2026, 12, 28))]
)
def test_trend_stands_beside_the_same_week_a_year_before(office, county, week):
    add_sums(county, week, returns=9, active=12, per_head=605)
    add_sums(county, year_before(week), returns=8, active=12, per_head=500)
    extent = Extent(county, "own", week, week)
    (row,) = Lines(TABLES["trend"], office, extent, most=99)[0:9]
    assert (row["week_before"], row["per_head"], row["per_head_before"]) == (year_before(week).monday, 605, 500)


def test_trend_hides_each_year_by_itself(office, county):
    add_sums(county, returns=9, active=12)
    add_sums(county, year_before(LAST_WEEK), returns=4, active=12)
    (row,) = read(TABLES["trend"], office)
    assert (row["per_head"], row["per_head_before"]) == (600, None)


def test_comparison_is_that_of_the_page(office, county):
    units = [make_unit(county, "township") for _each in range(9)]
    for number, unit in enumerate(units):
        add_sums(unit, returns=10, active=12, per_head=100 * (number + 1))
    rows = read(TABLES["comparison"], office, level="township")
    assert [row["imposed"] for row in rows] == [100 * n for n in range(9, 0, -1)]
    assert (rows[0]["peers"], rows[0]["median"], rows[0]["gap"], rows[0]["active"]) == (9, 500, 400, 12)


def test_unregistered_demands_of_the_weeks(office, county):
    issuer = make_unit(county, "department", name="县水利局")
    facts = {"issuer": issuer, "category": "form", "cadres": 9, "units": 4, "n": 20, "person_min": 600}
    for title, last in (("防汛日报", LAST_WEEK), ("旧表", LAST_WEEK.plus(-20))):
        UnregisteredDemand.every.create(title=title, first_week=last.plus(-2).monday, last_week=last.monday, **facts)
    foreign = make_unit(level="county")
    UnregisteredDemand.every.create(
        **facts | {"issuer": foreign}, title="x", first_week=EARLIER.monday, last_week=EARLIER.monday
    )
    (row,) = read(TABLES["unregistered"], office)
    assert (row["issuer"], row["title"], row["category"], row["person_min"]) == ("县水利局", "防汛日报", "报表", 600)


def test_portal_time_of_a_hidden_week_is_empty(office, county):
    for returns in (20, 21, 4):
        unit = make_unit(county, "township")
        add_sums(unit, returns=returns, active=30)
        PortalTime.every.create(unit=unit, week=LAST_WEEK.monday, n=5, median_s=46, total_s=300)
    rows = read(TABLES["portal"], office, level="township")
    assert [row["median_s"] for row in rows] == [None, 46, None]


def make_cells(county, choose) -> list[Any]:
    """Demands of two issuers with few answers and many, in two weeks."""
    issuers = [make_unit(county, "department") for _each in range(2)]
    for issuer in issuers:
        for _each in range(4):
            demand = make_demand(issuer, category=choose(Category.values[:2]))
            for week in (LAST_WEEK, EARLIER):
                for level in choose((["township"], ["township", "village"])):
                    answers = choose((0, 1, 2, 4, 5, 9))
                    facts = {"answers": answers, "answered": min(answers, choose((1, 3, 9)))}
                    left_out = min(answers, choose((0, 0, 1, 5)))
                    facts["done"] = min(answers - left_out, choose((answers, answers, answers // 2, 0)))
                    facts |= {
                        "left_out": left_out,
                        "left_out_units": min(left_out, facts["answered"], choose((0, 1, 2))),
                    }
                    facts |= {"left_out_min": 10 * left_out, "of_hidden": min(facts["done"], choose((0, 0, 2)))}
                    facts |= {
                        "claim_min": 500,
                        "open_min": 100,
                        "confirmed_min": 7 * answers,
                        "after_hours_min": answers,
                    }
                    add_demand_sums(demand, week, level=level, **facts)
    return issuers


@pytest.mark.parametrize("seed", range(6))
def test_demands_hide_what_the_issuers_page_hides(office, county, seed):
    found = []
    for issuer in make_cells(county, random.Random(seed).choice):
        for cell in issued.cells(office, issuer, Period("weeks", (EARLIER, LAST_WEEK))):
            gap = cell.confirmed_min - (400 - cell.left_out_min)
            shown = (cell.answers, cell.confirmed_min, gap, None if cell.of_hidden else cell.after_hours_min)
            known = (cell.demand_id, cell.week, str(Level(cell.level).label), cell.claim_min, cell.open_min)
            found.append((*known, *((None,) * 4 if cell.is_hidden else shown)))
    rows = read(TABLES["demands"], office, since=EARLIER)
    names = (
        "demand",
        "week",
        "level",
        "claim_min",
        "open_min",
        "answers",
        "confirmed_min",
        "gap_min",
        "after_hours_min",
    )
    assert sorted((tuple(row[name] for name in names) for row in rows), key=repr) == sorted(found, key=repr)
    assert any(row["confirmed_min"] is None for row in rows)


def test_table_of_too_many_units_and_weeks_is_refused(office, county):
    extent = Extent(county, "own", LAST_WEEK.plus(-9), LAST_WEEK)
    with pytest.raises(TableRefused, match="一次最多 9 个单位·周"):
        Lines(TABLES["unit_weeks"], office, extent, most=9)
    with pytest.raises(TableRefused):
        count_rows(replace(TABLES["comparison"], most=9), office, extent)
