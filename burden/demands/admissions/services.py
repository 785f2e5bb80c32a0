"""What is done with admissions: asked for by a department, granted or refused by the office in time, taken back."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.accounts.services import take_turn
from burden.demands.admissions.models import MOST_MIN, TERM, TRANSITIONS, Act, Admission, State
from burden.demands.models import ACTIVE, OPEN, Demand
from burden.demands.services.drafts import issuing_unit
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import bare, read_one, text
from burden.ledger.services import record
from burden.standards.models import Duty, DutyItem
from burden.standards.workdays import workdays
from burden.units.models import Level, Unit

LIST = "SELECT list_demand(%s)"


@transaction.atomic
def ask_admission(
    *, by: Actor, title: str, basis: str, reason: str, whom: str, person_min: int, demand: Demand | None = None,
    now: dt.datetime,
) -> Admission:  # fmt: skip
    """Ask to give townships something that is on no duty list.

    Refuses: PermissionDenied; admission.county (above counties there is no list), admission.text, admission.size,
    admission.withdrawn, admission.listed; Conflict admission.twice.
    """
    unit = issuing_unit(by)
    county = _county_of(unit)
    if not 0 <= person_min <= MOST_MIN:
        raise _refused("size", "hours", _("人时要在 0 到 1,000,000 之间"))
    asked = Admission(
        unit=unit, county=county, demand=demand, title=_line("title", _("事项"), title, 200), person_min=person_min,
        basis=_line("basis", _("依据"), basis, 200), reason=_line("reason", _("理由"), reason, 300),
        whom=_line("whom", _("给谁办"), whom, 100), asked_by=by.user, asked_at=now,
    )  # fmt: skip
    take_turn(by=by)
    _check_new(by, asked, clock.day_of(now))
    asked.save(force_insert=True)
    record(by=by, what="admission.asked", on=asked, now=now, county=county.code)
    return asked


@transaction.atomic
def grant_admission(
    *, by: Actor, admission: Admission, code: str, kind: str, citation: str, note: str, now: dt.datetime
) -> Admission:
    """Put it on the duty list, under a number and with a citation, for whom and on what condition; the demand it was asked from
    is under it from now on.

    Who sent that back before it was admitted stays without it.

    Refuses: admission.office, admission.own, admission.kind, admission.text, admission.code, admission.listed (meanwhile it is
    on the list); Conflict admission.state, admission.lapsed.
    """
    held = _held(by, admission, Act.GRANT, clock.day_of(now))
    _check_decider(by, held)
    if kind not in (Duty.BASIC, Duty.COOPERATING):
        raise _refused("kind", "kind", _("准入的事项只能列为基本或配合"))
    _check_unlisted(held, clock.day_of(now))
    held.note = _line("note", _("附加条件"), note, 300, needed=False)
    facts = {
        "code": _line("code", _("条目"), code, 20),
        "citation": _line("citation", _("依据"), citation, 200),
        "note": "；".join(filter(None, (held.whom, held.note))),
    }
    try:
        with transaction.atomic():
            held.item = DutyItem.objects.create(
                county=held.county, title=held.title, kind=kind, owner=held.unit, **facts
            )
    except IntegrityError as error:
        raise _refused("code", "code", _("清单里已经有条目 %(code)s") % facts) from error
    _decide(by, held, Act.GRANT, now)
    with connection.cursor() as cursor:
        cursor.execute(LIST, [held.pk])
    record(by=by, what="admission.granted", on=held, now=now, code=held.item.code)
    return held


@transaction.atomic
def refuse_admission(*, by: Actor, admission: Admission, note: str, now: dt.datetime) -> Admission:
    """Say no; the reason is kept. Refuses: admission.office, admission.own, admission.text; Conflict admission.state, admission.lapsed."""
    held = _held(by, admission, Act.REFUSE, clock.day_of(now))
    _check_decider(by, held)
    held.note = _line("note", _("理由"), note, 300)
    _decide(by, held, Act.REFUSE, now)
    record(by=by, what="admission.refused", on=held, now=now)
    return held


@transaction.atomic
def withdraw_admission(*, by: Actor, admission: Admission, now: dt.datetime) -> Admission:
    """Take a request back. Refuses: admission.unit; Conflict admission.state, admission.lapsed."""
    held = _held(by, admission, Act.WITHDRAW, clock.day_of(now))
    if held.unit_id not in by.issuing:
        raise Refused("admission.unit", _("只有申请单位能撤回"))
    held.state = TRANSITIONS[held.state, Act.WITHDRAW]
    held.save(update_fields=["state"])
    record(by=by, what="admission.withdrawn", on=held, now=now)
    return held


def due_of(*, admission: Admission) -> dt.date:
    """Return the last day on which it can be decided. One query."""
    return workdays().after(clock.day_of(admission.asked_at), TERM)


def may_decide(*, by: Actor, admission: Admission, today: dt.date) -> bool:
    """Whether the actor may grant or refuse it as it stands."""
    if admission.state != State.ASKED or today > due_of(admission=admission):
        return False
    try:
        _check_decider(by, admission)
    except Refused:
        return False
    return True


def _county_of(unit: Unit) -> Unit:
    """Return the county whose list it is about. Refuses: admission.county."""
    county = Unit.every.filter(pk__in=unit.steps, level=Level.COUNTY).first()
    if county is None:
        raise Refused("admission.county", _("履职清单按县编，县以上的单位不在这里申请"))
    return county


def _check_new(by: Actor, asked: Admission, today: dt.date) -> None:
    """Refuses: admission.withdrawn, admission.listed; Conflict admission.twice."""
    if asked.demand is not None and asked.demand.state not in (*OPEN, *ACTIVE):
        raise _refused("withdrawn", "title", _("《%(title)s》已经撤回，不用申请") % {"title": bare(asked.demand.title)})
    _check_unlisted(asked, today)
    days = workdays()
    same = Admission.objects.visible_to(by).filter(unit=asked.unit, title=asked.title, state=State.ASKED)
    if any(today <= days.after(clock.day_of(each.asked_at), TERM) for each in same):
        raise Conflict("admission.twice", _("同一件事已经申请过，还没有定"))


def _check_unlisted(asked: Admission, today: dt.date) -> None:
    """Refuses: admission.listed."""
    listed = DutyItem.objects.on(today).filter(county=asked.county, title=asked.title).first()
    if listed is not None:
        words = {"code": listed.code, "kind": listed.get_kind_display()}
        raise _refused("listed", "title", _("清单里已经有这一条：%(code)s（%(kind)s）") % words)


def _check_decider(by: Actor, held: Admission) -> None:
    """Refuses: admission.office, admission.own."""
    office = by.post(Role.OFFICE)
    if office is None or not held.county.path.startswith(office.unit.path):
        raise Refused("admission.office", _("由县里或更上级的机制办决定"))
    if held.asked_by_id == by.user_id:
        raise Refused("admission.own", _("自己提的不能自己定，请机制办另一个人决定"))


def _held(by: Actor, admission: Admission, act: Act, today: dt.date) -> Admission:
    """Return the row for a change. Refuses: Conflict admission.state, admission.lapsed; DoesNotExist out of scope."""
    seen = Admission.objects.visible_to(by).select_related("unit", "county")
    held: Admission = seen.select_for_update(of=("self",)).get(pk=admission.pk)
    if (held.state, act) not in TRANSITIONS:
        words = {"is": held.get_state_display(), "act": act.label}
        raise Conflict("admission.state", _("这一项现在是“%(is)s”，不能%(act)s") % words)
    if held.is_lapsed(due := due_of(admission=held), today):
        sentence = _("%(day)s 前没有定，已经视为不准入；还需要就再申请") % {"day": due}
        raise Conflict("admission.lapsed", sentence)
    return held


def _decide(by: Actor, held: Admission, act: Act, now: dt.datetime) -> None:
    held.state, held.decided_by, held.decided_at = TRANSITIONS[held.state, act], by.user, now
    held.save(update_fields=["state", "decided_by", "decided_at", "note", "item"])


def _line(field: str, label: str, value: str, most: int, *, needed: bool = True) -> str:
    """Return a line of text. Refuses: admission.text."""
    if not needed and not value.strip():
        return ""
    return str(read_one(text(most), value, field=field, label=label, code="admission.text"))


def _refused(code: str, field: str, sentence: str) -> Refused:
    return Refused(f"admission.{code}", sentence, {field: sentence})
