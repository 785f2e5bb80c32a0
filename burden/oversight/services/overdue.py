"""What is overdue is told one level up, once for each day that was missed; units that could not be asked are asked."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, Q

from burden.kit import clock
from burden.ledger.services import record
from burden.oversight.clocks import RED, Edges, edges
from burden.oversight.levels import above
from burden.oversight.models import Order, OrderState, OrderStep
from burden.oversight.services.relief import ask_relief
from burden.oversight.steps import ESCALATED, STEPS

ANSWERED = STEPS["confirm"].starts - {OrderState.RETURNED}  # what went back is asked about once it is answered anew


def escalate(*, now: dt.datetime) -> int:
    """Tell the level above of each order whose step is overdue; returns of how many. Run again, it tells nothing twice."""
    at = edges(clock.day_of(now))
    late = Order.every.filter(_untold(at)).order_by("due_on", "pk").values_list("pk", flat=True)
    return sum(_tell(pk, at, now) for pk in list(late))


def _untold(at: Edges) -> Q:
    return at.of(RED) & (Q(escalated_for=None) | ~Q(escalated_for=F("due_on")))


@transaction.atomic
def _tell(pk: int, at: Edges, now: dt.datetime) -> bool:
    found = Order.every.filter(_untold(at), pk=pk).select_related("unit").select_for_update(of=("self",)).first()
    desk_id = above(found.unit, at.today) if found else None
    if found is None or desk_id is None:  # done meanwhile, or nobody is above
        return False
    found.escalated_for = found.due_on
    found.save(update_fields=["escalated_for"])
    OrderStep.every.create(order=found, at=now, unit_id=desk_id, act=ESCALATED)
    record(by=None, what="order.escalated", on=found, now=now, unit_id=found.unit_id)
    return True


def ask_later(*, now: dt.datetime) -> int:
    """Ask the receivers of what was answered while all of them had been asked enough; returns of how many orders."""
    waiting = Order.every.filter(asked=0, state__in=ANSWERED).order_by("answered_at", "pk")
    return sum(_ask(pk, now) for pk in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def _ask(pk: int, now: dt.datetime) -> bool:
    found = Order.every.filter(asked=0, state__in=ANSWERED, pk=pk).select_related("issuer")
    order = found.select_for_update(of=("self",)).first()
    if order is None:
        return False
    ask_relief(order=order, now=now)
    if not order.asked:
        return False
    order.save(update_fields=["asked"])
    record(by=None, what="order.asked", on=order, now=now, unit_id=order.unit_id, units=order.asked)
    return True
