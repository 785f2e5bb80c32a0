"""The panels about one unit and all below it: headline, trend, categories, issuers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from burden.kit.clock import Week
from burden.kit.templatetags.show import category_css, hours
from burden.standards.models import Category
from burden.units.models import Unit
from reports.indicators import CATEGORIES, NOTHING, Figures, Source
from reports.periods import Period, festival_of, festival_words, month_name, month_of, year_before
from reports.source_periods import OTHERS, SELF

TREND_WEEKS = 52
SPARK_WEEKS = 12
TOP_ISSUERS = 8


@dataclass(frozen=True)
class Change:
    """A figure of one person's week now and before, as two numbers that stand to each other as the two figures do."""

    now: int | None
    before: int | None


def changed(now: int, returns: int, then: int | None, returns_then: int) -> Change:
    """Compare by the head: returns differ from week to week, and fewer of them are no relief."""
    if then is None or not returns or not returns_then:
        return Change(None, None)
    return Change(now * returns_then, then * returns)


# --- headline ---


@dataclass(frozen=True)
class Tile:
    """Records of one category, against the period before and the same a year ago."""

    category: str
    label: str
    count: int
    previous: Change
    last_year: Change

    @property
    def key(self) -> str:
        """The indicator that it is, by whose page it leads on."""
        return f"records_{self.category}"


@dataclass(frozen=True)
class Headline:
    """The strip: burden a head, records by category, how much data there is. Units: minutes a head."""

    now: Figures
    per_head: float | None
    previous: float | None
    last_year: float | None
    tiles: tuple[Tile, ...]
    spark: tuple[float | None, ...]


def headline(
    now: Figures, previous: Figures | None, last_year: Figures | None, spark: Sequence[float | None]
) -> Headline:
    """Put the strip together; the differences are None where there is nothing to compare with."""
    tiles = (
        Tile(name, str(Category(name).label), now.counts[i], *(_counts(now, then, i) for then in (previous, last_year)))
        for i, name in enumerate(CATEGORIES)
        if name != Category.OTHER
    )
    return Headline(
        now, now.per_head, _more(now, previous), _more(now, last_year), tuple(tiles), tuple(spark[-SPARK_WEEKS:])
    )


def _counts(now: Figures, then: Figures | None, i: int) -> Change:
    then = then or NOTHING
    return changed(now.counts[i], now.returns, then.counts[i], then.returns)


def _more(now: Figures, then: Figures | None) -> float | None:
    if then is None or now.per_head is None or then.per_head is None:
        return None
    return now.per_head - then.per_head


# --- trend ---


@dataclass(frozen=True)
class Point:
    """One week of the trend and the same week a year before. Units: minutes a head; None: no data, or not shown."""

    week: Week
    now: float | None
    last_year: float | None
    is_hidden: bool
    is_open: bool  # not over yet: drawn dashed

    @property
    def month(self) -> str:
        """Name of the month the week belongs to, for the chart's axis."""
        year, month = month_of(self.week)
        return month_name(dt.date(year, month, 1))


def trend(period: Period, figures: Mapping[dt.date, Figures], gone: Collection[dt.date], closed: Week) -> list[Point]:
    """Return 52 weeks, oldest first, and the running one after them where they reach it."""
    weeks = trend_weeks(period, closed)
    return [
        Point(
            week,
            _shown(week, figures, gone),
            _shown(year_before(week), figures, gone),
            week.monday in gone,
            week > closed,
        )
        for week in weeks
    ]


def festival_in(points: Sequence[Point]) -> str:
    """Say where Spring Festival is in both years of a trend, where that is not the same week."""
    found = festival_of([point.week for point in points])
    return festival_words(found) if found else ""


def trend_weeks(period: Period, closed: Week) -> list[Week]:
    """Return the weeks of the trend, oldest first."""
    last = min(period.last, closed)
    after = [closed.plus(1)] if period.last >= closed else []
    return [last.plus(n) for n in range(1 - TREND_WEEKS, 1)] + after


def _shown(week: Week, figures: Mapping[dt.date, Figures], gone: Collection[dt.date]) -> float | None:
    found = figures.get(week.monday)
    return found.per_head if found and week.monday not in gone else None


# --- where the time goes ---


@dataclass(frozen=True)
class Slice:
    """One category's person-minutes and its change a head."""

    category: str
    label: str
    minutes: int
    change: Change

    @property
    def segments(self) -> list[tuple[str, int]]:
        return [(category_css(self.category), self.minutes)]


def slices(now: Figures, previous: Figures | None) -> list[Slice]:
    """Return the categories, the heaviest first."""
    then = previous or NOTHING
    found = [
        Slice(
            name,
            str(Category(name).label),
            now.minutes[i],
            changed(now.minutes[i], now.returns, then.minutes[i], then.returns),
        )
        for i, name in enumerate(CATEGORIES)
    ]
    return sorted(found, key=lambda each: -each.minutes)


@dataclass(frozen=True)
class Split:
    """Who decided on the work. Units: person-minutes; unstated is the part of what is imposed whose issuer nobody named."""

    imposed: int
    itself: int
    unstated: int

    @property
    def segments(self) -> list[tuple[str, int]]:
        return [("x-brand", self.imposed - self.unstated), ("x-self2", self.unstated), ("x-self", self.itself)]


def split(now: Figures, sources: Sequence[Source]) -> Split:
    """Divide the minutes into imposed from above and decided by the unit itself, as INDICATORS["imposed_share"] does."""
    unstated = sum(source.total for source in sources if not source.issuer_id)
    return Split(now.total - now.self_min, now.self_min, unstated)


# --- who asked for it ---


@dataclass(frozen=True)
class Issuer:
    """One issuer's row: the segments of its bar, its person-minutes, its change a head. No unit: not stated."""

    unit: Unit | None
    is_visible: bool  # whether its own page may be opened
    by_category: tuple[int, ...]
    claimed_min: int  # registered, and nobody answered yet: beside its minutes, never in them
    unregistered_min: int
    change: Change
    # None of both where it registered nothing of this: nobody knows who decided it
    own_min: int | None = None  # confirmed of what it decided itself; None where it decides above
    passed_min: int | None = None  # confirmed of what it passed on from above, or all it registered above

    @property
    def minutes(self) -> int:
        return sum(self.by_category)

    @property
    def segments(self) -> list[tuple[str, int]]:
        return [(category_css(name), value) for name, value in zip(CATEGORIES, self.by_category, strict=True)]

    @property
    def plain(self) -> list[tuple[str, int]]:
        return [("x-self", self.minutes)]

    @property
    def words(self) -> str:
        """Say the bar aloud: category and person-hours."""
        pairs = zip(CATEGORIES, self.by_category, strict=True)
        return " ".join(f"{Category(name).label} {hours(value)}" for name, value in pairs if value)


@dataclass(frozen=True)
class Issuers:
    """The issuers' panel: the most costly, then all others as one sum. Units: person-minutes."""

    top: list[Issuer]
    unstated: Issuer | None
    others: int  # units among all others
    others_min: int
    others_claimed_min: int
    total: int
    self_min: int  # of the total, what units asked of themselves: no unit is named with it
    unregistered_min: int
    most: int


def issuers(
    now: Sequence[Source],
    before: Mapping[int, Source],
    units: Mapping[int, Unit],
    heads: tuple[int, int],
    visible: Collection[int],
    decided: Mapping[int, tuple[int | None, int]] = MappingProxyType({}),
    others: int = 0,
) -> Issuers:
    """Put issuers in order. Units: heads are the returns now and before; others are those who come as one already."""
    told = (units, heads, visible, decided)
    rows = {source.issuer_id: _issuer(source, before.get(source.issuer_id), *told) for source in now}
    unstated, themselves, together = (rows.pop(each, None) for each in (0, SELF, OTHERS))
    ordered = [row for row in rows.values() if row.minutes or row.claimed_min]
    top, rest = ordered[:TOP_ISSUERS], ordered[TOP_ISSUERS:]
    others += len(rest)
    rest += [together] if together else []
    return Issuers(
        top,
        unstated if unstated and unstated.minutes else None,
        others,
        sum(row.minutes for row in rest),
        sum(row.claimed_min for row in rest),
        sum(source.total for source in now),
        themselves.minutes if themselves else 0,
        sum(source.unregistered_min for source in now),
        max((row.minutes for row in top), default=0),
    )


def _issuer(
    source: Source,
    then: Source | None,
    units: Mapping[int, Unit],
    heads: tuple[int, int],
    visible: Collection[int],
    decided: Mapping[int, tuple[int | None, int]],
) -> Issuer:
    own, passed = decided.get(source.issuer_id, (None, None))
    return Issuer(
        units.get(source.issuer_id),
        source.issuer_id in visible,
        source.minutes,
        source.claimed_min,
        source.unregistered_min,
        changed(source.total, heads[0], then.total if then else 0, heads[1]),
        own,
        passed,
    )
