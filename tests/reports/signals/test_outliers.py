"""Outliers: far above one's peers, weeks in a row as one; never who is light, never what is not shown."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.units.models import Kind, Level
from reports.peers import MIN_PEERS
from reports.signals.declared import Found
from reports.signals.outliers import UnitWeek, find, modified_z, outliers
from tests.factories import LAST_WEEK, make_unit
from tests.reports.sums import add_sums

SPAN = LAST_WEEK.plus(-7).monday, LAST_WEEK.monday
USUAL = (500, 550, 580, 600, 600, 620, 660, 720)  # minutes a head of eight townships
minutes = st.integers(1, 100_000)


@given(st.lists(minutes, max_size=30), st.sampled_from([0.01, 0.5, 3.0, 60.0]))
def test_z_is_the_same_in_every_unit_of_time_and_always_a_number(values: list[int], scale: float) -> None:
    plain, scaled = modified_z(values), modified_z([value * scale for value in values])
    for one, other in zip(plain, scaled, strict=True):
        assert (one is None) == (other is None)
        assert one is None or (math.isfinite(one) and other == pytest.approx(one, abs=1e-6))


@given(minutes, st.integers(1, 20))
def test_z_of_those_alike_is_none(value: int, count: int) -> None:
    assert modified_z([value] * count) == [None] * count


@given(st.lists(minutes, min_size=2, max_size=20, unique=True))
def test_z_follows_the_values(values: list[int]) -> None:
    found = [(value, z) for value, z in zip(values, modified_z(values), strict=True) if z is not None]
    assert sorted(found) == sorted(found, key=lambda pair: (pair[1], pair[0]))


def beside(per_head: int, usual: tuple[int, ...] = USUAL) -> list[UnitWeek]:
    """Cells of one week: the usual ones, and one more."""
    return [UnitWeek(n, Kind.TOWN, LAST_WEEK.monday, value * 6, 6) for n, value in enumerate((*usual, per_head))]


@pytest.mark.parametrize(("per_head", "is_one"), [(942, False), (943, True), (60, False), (1, False)])
def test_only_what_is_far_above_is_one(per_head: int, is_one: bool) -> None:
    assert bool([*outliers(beside(per_head))]) is is_one


def test_too_few_peers_are_not_compared() -> None:
    assert len(USUAL) == MIN_PEERS
    assert [*outliers(beside(9_000, USUAL[1:]))]
    assert not [*outliers(beside(9_000, USUAL[2:]))]


class County:
    """A county with nine towns that file as usual, each week; `heavy` is the last of them."""

    def __init__(self) -> None:
        self.county = make_unit(make_unit(level=Level.CITY))
        self.towns = [make_unit(self.county, Level.TOWNSHIP) for _each in (*USUAL, 0)]
        self.heavy = self.towns[-1]

    def file(self, *weeks: int, heavy: int = 2_000, **facts: int) -> None:
        for week in weeks:
            for town, per_head in zip(self.towns, USUAL, strict=False):
                add_sums(town, LAST_WEEK.plus(week), per_head=per_head)
            add_sums(self.heavy, LAST_WEEK.plus(week), per_head=heavy, **facts)


@pytest.fixture
def county(db: None) -> County:
    return County()


def found() -> list[Found]:
    return list(find(SPAN))


def test_weeks_in_a_row_are_one_signal(county: County) -> None:
    county.file(-4, -3, -1)
    first, second = found()
    assert [first.unit_id, second.unit_id] == [county.heavy.pk] * 2
    assert (first.first_week, first.last_week) == (LAST_WEEK.plus(-4).monday, LAST_WEEK.plus(-3).monday)
    assert second.first_week == LAST_WEEK.plus(-1).monday
    (week,) = second.evidence["weeks"]
    assert (week["per_head"], week["median"], week["peers"]) == (2_000, 600, 9)
    assert second.person_min == week["beyond_min"] == 6 * (2_000 - 600)


def test_light_week_and_usual_week_are_none(county: County) -> None:
    county.file(-2, heavy=20)
    county.file(-1, heavy=700)
    assert found() == []


@pytest.mark.parametrize(
    "facts", [{"returns": 4}, {"active": 2, "returns": 5}], ids=["four returns", "two cadres in post"]
)
def test_week_that_is_not_shown_is_none(county: County, facts: dict[str, int]) -> None:
    county.file(0, **facts)
    assert found() == []


def test_week_hidden_because_of_a_small_neighbour_is_none(county: County) -> None:
    """The least shown one of a family is hidden with a small one: here that is the heavy one."""
    small = make_unit(county.county, Level.DEPARTMENT)
    for town, per_head in zip(county.towns, (*USUAL, 2_000), strict=True):
        heavy = {"returns": 5} if town == county.heavy else {}
        add_sums(town, LAST_WEEK, per_head=per_head, **heavy)
    assert len(found()) == 1
    add_sums(small, LAST_WEEK, returns=2)
    assert found() == []


def test_villages_are_compared_with_villages_of_the_county(county: County) -> None:
    town, other = county.towns[:2]
    villages = [make_unit(town if n % 2 else other, Level.VILLAGE) for n in range(9)]
    for village, per_head in zip(villages, (*USUAL, 3_000), strict=True):
        add_sums(village, per_head=per_head)
    assert [each.unit_id for each in found()] == [villages[-1].pk]
    assert found()[0].evidence["area"] == county.county.pk
