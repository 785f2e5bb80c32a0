"""Scoped reads of tickets: the desk's inbox, what was forwarded, what waits, what belongs together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from burden.accounts.actor import Actor
from burden.demands.models import ACTIVE, Demand, Target
from burden.feedback.choices import DONE, OURS, Act, State
from burden.feedback.models import IdentityRequest, SentUp, Ticket, TicketForward, TicketPhoto, TicketStep, desks_of
from burden.feedback.routing import within
from burden.feedback.sealing import reporter_mark, text_of
from burden.kit.clock import DAY
from burden.units.models import Level, Unit

ALIKE_DAYS = 30
FEW, MANY = 8, 200
RAISED = Q(state=State.FORWARDED, raised_on__isnull=False)  # nobody answered, and time is up: it is the desks' again
TABS: Mapping[str, Q] = {
    "todo": Q(state__in=OURS) | RAISED,
    "checking": Q(state=State.FORWARDED, raised_on=None),
    "done": Q(state__in=DONE),
}


def tickets(actor: Actor) -> QuerySet[Ticket]:
    """Return the tickets an actor may see."""
    found: QuerySet[Ticket] = Ticket.objects.visible_to(actor)
    return found


def standing(actor: Actor, since: dt.date) -> tuple[dict[str, int], list[tuple[dt.date, dt.date | None, int]]]:
    """Count the tickets of each tab, and those since a day by when they came and were first answered. One query."""
    late = Q(received_on__gte=since)
    grouped = tickets(actor).order_by().annotate(
        tab=Case(*(When(of, then=Value(tab)) for tab, of in TABS.items())),
        came=Case(When(late, then="received_on")), answered_on=Case(When(late, then="first_replied_on")),
    ).values_list("tab", "came", "answered_on")  # fmt: skip
    tabs, days = dict.fromkeys(TABS, 0), []
    for tab, came, answered_on, count in grouped.annotate(count=Count("pk")):
        tabs[tab] += count
        if came:
            days.append((came, answered_on, count))
    return tabs, days


def inbox(actor: Actor, tab: str) -> QuerySet[Ticket]:
    """Return the tickets of a tab: what is owed by what is left of its time, what is done by its day."""
    found = tickets(actor).filter(TABS[tab])
    if tab == "done":
        return found.order_by(F("replied_on").desc(nulls_last=True), "pk")
    return found.order_by(Coalesce("reopened_on", "received_on"), "pk")


def ticket(actor: Actor, pk: int) -> Ticket | None:
    """Return one ticket the actor may see; None for a foreign one as for a missing one."""
    return tickets(actor).select_related("area", "desk", "issuer", "demand", "rule", "raised_to").filter(pk=pk).first()


def sent_up(actor: Actor) -> QuerySet[SentUp]:
    """Return what the actor's desk answered and its reporter sent back to another, the newest first."""
    found: QuerySet[SentUp] = SentUp.objects.visible_to(actor)
    return found.select_related("desk", "reviewer").order_by("-sent_on", "pk")


def steps(actor: Actor, found: Ticket) -> QuerySet[TicketStep]:
    """Return what happened to a ticket that the actor may see, in its order; what reporters did once its batch is taken in.

    What responders found stands in forwards_of, in their own words.
    """
    told = TicketStep.objects.filter(ticket=found, noted=True).exclude(act=Act.RESPOND)
    return told.select_related("unit").order_by("turn")


def forwards_of(actor: Actor, found: Ticket) -> list[TicketForward]:
    """Return what was asked of responders about a ticket that the actor sees."""
    seen = TicketForward.every.filter(ticket__in=tickets(actor).filter(pk=found.pk))
    return list(seen.select_related("unit").order_by("pk"))


def alike(actor: Actor, found: Ticket) -> list[Ticket]:
    """Return tickets of the same kind at the same desk within 30 days, those about the same units first."""
    near = tickets(actor).filter(
        desk=found.desk_id, topic=found.topic,
        received_on__range=(found.received_on - ALIKE_DAYS * DAY, found.received_on + ALIKE_DAYS * DAY),
    ).exclude(pk=found.pk)  # fmt: skip
    same = Case(When(kept_from__overlap=found.kept_from, then=0), default=1)
    return list(near.order_by(same, "-received_on", "pk")[:FEW])


def responders(actor: Actor, found: Ticket) -> list[Unit]:
    """Return the units right below the desk that may be asked to check: none that it is about, and not the desk's own."""
    below = Unit.objects.visible_to(actor).filter(parent=found.desk_id, closed_on=None)
    listed = below.exclude(level=Level.VILLAGE).order_by("code")[:MANY]
    return [unit for unit in listed if not within(unit, found.kept_from)]


def demands_near(actor: Actor, found: Ticket) -> list[Demand]:
    """Return what the units it is about sent out lately, the newest of each title: what its words name first."""
    sent = Demand.objects.visible_to(actor).filter(issuer__in=found.kept_from, state__in=ACTIVE)
    words = f"{text_of(found)} {found.title} {found.rewritten}"
    newest = {each.title: each for each in reversed(sent.order_by("-issued_at", "pk")[:MANY])}
    listed = sorted(newest.values(), key=lambda each: (_share_named(each.title, words), each.issued_at), reverse=True)
    return listed[:FEW]


def _share_named(title: str, words: str) -> int:
    """Return how much of a title a text has, in tenths of its pairs of characters."""
    pairs = [title[at : at + 2] for at in range(len(title) - 1)]
    return sum(pair in words for pair in pairs) * 10 // len(pairs) if pairs else 0


def demand_to_report(actor: Actor, pk: int) -> Demand | None:
    """Return a demand the actor may write about: one that was asked of the own unit, or that the actor reads."""
    asked = Target.objects.visible_to(actor).filter(demand=pk).values("demand")
    found: Demand | None = Demand.every.filter(pk__in=asked).select_related("issuer", "lead").first()
    return found


def own(actor: Actor) -> QuerySet[Ticket]:
    """Return the tickets the actor wrote under the own name, the newest first."""
    found: QuerySet[Ticket] = Ticket.objects.reported_by(reporter_mark(actor.user_id))
    return found.select_related("desk", "demand", "rule").order_by("-received_on", "pk")


def forwards(actor: Actor) -> QuerySet[TicketForward]:
    """Return what the actor's units are asked to check, what still waits for an answer first."""
    found: QuerySet[TicketForward] = TicketForward.objects.visible_to(actor).select_related("sent_by_unit", "unit")
    return found.order_by(Coalesce("answered_on", "ended_on").asc(nulls_first=True), "due_on", "pk")


def asked(actor: Actor) -> QuerySet[TicketForward]:
    """Return those of them that wait for an answer."""
    return forwards(actor).filter(answered_on=None, ended_on=None)


def photo(actor: Actor, found: Ticket, number: int) -> TicketPhoto | None:
    """Return one photo of a ticket that the actor may see."""
    return TicketPhoto.objects.filter(ticket__in=tickets(actor).filter(pk=found.pk), number=number).first()


def identities_to_decide(actor: Actor) -> QuerySet[IdentityRequest]:
    """Return who else wishes to know who wrote a ticket that is the actor's to answer, the oldest first."""
    desks = desks_of(actor)
    mine = tickets(actor).filter(Q(desk_id__in=desks) | Q(raised_to_id__in=desks))
    waiting = IdentityRequest.objects.filter(ticket__in=mine, granted=None).exclude(asked_by=actor.user_id)
    return waiting.select_related("ticket").order_by("asked_at")


def identity_requests(actor: Actor, found: Ticket) -> list[IdentityRequest]:
    """Return who asked to know who wrote a ticket that the actor sees, the newest first."""
    asked = IdentityRequest.objects.filter(ticket__in=tickets(actor).filter(pk=found.pk))
    return list(asked.select_related("asked_by", "decided_by").order_by("-asked_at"))
