"""Spans of weeks: months by Thursdays, quarters, ISO years, week 53."""

import datetime as dt

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from burden.kit.clock import Week
from reports.periods import KINDS, Period, festival_of, festival_week, month_of, year_before

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


@given(weeks, st.sampled_from(list(KINDS)), st.integers(1, 53))
def test_weeks_of_a_span_are_found_to_be_it(asked, kind, count):
    span = Period.of(kind, asked)
    found = Period.over(span.weeks[:count])
    assert found.weeks == span.weeks[:count]
    assert found.kind == kind or list(KINDS).index(found.kind) < list(KINDS).index(
        kind
    )  # the first weeks of a year are a month's too


@given(weeks, st.integers(2, 60))
def test_other_weeks_stand_beside_as_many_right_before(asked, count):
    found = Period.over(tuple(asked.plus(n) for n in range(count)))
    if found.kind == "weeks":
        assert (found.previous.last.plus(1), len(found.previous.weeks)) == (found.first, count)
        assert (found.last_year.first, len(found.last_year.weeks)) == (year_before(asked), count)


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
        assert Period.of("week", asked).named(asked) == "第 49 周"
        assert Period.of("week", week("2025-11-24")).named(asked) == "2025年第 48 周"
        assert Period.of("year", asked).named(week("2025-11-24")) == "2026年"


def test_names_in_english():
    with translation.override("en"):
        assert Period.of("week", week("2026-11-09")).dates == "9–15 Nov"
        assert Period.of("week", week("2026-11-30")).dates == "30 Nov – 6 Dec"
        assert Period.of("month", week("2026-11-09")).name == "Nov"


@given(weeks, st.sampled_from(list(KINDS)))
def test_last_year_of_whole_spans_is_as_long_or_a_week_apart(asked, kind):
    """Two years' spans of one name differ by a week at most, and those of all months of a year hold each week once."""
    period = Period.of(kind, asked)
    assert abs(len(period.weeks) - len(period.last_year.weeks)) <= 1
    assert period.last_year.last < period.first
    assert period.before.last.plus(1) == period.first


@given(st.integers(2020, 2040))
def test_week_53_is_in_december_and_in_its_iso_year(year):
    last = Week.on(dt.date(year, 12, 28))
    assert month_of(last) == (year, 12)
    assert last in Period.of("year", last).weeks
    assert Period.of("week", last).last_year.weeks[0].year == year - 1


def test_year_of_53_weeks_runs_beside_as_many_weeks_and_ends_beside_the_whole_year():
    whole = Period.of("year", week("2026-06-01"))
    assert (len(whole.weeks), len(whole.last_year.weeks)) == (53, 52)
    running = Period.of("year", whole.first, until=week("2026-12-21"))
    assert running.is_partial
    assert running.last_year == Period.of("year", week("2025-06-02"))
    after = Period.of("year", week("2027-06-07"), until=week("2027-06-07"))
    assert after.last_year.weeks == whole.weeks[: len(after.weeks)]
    for kind, weeks_in in (("quarter", (14, 13)), ("month", (5, 4))):
        span = Period.of(kind, week("2026-12-28"))
        assert (len(span.weeks), len(span.last_year.weeks)) == weeks_in


# --- Spring Festival


@pytest.mark.parametrize(
    ("year", "monday"), [(2024, "2024-02-05"), (2025, "2025-01-27"), (2026, "2026-02-16"), (2027, "2027-02-01")]
)
def test_festival_week_holds_the_first_day_of_the_lunar_year(year, monday):
    assert festival_week(year) == week(monday)


@pytest.mark.parametrize(
    ("kind", "asked", "is_said"),
    [
        ("week", "2026-02-16", True),  # the festival; a year before it was week 5
        ("week", "2026-01-26", True),  # week 5: a year before it was the festival
        ("week", "2026-03-02", False),
        ("month", "2026-02-16", True),  # in 2025 it was in January
        ("month", "2026-03-02", False),
        ("quarter", "2026-02-16", False),  # the first quarter holds it always
        ("year", "2026-02-16", False),
    ],
)
def test_comparison_says_that_the_festival_is_in_one_year_alone(kind, asked, is_said):
    festival = Period.of(kind, week(asked)).festival
    assert festival == ((week("2026-02-16"), week("2025-01-27")) if is_said else None)


def test_spans_of_more_weeks_than_a_year_before_are_told():
    april, year = Period.of("month", week("2026-04-13")), Period.of("year", week("2026-06-01"))
    assert (april.unlike, year.unlike) == (["本期 5 周，上年同期 4 周"], ["本期 53 周，上年同期 52 周"])
    assert Period.of("year", week("2026-06-01"), until=week("2026-06-01")).unlike == []
    assert Period.of("week", week("2026-02-16")).unlike == ["春节：本年第 8 周，上年第 5 周"]
    assert Period.of("week", week("2026-11-16")).unlike == []


def test_trend_says_where_the_festival_is_in_both_years():
    year = [week("2025-11-24").plus(n) for n in range(52)]
    assert festival_of(year) == (week("2026-02-16"), week("2025-01-27"))
    assert festival_of(year[:4]) is None


@given(weeks)
def test_every_year_has_its_festival_between_january_and_february(asked):
    assert festival_week(asked.year).monday.month in (1, 2)
    assert (festival_of(Period.of("year", asked).weeks) is None) == (
        year_before(festival_week(asked.year)) == festival_week(asked.year - 1)
    )
