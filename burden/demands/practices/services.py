"""What is done with practices: written by a unit's lead, published by an office, taken over by another unit, taken back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import Post
from burden.accounts.roles import Role
from burden.demands.adaptations.models import Adaptation, Kind, Whom
from burden.demands.adaptations.models import State as Adapted
from burden.demands.adaptations.reading import county_of
from burden.demands.adaptations.services import is_office_over
from burden.demands.models import Demand
from burden.demands.practices.models import TEXT_LENGTH, TITLE_LENGTH, TRANSITIONS, Act, Practice, State
from burden.demands.services.drafts import copy_demand
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import read_one, text
from burden.ledger.services import record
from burden.standards.models import Category
from burden.units.models import Unit

EARLIEST = 104  # weeks back: what began longer ago has nothing before it to compare with
ADOPTED = 52  # weeks for which one is taken over


@transaction.atomic
def write_practice(
    *, by: Actor, unit: Unit, title: str, text: str, category: str, since: dt.date, template: Demand | None = None,
    now: dt.datetime,
) -> Practice:  # fmt: skip
    """Describe what the unit does differently, and since when, perhaps with what it asks of others as a template.

    Refuses: practice.unit, practice.text, practice.since, practice.template.
    """
    if not leads(by=by, unit=unit):
        raise Refused("practice.unit", _("由本单位负责人来写"))
    _check_since(since, clock.day_of(now))
    if category not in Category.values:
        raise _refused("category", _("选省了哪一类"))
    if template is not None and (template.issuer_id != unit.pk or not template.active):
        raise _refused("template", _("只能附本单位正在用的登记"))
    made = Practice(
        unit=unit, area=county_of(unit), title=_line("title", _("叫什么"), title, TITLE_LENGTH),
        text=_line("text", _("怎么做"), text, TEXT_LENGTH), category=category, since=since, template=template,
        written_by=by.user, written_at=now,
    )  # fmt: skip
    made.save(force_insert=True)
    record(by=by, what="practice.written", on=made, now=now, unit=unit.code)
    return made


@transaction.atomic
def publish_practice(*, by: Actor, practice: Practice, now: dt.datetime) -> Practice:
    """Let others see it and take it over. Refuses: practice.office, practice.own; Conflict practice.state."""
    held = _decided(by, practice, Act.PUBLISH, now)
    held.save(update_fields=["state", "decided_by", "decided_at"])
    record(by=by, what="practice.published", on=held, now=now)
    return held


@transaction.atomic
def refuse_practice(*, by: Actor, practice: Practice, note: str, now: dt.datetime) -> Practice:
    """Do not publish it, and say why. Refuses: practice.office, practice.own, practice.text; Conflict practice.state."""
    held = _decided(by, practice, Act.REFUSE, now)
    held.note = _line("note", _("理由"), note, 300)
    held.save(update_fields=["state", "decided_by", "decided_at", "note"])
    record(by=by, what="practice.refused", on=held, now=now)
    return held


@transaction.atomic
def withdraw_practice(*, by: Actor, practice: Practice, now: dt.datetime) -> Practice:
    """Take it back; who took it over goes on as they like. Refuses: practice.unit; Conflict practice.state."""
    held = _held(by, practice, Act.WITHDRAW)
    if not leads(by=by, unit=held.unit):
        raise Refused("practice.unit", _("由写它的单位的负责人撤回"))
    held.state = TRANSITIONS[held.state, Act.WITHDRAW]
    held.save(update_fields=["state"])
    record(by=by, what="practice.withdrawn", on=held, now=now)
    return held


@transaction.atomic
def adopt_practice(
    *, by: Actor, practice: Practice, unit: Unit, as_template: bool = False, now: dt.datetime
) -> Adaptation:
    """Take a published practice over: an adaptation of the own unit for a year, approved by whoever published it.

    Shape: as a template its demand is drafted anew in the own unit's name as well, for its issuer to finish; either way the
    effect is followed from next week on. Refuses: practice.unit, practice.own, practice.template, practice.issuer; Conflict
    practice.state, practice.twice.
    """
    seen = Practice.objects.visible_to(by).select_related("unit", "area", "decided_by", "template")
    held: Practice = seen.select_for_update(of=("self",)).get(pk=practice.pk)
    if held.state != State.PUBLISHED or held.decided_by is None:
        raise Conflict("practice.state", _("这个做法现在没有发布，不能采用"))
    if not leads(by=by, unit=unit) or held.decided_by_id == by.user_id:
        raise Refused("practice.unit", _("由本单位负责人采用"))
    if unit.pk == held.unit_id:
        raise Refused("practice.own", _("这就是本单位的做法"))
    monday = Week.at(now).plus(1)
    if (
        Adaptation.objects.visible_to(by)
        .filter(practice=held, unit=unit, state=Adapted.APPROVED, until__gte=monday.monday)
        .exists()
    ):
        raise Conflict("practice.twice", _("本单位已经在用了"))
    drafted = _draft(by, held, unit, now) if as_template else None
    made = Adaptation(
        unit=unit, area=county_of(unit), kind=Kind.WAY, whom=Whom.UNIT, practice=held, demand=drafted, title=held.title,
        change=_("照%(unit)s的做法") % {"unit": held.unit.place}, reason=held.text[:300], from_week=monday.monday,
        until=monday.plus(ADOPTED - 1).sunday, state=Adapted.APPROVED, requested_by=by.user, requested_at=now,
        decided_by=held.decided_by, decided_at=now,
    )  # fmt: skip
    made.save(force_insert=True)
    record(by=by, what="practice.adopted", on=made, now=now, unit=unit.code)
    return made


def _draft(by: Actor, held: Practice, unit: Unit, now: dt.datetime) -> Demand:
    """Draft in the unit's name what the practice asks. Refuses: practice.template, practice.issuer."""
    if held.template is None or not held.template.active:
        raise Refused("practice.template", _("这个做法没有附登记，或者那一项已经撤回，不能照着登记"))
    if not registers(by=by, unit=unit, today=clock.day_of(now)):
        raise Refused("practice.issuer", _("本单位没有登记事项的人，不能照着登记；可以只采用做法"))
    return copy_demand(by=by, demand=held.template, issuer=unit, now=now)


def registers(*, by: Actor, unit: Unit, today: dt.date) -> bool:
    """Whether somebody registers demands in the name of a unit the actor leads. One query."""
    if not leads(by=by, unit=unit):
        return False
    return Post.objects.filter(unit=unit, role=Role.ISSUER, valid__contains=today).exists()


def leads(*, by: Actor, unit: Unit) -> bool:
    """Whether the actor leads a unit."""
    return any(post.role == Role.LEAD and post.unit_id == unit.pk for post in by.posts)


def may_decide(*, by: Actor, practice: Practice) -> bool:
    """Whether the actor may publish it as it stands."""
    is_open = practice.state == State.WRITTEN and practice.written_by_id != by.user_id
    return is_open and is_office_over(by=by, unit=practice.unit)


def _decided(by: Actor, practice: Practice, act: Act, now: dt.datetime) -> Practice:
    """Return the row with a decision, not stored. Refuses: practice.office, practice.own; Conflict practice.state."""
    held = _held(by, practice, act)
    if not is_office_over(by=by, unit=held.unit):
        raise Refused("practice.office", _("由县里或更上级的机制办决定"))
    if held.written_by_id == by.user_id:
        raise Refused("practice.own", _("自己写的不能自己发布"))
    held.state, held.decided_by, held.decided_at = TRANSITIONS[held.state, act], by.user, now
    return held


def _held(by: Actor, practice: Practice, act: Act) -> Practice:
    """Return the row for a change. Refuses: Conflict practice.state; DoesNotExist out of scope."""
    seen = Practice.objects.visible_to(by).select_related("unit", "area")
    held: Practice = seen.select_for_update(of=("self",)).get(pk=practice.pk)
    if (held.state, act) not in TRANSITIONS:
        words = {"is": held.get_state_display(), "act": act.label}
        raise Conflict("practice.state", _("这个做法现在是“%(is)s”，不能%(act)s") % words)
    return held


def _check_since(since: dt.date, today: dt.date) -> None:
    """Refuses: practice.since."""
    if since.isoweekday() != 1:
        raise _refused("since", _("%(day)s 不是星期一") % {"day": since})
    if not Week.on(today).plus(-EARLIEST).monday <= since <= today:
        raise _refused("since", _("填最近两年里开始这样做的那个星期一"))


def _line(field: str, label: str, value: str, most: int) -> str:
    return str(read_one(text(most), " ".join(value.split()), field=field, label=label, code="practice.text"))


def _refused(field: str, sentence: str) -> Refused:
    return Refused(f"practice.{field}", sentence, {field: sentence})
