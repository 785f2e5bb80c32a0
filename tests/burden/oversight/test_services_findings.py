"""Findings: raised once, frozen, dismissed for a reason; only about issuers below."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from burden.feedback.models import Ticket, TicketForward
from burden.kit.clock import DAY
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.oversight import seen, services
from burden.oversight.models import Finding, FindingState
from burden.oversight.queries import findings, judged, settled_signals
from tests.burden.oversight.test_services_orders import Place, refusal
from tests.factories import NOW, make_actor, make_demand, make_finding, make_ticket, make_unit


@pytest.fixture
def place(db: None) -> Place:
    return Place()


def raised(place: Place, **facts: Any) -> Finding:
    facts = {
        "by": place.reviewer, "issuer": place.bureau, "source": "signal", "source_key": "k", "title": "换名又要", "titles": ["台账"],
        "seen": {"clauses": []}, "person_min": 60, "now": NOW,
    } | facts  # fmt: skip
    return services.raise_finding(**facts)


def dismiss(place: Place, found: Finding, **facts: Any) -> Finding:
    facts = {"by": place.office, "why": "reason", "reason": "集中缴费期", "quiet_until": None, "now": NOW} | facts
    return services.dismiss_finding(finding=found, **facts)


def test_finding_is_raised_once_from_a_source(place: Place) -> None:
    found = raised(place)
    assert (found.unit, found.state) == (place.county, FindingState.OPEN)
    assert AuditEvent.objects.filter(what="finding.raised", subject_id=str(found.pk)).count() == 1
    with pytest.raises(Conflict) as caught:
        raised(place)
    assert (caught.value.code, caught.value.both) == ("finding.exists", {"finding": found.pk})
    raised(place, source="hand", source_key="")
    raised(place, source="hand", source_key="")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"title": ""}, "finding.title"),
        ({"title": "x" * 201}, "finding.title"),
        ({"titles": ["x" * 201]}, "finding.titles"),
        ({"titles": [f"台账{n}" for n in range(11)]}, "finding.titles"),
        ({"category": "没有"}, "finding.category"),
    ],
)
def test_bad_finding_is_refused(place: Place, facts: dict[str, Any], code: str) -> None:
    with refusal(code):
        raised(place, **facts)


def test_only_what_is_below_is_supervised(place: Place) -> None:
    for unit in (place.county, place.city, make_unit(place.city, "department"), make_unit(place.city, "county")):
        with refusal("finding.issuer"):
            raised(place, issuer=unit)


def test_only_reviewers_and_the_office_raise(place: Place) -> None:
    for person in (place.issuer, place.lead, make_actor(place.county, "observer")):
        with pytest.raises(PermissionDenied):
            raised(place, by=person)


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_demand_that_is_not_out_is_none(place: Place, state: str) -> None:
    facts = {"withdrawn_at": NOW, "issued_at": NOW} if state == "withdrawn" else {}
    with refusal("finding.demand"):
        raised(place, demand=make_demand(place.bureau, state=state, **facts))


def test_demand_of_another_issuer_is_none(place: Place) -> None:
    with refusal("finding.demand"):
        raised(place, demand=make_demand(make_unit(place.county, "department"), state="issued", issued_at=NOW))


def test_dismissed_keeps_its_reason_and_is_quiet(place: Place) -> None:
    found = dismiss(place, raised(place), quiet_until=dt.date(2026, 12, 25))
    assert (found.state, found.why, found.reason) == ("dismissed", "reason", "集中缴费期")
    assert settled_signals(place.office, dt.date(2026, 12, 25)).exists()
    assert not settled_signals(place.office, dt.date(2026, 12, 26)).exists()
    again = raised(place)
    assert judged(place.office, "signal", ["k"])["k"].pk == again.pk


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"why": "没有"}, "finding.why"),
        ({"reason": " "}, "finding.reason"),
        ({"quiet_until": NOW.date()}, "finding.quiet_until"),
        ({"quiet_until": NOW.date() + 400 * DAY}, "finding.quiet_until"),
    ],
)
def test_bad_dismissal_is_refused(place: Place, facts: dict[str, Any], code: str) -> None:
    found = raised(place)
    with transaction.atomic(), refusal(code):
        dismiss(place, found, **facts)
    assert Finding.every.get(pk=found.pk).state == FindingState.OPEN


@pytest.mark.parametrize("state", ["ordered", "dismissed"])
def test_decided_finding_is_not_dismissed(place: Place, state: str) -> None:
    facts = {"decided_by": place.office.user, "decided_at": NOW, "why": "data", "reason": "错"}
    with refusal("finding.state"):
        dismiss(place, make_finding(place.county, place.bureau, state=state, **facts))


@pytest.mark.parametrize("field", ["title", "person_min", "seen"])
def test_what_was_seen_stays(place: Place, field: str) -> None:
    found = raised(place)
    setattr(found, field, {"title": "改", "person_min": 1, "seen": {}}[field])
    with pytest.raises(DatabaseError, match="what was seen stays"):
        found.save()


def test_findings_are_read_by_those_who_review_there_and_above(place: Place) -> None:
    found = raised(place)
    for person in (place.office, place.reviewer, make_actor(place.city, "reviewer")):
        assert [each.pk for each in findings(person)] == [found.pk]
    others = (
        place.issuer,
        place.lead,
        make_actor(place.county, "lead"),
        make_actor(make_unit(place.city, "county"), "office"),
    )
    for person in others:
        assert list(findings(person)) == []


def test_refusals_are_sentences(place: Place) -> None:
    with pytest.raises(Refused) as caught:
        raised(place, issuer=place.county)
    assert "督办对象" in caught.value.errors["issuer"]


def from_ticket(place: Place, ticket: Any, **facts: Any) -> Finding:
    facts = {
        "by": place.reviewer, "issuer": place.bureau, "title": "一张表收三遍", "titles": ["台账"], "person_min": None, "now": NOW,
        "seen": seen.frozen(now=NOW),
    } | facts  # fmt: skip
    return services.raise_from_ticket(ticket=ticket, **facts)


def test_finding_from_a_ticket_says_what_was_rewritten_alone(place: Place) -> None:
    ticket = make_ticket(place.county, "accepted", about=place.bureau, rewritten="同一张表\n重复收取")
    found = from_ticket(place, ticket)
    assert (found.source, found.source_key) == ("ticket", str(ticket.pk))
    assert (found.seen["reported"], found.seen["points"]) == ("同一张表 重复收取", [])
    with pytest.raises(Conflict) as twice:
        from_ticket(place, ticket)
    assert twice.value.code == "finding.exists"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"title": "全镇 14 个村都收"}, "ticket.title"),
        ({"titles": ["台账", "全镇 14 个村台账"]}, "ticket.titles"),
        ({"seen": seen.frozen(now=NOW, note="全镇 14 个村都说了")}, "ticket.note"),
    ],
)
def test_finding_that_tells_who_reported_is_refused(place: Place, facts: dict[str, Any], code: str) -> None:
    ticket = make_ticket(place.county, "accepted", about=place.bureau, rewritten="同一张表重复收取")
    with pytest.raises(Refused) as refused:
        from_ticket(place, ticket, **facts)
    assert refused.value.code == code
    assert not Finding.every.exists()


def test_finding_from_an_unwritten_or_a_foreign_ticket_is_refused(place: Place) -> None:
    with pytest.raises(Refused) as unwritten:
        from_ticket(place, make_ticket(place.county, "accepted"))
    assert unwritten.value.code == "finding.ticket"
    with pytest.raises(Ticket.DoesNotExist):
        from_ticket(place, make_ticket(make_unit(), "accepted", rewritten="话"))


def test_ticket_is_kept_from_whom_a_finding_is_raised_against(place: Place) -> None:
    ticket = make_ticket(place.county, "accepted", rewritten="同一张表重复收取")  # it named nobody
    joined = make_ticket(place.county, "merged", merged_into=ticket)
    both = make_actor(place.county, "office", make_actor(place.bureau, "issuer").user)
    town = make_unit(place.county, "township")
    facts = {
        "topic": "repeat",
        "title": "题",
        "text": "稿",
        "sent_by_unit": place.county,
        "sent_on": NOW.date(),
        "due_on": NOW.date(),
    }
    asked = TicketForward.every.create(ticket=ticket, unit=town, **facts)
    from_ticket(place, ticket)
    assert set(Ticket.every.values_list("pk", "kept_from__0")) == {
        (each.pk, place.bureau.pk) for each in (ticket, joined)
    }
    assert TicketForward.every.get(pk=asked.pk).kept_from == [place.bureau.pk]
    assert not Ticket.objects.visible_to(both).exists()
    assert Ticket.objects.visible_to(place.reviewer).count() == 2


def test_finding_against_whom_the_desk_asked_to_check_is_refused(place: Place) -> None:
    ticket = make_ticket(place.county, "accepted", rewritten="同一张表重复收取")
    facts = {
        "topic": "repeat",
        "title": "题",
        "text": "稿",
        "sent_by_unit": place.county,
        "sent_on": NOW.date(),
        "due_on": NOW.date(),
    }
    TicketForward.every.create(ticket=ticket, unit=place.bureau, **facts)
    with pytest.raises(Refused) as refused:
        from_ticket(place, ticket)
    assert "另外立一条" in refused.value.errors["issuer"]
    assert not Finding.every.exists()
