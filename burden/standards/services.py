"""What the office of a county sets: goals, and a rotating sample from a Monday on."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import Post
from burden.accounts.roles import Role
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.ledger.services import record
from burden.standards.models import Goal, Measure, Sample, SamplePanel
from burden.standards.sampling import deal
from burden.units.models import Unit

FOREVER = dt.date.max
AHEAD = 53  # weeks
LONGEST = 100  # hours a head a week: a goal above is a slip of the pen


@transaction.atomic
def start_sample(*, by: Actor, county: Unit, from_: dt.date, now: dt.datetime) -> Sample:
    """Ask each cadre of a county one week in four, from a Monday on.

    Refuses: sample.monday, sample.past, sample.ahead, sample.on.
    """
    _check_week(from_, now)
    sample = _begin(county, from_)
    dealt = _deal(county, now)
    record(by=by, what="sample.started", on=sample, now=now, county=county.code, from_week=str(from_), dealt=dealt)
    return sample


@transaction.atomic
def stop_sample(*, by: Actor, county: Unit, from_: dt.date, now: dt.datetime) -> Sample:
    """Ask everybody every week again, from a Monday on.

    Refuses: sample.monday, sample.past, sample.ahead, sample.off, sample.short.
    """
    _check_week(from_, now)
    sample = Sample.objects.filter(county=county, until_week=None).first()
    if sample is None:
        sentence = _("%(name)s现在不是四周问一周") % {"name": county.name}
        raise Refused("sample.off", sentence, {"from_": sentence})
    if from_ <= sample.from_week:
        sentence = _("它从 %(day)s 起才开始，最早下一周关") % {"day": sample.from_week}
        raise Refused("sample.short", sentence, {"from_": sentence})
    sample.until_week = from_
    sample.save(update_fields=["until_week"])
    record(by=by, what="sample.stopped", on=sample, now=now, county=county.code, until_week=str(from_))
    return sample


@transaction.atomic
def deal_panels(*, now: dt.datetime) -> int:
    """Deal panels to who came since; the number of people dealt."""
    today, dealt = clock.day_of(now), 0
    for sample in Sample.objects.in_force(today, FOREVER).select_related("county").order_by("pk"):
        if came := _deal(sample.county, now):
            record(by=None, what="sample.dealt", on=sample, now=now, unit_id=sample.county_id, dealt=came)
        dealt += came
    return dealt


@transaction.atomic
def set_goal(*, by: Actor, county: Unit, code: str, value: Decimal, source: str, now: dt.datetime) -> Goal:
    """Set what an indicator of a county is to come down to. Refuses: goal.value.

    Units: `value` is hours a head, or per cent against last year.
    """
    is_hours = code == Measure.PER_HEAD
    if not (0 < value <= LONGEST if is_hours else -100 <= value <= 100):
        sentence = _("小时要在 0 到 %d 之间；比上年要在 −100%% 到 100%% 之间") % LONGEST
        raise Refused("goal.value", sentence, {"value": sentence})
    whole = int((value * 60 if is_hours else value).quantize(Decimal(1), ROUND_HALF_UP))
    facts = {"value": whole, "source": source, "set_at": now}
    goal, _made = Goal.objects.update_or_create(county=county, code=code, defaults=facts)
    record(by=by, what="goal.set", on=goal, now=now, county=county.code, code=code, value=whole)
    return goal


@transaction.atomic
def drop_goal(*, by: Actor, goal: Goal, now: dt.datetime) -> None:
    """Give up a county's own goal: the regulation's holds again."""
    record(by=by, what="goal.dropped", on=goal, now=now, county=goal.county.code, code=goal.code)
    goal.delete()


def _begin(county: Unit, from_: dt.date) -> Sample:
    """Store a sample. Refuses: sample.on, also where another is being started at this moment."""
    sentence = _("%(name)s从那一周起已经是四周问一周") % {"name": county.name}
    on = Refused("sample.on", sentence, {"from_": sentence})
    if Sample.objects.in_force(from_, FOREVER).filter(county=county).exists():
        raise on
    try:
        with transaction.atomic():
            return Sample.objects.create(county=county, from_week=from_)
    except IntegrityError as error:
        raise on from error


def _check_week(from_: dt.date, now: dt.datetime) -> None:
    if from_.isoweekday() != 1:
        sentence = _("%(day)s 不是星期一") % {"day": from_}
        raise Refused("sample.monday", sentence, {"from_": sentence})
    if from_ < Week.at(now).monday:
        sentence = _("最早从本周一起")
        raise Refused("sample.past", sentence, {"from_": sentence})
    if from_ > Week.at(now).plus(AHEAD).monday:
        raise Refused("sample.ahead", _("最多提前一年登记"), {"from_": _("最多提前一年登记")})


def _deal(county: Unit, now: dt.datetime) -> int:
    """Deal panels to the county's cadres who have none: those in post today or later."""
    low, high = county.range
    from_now = DateRange(clock.day_of(now), None)
    posts = Post.objects.filter(role=Role.CADRE, unit__path__gte=low, unit__path__lt=high, valid__overlap=from_now)
    kinds = dict(posts.order_by("-valid").values_list("user_id", "unit__kind"))  # of two, the one held first
    known = dict(SamplePanel.objects.filter(cadre__in=kinds).values_list("cadre_id", "panel"))
    found = deal(kinds, known)
    rows = [SamplePanel(cadre_id=cadre, panel=panel) for cadre, panel in found.items()]
    SamplePanel.objects.bulk_create(rows, batch_size=1_000, ignore_conflicts=True)
    return len(rows)
