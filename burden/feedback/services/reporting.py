"""What reporters do once they have a reply, by receipt or from their own page, and what others add: 我也遇到.

Acts of reporters keep their day alone; the ledger takes them in with a later batch.
"""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.feedback import routing
from burden.feedback.choices import ASKED_AGAIN, REOPEN_WITHIN, Act, Verdict
from burden.feedback.codes import digest_of
from burden.feedback.flow import move, need, note_step
from burden.feedback.models import BoardEntry, Endorsement, Ticket
from burden.feedback.sealing import Case, endorsement_mark, reporter_mark
from burden.feedback.services.sending import checked_text
from burden.kit.clock import DAY, day_of
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import one_of, read_one

SAID = (Verdict.SOLVED, Verdict.UNSOLVED)


def held_for(receipt: str | None, by: Actor | None, pk: int | None = None) -> Ticket:
    """Return the row for a change by its reporter: with a receipt, or the own one. Refuses: Ticket.DoesNotExist."""
    if receipt is not None:
        found = Ticket.objects.by_receipt(digest_of(receipt))
    else:
        assert by is not None
        found = Ticket.objects.reported_by(reporter_mark(by.user_id)).filter(pk=pk)
    held: Ticket = found.select_for_update(of=("self",)).get()
    return held


@transaction.atomic
def judge(
    *, verdict: str, now: dt.datetime, receipt: str | None = None, by: Actor | None = None, ticket: Ticket | None = None
) -> Ticket:
    """Say whether the reply solved it; that closes the ticket.

    Refuses: ticket.verdict; Conflict ticket.state; Ticket.DoesNotExist for a foreign one.
    """
    held = held_for(receipt, by, ticket.pk if ticket else None)
    need(held, Act.JUDGE)
    held.verdict = _verdict(verdict)
    move(held, Act.JUDGE)
    held.save(update_fields=["state", "verdict"])
    note_step(held, Act.JUDGE, day_of(now), words=held.verdict, noted=False)
    return held


@transaction.atomic
def judge_later(
    *, verdict: str, now: dt.datetime, receipt: str | None = None, by: Actor | None = None, ticket: Ticket | None = None
) -> Ticket:
    """Say, four weeks after the reply, whether it is still so; once.

    Refuses: ticket.verdict, ticket.early; Conflict ticket.state, ticket.said; Ticket.DoesNotExist for a foreign one.
    """
    held = held_for(receipt, by, ticket.pk if ticket else None)
    need(held, Act.LATER)
    if held.later:
        raise Conflict("ticket.said", _("四周后的情况已经答过了"))
    if not asked_again(held, day_of(now)):
        raise Refused("ticket.early", _("答复满四周再说"))
    held.later = _verdict(verdict)
    held.save(update_fields=["later"])
    note_step(held, Act.LATER, day_of(now), words=held.later, noted=False)
    return held


def asked_again(ticket: Ticket, today: dt.date) -> bool:
    """Whether four weeks have passed since the reply."""
    return ticket.replied_on is not None and today >= ticket.replied_on + ASKED_AGAIN * DAY


def _verdict(verdict: str) -> str:
    words: str = read_one(one_of(SAID), verdict, field="verdict", label=_("评价"), code="ticket.verdict")
    return words


@transaction.atomic
def reopen(
    *, words: str, now: dt.datetime, receipt: str | None = None, by: Actor | None = None, ticket: Ticket | None = None
) -> Ticket:
    """Send a reply back, once; the desk further up answers then, where there is one.

    Refuses: ticket.text, ticket.late (60 days after the reply); Conflict ticket.state, ticket.reopened; Ticket.DoesNotExist.
    """
    held, today = held_for(receipt, by, ticket.pk if ticket else None), day_of(now)
    need(held, Act.REOPEN)
    if held.reopened_on:
        raise Conflict("ticket.reopened", _("已经退回过一次；还没解决，请再写一条新的"))
    if held.replied_on and today > held.replied_on + REOPEN_WITHIN * DAY:
        raise Refused("ticket.late", _("答复超过 %(days)d 天，不能退回；请再写一条新的") % {"days": REOPEN_WITHIN})
    held.added = Case.of(held).seal(checked_text(words, field="words"))
    held.desk = routing.next_desk(held.desk, today) or held.desk
    held.reopened_on, held.raised_to, held.raised_on = today, None, None
    held.verdict = Verdict.UNSOLVED
    move(held, Act.REOPEN)
    held.save()
    note_step(held, Act.REOPEN, today, unit_id=held.desk_id, noted=False)
    return held


@transaction.atomic
def endorse(*, by: Actor, entry: BoardEntry, now: dt.datetime) -> None:
    """Say that one met the same; who says so is in no row. Refuses: Conflict entry.endorsed."""
    mark = endorsement_mark(entry, by)
    try:
        with transaction.atomic():
            Endorsement.objects.bulk_create([Endorsement(entry=entry, mark=mark)])
    except IntegrityError as error:
        raise Conflict("entry.endorsed", _("你已经点过“我也遇到”了")) from error
