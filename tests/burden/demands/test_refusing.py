"""Sending back what was recalled: who may, once, with the citation; nothing is claimed any more, and the issuer sees it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, transaction
from django.urls import reverse

from burden.demands.models import Refusal, Target
from burden.demands.queries import budget_left, refusals, targets_of_week
from burden.demands.services import send_back, take
from burden.demands.services.targets import renew_targets, take_back_targets
from burden.kit import clock
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.standards.models import BurdenBudget
from reports import rollup
from reports.models import RollupOwn
from tests.database import as_role
from tests.factories import (
    LAST_WEEK,
    NOW,
    THIS_WEEK,
    make_actor,
    make_demand,
    make_draft,
    make_duty,
    make_filing,
    make_target,
    make_unit,
)


@pytest.fixture
def county(db):
    return make_unit(make_unit(level="city"), "county")


@pytest.fixture
def bureau(county):
    return make_unit(county, "department")


@pytest.fixture
def town(county):
    return make_unit(county, "township")


@pytest.fixture
def item(county):
    return make_duty(county, "recalled", code="3-05", citation="《清单》3-05")


@pytest.fixture
def asked(bureau, town, item):
    return make_target(make_demand(bureau, duty_item=item, frequency="weekly"), town)


def refuse(by, target, now=NOW):
    return send_back(by=by, target=target, now=now)


@pytest.mark.parametrize("role", ["cadre", "lead"])
def test_unit_sends_back_what_was_recalled(town, asked, item, role):
    actor = make_actor(town, role)
    later = make_target(asked.demand, town, THIS_WEEK.plus(1))
    earlier = make_target(asked.demand, town, LAST_WEEK)
    other = make_target(asked.demand, make_unit(town.parent, "township"))
    made = refuse(actor, asked)
    assert (made.citation, made.from_week, made.item) == ("《清单》3-05", THIS_WEEK.monday, item)
    claims = {target.pk: not target.withdrawn for target in Target.every.all()}
    assert claims == {asked.pk: False, later.pk: False, earlier.pk: True, other.pk: True}
    event = AuditEvent.objects.get(what="demand.refused")
    assert (event.detail, event.actor_id) == ({"code": "3-05", "targets": 2}, actor.user_id)
    assert targets_of_week(actor, town.pk, THIS_WEEK) == []


def test_sum_of_the_unit_holds_no_claim_after_it(town, asked):
    cadre = make_actor(town)
    rollup.rebuild(now=NOW)
    assert RollupOwn.every.get(unit=town, week=THIS_WEEK.monday).c_form == 180
    refuse(cadre, asked)
    rollup.refresh()
    assert not RollupOwn.every.filter(unit=town, week=THIS_WEEK.monday, c_form__gt=0).exists()


def test_budget_of_the_issuer_gets_it_back(county, bureau, town, asked):
    BurdenBudget.objects.create(issuer=bureau, year=2026, person_min=6_000)
    issuer = make_actor(bureau, "issuer")
    assert budget_left(issuer, bureau, 2026).used_min == 180
    refuse(make_actor(town), asked)
    assert budget_left(issuer, bureau, 2026).used_min == 0


def test_what_was_answered_before_stays_counted(town, asked):
    cadre = make_actor(town)
    make_filing(cadre, make_draft(target_id=asked.pk, minutes=90), week=THIS_WEEK)
    refuse(cadre, asked)
    rollup.rebuild(now=NOW)
    own = RollupOwn.every.get(unit=town, week=THIS_WEEK.monday)
    assert (own.c_form, own.returns, own.n_form) == (0, 1, 1)


@pytest.mark.parametrize("kind", ["basic", "cooperating", None])
def test_what_was_not_recalled_cannot_be_sent_back(county, bureau, town, kind):
    item = make_duty(county, kind) if kind else None
    target = make_target(make_demand(bureau, duty_item=item), town)
    with pytest.raises(Refused) as refused:
        refuse(make_actor(town), target)
    assert refused.value.code == "refusal.no_ground" and not Refusal.every.exists()


def test_it_is_sent_back_once(town, asked):
    cadre = make_actor(town)
    refuse(cadre, asked)
    with pytest.raises(Conflict, match="已经按清单退回"):
        refuse(make_actor(town), asked)
    with pytest.raises(Conflict, match="已经按清单退回"):
        take(by=cadre, target=asked, now=NOW)


def test_withdrawn_demand_and_past_week_are_refused(town, asked):
    cadre = make_actor(town)
    with pytest.raises(Refused, match="已经过了"):
        refuse(cadre, asked, now=NOW + dt.timedelta(days=14))
    Target.every.filter(pk=asked.pk).update(withdrawn=True)
    with pytest.raises(Conflict, match="下达单位撤回"):
        refuse(cadre, asked)


def test_only_who_works_in_the_unit_may(county, bureau, town, asked):
    for unit, role in (
        (make_unit(county, "township"), "cadre"),
        (county, "office"),
        (county, "reviewer"),
        (bureau, "issuer"),
    ):
        with pytest.raises(PermissionDenied):
            refuse(make_actor(unit, role), asked)


def test_change_of_the_demand_asks_the_unit_no_more(bureau, town, asked):
    refuse(make_actor(town), asked)
    days = [week.monday for week in (LAST_WEEK, THIS_WEEK, THIS_WEEK.plus(2))]
    renew_targets(demand=asked.demand, unit_ids=[town.pk], days=days, since=THIS_WEEK.monday)
    held = {target.week: target.withdrawn for target in Target.every.filter(unit=town)}
    assert held == {THIS_WEEK.monday: True, THIS_WEEK.plus(2).monday: True}


def test_refusal_outlives_its_target(bureau, town, asked):
    refuse(make_actor(town), asked)
    take_back_targets(demand=asked.demand, day=THIS_WEEK.monday)
    assert not Target.every.exists() and Refusal.every.count() == 1


def test_issuer_and_office_see_who_sent_it_back_and_other_bureaus_do_not(county, bureau, town, asked):
    refuse(make_actor(town), asked)
    seen = {(unit, role): refusals(make_actor(unit, role), asked.demand).count() for unit, role in (
        (bureau, "issuer"), (county, "office"), (county, "reviewer"), (make_unit(county, "department"), "issuer"),
        (make_unit(county, "township"), "lead"), (town, "lead"),
    )}  # fmt: skip
    assert list(seen.values()) == [1, 1, 1, 0, 0, 1]


def test_both_walls_hold(county, bureau, town, asked):
    cadre, stranger = make_actor(town), make_actor(make_unit(county, "township"))
    with as_role("burden_web"):
        act_as(cadre.user_id)
        refuse(cadre, asked)
        assert Refusal.every.count() == 1
        with pytest.raises(ProgrammingError), transaction.atomic():
            Refusal.every.all().delete()
        act_as(stranger.user_id)
        assert Refusal.every.count() == 0
        act_as(make_actor(bureau, "issuer").user_id)
        assert Refusal.every.count() == 1


def test_issuer_changes_what_was_sent_back_with_its_own_rights(bureau, town, asked):
    refuse(make_actor(town), asked)
    with as_role("burden_web"):
        act_as(make_actor(bureau, "issuer").user_id)
        renew_targets(demand=asked.demand, unit_ids=[town.pk], days=[THIS_WEEK.plus(1).monday], since=THIS_WEEK.monday)
        assert [target.withdrawn for target in Target.every.all()] == [True]


def test_pages_offer_it_and_say_that_it_was_done(monkeypatch, client, county, bureau, town, asked):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client.force_login(make_actor(town).user)
    page = reverse("target", args=[asked.pk])
    assert "按 3-05 退回" in client.get(page).text
    done = client.post(reverse("target_refuse", args=[asked.pk]), follow=True)
    assert "按清单退回了，不算用时" in done.text
    assert "本单位已按清单退回" in client.get(page).text
    assert "已经按清单退回" in client.post(reverse("target_refuse", args=[asked.pk]), follow=True).text
    client.force_login(make_actor(bureau, "issuer").user)
    assert town.name in client.get(reverse("demand", args=[asked.demand_id])).text
    client.force_login(make_actor(county, "office").user)
    assert "1 个单位退回了" in client.get(reverse("duty")).text
