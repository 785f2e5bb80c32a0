"""A reckoning in words: its codes and numbers, as they were kept, in the language of whoever reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.kit.clock import Week
from burden.kit.templatetags.show import hours, minutes
from burden.oversight.merits.reckoning import MOST_MOVED, MOST_UNREGISTERED
from burden.standards.models import Category

WORKED = gettext_lazy("登记 %(claim_min)s 人时×答了的确认 %(confirmed_min)s÷答了的登记 %(answered_min)s")
HEAD = gettext_lazy("%(units)s 个单位 %(person_min)s 人时÷%(returns)s 份周报")
LABELS: Mapping[str, str | Promise] = {
    "quarter_before": gettext_lazy("上年同期一季"),
    "per_head": gettext_lazy("折成现在的人数"),
    "quarter": gettext_lazy("这一季"),
    "moved": gettext_lazy("没有登记的多了"),
    "order_before": gettext_lazy("立项以前"),
    "per_week": gettext_lazy("折成一样多的周"),
    "order_after": gettext_lazy("反馈以后"),
    "practice_before": gettext_lazy("采用以前各 12 周"),
    "practice_after": gettext_lazy("采用以后各 12 周"),
    "less": gettext_lazy("少了"),
    "net": gettext_lazy("扣除同期普遍变化"),
}
HOWS: Mapping[str, str | Promise] = {
    "quarter_before": WORKED,
    "per_head": gettext_lazy("在册 %(then)s 人·周折成 %(now)s 人·周"),
    "quarter": WORKED,
    "moved": gettext_lazy("%(now_min)s－上年同期 %(was_min)s（折成一样多的周报）"),
    "order_before": gettext_lazy("这几个名称下要求的时间，督办单封存的数"),
    "per_week": "÷%(before)s×%(after)s",
    "order_after": gettext_lazy("同样的名称，登记的和没登记的都算"),
    "practice_before": HEAD,
    "practice_after": HEAD,
    "less": gettext_lazy("%(was_min)s－%(now_min)s"),
    "net": gettext_lazy("同类 %(peers)s 个单位同期剩 %(left_permille)s%%（中位数）：%(left_min)s－%(now_min)s"),
    "net_grown": gettext_lazy("同类 %(peers)s 个单位同期剩 %(left_permille)s%%（中位数），多了的不算：%(left_min)s－%(now_min)s"),
}  # fmt: skip
POINTS: Mapping[str, str | Promise] = {
    "answered": gettext_lazy("登记的有答复的占：前 %(before)s%%，后 %(after)s%%，差 %(most_moved)s 个百分点以上的不算"),
    "unregistered": gettext_lazy("没有登记、基层记出来的：后一季 %(unregistered_min)s 人时，占比不高于 %(most_unregistered)s%%"),
    "not_late": gettext_lazy("没有逾期的督办单"),
    "tariffs": gettext_lazy("工时标准调整的 %(changed_min)s 人时已经扣掉"),
    "frozen": gettext_lazy("两段都按督办单销号时封存的数，工时标准调整不算减少"),
    "elsewhere": gettext_lazy("没有换名再要：同期该单位别的要求没有比同类单位多升一成"),
    "looked": gettext_lazy("回头看：%(told)s 个单位答了，%(less)s 个说少了，%(same)s 个没变，%(more)s 个多了"),
    "looked_whole": gettext_lazy("回头看：%(told)s 个单位答了；问到的都答了，分开说就等于点名，不列"),
    "lapsed": gettext_lazy("这一年里表扬过它的，有 %(count)s 项没有保持住"),
    "category": gettext_lazy("每人每周用在“%(category)s”上的时间，只算能显示的周"),
    "together": gettext_lazy("采用的单位合在一起算，不分单位，不排名"),
    "returns": gettext_lazy("前后的周报份数差不到 %(most_moved)s%%，差得多的不算"),
}  # fmt: skip


@dataclass(frozen=True)
class Phrased:
    """One line as it is read. Units: minutes of a person."""

    label: str
    weeks: str
    how: str
    minutes: int


def lines(reckoned: Mapping[str, Any]) -> list[Phrased]:
    """Phrase the lines of a reckoning."""
    return [
        Phrased(
            str(LABELS[each["code"]]), weeks_words(each["weeks"]), _how(each["code"], each["facts"]), each["minutes"]
        )
        for each in reckoned["lines"]
    ]


def points(reckoned: Mapping[str, Any]) -> list[str]:
    """Phrase what else was held to."""
    return [str(POINTS[each["code"]]) % _told(each["facts"]) for each in reckoned["points"]]


def _how(code: str, facts: Mapping[str, Any]) -> str:
    if HOWS[code] is WORKED and not facts["answered_min"]:
        return _("没有要求")
    grown = code == "net" and facts["left_permille"] > 1000
    return str(HOWS["net_grown" if grown else code]) % _told(facts)


def _told(facts: Mapping[str, Any]) -> dict[str, str]:
    """Write numbers as they are told: minutes as hours, tenths of a per cent as per cent."""
    told = {"most_moved": str(MOST_MOVED), "most_unregistered": str(MOST_UNREGISTERED)}
    for name, value in facts.items():
        if name == "category":
            told[name] = str(Category(value).label)
        elif name.endswith("_min"):
            told[name] = hours(value)
        elif name.endswith("_permille"):
            told[name] = f"{value // 10}.{value % 10}"
        else:
            told[name] = minutes(value)
    return told


def weeks_words(mondays: Sequence[str]) -> str:
    """Name a span of weeks. Shape: its first and last Monday, ISO; none of a line that has no weeks."""
    if not mondays:
        return ""
    first, last = (Week(dt.date.fromisoformat(monday)) for monday in mondays)
    named = {"year": first.year, "first": first.number, "last": last.number, "last_year": last.year}
    if first.year == last.year:
        return _("%(year)d 年第 %(first)d—%(last)d 周") % named
    return _("%(year)d 年第 %(first)d 周—%(last_year)d 年第 %(last)d 周") % named
