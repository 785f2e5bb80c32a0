"""Whatever becomes of the tree, nothing is lost and nothing counts twice: real facts, real events, against a naive oracle."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.units import events
from burden.units.events import Change
from burden.units.models import Unit, UnitEvent
from reports import exports, queries, restated, rollup
from reports.models import RollupOwn, RollupOwnSource, RollupSource, RollupSub
from reports.summaries import Extent, by_child, by_issuer, by_week
from tests.database import as_role
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor, make_entry, make_return, make_unit, make_user
from tests.reports.sums import add_sums

WEEKS = [LAST_WEEK.plus(n) for n in range(-4, 1)]
SPAN = (WEEKS[0].monday, WEEKS[-1].monday)
MINUTES, RETURNS = (restated.SUMS.index(name) for name in ("m_form", "returns"))
WORLDS = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
    "phases": [Phase.reuse, Phase.generate],
}
Choose = Callable[[Any], Any]


class Oracle:
    """The tree and its facts kept by hand: where every unit stood when, what it filed, who succeeded whom."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        city = make_unit(level="city")
        counties = [make_unit(city) for _ in range(2)]
        towns = [make_unit(county, "township") for county in counties for _ in range(3)]
        villages = [make_unit(town, "village") for town in towns for _ in range(choose((1, 2)))]
        self.units = [city, *counties, *towns, *villages, *(make_unit(county, "department") for county in counties)]
        self.stood = {unit.pk: [(dt.date.min, unit.parent_id)] for unit in self.units}
        self.closed: set[int] = set()
        self.own: dict[tuple[int, dt.date], int] = defaultdict(int)
        self.events: list[tuple[dt.date, int, list[tuple[int, int, int]]]] = []
        for _ in range(12):
            unit, week, minutes = choose(self.units), choose(WEEKS), choose((7, 30, 101, 999))
            make_entry(make_return(make_user(), unit, week), minutes=minutes)
            self.own[unit.pk, week.monday] += minutes

    def parent(self, unit: int, week: dt.date) -> int | None:
        return [parent for since, parent in self.stood[unit] if since <= week][-1]

    def happen(self) -> None:
        """Let something become of a unit; what the services refuse does not happen here either."""
        unit, kind = self.choose(self.units[1:]), self.choose(("move", "merge", "split", "close", "rename"))
        monday = self.choose([*WEEKS[1:], THIS_WEEK]).monday
        beside = [
            each
            for each in self.units
            if each.level == unit.level and self._now(each) == self._now(unit) and each != unit
        ]
        facts: dict[str, Any] = {}
        if kind == "move":
            facts["parent"] = self.choose(self.units)
        elif kind == "merge" and beside:
            facts["merged"] = (self.choose(beside),)
        elif kind == "split" and beside:
            first = self.choose((1, 3_333, 5_000))
            heirs = [unit, self.choose(beside)] if len(beside) < 2 or self.choose((True, False)) else beside[:2]
            facts["shares"] = {heirs[0].pk: first, heirs[1].pk: 10_000 - first}
        elif kind == "rename":
            facts["facts"] = {"name": "新名"}
        try:
            with transaction.atomic():
                event = events.register(by=None, change=Change(kind, unit, monday, "批复", **facts), now=NOW)
        except Refused:
            return
        self._remember(event, facts)

    def _now(self, unit: Unit) -> int | None:
        return self.stood[unit.pk][-1][1]

    def _remember(self, event: UnitEvent, facts: dict[str, Any]) -> None:
        unit, monday = event.unit_id, event.from_week
        if event.kind == "move":
            self._stand(unit, monday, facts["parent"].pk)
        if event.kind == "merge":
            (gone,) = facts["merged"]
            for child in [pk for pk in self.stood if self.stood[pk][-1][1] == gone.pk and pk not in self.closed]:
                self._stand(child, monday, unit)
            self.closed.add(gone.pk)
            self.events.append((monday, event.pk, [(gone.pk, unit, 10_000)]))
        if event.kind == "split":
            self.events.append((monday, event.pk, [(unit, to, share) for to, share in facts["shares"].items()]))
        if event.kind == "close" or (event.kind == "split" and unit not in facts["shares"]):
            self.closed.add(unit)

    def _stand(self, unit: int, monday: dt.date, parent: int) -> None:
        kept = [(since, above) for since, above in self.stood[unit] if since < monday]
        self.stood[unit] = [*kept, (monday, parent)]

    def own_today(self, week: dt.date) -> dict[int, int]:
        """What each unit's own people filed, with its predecessors' and without what its successors have."""
        found = {unit.pk: self.own[unit.pk, week] for unit in self.units}
        for monday, _pk, parts in sorted(self.events):
            of = parts[0][0]
            if week >= monday and of in [to for _of, to, _share in parts]:
                continue
            whole, found[of] = found[of], 0
            exact = {to: Fraction(whole * share, 10_000) for _of, to, share in sorted(parts)}
            given = {to: int(part) for to, part in exact.items()}
            for to in sorted(exact, key=lambda to: (given[to] - exact[to], to))[: whole - sum(given.values())]:
                given[to] += 1
            for to, part in given.items():
                found[to] += part
        return found

    def sums(self, week: dt.date, basis: str) -> dict[int, int]:
        """Add every unit's own to all above it, one by one."""
        reported = basis == "reported"
        own = {unit.pk: self.own[unit.pk, week] for unit in self.units} if reported else self.own_today(week)
        found: dict[int, int] = defaultdict(int)
        for unit, minutes in own.items():
            above: int | None = unit
            while above is not None:
                found[above] += minutes
                above = self.parent(above, week) if reported else self.stood[above][-1][1]
        return found


def cells_in(basis: str, units: list[int]) -> dict[tuple[int, dt.date], int]:
    rows = RollupSub.every.values_list("unit_id", "week", "m_form")
    found = {(unit, week): minutes for unit, week, minutes in rows}
    changed = restated.cells(units, SPAN) if basis == "restated" else {}
    return found | {cell: sums[MINUTES] for cell, sums in changed.items()}


@settings(max_examples=15, **WORLDS)
@given(st.data())
def test_totals_are_conserved_in_both_trees(db, data):
    """At every level, in every week, after any sequence of events; and a recount of everything finds no difference."""
    with transaction.atomic():
        oracle = Oracle(lambda options: data.draw(st.sampled_from(options)))
        rollup.refresh()
        for _ in range(data.draw(st.integers(1, 6))):
            oracle.happen()
        rollup.refresh()
        pks = [unit.pk for unit in oracle.units]
        for basis in restated.BASES:
            cells = cells_in(basis, pks)
            for week in (week.monday for week in WEEKS):
                sums = oracle.sums(week, basis)
                assert {pk: cells.get((pk, week), 0) for pk in pks} == {pk: sums[pk] for pk in pks}, (basis, week)
        own = restated.own_cells(pks, SPAN)
        for week in (week.monday for week in WEEKS):
            today = oracle.own_today(week)
            assert {pk: own[pk, week][MINUTES] for pk in pks if (pk, week) in own} == {
                pk: today[pk] for pk in pks if (pk, week) in own
            }
        assert rollup.verify(now=NOW).differences == 0
        transaction.set_rollback(True)


@given(st.integers(0, 10**12), st.lists(st.integers(1, 5_000), min_size=1, max_size=8))
def test_division_adds_up_exactly_and_is_nearest(amount, weights):
    total = sum(weights)
    shares = [weight * 10_000 // total for weight in weights]
    shares[0] += 10_000 - sum(shares)
    parts = restated.divide(amount, shares)
    assert sum(parts) == amount
    assert all(abs(part - Fraction(amount * share, 10_000)) < 1 for part, share in zip(parts, shares, strict=True))


# --- what people are shown


@pytest.fixture
def county(db):
    return make_unit(make_unit(level="city"))


@pytest.fixture
def towns(county):
    towns = [make_unit(county, "township", name=name) for name in ("东镇", "西镇", "新镇")]
    for town, returns in zip(towns, (8, 9, 10), strict=True):
        add_sums(town, returns=returns, active=12, per_head=100)
    RollupOwnSource.every.update(sources=[[0, 5, 0, 0, 300, 0, 0, 7, 0, 0]])
    for unit in (*towns, county):
        facts = {"m_meeting": 0, "m_document": 0, "m_form": 300, "m_inspection": 0, "m_other": 0, "c_min": 7}
        RollupSource.every.create(unit=unit, week=LAST_WEEK.monday, issuer_id=0, n=5, **facts)
    return towns


def become(kind: str, unit: Unit, **facts: Any) -> None:
    events.register(by=None, change=Change(kind, unit, THIS_WEEK.monday, "批复", **facts), now=NOW)


def rows(by: Callable[..., Any], county: Unit, unit: Unit, basis: str) -> Iterator[tuple[str, int, bool]]:
    reviewer = make_actor(county, "reviewer")
    for row in by(reviewer, unit, Extent(LAST_WEEK, LAST_WEEK, basis)):
        yield row.key, sum(row.sums.m), row.estimated


def test_merged_unit_has_its_predecessors_past_in_todays_tree_alone(county, towns):
    one, two, new = towns
    become("merge", new, merged=(one, two))
    assert sum(minutes for _key, minutes, _is in rows(by_child, county, county, "reported")) == 2700
    assert list(rows(by_child, county, county, "reported"))[-1] == (new.code, 1000, False)
    assert list(rows(by_child, county, county, "restated")) == [(new.code, 2700, False)]
    assert list(rows(by_week, county, county, "restated")) == [(str(LAST_WEEK), 2700, False)]
    assert list(rows(by_issuer, county, new, "restated")) == [("", 900, False)]


def test_split_past_is_an_estimate_and_says_so(county, towns):
    one, two, new = towns
    become("split", one, shares={two.pk: 6_667, new.pk: 3_333})
    assert list(rows(by_child, county, county, "restated")) == [(two.code, 1435, True), (new.code, 1265, True)]
    assert list(rows(by_week, county, county, "restated")) == [(str(LAST_WEEK), 2700, False)]
    assert [row[2] for row in rows(by_child, county, county, "reported")] == [False] * 3


def test_headline_of_a_split_past_says_estimate_and_no_few_returns(client, monkeypatch, county, towns):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    one, two, new = towns
    become("split", one, shares={two.pk: 9_000, new.pk: 1_000})
    client.force_login(make_actor(county, "reviewer").user)
    said = {"week": str(LAST_WEEK), "kind": "village"}
    for unit, basis, marks in ((new, "restated", 2), (new, "reported", 0), (county, "restated", 2)):
        body = client.get(f"/reports/{unit.code}/", said | {"basis": basis}).content.decode()
        assert 'id="per-head"' in body
        assert body.count('<span class="tag">估算</span>') == marks, (unit, basis)  # of the county two of its list


@pytest.mark.parametrize("basis", restated.BASES)
def test_every_page_file_and_answer_marks_what_a_split_divided(client, monkeypatch, county, towns, basis):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    one, two, new = towns
    become("split", one, shares={two.pk: 6_667, new.pk: 3_333})
    client.force_login(make_actor(county, "office").user)
    said, is_marked = {"week": str(LAST_WEEK), "basis": basis}, basis == "restated"

    def body(path: str, **query: str) -> str:
        return client.get(path, said | query).content.decode()

    def rows(route: str, **query: str) -> list[dict[str, Any]]:
        return client.get(f"/api/v1/{route}/", {"basis": basis} | query).json()["results"]

    mark = '<span class="tag">估算</span>'
    marks = {
        f"/reports/{county.code}/": 2,
        f"/reports/{county.code}/parts/": 2,
        f"/reports/{new.code}/parts/": 1,
        f"/reports/{county.code}/capacity/": 2,
    }
    assert {path: body(path).count(mark) for path in marks} == {path: n * is_marked for path, n in marks.items()}
    assert (mark in body(f"/reports/{new.code}/indicators/")) is is_marked
    assert ("含估算" in body(f"/reports/{new.code}/indicators/file/", format="csv")) is is_marked
    assert body(f"/reports/{county.code}/parts/", format="csv").count("含估算") == 2 * is_marked
    assert [row["estimated"] for row in rows("parts", unit=county.code)] == [is_marked] * len(
        rows("parts", unit=county.code)
    )
    assert {row["now"]["divided"] for row in rows("indicators", unit=new.code) if row["now"]["number"]} == {is_marked}
    week = {"from": str(LAST_WEEK), "to": str(LAST_WEEK)}
    for key in ("unit_weeks", "categories", "comparison", "capacity", "trend"):
        remarks = [row["remark"] for row in rows(f"tables/{key}", unit=county.code, level="township", **week)]
        assert ["含估算" in remark for remark in remarks] == [is_marked] * len(remarks), key
    remarks = [row["remark"] for row in rows("tables/indicators", unit=new.code, **week) if row["number"] is not None]
    assert {"含估算" in remark for remark in remarks} == {is_marked}


def test_townships_own_people_are_those_of_their_predecessors_too(county, towns):
    one, two, new = towns
    become("merge", new, merged=(one,))
    reviewer = make_actor(county, "reviewer")
    found = queries.compared(reviewer, [two, new], SPAN, "restated")
    assert [row.loads[LAST_WEEK.monday].minutes for row in found] == [900, 1800]
    assert [row.loads[LAST_WEEK.monday].minutes for row in queries.compared(reviewer, [two, new], SPAN)] == [900, 1000]


def test_past_of_too_few_is_not_told_by_who_succeeds_them(county, towns):
    """The merged village of four: its successor's week in both trees would give it away."""
    villages = [make_unit(towns[0], "village") for _ in range(4)]
    for village, returns in zip(villages, (4, 9, 12, 3), strict=True):
        add_sums(village, returns=returns, active=12)
    assert LAST_WEEK.monday not in restated.hidden_restated([villages[1].pk], SPAN)[villages[1].pk]
    become("merge", villages[1], merged=(villages[0],))
    gone = restated.hidden_restated([villages[1].pk, villages[2].pk, towns[0].pk], SPAN)
    assert {unit: set(weeks) for unit, weeks in gone.items()} == {
        villages[1].pk: {LAST_WEEK.monday},
        villages[2].pk: set(),
        towns[0].pk: set(),
    }


def test_planned_event_changes_no_figure(county, towns):
    one, two, new = towns
    change = Change("merge", new, Week(THIS_WEEK.monday).plus(1).monday, "批复", merged=(one, two))
    events.register(by=None, change=change, now=NOW)
    assert restated.tree([unit.pk for unit in (*towns, county)], SPAN).is_one
    assert RollupOwn.every.count() == 3


def test_file_says_which_rows_a_split_divided(county, towns, settings, tmp_path):
    settings.EXPORT_DIR = tmp_path
    one, two, new = towns
    become("split", one, shares={two.pk: 6_667, new.pk: 3_333})
    office = make_actor(county, "office")
    remarks = {}
    for basis in restated.BASES:
        job = exports.request_export(
            by=office, unit=county, level="township", from_week=LAST_WEEK, to_week=LAST_WEEK, tables=["unit_weeks"],
            file_format="csv", basis=basis, now=NOW,
        )  # fmt: skip
        with as_role("burden_worker"):
            exports.run(job)
        text = exports.file_of(job).read_text(encoding="utf-8-sig")
        remarks[basis] = [
            ("含估算" in line["说明"], line["合计 人·分钟"]) for line in csv.DictReader(io.StringIO(text))
        ]
    assert remarks == {
        "reported": [(False, "800"), (False, "900"), (False, "1000")],
        "restated": [(True, "1435"), (True, "1265")],
    }
