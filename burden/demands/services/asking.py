"""Asking before asking: three receivers for an estimate, another department for what it knows already."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import Post, Question
from burden.accounts.roles import Role
from burden.accounts.services import left_to_ask, put_question
from burden.demands import receivers
from burden.demands.models import ACTIVE, MAX_MINUTES, OPEN, TITLE_LENGTH, Demand, Estimate, QuoteRequest, State
from burden.demands.services.drafts import lock
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import maybe, read_one, text, whole
from burden.ledger.services import record

ASKED = 3
PEOPLE_ASKED = 3  # in a unit; the first answer stands for all of it
DAYS_TO_ANSWER = dt.timedelta(days=2)
LINE = maybe(text(TITLE_LENGTH), "")


@transaction.atomic
def ask_first(*, by: Actor, demand: Demand, now: dt.datetime) -> list[Estimate]:
    """Ask three receivers, drawn by lot, how long it would take (先问三个乡镇); all of them where there are fewer.

    A unit all of whose people have had their three questions this week is passed over.
    Refuses: demand.no_receivers, demand.no_title, demand.all_asked; Conflict demand.state, demand.asked.
    """
    held = lock(by, demand, *OPEN)
    if Estimate.objects.visible_to(by).filter(demand=held).exists():
        raise Conflict("demand.asked", _("已经问过了，每一项只问一次"))
    if not held.title:
        sentence = _("先写名称再问：对方要知道问的是什么")
        raise Refused("demand.no_title", sentence, {"title": sentence})
    drawn = _draw(receivers.receiving_ids(held.issuer, receivers.stored(held.receivers)), now)
    until = clock.day_of(now) + DAYS_TO_ANSWER
    asked = [Estimate(demand=held, unit_id=unit_id, asked_at=now, until=until) for unit_id in drawn]
    Estimate.every.bulk_create(asked)
    for each in sorted(
        asked, key=lambda each: each.unit_id
    ):  # two that ask the same units wait, and never for each other
        people = drawn[each.unit_id]
        put_question(kind=Question.ESTIMATE, subject=each.pk, people=people, now=now, most=PEOPLE_ASKED)
    held.state, held.changed_at = State.REVIEW, now
    held.save(update_fields=["state", "changed_at"])
    record(by=by, what="demand.asked", on=held, now=now, units=len(drawn))
    return asked


def _draw(unit_ids: Sequence[int], now: dt.datetime) -> dict[int, list[int]]:
    """Draw units by lot, with the people in them who may be asked. Refuses: demand.all_asked."""
    roles = (Role.CADRE, Role.LEAD)
    posts = Post.objects.filter(unit__in=unit_ids, role__in=roles, valid__contains=clock.day_of(now))
    people: dict[int, set[int]] = {}
    for unit_id, user_id in posts.values_list("unit", "user"):
        people.setdefault(unit_id, set()).add(user_id)
    left = left_to_ask(people={each for some in people.values() for each in some}, now=now)
    free = {unit_id: [each for each in people.get(unit_id, ()) if left[each]] for unit_id in unit_ids}
    able = [unit_id for unit_id in unit_ids if free[unit_id] or unit_id not in people]
    if not able:
        raise Refused("demand.all_asked", _("这一周能问的人都已经被问满三次，下周再问"))
    drawn = secrets.SystemRandom().sample(able, min(ASKED, len(able)))
    return {unit_id: free[unit_id] for unit_id in drawn}


@transaction.atomic
def answer_estimate(*, by: Actor, estimate: Estimate, minutes: int, remark: str, now: dt.datetime) -> Estimate:
    """Say how long it would take one person of the own unit, for all of the unit; the first answer stands.

    Units: minutes whole, each person. Refuses: estimate.minutes, estimate.remark; Conflict estimate.answered,
    estimate.over; Estimate.DoesNotExist for another unit's.
    """
    held: Estimate = Estimate.objects.asked_of(by).select_for_update(of=("self",)).get(pk=estimate.pk)
    if held.answered_at:
        raise Conflict("estimate.answered", _("你们单位已经答过了"))
    if clock.day_of(now) > held.until or held.demand.state not in OPEN:
        raise Conflict("estimate.over", _("这一项已经不用估了"))
    held.minutes = read_one(whole(1, MAX_MINUTES), minutes, field="minutes", label=_("分钟"), code="estimate.minutes")
    held.remark = read_one(LINE, remark, field="remark", label=_("说明"), code="estimate.remark")
    held.answered_by, held.answered_at = by.user, now
    held.save()
    record(by=by, what="estimate.answered", on=held, now=now)
    return held


@transaction.atomic
def request_quote(*, by: Actor, demand: Demand, of: Demand, fields: Sequence[str], now: dt.datetime) -> QuoteRequest:
    """Ask another department for the data its demand collects already, instead of asking the grassroots again.

    Shape: fields the other demand has. Refuses: PermissionDenied unless `demand` is the actor's; quote.of where the other
    is not out or the actor's own; quote.fields; Conflict quote.asked.
    """
    if demand.issuer_id not in by.issuing:
        raise PermissionDenied
    if of.issuer_id == demand.issuer_id or of.state not in ACTIVE:
        sentence = _("只能引用别的部门正在用的事项")
        raise Refused("quote.of", sentence, {"of": sentence})
    unknown = [name for name in fields if name not in of.fields]
    if unknown or not fields:
        sentence = _("请选对方报表里有的字段")
        raise Refused("quote.fields", sentence, {"fields": sentence})
    asked, made = QuoteRequest.objects.get_or_create(
        demand=demand, of=of, defaults={"fields": list(fields), "asked_by": by.user, "asked_at": now}
    )
    if not made:
        raise Conflict("quote.asked", _("已经向对方提过，等对方答复"))
    record(by=by, what="quote.asked", on=asked, now=now, fields=len(fields))
    return asked


@transaction.atomic
def answer_quote(*, by: Actor, quote: QuoteRequest, granted: bool, answer: str, now: dt.datetime) -> QuoteRequest:
    """Let the other department use the data, or say why not; the first answer stands.

    Refuses: PermissionDenied unless the data is the actor's; quote.answer; Conflict quote.answered.
    """
    held = QuoteRequest.objects.select_related("of").select_for_update(of=("self",)).get(pk=quote.pk)
    if held.of.issuer_id not in by.issuing:
        raise PermissionDenied
    if held.answered_at:
        raise Conflict("quote.answered", _("已经答复过了"))
    line = LINE if granted else text(TITLE_LENGTH)
    held.answer = read_one(line, answer, field="answer", label=_("答复"), code="quote.answer")
    held.granted, held.answered_at = granted, now
    held.save()
    record(by=by, what="quote.answered", on=held, now=now, granted=granted)
    return held
