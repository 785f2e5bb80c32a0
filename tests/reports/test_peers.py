"""Law 5: what is hidden, and that subtraction does not bring it back; medians of peers."""

import random
import re
import statistics
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.models import Q
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from burden.units.models import Level
from reports.models.scope import FEW
from reports.peers import ENOUGH, MIN_ACTIVE, MIN_RETURNS, SQL, alike, hidden, spread
from reports.restated import hidden_restated
from tests.factories import LAST_WEEK, make_unit
from tests.reports.sums import add_sums
from tests.reports.trees import WEEKS, grow, move

WEEK = LAST_WEEK.monday
SPAN = (WEEKS[0].monday, WEEKS[-1].monday)
PLAINLY = (Path(__file__).parent / "hidden_plainly.sql").read_text(
    encoding="utf-8"
)  # reads every figure, as hidden did
WORLDS = {  # every example fills the tables anew: a failing one is shown as it is found
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
    "phases": [Phase.reuse, Phase.generate],
}


@pytest.fixture
def county(db):
    return make_unit()


def family(parent, *returns, level="department", active=12):
    """Units below one, each with so many returns of last week."""
    units = [make_unit(parent, level) for _ in returns]
    for unit, filed in zip(units, returns, strict=True):
        add_sums(unit, returns=filed, active=active)
    return units


def numbers(units, *, own=False):
    """Say which of some units are hidden last week, by their place among them."""
    gone = hidden([unit.pk for unit in units], SPAN, own=own)
    return [number for number, unit in enumerate(units) if WEEK in gone[unit.pk]]


@pytest.mark.parametrize(("returns", "active", "gone"), [(4, 9, [0]), (5, 9, []), (8, 2, [0]), (8, 3, []), (0, 9, [])])
def test_unit_alone_is_hidden_under_five_returns_or_three_cadres(county, returns, active, gone):
    add_sums(county, returns=returns, active=active)
    assert numbers([county]) == gone


@pytest.mark.parametrize(
    ("returns", "gone"),
    [
        ((4, 9, 7, 8), [0, 2]),  # four returns alone could be had from the parent's sum
        ((3, 2, 7, 8), [0, 1]),
        ((2, 2, 7, 7), [0, 1, 2]),
        ((0, 7, 9), []),
        ((4,), [0]),
    ],
)
def test_siblings_are_hidden_until_they_are_enough_together(county, returns, gone):
    assert numbers(family(county, *returns)) == gone


def test_siblings_with_too_few_cadres_together_hide_the_next(county):
    units = family(county, 8, active=2) + family(county, 9, 10)
    assert numbers(units) == [0, 1]


def test_own_people_of_the_parent_hide_the_smallest_below(county):
    add_sums(county, returns=2)
    assert numbers(family(county, 7, 6, 9)) == [1]


def test_own_people_of_the_parent_are_hidden_last(county):
    add_sums(county, returns=5)
    assert numbers(family(county, 4, 9)) == [0, 1]


@pytest.mark.parametrize(
    ("own", "villages", "gone"), [(9, (9, 9), []), (4, (9,), [0]), (9, (4,), [0]), (9, (4, 9), [])]
)
def test_township_itself_is_hidden_where_all_below_is_too_few(county, own, villages, gone):
    town = make_unit(county, "township")
    add_sums(town, returns=own, active=12)
    family(town, *villages, level="village")
    assert numbers([town], own=True) == gone


def test_below_a_hidden_sibling_the_smallest_is_hidden_too(county):
    """The county's smallest department is few people; its township is hidden beside, and must not be added up."""
    office, town = family(county, 3)[0], make_unit(county, "township")
    add_sums(town, returns=20, active=30)
    villages = family(town, 8, 6, 7, level="village")
    assert numbers([office, town]) == [0, 1]
    assert numbers(villages) == [1]
    assert numbers([town], own=True) == []


def test_below_a_hidden_sibling_hidden_ones_that_are_enough_suffice(county):
    office, town = family(county, 3)[0], make_unit(county, "township")
    villages = family(town, 4, 6, 3, level="village")
    assert numbers([office, town]) == [0, 1]
    assert numbers(villages) == [0, 2]


def test_township_without_villages_is_hidden_with_its_own(county):
    office, town = family(county, 3)[0], family(county, 8, level="township")[0]
    assert numbers([office, town]) == [0, 1]
    assert numbers([town], own=True) == [0]


def test_other_weeks_hide_nothing(county):
    units = family(county, 9, 9)
    add_sums(units[0], LAST_WEEK.plus(-1), returns=4)
    assert numbers(units) == []


@pytest.mark.parametrize(("since", "gone"), [(LAST_WEEK.plus(1), [0, 1]), (LAST_WEEK, [0, 2])])
def test_week_is_judged_in_the_family_of_that_week(county, since, gone):
    """Before the small one leaves, its former siblings stand beside it; afterwards the new ones."""
    new = make_unit()
    small, sibling = family(county, 4, 9)
    others = family(new, 9, 10)
    move(small, new, since)
    assert numbers([small, sibling, *others]) == gone


def test_sum_in_todays_tree_is_shown_where_those_who_moved_are(county):
    new = make_unit(county, "township")
    old = make_unit(county, "township")
    villages = family(old, 9, 8, 9, level="village")
    family(new, 9, 9, level="village")
    move(villages[0], new, LAST_WEEK.plus(1))
    units = [old.pk, new.pk, county.pk]
    assert hidden_restated(units, SPAN) == {unit: set() for unit in units}


def test_sum_in_todays_tree_is_hidden_where_one_who_moved_is(county):
    """With and without the village of four: the difference of the two trees would be theirs."""
    new = make_unit(county, "township")
    old = make_unit(county, "township")
    villages = family(old, 4, 8, 9, level="village")
    family(new, 9, 9, level="village")
    move(villages[0], new, LAST_WEEK.plus(1))
    units = [old.pk, new.pk, county.pk]
    assert hidden(units, SPAN) == {unit: set() for unit in units}
    assert hidden_restated(units, SPAN) == {old.pk: {WEEK}, new.pk: {WEEK}, county.pk: set()}


# --- the attacker: adds and subtracts whatever is shown


def shown(world):
    """Every figure of a week that some page, file or script may be told of, in both trees, as its minutes."""
    units, towns = ([unit.pk for unit in each] for each in (world.units, world.of(Level.TOWNSHIP)))
    whole, restated, own = hidden(units, SPAN), hidden_restated(units, SPAN), hidden(towns, SPAN, own=True)
    own_today = hidden_restated(towns, SPAN, own=True)
    for week in (week.monday for week in WEEKS):
        yield from (world.whole(unit, week) for unit in units if week not in whole[unit])
        yield from (world.restated(unit, week) for unit in world.units if week not in restated[unit.pk])
        yield from (world.own(town, week) for town in towns if week not in own[town])
        yield from (world.own_today(town, week) for town in towns if week not in own_today[town])


@settings(max_examples=30, **WORLDS)
@given(st.data())
def test_attacker_finds_nothing_below_the_threshold(db, data):
    with transaction.atomic():
        world = grow(lambda options: data.draw(st.sampled_from(options)))
        assert world.told(shown(world)) == []
        transaction.set_rollback(True)


@settings(max_examples=8, **WORLDS)
@given(st.data())
def test_unit_is_hidden_the_same_whoever_else_is_asked_for(db, data):
    with transaction.atomic():
        world = grow(lambda options: data.draw(st.sampled_from(options)))
        for own, units in ((False, world.units), (True, world.of(Level.TOWNSHIP))):
            together = hidden([unit.pk for unit in units], SPAN, own=own)
            assert together == {unit.pk: hidden([unit.pk], SPAN, own=own)[unit.pk] for unit in units}
        transaction.set_rollback(True)


@settings(max_examples=30, **WORLDS)
@given(st.data())
def test_hidden_is_what_reading_every_figure_of_every_week_finds(db, data):
    with transaction.atomic(), connection.cursor() as cursor:
        world = grow(lambda options: data.draw(st.sampled_from(options)))
        for own, units in ((False, world.units), (True, world.units), (True, world.of(Level.TOWNSHIP))):
            ids = [unit.pk for unit in units]
            cursor.execute(PLAINLY, {"units": ids, "own": own, "since": SPAN[0], "until": SPAN[1]} | ENOUGH)
            plainly = {(unit, week) for unit, week in cursor.fetchall() if unit in ids}
            assert {(unit, week) for unit, weeks in hidden(ids, SPAN, own=own).items() for week in weeks} == plainly
        transaction.set_rollback(True)


def test_small_figures_are_found_by_an_index_of_the_same_thresholds():
    few = dict(child for part in FEW.children for child in (part.children if isinstance(part, Q) else [part]))
    assert few == {"returns__lt": MIN_RETURNS, "active__lt": MIN_ACTIVE, "returns__gt": 0}
    text = SQL.text("hidden")
    assert set(re.findall(r"returns\)? (?:<|>=) (\d)", text)) == {str(MIN_RETURNS)}
    assert set(re.findall(r"active\)? (?:<|>=) (\d)", text)) == {str(MIN_ACTIVE)}


def test_attacker_finds_what_small_figures_alone_would_give_away(db):
    """Hiding but the small ones is not enough: the attacker above has to find that."""
    choose = random.Random(3)
    world = grow(choose.choice)
    figures = [world.whole(unit.pk, week.monday) for unit in world.units for week in WEEKS]
    few = {world.own(*cell) for cell, (returns, _active) in world.people.items() if returns < 5}
    assert world.told(figures)
    assert world.told(figure for figure in figures if figure not in few)


def test_spread_of_eight_units():
    peers = spread([8, 7, 6, 5, 4, 3, 2, 1])
    assert (peers.count, peers.low, peers.median, peers.high) == (8, 2.75, 4.5, 6.25)
    assert (peers.least, peers.most) == (1, 8)


def test_spread_refuses_fewer_than_eight():
    assert spread([1] * 7) is None


@pytest.mark.parametrize(("kind", "group"), [("town", "township"), ("township", "township"), ("street", "street")])
def test_peers_of_a_kind(kind, group):
    assert alike(kind) == group


@given(st.lists(st.integers(0, 3000), min_size=8, max_size=60))
def test_spread_is_that_of_the_standard_library(values):
    found, twentieths = spread(values), statistics.quantiles(values, n=20, method="inclusive")
    expected = [twentieths[4], statistics.median(values), twentieths[14], twentieths[17]]
    assert [found.low, found.median, found.high, found.p90] == pytest.approx(expected)
