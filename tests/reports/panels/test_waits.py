"""Signals among what waits: for reviewers alone, until somebody judged them, as far as they may be told."""

from __future__ import annotations

import datetime as dt

import pytest

from burden.units.models import Unit
from reports.models import Signal
from reports.panels.waits import waiting
from tests.factories import NOW, THIS_WEEK, make_actor, make_finding, make_unit

DAY = dt.timedelta(1)


@pytest.fixture
def county(db: None) -> Unit:
    return make_unit(make_unit(level="city"))


def signal_of(unit: Unit, title: str, **facts: object) -> Signal:
    weeks = {"since": THIS_WEEK.plus(-3).monday, "first_week": THIS_WEEK.plus(-3).monday}
    facts = {"last_week": THIS_WEEK.plus(-1).monday, "first_seen": NOW.date(), "person_min": 600} | facts
    evidence = {"title": title, "units": 9, "cadres": 30, "n": 90}
    return Signal.every.create(
        kind="unregistered", unit=unit, subject=title, strength=150, evidence=evidence, **weeks, **facts
    )


def test_signal_waits_for_the_reviewer_until_it_is_judged(county: Unit) -> None:
    bureau = make_unit(county, "department")
    later, first = signal_of(bureau, "塘坝台账"), signal_of(bureau, "农房台账", first_seen=NOW.date() - DAY * 6)
    signal_of(bureau, "早没有了", last_week=THIS_WEEK.plus(-20).monday)
    signal_of(make_unit(make_unit(level="city"), "department"), "别处的")
    reviewer = make_actor(county, "reviewer")
    found = waiting(reviewer, NOW)
    assert [(each.since, each.note) for each in found] == [
        (first.first_seen, f"{bureau.name}，10.0 人时"),
        (later.first_seen, f"{bureau.name}，10.0 人时"),
    ]
    assert f"signal={first.pk}" in found[0].url
    assert all(
        waiting(make_actor(county, role), NOW) == [] for role in ("office", "lead", "issuer", "observer", "cadre")
    )
    make_finding(county, bureau, source="signal", source_key=first.key)
    assert [each.since for each in waiting(reviewer, NOW)] == [later.first_seen]
