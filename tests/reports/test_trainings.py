"""Training: counted as any meeting, listed apart; its own people's sums for a lead, and nobody by name."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from burden.kit import clock
from burden.resources.models import Training
from reports.trainings import trained
from tests.factories import (
    LAST_WEEK,
    NOW,
    make_actor,
    make_demand,
    make_entry,
    make_return,
    make_target,
    make_unit,
    make_user,
)
from tests.reports.test_league import ask


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db):
    return make_unit(make_unit(level="city"), "county", name="临溪县")


@pytest.fixture
def office(county):
    return make_actor(county, "office")


def make_training(county, bureau, **sums):
    demand = make_demand(bureau, category="meeting", title="防返贫系统培训", first_on=dt.date(2026, 11, 18), people=3)
    facts = {"answered": 6, "done": 6, "claim_min": 1_200} | sums
    ask(bureau, 900, LAST_WEEK, demand=demand, **facts)
    make_target(demand, make_unit(county, "township"), LAST_WEEK)
    return Training.every.create(demand=demand, marked_by=make_user(), marked_at=NOW)


def test_training_counts_by_the_formula_of_meetings(county, office):
    training = make_training(county, make_unit(county, "department"), answers=8)
    found = trained(office, county, 2026)
    assert [(each.training, each.offered, each.attended) for each in found] == [(training, 3, 6)]
    assert trained(office, county, 2025) == []


def test_training_that_few_answered_is_told_as_registered(county, office):
    make_training(county, make_unit(county, "department"), answers=4, answered=4, done=4)
    assert [(each.attended, each.total_min) for each in trained(office, county, 2026)] == [(None, 1_200)]


def attend(town, training, people):
    target = make_target(training.demand, town, LAST_WEEK)
    for person in people:
        filed = make_return(person.user, town)
        make_entry(filed, target=target, issuer_id=target.issuer_id, category="meeting", minutes=90)
    return target


def test_lead_sees_sums_of_what_the_own_people_were_trained_in_and_no_name(client, county):
    town, bureau = make_unit(county, "township"), make_unit(county, "department")
    people = [make_actor(town) for _each in range(6)]
    target = attend(town, make_training(county, bureau), people[:5])
    make_target(make_demand(bureau, category="meeting", title="调度会"), town, LAST_WEEK)  # no training
    lead = make_actor(town, "lead")
    url = reverse("capacity", args=[town.code])
    client.force_login(lead.user)
    page = client.get(url)
    assert [(each.target, each.answered, each.person_min) for each in page.context["attended"]] == [(target, 5, 450)]
    shown = page.content.decode()
    assert "防返贫系统培训" in shown and "能显示的合计 7.5 人时" in shown
    assert "7.5<small>人时</small>" in shown and "今年本单位参加的" in shown  # the unit itself offers none
    assert not [each.name for each in people if each.name in shown]
    for other in (make_actor(county, "office"), make_actor(county, "lead")):
        client.force_login(other.user)
        assert client.get(url).context["attended"] == []


def test_training_of_fewer_than_five_of_the_own_people_has_no_hours(client, county):
    town = make_unit(county, "township")
    attend(town, make_training(county, make_unit(county, "department")), [make_actor(town) for _each in range(4)])
    lead = make_actor(town, "lead")
    client.force_login(lead.user)
    page = client.get(reverse("capacity", args=[town.code]))
    assert [(each.answered, each.person_min) for each in page.context["attended"]] == [(4, None)]
    assert page.context["attended_min"] == 0
    assert "0.0<small>人时</small>" not in page.content.decode() and "合计 0.0" not in page.content.decode()


def test_own_training_costs_as_much_for_three_weeks_as_for_one(client, county):
    town, bureau, found = make_unit(county, "township"), make_unit(county, "department"), []
    client.force_login(make_actor(town, "lead").user)
    client.get(reverse("capacity", args=[town.code]))
    for ago in range(2):
        training = make_training(county, bureau)
        make_target(training.demand, town, LAST_WEEK.plus(-ago))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("capacity", args=[town.code]))
        found.append(len(seen))
    assert found[0] == found[1]
