"""Issuing: a demand goes out to all its receivers, and comes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands import queries, receivers
from burden.demands.adaptations.excusing import excuse_receivers
from burden.demands.models import ACTIVE, OPEN, TITLE_LENGTH, Demand, DemandReview, State
from burden.demands.price import due_days
from burden.demands.services.drafts import apply, lock, refused_state
from burden.demands.services.reviewing import ORIGINAL, Choice, decide, keep, read_choice
from burden.demands.services.targets import put_targets, renew_targets, take_back_targets
from burden.kit import clock
from burden.kit.clock import DAY, WEEK, Week
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import read_one, text
from burden.ledger.services import record

EARLIEST = dt.timedelta(days=366)  # what went out longer ago is history, not a demand to register
LATEST = dt.timedelta(days=731)


@dataclass(frozen=True)
class Whole:
    """What a demand needs to go out. Shape: `unit_ids` receive it on each of the `days`."""

    unit_ids: Sequence[int]
    days: Sequence[dt.date]


def check_whole(demand: Demand, today: dt.date, *, was_first: dt.date | None = None) -> Whole:
    """Return to whom and when a demand goes out; `was_first` is the first day it had when it went out already.

    Refuses: demand.not_whole, demand.no_receivers, naming all that is missing or wrong.
    """
    errors = _missing(demand) | ({} if demand.first_on == was_first else _wrong_days(demand, today))
    unit_ids = _tried(lambda: receivers.receiving_ids(demand.issuer, receivers.stored(demand.receivers)), errors)
    days = _tried(lambda: due_days(demand.first_on, demand.frequency, demand.until) if demand.first_on else (), errors)
    if errors:
        code = "demand.no_receivers" if list(errors) == ["receivers"] else "demand.not_whole"
        detail = next(iter(errors.values()))
        if len(errors) > 1:
            detail = _("还有 %(count)s 处要填好才能下达") % {"count": len(errors)}
        raise Refused(code, detail, errors)
    return Whole(unit_ids, days)


def lacking(demand: Demand, today: dt.date) -> Mapping[str, str]:
    """Return what a demand still needs to go out. Shape: sentences by the names of its values; none for a whole one."""
    try:
        check_whole(demand, today, was_first=demand.first_on if demand.active else None)
    except Refused as refused:
        return refused.errors
    return {}


def _tried(look: Callable[[], Sequence[Any]], errors: dict[str, str]) -> Sequence[Any]:
    """Return what a look finds; its refusal joins the others."""
    try:
        return look()
    except Refused as refused:
        errors |= refused.errors
        return ()


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
def issue(
    *, by: Actor, demand: Demand, chosen: str, reason: str, answers: Mapping[str, str], now: dt.datetime
) -> Demand:
    """Review a demand once more and send it out: from now on every receiver finds it in the weeks it is due.

    The median of those asked beforehand takes the place of its minutes. The same decision again finds the demand as it went out. Shape: chosen is original or lighter; reason why the
    lighter alternative was not taken; answers by the code of a check.
    Refuses: demand.not_whole, demand.no_receivers, demand.hard_check, demand.reason_needed, demand.no_lighter;
    Conflict demand.state.
    """
    choice = read_choice(chosen, reason, answers)
    held = lock(by, demand, *OPEN, *ACTIVE)
    if held.active:
        return _same(held, choice, by)
    today = clock.day_of(now)
    held.minutes = queries.claim(by, held).minutes
    check_whole(held, today)
    seen = decide(by=by, demand=held, choice=choice, now=now)
    whole = check_whole(held, today)
    held.state, held.issued_at, held.changed_at = State.ISSUED, now, now
    held.afterwards = held.afterwards or (held.first_on is not None and held.first_on < today)
    held.save()
    keep(by=by, demand=held, seen=seen, choice=choice, now=now)
    put_targets(demand=held, unit_ids=whole.unit_ids, days=whole.days)
    excuse_receivers(demand=held, days=whole.days, since=whole.days[0] - WEEK)
    record(
        by=by, what="demand.issued", on=held, now=now,
        version=held.version, receivers=len(whole.unit_ids), times=len(whole.days), chosen=choice.chosen,
    )  # fmt: skip
    return held


def _same(demand: Demand, choice: Choice, by: Actor) -> Demand:
    """Return a demand that went out by the same decision. Refuses: Conflict demand.state."""
    kept = DemandReview.objects.visible_to(by).filter(demand=demand, version=1).first()
    if kept is None or Choice(kept.chosen, kept.reason, kept.answers) != choice:
        raise refused_state(demand)
    return demand


@transaction.atomic
def change(
    *,
    by: Actor,
    demand: Demand,
    base_version: int,
    values: Mapping[str, Any],
    answers: Mapping[str, str],
    reason: str,
    now: dt.datetime,
) -> Demand:
    """Change a demand that is out: targets from this week on follow, those of the past and those answered stay.

    It is reviewed as it will be; why it changes is kept with that. Units: base_version is the version the issuer saw.
    Shape: values as demands.values.read takes them, answers by the code of a check.
    Refuses: demand.reason_needed, demand.invalid, demand.not_whole, demand.no_receivers, demand.hard_check; Conflict
    demand.state, version_conflict.
    """
    today = clock.day_of(now)
    choice = read_choice(ORIGINAL, read_reason(reason, _("请写明为什么变更")), answers)
    held = lock(by, demand, *ACTIVE)
    if held.version != base_version:
        raise Conflict("version_conflict", _("这一项在别处改过了，请看过再改"), {"version": held.version})
    was_first = held.first_on
    apply(held, values)
    whole = check_whole(held, today, was_first=was_first)
    seen = decide(by=by, demand=held, choice=choice, now=now)
    held.state, held.version, held.changed_at = State.CHANGED, held.version + 1, now
    held.save()
    keep(by=by, demand=held, seen=seen, choice=choice, now=now)
    this_week = Week.on(today).monday
    renew_targets(demand=held, unit_ids=whole.unit_ids, days=whole.days, since=this_week)
    excuse_receivers(demand=held, days=whole.days, since=this_week)
    record(by=by, what="demand.changed", on=held, now=now, version=held.version, receivers=len(whole.unit_ids))
    return held


@transaction.atomic
def withdraw(*, by: Actor, demand: Demand, reason: str, now: dt.datetime) -> Demand:
    """Take a demand back: what is still to come disappears, or claims nothing more where somebody answered it already.

    What was due before stays asked. For the same reason again it is found as it is. Refuses: demand.reason_needed; Conflict demand.state.
    """
    why = read_reason(reason, _("请写明撤回的原因"))
    held = lock(by, demand, *State.values)
    if held.state == State.WITHDRAWN:
        if held.withdrawn_reason != why:
            raise refused_state(held)
        return held
    held.withdrawn_reason, was_out = why, held.active
    held.state, held.withdrawn_at, held.changed_at = State.WITHDRAWN, now, now
    held.save()
    gone = take_back_targets(demand=held, day=_first_spared(held, now)) if was_out else 0
    record(by=by, what="demand.withdrawn", on=held, now=now, targets=gone)
    return held


def _first_spared(demand: Demand, now: dt.datetime) -> dt.date:
    """Return the first day on which it need not be done: this one, the next where its hour is over.

    What was registered afterwards and is taken back the same day was a slip: the portal has asked nobody for it yet.
    """
    today = clock.day_of(now)
    if demand.afterwards and demand.issued_at is not None and clock.day_of(demand.issued_at) == today:
        return dt.date.min
    is_over = demand.at is not None and demand.at <= timezone.localtime(now).time()
    return today + DAY if is_over else today


def read_reason(reason: str, missing: str) -> str:
    """Return a written reason. Refuses: demand.reason_needed, demand.reason."""
    if isinstance(reason, str) and not reason.strip():
        raise Refused("demand.reason_needed", missing, {"reason": missing})
    return str(read_one(text(TITLE_LENGTH), reason, field="reason", label=_("原因"), code="demand.reason"))
