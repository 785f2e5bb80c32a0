"""Two hands at once: one demand goes out once, one key makes one demand, and an answer is never lost to a withdrawal."""

from __future__ import annotations

import threading
import time
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client

from burden.accounts.actor import Actor
from burden.demands.models import Demand, DemandReview, Target
from burden.demands.services import change, issue, register, save_draft, withdraw
from burden.kit import clock
from burden.kit.db import act_as
from tests.database import in_threads
from tests.factories import NOW, THIS_WEEK, make_actor, make_entry, make_return, make_unit

KEY = UUID("6f1c8a52-5a55-4bd1-9d8e-000000000001")
VALUES = {
    "title": "整治月报",
    "basis": "农发〔2026〕12号",
    "first_on": "2026-11-27",
    "minutes": 90,
    "receivers": {"levels": ["township"]},
}


@pytest.fixture
def issuer(transactional_db) -> Actor:
    county = make_unit()
    make_unit(county, "township")
    make_unit(county, "township")
    return make_actor(make_unit(county, "department"), "issuer")


def acting(actor: Actor, act):
    """Return an act in one transaction of its own, as a request is."""

    def run(number: int):
        with transaction.atomic():
            act_as(actor.user_id)
            return act(number)

    return run


def sent(issuer: Actor) -> Demand:
    demand = save_draft(by=issuer, demand=None, values=VALUES, now=NOW)
    return issue(by=issuer, demand=demand, chosen="original", reason="不采用", answers={}, now=NOW)


def test_one_key_at_once_makes_one_demand(issuer):
    found = in_threads(8, acting(issuer, lambda _: register(by=issuer, client_key=KEY, values=VALUES, now=NOW)))
    assert sorted(each.replayed for each in found) == [False] + [True] * 7
    assert Demand.every.count() == 1


def test_demand_goes_out_once_for_two_hands(issuer):
    demand = save_draft(by=issuer, demand=None, values=VALUES, now=NOW)
    decision = {"chosen": "original", "reason": "不采用", "answers": {}, "now": NOW}
    in_threads(4, acting(issuer, lambda _: issue(by=issuer, demand=demand, **decision)))
    assert (Target.every.count(), DemandReview.every.count()) == (2, 1)


def test_one_of_two_changes_of_a_version_stands(issuer):
    demand = sent(issuer)

    def changed(number: int):
        values = {"minutes": 30 + number}
        return change(by=issuer, demand=demand, base_version=1, values=values, answers={}, reason="口径", now=NOW)

    found = in_threads(2, acting(issuer, changed))
    assert sorted(getattr(each, "code", "changed") for each in found) == ["changed", "version_conflict"]


def test_answer_that_is_being_filed_outlives_the_withdrawal(issuer):
    demand = sent(issuer)
    target = Target.every.filter(demand=demand).first()
    cadre = make_actor(target.unit).user
    began, done = threading.Event(), []

    def take_back() -> None:
        began.wait(10)
        done.extend(in_threads(1, acting(issuer, lambda _: withdraw(by=issuer, demand=demand, reason="不必", now=NOW))))
        connection.close()

    thread = threading.Thread(target=take_back)
    thread.start()
    with transaction.atomic():
        make_entry(make_return(cadre, target.unit, THIS_WEEK), target=target)
        began.set()
        time.sleep(0.3)  # the withdrawal waits for the answer meanwhile
        assert not done
    thread.join(30)
    assert done[0].state == "withdrawn"
    assert [(each.pk, each.withdrawn) for each in Target.every.filter(demand=demand)] == [(target.pk, True)]


def test_page_that_sends_twice_at_once_drafts_one(issuer):
    in_threads(4, acting(issuer, lambda _: save_draft(by=issuer, demand=None, values=VALUES, client_key=KEY, now=NOW)))
    assert Demand.every.get().client_key == KEY


@pytest.mark.parametrize("path", ["/demands/new/", "/demands/{pk}/edit/"])
def test_button_pressed_twice_at_once_issues_one_and_shows_it(issuer, path, settings):
    """The second request waits for the first, and finds the demand out."""
    today = clock.day_of(clock.now())
    typed = {
        "do": "issue.original", "client_key": str(KEY), "category": "form", "title": "整治月报", "basis": "农发〔2026〕12号",
        "origin": "own", "channel": "formal", "frequency": "once", "first_on": str(today), "levels": ["township"],
        "people": "2", "minutes": "90", "lead": issuer.unit.code, "reason": "不采用",
    }  # fmt: skip
    draft = save_draft(by=issuer, demand=None, values=VALUES, now=NOW) if "{pk}" in path else None
    clients = [Client() for _ in range(3)]
    for each in clients:
        each.force_login(issuer.user)
    found = in_threads(3, lambda number: clients[number].post(path.format(pk=draft and draft.pk), typed))
    demand = Demand.every.get()
    assert [(answer.status_code, answer["Location"]) for answer in found] == [(302, f"/demands/{demand.pk}/")] * 3
    assert Target.every.count() == 2
