"""The state machine of tickets, and the clock of the reply. What is allowed stands in choices.TRANSITIONS; days are working days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext as _

from burden.feedback.choices import REPLY_DAYS, TRANSITIONS, Act, Verdict
from burden.feedback.models import Ticket, TicketStep, desks_of
from burden.kit.errors import Conflict, Refused

if TYPE_CHECKING:
    from burden.accounts.actor import Actor
    from burden.standards.workdays import Workdays


def need(ticket: Ticket, act: Act) -> None:
    """Refuses: Conflict ticket.state, where the act is not allowed as things stand."""
    allowed, _to = TRANSITIONS[act]
    if ticket.state not in allowed:
        words = {"is": ticket.get_state_display(), "act": act.label}
        raise Conflict("ticket.state", _("这一条现在是“%(is)s”，不能“%(act)s”") % words)


def move(ticket: Ticket, act: Act) -> None:
    """Put a ticket into the state an act leads to; who calls saves it."""
    _allowed, to = TRANSITIONS[act]
    if to is not None:
        ticket.state = to


def take_in(ticket: Ticket, step: TicketStep) -> None:
    """Let a ticket stand as an act of its reporter leaves it; who calls saves it."""
    if step.act == Act.JUDGE:
        ticket.verdict = step.note
    elif step.act == Act.LATER:
        ticket.later = step.note
    else:  # sent back: it goes up alone, and its time begins anew
        assert step.unit_id is not None
        ticket.desk_id, ticket.reopened_on, ticket.verdict = step.unit_id, step.on, Verdict.UNSOLVED
        ticket.raised_to = ticket.raised_on = ticket.merged_into = None
    move(ticket, Act(step.act))


def ahead(tickets: Collection[Ticket]) -> None:
    """Let tickets stand as their reporters left them: the desk hears of it with a later batch. One query."""
    held = {each.pk: each for each in tickets}
    for step in TicketStep.objects.filter(ticket__in=held, noted=False).order_by("ticket", "turn"):
        take_in(held[step.ticket_id], step)


def locked(by: Actor, ticket: Ticket, act: Act) -> Ticket:
    """Return the row for a change by its desk. Refuses: Ticket.DoesNotExist out of scope, ticket.desk, Conflict ticket.state."""
    held: Ticket = Ticket.objects.visible_to(by).select_for_update(of=("self",)).get(pk=ticket.pk)
    if not keeps(by, held):
        raise Refused("ticket.desk", _("你能看这一条，由受理它的办公室来办"))
    need(held, act)
    return held


def keeps(actor: Actor, ticket: Ticket) -> bool:
    """Whether a ticket is the actor's to answer: at its desk, or where it was raised to."""
    return bool(desks_of(actor) & {ticket.desk_id, ticket.raised_to_id})


def note_step(
    ticket: Ticket, act: Act, on: dt.date, *, unit_id: int | None = None, words: str = "", noted: bool = True
) -> TicketStep:
    """Write what happened on a day, for whoever follows the ticket."""
    last = TicketStep.objects.filter(ticket=ticket).aggregate(last=Max("turn"))["last"] or 0
    step = TicketStep(ticket=ticket, act=act, on=on, turn=last + 1, unit_id=unit_id, note=words, noted=noted)
    TicketStep.objects.bulk_create([step])  # it asks nothing back of the database
    return step


def due_on(ticket: Ticket, days: Workdays) -> dt.date:
    """Return the last day for the reply: working days from its receipt, or from when it was reopened."""
    return days.after(ticket.reopened_on or ticket.received_on, REPLY_DAYS)


def days_taken(ticket: Ticket, days: Workdays) -> int:
    """Return the working days from its receipt to the first reply. Units: whole days."""
    assert ticket.first_replied_on is not None
    return days.left(ticket.received_on, ticket.first_replied_on)
