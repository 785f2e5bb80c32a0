"""What the steps of a supervision order share: the row as it is, whose turn it is, what is kept of a step, how words are read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, Value
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.checkers import GRASSROOTS
from burden.demands.models import State as DemandState
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import Read, read_one
from burden.ledger.services import record
from burden.oversight.models import LINE_LENGTH, Finding, Order, OrderStep, Requirement
from burden.oversight.steps import STEPS, may
from burden.units.models import Unit


def requirements_of(by: Actor, order: Order) -> list[Requirement]:
    """Return an order's requirements, by number."""
    return list(Requirement.objects.visible_to(by).filter(order=order).order_by("number"))


def begin(by: Actor, order: Order, act: str) -> Order:
    """Return the row for a step. Refuses: as check_step; Order.DoesNotExist out of scope."""
    seen = Order.objects.visible_to(by).select_related("unit", "issuer", "finding__demand")
    held: Order = seen.select_for_update(of=("self",)).get(pk=order.pk)
    check_step(by=by, order=held, act=act)
    return held


def check_step(*, by: Actor, order: Order, act: str) -> None:
    """Refuses: order.role where the step is another's; Conflict order.state where it is not the order's turn."""
    step, held = STEPS[act], order
    if not may(by, held, act):
        whose = held.issuer.name if step.is_issuers else held.unit.name
        raise Refused("order.role", _("“%(act)s”不由你办，由%(whose)s办") % {"act": step.label, "whose": whose})
    if held.state not in step.starts:
        words = {"is": held.get_state_display(), "act": step.label}
        raise Conflict("order.state", _("督办单现在是“%(is)s”，不能%(act)s") % words, {"state": held.state})


def check_not_withdrawn(finding: Finding, sentence: str) -> None:
    """Refuses: order.demand."""
    if finding.demand is not None and finding.demand.state == DemandState.WITHDRAWN:
        raise Refused("order.demand", sentence)


def end(held: Order, act: str, by: Actor, now: dt.datetime, note: str = "") -> Order:
    """Keep a step: state, the line of its page, the audit event."""
    step = STEPS[act]
    if step.ends is not None:
        held.state = step.ends
    held.save()
    whose = held.issuer_id if step.is_issuers else held.unit_id
    note_step(held, act, whose, now, note)
    record(by=by, what=f"order.{act}", on=held, now=now)
    return held


def note_step(held: Order, act: str, unit_id: int, now: dt.datetime, note: str = "") -> None:
    """Write the line of a step on the order's page."""
    OrderStep.every.create(order=held, at=now, unit_id=unit_id, act=act, note=note[:LINE_LENGTH])


def check_ripe(held: Order, now: dt.datetime, sentence: str) -> None:
    """Refuses: order.early."""
    if held.ripe_on is not None and clock.day_of(now) < held.ripe_on:
        raise Refused("order.early", sentence % {"day": held.ripe_on})


def unnamed(by: Actor, order: Order, field: str, words: str) -> str:
    """Return words in which no receiver stands: the issuer reads them, and what units say is told as counts. Refuses: order.<field>."""
    low, high = order.issuer.remit
    below = Unit.objects.visible_to(by).filter(path__gt=low, path__lt=high, level__in=GRASSROOTS)
    named = below.alias(words=Value(words)).filter(words__contains=F("name")).values_list("name", flat=True).first()
    if named:
        raise refused(field, _("下达方看得到这句话：不写“%(name)s”，只写几个单位怎么说") % {"name": named})
    return words


def read(kind: Read, value: Any, field: str, label: str) -> Any:
    """Read what is written. Refuses: order.<field>."""
    return read_one(kind, value, field=field, label=label, code=f"order.{field}")


def refused(field: str, sentence: str) -> Refused:
    """Return the refusal of a field."""
    return Refused(f"order.{field}", sentence, {field: sentence})
