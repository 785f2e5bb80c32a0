"""What the office of a county sets: goals, a rotating sample from a Monday on, and days that are worked other than the calendar says."""

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
from burden.standards.models import DayOverride, Goal, Measure, Sample, SamplePanel
from burden.standards.sampling import deal
from burden.standards.workdays import by_calendar
from burden.units.models import Unit

FOREVER = dt.date.max
AHEAD = 53  # weeks
DAYS_AHEAD = 731  # the arrangement of a year is published in the one before
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
        raise _off(county, now)
    if from_ <= sample.from_week:
        sentence = _("它从 %(day)s 起才开始，最早再下一周关；还没开始的可以收回") % {"day": sample.from_week}
        raise Refused("sample.short", sentence, {"from_": sentence})
    sample.until_week = from_
    sample.save(update_fields=["until_week"])
    record(by=by, what="sample.stopped", on=sample, now=now, county=county.code, until_week=str(from_))
    return sample


@transaction.atomic
def take_back_sample(*, by: Actor, sample: Sample, now: dt.datetime) -> None:
    """Forget a sample that has not begun: nobody was asked by it. Refuses: sample.begun."""
    gone, _rows = Sample.objects.filter(pk=sample.pk).to_come(clock.day_of(now)).delete()
    if not gone:
        raise Refused("sample.begun", _("它已经开始了，收不回；可以从下周起关掉"))
    code, from_week = sample.county.code, str(sample.from_week)
    record(by=by, what="sample.taken_back", on=sample, now=now, county=code, from_week=from_week)


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
    if is_hours and not 0 < value <= LONGEST:
        sentence = _("小时要在 0 到 %d 之间") % LONGEST
        raise Refused("goal.value", sentence, {"value": sentence})
    if not is_hours and not -100 <= value <= 0:  # whoever forgets the minus would set an increase
        sentence = _("比上年填 −100 到 0：要少 40%，填 −40")
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


@transaction.atomic
def set_day(*, by: Actor, day: dt.date, is_workday: bool, note: str, now: dt.datetime) -> DayOverride:
    """Say that a day is worked, or is not, other than the calendar knows: clocks that run over it follow.

    Refuses: day.past, day.ahead, day.same (the calendar says so already), day.taken.
    """
    today = clock.day_of(now)
    if day < today:
        raise _of_day("past", _("过去的日子不改：已经算过的期限会跟着变"))
    if day > today + clock.DAY * DAYS_AHEAD:
        raise _of_day("ahead", _("最多提前两年登记"))
    if by_calendar(day) == is_workday:
        words = _("这一天按日历本来就上班") if is_workday else _("这一天按日历本来就放假")
        raise _of_day("same", words)
    try:
        with transaction.atomic():
            kept = DayOverride.objects.create(day=day, is_workday=is_workday, note=note, set_at=now)
    except IntegrityError as error:
        raise _of_day("taken", _("这一天已经登记过，要改先去掉")) from error
    record(by=by, what="day.set", on=kept, now=now, day=str(day), workday=is_workday)
    return kept


@transaction.atomic
def drop_day(*, by: Actor, override: DayOverride, now: dt.datetime) -> None:
    """Let the calendar hold again for a day. Refuses: day.past."""
    if override.day < clock.day_of(now):
        raise _of_day("past", _("过去的日子不改：已经算过的期限会跟着变"))
    record(by=by, what="day.dropped", on=override, now=now, day=str(override.day), workday=override.is_workday)
    override.delete()


def _of_day(code: str, sentence: str) -> Refused:
    return Refused(f"day.{code}", sentence, {"day": sentence})


def _begin(county: Unit, from_: dt.date) -> Sample:
    """Store a sample. Refuses: sample.on, also where another is being started at this moment."""
    _check_free(county, from_)
    try:
        with transaction.atomic():
            return Sample.objects.create(county=county, from_week=from_)
    except IntegrityError:
        _check_free(county, from_)
        raise


def _check_free(county: Unit, from_: dt.date) -> None:
    """Refuse a start before a sample is over, and say when that one begins and ends. Refuses: sample.on."""
    other = Sample.objects.in_force(from_, FOREVER).filter(county=county).order_by("from_week").first()
    if other is None:
        return
    words = {"name": county.name, "day": other.from_week, "until": other.until_week}
    sentence = _("%(name)s从 %(day)s 起已经是四周问一周") % words
    if other.until_week:
        sentence = _("%(name)s从 %(day)s 起四周问一周，%(until)s 前都是；最早从 %(until)s 起再开") % words
    elif other.from_week > from_:
        sentence = _("%(name)s已定好从 %(day)s 起四周问一周；要早些开始，先收回那一次") % words
    raise Refused("sample.on", sentence, {"from_": sentence})


def _off(county: Unit, now: dt.datetime) -> Refused:
    """Say why there is nothing to stop: no sample is on, or its end is set already."""
    ending = Sample.objects.in_force(Week.at(now).monday, FOREVER).filter(county=county).order_by("from_week").first()
    sentence = _("%(name)s现在不是四周问一周") % {"name": county.name}
    if ending:
        sentence = _("%(name)s已定好从 %(day)s 起每周都问") % {"name": county.name, "day": ending.until_week}
    return Refused("sample.off", sentence, {"from_": sentence})


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
