"""Spans of weeks: months by Thursdays, quarters, ISO years, week 53."""

import datetime as dt

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from burden.kit.clock import Week
from reports.periods import KINDS, Period, month_of, year_before

MONDAY_MORNING = dt.datetime(2026, 11, 23, 0, 0, tzinfo=dt.UTC)  # 8:00 in Shanghai
weeks = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31)).map(Week.on)


def week(text):
    return Week.parse(text)


@given(weeks, st.sampled_from(list(KINDS)))
def test_span_holds_its_week_and_meets_its_neighbours(asked, kind):
    period = Period.of(kind, asked)
    assert asked in period.weeks
    assert period.previous.last.plus(1) == period.first
    assert all(a.plus(1) == b for a, b in zip(period.weeks, period.weeks[1:], strict=False))
    assert not period.is_partial


@given(weeks)
def test_months_add_up_to_quarters_and_years(asked):
    year = Period.of("year", asked)
    months = {month_of(each) for each in year.weeks}
    assert months == {(asked.year, month) for month in range(1, 13)}
    for kind in ("month", "quarter"):
        spans = {Period.of(kind, each) for each in year.weeks}
        assert sum(len(span.weeks) for span in spans) == len(year.weeks) in (52, 53)


@given(weeks, st.sampled_from(["month", "quarter", "year"]))
def test_last_year_is_the_same_span_a_year_before(asked, kind):
    period = Period.of(kind, asked)
    (year, month), (before, same) = month_of(period.first), month_of(period.last_year.first)
    assert (before, same) == (year - 1, month)


def test_week_53_stands_beside_the_last_week_of_the_year_before():
    long = week("2026-12-28")
    assert long.number == 53
    assert year_before(long) == week("2025-12-22")
    assert year_before(week("2027-11-15")).number == week("2027-11-15").number


def test_month_is_that_of_the_thursday():
    november = Period.of("month", week("2026-11-02"))
    assert [str(each) for each in november.weeks] == ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]
    assert Period.of("month", week("2026-09-28")).first == week("2026-09-28")  # its Thursday is 1 October


def test_parse_opens_on_the_last_closed_week():
    period = Period.parse(kind="", week="", at=MONDAY_MORNING)
    assert period.weeks == (week("2026-11-16"),)
    assert period.kind == "week"


def test_parse_ends_a_running_span_with_its_last_closed_week():
    month = Period.parse(kind="month", week="2026-11-23", at=MONDAY_MORNING)
    assert month.last == week("2026-11-16")
    assert month.is_partial
    assert len(month.previous.weeks) == len(month.last_year.weeks) == 3
    assert month.following(until=week("2026-11-23")) is None
    assert month.previous.following(until=month.last).first == month.first


def test_parse_keeps_the_running_week_where_nothing_is_closed_yet():
    monday = dt.datetime(2026, 11, 30, 0, 0, tzinfo=dt.UTC)  # week of 3 December, first of the month
    assert Period.parse(kind="month", week="2026-11-30", at=monday).weeks == (week("2026-11-30"),)
    assert Period.parse(kind="week", week="2026-11-30", at=monday).weeks == (week("2026-11-30"),)


@pytest.mark.parametrize(
    ("kind", "asked", "why"),
    [
        ("day", "", "no such period"),
        ("week", "2026-11-17", "not a Monday"),
        ("week", "2026-11-30", "to come"),
        ("week", "soon", "is not YYYY-MM-DD"),
        ("week", "1999-12-27", "too long ago"),
    ],
)
def test_parse_refuses_what_is_no_period(kind, asked, why):
    with pytest.raises(ValueError, match=why):
        Period.parse(kind=kind, week=asked, at=MONDAY_MORNING)


def test_query_is_read_back():
    for kind in KINDS:
        period = Period.parse(kind=kind, week="2026-11-09", at=MONDAY_MORNING)
        assert Period.parse(kind=kind, week=period.query["week"], at=MONDAY_MORNING) == period


def test_names_in_chinese():
    asked = week("2026-11-30")
    with translation.override("zh-hans"):
        assert Period.of("week", asked).label == "2026年第 49 周"
        assert Period.of("week", asked).dates == "11月30日—12月6日"
        assert Period.of("week", week("2026-11-09")).dates == "11月9日—15日"
        assert [Period.of(kind, asked).name for kind in KINDS] == ["第 49 周", "12月", "第 4 季度", "2026年"]
        assert Period.of("year", asked).label == "2026年"


def test_names_in_english():
    with translation.override("en"):
        assert Period.of("week", week("2026-11-09")).dates == "9–15 Nov"
        assert Period.of("week", week("2026-11-30")).dates == "30 Nov–6 Dec"
        assert Period.of("month", week("2026-11-09")).name == "Nov"
