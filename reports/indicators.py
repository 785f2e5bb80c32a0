"""What the pages say in figures: each declared once, with its name, unit, formula and source.

English names stand in the translation file like every other text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from burden.standards.models import Category

CATEGORIES = tuple(category.value for category in Category)


@dataclass(frozen=True)
class Indicator:
    """One figure's declaration. `source` is where the rule was read, for people to check."""

    code: str
    name: str | Promise
    unit: str | Promise
    formula: str | Promise
    source: str | Promise


INDICATORS = {
    indicator.code: indicator
    for indicator in (
        Indicator(
            "person_hours",
            _("人时"),
            _("人时"),
            _("人数×（分钟＋路途）＋准备，合计后÷60。只算干部填报或照此计的，下达单位的预计不算。"),
            _("标准成本模型"),
        ),
        Indicator(
            "per_head",
            _("每人每周负担"),
            _("小时"),
            _("人·分钟÷周报份数÷60。一份周报是一个人一周；没填的人不算在分母里，所以填的人少，负担不会显得轻。"),
            _("本平台口径"),
        ),
        Indicator(
            "imposed_per_head",
            _("上级下达"),
            _("小时"),
            _("（全部人·分钟−本单位自定的）÷周报份数÷60。没写明谁要求的，也算在上级下达里。"),
            _("本平台口径"),
        ),
        Indicator(
            "records",
            _("记录"),
            _("条"),
            _("干部填报的条数：同一场会几个人都记了，就是几条。环比、同比按每人每周的条数比。"),
            _("本平台口径"),
        ),
        Indicator(
            "change",
            _("环比、同比"),
            "%",
            _("与上一期、与上年同期比，按每人每周比。没过完的期，只和对方同样多的周比。第53周和上年最后一周比。"),
            _("本平台口径"),
        ),
        Indicator(
            "coverage",
            _("已有数据"),
            _("人"),
            _("有周报的人数；在册是当周在任的干部人数。多周合计时按人·周。只说明数据多少，不排名、不考核。"),
            _("国办函〔2026〕12号"),
        ),
        Indicator(
            "shown",
            _("不显示的数"),
            "—",
            _("一周不足5份周报，或在册不足3人，不显示；能用减法推出来的，也不显示。更长的时间只把显示的周加起来。"),
            _("个人信息保护法"),
        ),
    )
}


@dataclass(frozen=True)
class Load:
    """What some returns add up to. Units: whole person-minutes; returns and active are people, or people x weeks."""

    minutes: int
    self_min: int
    returns: int
    active: int

    @property
    def imposed_min(self) -> int:
        return self.minutes - self.self_min

    @property
    def per_head(self) -> int | None:
        return per_head(self.minutes, self.returns)

    @property
    def imposed_per_head(self) -> int | None:
        return per_head(self.imposed_min, self.returns)

    def __add__(self, other: Load) -> Load:
        return Load(
            self.minutes + other.minutes,
            self.self_min + other.self_min,
            self.returns + other.returns,
            self.active + other.active,
        )


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
    def per_head(self) -> int | None:
        return per_head(self.total, self.returns)

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


def per_head(minutes: int, returns: int) -> int | None:
    """Return the burden of one person in one week; None of nobody.

    Units: whole person-minutes in; whole minutes out, half away from zero.
    Source: INDICATORS["per_head"]: returns, not headcount, so that few returns do not look like little work.
    """
    return (2 * minutes + returns) // (2 * returns) if returns else None


@dataclass(frozen=True)
class Source:
    """What one issuer asked for. Issuer 0: not stated. Units: as in reports.models.RollupSource."""

    issuer_id: int
    records: int
    minutes: tuple[int, ...]
    claimed_min: int
    unregistered_min: int = 0  # of the minutes, what no registered demand asked for

    @property
    def total(self) -> int:
        return sum(self.minutes)
