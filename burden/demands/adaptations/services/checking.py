"""What acts on adaptations have in common: the row as it is, who may, days and words."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.accounts.services import take_turn
from burden.demands.adaptations.models import GRANT, TRANSITIONS, Act, Adaptation, Kind, State
from burden.demands.models import Demand, Frequency
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import bare, read_one, text
from burden.standards.models import Strength
from burden.standards.rules.book import rulebook
from burden.units.models import Level, Unit

LONGEST = dt.timedelta(days=731)  # what goes on longer is asked for anew
DECIDING = frozenset({Level.COUNTY, Level.CITY, Level.PROVINCE, Level.NATION})
OFTEN = (Frequency.WEEKLY, Frequency.MONTHLY, Frequency.QUARTERLY, Frequency.ONCE)  # the oftenest first


def lock(by: Actor, adaptation: Adaptation, act: Act, today: dt.date) -> Adaptation:
    """Return the row for a change. Refuses: Conflict adaptation.state, adaptation.late; DoesNotExist out of scope."""
    seen = Adaptation.objects.visible_to(by).select_related("unit", "area", "issuer", "demand__lead", "joined")
    held: Adaptation = seen.select_for_update(of=("self",)).get(pk=adaptation.pk)
    if held.is_over(today):
        raise Conflict("adaptation.state", _("这一项 %(day)s 已经到期，不用再办") % {"day": held.until})
    if held.is_late(today) and act in GRANT:
        late = _("它申请到 %(day)s，已经过了，不能再同意；可以退回改日期，或者不同意")
        raise Conflict("adaptation.late", late % {"day": held.until})
    if (held.state, act) not in TRANSITIONS:
        words = {"is": held.get_state_display(), "act": act.label}
        raise Conflict("adaptation.state", _("这一项现在是“%(is)s”，不能%(act)s") % words)
    return held


def may_ask(by: Actor, unit: Unit) -> bool:
    """Whether the actor leads a unit, or is the office over it."""
    if any(post.role == Role.LEAD and post.unit_id == unit.pk for post in by.posts):
        return True
    return is_office_over(by=by, unit=unit)


def is_office_over(*, by: Actor, unit: Unit) -> bool:
    """Whether the actor is the office of a county or above around a unit."""
    office = by.post(Role.OFFICE)
    return office is not None and office.unit.level in DECIDING and unit.path.startswith(office.unit.path)


def check_decider(by: Actor, held: Adaptation) -> None:
    """Refuses: adaptation.office, adaptation.own, adaptation.above."""
    if not is_office_over(by=by, unit=held.unit):
        raise Refused("adaptation.office", _("由县里或更上级的机制办决定"))
    if held.requested_by_id == by.user_id:
        raise Refused("adaptation.own", _("自己提的不能自己批，请机制办另一个人决定"))
    if held.issuer is not None and not is_office_over(by=by, unit=held.issuer):
        raise Refused("adaptation.above", _("这一项是上级要的，要由上级机制办决定"))


def check_dates(from_week: dt.date, until: dt.date, today: dt.date) -> None:
    """Refuses: adaptation.dates, of both days at once."""
    wrong = {}
    if from_week.isoweekday() != 1:
        wrong["from_week"] = _("%(day)s 不是星期一") % {"day": from_week}
    elif from_week < Week.on(today).monday:
        wrong["from_week"] = _("最早从本周一起")
    if until < from_week:
        wrong["until"] = _("到期要在开始之后")
    elif until < today:
        wrong["until"] = _("%(day)s 已经过了") % {"day": until}
    elif until - from_week > LONGEST:
        wrong["until"] = _("最长两年，到期再申请")
    if wrong:
        raise Refused("adaptation.dates", "；".join(wrong.values()), wrong)


def check_still_varied(held: Adaptation, unit: Unit, today: dt.date) -> None:
    """Refuses: adaptation.withdrawn, adaptation.hard: what could be varied then need not be now."""
    if held.demand is not None and not held.demand.active:
        raise Refused(
            "adaptation.withdrawn", _("《%(title)s》已经撤回，不用再申请") % {"title": bare(held.demand.title)}
        )
    rule = rulebook().of(held.rule_code, today, unit.path) if held.kind == Kind.RULE else None
    if rule is not None and rule.strength == Strength.HARD:
        raise hard()


def hard() -> Refused:
    """Return the refusal of what is binding."""
    return Refused("adaptation.hard", _("一律、不得的规定不能调，只能调频次、对象、表式和“原则上”的规定"))


def check_once(by: Actor, asked: Adaptation) -> None:
    """Refuses: Conflict adaptation.twice (`both`: the other one)."""
    take_turn(by=by)
    same: dict[str, Any] = {name: getattr(asked, name) for name in ("unit", "kind", "rule_code", "issuer", "title")}
    found = Adaptation.objects.visible_to(by).filter(**same, until__gte=asked.from_week, from_week__lte=asked.until)
    there = found.filter(state__in=(State.REQUESTED, State.RETURNED, State.APPROVED)).exclude(pk=asked.pk).first()
    if there is not None:
        words = {"number": there.number, "state": there.get_state_display()}
        raise Conflict(
            "adaptation.twice", _("已经有一项同样的申请 %(number)s（%(state)s）") % words, {"adaptation": there.pk}
        )


def line(field: str, label: str, value: str, most: int, *, needed: bool = True) -> str:
    """Read one line. Refuses: adaptation.text."""
    if not needed and not value.strip():
        return ""
    joined = " ".join(value.split())  # written over several lines, kept as one
    return str(read_one(text(most), joined, field=field, label=label, code="adaptation.text"))


def rarer(demand: Demand) -> tuple[Frequency, ...]:
    """Return how often it could be asked instead, the oftenest first; nothing where it is asked once."""
    return OFTEN[OFTEN.index(Frequency(demand.frequency)) + 1 :]


def still_rarer(demand: Demand, frequency: str) -> Frequency:
    """Return how often it is to be asked. Refuses: adaptation.frequency, where that is not rarer than now."""
    if frequency not in rarer(demand):
        is_now = {"is": demand.get_frequency_display()}
        raise refused("frequency", "frequency", _("现在是“%(is)s”，要选更少的") % is_now)
    return Frequency(frequency)


def read_threshold(threshold: str, *, measured: bool) -> float:
    """Return a bound as a number. Refuses: adaptation.threshold."""
    try:
        number = float(threshold)
    except ValueError:
        number = math.nan
    if not (measured and math.isfinite(number) and 0 <= number <= 1_000_000 and len(threshold) <= 20):
        raise refused("threshold", "threshold", _("界限“%(value)s”不是数字") % {"value": threshold[:20]})
    return number


def refused(code: str, field: str, sentence: str) -> Refused:
    """Return the refusal of a field."""
    return Refused(f"adaptation.{code}", sentence, {field: sentence})
