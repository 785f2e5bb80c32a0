"""Unregistered demands: several cadres' records put together, and nothing that a few wrote."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.kit.clock import Week
from burden.units.models import Level
from reports import unregistered
from reports.models import UnregisteredDemand
from tests.database import as_role, in_threads
from tests.factories import (
    LAST_WEEK,
    NOW,
    make_demand,
    make_entry,
    make_return,
    make_target,
    make_unit,
    make_user,
)


class Place:
    def __init__(self) -> None:
        county = make_unit()
        self.department = make_unit(county, Level.DEPARTMENT)
        self.towns = [make_unit(county, Level.TOWNSHIP) for _ in range(3)]

    def write(self, *titles: str, cadres: int = 2, towns: int = 3, week: Week = LAST_WEEK, **facts: object) -> None:
        """Let so many cadres of each township record each title."""
        for town in self.towns[:towns]:
            for _ in range(cadres):
                filed = make_return(make_user(), town, week)
                for title in titles:
                    make_entry(filed, issuer=self.department, title=title, **facts)


@pytest.fixture
def place(db: None) -> Place:
    return Place()


def found() -> list[tuple]:
    return list(UnregisteredDemand.every.values_list("title", "cadres", "units", "n", "person_min"))


def test_same_title_of_several_cadres_is_one_demand(place: Place) -> None:
    place.write("撂荒地巡查日报", minutes=20)
    assert unregistered.recount(now=NOW) == 1
    assert found() == [("撂荒地巡查日报", 6, 3, 6, 120)]


def test_titles_that_say_the_same_are_one_under_the_usual_one(place: Place) -> None:
    place.write("撂荒地巡查台账", minutes=20)
    make_entry(
        make_return(make_user(), place.towns[0]),
        issuer=place.department,
        title="关于报送撂荒地巡查台账的通知",
        minutes=5,
    )
    unregistered.recount(now=NOW)
    assert found() == [("撂荒地巡查台账", 7, 3, 7, 125)]


@pytest.mark.parametrize(("cadres", "towns"), [(1, 3), (5, 2)], ids=["four cadres or fewer", "two units"])
def test_what_few_wrote_is_not_told(place: Place, cadres: int, towns: int) -> None:
    place.write("撂荒地巡查日报", cadres=cadres, towns=towns)
    assert unregistered.recount(now=NOW) == 0


def test_title_of_one_is_not_told_beside_those_of_others(place: Place) -> None:
    """Each of six wrote it in words of their own: none of them may be shown."""
    for town in place.towns:
        for word in ("填报", "上报"):
            title = f"{town.pk}年关于{word}撂荒地巡查台账的通知"
            make_entry(make_return(make_user(), town), issuer=place.department, title=title)
    assert unregistered.recount(now=NOW) == 0


def test_answers_to_demands_own_work_and_old_weeks_are_none(place: Place) -> None:
    demand = make_demand(place.department)
    for town in place.towns:
        target = make_target(demand, town, LAST_WEEK)
        for _ in range(2):
            make_entry(make_return(make_user(), town), issuer=place.department, target=target)
            make_entry(make_return(make_user(), town), issuer=town)
            make_entry(make_return(make_user(), town, LAST_WEEK.plus(-30)), issuer=place.department)
    assert unregistered.recount(now=NOW) == 0


def test_weeks_are_told_of_a_year(place: Place) -> None:
    """What an order saves is held against the year before it, though the list is of half a year."""
    for back in (0, 51, 52):
        place.write("撂荒地巡查日报", week=LAST_WEEK.plus(-back))
    unregistered.recount(now=NOW)
    kept = UnregisteredDemand.every.get()
    assert [week for week, _units, _minutes in kept.weeks] == [str(LAST_WEEK.plus(-51).monday), str(LAST_WEEK.monday)]
    assert (kept.n, kept.first_week) == (6, LAST_WEEK.monday)


def test_week_of_a_few_is_not_what_is_left_of_the_sum(place: Place) -> None:
    place.write("撂荒地巡查日报", minutes=20)
    place.write("撂荒地巡查日报", minutes=50, week=LAST_WEEK.plus(-1))
    place.write("撂荒地巡查日报", minutes=7, week=LAST_WEEK.plus(-2), cadres=1, towns=1)
    unregistered.recount(now=NOW)
    kept = UnregisteredDemand.every.get()
    assert (kept.person_min, kept.weeks) == (427, [[str(LAST_WEEK), 3, 120]])


sittings = st.builds(
    unregistered.Sitting,
    st.sets(st.integers(1, 9), min_size=1),
    st.sets(st.integers(1, 4), min_size=1),
    st.integers(1, 99),
)


@given(st.dictionaries(st.integers(0, 9).map(lambda n: LAST_WEEK.plus(-n).monday), sittings))
def test_whoever_subtracts_weeks_from_the_sum_finds_enough_people(weeks: dict[dt.date, unregistered.Sitting]) -> None:
    whole = LAST_WEEK.plus(-5).monday
    told = unregistered.shown(weeks, whole)
    assert all(weeks[week].is_told for week in told)
    left = [one for week, one in weeks.items() if week >= whole and week not in told]
    people = {cadre for one in left for cadre in one.cadres}
    units = {unit for one in left for unit in one.units}
    is_enough = len(people) >= unregistered.MIN_CADRES and len(units) >= unregistered.MIN_UNITS
    assert not left or is_enough or not any(week >= whole for week in told)
    assert {week for week, one in weeks.items() if week < whole and one.is_told} <= set(told)


@given(st.dictionaries(st.integers(0, 9).map(lambda n: LAST_WEEK.plus(-n).monday), sittings))
def test_weeks_to_come_bring_out_none_that_was_left_out(weeks: dict[dt.date, unregistered.Sitting]) -> None:
    """Else whoever kept yesterday's list would find in today's what a few recorded."""
    whole = min(weeks, default=LAST_WEEK.monday)
    left_out: set[dt.date] = set()
    for newest in sorted(weeks):
        known = {week: one for week, one in weeks.items() if week <= newest}
        told = unregistered.shown(known, whole)
        assert not left_out.intersection(told)
        left_out = known.keys() - told


def test_recount_replaces_what_was_known_and_the_worker_may(place: Place) -> None:
    place.write("撂荒地巡查日报")
    with as_role("burden_worker"):
        assert unregistered.recount(now=NOW) == unregistered.recount(now=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_two_recounts_at_once_put_everything_once(transactional_db: None) -> None:
    Place().write("撂荒地巡查日报")
    in_threads(4, lambda _: unregistered.recount(now=NOW), role="burden_worker")
    assert UnregisteredDemand.every.count() == 1
