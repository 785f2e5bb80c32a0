"""Who replied how soon and whether it was solved: what is told, what is not, and the same on the page, in files and API."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from burden.feedback import services
from burden.feedback.models import BoardCount, TicketStep
from burden.feedback.replies import Reply, judged, median_tenths
from burden.kit import clock
from burden.units.models import Unit
from reports.extents import Extent
from reports.table_rows import replied
from tests.factories import LAST_WEEK, NOW, make_actor, make_ticket, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def answered(desk: Unit, days: int, verdict: str = "", *, back: bool = False) -> None:
    """One ticket of a Monday, answered so many working days later, judged the next day, perhaps sent back to the desk above."""
    came = dt.date(2026, 11, 2)
    ticket = make_ticket(desk, "closed", received_on=came)
    steps: list[tuple[str, dt.date, str]] = [("reply", came + dt.timedelta(days=days), "")]
    if verdict:
        steps.append(("judge", came + dt.timedelta(days=days + 1), verdict))
    if back:
        steps.append(("reopen", came + dt.timedelta(days=days + 1), ""))
    for turn, (act, on, note) in enumerate(steps, 1):
        TicketStep.objects.create(ticket=ticket, act=act, on=on, turn=turn, unit=desk, note=note)


def test_table_page_and_api_tell_the_same(client: Client) -> None:
    county = make_unit(make_unit(level="city"))
    office = make_actor(county, "office")
    for days, verdict in ((1, "solved"), (2, "solved"), (3, "unsolved"), (4, "solved"), (4, "")):
        answered(county, days, verdict)
    answered(county, 4, back=True)
    services.count_board(now=NOW)
    client.force_login(office.user)
    page = client.get(reverse("replies", args=[county.code]))
    assert [
        (line.replies, line.median_days, line.judged, line.solved, line.satisfied) for line in page.context["lines"]
    ] == [(6, 3.5, 5, 3, 0.6)]
    assert "60.0%" in page.content.decode()
    query = {"unit": county.code, "from": str(LAST_WEEK), "to": str(LAST_WEEK), "level": "own"}
    (row,) = client.get("/api/v1/tables/replies/", query).json()["results"]
    assert (row["code"], row["replies"], row["median_days"], row["judged"], row["solved"], row["satisfied"]) == (
        county.code, 6, 3.5, 5, 3, 0.6,
    )  # fmt: skip
    ((_code, _unit, monday, *_rest),) = replied(office, Extent(county, "own", LAST_WEEK, LAST_WEEK))
    assert monday == LAST_WEEK.plus(1).monday


def test_few_are_not_told(client: Client) -> None:
    county = make_unit()
    for verdict in ("solved", "solved", "solved", "unsolved"):
        answered(county, 2, verdict)
    services.count_board(now=NOW)
    client.force_login(make_actor(county, "office").user)
    (line,) = client.get(reverse("replies", args=[county.code])).context["lines"]
    assert (line.replies, line.median_days, line.judged, line.solved, line.satisfied) == (None,) * 5


def test_one_more_verdict_cannot_be_told_by_two_weeks() -> None:
    five = [Reply(1, "solved")] * 5
    assert judged(five[:4], (0, 0)) == (0, 0)
    assert judged(five, (0, 0)) == (5, 5)
    assert judged([*five, *[Reply(1, "unsolved")] * 4], (5, 5)) == (5, 5)
    assert judged([*five, *[Reply(1, "unsolved")] * 5], (5, 5)) == (10, 5)


def test_reply_that_was_sent_back_stays_with_who_gave_it() -> None:
    city = make_unit(level="city")
    county = make_unit(city)
    ticket = make_ticket(city, "replied", received_on=dt.date(2026, 11, 2))
    for turn, (act, day, unit) in enumerate((("reply", 4, county), ("reopen", 9, city), ("reply", 11, city)), 1):
        TicketStep.objects.create(ticket=ticket, act=act, on=dt.date(2026, 11, day), turn=turn, unit=unit)
    for _each in range(4):
        answered(county, 2, "solved")
    services.count_board(now=NOW)
    told: dict[Any, Any] = {
        each.desk_id: (each.replies, each.median_tenths, each.judged, each.solved) for each in BoardCount.objects.all()
    }
    assert told == {county.pk: (5, 20, 5, 4), city.pk: (1, 20, 0, 0)}


def test_median_of_an_even_number_lies_between() -> None:
    assert median_tenths([]) is None
    assert median_tenths([Reply(3)]) == 30
    assert median_tenths([Reply(3), Reply(1), Reply(2), Reply(9)]) == 25


def test_foreign_desks_are_not_listed(client: Client) -> None:
    county, other = make_unit(), make_unit()
    for _each in range(5):
        answered(other, 2)
    services.count_board(now=NOW)
    client.force_login(make_actor(county, "office").user)
    assert client.get(reverse("replies", args=[county.code])).context["lines"] == []
    assert client.get(reverse("replies", args=[other.code])).status_code == 404
