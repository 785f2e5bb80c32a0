"""What was asked, by unit and week: plan, notice, relays, repeats, and both sides of what was answered."""

from __future__ import annotations

import datetime as dt

import pytest

from burden.demands.models import DemandReview, Reestimate
from burden.standards.models import PlanItem, TariffVersion
from burden.units import events
from burden.units.events import Change
from burden.units.models import Level, Unit
from reports import asked, tasks
from reports.models import RollupAsked
from tests.database import as_role
from tests.factories import (
    LAST_WEEK,
    NOW,
    THIS_WEEK,
    make_demand,
    make_entry,
    make_return,
    make_target,
    make_unit,
    make_user,
)
from tests.reports.sums import add_sums


class Place:
    def __init__(self) -> None:
        self.county = make_unit()
        self.department = make_unit(self.county, Level.DEPARTMENT)
        self.town = make_unit(self.county, Level.TOWNSHIP)
        self.village = make_unit(self.town, Level.VILLAGE)
        add_sums(self.village, LAST_WEEK)


@pytest.fixture
def place(db: None) -> Place:
    return Place()


def recount(**facts: bool) -> int:
    with as_role("burden_worker"):
        return asked.recount(now=NOW, **facts)


def row(unit: Unit, week=LAST_WEEK) -> RollupAsked:
    return RollupAsked.every.get(unit=unit, week=week.monday)


def test_targets_are_summed_up_the_tree_and_not_kept_for_villages(place: Place) -> None:
    demand = make_demand(place.department)
    for unit in (place.town, place.village):
        make_target(demand, unit, LAST_WEEK)
    recount()
    assert (row(place.town).targets, row(place.county).targets) == (2, 2)
    assert not RollupAsked.every.filter(unit=place.village).exists()


def test_plan_is_counted_by_target(place: Place) -> None:
    item = PlanItem.objects.create(issuer=place.department, year=2026, category="form", title="月报")
    for plan in (item, None):
        make_target(make_demand(place.department, plan_item=plan), place.town, LAST_WEEK)
    recount()
    assert (row(place.county).planned, row(place.county).targets) == (1, 2)


@pytest.mark.parametrize(
    ("hour", "at", "afterwards", "expected"),
    [(10, dt.time(9, 30), False, (1, 1)), (10, dt.time(10, 0), False, (1, 0)), (10, None, False, (1, 0)),
     (10, dt.time(9, 0), True, (0, 0))],
)  # fmt: skip
def test_notice_runs_from_registration_to_the_hour_it_is_due(place: Place, hour, at, afterwards, expected) -> None:
    shanghai = dt.timezone(dt.timedelta(hours=8))
    issued = dt.datetime(2026, 11, 17, hour, tzinfo=shanghai)
    demand = make_demand(place.department, issued_at=issued, at=at, afterwards=afterwards)
    make_target(demand, place.town, LAST_WEEK, due_on=dt.date(2026, 11, 18))
    recount()
    assert (row(place.county).noticed, row(place.county).late) == expected


def test_relays_are_counted_from_who_asked_first(place: Place) -> None:
    first = make_demand(place.department)
    second = make_demand(place.town, parent=first)
    third = make_demand(place.village, parent=second)
    for demand, unit in ((first, place.town), (second, place.village), (third, place.village)):
        make_target(demand, unit, LAST_WEEK)
    recount()
    found = row(place.county)
    assert (found.targets, found.depth_sum, found.deepest) == (3, 3, 2)


def test_longest_meeting_is_one_persons_minutes(place: Place) -> None:
    for minutes, category in ((90, "meeting"), (150, "meeting"), (300, "form")):
        make_target(make_demand(place.department, minutes=minutes, category=category), place.town, LAST_WEEK)
    recount()
    assert row(place.county).longest_min == 150


def test_answers_are_compared_with_the_claims_they_used_up(place: Place) -> None:
    target = make_target(make_demand(place.department, people=3, minutes=60), place.town, LAST_WEEK)
    make_entry(make_return(make_user(), place.town), target=target, minutes=100, repeated=True)
    make_entry(make_return(make_user(), place.town), minutes=10)
    make_entry(make_return(make_user(), place.town), target=target, answer="absent")
    recount()
    found = row(place.county)
    assert (found.compared_min, found.answered_min, found.repeated, found.done) == (120, 100, 1, 2)


def test_withdrawn_target_counts_where_it_was_answered(place: Place) -> None:
    demand = make_demand(place.department, people=1, minutes=60)
    for unit in (place.town, place.village):
        target = make_target(demand, unit, LAST_WEEK, withdrawn=True)
    make_entry(make_return(make_user(), place.village), target=target, minutes=50)
    recount()
    found = row(place.county)
    assert (found.targets, found.compared_min, found.answered_min) == (1, 60, 50)


def test_what_a_unit_issued_is_counted_once_a_week(place: Place) -> None:
    demand = make_demand(place.department, category="meeting", people=1, minutes=60)
    for unit in (place.town, place.village):
        make_target(demand, unit, LAST_WEEK)
    make_target(demand, place.town, THIS_WEEK)
    recount()
    found = row(place.department)
    assert (found.issued_meeting, found.issued_form, found.issued_min, found.targets) == (1, 0, 120, 0)
    assert row(place.county).issued_meeting == 1


def test_reestimates_and_what_was_avoided_lie_with_the_issuer(place: Place) -> None:
    demand = make_demand(place.department)
    tariff = TariffVersion.objects.create(number=90, from_week=LAST_WEEK.monday)
    Reestimate.every.create(demand=demand, week=LAST_WEEK.monday, tariff=tariff, before_min=900, after_min=600, at=NOW)
    seen = {"price": {"year_min": 5000}, "lighter": {"price": {"year_min": 1200}}}
    for version, chosen in ((1, "lighter"), (2, "original")):
        DemandReview.every.create(
            demand=demand, version=version, seen=seen, chosen=chosen, by=make_user(), at=NOW - dt.timedelta(days=7)
        )
    make_target(demand, place.town, LAST_WEEK)
    recount()
    found = row(place.department)
    assert (found.reestimated_min, found.avoided, found.avoided_min) == (-300, 1, 3800)


def test_nightly_recount_is_what_a_rebuild_counts(place: Place) -> None:
    target = make_target(make_demand(place.department), place.town, LAST_WEEK)
    assert recount() == 3
    make_entry(make_return(make_user(), place.town), target=target, repeated=True)
    assert recount() == 3
    nightly = list(RollupAsked.every.order_by("unit_id", "week").values())
    assert recount(whole=True) == 3
    assert list(RollupAsked.every.order_by("unit_id", "week").values()) == nightly
    assert row(place.county).repeated == 1


def test_old_weeks_stay_as_they_were_counted(place: Place) -> None:
    old = LAST_WEEK.plus(-30)
    make_target(make_demand(place.department), place.town, THIS_WEEK)
    make_target(make_demand(place.department), place.town, old)
    recount()
    make_target(make_demand(place.department), place.town, old)
    recount()
    assert row(place.town, old).targets == 1
    recount(whole=True)
    assert row(place.town, old).targets == 2


def test_nothing_is_counted_where_nothing_is(db: None) -> None:
    assert recount() == 0


def test_past_follows_a_unit_that_moves_from_long_ago(place: Place, monkeypatch) -> None:
    """What was asked before the weeks that still move counts where the unit stood then, as its sums do."""
    monkeypatch.setattr(tasks, "now", lambda: NOW)
    week = THIS_WEEK.plus(-asked.MOVING - 10)
    add_sums(place.village, week)
    make_target(make_demand(place.department), place.town, week)
    with as_role("burden_worker"):
        tasks.count_asked()
    other = make_unit(place.county.parent)
    facts = {"kind": "move", "unit": place.town, "from_": week.monday, "reason": "批复", "parent": other}
    events.register(by=None, change=Change(**facts), now=NOW)
    with as_role("burden_worker"):
        tasks.count_asked()
    assert row(other, week).targets == 1
