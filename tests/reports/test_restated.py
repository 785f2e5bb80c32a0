"""Sums in today's tree: as the naive sum over all units below, at every level, and what was reported stays."""

import random
import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from burden.kit import clock
from burden.units.models import Level
from reports import queries, restated
from reports.models import RollupOwnSource, RollupSub
from reports.periods import Period
from reports.restated import RESTATED
from tests.factories import LAST_WEEK, NOW, make_actor, make_unit
from tests.reports.sums import add_sums
from tests.reports.trees import WEEKS, grow, move

SPAN = (WEEKS[0].monday, WEEKS[-1].monday)
WORLDS = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
    "phases": [Phase.reuse, Phase.generate],
}


def stored():
    """Every reported sum, as restated.cells writes them."""
    rows = RollupSub.every.values_list("unit_id", "week", *restated.SUMS)
    return {(unit, week): tuple(sums) for unit, week, *sums in rows}


@settings(max_examples=40, **WORLDS)
@given(st.data())
def test_restated_is_the_naive_sum_of_todays_tree(db, data):
    with transaction.atomic():
        world = grow(lambda options: data.draw(st.sampled_from(options)), moves=3)
        before = stored()
        pks = [unit.pk for unit in world.units]
        found = before | restated.cells(pks, SPAN)
        minutes, returns = (restated.SUMS.index(name) for name in ("m_form", "returns"))
        for unit in world.units:
            for week in (week.monday for week in WEEKS):
                assert found[unit.pk, week][minutes] == world.restated(unit, week)
            top = world.units[0]
            assert found[top.pk, week][returns] == before[top.pk, week][returns]
        assert stored() == before
        transaction.set_rollback(True)


@settings(max_examples=15, **WORLDS)
@given(st.data())
def test_restated_issuers_add_up_to_restated_sums(db, data):
    with transaction.atomic():
        world = grow(lambda options: data.draw(st.sampled_from(options)), moves=3)
        pks = [unit.pk for unit in world.units]
        sums, issuers = restated.cells(pks, SPAN), restated.sources(pks, SPAN)
        minutes, form = restated.SUMS.index("m_form"), restated.SOURCE.index("m_form")
        assert sums.keys() == issuers.keys()
        assert all(sums[cell][minutes] == sum(of[form] for of in issuers[cell].values()) for cell in sums)
        transaction.set_rollback(True)


def test_one_tree_changes_nothing(db):
    world = grow(random.Random(1).choice, moves=0)
    assert restated.tree([unit.pk for unit in world.units], SPAN).is_one


@pytest.fixture
def county(db):
    return make_unit(make_unit(level="city"))


@pytest.fixture
def moved(county):
    """A village of six that went from one township to another after last week."""
    old, new = (make_unit(county, "township") for _ in range(2))
    village = make_unit(old, "village")
    add_sums(village, returns=6, per_head=300)
    add_sums(old, returns=8, per_head=100)
    add_sums(new, returns=9, per_head=100)
    move(village, new, LAST_WEEK.plus(1))
    return old, new


def test_pages_read_either_tree(county, moved):
    reviewer = make_actor(county, "reviewer")
    old, new = moved
    week = Period("week", (LAST_WEEK,))
    totals = {
        basis: [queries.weekly(reviewer, unit, SPAN, basis)[LAST_WEEK.monday].total for unit in (county, old, new)]
        for basis in restated.BASES
    }
    assert totals == {"reported": [3500, 2600, 900], "restated": [3500, 800, 2700]}
    rows = queries.compared(reviewer, [old, new], SPAN, RESTATED)
    assert [row.over(week).minutes for row in rows] == [800, 900]  # townships stand for their own people


def test_weeks_between_the_periods_compared_are_in_neither(county):
    """A running year is compared with as many weeks of the last one: what moved in the rest of that is not counted."""
    old, new = (make_unit(county, "township") for _ in range(2))
    village = make_unit(old, "village")
    year = Period.of("year", LAST_WEEK, until=LAST_WEEK)
    between = year.first.plus(-1)
    assert between.monday not in year.previous.mondays
    for week in (year.previous.first, between, LAST_WEEK):
        add_sums(village, week=week, returns=6, per_head=300)
    RollupOwnSource.every.filter(unit=village).update(sources=[[county.pk, 5, 0, 0, 1_800, 0, 0, 0, 0, 0]])
    move(village, new, LAST_WEEK.plus(1))
    now, before = queries.sources(make_actor(county, "reviewer"), new, year, (), RESTATED)
    assert sum(source.total for source in now) == sum(source.total for source in before.values()) > 0


def test_unit_that_left_the_county_is_taken_out_of_its_sums(county, moved):
    """The reader's range ends at the county; what it reported is the reader's, and so is what is left of it."""
    old, _new = moved
    elsewhere = make_unit(county.parent)
    move(old, elsewhere, LAST_WEEK.plus(1))
    reviewer = make_actor(county, "reviewer")
    assert queries.weekly(reviewer, county, SPAN, RESTATED)[LAST_WEEK.monday].total == 2700
    assert queries.weekly(reviewer, elsewhere, SPAN, RESTATED) == {}


def test_unit_without_anything_left_has_no_week(county):
    old, new = (make_unit(county, "township") for _ in range(2))
    village = make_unit(old, "village")
    add_sums(village)
    move(village, new, LAST_WEEK.plus(1))
    assert queries.weekly(make_actor(county, "reviewer"), old, SPAN, RESTATED) == {}


@pytest.mark.parametrize("villages", [1, 3])
def test_queries_do_not_grow_with_what_moved(county, villages):
    old, new = (make_unit(county, "township") for _ in range(2))
    for _ in range(villages):
        village = make_unit(old, Level.VILLAGE)
        add_sums(village)
        move(village, new, LAST_WEEK.plus(1))
    with CaptureQueriesContext(connection) as asked:
        restated.cells([old.pk, new.pk, county.pk], SPAN)
    assert len(asked) == 3


def test_unit_hidden_in_todays_tree_alone_is_told_where_it_is_shown(client, monkeypatch, county):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    old, new = (make_unit(county, "township") for _ in range(2))
    village = make_unit(old, "village")
    add_sums(village, returns=3, per_head=300)
    add_sums(old, returns=8, per_head=100)
    add_sums(new, returns=9, per_head=100)
    move(village, new, LAST_WEEK.plus(1))
    client.force_login(make_actor(county, "reviewer").user)
    for page in ("", "parts/"):
        body = client.get(f"/reports/{old.code}/{page}", {"week": str(LAST_WEEK), "basis": RESTATED}).content.decode()
        assert "划进或划出的单位人数太少" in body
        assert "不足 5 份周报" not in body
        way = re.search(r'href="([^"]+)">看“当时区划”', body)
        assert way
        assert "划进或划出的单位人数太少" not in client.get(way[1].replace("&amp;", "&")).content.decode()
