"""Figures a head, sums of weeks, and that every figure says how it comes about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.kit.templatetags import show
from reports.indicators import INDICATORS, NOTHING, Figures, Load, per_head, total, whole


def figures(minutes=500, returns=5, **facts):
    plain = {"self_min": 0, "after_hours_min": 0, "bulk_min": 0, "nil_returns": 0, "active": 9}
    parts = (minutes - 400, 100, 100, 100, 100)
    return Figures(1, (1, 2, 3, 4, 5), parts, (0, 0, 0, 0, 7), returns=returns, **plain | facts)


def test_per_head_counts_returns_not_headcount():
    assert figures(minutes=3000, returns=5, active=50).per_head == 600
    assert figures(minutes=600, returns=1, active=50).per_head == 600


def test_per_head_of_nobody_is_nothing():
    assert per_head(0, 0) is None
    assert NOTHING.per_head is None


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_per_head_is_rounded_to_the_nearest_minute(minutes, returns):
    assert abs(per_head(minutes, returns) * returns - minutes) * 2 <= returns


def test_weeks_add_up():
    summed = total([figures(bulk_min=40), figures(self_min=30)])
    assert (summed.weeks, summed.total, summed.returns, summed.active) == (2, 1000, 10, 18)
    assert (summed.self_min, summed.bulk_min, summed.own_min, summed.claimed_min) == (30, 40, 960, 14)
    assert summed.counts == (2, 4, 6, 8, 10)


def test_imposed_is_all_but_self_decided():
    load = Load.over([Load(minutes=900, self_min=300, returns=3, active=5), Load(300, 0, 1, 5)])
    assert (load.imposed_min, load.imposed_per_head, load.per_head) == (900, 225, 300)


def test_every_indicator_says_how_it_comes_about():
    for indicator in INDICATORS.values():
        assert indicator.name
        assert indicator.unit
        assert indicator.formula
        assert indicator.source


@given(minutes=st.integers(0, 10**12), returns=st.integers(1, 10**7))
def test_hours_a_head_are_rounded_once(minutes, returns):
    """Page, files and indicators write the same hours: rounded from whole minutes 7.442 would be 7.5."""
    exact = (minutes * 20 + 60 * returns) // (120 * returns)
    assert show.hours(per_head(minutes, returns)) == show.per_head(minutes, returns) == f"{exact // 10:,}.{exact % 10}"


@pytest.mark.parametrize(("exact", "told"), [(2.5, 3), (-2.5, -3), (2.4, 2), (0.0, 0), (None, None)])
def test_whole_minutes_are_rounded_half_away_from_zero(exact, told):
    assert whole(exact) == told
