"""The table of indicators: each value in words, its change, its goal; the same words on the page and in files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from burden.kit.templatetags.show import NOTHING, hours, minutes, per_head, percent, plus_hours
from reports.goals import Target
from reports.indicators import Indicator
from reports.periods import Period
from reports.values import Row, Value, unlike

NEUTRAL = {  # more of it is no heavier, and less no lighter: said without a colour
    "imposed_share", "self_share", "planned_share", "claim_gap", "bulk_share", "avoided", "avoided_hours", "portal_seconds", "portal_share",
}  # fmt: skip
UNCHANGING = {"coverage", "estimate"}  # how many filed is no achievement, and nothing else is made of an estimate


@dataclass(frozen=True)
class Line:
    """One indicator's line, in words.

    Shape: `change` and `points` are what the tags {% change %} and {% signed %} take, `plain` is either without a colour.
    """

    row: Row
    now: str
    interval: str
    previous: str
    last_year: str
    change: tuple[int, int] | None
    points: int | None
    plain: str
    target: str

    @property
    def indicator(self) -> Indicator:
        return self.row.indicator


def lines(rows: Iterable[Row]) -> list[Line]:
    """Put indicators into words."""
    return [_line(row) for row in rows]


def _line(row: Row) -> Line:
    kind = row.indicator.kind
    now, previous, last_year = (written(kind, each) for each in (row.now, row.previous, row.last_year))
    change, points = None, None
    if row.now.is_known and row.last_year.is_known and row.indicator.code not in UNCHANGING:
        if kind == "share":
            points = _points(row.now, row.last_year)
        else:
            change = _crossed(row.now, row.last_year)
    plain = _plain(change, points) if row.indicator.code in NEUTRAL else ""
    return Line(row, now, _interval(row.now), previous, last_year, change, points, plain, goal_words(kind, row.target))


def _interval(value: Value) -> str:
    """Write the bounds of an estimate; nothing where it is exact."""
    if value.low is None or value.high is None or value.low == value.high:
        return ""
    return _("%(low)s–%(high)s，95%%") % {"low": hours(value.low), "high": hours(value.high)}


def _plain(change: tuple[int, int] | None, points: int | None) -> str:
    """Write a change with its sign alone."""
    if points is not None:
        return plus_hours(points)
    if change is None or not change[1]:
        return NOTHING
    gap = change[0] - change[1]
    return f"{'+' if gap > 0 else ''}{percent(gap, change[1])}"


def written(kind: str, value: Value) -> str:
    """Write a value without its unit; — where there is none."""
    if not value.is_known:
        return NOTHING
    number, of = value.number or 0, value.of
    if kind == "share":
        return percent(number, of)
    if kind == "hours":
        return per_head(number, of) if of else hours(number)
    if kind == "mean":
        return per_head(number * 60, of)
    return minutes((2 * number + of) // (2 * of) if of else number)


def remark(value: Value) -> str:
    """Say why there is no value, or that a split divided some of it by published shares."""
    return _("含估算") if value.divided else str(value.why)


def goal_words(kind: str, target: Target | None) -> str:
    """Write a goal: what it should come down to, or how far below last year."""
    if target is None:
        return ""
    if target.is_relative:
        return _("比上年 %(percent)s") % {"percent": f"{minutes(target.most)}%"}
    return f"≤ {hours(target.most) if kind == 'hours' else minutes(target.most)}"


def _crossed(now: Value, then: Value) -> tuple[int, int]:
    """Return two whole numbers that stand to each other as the two values do."""
    return (now.number or 0) * (then.of or 1), (then.number or 0) * (now.of or 1)


def _points(now: Value, then: Value) -> int:
    """Return the difference of two shares as {% signed … "hours" %} takes it. Units: sixtieths of a percentage point."""
    mine, theirs = _crossed(now, then)
    whole, gap = (now.of or 1) * (then.of or 1), (mine - theirs) * 6000
    return (2 * gap + whole) // (2 * whole)


def heads() -> list[str]:
    """The heads of a file's columns."""
    return [
        _("代码"), _("指标"), _("单位"), _("谁记的"), _("本期"), _("区间"), _("上期"), _("上年同期"), _("其中重估 人·分钟"), _("目标"), _("说明"),
        _("本期 分子"), _("本期 分母"), _("上期 分子"), _("上期 分母"), _("上年 分子"), _("上年 分母"), _("怎么算"), _("来源"),
        _("与上年同期不一样的"),
    ]  # fmt: skip


def cells(found: Sequence[Line], period: Period) -> list[list[Any]]:
    """The rows of a file: what the page says, and the whole numbers behind it."""
    why = "；".join(unlike(period, [line.row for line in found]))
    return [[*_cells(line), why] for line in found]


def _cells(line: Line) -> list[Any]:
    row, each = line.row, line.indicator
    numbers = [part for value in (row.now, row.previous, row.last_year) for part in (value.number, value.of)]
    return [
        each.code, str(each.name), str(each.unit), str(each.side), line.now, line.interval, line.previous, line.last_year,
        row.reestimated, line.target, remark(row.now), *numbers, str(each.formula), str(each.source),
    ]  # fmt: skip
