"""What of tickets waits for a person, and which tickets belong to a thing."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.feedback import queries
from burden.feedback.flow import due_on
from burden.feedback.models import KEEPERS, RESPONDERS, Ticket, desks_of
from burden.feedback.pages import headline
from burden.kit.clock import day_of
from burden.kit.threads import MOST as LINKS
from burden.kit.threads import Key, Link
from burden.kit.waiting import MOST, Waiting
from burden.standards.workdays import workdays


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return the tickets whose next step is the desk's, and what the own units are asked to check."""
    found: list[Waiting] = []
    if actor.roles & set(KEEPERS):
        found += _owed(actor)
        found += _names(actor)
    if actor.roles & set(RESPONDERS):
        found += _asked(actor)
    return found


def _owed(actor: Actor) -> list[Waiting]:
    days, desks = workdays(), desks_of(actor)
    own = Q(desk_id__in=desks) | Q(raised_to_id__in=desks)  # who inspects reads others' too, and answers none of them
    listed = queries.inbox(actor, "todo").filter(own)[: MOST + 1]
    return [
        Waiting(
            _("基层反映"),
            headline(each),
            f"{each.get_topic_display()} · {each.get_state_display()}",
            reverse("ticket", args=[each.pk]),
            _("受理") if each.state == "received" else _("办"),
            since=each.reopened_on or each.received_on,
            due=due_on(each, days),
        )
        for each in listed
    ]


def _names(actor: Actor) -> list[Waiting]:
    listed = queries.identities_to_decide(actor)[: MOST + 1]
    return [
        Waiting(
            _("基层反映"),
            headline(each.ticket),
            _("有人要知道是谁写的，要另一个人决定"),
            reverse("ticket", args=[each.ticket_id]),
            _("决定"),
            since=day_of(each.asked_at),
        )
        for each in listed
    ]


def _asked(actor: Actor) -> list[Waiting]:
    listed = queries.asked(actor)[: MOST + 1]
    note, url = _("请你单位核实"), reverse("feedback_forwards")
    return [
        Waiting(_("基层反映"), each.title, note, url, _("回核实情况"), since=each.sent_on, due=each.due_on)
        for each in listed
    ]


def owed(actor: Actor) -> int:
    """Count what the top bar says beside the inbox. One query."""
    return queries.inbox(actor, "todo").order_by().count() if actor.roles & set(KEEPERS) else 0


def thread(actor: Actor, kind: str, key: Key) -> list[Link]:
    """Return the tickets about a demand that the actor may open, and the demand of a ticket."""
    if kind == "demand" and actor.roles & set(KEEPERS):
        about = queries.tickets(actor).filter(demand=int(key)).order_by("received_on", "pk")[:LINKS]
        return [_link(each) for each in about]
    if kind == "ticket" and actor.roles & set(KEEPERS):
        linked = queries.tickets(actor).filter(pk=int(key)).exclude(demand=None)
        found = linked.select_related("demand").first()
        if found and found.demand:
            url, note = reverse("demand", args=[found.demand.pk]), found.demand.get_state_display()
            began = day_of(found.demand.issued_at or found.demand.created_at)
            return [Link(_("下达事项"), found.demand.title, url, note, began)]
    return []


def ticket_links(actor: Actor, pk: int) -> list[Link]:
    """Return the way back to a ticket, for who may open it."""
    if not actor.roles & set(KEEPERS):
        return []
    if found := queries.ticket(actor, pk):
        return [_link(found)]
    sent = queries.sent_up(actor).filter(pk=pk).first()
    return [_ticket_link(pk, sent.headline, _("退回到上一级"), sent.received_on)] if sent else []


def _link(ticket: Ticket) -> Link:
    return _ticket_link(ticket.pk, headline(ticket), str(ticket.get_state_display()), ticket.received_on)


def _ticket_link(pk: int, title: str, note: str, at: dt.date) -> Link:
    return Link(_("基层反映"), title, reverse("ticket", args=[pk]), note, at)
