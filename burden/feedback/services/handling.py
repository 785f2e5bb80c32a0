"""What the desk does with a ticket until somebody can say what is true: accept, rewrite, join, forward."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.models import Demand
from burden.feedback import hints, routing
from burden.feedback.choices import MOST_TEXT, MOST_TITLE, VERIFY_DAYS, Act, State
from burden.feedback.flow import locked, move, note_step
from burden.feedback.models import BoardEntry, Ticket, TicketForward
from burden.feedback.sealing import added_to, text_of
from burden.feedback.services.sending import checked_text
from burden.kit.clock import day_of
from burden.kit.errors import Refused
from burden.kit.reading import read_one, text
from burden.ledger.services import record
from burden.standards.workdays import workdays
from burden.units.models import Unit


@transaction.atomic
def accept(*, by: Actor, ticket: Ticket, now: dt.datetime) -> Ticket:
    """Take a ticket on. Refuses: ticket.desk; Conflict ticket.state."""
    held = locked(by, ticket, Act.ACCEPT)
    move(held, Act.ACCEPT)
    held.accepted_on = day_of(now)
    held.save(update_fields=["state", "accepted_on"])
    note_step(held, Act.ACCEPT, day_of(now), unit_id=held.desk_id)
    record(by=by, what="ticket.accepted", on=held, now=now)
    return held


@transaction.atomic
def rewrite(*, by: Actor, ticket: Ticket, title: str, rewritten: str, now: dt.datetime) -> Ticket:
    """Write what may be forwarded and shown: nothing in it tells who wrote the original.

    Refuses: ticket.title, ticket.rewritten (empty, long, the original itself, or with a telling piece of it), ticket.desk;
    Conflict ticket.state.
    """
    held = locked(by, ticket, Act.REWRITE)
    held.title = read_one(text(MOST_TITLE), title, field="title", label=_("标题"), code="ticket.title")
    held.rewritten = checked_text(rewritten, field="rewritten", most=MOST_TEXT)
    held.removed = _removed(held)
    held.save(update_fields=["title", "rewritten", "removed"])
    record(by=by, what="ticket.rewritten", on=held, now=now, count=len(held.removed))
    return held


def _removed(ticket: Ticket) -> list[str]:
    """Return the telling pieces that a rewrite left out. Refuses: ticket.rewritten where one is still there."""
    original = f"{text_of(ticket)}\n{added_to(ticket)}".strip()
    if "".join(ticket.rewritten.split()) == "".join(original.split()):
        raise _kept(_("转出稿和原文一样。换自己的话写，去掉能认出人的细节"))
    telling = list(dict.fromkeys(hint.words for hint in hints.hints(original)))
    told = f"{ticket.title}\n{ticket.rewritten}"
    if left := [piece for piece in telling if piece in told]:
        raise _kept(_("还留着可能认出人的细节：%(what)s") % {"what": "、".join(left[:5])})
    return telling


def _kept(sentence: str) -> Refused:
    return Refused("ticket.rewritten", sentence, {"rewritten": sentence})


@transaction.atomic
def merge(*, by: Actor, ticket: Ticket, into: Ticket, now: dt.datetime) -> Ticket:
    """Join a ticket to another of the same desk, whose reply is its reply too.

    Refuses: ticket.into (itself, not there, joined already, of another desk), ticket.desk; Conflict ticket.state.
    """
    held = locked(by, ticket, Act.MERGE)
    leading: Ticket | None = Ticket.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=into.pk).first()
    if leading is None or leading.pk == held.pk or leading.state == State.MERGED or leading.desk_id != held.desk_id:
        sentence = _("只能并到同一个办公室受理的、没有并走的另一条")
        raise Refused("ticket.into", sentence, {"into": sentence})
    Ticket.objects.visible_to(by).filter(merged_into=held).update(merged_into=leading)
    move(held, Act.MERGE)
    held.merged_into = leading
    held.save(update_fields=["state", "merged_into"])
    BoardEntry.objects.filter(ticket=leading).update(reports=F("reports") + 1)
    note_step(held, Act.MERGE, day_of(now), unit_id=held.desk_id)
    record(by=by, what="ticket.merged", on=held, now=now, value=leading.pk)
    return held


@transaction.atomic
def forward(*, by: Actor, ticket: Ticket, unit: Unit, now: dt.datetime) -> TicketForward:
    """Ask a unit to check, with the rewritten words alone; never one that it is about, nor one below.

    Refuses: ticket.unwritten, ticket.accused, ticket.unit (not under the desk), ticket.desk; Conflict ticket.state.
    """
    held = locked(by, ticket, Act.FORWARD)
    if not held.rewritten:
        sentence = _("先写转出稿：原文不出这间办公室")
        raise Refused("ticket.unwritten", sentence, {"rewritten": sentence})
    if routing.within(unit, held.kept_from):
        sentence = _("不能转给被反映的单位，也不能转给它下面的")
        raise Refused("ticket.accused", sentence, {"unit": sentence})
    low, high = held.desk.range
    if not low <= unit.path < high:
        sentence = _("只能转给本级和下级的单位")
        raise Refused("ticket.unit", sentence, {"unit": sentence})
    today = day_of(now)
    sent: TicketForward = TicketForward.every.create(
        ticket=held, unit=unit, kept_from=held.kept_from, topic=held.topic, title=held.title, text=held.rewritten,
        sent_by_unit=held.desk, sent_on=today, due_on=workdays().after(today, VERIFY_DAYS),
    )  # fmt: skip
    move(held, Act.FORWARD)
    held.save(update_fields=["state"])
    note_step(held, Act.FORWARD, today, unit_id=held.desk_id, words=unit.name)
    record(by=by, what="ticket.forwarded", on=held, now=now, unit=unit.code)
    return sent


@transaction.atomic
def link_demand(*, by: Actor, ticket: Ticket, demand: Demand, now: dt.datetime) -> Ticket:
    """Say which demand a ticket is about; it is kept from its issuer, lead and supporting departments from now on.

    Refuses: ticket.demand (the desk is inside one of them, or one was asked to check already), ticket.desk; Conflict ticket.state.
    """
    held = locked(by, ticket, Act.REWRITE)
    units = [demand.issuer, demand.lead, *demand.supporting.all()]
    kept_from = sorted({*held.kept_from, *(unit.pk for unit in units)})
    asked = TicketForward.every.filter(ticket=held).select_related("unit")
    if any(routing.within(unit, kept_from) for unit in (held.desk, *(each.unit for each in asked))):
        sentence = _("这一项的单位管着受理的办公室，或者已经请它核实过，不能这样关联")
        raise Refused("ticket.demand", sentence, {"demand": sentence})
    held.demand, held.kept_from = demand, kept_from
    held.save(update_fields=["demand", "kept_from"])
    record(by=by, what="ticket.linked", on=held, now=now, value=demand.pk)
    return held
