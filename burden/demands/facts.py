"""What each category asks beyond time and people, declared once: forms, API, checks and defaults read it here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.kit.errors import Refused
from burden.kit.reading import Reader, one_of, read_flag, text, whole
from burden.standards.measure import HANDLING_MIN, SECONDED_DAY_MIN, Cost, reading_minutes
from burden.standards.models import Category, Subkind
from burden.standards.tariffs import tariff_of

MEETING_MATERIALS_MIN = 60
APPROVAL_LENGTH = 100
RANKS = (
    ("principal", gettext_lazy("主要负责同志")),
    ("deputy", gettext_lazy("分管负责同志")),
    ("staff", gettext_lazy("工作人员")),
)


@dataclass(frozen=True)
class Fact:
    """One thing a category asks. Shape: kind is flag, whole, text or choice; low and high bound a whole number, high a text."""

    name: str
    label: Any
    kind: str = "flag"
    low: int = 0
    high: int = 0
    choices: tuple[tuple[str, Any], ...] = ()

    def read(self, value: Any) -> Any:
        """Read one value. Refuses: FieldError."""
        if self.kind == "whole":
            return whole(self.low, self.high)(value)
        if self.kind == "text":
            return text(self.high)(value)
        return one_of([code for code, _label in self.choices])(value) if self.kind == "choice" else read_flag(value)


MATERIALS = Fact("materials", gettext_lazy("要求准备材料"))
COMPREHENSIVE = Fact("comprehensive", gettext_lazy("综合性"))
APPROVED_BY = Fact("approved_by", gettext_lazy("批准人和日期"), "text", high=APPROVAL_LENGTH)
FACTS: dict[str, tuple[Fact, ...]] = {
    Category.MEETING: (
        Fact("video", gettext_lazy("视频会议")),
        Fact("grouped", gettext_lazy("分组讨论")),
        COMPREHENSIVE,
        Fact("speech_minutes", gettext_lazy("讲话或主报告分钟"), "whole", high=1_440),
        Fact("convener_rank", gettext_lazy("召集人"), "choice", choices=RANKS),
        Fact("attendee_rank", gettext_lazy("要求谁参会"), "choice", choices=RANKS),
        APPROVED_BY,
        MATERIALS,
    ),
    Category.DOCUMENT: (
        Fact("characters", gettext_lazy("字数"), "whole", high=1_000_000),
        Fact("is_directive", gettext_lazy("向下级党委政府发指令")),
        COMPREHENSIVE,
        Fact("asks_report", gettext_lazy("要求报送落实情况")),
        Fact("asks_supporting", gettext_lazy("要求制定配套文件")),
    ),
    Category.FORM: (Fact("asks_photos", gettext_lazy("要求拍照留痕")),),
    Category.INSPECTION: (
        Fact("on_site", gettext_lazy("到现场")),
        COMPREHENSIVE,
        Fact("requires_principal", gettext_lazy("要求主要负责同志陪同")),
        Fact("emergency", gettext_lazy("应急类（安全生产、防灾）")),
        MATERIALS,
        Fact("asks_trace", gettext_lazy("查会议次数、照片、笔记")),
    ),
    Category.OTHER: (
        Fact("forced_use", gettext_lazy("要求打卡、积分或在线时长")),
        Fact("is_campaign", gettext_lazy("创建示范活动")),
        Fact("seconded_days", gettext_lazy("借调天数（每次）"), "whole", high=21),
        APPROVED_BY,
    ),
}


def read(category: str, given: Any) -> dict[str, Any]:
    """Read what a category asks; what was left empty is absent. Refuses: demand.facts, naming each field."""
    if not isinstance(given, Mapping):
        raise Refused("demand.facts", _("facts 要是一个 JSON 对象"), {"facts": _("facts 要是一个 JSON 对象")})
    asked = {fact.name: fact for fact in FACTS[category]}
    errors: dict[str, str] = {}
    filled = {name: value for name, value in given.items() if value not in ("", None)}
    reader = Reader(filled, {name: fact.label for name, fact in asked.items()}, "facts.", "", errors)
    reader.refuse_unknown()
    found = {name: reader.take(name, fact.read) for name, fact in asked.items() if name in filled}
    if errors:
        raise Refused("demand.facts", next(iter(errors.values())), errors)
    return found


def defaults(category: str, subkind: str, facts: Mapping[str, Any]) -> Cost:
    """Return what a demand costs each receiver when its issuer gives no numbers.

    The tariff in force, and what the facts say: characters to read, materials asked for, days of secondment. A form
    that says nothing of itself is a medium one. Source: DOMAIN section 4.
    """
    if category == Category.DOCUMENT and "characters" in facts:
        return Cost(people=1, minutes=reading_minutes(facts["characters"]), prep_minutes=HANDLING_MIN)
    if category == Category.OTHER and facts.get("seconded_days"):
        return Cost(people=1, minutes=SECONDED_DAY_MIN * facts["seconded_days"])
    if category == Category.MEETING:
        usual = tariff_of(category)
        extra = MEETING_MATERIALS_MIN if facts.get("materials") else 0
        return Cost(usual.people, usual.minutes, usual.travel_minutes, usual.prep_minutes + extra)
    usual = tariff_of(category, subkind or (Subkind.MEDIUM if category == Category.FORM else ""))
    if category == Category.INSPECTION and facts.get("materials") is False:
        return Cost(usual.people, usual.minutes, usual.travel_minutes)
    return usual
