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
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import as_compared, many, maybe, one_of, text, whole
from burden.ledger.services import record
from burden.oversight import saved
from burden.oversight.clocks import LOOK_AFTER, TO_CLOSE, TO_JUDGE, TO_SEND
from burden.oversight.models import (
    ENDED,
    LINE_LENGTH,
    MOST_REQUIREMENTS,
    Finding,
    FindingState,
    Order,
    Outcome,
    Requirement,
)
from burden.oversight.models.findings import TITLE_LENGTH
from burden.oversight.seen import citation
from burden.oversight.services.checking import (
    begin,
    check_not_withdrawn,
    check_ripe,
    end,
    note_step,
    read,
    refused,
    requirements_of,
    unnamed,
)
from burden.oversight.services.relief import ask_relief, forget_relief
from burden.oversight.steps import OPENED, to_answer
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

    What was asked in the year before is frozen now: once the issuer obeys and withdraws it, nobody could count it any more.
    Units: days are working days. Refuses: PermissionDenied unless the actor reviews there; order.title, order.requirements,
    order.standard, order.days, order.demand (withdrawn meanwhile); Conflict finding.state, order.same (one about it goes on).
    """
    post = by.post(*EXPORTERS)
    seen = Finding.objects.visible_to(by).select_for_update(of=("self",))
    about = {"unit_id": finding.unit_id, "issuer_id": finding.issuer_id}
    list(
        seen.filter(**about, state=FindingState.OPEN).order_by("pk").values_list("pk")
    )  # two at once go one after the other
    held: Finding = seen.get(pk=finding.pk)
    if post is None:
        raise PermissionDenied
    if held.state != FindingState.OPEN:
        raise Conflict("finding.state", _("这个问题现在是“%(is)s”，不能再立项") % {"is": held.get_state_display()})
    check_not_withdrawn(held, _("下达单位已经撤回了这一项，不用再立项：可以记为不成立，理由选“已在别处处理”"))
    _check_alone(by, held)
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
    note_step(opened, OPENED, post.unit_id, now)
    record(by=by, what="order.opened", on=opened, now=now)
    return opened


def _check_alone(by: Actor, found: Finding) -> None:
    """What is saved under one name is reckoned for one order. Refuses: Conflict order.same (`order`: the one that goes on)."""
    names = {as_compared(title) for title in found.titles}
    sent = Order.objects.visible_to(by).filter(unit_id=found.unit_id, issuer_id=found.issuer_id)
    going = sent.exclude(state__in=ENDED).only("year", "number", "titles")
    same = next((each for each in going if names & {as_compared(title) for title in each.titles}), None)
    if same is not None:
        sentence = _("督办单 %(name)s 督办的就是这一项，还没有完：记为不成立，理由选“已在别处处理”，或者等它完")
        raise Conflict("order.same", sentence % {"name": same.name}, {"order": same.pk})


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
        "title": read(text(TITLE_LENGTH), title, "title", _("标题")),
        "standard": read(LINE, standard, "standard", _("办结标准")),
        "days": read(whole(1, MOST_DAYS), days, "days", _("办理期限")),
    }


def _requirements(given: Sequence[str]) -> tuple[str, ...]:
    """Refuses: order.requirements."""
    texts: tuple[str, ...] = read(many(LINE, MOST_REQUIREMENTS), list(given), "requirements", _("整改要求"))
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
    held = begin(by, order, "revise")
    texts = _requirements(requirements)
    for name, value in _written(title, standard, days).items():
        setattr(held, name, value)
    Requirement.objects.visible_to(by).filter(order=held).delete()
    _put_requirements(held, texts)
    return end(held, "revise", by, now)


@transaction.atomic
def send_order(*, by: Actor, order: Order, now: dt.datetime) -> Order:
    """Sign an order and send it to its issuer (签发交办): from this day its working days count.

    Refuses: order.demand (withdrawn meanwhile), order.role; Conflict order.state.
    """
    held = begin(by, order, "send")
    check_not_withdrawn(held.finding, _("下达单位已经撤回了这一项，不用再交办：可以撤销这张督办单"))
    held.sent_at = now
    held.deadline_on = held.due_on = workdays().after(clock.day_of(now), held.days)
    return end(held, "send", by, now)


@transaction.atomic
def sign_order(*, by: Actor, order: Order, responsible: str, section: str, now: dt.datetime) -> Order:
    """Take an order over for the issuer (签收), naming who answers for it. Refuses: order.responsible, order.section, order.role; Conflict order.state."""
    held = begin(by, order, "sign")
    held.responsible = read(text(TITLE_LENGTH), responsible, "responsible", _("责任人"))
    held.section = read(maybe(text(TITLE_LENGTH), ""), section, "section", _("承办股室"))
    held.signed_at = now
    return end(held, "sign", by, now)


@transaction.atomic
def answer_order(*, by: Actor, order: Order, answers: Mapping[int, str], now: dt.datetime) -> Order:
    """Answer requirements one by one (反馈); an answer left empty stays as it was. From here on receivers are asked.

    Shape: answers by the number of a requirement; while some are judged already, those left open may still be answered. Refuses:
    order.answers (none, or to one that is not open), order.role; Conflict order.state.
    """
    held = begin(by, order, "answer")
    written = {number: words for number, words in answers.items() if words.strip()}
    asked = requirements_of(by, held)
    wanted = {each.number: each for each in to_answer(held, asked)}
    if not written or set(written) - set(wanted):
        raise refused("answers", _("至少答复一条；已经核实或正在审核的不用再答"))
    for number, words in written.items():
        one = wanted[number]
        one.answer = read(LINE, words, f"answer-{number}", _("第 %(n)d 条的答复") % {"n": number})
        one.answered_at, one.returned = now, ""
        one.save(update_fields=["answer", "answered_at", "returned"])
    held.answered_at, held.asked_until = now, None
    if held.deadline_on is not None and clock.day_of(now) > held.deadline_on:
        held.in_time = False  # whatever days it is given when it is sent back
    if all(each.is_answered for each in asked if each.verified_at is None):
        held.due_on = workdays().after(clock.day_of(now), TO_JUDGE)  # the office's turn; else the issuer's days go on
    ask_relief(order=held, now=now)
    return end(held, "answer", by, now, "、".join(str(number) for number in sorted(written)))


@transaction.atomic
def extend_order(*, by: Actor, order: Order, until: dt.date, reason: str, now: dt.datetime) -> Order:
    """Ask for a later deadline (延期申请): once, before it has passed.

    Refuses: order.until, order.reason, order.late (the deadline has passed), order.extended (was granted once), order.demand (is
    withdrawn: that is to be answered), order.role; Conflict order.state.
    """
    held = begin(by, order, "extend")
    check_not_withdrawn(held.finding, _("这一项已经撤回了，不用延期：请在反馈里写明"))
    today, calendar = clock.day_of(now), workdays()
    deadline = held.deadline_on
    if deadline is None or today > deadline:
        raise Refused("order.late", _("期限已经过了，不能再申请延期：请尽快反馈"))
    if held.was_extended:
        raise Refused("order.extended", _("已经延过一次期，不能再延"))
    if not deadline < until <= calendar.after(deadline, MOST_EXTENSION) or not calendar.is_workday(until):
        raise refused("until", _("要是期限以后 %(n)d 个工作日内的一个工作日") % {"n": MOST_EXTENSION})
    held.asked_until = until
    return end(held, "extend", by, now, read(LINE, reason, "reason", _("延期理由")))


@transaction.atomic
def grant_extension(*, by: Actor, order: Order, now: dt.datetime) -> Order:
    """Let the issuer have until the day it asked for (同意延期). Refuses: order.late (it has passed), order.role; Conflict order.state."""
    held = begin(by, order, "grant")
    if held.asked_until is None or held.asked_until < clock.day_of(now):
        raise Refused("order.late", _("申请延到的那天已经过了，不能再同意：请选不同意，写明理由"))
    held.deadline_on = held.due_on = held.asked_until
    held.asked_until, held.was_extended = None, True
    return end(held, "grant", by, now, str(held.deadline_on))


@transaction.atomic
def refuse_extension(*, by: Actor, order: Order, reason: str, now: dt.datetime) -> Order:
    """Leave the deadline as it is (不同意延期), and say why. Refuses: order.reason, order.role; Conflict order.state."""
    held = begin(by, order, "refuse")
    held.asked_until = None
    return end(held, "refuse", by, now, read(LINE, reason, "reason", _("不同意的理由")))


@transaction.atomic
def verify_requirements(*, by: Actor, order: Order, numbers: Sequence[int], now: dt.datetime) -> Order:
    """Say of answered requirements that they are met (核实通过). Refuses: order.numbers (none, or one not answered), order.role; Conflict order.state."""
    held = begin(by, order, "verify")
    answered = {
        each.number: each for each in requirements_of(by, held) if each.is_answered and each.verified_at is None
    }
    if not numbers or set(numbers) - set(answered):
        raise refused("numbers", _("选已经答复、还没核实的要求"))
    for number in numbers:
        answered[number].verified_at = now
        answered[number].save(update_fields=["verified_at"])
    return end(held, "verify", by, now, "、".join(str(number) for number in sorted(numbers)))


@transaction.atomic
def return_order(*, by: Actor, order: Order, reason: str, days: int, now: dt.datetime) -> Order:
    """Send back what is not verified (退办), with the reason and new working days. Refuses: order.reason, order.days,
    order.verified (all is), order.role; Conflict order.state.
    """
    held = begin(by, order, "return")
    return _send_back(held, "return", by, reason, days, now)


def _send_back(held: Order, act: str, by: Actor, reason: str, days: int, now: dt.datetime) -> Order:
    words = read(LINE, reason, "reason", _("退办理由"))
    given = read(whole(1, MOST_DAYS), days, "days", _("办理期限"))
    left = [each for each in requirements_of(by, held) if each.verified_at is None]
    if not left:
        raise Refused("order.verified", _("每一条都核实了，可以办结，不用退办"))
    for each in left:
        each.returned = words
        each.save(update_fields=["returned"])
    until = workdays().after(clock.day_of(now), given)
    held.due_on = held.deadline_on = max(until, held.deadline_on or until)  # what was given is not taken back
    return end(held, act, by, now, words)


@transaction.atomic
def finish_order(*, by: Actor, order: Order, now: dt.datetime) -> Order:
    """Say that all requirements are met (核实办结). Refuses: order.open (one is not verified), order.role; Conflict order.state."""
    held = begin(by, order, "finish")
    left = [each.number for each in requirements_of(by, held) if each.verified_at is None]
    if left:
        raise Refused("order.open", _("还有 %(n)d 条没有核实，不能办结") % {"n": len(left)})
    today, answered, calendar = clock.day_of(now), held.answered_at or now, workdays()
    held.finished_at = now
    held.took_days = max(0, calendar.left(clock.day_of(held.sent_at or now), today))
    held.in_time = (
        held.in_time is not False and held.deadline_on is not None and clock.day_of(answered) <= held.deadline_on
    )
    held.ripe_on = max(today, saved.ripe_on(answered))
    held.due_on = calendar.after(held.ripe_on, TO_CLOSE)
    return end(held, "finish", by, now)


@transaction.atomic
def close_order(*, by: Actor, order: Order, now: dt.datetime) -> Order:
    """Strike an order off (销号) and freeze what it saved. Refuses: order.early (too few weeks since the answer), order.role; Conflict order.state."""
    held = begin(by, order, "close")
    early = _("整改后还不满 4 周，省了多少算不出：%(day)s 起可以销号")
    check_ripe(held, now, early)
    if len(saved.weeks_after(held.answered_at or now, now)) < saved.AFTER[0]:
        raise Refused("order.early", early % {"day": saved.ripe_on(held.answered_at or now)})
    found = saved.by_order(held, now)
    held.before_min, held.before_weeks = found.before_min, found.before_weeks
    held.after_min, held.after_weeks = found.after_min, found.after_weeks
    held.saved_min, held.closed_at = found.year_min, now
    held.ripe_on = clock.day_of(now) + LOOK_AFTER
    held.due_on = workdays().after(held.ripe_on, TO_CLOSE)
    return end(held, "close", by, now)


@transaction.atomic
def look_back(*, by: Actor, order: Order, outcome: str, note: str, now: dt.datetime) -> Order:
    """Say after thirty days whether relief has stayed (回头看). Refuses: order.early, order.outcome, order.note, order.role; Conflict order.state."""
    held = begin(by, order, "look")
    check_ripe(held, now, _("回头看要等 30 天：%(day)s 起可以看"))
    held.outcome = read(one_of(Outcome.values), outcome, "outcome", _("看下来"))
    words = unnamed(by, held, "note", read(LINE, note, "note", _("说明")))
    held.looked_at, held.due_on, held.ripe_on = now, None, None
    return end(held, "look", by, now, words)


@transaction.atomic
def reopen_order(*, by: Actor, order: Order, reason: str, days: int, now: dt.datetime) -> Order:
    """Send an order back after looking again (重新办理); what it was said to save no longer counts.

    Refuses: order.early, order.reason, order.days, order.role; Conflict order.state.
    """
    held = begin(by, order, "reopen")
    check_ripe(held, now, _("回头看要等 30 天：%(day)s 起可以看"))
    unnamed(by, held, "reason", reason)
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
    held = begin(by, order, "cancel")
    held.due_on, held.asked_until = None, None
    return end(held, "cancel", by, now, read(LINE, reason, "reason", _("撤销理由")))
