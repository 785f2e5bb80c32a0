"""What the desk does with a ticket until somebody can say what is true: accept, rewrite, join, forward."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.models import Demand
from burden.feedback import routing
from burden.feedback.choices import MOST_TEXT, MOST_TITLE, OPEN, VERIFY_DAYS, About, Act, State
from burden.feedback.flow import due_on, locked, move, note_step
from burden.feedback.models import BoardEntry, SentUp, Ticket, TicketForward
from burden.feedback.services.answering import answer_joined
from burden.feedback.services.sending import checked_text
from burden.feedback.telling import check_untold, kinds_in, original_of
from burden.kit.clock import day_of
from burden.kit.errors import Refused
from burden.kit.reading import read_one, text
from burden.ledger.services import record
from burden.standards.workdays import Workdays, workdays
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
    """Return the kinds of the telling pieces that a rewrite left out; what they say stays sealed. Refuses: ticket.rewritten where one is still there."""
    if "".join(ticket.rewritten.split()) == "".join(original_of(ticket).split()):
        sentence = _("转出稿和原文一样。换自己的话写，去掉能认出人的细节")
        raise Refused("ticket.rewritten", sentence, {"rewritten": sentence})
    check_untold(ticket, f"{ticket.title}\n{ticket.rewritten}", field="rewritten")
    return kinds_in(ticket)


@transaction.atomic
def merge(*, by: Actor, ticket: Ticket, into: Ticket, now: dt.datetime) -> Ticket:
    """Join a ticket to another of the same desk, whose reply is its reply too, at once where it has one.

    Both are kept from all that either is kept from, since what is found out about one is found out about both.
    Refuses: ticket.into (itself, not there, joined already, of another desk, with more time left for its reply, or one that was
    forwarded to whom this is about), ticket.desk; Conflict ticket.state.
    """
    both = Ticket.objects.visible_to(by).select_for_update(of=("self",)).filter(pk__in=(ticket.pk, into.pk))
    found = {each.pk: each for each in both.order_by("pk")}  # in one order, whichever is to be joined to which
    held, leading = locked(by, ticket, Act.MERGE), found.get(into.pk)
    if leading is None or leading.pk == held.pk or leading.merged_into_id or leading.desk_id != held.desk_id:
        sentence = _("只能并到同一个办公室受理的、没有并走的另一条")
        raise Refused("ticket.into", sentence, {"into": sentence})
    kept_from = sorted({*leading.kept_from, *held.kept_from})
    if _went_to(leading, kept_from):
        sentence = _("那一条已经请被反映的单位核实过，不能并过去")
        raise Refused("ticket.into", sentence, {"into": sentence})
    if not may_lead(leading, held, workdays()):
        sentence = _("那一条的期限更晚：把后来的并到先来的")
        raise Refused("ticket.into", sentence, {"into": sentence})
    move(held, Act.MERGE)
    joined = [held, *Ticket.objects.visible_to(by).filter(merged_into=held)]
    for each in joined:
        each.merged_into, each.raised_to_id, each.raised_on = leading, leading.raised_to_id, leading.raised_on
        each.save(update_fields=["state", "merged_into", "raised_to", "raised_on"])
    for each in (leading, *joined):
        _keep(each, kept_from)
    BoardEntry.objects.filter(ticket=leading).update(reports=F("reports") + len(joined))
    note_step(held, Act.MERGE, day_of(now), unit_id=held.desk_id)
    record(by=by, what="ticket.merged", on=held, now=now, value=leading.pk)
    if leading.state in (State.REPLIED, State.CLOSED):
        for each in joined:
            answer_joined(each, leading, day_of(now))
    return held


def may_lead(leading: Ticket, joined: Ticket, days: Workdays) -> bool:
    """Say whether joining one to another leaves its reporter no longer to wait: the other is due as soon, or answered."""
    return leading.state not in OPEN or due_on(leading, days) <= due_on(joined, days)


def _went_to(ticket: Ticket, kept_from: Collection[int]) -> bool:
    """Say whether one of these units, or one below, was asked to check already."""
    asked = TicketForward.every.filter(ticket=ticket).select_related("unit")
    return any(routing.within(each.unit, kept_from) for each in asked)


def keep_from(*, by: Actor, held: Ticket, units: Collection[Unit]) -> bool:
    """Keep a locked ticket, what was joined to it and what was asked about it from more units that it turns out to be about.

    Shape: False, and nothing is done, where the desk is not above all of them, or one was asked to check already.
    """
    added = [unit.pk for unit in units if not routing.within(unit, held.kept_from)]
    if not added:
        return True
    low, high = held.desk.range
    if not all(low < unit.path < high for unit in units) or _went_to(held, added):
        return False
    for each in (held, *Ticket.objects.visible_to(by).filter(merged_into=held)):
        _keep(each, sorted({*each.kept_from, *added}))
    return True


def _keep(ticket: Ticket, kept_from: list[int]) -> None:
    ticket.kept_from = kept_from
    ticket.save(update_fields=["kept_from"])
    TicketForward.every.filter(ticket=ticket).update(kept_from=kept_from)
    SentUp.every.filter(ticket=ticket).update(kept_from=kept_from)


@transaction.atomic
def forward(*, by: Actor, ticket: Ticket, unit: Unit, now: dt.datetime) -> TicketForward:
    """Ask a unit to check, with the rewritten words alone; never one that it is about, nor one below.

    Refuses: ticket.unwritten, ticket.accused, ticket.unit (not below the desk), ticket.desk; Conflict ticket.state.
    """
    held = locked(by, ticket, Act.FORWARD)
    if not held.rewritten:
        sentence = _("先写转出稿：原文不出这间办公室")
        raise Refused("ticket.unwritten", sentence, {"rewritten": sentence})
    if routing.within(unit, held.kept_from):
        sentence = _("不能转给被反映的单位，也不能转给它下面的")
        raise Refused("ticket.accused", sentence, {"unit": sentence})
    low, high = held.desk.range
    if not low < unit.path < high:
        sentence = _("只能转给受理单位下面的单位，不能转给它自己")
        raise Refused("ticket.unit", sentence, {"unit": sentence})
    today, days = day_of(now), workdays()
    until, owed = days.after(today, VERIFY_DAYS), due_on(held, days)
    sent: TicketForward = TicketForward.every.create(
        ticket=held, unit=unit, kept_from=held.kept_from, topic=held.topic, title=held.title, text=held.rewritten,
        sent_by_unit=held.desk, sent_on=today, due_on=min(until, owed) if owed > today else until,
    )  # fmt: skip
    move(held, Act.FORWARD)
    held.save(update_fields=["state"])
    note_step(held, Act.FORWARD, today, unit_id=held.desk_id, words=unit.name)
    record(by=by, what="ticket.forwarded", on=held, now=now, unit=unit.code)
    return sent


@transaction.atomic
def link_demand(*, by: Actor, ticket: Ticket, demand: Demand, now: dt.datetime) -> Ticket:
    """Say which demand a ticket is about; it is kept from its issuer, lead and supporting departments from now on.

    Refuses: ticket.demand (the desk is not above all of them, or one was asked to check already), ticket.desk; Conflict
    ticket.state.
    """
    held = locked(by, ticket, Act.REWRITE)
    units = [demand.issuer, demand.lead, *demand.supporting.all()]
    if not keep_from(by=by, held=held, units=units):
        sentence = _("这一项的单位不归受理的办公室管，或者已经请它核实过，不能这样关联")
        raise Refused("ticket.demand", sentence, {"demand": sentence})
    held.demand, held.about = demand, About.DEMAND
    held.save(update_fields=["demand", "about"])
    record(by=by, what="ticket.linked", on=held, now=now, value=demand.pk)
    return held
