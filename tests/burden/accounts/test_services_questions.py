"""The meter of the portal's own questions: three a week to a person, whichever room asks."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from burden.accounts.models import MOST_QUESTIONS, PortalQuestion
from burden.accounts.queries import put_to
from burden.accounts.services import left_to_ask, put_question
from burden.demands.queries import estimates_asked
from burden.demands.services import ask_first
from burden.kit.clock import Week
from burden.kit.errors import Refused
from tests.database import as_role, in_threads
from tests.factories import NOW, make_actor, make_demand, make_unit, make_user

WEEK = dt.timedelta(7)
pytestmark = pytest.mark.django_db


def put(
    subject: int, *people: int, kind: str = "estimate", now: dt.datetime = NOW, most: int | None = None
) -> set[int]:
    return put_question(kind=kind, subject=subject, people=people, now=now, most=most)


def test_fourth_question_of_a_week_is_not_put() -> None:
    person = make_user().pk
    kinds = ("estimate", "recheck", "relief")
    assert [put(1, person, kind=kind) for kind in kinds] == [{person}] * 3
    assert left_to_ask(people=[person], now=NOW) == {person: 0}
    assert put(2, person, kind="rating") == set()
    assert put(2, person, kind="rating", now=NOW + WEEK) == {person}


def test_question_put_twice_takes_one_place() -> None:
    person = make_user().pk
    assert put(1, person) == {person}
    assert put(1, person) == {person}
    assert left_to_ask(people=[person], now=NOW) == {person: 2}


def test_those_asked_least_are_asked_first() -> None:
    asked, rested = make_user().pk, make_user().pk
    put(1, asked)
    assert put(2, asked, rested, most=1) == {rested}


def test_question_put_again_goes_to_no_more_people() -> None:
    people = [make_user().pk for _n in range(3)]
    assert put(1, *people, most=2) == put(1, *people, most=2) == set(people[:2])
    assert put(1, *people, most=3) == set(people)


def test_services_that_ask_at_once_keep_to_three(transactional_db: None) -> None:
    people = [make_user().pk for _n in range(6)]

    def ask(number: int) -> set[int]:
        return put(number, *people[number % 2 :], *people[: number % 2])

    told = in_threads(6, ask)
    for person in people:
        held = set(PortalQuestion.objects.filter(person=person).values_list("subject", flat=True))
        assert 1 <= len(held) <= MOST_QUESTIONS
    shown = sum(len(some) for some in told if isinstance(some, set))
    assert shown == PortalQuestion.objects.count(), "whoever is told may show a question, and nobody else"


def test_database_holds_to_three() -> None:
    person = make_user()
    facts = {"person": person, "week": Week.at(NOW).monday, "kind": "rating"}
    for place, subject in ((0, 1), (4, 1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            PortalQuestion.objects.create(place=place, subject=subject, **facts)
    PortalQuestion.objects.create(place=1, subject=1, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        PortalQuestion.objects.create(place=1, subject=2, **facts)


@pytest.mark.parametrize("role", ["burden_web", "burden_worker"])
def test_every_role_may_ask(role: str) -> None:
    person = make_user().pk
    with as_role(role):
        assert put(1, person) == {person}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 6), st.sets(st.integers(0, 3))), max_size=15))
def test_nobody_is_asked_more_than_three_times_a_week(asked: list[tuple[int, int, set[int]]]) -> None:
    with transaction.atomic():
        people = [make_user().pk for _n in range(4)]
        for week, subject, some in asked:
            put(subject, *(people[n] for n in some), now=NOW + WEEK * week)
        for week in range(3):
            left = left_to_ask(people=people, now=NOW + WEEK * week)
            for person in people:
                held = PortalQuestion.objects.filter(person=person, week=Week.at(NOW + WEEK * week).monday).count()
                assert (held, left[person]) == (held, MOST_QUESTIONS - held)
                wanted = {s for w, s, some in asked if w == week and people.index(person) in some}
                assert held == min(MOST_QUESTIONS, len(wanted))
        transaction.set_rollback(True)


# asking first uses it


@pytest.fixture
def county():
    return make_unit(make_unit(level="city"))


def draft(county):
    bureau = make_unit(county, "department")
    facts = {"state": "draft", "receivers": {"levels": ["township"]}}
    issuer = make_actor(bureau, "issuer")
    return issuer, make_demand(bureau, created_by=issuer.user, **facts)


def test_estimate_is_put_to_three_people_of_a_unit_at_most(county) -> None:
    town = make_unit(county, "township")
    people = [make_actor(town) for _n in range(5)]
    issuer, demand = draft(county)
    ask_first(by=issuer, demand=demand, now=NOW)
    seeing = [each for each in people if estimates_asked(each, dt.date(2026, 11, 24)).exists()]
    assert len(seeing) == 3
    assert put_to(seeing[0], "estimate").count() == 1


def test_unit_whose_people_were_asked_enough_is_passed_over(county) -> None:
    full, free = make_unit(county, "township"), make_unit(county, "township")
    tired, rested = make_actor(full), make_actor(free)
    for subject in range(3):
        put(10**9 + subject, tired.user_id, kind="relief")
    issuer, demand = draft(county)
    assert [each.unit_id for each in ask_first(by=issuer, demand=demand, now=NOW)] == [free.pk]
    for subject in range(2):
        put(10**9 + subject, rested.user_id, kind="relief")
    issuer, other = draft(county)
    with pytest.raises(Refused) as refused:
        ask_first(by=issuer, demand=other, now=NOW)
    assert refused.value.code == "demand.all_asked"
    assert len(ask_first(by=issuer, demand=other, now=NOW + WEEK)) == 2
