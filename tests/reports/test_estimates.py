"""Estimated totals: exact where everybody filed, right about 95 times in 100 where not, of no small group."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.standards.models import Sample, SamplePanel
from burden.units.models import Kind, Level, Unit
from reports import estimates
from reports.estimates import Estimate, Stratum, estimate, shown
from reports.models import ReturnSpread
from tests.database import as_role
from tests.factories import LAST_WEEK, LONG_AGO, NOW, make_entry, make_post, make_return, make_unit
from tests.reports.sums import add_sums

MINUTES = st.lists(st.integers(0, 6000), min_size=5, max_size=40)


def stratum(filed: Sequence[int], cadres: int, more: Sequence[int] = ()) -> Stratum:
    squares = sum(each * each for each in filed)
    return Stratum(cadres, cadres, len(filed), sum(filed), squares, len(more), sum(more))


@given(st.lists(MINUTES, min_size=1, max_size=4))
def test_everybody_filed_is_exact(kinds: list[list[int]]) -> None:
    found = estimate(stratum(filed, len(filed)) for filed in kinds)
    total = sum(map(sum, kinds))
    assert (found.total, found.low, found.high) == (total, total, total)
    assert shown(found, total) == found


@given(MINUTES, MINUTES, st.integers(0, 50))
def test_who_files_unasked_stands_for_oneself(filed: list[int], more: list[int], missing: int) -> None:
    cadres = len(filed) + len(more) + missing
    found = estimate([stratum(filed, cadres, more)])
    rest = estimate([stratum(filed, cadres - len(more))])
    assert found.total == rest.total + sum(more)
    assert found.half == rest.half


@given(MINUTES, st.lists(st.integers(0, 6000), min_size=1, max_size=4), st.integers(0, 50))
def test_few_who_file_unasked_are_not_told_apart(filed: list[int], more: list[int], missing: int) -> None:
    """The estimate holds nothing of them that the counted sum does not."""
    returns, counted = len(filed) + len(more), sum(filed) + sum(more)
    found = estimate([stratum(filed, returns + missing, more)])
    assert found.total == (2 * (returns + missing) * counted + returns) // (2 * returns)


@given(st.lists(MINUTES, min_size=1, max_size=3), st.integers(1, 300))
def test_shown_bounds_hold_the_total_and_what_was_counted(kinds: list[list[int]], missing: int) -> None:
    found = estimate(stratum(filed, len(filed) + missing) for filed in kinds)
    counted = sum(map(sum, kinds))
    said = shown(found, counted)
    assert counted <= said.low <= said.total <= said.high
    assert all(value % 60 == 0 or value == counted for value in (said.total, said.low, said.high)) or not found.half


def test_about_ninety_five_in_a_hundred_intervals_hold_the_true_total() -> None:
    chance = random.Random(20261129)
    people = {
        kind: [round(chance.lognormvariate(6.3, 0.6)) for _ in range(size)] for kind, size in enumerate((400, 900))
    }
    true, runs, held = sum(map(sum, people.values())), 1000, 0
    for _ in range(runs):
        drawn = [stratum(chance.sample(each, len(each) // 4), len(each)) for each in people.values()]
        found = estimate(drawn)
        held += found.low <= true <= found.high
    assert 0.93 <= held / runs <= 0.97


def test_nothing_is_estimated_of_nothing() -> None:
    assert estimate([]) is None


def test_weeks_add_up_with_their_intervals() -> None:
    both = Estimate(100, 90, 110, 5, 9) + Estimate(200, 170, 230, 6, 9)
    assert (both.total, both.low, both.high, both.asked, both.cadres) == (300, 260, 340, 11, 18)


@pytest.fixture
def county(db: None) -> Unit:
    return make_unit()


def file(unit: Unit, *minutes: int, silent: int = 0) -> list:
    """Let one cadre of a unit file each of these, and some not file."""
    posts = [make_post(unit) for _ in minutes]
    for post, each in zip(posts, minutes, strict=True):
        make_entry(make_return(post.user, unit, nil=not each), minutes=each)
    for _ in range(silent):
        make_post(unit)
    add_sums(unit, LAST_WEEK, returns=max(len(minutes), 1))
    return posts


def recount(**facts: int) -> int:
    with as_role("burden_worker"):
        return estimates.recount(now=NOW, **facts)


def kept(unit: Unit) -> dict[str, tuple[int, ...]]:
    rows = ReturnSpread.every.filter(unit=unit, week=LAST_WEEK.monday).values_list(
        "kind", "cadres", "asked", "n", "total_min", "squares", "more", "more_min"
    )
    return {kind: tuple(int(number) for number in numbers) for kind, *numbers in rows}


def test_returns_are_summed_by_kind(county: Unit) -> None:
    for _ in range(3):
        file(make_unit(county, Level.VILLAGE), 10, 20, silent=1)
    for _ in range(3):
        file(make_unit(county, Level.DEPARTMENT), 30, 0, silent=2)
    assert recount() == 2
    assert kept(county) == {
        "village": (9, 9, 6, 90, 1500, 0, 0),
        "department": (12, 12, 6, 90, 2700, 0, 0),
    }


def test_small_kinds_are_put_together(county: Unit) -> None:
    file(make_unit(county, Level.TOWNSHIP, kind=Kind.TOWN), 10, 10)
    file(make_unit(county, Level.TOWNSHIP, kind=Kind.STREET), 10, 10)
    file(make_unit(county, Level.DEPARTMENT), 10)
    recount()
    assert kept(county) == {"rest": (5, 5, 5, 50, 500, 0, 0)}


def test_what_is_still_too_small_goes_with_the_smallest_kind(county: Unit) -> None:
    for _ in range(3):
        file(make_unit(county, Level.VILLAGE), 10, 20)
    for _ in range(4):
        file(make_unit(county, Level.DEPARTMENT), 10, 20)
    file(make_unit(county, Level.TOWNSHIP), 60, silent=1)
    recount()
    assert kept(county) == {"village": (8, 8, 7, 150, 5100, 0, 0), "department": (8, 8, 8, 120, 2000, 0, 0)}


def test_nothing_is_kept_of_few(county: Unit) -> None:
    file(make_unit(county, Level.VILLAGE), 10, 20, 30, 40)
    assert recount() == 0


def test_in_a_sample_only_the_panel_stands_for_others(county: Unit) -> None:
    turn = (LAST_WEEK.monday - LONG_AGO).days // 7 % 4
    Sample.objects.create(county=county, from_week=LAST_WEEK.monday)
    for _ in range(3):
        posts = file(make_unit(county, Level.VILLAGE), 10, 20, 90)
        for post, panel in zip(posts, (turn, turn, (turn + 1) % 4), strict=True):
            SamplePanel.objects.create(cadre=post.user, panel=panel)
    recount()
    assert kept(county) == {"village": (9, 6, 6, 90, 1500, 3, 270)}


def test_towns_and_villages_have_no_estimate(county: Unit) -> None:
    town = make_unit(county, Level.TOWNSHIP)
    for _ in range(3):
        file(make_unit(town, Level.VILLAGE), 10, 20, 30)
    recount()
    assert (kept(town), list(kept(county))) == ({}, ["village"])
