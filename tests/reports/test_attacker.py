"""Law 5 from outside: every number of pages, API and files is read, and none of them may add up to too few people's."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from burden.kit import clock
from burden.kit.clock import Week
from burden.units.models import Level, Unit
from reports import exports, queries, rollup
from reports.indicators import per_head
from reports.periods import Period
from reports.restated import BASES
from reports.source_periods import SELF
from reports.summaries import SUMMARIES
from tests.database import as_role
from tests.factories import (
    LAST_WEEK,
    NOW,
    make_actor,
    make_entry,
    make_post,
    make_return,
    make_unit,
    make_user,
)
from tests.reports.trees import WEEKS, World, grow

PERIODS = (("week", WEEKS[1]), ("month", WEEKS[-1]), ("quarter", WEEKS[-1]))
SPANS = ((WEEKS[0], WEEKS[-1]), (WEEKS[1], WEEKS[1]))
LISTED = [Level.COUNTY, Level.TOWNSHIP, Level.DEPARTMENT, Level.VILLAGE]


@pytest.fixture(params=[13, 17])  # a village moved, a township moved
def world(request, db, monkeypatch) -> World:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return grow(random.Random(request.param).choice)


def of_page(world: World, context: Any) -> Iterator[int]:
    """The sums on a unit's page: headline, categories, issuers, trend, list and the weeks beside it."""
    unit, is_today = context["unit"].pk, context.get("is_restated")
    whole = (lambda pk, week: world.restated(world.unit(pk), week)) if is_today else world.whole
    if "headline" in context:
        now = context["headline"].now
        yield now.total
        change = next(each.change for each in context["slices"] if each.category == "form")
        if change.before is not None:
            yield change.before // now.returns
        if context.get("issuers"):
            yield context["issuers"].total
            yield from (context["issuers"].unstated.minutes, context["issuers"].self_min)
            yield from (each.minutes for each in context["issuers"].top)
    for point in context["points"]:
        if point.now is not None:
            yield whole(unit, point.week.monday)
            if not is_today:
                returns = world.returns(unit, point.week.monday)
                assert point.now == per_head(world.whole(unit, point.week.monday), returns)
    if "table" in context:
        yield from (line.load.minutes for line in context["table"].lines if line.load)
        own = world.own_today if is_today else world.own
        figure = own if context["is_themselves"] else whole
        for pk, cells in context["heat"].cells.items():
            yield from (figure(pk, cell.week.monday) for cell in cells if cell.value is not None)


def pages(world: World, client) -> Iterator[int]:
    for unit in world.units:
        for period, week in PERIODS:
            first = client.get(f"/reports/{unit.code}/", {"period": period, "week": str(week)}).context
            yield from of_page(world, first)
            for tab in first["tabs"]:
                if not tab["current"]:
                    yield from of_page(world, client.get(tab["url"]).context)
            yield from indicators(unit, period, week, client)
            if "bases" in first and period == "month":
                yield from of_page(world, client.get(first["bases"][1][1]).context)
                yield from indicators(unit, period, week, client, basis="restated")


def indicators(unit: Unit, period: str, week: Week, client, **query: str) -> Iterator[int]:
    said = {"period": period, "week": str(week)} | query
    found = client.get(f"/reports/{unit.code}/indicators/", said).context["lines"]
    whole = next(line.row for line in found if line.indicator.code == "person_hours")
    yield from (each.number for each in (whole.now, whole.previous, whole.last_year) if each.number)


def parts(world: World, client) -> Iterator[int]:
    """What a burden is made of: sums, categories, issuers, weeks and the units below, by category too."""
    for unit, (period, week) in product(world.units, PERIODS[:2]):
        page = f"/reports/{unit.code}/parts/"
        first = client.get(page, {"period": period, "week": str(week)}).context
        kinds = [level for level in LISTED if level in {each.level for each in world.units} and level != unit.level]
        for query in ({"category": "form"}, *({"kind": kind} for kind in kinds)):
            found = client.get(page, {"period": period, "week": str(week)} | query).context
            yield from (line.total for line in found["lines"] if line.total)
        if "sums" in first:
            yield from (first["sums"]["minutes"], first["sums"]["of"])
            yield from (minutes for _code, _label, minutes, *_rest in first["by_category"])
            yield from (each["minutes"] for each in first["issuers"])
        yield from (world.whole(unit.pk, each.week.monday) for each in first["points"] if each.now is not None)


def tables(world: World, client) -> Iterator[int]:
    """The tables of the API, asked at every unit: the weeks together that each of them shows."""
    levels = ("own", Level.TOWNSHIP.value, Level.VILLAGE.value)
    units = [unit for unit in world.units if unit.level != Level.VILLAGE]
    for unit, level, key in product(units, levels, ("comparison", "issuers")):
        query = {"unit": unit.code, "level": level, "from": str(WEEKS[0]), "to": str(WEEKS[-1])}
        rows = client.get(f"/api/v1/tables/{key}/", query).json()["results"]
        yield from (row["total"] for row in rows if row["total"])


def summaries(world: World, client) -> Iterator[int]:
    for unit in world.units:
        for by in SUMMARIES:
            for basis in BASES:
                for first, last in SPANS:
                    query = {"unit": unit.code, "by": by, "basis": basis, "from": str(first), "to": str(last)}
                    rows = client.get("/api/v1/summaries/", query).json()["results"]
                    yield from (row["confirmed_min"] for row in rows if row["confirmed_min"])


def files(world: World, reviewer) -> Iterator[int]:
    for level, basis in product(("own", *LISTED), BASES):
        job = exports.request_export(
            by=reviewer,
            unit=world.units[0],
            level=level,
            from_week=WEEKS[0],
            to_week=WEEKS[-1],
            tables=["unit_weeks", "issuers", "trend", "categories", "comparison"],
            file_format="csv",
            basis=basis,
            now=NOW,
        )
        with as_role("burden_worker"):
            exports.run(job)
        with zipfile.ZipFile(exports.file_of(job)) as packed:
            texts = [packed.read(name).decode("utf-8-sig") for name in packed.namelist() if name.endswith(".csv")]
        rows = (row for text in texts for row in csv.DictReader(io.StringIO(text)))
        yield from (int(row["合计 人·分钟"]) for row in rows if row["合计 人·分钟"])


def test_nothing_published_adds_up_to_too_few_people(world, client, settings, tmp_path):
    settings.EXPORT_DIR = tmp_path
    reviewer = make_actor(world.units[0], "reviewer")
    client.force_login(reviewer.user)
    readers = (pages(world, client), parts(world, client), tables(world, client), summaries(world, client))
    published = [list(found) for found in (*readers, files(world, reviewer))]
    assert min(len(found) for found in published) > 5
    assert world.told(number for found in published for number in found) == []


def test_few_people_who_work_for_themselves_are_told_nowhere(client, db, monkeypatch):
    """Two of a department did their whole week for it: no issuer's row above is that week."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    county = make_unit()
    town, office = make_unit(county, "township"), make_unit(county, "department")
    for unit, minutes in ((town, [60] * 6), (office, [60, 94])):
        for each in minutes:
            user = make_user()
            make_post(unit, user=user)
            make_entry(make_return(user, unit), minutes=each, issuer=unit)
    rollup.refresh()
    reviewer = make_actor(county, "reviewer")
    client.force_login(reviewer.user)
    week = {"week": str(LAST_WEEK), "period": "week"}
    page = client.get(f"/reports/{county.code}/", week).context["issuers"]
    assert (page.top, page.others, page.self_min, page.total) == ([], 0, 514, 514)
    part = client.get(f"/reports/{county.code}/parts/", week).context["issuers"]
    assert [(each["name"], each["minutes"]) for each in part] == [("各单位自定", 514)]
    of_office = client.get(f"/reports/{county.code}/parts/", week | {"issuer": office.code}).context
    assert of_office["sums"]["minutes"] == 0
    query = {"unit": county.code, "by": "issuer", "from": str(LAST_WEEK), "to": str(LAST_WEEK)}
    for basis in BASES:
        rows = client.get("/api/v1/summaries/", query | {"basis": basis}).json()["results"]
        assert [(row["issuer"], row["confirmed_min"]) for row in rows] == [("self", 514)]
    query = {"unit": county.code, "from": str(LAST_WEEK), "to": str(LAST_WEEK)}
    rows = client.get("/api/v1/tables/issuers/", query).json()["results"]
    assert [(row["issuer_code"], row["total"]) for row in rows] == [("", 514)]
    rollup.rebuild(now=NOW)
    found, _before = queries.sources(reviewer, county, Period("month", tuple(WEEKS[1:])), ())
    assert [(each.issuer_id, each.total) for each in found] == [(SELF, 514)]
