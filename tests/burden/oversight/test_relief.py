"""Whether relief arrived: asked through the one meter, told by fives, and never what a unit said: not to whoever looks again and again."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import asdict
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from burden.accounts.actor import Actor
from burden.accounts.models import Question
from burden.accounts.queries import put_to
from burden.accounts.services import put_question
from burden.kit import clock
from burden.kit.clock import DAY, WEEK
from burden.kit.db import act_as
from burden.kit.waiting import waiting
from burden.ledger.models import AuditEvent
from burden.oversight import services
from burden.oversight.merits import issuers, words
from burden.oversight.models import TOLD_AT_ONCE, Order, OrderState, ReliefAsked, ReliefTally
from burden.oversight.steps import STEPS
from reports import order_papers
from reports.papers import Paragraph
from tests.burden.oversight.test_services_orders import Place, act, refusal
from tests.database import as_role
from tests.factories import NOW, make_actor, make_demand, make_order, make_target, make_unit

SAID = ("less", "same", "more")


@pytest.fixture
def place(db: None) -> Place:
    return Place()


def asked(place: Place) -> Order:
    order = act(place, place.order("working"), "answer", answers={1: "停用了", 2: "引用了"})
    assert order.asked == 6
    return order


def confirm(by: Actor, order: Order, said: str = "less") -> None:
    services.confirm_relief(by=by, order=order, said=said, now=NOW)


def told(order: Order) -> tuple[int, ...]:
    return tuple(Order.every.values_list(*SAID).get(pk=order.pk))


# --- asked ---


def test_question_goes_through_the_one_meter_to_three_people_of_a_unit(place: Place) -> None:
    colleagues = [make_actor(place.towns[0]) for _n in range(4)]
    order = asked(place)
    seeing = [each for each in (place.cadres[0], *colleagues) if put_to(each, Question.RELIEF).exists()]
    assert len(seeing) == 3
    (said,) = waiting(seeing[0], NOW)
    assert (said.kind, said.url) == ("回头看", reverse("order_relief", args=[order.pk]))
    unseeing = next(each for each in colleagues if each not in seeing)
    assert waiting(unseeing, NOW) == []


def test_who_leads_a_unit_is_among_those_asked(place: Place) -> None:
    for _n in range(4):
        make_actor(place.towns[0])
    lead = make_actor(place.towns[0], "lead")
    asked(place)
    assert put_to(lead, Question.RELIEF).exists()


def test_unit_whose_people_were_asked_enough_is_passed_over(place: Place) -> None:
    for subject in range(3):
        put_question(kind="estimate", subject=10**9 + subject, people=[place.cadres[0].user_id], now=NOW)
    order = act(place, place.order("working"), "answer")
    assert order.asked == 5
    assert not ReliefAsked.every.filter(order=order, unit=place.towns[0]).exists()


def test_receivers_who_could_not_be_asked_are_asked_the_week_after(place: Place) -> None:
    people = [each.user_id for each in place.cadres]
    for subject in range(3):
        put_question(kind="estimate", subject=10**9 + subject, people=people, now=NOW)
    order = act(place, place.order("working"), "answer")
    with as_role("burden_worker"):
        assert [services.ask_later(now=NOW + n * WEEK) for n in (0, 1, 1)] == [0, 1, 0]
    assert Order.every.get(pk=order.pk).asked == 6
    assert AuditEvent.objects.get(what="order.asked").actor_id is None


def test_receivers_of_what_was_registered_are_asked(place: Place) -> None:
    demand = make_demand(place.bureau, title="农村人居环境整治台账")
    make_target(demand, place.towns[0])
    order = act(place, place.order("working"), "answer")
    assert list(ReliefAsked.every.filter(order=order).values_list("unit_id", flat=True)) == [place.towns[0].pk]


def test_receivers_of_what_was_withdrawn_are_asked(place: Place) -> None:
    codes = [place.towns[1].code, place.towns[2].code]
    make_demand(
        place.bureau, title="农村人居环境整治台账", receivers={"units": codes}, state="withdrawn", withdrawn_reason="停用", withdrawn_at=NOW,
    )  # fmt: skip
    order = act(place, place.order("working"), "answer")
    asked = ReliefAsked.every.filter(order=order).order_by("unit_id").values_list("unit_id", flat=True)
    assert list(asked) == [place.towns[1].pk, place.towns[2].pk]


def test_where_nobody_registered_those_are_asked_whom_such_an_issuer_asks(place: Place) -> None:
    villages = [make_unit(place.towns[0], "village") for _n in range(2)]
    for village in villages:
        make_actor(village)
    for issuer, wanted in ((place.towns[0], villages), (place.bureau, place.towns), (place.county, place.towns)):
        order = make_order(place.city, issuer, "working")
        services.answer_order(by=make_actor(issuer, "lead"), order=order, answers={1: "好"}, now=NOW)
        found = set(ReliefAsked.every.filter(order=order).values_list("unit_id", flat=True))
        assert found == {unit.pk for unit in wanted}


def test_filers_page_shows_the_question_until_it_is_answered(
    place: Place, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    order = asked(place)
    client.force_login(place.cadres[0].user)
    url = reverse("order_relief", args=[order.pk])
    assert url in client.get(reverse("week")).text
    confirm(place.cadres[0], order)
    assert url not in client.get(reverse("week")).text


# --- answered ---


def test_answers_are_told_by_fives(place: Place) -> None:
    order, seen = asked(place), []
    for n, cadre in enumerate(place.cadres):
        confirm(cadre, order, "less" if n else "same")
        seen.append(told(order))
    assert seen == [(0, 0, 0)] * 4 + [(4, 1, 0)] * 2
    waits = ReliefTally.every.get(order=order)
    assert (waits.less, waits.same, waits.more) == (1, 0, 0)
    kept = {field.name for field in ReliefAsked._meta.get_fields()}
    assert kept == {"id", "order", "unit", "asked_on", "has_answered"}


def test_audit_trail_leads_to_no_unit(place: Place) -> None:
    order = asked(place)
    confirm(place.cadres[0], order)
    event = AuditEvent.objects.get(what="order.confirm")
    assert (event.actor_id, event.unit_id, event.detail, event.request_id) == (None, place.county.pk, {}, "")
    assert event.at == clock.midnight(NOW.date())


def test_unit_answers_once(place: Place) -> None:
    order, actor = asked(place), place.cadres[0]
    confirm(actor, order)
    for person in (actor, make_actor(place.towns[0], "lead")):
        with transaction.atomic(), refusal("relief.answered"):
            confirm(person, order, "more")
    assert sum(ReliefTally.every.values_list(*SAID).get()) == 1


@pytest.mark.parametrize(
    "state", [state for state in OrderState.values if state not in {each.value for each in STEPS["confirm"].starts}]
)
def test_confirmed_only_while_it_is_asked(place: Place, state: str) -> None:
    order = place.order(state, asked=1)
    ReliefAsked.every.create(order=order, unit=place.towns[0], asked_on=NOW.date())
    with refusal("order.state"):
        confirm(place.cadres[0], order)


def test_who_was_not_asked_does_not_answer(place: Place) -> None:
    order = asked(place)
    for stranger in (make_actor(make_unit(place.county, "township")), place.office, place.lead):
        with transaction.atomic(), refusal("relief.asked"):
            confirm(stranger, order)


def test_no_such_answer_is_refused(place: Place) -> None:
    with refusal("relief.said"):
        confirm(place.cadres[0], asked(place), "没少")


def test_order_that_goes_back_forgets_who_was_asked_and_what_was_said(place: Place) -> None:
    order = place.order("closed", asked=6, less=5)
    for town in place.towns:
        ReliefAsked.every.create(order=order, unit=town, asked_on=NOW.date())
    confirm(place.cadres[0], order)
    act(place, order, "reopen", now=NOW + 60 * DAY)
    assert not ReliefAsked.every.exists() and not ReliefTally.every.exists()
    assert services.ask_later(now=NOW + 60 * DAY) == 0  # nothing is changed yet of which anybody could say
    again = act(place, order, "answer", now=NOW + 61 * DAY)
    assert (again.asked, told(again)) == (6, (0, 0, 0))


def test_web_role_does_all_of_it_with_its_own_rights(place: Place) -> None:
    order = place.order("working")
    with as_role("burden_web"):
        act_as(place.issuer.user_id)
        act(place, order, "answer", answers={1: "停用了", 2: "引用了"})
        assert not ReliefAsked.every.exists()  # whoever answers an order does not read who is asked
        for cadre in place.cadres:
            act_as(cadre.user_id)
            confirm(cadre, order)
        act_as(place.office.user_id)
        assert not ReliefAsked.every.exists() and not ReliefTally.every.exists()
        act(place, order, "verify", numbers=[1, 2])
        act(place, order, "finish")
        act(place, order, "close")
        assert told(order) == (5, 0, 0)
        act(place, order, "reopen", now=NOW + 80 * DAY)
    assert not ReliefAsked.every.exists() and not ReliefTally.every.exists()


# --- where all that were asked answer ---


def asked_of(place: Place, number: int) -> Order:
    order = make_order(place.county, place.bureau, "answered", asked=number)
    asked = [ReliefAsked(order=order, unit=town, asked_on=NOW.date()) for town in place.towns[:number]]
    ReliefAsked.every.bulk_create(asked, ignore_conflicts=True)
    return order


@pytest.mark.parametrize("odd", ["less", "same"])
def test_where_all_five_that_were_asked_answer_it_is_not_told_what_they_said(
    place: Place, client: Any, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    """Nor does it follow from the silence that all said the same: one who said something else changes nothing."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    order = asked_of(place, 5)
    for n, cadre in enumerate(place.cadres[:5]):
        confirm(cadre, order, "less" if n else odd)
    client.force_login(place.office.user)
    page = client.get(reverse("order", args=[order.pk])).text
    assert "5 个已答" in page and "说少了" not in page
    held = Order.every.get(pk=order.pk)
    paper = "".join(part.text for part in order_papers._saved(held) if isinstance(part, Paragraph))
    points = "".join(words.points({"points": [asdict(point) for point in issuers._order_points(held)]}))
    assert "5 个已答" in paper and "5 个单位答了" in points and "说少了" not in paper + points


def test_last_five_of_ten_are_kept_back(crowd: Place) -> None:
    order, seen = asked_of(crowd, 10), []
    for cadre in crowd.cadres[:10]:
        confirm(cadre, order)
        seen.append(told(order))
    assert seen == [(0, 0, 0)] * 4 + [(5, 0, 0)] * 6
    assert Order.every.get(pk=order.pk).is_split


# --- whoever looks again and again ---


@pytest.fixture
def crowd(place: Place) -> Place:
    place.towns += [make_unit(place.county, "township") for _n in range(6)]
    place.cadres += [make_actor(town) for town in place.towns[6:]]
    return place


def watched(place: Place, answers: list[tuple[int, str]]) -> list[object]:
    """Return all that anybody but the answering unit can read, after every answer."""
    order, seen = make_order(place.county, place.bureau, "answered", asked=len(place.cadres)), []
    ReliefAsked.every.bulk_create(
        [ReliefAsked(order=order, unit=town, asked_on=NOW.date()) for town in place.towns], ignore_conflicts=True
    )
    for unit, said in answers:
        confirm(place.cadres[unit], order, said)
        events = AuditEvent.objects.filter(subject="order", subject_id=str(order.pk))
        trail = events.values_list("what", "actor_id", "actor_name", "unit_id", "detail", "request_id", "at")
        seen.append((told(order), list(trail)))
    return seen


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.sampled_from(SAID), min_size=1, max_size=12), seed=st.integers(0, 10**6))
def test_who_looks_after_every_answer_cannot_tell_which_unit_said_what(
    crowd: Place, said: list[str], seed: int
) -> None:
    """Exchange what units said among five that are told together: whoever looks sees the same. What is left over shows nothing."""
    held = connection.savepoint()
    try:
        chance, exchanged = random.Random(seed), list(said)
        for first in range(0, len(said), TOLD_AT_ONCE):
            five = exchanged[first : first + TOLD_AT_ONCE]
            if len(five) < TOLD_AT_ONCE:
                five = [chance.choice(SAID) for _one in five]
            chance.shuffle(five)
            exchanged[first : first + TOLD_AT_ONCE] = five
        units = list(range(len(said)))
        seen = watched(crowd, list(zip(units, said, strict=True)))
        chance.shuffle(units)
        other = watched(crowd, list(zip(units, exchanged, strict=True)))
        assert seen == other
        steps = [sum(counts) for counts, _trail in seen]  # type: ignore[misc]
        assert steps == [n // TOLD_AT_ONCE * TOLD_AT_ONCE for n in range(1, len(said) + 1)]
    finally:
        connection.savepoint_rollback(held)
        connection.clean_savepoints()


def test_pages_stay_byte_for_byte_between_two_fives(place: Place, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    order = asked(place)
    client.force_login(place.office.user)

    def shown() -> str:
        text: str = client.get(reverse("order", args=[order.pk])).text
        return text.split("基层复核：", 1)[1].split("</footer>")[0]

    seen = [shown()]
    for cadre in place.cadres:
        confirm(cadre, order)
        seen.append(shown())
    assert seen[:5] == [seen[0]] * 5 and seen[5] == seen[6] != seen[0]


def test_day_of_asking_is_a_day(place: Place) -> None:
    assert set(ReliefAsked.every.filter(order=asked(place)).values_list("asked_on", flat=True)) == {
        dt.date(2026, 11, 24)
    }
