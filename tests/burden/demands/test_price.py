"""Due days and prices, as arithmetic that holds for every date and number."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.demands.models import Demand, Frequency
from burden.demands.price import LONGEST, Price, due_days, price_of, times_until
from burden.kit.clock import Week
from burden.kit.errors import Refused

days = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))
spans = st.integers(0, LONGEST.days).map(dt.timedelta)
repeated = st.sampled_from([Frequency.WEEKLY, Frequency.MONTHLY, Frequency.QUARTERLY])


def refusal(code: str):
    return pytest.raises(Refused, check=lambda error: error.code == code and "until" in error.errors)


def test_once_is_due_once():
    assert due_days(dt.date(2026, 11, 25), Frequency.ONCE, None) == (dt.date(2026, 11, 25),)


def test_monthly_keeps_its_day_and_short_months_take_their_last():
    found = due_days(dt.date(2027, 10, 31), Frequency.MONTHLY, dt.date(2028, 3, 31))
    assert [day.isoformat() for day in found] == [
        "2027-10-31", "2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31",
    ]  # fmt: skip


def test_quarterly_is_every_third_month():
    found = due_days(dt.date(2026, 11, 30), Frequency.QUARTERLY, dt.date(2027, 11, 30))
    assert [day.isoformat() for day in found] == [
        "2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30", "2027-11-30",
    ]  # fmt: skip


@given(days, spans, repeated)
def test_due_days_lie_within_span_and_never_twice_in_a_week(first, span, frequency):
    found = due_days(first, frequency, first + span)
    assert found[0] == first
    assert found[-1] <= first + span
    assert list(found) == sorted(set(found))
    assert len({Week.on(day) for day in found}) == len(found)
    assert len(found) <= 53 * (1 + span.days // 365)


@given(days, spans)
def test_weekly_is_due_on_the_same_weekday_without_a_gap(first, span):
    found = due_days(first, Frequency.WEEKLY, first + span)
    assert len(found) == span.days // 7 + 1
    assert {day.weekday() for day in found} == {first.weekday()}


@given(days, spans, st.sampled_from([(Frequency.MONTHLY, 1), (Frequency.QUARTERLY, 3)]))
def test_monthly_is_due_in_each_month_in_turn(first, span, kind):
    frequency, step = kind
    found = due_days(first, frequency, first + span)
    months = [day.year * 12 + day.month for day in found]
    assert months == list(range(months[0], months[-1] + 1, step))
    for day in found:
        assert day.day == min(first.day, calendar.monthrange(day.year, day.month)[1])


@given(days, spans, repeated)
def test_times_until_are_the_due_days(first, span, frequency):
    assert times_until(first, frequency, first + span) == len(due_days(first, frequency, first + span))
    assert times_until(first, frequency, first - span - dt.timedelta(1)) == 0


def test_repeated_without_end_is_refused():
    with refusal("demand.no_end"):
        due_days(dt.date(2026, 11, 25), Frequency.WEEKLY, None)


def test_end_before_first_day_is_refused():
    with refusal("demand.until_before"):
        due_days(dt.date(2026, 11, 25), Frequency.WEEKLY, dt.date(2026, 11, 24))


@given(days, st.integers(1, 4_000))
def test_more_than_two_years_are_refused(first, more):
    with refusal("demand.until_far"):
        due_days(first, Frequency.WEEKLY, first + LONGEST + dt.timedelta(more))


def test_price_of_the_monthly_form():
    price = Price(receivers=18, people=2, minutes=90, times=12, times_a_year=12)
    assert (price.once_min, price.year_min) == (3_240, 38_880)  # 54 and 648 person-hours


@given(*[st.integers(0, 1_000)] * 6)
def test_price_is_the_sum_over_receivers_and_times(receivers, people, minutes, travel, prep, times):
    price = Price(receivers, people, minutes, travel, prep, times, times)
    one = people * minutes + people * travel + prep
    assert price.once_min == one * receivers
    assert price.year_min == price.once_min * times


def draft(**facts) -> Demand:
    return Demand(**{"people": 2, "minutes": 90, "frequency": "monthly", "first_on": dt.date(2026, 12, 25)} | facts)


@pytest.mark.parametrize(
    ("facts", "times", "times_a_year"),
    [
        ({"until": dt.date(2028, 11, 30)}, 24, 12),
        ({"until": dt.date(2027, 2, 28)}, 3, 3),
        ({"until": dt.date(2029, 12, 24)}, 36, 12),
        ({"until": dt.date.max}, 95_677, 12),
        ({"until": dt.date(2026, 12, 24)}, 1, 1),
        ({"until": None}, 12, 12),
        ({"first_on": None}, 1, 1),
        ({"frequency": "once"}, 1, 1),
        ({"frequency": "weekly", "until": dt.date(2027, 12, 24)}, 53, 52),
    ],
)
def test_price_of_draft_counts_what_is_known(facts, times, times_a_year):
    price = price_of(draft(**facts), 18)
    assert (price.times, price.times_a_year, price.once_min) == (times, times_a_year, 3_240)
