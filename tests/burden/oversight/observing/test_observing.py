"""Observers: what they leave goes to the reviewers over the unit and to nobody else, is answered once, and can be taken back."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from burden.accounts.roles import Role
from burden.kit import clock
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.oversight.observing import queries, services
from burden.oversight.observing.models import TRANSITIONS, Act, Observation, State
from tests.database import as_role
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor, make_bulletin, make_unit, make_user


class Place:
    """A county with an observer, a reviewer, and a township with its lead."""

    def __init__(self) -> None:
        self.county = make_unit(make_unit(level="city"), "county")
        self.town = make_unit(self.county, "township", name="白塔镇")
        self.observer, self.reviewer = make_actor(self.county, "observer"), make_actor(self.county, "reviewer")
        self.lead = make_actor(self.town, "lead")

    def leave(self, by=None, **said):
        facts = {"unit": self.town, "week": THIS_WEEK, "words": "一上午三拨检查", "now": NOW} | said
        return services.observe(by=by or self.observer, **facts)

    def settle(self, one, by=None, answer="合成一次"):
        return services.settle_observation(by=by or self.reviewer, observation=one, answer=answer, now=NOW)

    def withdraw(self, one, by=None):
        return services.withdraw_observation(by=by or self.observer, observation=one, now=NOW)


@pytest.fixture
def place(db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Place()


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_every_state_takes_the_acts_of_its_table_and_no_other(place, state, act):
    one = place.leave()
    settled = {"settled_by": make_user(), "answer": "好"} if state == State.SETTLED else {}
    Observation.every.filter(pk=one.pk).update(state=state, **settled)
    do = {Act.SETTLE: place.settle, Act.WITHDRAW: place.withdraw}[act]
    if (state, act) in TRANSITIONS:
        assert do(one).state == TRANSITIONS[state, act]
        return
    with pytest.raises(Conflict) as refused:
        do(one)
    assert refused.value.code == "observation.state"
    one.refresh_from_db()
    assert one.state == state


@pytest.mark.parametrize("role", Role.values)
def test_only_observers_leave_one(place, role):
    actor = make_actor(place.county, role)
    if role == Role.OBSERVER:
        assert place.leave(actor).by == actor.user
        return
    with pytest.raises(PermissionDenied):
        place.leave(actor)


def test_it_reaches_the_reviewers_over_the_unit_and_nobody_it_is_about(place):
    one = place.leave()
    sees = {(unit, role) for unit, role in (
        (place.county, "reviewer"), (place.county, "office"), (place.county.parent, "reviewer"), (place.town, "reviewer"),
        (place.town, "lead"), (place.town, "cadre"), (place.county, "observer"), (place.county, "auditor"),
        (make_unit(place.county.parent, "county"), "reviewer"),
    ) if queries.observations(make_actor(unit, role)).filter(pk=one.pk).exists()}  # fmt: skip
    assert sees == {(place.county, "reviewer"), (place.county, "office"), (place.county.parent, "reviewer")}
    assert queries.observations(place.observer).get() == one


def by_both_walls(actor):
    """Return how many the code and how many the database lets an actor see."""
    with as_role("burden_web"):
        act_as(actor.user_id)
        by_database = Observation.every.count()
    return Observation.objects.visible_to(actor).count(), by_database


def test_second_wall_hides_it_too(place):
    place.leave()
    actors = (place.observer, place.reviewer, place.lead, make_actor(place.county, "observer"))
    assert [by_both_walls(actor) for actor in actors] == [(1, 1), (1, 1), (0, 0), (0, 0)]


@pytest.mark.parametrize("role", ["reviewer", "office"])
def test_no_desk_reads_what_is_said_of_its_own_unit(place, role):
    above = make_actor(place.county.parent, role)
    one = place.leave(unit=place.county)
    assert by_both_walls(make_actor(place.county, role)) == (0, 0)
    assert by_both_walls(above) == (1, 1)
    assert queries.waiting(above, NOW) and not queries.waiting(place.reviewer, NOW)
    assert place.settle(one, above).state == State.SETTLED


@pytest.mark.parametrize("worked_in", ["town", "village"])
def test_reviewer_who_also_works_in_a_unit_does_not_read_of_it(place, worked_in):
    unit = place.town if worked_in == "town" else make_unit(place.town, "village")
    both = make_actor(unit, "cadre", make_actor(place.county, "office").user)
    place.leave()
    assert by_both_walls(both) == (0, 0)
    place.leave(unit=make_unit(place.county, "township"))
    assert by_both_walls(both) == (1, 1)


def test_of_a_unit_above_which_nobody_reviews_none_is_taken(place, client):
    with pytest.raises(Refused, match="上面还没有人看") as refused:
        place.leave(unit=place.county)
    assert refused.value.code == "observation.unit" and not Observation.every.exists()
    client.force_login(place.observer.user)
    choice = f'value="{place.county.code}"'
    assert choice not in client.get(reverse("observing")).text
    make_actor(place.county.parent, "reviewer")
    assert choice in client.get(reverse("observing")).text


def test_observer_who_reviews_does_not_answer_what_is_about_the_own_unit(place, client):
    make_actor(place.county.parent, "reviewer")
    both = make_actor(place.county, "reviewer", place.observer.user)
    one = place.leave(both, unit=place.county)
    with pytest.raises(Refused, match="专班"):
        place.settle(one, both)
    client.force_login(both.user)
    page = client.get(reverse("observation", args=[one.pk])).text
    assert one.text in page and reverse("observation_settle", args=[one.pk]) not in page


def test_web_role_does_all_of_it_with_its_own_rights(place):
    with as_role("burden_web"):
        act_as(place.observer.user_id)
        one, other = place.leave(), place.leave(words="另一条")
        place.withdraw(other)
        act_as(place.reviewer.user_id)
        place.settle(one)
    whats = AuditEvent.objects.filter(what__startswith="observation").values_list("what", flat=True)
    assert sorted(whats) == ["observation.left", "observation.left", "observation.settled", "observation.withdrawn"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"week": THIS_WEEK.plus(1)}, "observation.week"), ({"week": THIS_WEEK.plus(-27)}, "observation.week"),
        ({"words": "  "}, "observation.text"), ({"words": "长" * 501}, "observation.text"),
        ({"words": "a\u202eb"}, "observation.text"),
    ],
)  # fmt: skip
def test_what_cannot_be_left_says_why(place, said, code):
    with pytest.raises(Refused) as refused:
        place.leave(**said)
    assert refused.value.code == code and not Observation.every.exists()


def test_unit_outside_the_observers_range_is_refused(place):
    with pytest.raises(Refused, match="范围"):
        place.leave(unit=make_unit(place.county.parent, "county"))
    assert place.leave(week=LAST_WEEK).week == LAST_WEEK.monday


def test_others_do_not_take_it_back_and_observers_do_not_answer(place):
    one = place.leave()
    with pytest.raises(Refused, match="写的人"):
        place.withdraw(one, place.reviewer)
    with pytest.raises(Refused, match="专班"):
        place.settle(one, place.observer)
    for stranger in (place.lead, make_actor(place.county, "observer")):
        with pytest.raises(Observation.DoesNotExist):
            place.settle(one, stranger)
    with pytest.raises(Refused, match="还没填答复"):
        place.settle(one, answer=" ")


def test_it_waits_for_reviewers_until_it_is_answered(place):
    one = place.leave()
    (waits,) = queries.waiting(place.reviewer, NOW)
    assert (waits.title, waits.note, waits.since) == ("一上午三拨检查", "白塔镇", dt.date(2026, 11, 24))
    assert queries.waiting(place.lead, NOW) == queries.waiting(place.observer, NOW) == []
    place.settle(one)
    assert queries.waiting(place.reviewer, NOW) == []


def test_observer_writes_and_reviewer_answers_on_pages(client, place):
    bulletin = make_bulletin(place.county, "published")
    client.force_login(place.observer.user)
    page = client.get(reverse("observing"))
    assert bulletin.title in page.text and reverse("report", args=[place.county.code]) in page.text
    sent = {"unit": place.town.code, "week": "2026-11-23", "words": "三拨检查"}
    assert client.post(reverse("observing"), sent | {"week": ""}).status_code == 422
    assert client.post(reverse("observing"), sent | {"unit": place.county.parent.code}).status_code == 422
    assert "记下了" in client.post(reverse("observing"), sent, follow=True).text
    one = Observation.every.get()
    client.force_login(place.reviewer.user)
    assert "三拨检查" in client.get(reverse("observing")).text
    settle = reverse("observation_settle", args=[one.pk])
    assert client.post(settle, {"answer": ""}).status_code == 422
    assert "答复了" in client.post(settle, {"answer": "合成一次"}, follow=True).text
    assert client.post(settle, {"answer": "再答"}).status_code == 422
    client.force_login(place.observer.user)
    assert "合成一次" in client.get(reverse("observing")).text
    assert "不能撤回" in client.post(reverse("observation_withdraw", args=[one.pk]), follow=True).text
    client.force_login(place.lead.user)
    assert client.get(reverse("observing")).status_code == 403


def test_list_takes_the_same_queries_for_one_row_and_three(client, place):
    client.force_login(place.reviewer.user)
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            place.leave()
        client.get(reverse("observing"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("observing"))
        counts.append(len(seen))
    assert counts[0] == counts[1]
