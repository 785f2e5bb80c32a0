"""Scoped reads: what adds up, what is hidden, and that nothing foreign comes through."""

from __future__ import annotations

import pytest

from burden.kit import clock
from reports import queries
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


def test_below_a_county_are_children_and_villages(county, reviewer):
    town = make_unit(county, "township")
    village, office = make_unit(town, "village"), make_unit(county, "department")
    make_unit(county, "township", closed_on=LAST_WEEK.monday)
    found = queries.below(reviewer, county)
    assert found == {"township": [town], "village": [village], "department": [office]}
    assert queries.below(reviewer, town) == {"township": [town], "village": [village]}
    assert queries.below(reviewer, village) == {}


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
    assert queries.sources(reviewer, foreign, WEEK) == ([], {})


def test_week_of_few_returns_is_hidden_with_its_smallest_sibling(county):
    small, next_one, large = townships(county)
    add_sums(small, returns=4)
    add_sums(next_one, returns=6)
    add_sums(large, returns=9)
    hidden = [unit for unit in (small, next_one, large) if queries.hidden_weeks(unit, SPAN)]
    assert hidden == [small, next_one]


def test_small_siblings_that_are_enough_together_hide_nobody_else(county):
    units = townships(county, 4)
    for unit, returns in zip(units, (4, 3, 6, 9), strict=True):
        add_sums(unit, returns=returns)
    assert [unit for unit in units if queries.hidden_weeks(unit, SPAN)] == units[:2]


def test_own_people_of_the_parent_hide_the_smallest_child(county):
    units = townships(county)
    add_sums(county, returns=2)
    for unit, returns in zip(units, (7, 6, 9), strict=True):
        add_sums(unit, returns=returns)
    assert [unit for unit in units if queries.hidden_weeks(unit, SPAN)] == [units[1]]


def test_week_of_few_cadres_is_hidden(county):
    add_sums(county, returns=8, active=2)
    assert queries.hidden_weeks(county, SPAN) == {LAST_WEEK.monday}


def test_unit_without_parent_hides_its_own_small_weeks(db):
    root = make_unit(level="city")
    add_sums(root, returns=2)
    assert queries.hidden_weeks(root, SPAN) == {LAST_WEEK.monday}


def test_month_adds_up_its_weeks_also_the_hidden_ones(county, reviewer):
    add_sums(county, LAST_WEEK, returns=3, per_head=500)
    add_sums(county, LAST_WEEK.plus(-1), returns=4, per_head=100)
    figures, gone = queries.weekly(reviewer, county, SPAN), queries.hidden_weeks(county, SPAN)
    assert queries.of_period(figures, gone, WEEK) is None
    month = queries.of_period(figures, gone, MONTH)
    assert (month.returns, month.total) == (7, 3 * 500 + 4 * 100)


def test_month_of_one_hidden_week_is_hidden(county, reviewer):
    add_sums(county, returns=3)
    figures, gone = queries.weekly(reviewer, county, SPAN), queries.hidden_weeks(county, SPAN)
    assert queries.of_period(figures, gone, MONTH) is None


def test_quarter_does_not_give_away_the_only_week_of_a_month(county, reviewer):
    """The month before is shown, and so is the quarter: their difference would be four people's week."""
    newest = LAST_WEEK.plus(-2)  # the first of November
    for n, returns in enumerate((4, 8, 8, 8, 8)):
        add_sums(county, newest.plus(-n), returns=returns)
    span = (newest.plus(-9).monday, LAST_WEEK.monday)
    figures, gone = queries.weekly(reviewer, county, span), queries.hidden_weeks(county, span)
    shown = [
        queries.of_period(figures, gone, Period.of(kind, week, until=LAST_WEEK)) is not None
        for kind, week in (("week", newest), ("month", newest.plus(-1)), ("month", newest), ("quarter", newest))
    ]
    assert shown == [False, True, False, False]


def test_some_weeks_of_a_month_do_not_give_away_a_hidden_one(county, reviewer):
    """A month begun is compared with as many weeks of the one before; the other hidden week may come after them."""
    weeks = Period.of("month", LAST_WEEK.plus(-4)).weeks
    for week, returns in zip(weeks, (8, 4, 9, 7, 9), strict=False):
        add_sums(county, week, returns=returns)
    span = (weeks[0].monday, weeks[-1].monday)
    figures, gone = queries.weekly(reviewer, county, span), queries.hidden_weeks(county, span)
    assert gone == {weeks[1].monday, weeks[3].monday}
    assert [queries.of_period(figures, gone, Period("month", weeks[:n])) is None for n in (1, 2, 3, 4)] == [
        False,
        True,
        True,
        False,
    ]


def test_period_without_data_is_nothing_and_not_hidden(county, reviewer):
    found = queries.of_period({}, frozenset(), WEEK)
    assert (found.returns, found.per_head) == (0, None)


def test_sources_of_now_and_before(county, reviewer):
    office, other = make_unit(county, "department"), make_unit(county, "department")
    for week, minutes in ((LAST_WEEK, 300), (LAST_WEEK.plus(-1), 200)):
        add_source(county, office, week, minutes=minutes)
    add_source(county, other, minutes=900)
    add_source(county, None, minutes=10)
    now, before = queries.sources(reviewer, county, WEEK)
    assert [(source.issuer_id, source.total) for source in now] == [(other.pk, 900), (office.pk, 300), (0, 10)]
    assert {pk: source.total for pk, source in before.items()} == {office.pk: 200}


def test_issuers_above_the_range_have_names(county, reviewer):
    assert queries.issuer_names(reviewer, [county.parent_id])[county.parent_id].name == county.parent.name


def test_township_stands_for_its_own_people(county, reviewer):
    town = make_unit(county, "township")
    add_sums(town, returns=6, per_head=700)
    add_sums(make_unit(town, "village"), returns=9, per_head=100)
    row = queries.compared(reviewer, [town], SPAN)[0]
    assert (row.over(WEEK).per_head, row.over(WEEK).active) == (700, 8)
    assert not row.is_hidden(WEEK)


def test_township_whose_villages_are_few_people_is_hidden(county, reviewer):
    town = make_unit(county, "township")
    add_sums(town, returns=6)
    add_sums(make_unit(town, "village"), returns=2)
    row = queries.compared(reviewer, [town], SPAN)[0]
    assert row.gone == {LAST_WEEK.monday}
    assert row.is_hidden(WEEK)
    assert row.is_hidden(MONTH)


def test_department_stands_for_all_of_it(county, reviewer):
    offices = [make_unit(county, "department") for _ in range(2)]
    for office in offices:
        add_sums(office, per_head=300)
    rows = queries.compared(reviewer, offices, SPAN)
    assert [row.over(WEEK).per_head for row in rows] == [300, 300]


def test_month_hides_the_sibling_that_would_give_the_small_one_away(county, reviewer):
    offices = [make_unit(county, "department") for _ in range(3)]
    for office, returns in zip(offices, (2, 6, 9), strict=True):
        add_sums(office, LAST_WEEK, returns=returns)
        add_sums(office, LAST_WEEK.plus(-1), returns=0 if returns == 2 else returns)
    loads = queries.period_loads(queries.compared(reviewer, offices, SPAN), MONTH)
    assert [loads[office.pk] is None for office in offices] == [True, True, False]


def test_many_units_are_summed_as_they_are_compared(county, reviewer):
    offices = [make_unit(county, "department") for _ in range(4)]
    for office, returns in zip(offices, (9, 6, 5, 2), strict=True):
        for week in MONTH.weeks:
            add_sums(office, week, returns=returns, per_head=100 * returns, self_min=7)
    loads = queries.period_loads(queries.summed(reviewer, offices, MONTH), MONTH)
    for row in queries.compared(reviewer, offices, SPAN):
        summed, load = row.over(MONTH), loads[row.unit.pk]
        assert (load.minutes, load.self_min, load.returns) == (summed.minutes, summed.self_min, summed.returns)


def test_single_filled_week_of_many_is_not_summed(county, reviewer):
    office = make_unit(county, "department")
    add_sums(office)
    row = queries.summed(reviewer, [office, county], MONTH)[0]
    assert row.is_hidden(MONTH)
    assert row.over(MONTH).active == 8


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
