"""What the pages say in figures: each declared once, with its name, unit, formula and source.

English names stand in the translation file like every other text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from burden.standards.models import Category

CATEGORIES = tuple(category.value for category in Category)


CLAIMED, CONFIRMED, BOTH = _("下达单位登记"), _("基层确认"), _("两边")
OURS, REGULATION = _("本平台口径"), _("若干规定2024")
# Goals of two notices: the first as the press told its demands in April 2019, the second as www.gov.cn printed it on 9 October
# 2018 and provinces carried it out. Neither print gives a number of the document. Both were for their time and are no law.
FEWER_PAPERS = _("中共中央办公厅《关于解决形式主义突出问题为基层减负的通知》（2019年3月）")
FEWER_CHECKS = _("中共中央办公厅《关于统筹规范督查检查考核工作的通知》（2018年10月）")
PAPERS_GOAL = _("参照目标：通知要求发给县级以下的文件、召开的会议减少30%—50%，这里取30%；县里可以另定。")
CHECKS_GOAL = _("参照目标：通知要求对县乡村的督查检查考核事项减少50%以上；县里可以另定。")


@dataclass(frozen=True)
class Indicator:
    """One figure's declaration. `source` is where the rule was read, for people to check.

    Shape: `kind` says how its value is written: hours (whole minutes in), seconds, minutes, count, share, mean; empty for
    what is only explained. `side` says who said it. `most` is a notice's goal: per cent against last year.
    """

    code: str
    name: str | Promise
    unit: str | Promise
    formula: str | Promise
    source: str | Promise
    kind: str = ""
    side: str | Promise = ""
    most: int | None = None


def _by_category() -> Iterable[Indicator]:
    """Declare what each category has: minutes and records a head, and demands issued."""
    fewer = (-30, FEWER_PAPERS, PAPERS_GOAL)
    goals = {Category.MEETING: fewer, Category.DOCUMENT: fewer, Category.INSPECTION: (-50, FEWER_CHECKS, CHECKS_GOAL)}
    for category in Category:
        name = category.label
        yield Indicator(
            f"hours_{category.value}", format_lazy(_("{category}时间"), category=name), _("小时"),
            _("这一类的人·分钟÷周报份数÷60，按每人每周。"), OURS, "hours", CONFIRMED,
        )  # fmt: skip
        yield Indicator(
            f"records_{category.value}", format_lazy(_("{category}记录"), category=name), _("条"),
            _("干部记下、办了的条数÷周报份数，按每人每周。"), OURS, "mean", CONFIRMED,
        )  # fmt: skip
        most, source, goal = goals.get(category, (None, OURS, ""))
        yield Indicator(
            f"issued_{category.value}", format_lazy(_("下达的{category}"), category=name), _("项·周"),
            format_lazy(
                "{formula}{goal}",
                formula=_("本单位和下级登记下达的事项数，每周有要办的算一次；转下去的算转的那个单位的。上年没有登记，就不能比。"),
                goal=goal,
            ),
            source, "count", CLAIMED, most,
        )  # fmt: skip


INDICATORS = {
    indicator.code: indicator
    for indicator in (
        Indicator(
            "person_hours", pgettext_lazy("indicator", "人时"), _("人时"),
            _("人数×（分钟＋路途）＋准备，合计后÷60。只算干部填报或照此计的，下达单位的预计不算。"), _("标准成本模型"),
            "hours", CONFIRMED,
        ),
        Indicator(
            "per_head", _("每人每周负担"), _("小时"),
            _("人·分钟÷周报份数÷60。一份周报是一个人一周；没填的人不算在分母里，所以填的人少，负担不会显得轻。"), OURS,
            "hours", CONFIRMED,
        ),
        Indicator(
            "imposed_per_head", _("上级下达"), _("小时"),
            _("（全部人·分钟−本单位自定的）÷周报份数÷60。没写明谁要求的，也算在上级下达里。"), OURS, "hours", CONFIRMED,
        ),
        Indicator(
            "imposed_share", _("上级下达占比"), "%", _("（全部人·分钟−本单位自定的）÷全部人·分钟。"), OURS, "share", CONFIRMED,
        ),
        Indicator("self_share", _("自定占比"), "%", _("本单位给自己定的人·分钟÷全部人·分钟。"), OURS, "share", CONFIRMED),
        *_by_category(),
        Indicator(
            "issued_hours", _("下达的人时"), _("人时"),
            _("本单位和下级登记的预计：人数×（分钟＋路途）＋准备，所有对象相加。工时标准换版改的那部分是重估，单列，不算减负。"), OURS,
            "hours", CLAIMED,
        ),
        Indicator(
            "planned_share", _("计划内占比"), "%", _("挂在年度计划项下的对象数÷全部对象数。一个对象是一件事、一个单位、一周。"),
            REGULATION, "share", CLAIMED,
        ),
        Indicator(
            "late_notice", _("临时通知占比"), "%",
            _("从登记下达到要办完（没写时刻的到当天24点）不足24小时的对象数÷全部对象数。事后补登记的不知道何时通知，不算。"), OURS,
            "share", CLAIMED,
        ),
        Indicator(
            "unregistered_share", _("未登记占比"), "%", _("别的单位要求、又没有登记的人·分钟÷全部人·分钟，是干部补记出来的。"),
            REGULATION, "share", CONFIRMED,
        ),
        Indicator(
            "repeat_share", _("重复索要占比"), "%", _("干部标了“重复索要”的记录÷办了的全部记录。"), REGULATION, "share", CONFIRMED,
        ),
        Indicator(
            "claim_gap", _("确认比登记多"), "%", _("只比答复过的对象：（确认的人·分钟−登记里被答复用掉的）÷后者。负数是确认的少。"),
            OURS, "share", BOTH,
        ),
        Indicator(
            "bulk_share", _("批量照此计占比"), "%",
            _("用“其余照此计”一起确认的人·分钟÷全部人·分钟；其余是自己填写或逐项确认的。只说明数从哪来，不评价填报。"), OURS, "share",
            CONFIRMED,
        ),
        Indicator(
            "longest_meeting", _("最长的会"), pgettext_lazy("unit", "分钟"), _("登记的会议里，一次会每人要开的分钟数，取最长的。"), REGULATION,
            "minutes", CLAIMED,
        ),
        Indicator(
            "relay_depth", _("层层转发"), _("次"), _("每个对象收到以前，这件事被转下了几次，按对象平均。直接下达是0次。"), REGULATION,
            "mean", CLAIMED,
        ),
        Indicator(
            "relay_most", _("转得最多的"), _("次"), _("收到的对象里，转下次数最多的那一件。"), REGULATION, "count", CLAIMED,
        ),
        Indicator(
            "avoided", _("避免的重复"), _("项"), _("下达前改用了更轻办法的，和改为引用别人已有数据的。"), REGULATION,
            "count", CLAIMED,
        ),
        Indicator(
            "avoided_hours", _("避免的人时"), _("人时"), _("改用更轻办法的事项，原来和改后一年预计的差；引用的不估。"), OURS, "hours", CLAIMED,
        ),
        Indicator(
            "after_hours_share", _("非工作时间占比"), "%", _("干部标了“非工作时间”的人·分钟÷全部人·分钟。"), OURS, "share", CONFIRMED,
        ),
        Indicator(
            "coverage", _("已有数据"), "%",
            _("有周报的人数；在册是当周在任的干部人数。多周合计时按人·周。只说明数据多少，不排名、不考核。"),
            _("国办函〔2026〕12号"), "share", CONFIRMED,
        ),
        Indicator(
            "estimate", _("全体估计"), _("人时"),
            _("按单位类别分层：已有周报的平均×在册人数，相加；人都填了，就等于合计。区间是95%，用有限总体修正；几周相加时区间也相加，偏宽。"
              "结果取整，看不出少数人的数；只到县级，一类不足5份周报或3个单位的并入别类。不填的人如果和填的人不一样，估计会偏。"),
            _("抽样调查分层估计"), "hours", CONFIRMED,
        ),
        Indicator(
            "portal_seconds", _("平台自身用时"), _("秒"), _("首次按时提交一份周报，从打开到提交的平均秒数。不足5份不计。"), OURS,
            "seconds", CONFIRMED,
        ),
        Indicator(
            "portal_share", _("平台自身负担占比"), "%", _("填报用掉的分钟÷全部人·分钟。另计，不在五类之内。"), OURS, "share", CONFIRMED,
        ),
        Indicator(
            "records", _("记录"), _("条"), _("干部填报的条数：同一场会几个人都记了，就是几条。环比、同比按每人每周的条数比。"), OURS,
        ),
        Indicator(
            "change", _("环比、同比"), "%",
            _("与上一期、与上年同期比，按每人每周比。没过完的期，只和对方同样多的周比。第53周和上年最后一周比。"), OURS,
        ),
        Indicator(
            "shown", _("不显示的数"), "—",
            _("一周不足5份周报，或在册不足3人，不显示；能用减法推出来的，也不显示。更长的时间只把显示的周加起来。"), _("个人信息保护法"),
        ),
    )
}  # fmt: skip
VALUED = {code: each for code, each in INDICATORS.items() if each.kind}


class Load(NamedTuple):
    """What some returns add up to. Units: whole person-minutes; returns and active are people, or people x weeks."""

    minutes: int
    self_min: int
    returns: int
    active: int

    @property
    def imposed_min(self) -> int:
        return self.minutes - self.self_min

    @property
    def per_head(self) -> float | None:
        return per_head(self.minutes, self.returns)

    @property
    def imposed_per_head(self) -> float | None:
        return per_head(self.imposed_min, self.returns)

    @classmethod
    def over(cls, weeks: Collection[Load]) -> Load:
        """Add up several weeks: thousands on one page, so column by column."""
        return cls(*map(sum, zip(*weeks, strict=True))) if weeks else NO_LOAD


@dataclass(frozen=True)
class Figures:
    """The sums of a unit and all below it over some weeks.

    Shape: counts, minutes and claimed follow CATEGORIES. Units: as in reports.models.Sums.
    """

    weeks: int
    counts: tuple[int, ...]
    minutes: tuple[int, ...]
    claimed: tuple[int, ...]
    self_min: int
    after_hours_min: int
    bulk_min: int
    returns: int
    nil_returns: int
    active: int

    @property
    def total(self) -> int:
        return sum(self.minutes)

    @property
    def claimed_min(self) -> int:
        return sum(self.claimed)

    @property
    def own_min(self) -> int:
        """Minutes that cadres stated or confirmed one by one: all but those confirmed in bulk."""
        return self.total - self.bulk_min

    @property
    def per_head(self) -> float | None:
        return per_head(self.total, self.returns)

    @property
    def load(self) -> Load:
        return Load(self.total, self.self_min, self.returns, self.active)

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.weeks + other.weeks,
            _added(self.counts, other.counts),
            _added(self.minutes, other.minutes),
            _added(self.claimed, other.claimed),
            self.self_min + other.self_min,
            self.after_hours_min + other.after_hours_min,
            self.bulk_min + other.bulk_min,
            self.returns + other.returns,
            self.nil_returns + other.nil_returns,
            self.active + other.active,
        )


NOTHING = Figures(0, (0,) * 5, (0,) * 5, (0,) * 5, 0, 0, 0, 0, 0, 0)
NO_LOAD = Load(0, 0, 0, 0)


def _added(ours: tuple[int, ...], theirs: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(ours, theirs, strict=True))


def total(figures: Iterable[Figures]) -> Figures:
    """Add up the figures of several weeks. Units: people become people x weeks."""
    return sum(figures, NOTHING)


def per_head(minutes: int, returns: int) -> float | None:
    """Return the burden of one person in one week; None of nobody.

    Units: whole person-minutes in; minutes out, not rounded: hours rounded from whole minutes would be rounded twice.
    Source: INDICATORS["per_head"]: returns, not headcount, so that few returns do not look like little work.
    """
    return minutes / returns if returns else None


def whole(minutes: float | None) -> int | None:
    """Return minutes as files and the API hold them. Units: whole minutes, half away from zero; None stays."""
    return None if minutes is None else int(abs(minutes) + 0.5) * (1 if minutes > 0 else -1)


@dataclass(frozen=True)
class Source:
    """What one issuer asked for. Issuer 0: not stated, -1: units of themselves. Units: as in reports.models.RollupSource."""

    issuer_id: int
    records: int
    minutes: tuple[int, ...]
    claimed_min: int
    unregistered_min: int = 0  # of the minutes, what no registered demand asked for

    @property
    def total(self) -> int:
        return sum(self.minutes)
