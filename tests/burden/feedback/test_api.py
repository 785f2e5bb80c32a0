"""The API of tickets tells what the pages of the desk and the board tell, never what a reporter wrote."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from burden.feedback import services
from burden.feedback.models import Ticket
from burden.kit import clock
from tests.burden.feedback.test_views import County, shown
from tests.factories import NOW, make_actor, make_ticket

pytestmark = pytest.mark.django_db
CANARY = "金丝雀原文"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county() -> County:
    return County()


def test_tickets_are_those_of_the_inbox_without_what_was_written(client: Client, county: County) -> None:
    facts = {"about": county.bureau, "text": CANARY}
    todo = [make_ticket(county.unit, state, **facts) for state in ("received", "verified")]
    asked, done = make_ticket(county.unit, "forwarded", **facts), make_ticket(county.unit, "replied", **facts)
    sealed = make_ticket(county.unit, "sealed", **facts)
    client.force_login(county.office.user)
    told: dict[str, list[int]] = {}
    for tab in ("todo", "checking", "done"):
        answer = client.get("/api/v1/tickets/", {"tab": tab})
        told[tab] = [row["id"] for row in answer.json()["results"]]
        page = client.get("/feedback/", {"tab": tab})
        assert told[tab] == [line.ticket.pk for line in page.context["lines"]]
        assert CANARY not in json.dumps(answer.json(), ensure_ascii=False)
    assert told == {"todo": sorted(each.pk for each in todo), "checking": [asked.pk], "done": [done.pk]}
    one = client.get(f"/api/v1/tickets/{done.pk}/").json()
    assert (one["state"], one["desk"], one["issuer"], one["due_on"]) == (
        "replied", county.unit.code, county.bureau.code, "2026-12-02",
    )  # fmt: skip
    assert CANARY not in str(one) and set(one) >= {"title", "rewritten", "conclusion", "reply", "change", "verdict"}
    assert client.get(f"/api/v1/tickets/{sealed.pk}/").status_code == 404
    assert client.get("/api/v1/tickets/", {"tab": "nowhere"}).status_code == 404


def test_tickets_are_kept_from_whom_they_are_about(client: Client, county: County) -> None:
    ticket = make_ticket(county.unit, "accepted", about=county.bureau)
    both = make_actor(county.unit, "reviewer", make_actor(county.bureau, "issuer").user)
    client.force_login(both.user)
    assert client.get("/api/v1/tickets/").json()["results"] == []
    assert client.get(f"/api/v1/tickets/{ticket.pk}/").status_code == 404
    client.force_login(make_actor(county.bureau, "issuer").user)
    assert client.get("/api/v1/tickets/").status_code == 403


def test_act_of_a_reporter_is_not_told_before_its_batch(client: Client, county: County) -> None:
    ticket = make_ticket(county.unit, "replied", named=True)
    services.reporting.note_step(ticket, "judge", clock.day_of(NOW), words="solved", noted=False)
    client.force_login(county.office.user)
    assert client.get(f"/api/v1/tickets/{ticket.pk}/").json()["verdict"] == ""
    services.note_acts(now=NOW + clock.DAY)
    assert client.get(f"/api/v1/tickets/{ticket.pk}/").json()["verdict"] == "solved"
    assert Ticket.every.get(pk=ticket.pk).state == "closed"


def test_board_tells_what_its_page_tells(client: Client, county: County) -> None:
    client.force_login(county.cadre.user)
    for _each in range(9):
        shown(county)
    assert client.get("/api/v1/board/").json()["results"] == []
    shown(county, "meeting", reports=5)
    rows = client.get("/api/v1/board/").json()["results"]
    page = client.get("/board/").content.decode()
    assert [row["text"] for row in rows] == re.findall(r"<h2>(公开词\d+)</h2>", page)
    assert {(row["kind"], row["people"]) for row in rows} == {("其他", None), ("其他", 5)}
    assert page.count("人遇到同样情况") == 1
