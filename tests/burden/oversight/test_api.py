"""API of findings and orders: what the pages show and hide, to the same readers."""

from __future__ import annotations

from typing import Any

import pytest

from burden.kit import clock
from burden.oversight.models import Order
from tests.burden.oversight.test_services_orders import Place
from tests.factories import NOW, make_actor, make_order, make_unit

DAYS = {"due_on": NOW.date()}


@pytest.fixture
def place(db: None, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Place()


@pytest.fixture
def ask(client: Any) -> Any:
    def asked(actor: Any, route: str, **query: str) -> tuple[int, Any]:
        client.force_login(actor.user)
        answer = client.get(f"/api/v1/{route}/", query)
        return answer.status_code, answer.json()

    return asked


def titles(answer: tuple[int, Any]) -> set[str]:
    assert answer[0] == 200
    return {row["title"] for row in answer[1]["results"]}


def test_orders_are_listed_to_each_reader_as_on_the_ledger(place: Place, ask: Any) -> None:
    other = make_unit(place.county, "department")
    place.order("draft", title="稿")
    place.order("working", title="办", **DAYS)
    make_order(place.county, other, "answered", title="审")
    assert titles(ask(place.office, "orders")) == {"稿", "办", "审"}
    assert titles(ask(place.issuer, "orders")) == {"办"}
    assert titles(ask(make_actor(place.county, "observer"), "orders")) == {"办", "审"}
    assert titles(ask(make_actor(place.city, "office"), "orders")) == set()
    for query, found in (
        ({"tab": "judge"}, {"审"}), ({"issuer": place.bureau.code}, {"稿", "办"}), ({"colour": "yellow"}, {"办"}), ({"text": "办"}, {"办"}),
    ):  # fmt: skip
        assert titles(ask(place.reviewer, "orders", **query)) == found


@pytest.mark.parametrize(
    ("route", "query", "status", "code"),
    [
        ("orders", {"tab": "没有"}, 422, "parameter_invalid"),
        ("orders", {"colour": "green"}, 422, "parameter_invalid"),
        ("orders", {"state": "draft"}, 422, "parameter_unknown"),
        ("orders", {"text": "长" * 61}, 422, "parameter_invalid"),
        ("orders", {"issuer": "nobody"}, 404, "not_found"),
        ("findings", {"state": "没有"}, 422, "parameter_invalid"),
        ("orders/9", {}, 404, "not_found"),
        ("findings/9", {}, 404, "not_found"),
    ],
)
def test_what_cannot_be_listed_says_why(
    place: Place, ask: Any, route: str, query: dict[str, str], status: int, code: str
) -> None:
    answer = ask(place.office, route, **query)
    assert (answer[0], answer[1]["code"]) == (status, code)
    assert answer[1]["detail"]


def test_order_tells_what_its_page_does_and_who_confirmed_to_nobody(place: Place, ask: Any) -> None:
    order = place.order("answered", asked=6, less=4)
    status, said = ask(place.issuer, f"orders/{order.pk}")
    assert (status, said["unit"], said["issuer"], said["state"]) == (
        200,
        place.county.code,
        place.bureau.code,
        "answered",
    )
    assert [each["number"] for each in said["requirements"]] == [1, 2]
    assert said["seen"] == order.finding.seen
    assert said["relief"] == {"asked": 6, "told": None, "less": None, "same": None, "more": None}
    Order.every.filter(pk=order.pk).update(same=1)
    assert ask(place.office, f"orders/{order.pk}")[1]["relief"] == {
        "asked": 6,
        "told": 5,
        "less": 4,
        "same": 1,
        "more": 0,
    }
    Order.every.filter(pk=order.pk).update(asked=5)
    assert ask(place.office, f"orders/{order.pk}")[1]["relief"] == {
        "asked": 5,
        "told": 5,
        "less": None,
        "same": None,
        "more": None,
    }


def test_order_says_nothing_of_what_was_reported(place: Place, ask: Any) -> None:
    reported = place.finding(source="ticket", source_key="7")
    told = place.finding(source="ticket", source_key="8", seen=reported.seen | {"reported": "同一张表重复收取"})
    order = place.order("sent", finding=told)
    for reader in (place.issuer, place.office):
        assert ask(reader, f"orders/{order.pk}")[1]["seen"] == reported.seen
    assert ask(place.office, f"findings/{told.pk}")[1]["seen"]["reported"] == "同一张表重复收取"


def test_findings_are_read_by_those_who_review(place: Place, ask: Any) -> None:
    order, found = place.order("sent"), place.finding(title="没立项")
    assert titles(ask(place.reviewer, "findings", state="open")) == {"没立项"}
    whole = ask(place.office, f"findings/{order.finding_id}")[1]
    assert (whole["order"], whole["state"], whole["person_min"]) == (order.pk, "ordered", order.finding.person_min)
    assert ask(place.office, f"findings/{found.pk}")[1]["order"] is None
    for person in (place.issuer, place.lead, make_actor(place.county, "observer")):
        assert ask(person, "findings")[0] == ask(person, f"findings/{found.pk}")[0] == 403
    assert titles(ask(make_actor(make_unit(place.city, "county"), "office"), "findings")) == set()


def test_lists_take_the_same_queries_for_one_and_three(
    place: Place, ask: Any, django_assert_max_num_queries: Any
) -> None:
    counted = []
    ask(place.office, "orders")
    for many in (1, 2):
        for _ in range(many):
            make_order(place.county, make_unit(place.county, "department"), "working")
        for route in ("orders", "findings"):
            with django_assert_max_num_queries(15) as seen:
                ask(place.office, route)
            counted.append(len(seen))
    assert counted[:2] == counted[2:]
