"""Asking receivers whether relief arrived (回头看): one voluntary tap a unit; counted on the order, never beside the unit."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.models import Demand, Target
from burden.demands.models import State as DemandState
from burden.demands.receivers import stored, units_of
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import one_of, read_one
from burden.ledger.services import record
from burden.oversight.models import Order, ReliefAsked
from burden.oversight.steps import STEPS
from burden.units.models import Level, Unit

MOST_ASKED = 30
SAID = ("less", "same", "more")


def ask_relief(*, by: Actor, order: Order, now: dt.datetime) -> None:
    """Ask units that received what an order is about, drawn by lot, once for an order: a part of another service's transaction.

    Townships below the one that supervises where nobody registered whom it went to.
    """
    if order.asked:
        return
    ids = _receivers(by, order)
    drawn = secrets.SystemRandom().sample(ids, min(MOST_ASKED, len(ids)))
    asked = [ReliefAsked(order=order, unit_id=unit_id, asked_on=clock.day_of(now)) for unit_id in drawn]
    ReliefAsked.every.bulk_create(asked)
    order.asked = len(asked)


def forget_relief(*, order: Order) -> None:
    """Begin anew: what was said of an order that goes back says nothing of what is done then. A part of another service's transaction."""
    ReliefAsked.every.filter(order=order).delete()
    order.asked = order.less = order.same = order.more = 0


def _receivers(by: Actor, order: Order) -> list[int]:
    """Return whom it went to: of what was registered under its titles, else all townships of the unit.

    What is withdrawn has no targets left but the answered ones, so that there those count to whom it was addressed.
    """
    out = Demand.objects.visible_to(by).filter(
        issuer_id=order.issuer_id, title__in=order.titles, issued_at__isnull=False
    )
    sent = Target.objects.visible_to(by).filter(demand__in=out, unit__closed_on=None)
    found = set(sent.values_list("unit_id", flat=True))
    gone = out.filter(state=DemandState.WITHDRAWN).select_related("issuer")
    for chosen in {str(each.receivers): each for each in gone}.values():
        found |= set(units_of(chosen.issuer, stored(chosen.receivers)).values_list("pk", flat=True))
    if found:
        return sorted(found)
    low, high = order.unit.range
    below = Unit.every.filter(path__gt=low, path__lt=high, level=Level.TOWNSHIP, closed_on=None)
    return list(below.order_by("path").exclude(pk=order.issuer_id).values_list("pk", flat=True))


@transaction.atomic
def confirm_relief(*, by: Actor, order: Order, said: str, now: dt.datetime) -> None:
    """Say for the own unit whether it became less; the first answer stands, and what it was is not kept beside the unit.

    Shape: said is less, same or more. Refuses: relief.said, relief.asked (the unit was not, or no post there); Conflict
    relief.answered, order.state.
    """
    answer = read_one(one_of(SAID), said, field="said", label=_("答案"), code="relief.said")
    held = ReliefAsked.objects.visible_to(by).select_for_update().filter(order=order).order_by("has_answered").first()
    if held is None:
        raise Refused("relief.asked", _("这一项没有问你们单位"))
    found = Order.objects.asked_of(by).select_for_update().get(pk=order.pk)
    if found.state not in STEPS["confirm"].starts:
        raise Conflict("order.state", _("这一项已经不用答了"), {"state": found.state})
    if held.has_answered:
        raise Conflict("relief.answered", _("你们单位已经答过了"))
    held.has_answered = True
    held.save(update_fields=["has_answered"])
    Order.objects.asked_of(by).filter(pk=found.pk).update(**{answer: F(answer) + 1})
    record(by=by, what="order.confirm", on=found, now=now)
