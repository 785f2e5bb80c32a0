"""What is done with adaptations: asked for by a unit, approved or refused by an office above it, taken back."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import User
from burden.accounts.roles import Role
from burden.demands.adaptations.excusing import excuse, restore
from burden.demands.adaptations.models import TRANSITIONS, Act, Adaptation, Kind, State, Whom
from burden.demands.adaptations.reading import OF_DEMANDS, county_of, covered, holds_for, is_like
from burden.demands.models import Demand, Frequency
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import bare, read_one, text
from burden.ledger.services import record
from burden.standards.models import Rule, Strength
from burden.standards.rules.book import rulebook
from burden.units.models import Level, Unit

LONGEST = dt.timedelta(days=731)  # what goes on longer is asked for anew
DECIDING = frozenset({Level.COUNTY, Level.CITY, Level.PROVINCE, Level.NATION})
JOINED = (
    "kind",
    "rule_code",
    "threshold",
    "demand",
    "issuer",
    "title",
    "frequency",
    "change",
    "reason",
)  # what a unit that joins takes as it is
OFTEN = (Frequency.WEEKLY, Frequency.MONTHLY, Frequency.QUARTERLY, Frequency.ONCE)  # the oftenest first


@transaction.atomic
def request_adaptation(
    *, by: Actor, unit: Unit, kind: str, whom: str, trait: str = "", demand: Demand | None = None, rule: Rule | None = None,
    threshold: str = "", frequency: str = "", change: str, reason: str, evidence: str = "", from_week: dt.date,
    until: dt.date, now: dt.datetime,
) -> Adaptation:  # fmt: skip
    """Ask to do something otherwise for a time.

    Shape: a demand with kind frequency, receivers or form, else a rule with kind rule. Refuses: adaptation.unit,
    adaptation.what, adaptation.withdrawn, adaptation.hard, adaptation.threshold, adaptation.frequency, adaptation.trait,
    adaptation.dates, adaptation.text; Conflict adaptation.twice.
    """
    if not _may_ask(by, unit):
        raise Refused("adaptation.unit", _("只有本单位负责人，或者上面的机制办代为申请"))
    _check_dates(from_week, until, clock.day_of(now))
    asked = Adaptation(
        unit=unit, area=county_of(unit), kind=kind, whom=whom, from_week=from_week, until=until,
        change=_line("change", _("改为"), change, 200), reason=_line("reason", _("理由"), reason, 300),
        evidence=_line("evidence", _("依据"), evidence, 300, needed=False), requested_by=by.user, requested_at=now,
    )  # fmt: skip
    _say_whom(asked, trait)
    if kind in OF_DEMANDS:
        _vary_demand(asked, demand, frequency)
    elif kind == Kind.RULE:
        _vary_rule(asked, rule, threshold)
    else:
        raise _refused("what", "kind", _("还没选调什么"))
    _check_once(by, asked)
    asked.save(force_insert=True)
    record(by=by, what="adaptation.requested", on=asked, now=now, kind=kind, unit=unit.code)
    return asked


@transaction.atomic
def approve_adaptation(
    *, by: Actor, adaptation: Adaptation, from_week: dt.date, until: dt.date, note: str, now: dt.datetime
) -> Adaptation:
    """Let it hold between two days; what it excuses and nobody answered goes out of the receivers' weeks.

    Refuses: adaptation.office, adaptation.own, adaptation.above, adaptation.dates, adaptation.withdrawn, adaptation.hard,
    adaptation.text; Conflict adaptation.state, adaptation.gone.
    """
    held = _held(by, adaptation, Act.APPROVE, clock.day_of(now))
    _check_decider(by, held)
    _check_dates(from_week, until, clock.day_of(now))
    _check_joined(held, until)
    _check_still_varied(held, held.unit, clock.day_of(now))
    held.from_week, held.until = from_week, until
    held.note = _line("note", _("附加条件和理由"), note, 300, needed=False)
    _decide(by, held, Act.APPROVE, now)
    gone = excuse(by=by, adaptation=held, since=max(from_week, Week.at(now).monday))
    record(by=by, what="adaptation.approved", on=held, now=now, targets=gone, until=str(until))
    return held


@transaction.atomic
def refuse_adaptation(*, by: Actor, adaptation: Adaptation, note: str, now: dt.datetime) -> Adaptation:
    """Say no, and why. Refuses: adaptation.office, adaptation.own, adaptation.text; Conflict adaptation.state."""
    held = _held(by, adaptation, Act.REFUSE, clock.day_of(now))
    _check_decider(by, held)
    held.note = _line("note", _("附加条件和理由"), note, 300)
    _decide(by, held, Act.REFUSE, now)
    record(by=by, what="adaptation.refused", on=held, now=now)
    return held


@transaction.atomic
def withdraw_adaptation(*, by: Actor, adaptation: Adaptation, note: str, now: dt.datetime) -> Adaptation:
    """Take it back, a request or what holds: from next week on its units are asked as before; what fell away meanwhile stays away.

    Who joined it goes on: each was decided by itself. Refuses: adaptation.unit, adaptation.text; Conflict adaptation.state.
    """
    held = _held(by, adaptation, Act.WITHDRAW, clock.day_of(now))
    if not _may_ask(by, held.unit):
        raise Refused("adaptation.unit", _("只有申请单位的负责人，或者上面的机制办能撤回"))
    held.note = _line("note", _("理由"), note, 300)
    held_till_now = held.state == State.APPROVED
    held.state = TRANSITIONS[held.state, Act.WITHDRAW]
    held.save(update_fields=["state", "note"])
    back = restore(adaptation=held, units=_units(held), since=Week.at(now).plus(1).monday) if held_till_now else 0
    record(by=by, what="adaptation.withdrawn", on=held, now=now, targets=back)
    return held


@transaction.atomic
def join_adaptation(*, by: Actor, adaptation: Adaptation, unit: Unit, now: dt.datetime) -> Adaptation:
    """Ask that what was approved for a unit like the own one holds here too; it is decided by itself, and ends with the other.

    Refuses: adaptation.unit, adaptation.unlike, adaptation.withdrawn, adaptation.hard; Conflict adaptation.state,
    adaptation.covered, adaptation.twice.
    """
    if not any(post.role == Role.LEAD and post.unit_id == unit.pk for post in by.posts):
        raise Refused("adaptation.unit", _("由本单位负责人加入"))
    seen = Adaptation.objects.visible_to(by).select_related("unit", "area", "issuer", "demand__issuer")
    held: Adaptation = seen.select_for_update(of=("self",)).get(pk=adaptation.pk)
    today, first = clock.day_of(now), max(held.from_week, Week.at(now).plus(1).monday)
    if held.state != State.APPROVED or held.kind == Kind.WAY or first > held.until:
        raise Conflict("adaptation.state", _("这一项现在不能加入：没有生效，或者快到期了"))
    if holds_for(held, unit):
        raise Conflict("adaptation.covered", _("这一项已经对%(unit)s有效，不用再加入") % {"unit": unit.place})
    if not is_like(held, unit):
        raise Refused("adaptation.unlike", _("只有同类的，或者有同样特点的单位能加入"))
    _check_still_varied(held, unit, today)
    same = {name: getattr(held, name) for name in JOINED}
    asked = Adaptation(
        **same, unit=unit, area=county_of(unit), joined=held, whom=Whom.UNIT, from_week=first, until=held.until,
        evidence=_("同申请 %(number)s（%(unit)s）") % {"number": held.number, "unit": held.unit.place},
        requested_by=by.user, requested_at=now,
    )  # fmt: skip
    _check_once(by, asked)
    asked.save(force_insert=True)
    record(by=by, what="adaptation.joined", on=asked, now=now, kind=asked.kind, unit=unit.code)
    return asked


def may_join(*, by: Actor, adaptation: Adaptation, unit: Unit | None, today: dt.date) -> bool:
    """Whether a unit the actor leads may join it as it stands. One query."""
    if unit is None or not adaptation.is_in_force(max(adaptation.from_week, Week.on(today).plus(1).monday)):
        return False
    if adaptation.kind == Kind.WAY or holds_for(adaptation, unit) or not is_like(adaptation, unit):
        return False
    mine = Adaptation.objects.visible_to(by).filter(joined=adaptation, unit=unit)
    return not mine.filter(state__in=(State.REQUESTED, State.APPROVED)).exists()


def _check_still_varied(held: Adaptation, unit: Unit, today: dt.date) -> None:
    """Refuses: adaptation.withdrawn, adaptation.hard: what could be varied then need not be now."""
    if held.demand is not None and not held.demand.active:
        raise Refused(
            "adaptation.withdrawn", _("《%(title)s》已经撤回，不用再申请") % {"title": bare(held.demand.title)}
        )
    rule = rulebook().of(held.rule_code, today, unit.path) if held.kind == Kind.RULE else None
    if rule is not None and rule.strength == Strength.HARD:
        raise _hard()


def may_decide(*, by: Actor, adaptation: Adaptation) -> bool:
    """Whether the actor may approve or refuse it as it stands."""
    if adaptation.state != State.REQUESTED:
        return False
    try:
        _check_decider(by, adaptation)
    except Refused:
        return False
    return True


def may_withdraw(*, by: Actor, adaptation: Adaptation, today: dt.date) -> bool:
    """Whether the actor may take it back as it stands."""
    is_open = (adaptation.state, Act.WITHDRAW) in TRANSITIONS and not adaptation.is_over(today)
    return is_open and _may_ask(by, adaptation.unit)


def _may_ask(by: Actor, unit: Unit) -> bool:
    """Whether the actor leads a unit, or is the office over it."""
    if any(post.role == Role.LEAD and post.unit_id == unit.pk for post in by.posts):
        return True
    return is_office_over(by=by, unit=unit)


def is_office_over(*, by: Actor, unit: Unit) -> bool:
    """Whether the actor is the office of a county or above around a unit."""
    office = by.post(Role.OFFICE)
    return office is not None and office.unit.level in DECIDING and unit.path.startswith(office.unit.path)


def _check_decider(by: Actor, held: Adaptation) -> None:
    """Refuses: adaptation.office, adaptation.own, adaptation.above."""
    if not is_office_over(by=by, unit=held.unit):
        raise Refused("adaptation.office", _("由县里或更上级的机制办决定"))
    if held.requested_by_id == by.user_id:
        raise Refused("adaptation.own", _("自己提的不能自己批，请机制办另一个人决定"))
    if held.issuer is not None and not is_office_over(by=by, unit=held.issuer):
        raise Refused("adaptation.above", _("这一项是上级要的，要由上级机制办决定"))


def _held(by: Actor, adaptation: Adaptation, act: Act, today: dt.date) -> Adaptation:
    """Return the row for a change. Refuses: Conflict adaptation.state; DoesNotExist out of scope."""
    seen = Adaptation.objects.visible_to(by).select_related("unit", "area", "issuer", "demand", "joined")
    held: Adaptation = seen.select_for_update(of=("self",)).get(pk=adaptation.pk)
    if held.is_over(today):
        raise Conflict("adaptation.state", _("这一项 %(day)s 已经到期，不用再办") % {"day": held.until})
    if (held.state, act) not in TRANSITIONS:
        words = {"is": held.get_state_display(), "act": act.label}
        raise Conflict("adaptation.state", _("这一项现在是“%(is)s”，不能%(act)s") % words)
    return held


def _decide(by: Actor, held: Adaptation, act: Act, now: dt.datetime) -> None:
    held.state, held.decided_by, held.decided_at = TRANSITIONS[held.state, act], by.user, now
    held.save(update_fields=["state", "decided_by", "decided_at", "note", "from_week", "until"])


def _check_joined(held: Adaptation, until: dt.date) -> None:
    """What joins another holds no longer than that. Refuses: adaptation.dates; Conflict adaptation.gone."""
    if held.joined is None:
        return
    if held.joined.state != State.APPROVED:
        raise Conflict("adaptation.gone", _("它要加入的 %(number)s 已经撤回") % {"number": held.joined.number})
    if until > held.joined.until:
        raise _refused("dates", "until", _("它加入的那一项到 %(day)s，不能更晚") % {"day": held.joined.until})


def _check_dates(from_week: dt.date, until: dt.date, today: dt.date) -> None:
    """Refuses: adaptation.dates."""
    if from_week.isoweekday() != 1:
        raise _refused("dates", "from_week", _("%(day)s 不是星期一") % {"day": from_week})
    if from_week < Week.on(today).monday:
        raise _refused("dates", "from_week", _("最早从本周一起"))
    if until < from_week:
        raise _refused("dates", "until", _("到期要在开始之后"))
    if until - from_week > LONGEST:
        raise _refused("dates", "until", _("最长两年，到期再申请"))


def _say_whom(asked: Adaptation, trait: str) -> None:
    """Refuses: adaptation.trait."""
    if asked.whom == Whom.KIND:
        asked.unit_kind = asked.unit.kind
    elif asked.whom == Whom.TRAIT:
        if trait not in asked.unit.traits:
            raise _refused("trait", "trait", _("%(unit)s没有这个特点") % {"unit": asked.unit.place})
        asked.trait = trait


def _vary_demand(asked: Adaptation, demand: Demand | None, frequency: str) -> None:
    """Refuses: adaptation.what, adaptation.withdrawn, adaptation.frequency."""
    if demand is None:
        raise _refused("what", "kind", _("还没选调哪一项"))
    if not demand.active:
        raise Refused("adaptation.withdrawn", _("《%(title)s》已经撤回，不用再申请") % {"title": bare(demand.title)})
    asked.demand, asked.issuer, asked.title = demand, demand.issuer, demand.title
    if asked.kind == Kind.FREQUENCY:
        if frequency not in OFTEN or OFTEN.index(Frequency(frequency)) <= OFTEN.index(Frequency(demand.frequency)):
            is_now = {"is": demand.get_frequency_display()}
            raise _refused("frequency", "frequency", _("现在是“%(is)s”，要选更少的") % is_now)
        asked.frequency = frequency


def _vary_rule(asked: Adaptation, rule: Rule | None, threshold: str) -> None:
    """Refuses: adaptation.what, adaptation.hard, adaptation.threshold."""
    if rule is None:
        raise _refused("what", "kind", _("还没选调哪一条"))
    if rule.strength == Strength.HARD:
        raise _hard()
    asked.rule_code, asked.title = rule.code, rule.title_zh
    if threshold:
        try:
            number = float(threshold)
        except ValueError:
            number = math.nan
        if not (rule.is_measured and math.isfinite(number) and 0 <= number <= 1_000_000 and len(threshold) <= 20):
            raise _refused("threshold", "threshold", _("界限“%(value)s”不是数字") % {"value": threshold[:20]})
        asked.threshold = threshold


def _hard() -> Refused:
    return Refused("adaptation.hard", _("一律、不得的规定不能调，只能调频次、对象、表式和“原则上”的规定"))


def _units(held: Adaptation) -> list[int]:
    return list(covered(held).values_list("pk", flat=True))


def _check_once(by: Actor, asked: Adaptation) -> None:
    """Refuses: Conflict adaptation.twice (`both`: the other one)."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.user_id)  # a button pressed twice asks once
    same: dict[str, Any] = {name: getattr(asked, name) for name in ("unit", "kind", "rule_code", "issuer", "title")}
    found = Adaptation.objects.visible_to(by).filter(**same, until__gte=asked.from_week, from_week__lte=asked.until)
    there = found.filter(state__in=(State.REQUESTED, State.APPROVED)).first()
    if there is not None:
        words = {"number": there.number, "state": there.get_state_display()}
        raise Conflict(
            "adaptation.twice", _("已经有一项同样的申请 %(number)s（%(state)s）") % words, {"adaptation": there.pk}
        )


def _line(field: str, label: str, value: str, most: int, *, needed: bool = True) -> str:
    """Read one line. Refuses: adaptation.text."""
    if not needed and not value.strip():
        return ""
    joined = " ".join(value.split())  # written over several lines, kept as one
    return str(read_one(text(most), joined, field=field, label=label, code="adaptation.text"))


def _refused(code: str, field: str, sentence: str) -> Refused:
    return Refused(f"adaptation.{code}", sentence, {field: sentence})
