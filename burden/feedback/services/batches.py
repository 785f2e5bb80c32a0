"""What the worker does with tickets: opens them in batches by chance, raises what is overdue, counts the board once a week."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter

from django.db import transaction
from django.db.models import QuerySet

from burden.feedback.choices import OPEN, REPLY_DAYS, Act, Conclusion, State
from burden.feedback.flow import due_on, move, note_step, take_in
from burden.feedback.models import BoardCount, BoardEntry, SentUp, Ticket, TicketStep
from burden.feedback.replies import Reply, judged, median_tenths, replies_until
from burden.feedback.routing import next_desk
from burden.kit.clock import Week, day_of
from burden.ledger.services import record
from burden.standards.workdays import Workdays, workdays
from burden.units.models import Unit

LAST_HOUR = 18  # of the day after, in Asia/Shanghai: then whatever waits is opened
CHANCE = 4  # one in so many hours


def drawn(hour: int) -> bool:
    """Draw whether the batch is opened in this hour; the last hour of a day opens it for certain."""
    return hour >= LAST_HOUR or secrets.randbelow(CHANCE) == 0


def _held() -> QuerySet[Ticket]:
    """Hold tickets in the order of their numbers: batches that run at once, and desks that join tickets, wait for each other."""
    return Ticket.every.select_for_update(of=("self",)).order_by("pk")


@transaction.atomic
def release(*, now: dt.datetime, before: dt.date | None = None) -> int:
    """Open all that came before a day, else before today, in an order drawn by chance; returns how many."""
    sealed = _held().filter(state=State.SEALED, received_on__lt=before or day_of(now))
    waiting = list(sealed)
    secrets.SystemRandom().shuffle(waiting)
    for ticket in waiting:
        move(ticket, Act.RELEASE)
        ticket.save(update_fields=["state"])
    for desk_id, count in Counter(ticket.desk_id for ticket in waiting).items():
        record(by=None, what="ticket.released", on=Unit(pk=desk_id), now=now, unit_id=desk_id, count=count)
    return len(waiting)


@transaction.atomic
def escalate(*, now: dt.datetime) -> int:
    """Raise what is overdue to the desk further up, once; returns how many."""
    today, days = day_of(now), workdays()
    owed = _held().filter(state__in=OPEN, raised_on=None)
    late = [each for each in owed.select_related("desk") if due_on(each, days) < today]
    for ticket in late:
        ticket.raised_to, ticket.raised_on = next_desk(ticket.desk, today), today
        ticket.save(update_fields=["raised_to", "raised_on"])
        joined = Ticket.every.filter(merged_into=ticket, state=State.MERGED)
        joined.update(raised_to=ticket.raised_to, raised_on=today)  # who replies to the one replies to these
        note_step(ticket, Act.ESCALATE, today, unit_id=ticket.raised_to_id)
        record(by=None, what="ticket.raised", on=ticket, now=now, unit_id=ticket.desk_id)
    return len(late)


@transaction.atomic
def note_acts(*, now: dt.datetime, before: dt.date | None = None) -> int:
    """Let tickets stand as reporters left them before a day, else before today; into the ledger in an order drawn by chance.

    Returns how much they did.
    """
    done = TicketStep.objects.select_for_update().filter(noted=False, on__lt=before or day_of(now))
    acts = list(done.order_by("turn"))
    held = _held().in_bulk({step.ticket_id for step in acts})
    for step in acts:
        if step.act == Act.REOPEN:
            _send_up(held[step.ticket_id], step, now)
        take_in(held[step.ticket_id], step)
    for ticket in held.values():
        ticket.save(
            update_fields=["state", "verdict", "later", "desk", "reopened_on", "raised_to", "raised_on", "merged_into"]
        )
    secrets.SystemRandom().shuffle(acts)
    for step in acts:
        what = {Act.JUDGE: "ticket.judged", Act.REOPEN: "ticket.reopened", Act.LATER: "ticket.judged_later"}[
            Act(step.act)
        ]
        record(by=None, what=what, on=Ticket(pk=step.ticket_id), now=now, unit_id=step.unit_id)
    TicketStep.objects.filter(pk__in=[step.pk for step in acts]).update(noted=True)
    return len(acts)


def _send_up(ticket: Ticket, step: TicketStep, now: dt.datetime) -> None:
    """Let the board say from the coming Monday on that a reply was sent back, and keep it for the desk that gave it."""
    assert step.unit_id is not None
    monday = Week.at(now).plus(1).monday
    BoardEntry.objects.filter(ticket=ticket).update(reviewer_id=step.unit_id, reviewed_from=monday)
    if step.unit_id != ticket.desk_id:
        same = ("kept_from", "topic", "title", "conclusion", "reply", "change", "received_on", "replied_on", "desk_id")
        facts = {name: getattr(ticket, name) for name in same} | {"text": ticket.rewritten, "sent_on": step.on}
        SentUp.every.bulk_create([SentUp(ticket=ticket, reviewer_id=step.unit_id, **facts)])


@transaction.atomic
def count_board(*, now: dt.datetime) -> int:
    """Count each desk's year for the board, once a week; returns for how many desks."""
    monday = Week.at(now).monday
    counted = set(BoardCount.objects.filter(monday=monday).values_list("desk_id", flat=True))
    days = workdays()
    replies = replies_until(monday, days)
    desks = {*Ticket.every.order_by().values_list("desk_id", flat=True).distinct(), *replies} - counted
    made = [_counted(desk_id, monday, days, replies.get(desk_id, [])) for desk_id in sorted(desks)]
    BoardCount.objects.bulk_create(made)
    return len(made)


def _counted(desk_id: int, monday: dt.date, days: Workdays, replies: list[Reply]) -> BoardCount:
    year = Ticket.every.filter(desk=desk_id, received_on__year=monday.year, received_on__lt=monday)
    told = year.values_list("received_on", "first_replied_on", "conclusion")
    replied = [(came, answered, found) for came, answered, found in told if answered and answered < monday]
    upheld = (Conclusion.UPHELD, Conclusion.PARTLY)
    before = BoardCount.objects.filter(desk=desk_id, monday__year=monday.year).order_by("-monday").first()
    said = judged(replies, (before.judged, before.solved) if before else (0, 0))
    return BoardCount(
        desk_id=desk_id, monday=monday, received=year.exclude(state=State.SEALED).count(), replied=len(replied),
        in_time=sum(days.left(came, answered) <= REPLY_DAYS for came, answered, _found in replied),
        upheld=sum(found in upheld for _came, _answered, found in replied),
        replies=len(replies), median_tenths=median_tenths(replies), judged=said[0], solved=said[1],
    )  # fmt: skip
