"""Weeks: Mondays of Asia/Shanghai, whatever the year, the hour or the server's clock."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.kit.clock import Week, day_of, last_closed

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
FIRST, LAST = dt.date(2020, 1, 1), dt.date(2040, 12, 31)
days = st.dates(FIRST, LAST)
instants = st.datetimes(dt.datetime(2020, 1, 2), dt.datetime(2040, 12, 30), timezones=st.just(dt.UTC))


@given(days)
def test_every_day_lies_in_one_week(day):
    week = Week.on(day)
    assert week.monday <= day <= week.sunday
    assert (week.monday.isoweekday(), week.sunday.isoweekday()) == (1, 7)


@given(days)
def test_year_and_number_are_those_of_iso(day):
    assert (Week.on(day).year, Week.on(day).number) == day.isocalendar()[:2]


@given(days, st.integers(-60, 60))
def test_weeks_follow_each_other_without_a_gap(day, steps):
    week = Week.on(day)
    assert week.plus(steps).plus(-steps) == week
    assert week.plus(1).monday == week.sunday + dt.timedelta(days=1)


@given(days)
def test_week_survives_its_text(day):
    assert Week.parse(str(Week.on(day))) == Week.on(day)


@pytest.mark.parametrize("text", ["2026-W47-1", "20261116", "0001-01-01", "9999-12-27", "2026-11-1٦", "2026-11-17", ""])
def test_week_is_read_from_one_way_of_writing(text):
    with pytest.raises(ValueError, match="is not"):
        Week.parse(text)


@given(instants)
def test_week_of_an_instant_is_that_of_shanghai(at):
    assert Week.at(at) == Week.on(at.astimezone(SHANGHAI).date())


@given(instants)
def test_a_week_is_first_future_then_open_then_late(at):
    week = Week.at(at)
    assert not week.is_future(at)
    assert week.plus(1).is_future(at)
    assert not week.is_closed(at)
    assert not week.plus(-1).is_late(at)
    assert week.plus(-2).is_late(at)
    assert last_closed(at) == week.plus(-1)


@pytest.mark.parametrize(
    ("at", "monday"),
    [
        ("2026-11-22T15:59:59+00:00", "2026-11-16"),  # Sunday 23:59:59 in Shanghai
        ("2026-11-22T16:00:00+00:00", "2026-11-23"),  # Monday 00:00
        ("2027-01-03T15:59:59+00:00", "2026-12-28"),  # the last second of week 53
        ("2027-01-03T16:00:00+00:00", "2027-01-04"),
    ],
)
def test_week_turns_at_midnight_in_shanghai(at, monday):
    assert str(Week.at(dt.datetime.fromisoformat(at))) == monday


def test_2026_has_a_week_53():
    week = Week(dt.date(2026, 12, 28))
    assert (week.year, week.number, week.sunday) == (2026, 53, dt.date(2027, 1, 3))
    assert (week.plus(1).year, week.plus(1).number) == (2027, 1)


def test_week_is_late_after_seven_days():
    week, midnight = Week(dt.date(2026, 11, 16)), dt.time(0)
    opened = dt.datetime.combine(week.open_until, midnight, SHANGHAI)
    assert week.open_until == dt.date(2026, 11, 29)
    assert not week.is_late(opened + dt.timedelta(hours=23, minutes=59))
    assert week.is_late(opened + dt.timedelta(hours=24))


@pytest.mark.parametrize("day", ["2026-11-17", "2026-02-30", "", "monday"])
def test_what_is_no_monday_is_refused(day):
    with pytest.raises(ValueError):  # noqa: PT011
        Week.parse(day)


def test_day_is_that_of_shanghai():
    assert day_of(dt.datetime(2026, 12, 31, 16, tzinfo=dt.UTC)) == dt.date(2027, 1, 1)
