"""Short answers about demands, and which demands are training."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.models import ACTIVE, Demand, Target
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import unfit
from burden.ledger.services import record, record_of_nobody
from burden.resources import queries
from burden.resources.models import ANSWER_LENGTH, QUESTION_LENGTH, Guide, GuideRated, Training
from burden.standards.models import Category

MOST_GUIDES = 12  # of one demand: what needs more is not clear itself


@transaction.atomic
def write_guide(
    *, by: Actor, demand: Demand, guide: Guide | None, question: str, answer: str, now: dt.datetime
) -> Guide:  # fmt: skip
    """Write a short answer about a demand of one's own, or other words of one; ratings of earlier words no longer count.

    Refuses: guide.issuer, guide.demand (it is not out), guide.question, guide.answer, guide.same (it is answered for this form, or
    says what it said), guide.many.
    """
    _need_own(by, demand)
    said = {"question": _line(question), "answer": _text(answer)}
    form = Guide.objects.about({(demand.title, demand.issuer_id)})  # what was written of it in other months holds too
    if form.filter(question=said["question"]).exclude(pk=guide and guide.pk).exists():
        raise _refused("question", _("这个问题已经有一条，改那一条"), "same")
    if guide is None:
        if form.count() >= MOST_GUIDES:
            raise Refused("guide.many", _("一项最多 %(most)d 条；先改已有的") % {"most": MOST_GUIDES})
        guide = Guide(demand=demand, **said, written_by=by.user, written_at=now, changed_at=now)
    else:
        guide = Guide.objects.visible_to(by).select_for_update(of=("self",)).get(pk=guide.pk, demand=demand)
        if said == {name: getattr(guide, name) for name in said}:
            raise _refused("answer", _("和原来一样，没有改；评价也不从头算"), "same")
        for name, words in said.items():
            setattr(guide, name, words)
        guide.version, guide.useful, guide.rated, guide.changed_at = guide.version + 1, 0, 0, now
    try:
        with transaction.atomic():
            guide.save()
    except IntegrityError as error:
        raise _refused("question", _("这个问题已经有一条，改那一条"), "same") from error
    record(by=by, what="guide.written", on=guide, now=now, version=guide.version)
    return guide


@transaction.atomic
def rate_guide(*, by: Actor, target: Target, guide: Guide, useful: bool, version: int, now: dt.datetime) -> None:
    """Say whether an answer about what one's unit is asked was useful, once for its words; one may say otherwise later.

    Shape: `version` is that of the words that were read. The ledger says that it was rated, not by whom.
    Refuses: guide.target (it is about something else); Conflict guide.changed (its words are others now).
    """
    meant = queries.guides_for(by, [target.demand_id]).get(target.demand_id, [])
    if guide.pk not in {each.pk for each in meant}:
        raise Refused("guide.target", _("这一条讲的是别的事"))
    same = Guide.objects.about({(each.demand.title, each.demand.issuer_id) for each in meant})
    held = same.select_for_update(of=("self",)).select_related("demand").get(pk=guide.pk)
    if held.version != version:
        raise Conflict("guide.changed", _("这一条刚才改写了，看过再评"))
    before = (
        GuideRated.objects.visible_to(by).filter(guide=held, version=version).first()
    )  # the guide is locked: nobody comes between
    if before and before.useful == useful:
        return
    if before:
        before.useful = useful
        before.save(update_fields=["useful"])
        held.useful += 1 if useful else -1
    else:
        GuideRated.every.create(guide=held, user=by.user, version=version, useful=useful)
        held.useful, held.rated = held.useful + int(useful), held.rated + 1
    held.save(update_fields=["useful", "rated"])
    record_of_nobody(what="guide.rated", on=held, now=now, unit_id=held.demand.issuer_id)


@transaction.atomic
def mark_training(*, by: Actor, demand: Demand, now: dt.datetime) -> Training:
    """Say that a meeting of one's own is training. Refuses: guide.issuer, guide.demand, training.meeting; Conflict training.marked."""
    _need_own(by, demand)
    if demand.category != Category.MEETING:
        raise Refused("training.meeting", _("只有会议能标为培训"))
    try:
        with transaction.atomic():
            marked = Training.every.create(demand=demand, marked_by=by.user, marked_at=now)
    except IntegrityError as error:
        raise Conflict("training.marked", _("已经标为培训了")) from error
    record(by=by, what="training.marked", on=demand, now=now)
    return marked


@transaction.atomic
def unmark_training(*, by: Actor, demand: Demand, now: dt.datetime) -> None:
    """Say that a meeting is no training after all. Refuses: guide.issuer; Conflict training.unmarked."""
    _need_own(by, demand, is_out=False)
    if not Training.objects.visible_to(by).filter(demand=demand).delete()[0]:
        raise Conflict("training.unmarked", _("这一项没有标为培训"))
    record(by=by, what="training.unmarked", on=demand, now=now)


def _need_own(by: Actor, demand: Demand, *, is_out: bool = True) -> None:
    if demand.issuer_id not in by.issuing:
        raise Refused("guide.issuer", _("由下达的单位做"))
    if is_out and demand.state not in ACTIVE:
        raise Refused("guide.demand", _("这一项没有下达，或已经撤回"))


def _line(words: str) -> str:
    line = words.strip()
    if not line or len(line) > QUESTION_LENGTH or unfit(line):
        raise _refused("question", _("要写一行，最多 %(most)d 个字") % {"most": QUESTION_LENGTH})
    return line


def _text(words: str) -> str:
    text = "\n".join(line.strip() for line in words.strip().splitlines())
    if not text or len(text) > ANSWER_LENGTH or unfit(text.replace("\n", "")):
        raise _refused("answer", _("要写，最多 %(most)d 个字") % {"most": ANSWER_LENGTH})
    return text


def _refused(field: str, words: str, code: str = "") -> Refused:
    return Refused(f"guide.{code or field}", words, {field: words})
