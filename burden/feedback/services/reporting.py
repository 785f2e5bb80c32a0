"""What reporters do once they have a reply, by receipt or from their own page, and what others add: 我也遇到.

Acts of reporters keep their day alone: they are steps that the reporter sees at once, and the desk and the ledger with a later batch.
"""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.feedback import routing
from burden.feedback.choices import ASKED_AGAIN, REOPEN_WITHIN, TRANSITIONS, Act, Verdict
from burden.feedback.codes import digest_of
from burden.feedback.flow import ahead, need, note_step, take_in
from burden.feedback.models import BoardEntry, Endorsement, Ticket
from burden.feedback.sealing import Case, endorsement_mark, reporter_mark
from burden.feedback.services.sending import checked_text
from burden.kit.clock import DAY, day_of
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import one_of, read_one

SAID = (Verdict.SOLVED, Verdict.UNSOLVED)


def held_for(receipt: str | None, by: Actor | None, pk: int | None = None) -> Ticket:
    """Return the row for an act of its reporter, as its reporter left it: with a receipt, or the own one. Refuses: DoesNotExist."""
    if receipt is not None:
        found = Ticket.objects.by_receipt(digest_of(receipt))
    else:
        assert by is not None
        found = Ticket.objects.reported_by(reporter_mark(by.user_id)).filter(pk=pk)
    held: Ticket = found.select_for_update(of=("self",)).get()
    ahead([held])
    return held


def _said(held: Ticket, act: Act, now: dt.datetime, *, words: str = "", unit_id: int | None = None) -> Ticket:
    """Write what a reporter did, and return the ticket as it is then to its reporter."""
    take_in(held, note_step(held, act, day_of(now), words=words, unit_id=unit_id, noted=False))
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
    return _said(held, Act.JUDGE, now, words=_verdict(verdict))


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
    return _said(held, Act.LATER, now, words=_verdict(verdict))


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
    """Send a reply back, once; the desk further up answers then, where there is one. One that was joined goes up alone.

    Refuses: ticket.text, ticket.late (60 days after the reply); Conflict ticket.state, ticket.reopened, ticket.solved (its reporter
    said so); Ticket.DoesNotExist.
    """
    held, today = held_for(receipt, by, ticket.pk if ticket else None), day_of(now)
    if held.reopened_on:
        raise Conflict("ticket.reopened", _("已经退回过一次；还没解决，请再写一条新的"))
    need(held, Act.REOPEN)
    if held.verdict == Verdict.SOLVED:
        raise Conflict("ticket.solved", _("你评价过“解决了”，不能再退回；又有了，请再写一条新的"))
    if not may_reopen(held, today):
        raise Refused("ticket.late", _("答复超过 %(days)d 天，不能退回；请再写一条新的") % {"days": REOPEN_WITHIN})
    held.added = Case.of(held).seal(checked_text(words, field="words"))
    held.save(update_fields=["added"])
    desk = routing.next_desk(held.desk, today) or held.desk
    return _said(held, Act.REOPEN, now, unit_id=desk.pk)


def may_reopen(ticket: Ticket, today: dt.date) -> bool:
    """Whether a reply may be sent back still: it was not before, was not said to have solved it, and is not old."""
    is_old = ticket.replied_on is not None and today > ticket.replied_on + REOPEN_WITHIN * DAY
    is_solved = ticket.verdict == Verdict.SOLVED
    return ticket.state in TRANSITIONS[Act.REOPEN][0] and not ticket.reopened_on and not is_solved and not is_old


@transaction.atomic
def endorse(*, by: Actor, entry: BoardEntry, now: dt.datetime) -> None:
    """Say that one met the same; who says so is in no row. Refuses: Conflict entry.endorsed."""
    mark = endorsement_mark(entry, by)
    try:
        with transaction.atomic():
            Endorsement.objects.bulk_create([Endorsement(entry=entry, mark=mark)])
    except IntegrityError as error:
        raise Conflict("entry.endorsed", _("你已经点过“我也遇到”了")) from error
