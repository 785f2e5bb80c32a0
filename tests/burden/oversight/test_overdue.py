"""What is overdue: told to the nearest unit above in which somebody reviews, once for each day that was missed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from burden.accounts.models import Post
from burden.kit import clock
from burden.kit.waiting import waiting
from burden.ledger.models import AuditEvent
from burden.oversight import clocks, services
from burden.oversight.models import Order, OrderStep
from burden.oversight.queries import escalated
from burden.oversight.steps import ESCALATED
from burden.oversight.tasks import escalate as task
from burden.oversight.views import board
from tests.burden.oversight.test_services_orders import Place, act
from tests.database import as_role
from tests.factories import NOW, make_actor, make_order, make_unit

LATE = NOW.date() - dt.timedelta(9)


@pytest.fixture
def place(db: None) -> Place:
    return Place()


def overdue(place: Place, **facts: object) -> Order:
    return place.order("working", **{"due_on": LATE, "deadline_on": LATE} | facts)


def escalate() -> int:
    with as_role("burden_worker"):
        return services.escalate(now=NOW)


def seen(actor) -> set[int]:
    return {order.pk for order in escalated(actor, clocks.edges(NOW.date()))}


def test_overdue_is_told_one_level_up_once(place: Place) -> None:
    order, city = overdue(place), make_actor(place.city, "reviewer")
    place.order("working")
    assert [escalate() for _turn in range(3)] == [1, 0, 0]
    (step,) = OrderStep.every.filter(order=order, act=ESCALATED)
    assert step.unit == place.city
    (event,) = AuditEvent.objects.filter(what="order.escalated")
    assert (event.actor_id, event.subject_id, event.unit_id) == (None, str(order.pk), place.county.pk)
    assert [each.kind for each in waiting(city, NOW)] == ["下级逾期"]


def test_day_that_is_missed_again_is_told_again(place: Place) -> None:
    order = overdue(place)
    make_actor(place.city, "office")
    assert escalate() == 1
    Order.every.filter(pk=order.pk).update(due_on=LATE + dt.timedelta(1))
    assert [escalate(), escalate()] == [1, 0]


def test_nearest_unit_above_that_reviews_is_told_whatever_lies_between(db: None) -> None:
    province = make_unit(level="province")
    city = make_unit(province, "city")
    county = make_unit(city)
    town = make_unit(county, "township")
    above = make_actor(province, "office")
    orders = {
        unit: make_order(unit, make_unit(unit, level), "working", due_on=LATE)
        for unit, level in ((city, "department"), (county, "department"), (town, "village"))
    }
    assert seen(above) == {order.pk for order in orders.values()}
    county_desk = make_actor(county, "reviewer")
    assert (seen(above), seen(county_desk)) == ({orders[city].pk, orders[county].pk}, {orders[town].pk})
    city_desk = make_actor(city, "office")
    assert (seen(above), seen(city_desk)) == ({orders[city].pk}, {orders[county].pk})
    assert escalate() == 3
    told = dict(OrderStep.every.filter(act=ESCALATED).values_list("order", "unit"))
    assert told == {orders[city].pk: province.pk, orders[county].pk: city.pk, orders[town].pk: county.pk}


def test_desk_whose_people_left_is_passed_over(place: Place) -> None:
    province = make_unit(level="province")
    city = make_unit(province, "city")
    county = make_unit(city)
    gone, above = make_actor(city, "office"), make_actor(province, "reviewer")
    order = make_order(county, make_unit(county, "department"), "working", due_on=LATE)
    assert (seen(gone), seen(above)) == ({order.pk}, set())
    Post.objects.filter(user=gone.user).delete()
    assert seen(above) == {order.pk}


def test_nobody_above_is_told_nothing(place: Place) -> None:
    order = overdue(place)
    assert escalate() == 0
    assert not OrderStep.every.filter(order=order).exists() and not AuditEvent.objects.exists()


def test_what_is_done_is_told_no_more(place: Place) -> None:
    order = overdue(place)
    make_actor(place.city, "reviewer")
    act(place, order, "answer", answers={1: "停用了", 2: "引用了"})
    assert escalate() == 0


def test_board_says_that_there_are_more_overdue_than_it_lists(
    place: Place, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(board, "LINES", 1)
    client.force_login(make_actor(place.city, "reviewer").user)
    overdue(place)
    assert client.get(reverse("oversight")).context["only"] is None
    overdue(place)
    shown = client.get(reverse("oversight"))
    assert len(shown.context["below"]) == 1 and "只列最久的 1 项" in shown.text


def test_escalated_takes_as_many_queries_for_one_as_for_three(place: Place) -> None:
    city, counts = make_actor(place.city, "reviewer"), []
    for _turn in range(2):
        overdue(place)
        other = make_unit(place.city)
        make_order(other, make_unit(other, "department"), "working", due_on=LATE)
        with CaptureQueriesContext(connection) as asked:
            assert seen(city)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_task_runs_with_the_workers_rights(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("burden.oversight.tasks.now", lambda: NOW)
    order = overdue(place)
    make_actor(place.city, "reviewer")
    with as_role("burden_worker"):
        task()
    assert Order.every.get(pk=order.pk).escalated_for == LATE
