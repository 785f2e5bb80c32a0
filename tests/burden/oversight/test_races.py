"""Two people press at once: one of them is told so, and it happens once."""

from __future__ import annotations

import pytest

from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.oversight import services
from burden.oversight.models import Finding, FindingState, Order, OrderStep, ReliefAsked, ReliefTally
from tests.burden.oversight.test_services_orders import Place, act, open_order
from tests.database import in_threads
from tests.factories import NOW, make_actor, make_order

ACTS = (("draft", "send"), ("sent", "sign"), ("answered", "return"), ("closed", "reopen"), ("working", "cancel"))


@pytest.fixture
def place(transactional_db: None) -> Place:
    return Place()


def at_once(by, do) -> list[object]:
    def press(number: int) -> object:
        from django.db import transaction

        actor = by[number % len(by)]
        with transaction.atomic():
            act_as(actor.user_id)
            return do(actor, number)

    return in_threads(2, press)


def codes(found: list[object]) -> list[str]:
    return [each.code for each in found if isinstance(each, Conflict)]


def test_two_people_press_at_once_and_one_is_told_so(place: Place) -> None:
    colleague = make_actor(place.county, "office")
    for state, name in ACTS:
        order = place.order(state)
        by = [place.of(name), place.of(name) if name == "sign" else colleague]
        found = at_once(by, lambda actor, _n, order=order, name=name: act(place, order, name, by=actor))
        assert codes(found) == ["order.state"], (name, found)
        assert OrderStep.every.filter(order=order, act=name).count() == 1
    place_finding = place.finding(titles=["另一件"])
    found = at_once([place.office, colleague], lambda actor, _n: open_order(actor, place_finding))
    assert codes(found) == ["finding.state"]
    assert Order.every.filter(finding=place_finding).count() == 1
    both = place.finding(titles=["再一件"])
    dismiss = {"why": "data", "reason": "错", "now": NOW}
    found = at_once(
        [place.office, colleague],
        lambda actor, n: open_order(actor, both) if n else services.dismiss_finding(by=actor, finding=both, **dismiss),
    )
    assert codes(found) == ["finding.state"]
    is_ordered = Finding.every.get(pk=both.pk).state == FindingState.ORDERED
    assert Order.every.filter(finding=both).exists() == is_ordered


def test_two_findings_made_orders_at_once_get_two_numbers(place: Place) -> None:
    both = [place.finding(), place.finding(titles=["另一件"])]
    found = at_once([place.office, place.reviewer], lambda actor, n: open_order(actor, both[n]))
    assert sorted(order.number for order in found) == [1, 2]  # type: ignore[attr-defined]


def test_two_findings_of_one_thing_made_orders_at_once_become_one(place: Place) -> None:
    both = [place.finding(titles=["台账", "清单"]), place.finding(titles=["《台账》"])]
    found = at_once([place.office, place.reviewer], lambda actor, n: open_order(actor, both[n]))
    assert codes(found) == ["order.same"] and Order.every.count() == 1


def test_receiver_and_office_at_once_lock_nobody_out(place: Place) -> None:
    """An answer that tells five, while the order is sent back: both wait for the order, neither for the other."""
    order = make_order(place.county, place.bureau, "closed", asked=6)
    for town in place.towns:
        ReliefAsked.every.create(order=order, unit=town, asked_on=NOW.date())
    ReliefTally.every.create(order=order, less=4)
    office, cadre = place.office, place.cadres[0]

    def do(actor, number: int) -> object:
        if number:
            return act(place, order, "reopen", by=office)
        return services.confirm_relief(by=cadre, order=order, said="less", now=NOW)

    found = at_once([cadre, office], do)
    assert all(each is None or isinstance(each, (Order, Refused)) for each in found)
    kept = Order.every.get(pk=order.pk)
    assert (kept.state, kept.asked, kept.less) == ("returned", 0, 0)
    assert not ReliefAsked.every.exists() and not ReliefTally.every.exists()


def test_unit_answers_once_though_two_tap_at_once(place: Place) -> None:
    order = make_order(place.county, place.bureau, "answered", asked=6)
    ReliefAsked.every.create(order=order, unit=place.towns[0], asked_on=NOW.date())
    people = [place.cadres[0], make_actor(place.towns[0], "lead")]
    found = at_once(people, lambda actor, _n: services.confirm_relief(by=actor, order=order, said="less", now=NOW))
    assert codes(found) == ["relief.answered"]
    assert ReliefTally.every.get(order=order).less == 1
