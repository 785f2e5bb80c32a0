"""Writing supervision orders: every step of oversight.steps is a function here, in one transaction, with one audit event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS
from burden.demands.models import State as DemandState
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import Read, many, maybe, one_of, read_one, text, whole
from burden.ledger.services import record
from burden.oversight import saved
from burden.oversight.clocks import LOOK_AFTER, TO_CLOSE, TO_JUDGE, TO_SEND
from burden.oversight.models import (
    LINE_LENGTH,
    MOST_REQUIREMENTS,
    Finding,
    FindingState,
    Order,
    OrderStep,
    Outcome,
    Requirement,
)
from burden.oversight.models.findings import TITLE_LENGTH
from burden.oversight.seen import citation
from burden.oversight.services.relief import ask_relief, forget_relief
from burden.oversight.steps import OPENED, STEPS, may, to_answer
from burden.standards.workdays import workdays

MOST_DAYS = 60  # working days an issuer may be given
TRIES = 3  # at one number
MOST_EXTENSION = 30  # working days beyond the deadline
LINE = text(LINE_LENGTH)


@transaction.atomic
def open_order(
    *,
    by: Actor,
    finding: Finding,
    title: str,
    requirements: Sequence[str],
    standard: str,
    days: int,
    now: dt.datetime,
) -> Order:
    """Open an order (立项) from a finding, to be sent by the office; its number is the next of the unit's year.

    What was asked in the quarter before is frozen now: once the issuer obeys and withdraws it, nobody could count it any more.
    Units: days are working days. Refuses: PermissionDenied unless the actor reviews there; order.title, order.requirements,
    order.standard, order.days, order.demand (withdrawn meanwhile); Conflict finding.state.
    """
    post = by.post(*EXPORTERS)
    held: Finding = Finding.objects.visible_to(by).select_for_update(of=("self",)).get(pk=finding.pk)
    if post is None:
        raise PermissionDenied
    if held.state != FindingState.OPEN:
        raise Conflict("finding.state", _("这个问题现在是“%(is)s”，不能再立项") % {"is": held.get_state_display()})
    _not_withdrawn(held, _("下达单位已经撤回了这一项，不用再立项：可以记为不成立，理由选“已在别处处理”"))
    today = clock.day_of(now)
    texts = _requirements(requirements)
    opened = Order(
        unit_id=held.unit_id, issuer_id=held.issuer_id, finding=held, year=today.year, category=held.category,
        citation=citation(held.seen)[:LINE_LENGTH], titles=held.titles, person_min=held.person_min,
        **_written(title, standard, days), due_on=workdays().after(today, TO_SEND), opened_by=by.user, opened_at=now,
    )  # fmt: skip
    opened.before_min, opened.before_weeks = saved.before(opened)
    _number(by, opened)
    _put_requirements(opened, texts)
    held.state, held.decided_by, held.decided_at = FindingState.ORDERED, by.user, now
    held.save(update_fields=["state", "decided_by", "decided_at"])
    _step(opened, OPENED, by, post.unit_id, now, "")
    record(by=by, what="order.opened", on=opened, now=now)
    return opened


def _number(by: Actor, opened: Order) -> None:
    """Store a new order under the next number of its unit and year; again where another took it meanwhile. Refuses: Conflict order.busy."""
    taken = Order.objects.visible_to(by).filter(unit_id=opened.unit_id, year=opened.year)
    for _again in range(TRIES):
        opened.number = int(taken.aggregate(last=Max("number"))["last"] or 0) + 1
        with suppress(IntegrityError), transaction.atomic():
            opened.save(force_insert=True)
            return
    raise Conflict("order.busy", _("刚有人立了另一项，请再点一次"))


def _written(title: str, standard: str, days: int) -> dict[str, Any]:
    """Read what one writes of an order. Refuses: order.title, order.standard, order.days."""
    return {
        "title": _read(text(TITLE_LENGTH), title, "title", _("标题")),
        "standard": _read(LINE, standard, "standard", _("办结标准")),
        "days": _read(whole(1, MOST_DAYS), days, "days", _("办理期限")),
    }


def _requirements(given: Sequence[str]) -> tuple[str, ...]:
    """Refuses: order.requirements."""
    texts: tuple[str, ...] = _read(many(LINE, MOST_REQUIREMENTS), list(given), "requirements", _("整改要求"))
    if not texts:
        sentence = _("至少要有一条整改要求：下达方逐条答复")
        raise Refused("order.requirements", sentence, {"requirements": sentence})
    return texts


def _put_requirements(order: Order, texts: Sequence[str]) -> None:
    Requirement.every.bulk_create([Requirement(order=order, number=n, text=each) for n, each in enumerate(texts, 1)])


@transaction.atomic
def revise_order(
    *, by: Actor, order: Order, title: str, requirements: Sequence[str], standard: str, days: int, now: dt.datetime
) -> Order:
    """Write a draft anew before it is sent. Refuses: as open_order; order.role; Conflict order.state."""
    held = _begin(by, order, "revise")
    texts = _requirements(requirements)
    for name, value in _written(title, standard, days).items():
        setattr(held, name, value)
    Requirement.objects.visible_to(by).filter(order=held).delete()
    _put_requirements(held, texts)
    return _end(held, "revise", by, now)


@transaction.atomic
def send_order(*, by: Actor, order: Order, now: dt.datetime) -> Order:
    """Sign an order and send it to its issuer (签发交办): from this day its working days count.

    Refuses: order.demand (withdrawn meanwhile), order.role; Conflict order.state.
    """
    held = _begin(by, order, "send")
    _not_withdrawn(held.finding, _("下达单位已经撤回了这一项，不用再交办：可以撤销这张督办单"))
    held.sent_at = now
    held.deadline_on = held.due_on = workdays().after(clock.day_of(now), held.days)
    return _end(held, "send", by, now)


@transaction.atomic
def sign_order(*, by: Actor, order: Order, responsible: str, section: str, now: dt.datetime) -> Order:
    """Take an order over for the issuer (签收), naming who answers for it. Refuses: order.responsible, order.section, order.role; Conflict order.state."""
    held = _begin(by, order, "sign")
    held.responsible = _read(text(TITLE_LENGTH), responsible, "responsible", _("责任人"))
    held.section = _read(maybe(text(TITLE_LENGTH), ""), section, "section", _("承办股室"))
    held.signed_at = now
    return _end(held, "sign", by, now)


@transaction.atomic
def answer_order(*, by: Actor, order: Order, answers: Mapping[int, str], now: dt.datetime) -> Order:
    """Answer requirements one by one (反馈); an answer left empty stays as it was. From here on receivers are asked.

    Shape: answers by the number of a requirement; while some are judged already, those left open may still be answered. Refuses:
    order.answers (none, or to one that is not open), order.role; Conflict order.state.
    """
    held = _begin(by, order, "answer")
    written = {number: words for number, words in answers.items() if words.strip()}
    asked = requirements_of(by, held)
    wanted = {each.number: each for each in to_answer(held, asked)}
    if not written or set(written) - set(wanted):
        raise _refused("answers", _("至少答复一条；已经核实或正在审核的不用再答"))
    for number, words in written.items():
        one = wanted[number]
        one.answer = _read(LINE, words, f"answer-{number}", _("第 %(n)d 条的答复") % {"n": number})
        one.answered_at, one.returned = now, ""
        one.save(update_fields=["answer", "answered_at", "returned"])
    held.answered_at, held.asked_until = now, None
    if all(each.is_answered for each in asked if each.verified_at is None):
        held.due_on = workdays().after(clock.day_of(now), TO_JUDGE)  # the office's turn; else the issuer's days go on
    ask_relief(order=held, now=now)
    return _end(held, "answer", by, now, "、".join(str(number) for number in sorted(written)))


@transaction.atomic
def extend_order(*, by: Actor, order: Order, until: dt.date, reason: str, now: dt.datetime) -> Order:
    """Ask for a later deadline (延期申请): once, before it has passed.

    Refuses: order.until, order.reason, order.late (the deadline has passed), order.extended (was granted once), order.demand (is
    withdrawn: that is to be answered), order.role; Conflict order.state.
    """
    held = _begin(by, order, "extend")
    _not_withdrawn(held.finding, _("这一项已经撤回了，不用延期：请在反馈里写明"))
    today, calendar = clock.day_of(now), workdays()
    deadline = held.deadline_on
    if deadline is None or today > deadline:
        raise Refused("order.late", _("期限已经过了，不能再申请延期：请尽快反馈"))
    if held.was_extended:
        raise Refused("order.extended", _("已经延过一次期，不能再延"))
    if not deadline < until <= calendar.after(deadline, MOST_EXTENSION) or not calendar.is_workday(until):
        raise _refused("until", _("要是期限以后 %(n)d 个工作日内的一个工作日") % {"n": MOST_EXTENSION})
    held.asked_until = until
    return _end(held, "extend", by, now, _read(LINE, reason, "reason", _("延期理由")))


@transaction.atomic
def grant_extension(*, by: Actor, order: Order, now: dt.datetime) -> Order:
    """Let the issuer have until the day it asked for (同意延期). Refuses: order.late (it has passed), order.role; Conflict order.state."""
    held = _begin(by, order, "grant")
    if held.asked_until is None or held.asked_until < clock.day_of(now):
        raise Refused("order.late", _("申请延到的那天已经过了，不能再同意：请选不同意，写明理由"))
    held.deadline_on = held.due_on = held.asked_until
    held.asked_until, held.was_extended = None, True
    return _end(held, "grant", by, now, str(held.deadline_on))


@transaction.atomic
def refuse_extension(*, by: Actor, order: Order, reason: str, now: dt.datetime) -> Order:
    """Leave the deadline as it is (不同意延期), and say why. Refuses: order.reason, order.role; Conflict order.state."""
    held = _begin(by, order, "refuse")
    held.asked_until = None
    return _end(held, "refuse", by, now, _read(LINE, reason, "reason", _("不同意的理由")))


@transaction.atomic
def verify_requirements(*, by: Actor, order: Order, numbers: Sequence[int], now: dt.datetime) -> Order:
    """Say of answered requirements that they are met (核实通过). Refuses: order.numbers (none, or one not answered), order.role; Conflict order.state."""
    held = _begin(by, order, "verify")
    answered = {
        each.number: each for each in requirements_of(by, held) if each.is_answered and each.verified_at is None
    }
    if not numbers or set(numbers) - set(answered):
        raise _refused("numbers", _("选已经答复、还没核实的要求"))
    for number in numbers:
        answered[number].verified_at = now
        answered[number].save(update_fields=["verified_at"])
    return _end(held, "verify", by, now, "、".join(str(number) for number in sorted(numbers)))


@transaction.atomic
def return_order(*, by: Actor, order: Order, reason: str, days: int, now: dt.datetime) -> Order:
    """Send back what is not verified (退办), with the reason and new working days. Refuses: order.reason, order.days,
    order.verified (all is), order.role; Conflict order.state.
    """
    held = _begin(by, order, "return")
    return _send_back(held, "return", by, reason, days, now)


def _send_back(held: Order, act: str, by: Actor, reason: str, days: int, now: dt.datetime) -> Order:
    words = _read(LINE, reason, "reason", _("退办理由"))
    given = _read(whole(1, MOST_DAYS), days, "days", _("办理期限"))
    left = [each for each in requirements_of(by, held) if each.verified_at is None]
    if not left:
        raise Refused("order.verified", _("每一条都核实了，可以办结，不用退办"))
    for each in left:
        each.returned = words
        each.save(update_fields=["returned"])
    until = workdays().after(clock.day_of(now), given)
    held.due_on = held.deadline_on = max(until, held.deadline_on or until)  # what was given is not taken back
    return _end(held, act, by, now, words)


@transaction.atomic
def finish_order(*, by: Actor, order: Order, now: dt.datetime) -> Order:
    """Say that all requirements are met (核实办结). Refuses: order.open (one is not verified), order.role; Conflict order.state."""
    held = _begin(by, order, "finish")
    left = [each.number for each in requirements_of(by, held) if each.verified_at is None]
    if left:
        raise Refused("order.open", _("还有 %(n)d 条没有核实，不能办结") % {"n": len(left)})
    today, answered, calendar = clock.day_of(now), held.answered_at or now, workdays()
    held.finished_at = now
    held.took_days = max(0, calendar.left(clock.day_of(held.sent_at or now), today))
    held.in_time = held.deadline_on is not None and clock.day_of(answered) <= held.deadline_on
    held.ripe_on = max(today, saved.ripe_on(answered))
    held.due_on = calendar.after(held.ripe_on, TO_CLOSE)
    return _end(held, "finish", by, now)


@transaction.atomic
def close_order(*, by: Actor, order: Order, now: dt.datetime) -> Order:
    """Strike an order off (销号) and freeze what it saved. Refuses: order.early (too few weeks since the answer), order.role; Conflict order.state."""
    held = _begin(by, order, "close")
    early = _("整改后还不满 4 周，省了多少算不出：%(day)s 起可以销号")
    _ripe(held, now, early)
    if len(saved.weeks_after(held.answered_at or now, now)) < saved.AFTER[0]:
        raise Refused("order.early", early % {"day": saved.ripe_on(held.answered_at or now)})
    found = saved.by_order(held, now)
    held.before_min, held.before_weeks = found.before_min, found.before_weeks
    held.after_min, held.after_weeks = found.after_min, found.after_weeks
    held.saved_min, held.closed_at = found.year_min, now
    held.ripe_on = clock.day_of(now) + LOOK_AFTER
    held.due_on = workdays().after(held.ripe_on, TO_CLOSE)
    return _end(held, "close", by, now)


@transaction.atomic
def look_back(*, by: Actor, order: Order, outcome: str, note: str, now: dt.datetime) -> Order:
    """Say after thirty days whether relief has stayed (回头看). Refuses: order.early, order.outcome, order.note, order.role; Conflict order.state."""
    held = _begin(by, order, "look")
    _ripe(held, now, _("回头看要等 30 天：%(day)s 起可以看"))
    held.outcome = _read(one_of(Outcome.values), outcome, "outcome", _("看下来"))
    held.looked_at, held.due_on, held.ripe_on = now, None, None
    return _end(held, "look", by, now, _read(LINE, note, "note", _("说明")))


@transaction.atomic
def reopen_order(*, by: Actor, order: Order, reason: str, days: int, now: dt.datetime) -> Order:
    """Send an order back after looking again (重新办理); what it was said to save no longer counts.

    Refuses: order.early, order.reason, order.days, order.role; Conflict order.state.
    """
    held = _begin(by, order, "reopen")
    _ripe(held, now, _("回头看要等 30 天：%(day)s 起可以看"))
    for each in requirements_of(by, held):
        each.verified_at = None
        each.save(update_fields=["verified_at"])
    for name in ("after_min", "after_weeks", "saved_min", "closed_at", "finished_at", "took_days", "in_time", "ripe_on"):  # fmt: skip
        setattr(held, name, None)
    forget_relief(order=held)
    return _send_back(held, "reopen", by, reason, days, now)


@transaction.atomic
def cancel_order(*, by: Actor, order: Order, reason: str, now: dt.datetime) -> Order:
    """Take an order back before it is finished (撤销), and say why. Refuses: order.reason, order.role; Conflict order.state."""
    held = _begin(by, order, "cancel")
    held.due_on, held.asked_until = None, None
    return _end(held, "cancel", by, now, _read(LINE, reason, "reason", _("撤销理由")))


# --- what every step shares ---


def requirements_of(by: Actor, order: Order) -> list[Requirement]:
    """Return an order's requirements, by number."""
    return list(Requirement.objects.visible_to(by).filter(order=order).order_by("number"))


def _begin(by: Actor, order: Order, act: str) -> Order:
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


def _not_withdrawn(finding: Finding, sentence: str) -> None:
    """Refuses: order.demand."""
    if finding.demand is not None and finding.demand.state == DemandState.WITHDRAWN:
        raise Refused("order.demand", sentence)


def _end(held: Order, act: str, by: Actor, now: dt.datetime, note: str = "") -> Order:
    """Keep a step: state, the line of its page, the audit event."""
    step = STEPS[act]
    if step.ends is not None:
        held.state = step.ends
    held.save()
    whose = held.issuer_id if step.is_issuers else held.unit_id
    _step(held, act, by, whose, now, note)
    record(by=by, what=f"order.{act}", on=held, now=now)
    return held


def _step(held: Order, act: str, by: Actor, unit_id: int, now: dt.datetime, note: str) -> None:
    OrderStep.every.create(order=held, at=now, unit_id=unit_id, act=act, note=note[:LINE_LENGTH])


def _ripe(held: Order, now: dt.datetime, sentence: str) -> None:
    """Refuses: order.early."""
    if held.ripe_on is not None and clock.day_of(now) < held.ripe_on:
        raise Refused("order.early", sentence % {"day": held.ripe_on})


def _read(read: Read, value: Any, field: str, label: str) -> Any:
    return read_one(read, value, field=field, label=label, code=f"order.{field}")


def _refused(field: str, sentence: str) -> Refused:
    return Refused(f"order.{field}", sentence, {field: sentence})
