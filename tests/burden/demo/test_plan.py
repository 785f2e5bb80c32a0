"""The plan of the demo data: the county's size, its seasons, its titles. No database."""

import datetime as dt

import pytest

from burden.accounts.demo import USERNAMES
from burden.demo.places import TOWNSHIPS
from burden.demo.plan import MOST_ITEMS, REFORM, REFORM_BEFORE_END, SLOTS, make_plan
from burden.demo.titles import works
from burden.kit.clock import Week

LAST = Week(dt.date(2026, 11, 16))


@pytest.fixture(scope="module")
def plan():
    return make_plan(last=LAST)


def test_plan_has_the_size_of_the_county(plan):
    levels = [unit.level for unit in plan.units]
    assert {level: levels.count(level) for level in set(levels)} == {
        "province": 1, "city": 2, "county": 3, "township": 24, "village": 245, "department": 42
    }  # fmt: skip
    assert len(plan.weeks) == 106
    assert (plan.weeks[-2].monday, plan.weeks[-1].monday) == (dt.date(2026, 11, 16), dt.date(2026, 11, 23))
    sizes = {
        level: {unit.cadres for unit in plan.units if unit.level == level}
        for level in ("village", "township", "department")
    }
    assert sizes["village"] == {5, 6, 7}
    assert min(sizes["township"]) >= 25
    assert max(sizes["township"]) <= 60
    assert sizes["department"] <= set(range(5, 13))


def test_plan_is_fictional(plan):
    assert all(unit.code.startswith("99") for unit in plan.units)
    assert len({unit.code for unit in plan.units}) == len(plan.units)


def test_villages_of_a_township_have_different_names(plan):
    names = [(unit.parent, unit.name) for unit in plan.units]
    assert len(set(names)) == len(names)


def test_plan_is_the_same_every_time(plan):
    again = make_plan(last=LAST)
    assert (again.units, again.people, again.weeks) == (plan.units, plan.people, plan.weeks)
    assert list(again.spans()) == list(plan.spans())


def test_plan_gives_every_demo_account_to_somebody(plan):
    held = {person.username: person.role for person in plan.people}
    assert {username: held.get(username) for username in USERNAMES} == USERNAMES


def test_plan_has_seasons_and_a_reform(plan):
    load = {week.monday: week.load for week in plan.weeks}
    assert load[dt.date(2025, 3, 10)] > load[dt.date(2025, 5, 12)] > load[dt.date(2025, 1, 27)]
    assert load[dt.date(2025, 9, 29)] < load[dt.date(2025, 9, 22)]
    first = LAST.plus(1 - REFORM_BEFORE_END)
    year_before = first.plus(-52)
    assert load[first.monday] == pytest.approx(load[year_before.monday] * REFORM)
    assert load[first.plus(-1).monday] == load[year_before.plus(-1).monday]


def test_spans_fill_every_number_once(plan):
    spans = [span for span in plan.spans() if span.week == LAST.monday and span.audience == "village"]
    numbers = [number for span in spans for number in range(span.first, span.last + 1)]
    assert sorted(numbers) == list(range(SLOTS))
    assert max(span.last - span.first + 1 for span in spans) <= SLOTS / MOST_ITEMS


def test_titles_are_many_and_different():
    titles = [work.title for work in works()]
    assert len(titles) == len(set(titles)) > 500
    assert all(len(title) <= 40 for title in titles)


def test_small_plan_has_as_many_townships_as_asked():
    assert len([unit for unit in make_plan(last=LAST, weeks=3, townships=2).units if unit.level == "township"]) == 2
    assert len(TOWNSHIPS) == 18
