"""How each rule looks at a demand: one function for each way of checking, over facts that were loaded before."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from burden.demands.models import Channel, Demand, Frequency
from burden.demands.seen import APPROVAL, REASON, Checker, Found, Seen, day_out
from burden.kit.reading import bare
from burden.standards.models import Category, Duty, Rule, Strength, Subkind
from burden.units.models import Level

GRASSROOTS = frozenset({Level.TOWNSHIP, Level.VILLAGE})
TASKS = frozenset({Category.FORM, Category.INSPECTION, Category.OTHER})  # what a duty list speaks of
MONTH = dt.timedelta(days=31)
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt,
}  # fmt: skip


def always(seen: Seen) -> bool:
    """Say that nothing narrows what a rule speaks of."""
    return True


WHERE: dict[str, Callable[[Seen], bool]] = {  # where a metric alone does not tell which demands a rule speaks of
    "DOC-LEN-GENERAL": lambda seen: bool(seen.facts.get("comprehensive")),
    "DOC-LEN-TASK": lambda seen: not seen.facts.get("comprehensive"),
    "MTG-DIRECT": lambda seen: bool(seen.levels & GRASSROOTS) and seen.demand.issuer.level not in GRASSROOTS,
    "MTG-LENGTH": lambda seen: not seen.facts.get("grouped"),
    "MTG-LENGTH-GROUPED": lambda seen: bool(seen.facts.get("grouped")),
    "VETO-LETTER": lambda seen: any(word in seen.demand.title for word in ("责任状", "责任书", "一票否决")),
}


def _holds(rule: Rule, value: float) -> bool | None:
    """Whether a number keeps within a rule's bound; None where no bound is set: each place sets its own."""
    return OPERATORS[rule.operator](value, float(rule.threshold)) if rule.threshold else None


def _within(rule: Rule, value: float | None, sentence: str) -> Found | None:
    held = None if value is None else _holds(rule, value)
    return None if held is None else Found(not held, sentence % {"value": value, "bound": rule.threshold})


def count_documents(rule: Rule, seen: Seen) -> Found | None:
    """Compare the documents of this year with the last; without a last year there is nothing to compare."""
    now, before = seen.documents[0] + 1, seen.documents[1]
    if not before or not rule.threshold:
        return None
    sentence = _("连这一份今年 %(now)s 份，上年 %(before)s 份") % {"now": now, "before": before}
    return Found(now > float(rule.threshold) * before, sentence)


def in_plan(rule: Rule, seen: Seen) -> Found | None:
    """Look a demand up in the annual plan of its issuer; emergencies need no plan."""
    if seen.facts.get("emergency"):
        return None
    item, needs = seen.demand.plan_item, APPROVAL if rule.strength == Strength.HARD else REASON
    if item is None or item.category != seen.demand.category or item.year != seen.year:
        return Found(True, _("%(year)s 年计划里没有这一项") % {"year": seen.year}, needs)
    words = {"title": item.title, "times": item.times, "used": seen.planned, "more": seen.times}
    if seen.planned + seen.times > item.times:
        sentence = _("“%(title)s”一年计划 %(times)s 次，已用 %(used)s 次，这里还要 %(more)s 次")
        return Found(True, sentence % words, needs)
    return Found(False, _("在计划里：“%(title)s”，一年 %(times)s 次") % words)


def forbidden(asks: Callable[[Seen], bool], sentence: Callable[[], str]) -> Checker:
    """Return a check of something that is not to be asked."""

    def look(rule: Rule, seen: Seen) -> Found:
        return Found(True, sentence()) if asks(seen) else Found(False, _("没有这样要求"))

    return look


def _fact(name: str) -> Callable[[Seen], bool]:
    return lambda seen: bool(seen.facts.get(name))


def _asks_principal(seen: Seen) -> bool:
    """A meeting that a deputy or lower calls, and to which the first in charge has to come; or an inspection so received."""
    if seen.demand.category == Category.MEETING:
        convener = seen.facts.get("convener_rank", "principal")
        return convener != "principal" and seen.facts.get("attendee_rank") == "principal"
    return bool(seen.facts.get("requires_principal"))


def seconded(rule: Rule, seen: Seen) -> Found | None:
    """Count the person-days that are borrowed."""
    days = seen.facts.get("seconded_days", 0)
    if not days and seen.demand.subkind != Subkind.SECONDMENT:
        return None
    amount = seen.demand.people * max(days, 1)
    return _within(rule, amount, _("每个单位借 %(value)s 人天，规定不超过 %(bound)s"))


def channel(rule: Rule, seen: Seen) -> Found:
    """Tell by which way it goes out."""
    words = {"channel": Channel(seen.demand.channel).label}
    hit = seen.demand.channel in rule.threshold.split("|")
    return Found(hit, _("用%(channel)s下达") % words)


def hours_after_parent(rule: Rule, seen: Seen) -> Found | None:
    """Count the hours since the meeting that this one passes on."""
    parent, own = seen.demand.parent, _instant(seen.demand)
    before = _instant(parent) if parent is not None and parent.category == seen.demand.category else None
    if own is None or before is None:
        return None
    hours = int((own - before).total_seconds() // 3600)
    return _within(rule, hours, _("上级的会开过 %(value)s 小时就再开，规定至少隔 %(bound)s 小时"))


def _instant(demand: Demand) -> dt.datetime | None:
    return dt.datetime.combine(demand.first_on, demand.at or dt.time(9)) if demand.first_on else None


def characters(rule: Rule, seen: Seen) -> Found | None:
    """Measure the length of a document."""
    return _within(rule, seen.facts.get("characters"), _("%(value)s 字，规定不超过 %(bound)s 字"))


def main_speech(rule: Rule, seen: Seen) -> Found | None:
    """Measure the main speech of a meeting."""
    return _within(rule, seen.facts.get("speech_minutes"), _("讲话 %(value)s 分钟，规定不超过 %(bound)s 分钟"))


def duration(rule: Rule, seen: Seen) -> Found | None:
    """Measure a meeting."""
    return _within(rule, seen.demand.minutes, _("开 %(value)s 分钟，规定不超过 %(bound)s 分钟"))


def approved(rule: Rule, seen: Seen) -> Found:
    """Ask who approved it."""
    by = seen.facts.get("approved_by", "")
    if by:
        return Found(False, _("已批准：%(by)s") % {"by": by})
    return Found(True, _("还没有写谁批准的"), APPROVAL)


def reviewed(rule: Rule, seen: Seen) -> Found:
    """Tell whether the review came before the demand went out; why it did not is written in the demand."""
    late = seen.demand.afterwards or (seen.demand.first_on is not None and seen.demand.first_on < seen.today)
    if not late:
        return Found(False, _("这就是下达前的评估"))
    return Found(True, _("先下达、后登记，没有先评估"), written=bool(seen.demand.late_reason))


def comprehensive(rule: Rule, seen: Seen) -> Found | None:
    """Count comprehensive meetings or inspections of a year."""
    if not seen.facts.get("comprehensive"):
        return None
    return _within(rule, seen.comprehensive + seen.times, _("连这一项今年 %(value)s 次，规定不超过 %(bound)s 次"))


def visits(rule: Rule, seen: Seen) -> Found | None:
    """Count the inspections on site that the busiest receiver has in a month."""
    if not seen.facts.get("on_site"):
        return None
    return _within(rule, seen.visits, _("最多的单位那个月要接 %(value)s 次，规定不超过 %(bound)s 次"))


def forms_of_topic(rule: Rule, seen: Seen) -> Found | None:
    """Count how often a month the same issuer asks for a form on the same topic."""
    same = [each.demand for each in seen.similar if each.likely and each.demand.issuer_id == seen.demand.issuer_id]
    near = [other for other in same if _in_month(other, seen)]
    own = 4 if seen.demand.frequency == Frequency.WEEKLY else 1
    return _within(rule, own + len(near), _("同一件事一个月要报 %(value)s 次，规定不超过 %(bound)s 次"))


def _in_month(other: Demand, seen: Seen) -> bool:
    """Whether another form is due within a month of this one."""
    day = seen.demand.first_on or seen.today
    return (
        other.first_on is not None and other.first_on <= day + MONTH and (other.until or other.first_on) >= day - MONTH
    )


def similarity(rule: Rule, seen: Seen) -> Found | None:
    """Compare with the most similar form that is out."""
    best = max(seen.similar, key=lambda each: each.score, default=None)
    held = None if best is None else _holds(rule, best.score)
    if best is None or held is None:
        return None
    words = {"issuer": best.demand.issuer.name, "title": bare(best.demand.title), "score": int(best.score * 100)}
    sentence = _("%(issuer)s《%(title)s》相似 %(score)s%%") % words
    return Found(not held, sentence)


def duty(rule: Rule, seen: Seen) -> Found | None:
    """Look a demand up in the duty list: what was recalled is refused whatever is written, what is not listed needs a reason."""
    if not seen.levels & GRASSROOTS or not seen.duty_list:
        return None
    item = seen.demand.duty_item
    if rule.operator == "exists":
        if seen.demand.category not in TASKS:
            return None
        if item is None:
            return Found(True, _("没有选清单里的事项"))
        if not item.holds_on(day_out(seen.demand, seen.today)):
            words = {"title": item.title, "code": item.code, "day": item.retired_on}
            return Found(True, _("清单事项 %(code)s“%(title)s”%(day)s 起停用了，请另选") % words)
        return Found(False, _("清单事项：%(title)s") % {"title": item.title})
    if item is None or item.kind != Duty.RECALLED or not item.holds_on(day_out(seen.demand, seen.today)):
        return Found(False, _("不是收回的事项"))
    words = {"title": item.title, "citation": item.citation}
    return Found(True, _("“%(title)s”已经由上级收回，不得再交乡镇办理（%(citation)s）") % words, needs=None)


CHECKERS: dict[tuple[str, str], Checker] = {
    ("count_yoy", "documents_issued"): count_documents,
    ("in_plan", "plan_item"): in_plan,
    ("forbidden", "is_directive"): forbidden(_fact("is_directive"), lambda: _("向下级党委政府发指令性公文")),
    ("forbidden", "asks_report"): forbidden(_fact("asks_report"), lambda: _("要求报送贯彻落实情况")),
    ("forbidden", "asks_supporting"): forbidden(_fact("asks_supporting"), lambda: _("要求制定配套文件")),
    ("forbidden", "asks_photos"): forbidden(_fact("asks_photos"), lambda: _("要求拍照留痕")),
    ("forbidden", "asks_trace"): forbidden(_fact("asks_trace"), lambda: _("要查会议次数、照片或笔记")),
    ("forbidden", "forced_use"): forbidden(_fact("forced_use"), lambda: _("要求打卡、积分或在线时长")),
    ("forbidden", "requires_principal"): forbidden(_asks_principal, lambda: _("要求下级主要负责同志到场")),
    ("forbidden", "is_campaign"): forbidden(
        lambda seen: bool(seen.facts.get("is_campaign")) or seen.demand.subkind == Subkind.CAMPAIGN,
        lambda: _("设立创建示范活动"),
    ),
    ("forbidden", "seconded_person_days"): seconded,
    ("pattern", "channel"): channel,
    ("pattern", "hours_after_parent"): hours_after_parent,
    ("length", "characters"): characters,
    ("required", "approved_by"): approved,
    ("required", "consistency_review"): reviewed,
    ("count", "comprehensive_meetings"): comprehensive,
    ("count", "comprehensive_inspections"): comprehensive,
    ("count", "on_site_inspections"): visits,
    ("count", "forms_requested_same_topic"): forms_of_topic,
    ("duration", "main_speech_minutes"): main_speech,
    ("duration", "minutes"): duration,
    ("duplicate", "similarity"): similarity,
    ("in_list", "duty_list_kind"): duty,
}
