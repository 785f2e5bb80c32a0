"""Writing recognitions: every act of oversight.stages is a function here, in one transaction, with one audit event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import User
from burden.accounts.roles import EXPORTERS
from burden.feedback.notices.models import SUMMARY_LENGTH
from burden.feedback.notices.queries import roots
from burden.feedback.notices.services import write_notice
from burden.kit import clock
from burden.kit.clock import DAY
from burden.kit.crypto import mark_of
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import read_one, text, whole
from burden.ledger.services import record, record_of_nobody
from burden.oversight.merits import Candidate, Left, merits, with_past
from burden.oversight.models import LINE_LENGTH, Author, Objection, Recognition, RecognitionKind
from burden.oversight.models.findings import TITLE_LENGTH
from burden.oversight.queries.recognition import colleagues, nominated
from burden.oversight.seen import STATED_LANGUAGE
from burden.oversight.stages import SIGNED, STAGES, is_party, may
from burden.standards.workdays import workdays
from burden.units.models import Unit

LEAST_DAYS, USUAL_DAYS, MOST_DAYS = 5, 10, 30  # working days in which one may object
TOLD = 30 * DAY  # for which the recognised find the notice
LINE = text(LINE_LENGTH)


@transaction.atomic
def nominate_recognition(*, by: Actor, kind: str, key: str, reason: str, now: dt.datetime) -> Recognition:
    """Nominate a candidate (提名): what speaks for it is reckoned anew and kept.

    Refuses: PermissionDenied unless the actor reviews; recognition.candidate (no such one, or why it is none), recognition.party,
    recognition.reason; Conflict recognition.exists.
    """
    post = by.post(*EXPORTERS)
    if post is None:
        raise PermissionDenied
    found = merits(post.unit, now)
    chosen = next((each for each in found.candidates if (each.kind, each.key) == (kind, key)), None)
    if chosen is None:
        raise _no_candidate([each for each in found.left if (each.kind, each.key) == (kind, key)])
    if nominated(by, post.unit, [chosen], now):
        raise _exists(by, post.unit, chosen)
    chosen = with_past(chosen, post.unit, now)
    made = Recognition(
        unit=post.unit, subject=chosen.subject, kind=kind, key=key, order=chosen.order, practice=chosen.practice,
        title=chosen.title[:TITLE_LENGTH], reckoned=chosen.reckoned(now), year_min=chosen.year_min, adopters=chosen.adopters,
        reason=_read(reason, "reason", _("提名理由")), nominated_by=by.user, nominated_at=now,
    )  # fmt: skip
    _refuse_party(by, made)
    _keep_new(by, made, chosen)
    _put_author(made, chosen)
    record(by=by, what="recognition.nominate", on=made, now=now)
    return made


def _no_candidate(left: list[Left]) -> Refused:
    why = left[0].why.label if left else _("算下来没有这一项")
    return Refused("recognition.candidate", _("不在候选里：%(why)s") % {"why": why})


def _keep_new(by: Actor, made: Recognition, chosen: Candidate) -> None:
    """Refuses: Conflict recognition.exists."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise _exists(by, made.unit, chosen) from error


def _exists(by: Actor, unit: Unit, chosen: Candidate) -> Conflict:
    """Return the refusal of what is nominated. Shape: `recognition` its id."""
    held = Recognition.objects.visible_to(by).filter(unit=unit, kind=chosen.kind, subject=chosen.subject)
    there = held.order_by("-nominated_at", "-pk").values_list("pk", flat=True).first()
    is_issuer = chosen.kind == RecognitionKind.ISSUER
    words = _("这个单位近一季已经提过名了") if is_issuer else _("这一项已经提过名了")
    return Conflict("recognition.exists", words, {"recognition": there})


def _put_author(made: Recognition, chosen: Candidate) -> None:
    """Let who wrote a practice choose whether to be named; until then nobody is."""
    if chosen.practice is not None:
        Author.every.create(recognition=made, person_id=chosen.practice.written_by_id)


@transaction.atomic
def announce_recognition(
    *, by: Actor, recognition: Recognition, days: int = USUAL_DAYS, now: dt.datetime
) -> Recognition:
    """Open a nomination to everybody's objections (公示) for some working days. Refuses: recognition.days, recognition.role; Conflict recognition.state."""
    held = _begin(by, recognition, "announce")
    given: int = read_one(
        whole(LEAST_DAYS, MOST_DAYS), days, field="days", label=_("公示几个工作日"), code="recognition.days"
    )
    held.announced_at, held.until = now, workdays().after(clock.day_of(now), given)
    return _end(held, "announce", by, now)


@transaction.atomic
def object_to_recognition(*, by: Actor, recognition: Recognition, words: str, now: dt.datetime) -> Objection:
    """Say what one holds against a recognition; who said it is kept nowhere, a mark alone that one person did once.

    Refuses: recognition.role, recognition.party (one's own unit's), recognition.late, recognition.words; Conflict
    recognition.state, recognition.objected (twice).
    """
    held = _begin(by, recognition, "object")
    if is_party(by, held):
        raise Refused("recognition.party", _("要表扬的就是本单位，异议由别的单位的人提；不想要表扬，请机制办撤下"))
    if held.until is None or clock.day_of(now) > held.until:
        raise Refused("recognition.late", _("公示期已经过了，不能再提异议"))
    made = Objection(
        recognition=held, mark=mark_of("objection", held.pk, by.user_id), on=clock.day_of(now), words=_read(words, "words", _("异议"))
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("recognition.objected", _("这一项你提过异议了，答复在这一页")) from error
    record_of_nobody(what="recognition.object", on=held, now=now, unit_id=held.unit_id)
    return made


@transaction.atomic
def answer_objection(
    *, by: Actor, recognition: Recognition, objection: int, answer: str, now: dt.datetime
) -> Objection:
    """Answer an objection, for all to read. Refuses: recognition.role, recognition.party, recognition.answer, recognition.own_objection; Conflict
    recognition.state, recognition.answered; Objection.DoesNotExist.
    """
    held = _begin(by, recognition, "answer")
    _refuse_party(by, held)
    one: Objection = (
        Objection.objects.visible_to(by).select_for_update(of=("self",)).get(pk=objection, recognition=held)
    )
    if one.answered_at is not None:
        raise Conflict("recognition.answered", _("这条异议已经答复了"))
    if one.mark == mark_of("objection", held.pk, by.user_id):
        raise Refused("recognition.own_objection", _("自己提的异议由别人答复"))
    one.answer, one.answered_by, one.answered_at = _read(answer, "answer", _("答复")), by.user, now
    one.save(update_fields=["answer", "answered_by", "answered_at"])
    record(by=by, what="recognition.answer", on=held, now=now)
    return one


@transaction.atomic
def recognise(*, by: Actor, recognition: Recognition, verdict: str, now: dt.datetime) -> Recognition:
    """Decide for it (定为表扬), once the term is over and every objection answered; by another than who nominated.

    Refuses: recognition.own (the nominator), recognition.party, recognition.early, recognition.unanswered, recognition.verdict,
    recognition.role; Conflict recognition.state.
    """
    return _decide(by, recognition, "recognise", verdict, now)


@transaction.atomic
def decline_recognition(*, by: Actor, recognition: Recognition, verdict: str, now: dt.datetime) -> Recognition:
    """Decide against it (不表扬), and say why. Refuses: as recognise."""
    return _decide(by, recognition, "decline", verdict, now)


def _decide(by: Actor, recognition: Recognition, act: str, verdict: str, now: dt.datetime) -> Recognition:
    held = _begin(by, recognition, act)
    if held.nominated_by_id == by.user_id:
        raise Refused("recognition.own", _("提名的人是你，要换一个人来定"))
    _refuse_party(by, held)
    if held.until is None or clock.day_of(now) <= held.until:
        raise Refused("recognition.early", _("公示到 %(day)s，期满以后再定") % {"day": held.until})
    left = Objection.objects.visible_to(by).filter(recognition=held, answered_at=None).count()
    if left:
        raise Refused("recognition.unanswered", _("还有 %(n)d 条异议没有答复") % {"n": left})
    held.verdict = _read(verdict, "verdict", _("理由"))
    held.decided_by, held.decided_at = by.user, now
    return _end(held, act, by, now)


@transaction.atomic
def publish_recognition(*, by: Actor, recognition: Recognition, now: dt.datetime) -> Recognition:
    """Publish what was decided (公布): the bulletin of its month lists it, and a notice tells the recognised. Refuses: recognition.role; Conflict recognition.state."""
    held = _begin(by, recognition, "publish")
    held.published_at = now
    done = _end(held, "publish", by, now)
    _tell(by, done, now)
    return done


def _tell(by: Actor, held: Recognition, now: dt.datetime) -> None:
    """Tell the recognised by a notice: to their unit, or to the one above where an office addresses none so far below."""
    root = roots(by).filter(pk__in=held.subject.steps).order_by("-depth").first()
    with translation.override(STATED_LANGUAGE):
        summary = _("%(who)s：%(title)s") % {"who": held.subject.place, "title": held.headline}
        write_notice(
            by=by, root=root or held.unit, kinds=[], roles=[], title=_("公布一项表扬"), summary=summary[:SUMMARY_LENGTH], body="",
            until=clock.day_of(now) + TOLD, now=now,
        )  # fmt: skip


@transaction.atomic
def withdraw_recognition(*, by: Actor, recognition: Recognition, reason: str, now: dt.datetime) -> Recognition:
    """Take a nomination back before it is decided (撤下), and say why. Refuses: recognition.reason, recognition.role; Conflict recognition.state."""
    return _stop(by, recognition, "withdraw", reason, now)


@transaction.atomic
def revoke_recognition(*, by: Actor, recognition: Recognition, reason: str, now: dt.datetime) -> Recognition:
    """Revoke a recognition (撤销), as where the burden came back; it stays on its page, with the reason. Refuses: as withdraw_recognition."""
    return _stop(by, recognition, "revoke", reason, now)


def _stop(by: Actor, recognition: Recognition, act: str, reason: str, now: dt.datetime) -> Recognition:
    held = _begin(by, recognition, act)
    held.ended, held.ended_at = _read(reason, "reason", _("原因")), now
    return _end(held, act, by, now)


# --- authors ---


@transaction.atomic
def name_author(*, by: Actor, recognition: Recognition, person: User, now: dt.datetime) -> Author:
    """Name another who wrote the practice too: an author names a colleague of the unit, who then chooses whether to be told.

    Refuses: recognition.author (the actor is none), recognition.colleague; Conflict recognition.named, recognition.state.
    """
    held = _signing(by, recognition)
    _own(by, held)
    if not colleagues(by, held, now).filter(pk=person.pk).exists():
        raise Refused("recognition.colleague", _("只能写本单位在职的同事"))
    made = Author(recognition=held, person=person)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("recognition.named", _("已经写上了，署不署名由本人定")) from error
    record(by=by, what="recognition.name", on=held, now=now)
    return made


@transaction.atomic
def sign_byline(*, by: Actor, recognition: Recognition, now: dt.datetime) -> Author:
    """Choose to be named. Refuses: recognition.author; Conflict recognition.state, recognition.signed."""
    held = _signing(by, recognition)
    one = _own(by, held)
    if one.signed_at is not None:
        raise Conflict("recognition.signed", _("你已经署名了"))
    return _signed(by, held, one, now, "recognition.sign", now)


@transaction.atomic
def drop_byline(*, by: Actor, recognition: Recognition, now: dt.datetime) -> Author:
    """Choose to be named no more, at any time, whatever became of the recognition. Refuses: recognition.author; Conflict recognition.signed."""
    held: Recognition = _locked(by, recognition)
    one = _own(by, held)
    if one.signed_at is None:
        raise Conflict("recognition.signed", _("你没有署名"))
    return _signed(by, held, one, None, "recognition.unsign", now)


def _signed(by: Actor, held: Recognition, one: Author, at: dt.datetime | None, what: str, now: dt.datetime) -> Author:
    one.signed_at = at
    one.save(update_fields=["signed_at"])
    record(by=by, what=what, on=held, now=now)
    return one


def _signing(by: Actor, recognition: Recognition) -> Recognition:
    """Refuses: Conflict recognition.state."""
    held = _locked(by, recognition)
    if held.state not in SIGNED:
        raise Conflict("recognition.state", _("这一项现在是“%(is)s”，不用署名") % {"is": held.get_state_display()})
    return held


def _own(by: Actor, held: Recognition) -> Author:
    """Refuses: recognition.author."""
    one: Author | None = Author.objects.visible_to(by).filter(recognition=held, person_id=by.user_id).first()
    if one is None:
        raise Refused("recognition.author", _("写这个做法的人自己定署不署名"))
    return one


# --- what every act shares ---


def _locked(by: Actor, recognition: Recognition) -> Recognition:
    """Refuses: Recognition.DoesNotExist out of scope."""
    seen = Recognition.objects.visible_to(by).select_related("unit", "subject__parent")
    held: Recognition = seen.select_for_update(of=("self",)).get(pk=recognition.pk)
    return held


def _begin(by: Actor, recognition: Recognition, act: str) -> Recognition:
    """Return the row for an act. Refuses: recognition.role; Conflict recognition.state; Recognition.DoesNotExist out of scope."""
    held, stage = _locked(by, recognition), STAGES[act]
    if not may(by, held, act):
        raise Refused("recognition.role", _("“%(act)s”不由你办") % {"act": stage.label})
    if held.state not in stage.starts:
        words = {"is": held.get_state_display(), "act": stage.label}
        raise Conflict("recognition.state", _("这一项现在是“%(is)s”，不能%(act)s") % words, {"state": held.state})
    return held


def _refuse_party(by: Actor, held: Recognition) -> None:
    """Refuses: recognition.party."""
    if is_party(by, held):
        raise Refused("recognition.party", _("要表扬的就是你所在的单位，要换一个人来办"))


def _end(held: Recognition, act: str, by: Actor, now: dt.datetime) -> Recognition:
    ends = STAGES[act].ends
    if ends is not None:
        held.state = ends
    held.save()
    record(by=by, what=f"recognition.{act}", on=held, now=now)
    return held


def _read(value: Any, field: str, label: str) -> str:
    return str(read_one(LINE, value, field=field, label=label, code=f"recognition.{field}"))
