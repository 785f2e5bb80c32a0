"""Issuing: a demand goes out to all its receivers, and comes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands import receivers
from burden.demands.models import ACTIVE, OPEN, TITLE_LENGTH, Demand, State
from burden.demands.price import due_days
from burden.demands.services.drafts import lock
from burden.demands.services.targets import put_targets, take_back_targets
from burden.kit import clock
from burden.kit.errors import Refused
from burden.kit.reading import FieldError, text
from burden.ledger.services import record

EARLIEST = dt.timedelta(days=366)  # what went out longer ago is history, not a demand to register
LATEST = dt.timedelta(days=731)


@dataclass(frozen=True)
class Whole:
    """What a demand needs to go out. Shape: `unit_ids` receive it on each of the `days`."""

    unit_ids: Sequence[int]
    days: Sequence[dt.date]


def check_whole(demand: Demand, today: dt.date) -> Whole:
    """Return to whom and when a demand goes out. Refuses: demand.not_whole, naming all that is missing or wrong."""
    errors = _missing(demand) | _wrong_days(demand, today)
    unit_ids: Sequence[int] = ()
    days: Sequence[dt.date] = ()
    try:
        unit_ids = receivers.receiving_ids(demand.issuer, receivers.read(demand.receivers, demand.issuer))
    except Refused as refused:
        errors |= refused.errors
    try:
        days = due_days(demand.first_on, demand.frequency, demand.until) if demand.first_on else ()
    except Refused as refused:
        errors |= refused.errors
    if errors:
        code = "demand.no_receivers" if list(errors) == ["receivers"] else "demand.not_whole"
        detail = next(iter(errors.values()))
        if len(errors) > 1:
            detail = _("还有 %(count)s 处要填好才能下达") % {"count": len(errors)}
        raise Refused(code, detail, errors)
    return Whole(unit_ids, days)


def _missing(demand: Demand) -> dict[str, str]:
    sentences = {
        "title": (demand.title, _("还没填名称")),
        "basis": (demand.basis, _("还没填依据；没有依据的，请撤回")),
        "first_on": (demand.first_on, _("还没填首次日期")),
        "minutes": (demand.minutes or demand.prep_minutes, _("还没填每人要多少分钟")),
    }
    return {name: sentence for name, (value, sentence) in sentences.items() if not value}


def _wrong_days(demand: Demand, today: dt.date) -> dict[str, str]:
    """A first day in the past needs a reason; one far off is a slip of the pen."""
    first = demand.first_on
    if first is None:
        return {}
    if not today - EARLIEST <= first <= today + LATEST:
        return {"first_on": _("首次日期 %(day)s 离今天太远，看看年份写对没有") % {"day": first}}
    if first < today and not demand.late_reason:
        return {"late_reason": _("首次日期 %(day)s 已经过了，请写明为什么事后才登记") % {"day": first}}
    return {}


@transaction.atomic
def issue(*, by: Actor, demand: Demand, now: dt.datetime) -> Demand:
    """Send a demand out: from now on every receiver finds it in the weeks it is due.

    Refuses: demand.not_whole, demand.no_receivers; Conflict demand.state.
    """
    today = clock.day_of(now)
    held = lock(by, demand, *OPEN)
    whole = check_whole(held, today)
    held.state, held.issued_at, held.changed_at = State.ISSUED, now, now
    held.afterwards = held.afterwards or (held.first_on is not None and held.first_on < today)
    held.save()
    put_targets(demand=held, unit_ids=whole.unit_ids, days=whole.days)
    record(
        by=by, what="demand.issued", on=held, now=now,
        version=held.version, receivers=len(whole.unit_ids), times=len(whole.days),
    )  # fmt: skip
    return held


@transaction.atomic
def withdraw(*, by: Actor, demand: Demand, reason: str, now: dt.datetime) -> Demand:
    """Take a demand back: what nobody answered disappears, what was answered stays and claims nothing more.

    Refuses: demand.reason_needed; Conflict demand.state.
    """
    held = lock(by, demand, *OPEN, *ACTIVE)
    held.withdrawn_reason = read_reason(reason, _("请写明撤回的原因"))
    was_out = held.active
    held.state, held.withdrawn_at, held.changed_at = State.WITHDRAWN, now, now
    held.save()
    gone = take_back_targets(demand=held) if was_out else 0
    record(by=by, what="demand.withdrawn", on=held, now=now, targets=gone)
    return held


def read_reason(reason: str, missing: str) -> str:
    """Return a written reason. Refuses: demand.reason_needed."""
    if not reason.strip():
        raise Refused("demand.reason_needed", missing, {"reason": missing})
    try:
        return str(text(TITLE_LENGTH)(reason))
    except FieldError as fault:
        sentence = fault.sentence % {"field": _("原因"), **fault.numbers}
        raise Refused("demand.reason", sentence, {"reason": sentence}) from fault
