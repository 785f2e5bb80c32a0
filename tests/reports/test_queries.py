"""Scoped reads: what adds up, what is hidden, and that nothing foreign comes through."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from django.utils import translation

from burden.kit import clock
from burden.kit.clock import Week
from burden.units.models import Unit
from reports import queries
from reports.indicators import NOTHING, Load
from reports.models import RollupSource
from reports.peers import hidden
from reports.periods import Period
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor, make_unit
from tests.reports.sums import add_source, add_sums

WEEK = Period("week", (LAST_WEEK,))
MONTH = Period.of("month", LAST_WEEK, until=LAST_WEEK)
SPAN = (LAST_WEEK.plus(-3).monday, LAST_WEEK.monday)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db):
    return make_unit(make_unit(level="city"))


@pytest.fixture
def reviewer(county):
    return make_actor(county, "reviewer")


def townships(county, count=3, **facts):
    return [make_unit(county, "township", **facts) for _ in range(count)]


def test_unit_outside_the_range_is_as_if_missing(county, reviewer):
    sibling = make_unit(county.parent)
    assert queries.unit_by_code(reviewer, county.code) == county
    assert queries.unit_by_code(reviewer, county.parent.code) is None
    assert queries.unit_by_code(reviewer, sibling.code) is None
    assert queries.unit_by_code(reviewer, "no such code") is None


def test_weekly_sums_hold_all_below(county, reviewer):
    town = make_unit(county, "township")
    add_sums(town, returns=6, per_head=600)
    add_sums(make_unit(town, "village"), returns=5, per_head=300, self_min=50, bulk_min=70)
    found = queries.weekly(reviewer, county, SPAN)[LAST_WEEK.monday]
    assert (found.total, found.returns, found.active) == (6 * 600 + 5 * 300, 11, 16)
    assert (found.self_min, found.bulk_min) == (50, 70)


def test_weekly_sums_of_a_foreign_unit_are_none(county, reviewer):
    foreign = make_unit(county.parent)
    add_sums(foreign)
    assert queries.weekly(reviewer, foreign, SPAN) == {}
    assert queries.sources(reviewer, foreign, WEEK, ()) == ([], {})


def add_weeks(unit, *returns):
    """Let a unit file last week and the weeks before, the newest first."""
    for n, filed in enumerate(returns):
        add_sums(unit, LAST_WEEK.plus(-n), returns=filed, per_head=500)


def test_month_is_the_sum_of_its_shown_weeks(county, reviewer):
    add_weeks(county, 8, 4, 6)
    figures, gone = queries.weekly(reviewer, county, SPAN), hidden([county.pk], SPAN)[county.pk]
    assert queries.of_period(figures, gone, Period("week", (LAST_WEEK.plus(-1),))) is None
    month = queries.of_period(figures, gone, MONTH)
    assert (month.returns, month.total) == (14, 14 * 500)
    assert queries.left_out(figures, gone, MONTH) == 1


def test_month_of_hidden_weeks_alone_is_hidden(county, reviewer):
    add_weeks(county, 3, 4)
    figures, gone = queries.weekly(reviewer, county, SPAN), hidden([county.pk], SPAN)[county.pk]
    assert queries.of_period(figures, gone, MONTH) is None


def test_period_without_data_is_nothing_and_not_hidden(county, reviewer):
    found = queries.of_period({}, frozenset(), WEEK)
    assert (found.returns, found.per_head) == (0, None)


def test_sources_of_now_and_before(county, reviewer):
    office, other = make_unit(county, "department"), make_unit(county, "department")
    for week, minutes in ((LAST_WEEK, 300), (LAST_WEEK.plus(-1), 200)):
        add_source(county, office, week, minutes=minutes)
    add_source(county, other, minutes=900)
    add_source(county, None, minutes=10)
    now, before = queries.sources(reviewer, county, WEEK, ())
    assert [(source.issuer_id, source.total) for source in now] == [(other.pk, 900), (office.pk, 300), (0, 10)]
    assert {pk: source.total for pk, source in before.items()} == {office.pk: 200}


def test_sources_of_hidden_weeks_are_left_out(county, reviewer):
    for week, minutes in ((LAST_WEEK, 300), (LAST_WEEK.plus(-1), 200), (LAST_WEEK.plus(-5), 50)):
        add_source(county, None, week, minutes=minutes)
    RollupSource.every.filter(week=LAST_WEEK.monday).update(c_min=45)
    now, before = queries.sources(reviewer, county, MONTH, {LAST_WEEK.monday, LAST_WEEK.plus(-5).monday})
    assert ([(source.total, source.claimed_min) for source in now], before) == ([(200, 45)], {})


def test_issuers_above_the_range_have_names(county, reviewer):
    assert queries.issuer_names(reviewer, [county.parent_id])[county.parent_id].name == county.parent.name


def test_township_stands_for_its_own_people(county, reviewer):
    town = make_unit(county, "township")
    add_sums(town, returns=6, per_head=700)
    add_sums(make_unit(town, "village"), returns=9, per_head=100)
    (row,) = queries.compared(reviewer, [town], SPAN)
    assert row.over(WEEK).per_head == 700
    assert row.active(WEEK) == 8


def test_township_whose_villages_are_few_people_is_hidden(county, reviewer):
    town = make_unit(county, "township")
    add_sums(town, returns=6)
    add_sums(make_unit(town, "village"), returns=2)
    (row,) = queries.compared(reviewer, [town], SPAN)
    assert (row.over(WEEK), row.over(MONTH), row.active(WEEK)) == (None, None, None)


def test_department_stands_for_all_of_it(county, reviewer):
    offices = [make_unit(county, "department") for _ in range(2)]
    for office in offices:
        add_sums(office, per_head=300)
    rows = queries.compared(reviewer, offices, SPAN)
    assert [row.over(WEEK).per_head for row in rows] == [300, 300]


def test_unit_is_the_same_in_a_list_and_alone(county, reviewer):
    """A month hidden beside its siblings was shown on the unit's own page, and their difference was the small one's."""
    offices = [make_unit(county, "department") for _ in range(3)]
    for office, weeks in zip(offices, ((2, 6, 3), (6, 7, 0), (9, 9, 9)), strict=True):
        add_weeks(office, *weeks)
    for row in queries.compared(reviewer, offices, SPAN):
        alone, gone = queries.weekly(reviewer, row.unit, SPAN), hidden([row.unit.pk], SPAN)[row.unit.pk]
        for period in (WEEK, MONTH, Period("week", (LAST_WEEK.plus(-2),))):
            one, listed = queries.of_period(alone, gone, period), row.over(period)
            assert (one and (one.total, one.returns)) == (listed and (listed.minutes, listed.returns))
            assert queries.left_out(alone, gone, period) == queries.left_out(row.loads, row.gone, period)


def test_cadres_are_those_of_the_newest_shown_week(county, reviewer):
    add_weeks(county, 4, 6)
    (row,) = queries.compared(reviewer, [county], SPAN)
    assert row.active(MONTH) == 8
    assert row.active(WEEK) is None


def test_compared_nothing(reviewer):
    assert queries.compared(reviewer, [], SPAN) == []


def test_running_week_is_read_too(county, reviewer):
    add_sums(county, THIS_WEEK)
    assert THIS_WEEK.monday in queries.weekly(reviewer, county, (SPAN[0], THIS_WEEK.monday))


def test_figures_are_as_old_as_the_oldest_work_not_counted(county, reviewer):
    from burden.ledger.models import StaleMark

    StaleMark.objects.all().delete()
    assert queries.as_of(reviewer, NOW) == NOW
    filed = NOW.replace(hour=1)
    StaleMark.objects.create(shard=0, unit_id=county.pk, week=LAST_WEEK.monday, marked_at=filed)
    assert queries.as_of(reviewer, NOW) == filed


@pytest.mark.parametrize(
    ("kind", "week"), [("month", LAST_WEEK), ("month", Week.parse("2026-12-28")), ("year", Week.parse("2026-12-28"))]
)
def test_units_in_a_list_are_compared_as_each_alone(kind, week):
    """One pass for thousands of units says what the rules of a page say: weeks of no data, hidden ones, months of five weeks."""
    chance, period, told = random.Random(7), Period.of(kind, week, until=week), 0
    weeks = {each for other in (period, period.previous, period.last_year) for each in other.mondays}
    for lacking in [0.0, 0.03, 0.3] * 20:
        loads = {
            each: Load(chance.randrange(9000), chance.randrange(90), chance.choice((0, 9, 9)), 9)
            for each in weeks
            if chance.random() >= lacking
        }
        gone = {each for each in weeks if chance.random() < 0.1}
        figures = {each: figures_of(load) for each, load in loads.items()}
        row = queries.Row(Unit(pk=1), loads, gone)
        for other in (period.previous, period.last_year):
            alone = queries.comparable(figures, gone, other, queries.aside(figures, gone, period))
            listed = queries.beside([row], [row], period, other)[1]
            assert (listed and listed.per_head) == (alone and alone.per_head)
            told += bool(listed)
    assert told > 20


def figures_of(load):
    return replace(
        NOTHING, minutes=(load.minutes, 0, 0, 0, 0), self_min=load.self_min, returns=load.returns, active=load.active
    )


def test_where_too_many_more_or_fewer_filed_is_said_in_one_sentence():
    assert queries.uncovered((20, 100), (34, 100), (36, 100)) == [
        "已有数据：本期 20.0%，上年同期 36.0%，合计不能直接比"
    ]
    both = (20, 100), (40, 100), (36, 100)
    assert queries.uncovered(*both) == ["已有数据：本期 20.0%，上期 40.0%、上年同期 36.0%，合计不能直接比"]
    with translation.override("en"):
        words = "Returns in: 20.0% now, 40.0% in the period before, 36.0% in the same weeks last year; totals do not compare"
        assert queries.uncovered(*both) == [words]
    assert queries.uncovered((20, 100), (0, None), (0, None)) == []
