"""Which units are listed below one: as the tree of the weeks or today's has them, closed and moved ones too."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from burden.kit import clock
from burden.units import events
from burden.units.events import Change
from burden.units.models import Unit
from reports import rollup
from reports.listed import below, units_below
from reports.restated import BASES, REPORTED, RESTATED
from tests.factories import LAST_WEEK, NOW, make_actor, make_unit
from tests.reports.sums import add_sums
from tests.reports.test_tree_events import WEEKS, WORLDS, Oracle, cells_in

SPAN = (LAST_WEEK.monday, LAST_WEEK.monday)
BEFORE = (LAST_WEEK.plus(-1).monday, LAST_WEEK.plus(-1).monday)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db):
    return make_unit(make_unit(level="city"), name="临溪县")


@pytest.fixture
def reviewer(county):
    return make_actor(county, "reviewer")


def happen(kind, unit, **facts):
    events.register(by=None, change=Change(kind, unit, LAST_WEEK.monday, "批复", **facts), now=NOW)


def test_below_a_county_are_children_and_villages(county, reviewer):
    town = make_unit(county, "township")
    village, office = make_unit(town, "village"), make_unit(county, "department")
    make_unit(county, "township", closed_on=LAST_WEEK.monday)
    found = below(reviewer, county, SPAN)
    assert found == {"township": [town], "village": [village], "department": [office]}
    assert below(reviewer, town, SPAN) == {"township": [town], "village": [village]}
    assert below(reviewer, village, SPAN) == {}


@pytest.fixture
def pair(county):
    """Two townships, the second of which filed until the week before the last."""
    towns = [make_unit(county, "township") for _ in range(2)]
    add_sums(towns[1], LAST_WEEK.plus(-1), returns=9)
    return towns


def towns_of(reviewer, county, span, basis=REPORTED):
    return {unit.pk for unit in below(reviewer, county, span, basis)["township"]}


def test_unit_that_closed_is_listed_in_weeks_of_which_it_has_sums(county, reviewer, pair):
    kept, gone = (town.pk for town in pair)
    happen("close", pair[1])
    for basis in BASES:
        assert towns_of(reviewer, county, BEFORE, basis) == {kept, gone}
        assert towns_of(reviewer, county, SPAN, basis) == {kept}
        assert towns_of(reviewer, county, (BEFORE[0], SPAN[1]), basis) == {kept, gone}


def test_unit_that_merged_is_listed_where_its_past_is(county, reviewer, pair):
    heir, gone = (town.pk for town in pair)
    happen("merge", pair[0], merged=(pair[1],))
    assert towns_of(reviewer, county, BEFORE, REPORTED) == {heir, gone}
    assert towns_of(reviewer, county, BEFORE, RESTATED) == {heir}


def test_unit_that_moved_is_listed_where_it_stood(county, reviewer):
    """With the villages below it; of another county's, whoever does not read them is told nothing."""
    other = make_unit(county.parent)
    town = make_unit(county, "township")
    village = make_unit(town, "village")
    happen("move", town, parent=other)
    city = make_actor(county.parent, "reviewer")
    both = {"township": [Unit.every.get(pk=town.pk)], "village": [Unit.every.get(pk=village.pk)]}
    assert (below(city, county, BEFORE), below(city, other, BEFORE)) == (both, {})
    assert (below(city, county, SPAN), below(city, other, SPAN)) == ({}, both)
    assert (below(city, county, BEFORE, RESTATED), below(city, other, BEFORE, RESTATED)) == ({}, both)
    assert below(reviewer, county, BEFORE) == {}


@settings(max_examples=15, **WORLDS)
@given(st.data())
def test_units_listed_add_up_to_the_one_above_in_both_trees(db, data):
    """Whatever becomes of the tree: children and the unit's own people are all of its sum, in every week."""
    with transaction.atomic():
        oracle = Oracle(lambda options: data.draw(st.sampled_from(options)))
        for _ in range(data.draw(st.integers(1, 6))):
            oracle.happen()
        rollup.refresh()
        reader = make_actor(oracle.units[0], "reviewer")
        pks = [unit.pk for unit in oracle.units]
        for basis in BASES:
            cells = cells_in(basis, pks)
            for week in (week.monday for week in WEEKS):
                own = oracle.own if basis == REPORTED else {(pk, week): n for pk, n in oracle.own_today(week).items()}
                for unit in Unit.every.filter(pk__in=pks):
                    listed = units_below(reader, unit, (week, week), basis, steps=1)
                    parts = [cells.get((each.pk, week), 0) for each in listed]
                    whole = cells.get((unit.pk, week), 0)
                    assert sum(parts) + own.get((unit.pk, week), 0) == whole, (basis, week, unit.pk)
        transaction.set_rollback(True)
