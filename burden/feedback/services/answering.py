"""What is found out, and what the reporter is told: the responder's answer, the reply with conclusion and change, the board."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.feedback.choices import MOST_REPLY, Act, Conclusion, State
from burden.feedback.flow import days_taken, locked, move, note_step
from burden.feedback.models import BoardEntry, Ticket, TicketForward
from burden.feedback.services.sending import checked_text
from burden.feedback.telling import check_untold
from burden.kit.clock import Week, day_of
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import one_of, read_one
from burden.ledger.services import record
from burden.standards.workdays import workdays

CHANGED = (Conclusion.UPHELD, Conclusion.PARTLY)  # conclusions that say what was changed


@transaction.atomic
def respond(*, by: Actor, forward: TicketForward, answer: str, now: dt.datetime) -> TicketForward:
    """Say what was found, once; the database moves the ticket, which the responder does not see.

    Refuses: ticket.text; Conflict forward.answered, forward.ended (the reporter has a reply); TicketForward.DoesNotExist out of scope.
    """
    held: TicketForward = TicketForward.objects.visible_to(by).select_for_update(of=("self",)).get(pk=forward.pk)
    if held.answered_on:
        raise Conflict("forward.answered", _("这一条已经回过核实情况了"))
    if held.ended_on:
        raise Conflict("forward.ended", _("反映人已经得到答复，这一条不用再核实了"))
    held.answer = checked_text(answer, field="answer", most=MOST_REPLY)
    held.answered_by, held.answered_on = by.user, day_of(now)
    held.save(update_fields=["answer", "answered_by", "answered_on"])
    record(by=by, what="ticket.verified", on=held, now=now)
    return held


@transaction.atomic
def reply(
    *, by: Actor, ticket: Ticket, conclusion: str, words: str, change: str, public: bool, now: dt.datetime
) -> Ticket:
    """Tell the reporter what came of it and what is done otherwise from now on; a new reply asks for a new verdict.

    It is the reply to what was joined, too. What responders were asked and have not answered is asked no longer, and an older reply
    stands on the board no longer.
    Refuses: ticket.conclusion, ticket.text, ticket.change (what was upheld says what changes), ticket.desk, and what _show
    refuses; Conflict ticket.state.
    """
    held = locked(by, ticket, Act.REPLY)
    label, known = _("结论"), one_of(Conclusion.values)
    held.conclusion = read_one(known, conclusion, field="conclusion", label=label, code="ticket.conclusion")
    held.reply = checked_text(words, field="words", most=MOST_REPLY)
    held.change = checked_text(change, field="change", most=MOST_REPLY) if change.strip() else ""
    if held.conclusion in CHANGED and not held.change:
        sentence = _("查实了的，要写改了什么")
        raise Refused("ticket.change", sentence, {"change": sentence})
    today = day_of(now)
    held.replied_on, held.first_replied_on = today, held.first_replied_on or today
    held.verdict = held.later = ""
    move(held, Act.REPLY)
    held.save()
    waiting = Ticket.objects.visible_to(by).filter(merged_into=held, state=State.MERGED)
    for joined in waiting.select_for_update(of=("self",)):
        answer_joined(joined, held, today)
    TicketForward.every.filter(ticket=held, answered_on=None, ended_on=None).update(ended_on=today)
    if public:
        _show(by, held, now)
    else:
        BoardEntry.objects.filter(ticket=held).update(shown_from=None)
    note_step(held, Act.REPLY, today, unit_id=held.desk_id)
    record(by=by, what="ticket.replied", on=held, now=now, chosen=held.conclusion)
    return held


def answer_joined(joined: Ticket, held: Ticket, today: dt.date) -> None:
    """Give a joined ticket the other's reply as its own, which its reporter judges, sends back or is asked about like any other."""
    joined.conclusion, joined.reply, joined.change = held.conclusion, held.reply, held.change
    joined.replied_on = joined.first_replied_on = today
    move(joined, Act.REPLY)
    joined.save(update_fields=["conclusion", "reply", "change", "replied_on", "first_replied_on", "state"])
    note_step(joined, Act.REPLY, today, unit_id=held.desk_id)


@transaction.atomic
def publish(*, by: Actor, ticket: Ticket, now: dt.datetime) -> BoardEntry:
    """Put a reply on the public board, from the coming Monday on. Refuses: what _show refuses, ticket.desk; Conflict ticket.state."""
    held = locked(by, ticket, Act.PUBLISH)
    entry = _show(by, held, now)
    record(by=by, what="ticket.published", on=held, now=now)
    return entry


@transaction.atomic
def unpublish(*, by: Actor, ticket: Ticket, now: dt.datetime) -> None:
    """Take a reply off the board. Refuses: ticket.unpublished (it is not there), ticket.desk; Conflict ticket.state."""
    held = locked(by, ticket, Act.UNPUBLISH)
    if not BoardEntry.objects.filter(ticket=held, shown_from__isnull=False).update(shown_from=None):
        raise Conflict("ticket.unpublished", _("这一条不在公开栏上"))
    record(by=by, what="ticket.unpublished", on=held, now=now)


def _show(by: Actor, ticket: Ticket, now: dt.datetime) -> BoardEntry:
    """Write the board's entry. Refuses: ticket.joined, ticket.unwritten, ticket.public (the reply tells something of the reporter)."""
    if ticket.merged_into_id:
        raise Refused("ticket.joined", _("这一条并走了，公开的是它并到的那一条"))
    if not ticket.rewritten:
        sentence = _("公开的是转出稿，先写转出稿")
        raise Refused("ticket.unwritten", sentence, {"public": sentence})
    check_untold(ticket, f"{ticket.title}\n{ticket.rewritten}\n{ticket.reply}\n{ticket.change}", field="public")
    joined = Ticket.objects.visible_to(by).filter(merged_into=ticket).count()
    facts = {
        "desk": ticket.desk, "topic": ticket.topic, "title": ticket.title, "text": ticket.rewritten,
        "conclusion": ticket.conclusion, "reply": ticket.reply, "change": ticket.change, "replied_on": ticket.replied_on,
        "workdays": days_taken(ticket, workdays()), "reports": 1 + joined, "shown_from": Week.at(now).plus(1).monday,
        "reviewer": None, "reviewed_from": None,
    }  # fmt: skip
    entry, _made = BoardEntry.objects.update_or_create(ticket=ticket, defaults=facts)
    return entry
