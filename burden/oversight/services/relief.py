"""Asking receivers whether relief arrived (回头看): one voluntary tap a unit; told by fives, never beside the unit."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import Question
from burden.accounts.services import people_to_ask, put_question
from burden.demands.models import Demand, Target
from burden.demands.models import State as DemandState
from burden.demands.receivers import stored, units_of
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import one_of, read_one
from burden.ledger.services import record_of_nobody
from burden.oversight.clocks import ASKED_FOR
from burden.oversight.models import TOLD_AT_ONCE, Order, ReliefAsked, ReliefTally
from burden.oversight.steps import STEPS
from burden.units.models import Level, Unit

MOST_ASKED = 30
PEOPLE_ASKED = 3  # in a unit; the first answer stands for all of it
SAID = ("less", "same", "more")
BELOW = {Level.TOWNSHIP: Level.VILLAGE}  # whom an issuer of a level asks; all others ask townships


def ask_relief(*, order: Order, now: dt.datetime) -> None:
    """Ask units that received what an order is about, drawn by lot, once for an order: a part of another service's transaction.

    A unit all of whose people have had their three questions this week is passed over; where all are, they are asked later.
    """
    if order.asked:
        return
    people = people_to_ask(unit_ids=_receivers(order), now=now)
    drawn = secrets.SystemRandom().sample(sorted(people), min(MOST_ASKED, len(people)))
    asked = [ReliefAsked(order=order, unit_id=unit_id, asked_on=clock.day_of(now)) for unit_id in drawn]
    ReliefAsked.every.bulk_create(asked, ignore_conflicts=True)  # read back by those alone who are asked
    chosen = [person for unit_id in drawn for person in people[unit_id][:PEOPLE_ASKED]]
    put_question(kind=Question.RELIEF, subject=order.pk, people=chosen, now=now)
    order.asked = len(asked)


def forget_relief(*, order: Order) -> None:
    """Begin anew: what was said of an order that goes back says nothing of what is done then. A part of another service's transaction.

    Who was asked goes with the counts, by a trigger: nobody who sends an order back may read who was.
    """
    order.asked = order.less = order.same = order.more = 0


def _receivers(order: Order) -> list[int]:
    """Return whom it went to: of what was registered under its titles, else whom such an issuer asks where it may.

    Of what was withdrawn before it was due no targets are left but the answered ones: there those count to whom it was addressed.
    """
    out = Demand.every.filter(issuer_id=order.issuer_id, title__in=order.titles, issued_at__isnull=False)
    sent = Target.every.filter(demand__in=out, unit__closed_on=None)
    found = set(sent.values_list("unit_id", flat=True))
    gone = out.filter(state=DemandState.WITHDRAWN).select_related("issuer")
    for chosen in {str(each.receivers): each for each in gone}.values():
        found |= set(units_of(chosen.issuer, stored(chosen.receivers)).values_list("pk", flat=True))
    if found:
        return sorted(found)
    low, high = order.issuer.remit
    level = BELOW.get(Level(order.issuer.level), Level.TOWNSHIP)
    below = Unit.every.filter(path__gt=low, path__lt=high, level=level, closed_on=None)
    return list(below.order_by("path").exclude(pk=order.issuer_id).values_list("pk", flat=True))


@transaction.atomic
def confirm_relief(*, by: Actor, order: Order, said: str, now: dt.datetime) -> None:
    """Say for the own unit whether it became less; the first answer stands, and what it was is not kept beside the unit.

    Shape: said is less, same or more. Refuses: relief.said, relief.asked (the unit was not, or no post there); Conflict
    relief.answered, relief.over (it was asked too long ago), order.state.
    """
    answer = read_one(one_of(SAID), said, field="said", label=_("答案"), code="relief.said")
    found = Order.objects.asked_of(by).select_for_update(of=("self",)).filter(pk=order.pk).first()
    held = ReliefAsked.objects.visible_to(by).select_for_update(of=("self",)).filter(order=order)
    mine = held.order_by("has_answered").first()
    if found is None or mine is None:
        raise Refused("relief.asked", _("这一项没有问你们单位"))
    if found.state not in STEPS["confirm"].starts:
        raise Conflict("order.state", _("这一项已经不用答了"), {"state": found.state})
    if mine.asked_on + ASKED_FOR <= clock.day_of(now):
        raise Conflict("relief.over", _("问了满四周，不再收了"))
    if mine.has_answered:
        raise Conflict("relief.answered", _("你们单位已经答过了"))
    mine.has_answered = True
    mine.save(update_fields=["has_answered"])
    _count(by, found, answer)
    record_of_nobody(what="order.confirm", on=found, now=now, unit_id=found.unit_id)


def _count(by: Actor, order: Order, answer: str) -> None:
    """Add an answer to those that wait; tell them all once they are five.

    After the first five the last ones are kept back where nobody would be left who may have said nothing (Order.is_split).
    """
    ReliefTally.every.bulk_create([ReliefTally(order=order)], ignore_conflicts=True)
    waiting = ReliefTally.objects.visible_to(by).filter(order=order)
    waiting.update(**{answer: F(answer) + 1})
    counts = waiting.values(*SAID).get()
    n = sum(counts.values())
    if n < TOLD_AT_ONCE or (order.told and order.told + n >= order.asked):
        return
    told = {name: F(name) + n for name, n in counts.items()}
    Order.objects.asked_of(by).filter(pk=order.pk).update(**told)
    waiting.update(**dict.fromkeys(SAID, 0))
