"""What all cadres together take, estimated from the returns there are, with the interval that the missing ones imply.

Strata are kinds of units; a kind's missing returns are taken to be like those that came in. In a rotating sample only those
asked stand for others: who files beyond being asked stands for oneself, where five and more do. Counted every hour; statements lie in sql/estimates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from math import isqrt

from burden.kit.clock import Week
from reports.peers import MIN_RETURNS
from reports.stale_weeks import Counted, mondays, steps, take
from reports.statements import Statements

SQL = Statements("estimates")
MIN_UNITS = 3  # units of a kind that have to stand behind it
COUNTED = Counted(SQL, {"least": MIN_RETURNS, "least_units": MIN_UNITS})
MOVING = 9  # weeks back in which returns still come
Z = 196  # of 95 %, hundredths

Ratio = tuple[int, int]  # a fraction: numerator and denominator, above 0


@dataclass(frozen=True)
class Stratum:
    """Returns of one kind of unit in one week. Units: as in reports.models.ReturnSpread."""

    cadres: int
    asked: int
    n: int
    total_min: int
    squares: int
    more: int = 0
    more_min: int = 0

    @property
    def apart(self) -> int:
        """How many stand for themselves alone. Fewer than five do not: estimate and counted sum would tell theirs."""
        return self.more if self.more >= MIN_RETURNS else 0

    @property
    def standing(self) -> int:
        """How many returns stand for all who did not file."""
        return self.n + self.more - self.apart

    @property
    def stood_for(self) -> int:
        """How many people these stand for: themselves, and all who did not file."""
        return max(self.cadres - self.apart, self.standing)

    @property
    def expected(self) -> Ratio:
        """The estimated sum of all. Units: person-minutes."""
        alone = self.more_min if self.apart else 0
        return alone * self.standing + self.stood_for * (self.total_min + self.more_min - alone), self.standing

    @property
    def variance(self) -> Ratio:
        """Of the estimated sum, with the correction for a finite population; 0 where everybody filed."""
        if self.n < 2:
            return 0, 1
        spread = self.squares * self.n - self.total_min**2
        return self.stood_for * (self.stood_for - self.standing) * spread, self.n * (self.n - 1) * self.standing


@dataclass(frozen=True)
class Estimate:
    """A total and its 95 % interval. Units: person-minutes; asked and cadres are people x weeks; asked is 0 where a week is missing."""

    total: int
    low: int
    high: int
    asked: int = 0
    cadres: int = 0

    @property
    def half(self) -> int:
        return self.high - self.total

    def __add__(self, other: Estimate) -> Estimate:
        """Add another week: its interval too, since those who do not file are often the same."""
        return Estimate(
            *(mine + theirs for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True))
        )


def estimate(strata: Iterable[Stratum]) -> Estimate | None:
    """Estimate one week's total of all cadres; None where no kind has enough returns."""
    found = list(strata)
    if not found:
        return None
    total, of = _added([(1, 2), *(each.expected for each in found)])
    variance, among = _added(each.variance for each in found)
    total, half = total // of, isqrt(variance * Z**2 // (among * 100**2))
    people = sum(each.asked for each in found), sum(each.cadres for each in found)
    return Estimate(total, total - half, total + half, *people)


def _added(ratios: Iterable[Ratio]) -> Ratio:
    """Add exactly; nothing is reduced, which would take longer than all else."""
    above, below = 0, 1
    for part, whole in ratios:
        above, below = above * whole + part * below, below * whole
    return above, below


def shown(found: Estimate, counted: int) -> Estimate:
    """Round an estimate so that nobody reads a few people's figures out of it; never below what was counted.

    An interval without width is exact: it is what was counted.
    """
    if not found.half:
        return found
    step = _step(found.half)
    total, low, high = ((value + step // 2) // step * step for value in (found.total, found.low, found.high))
    return Estimate(max(total, counted), max(low, counted), max(high, counted), found.asked, found.cadres)


def _step(half: int) -> int:
    """Return whole hours of one leading digit, at most a fifth of the interval and at least a tenth, but an hour."""
    size = 60
    while size * 10 <= half // 5:
        size *= 10
    return next((size * digit for digit in (5, 2) if size * digit <= half // 5), size)


def recount(*, now: dt.datetime, weeks: int = MOVING, whole: bool = False) -> int:
    """Count the newest weeks and those noted anew, or all; all where nothing was counted yet. Returns rows written.

    Shape: with fewer weeks than still move, older notes are left to the night.
    """
    is_nightly = whole or weeks >= MOVING
    noted = take("return_spread", since=dt.date.min if is_nightly else Week.at(now).plus(-weeks).monday)
    chosen = {*noted.weeks, *_weeks(now, back=None if whole else weeks)}
    return sum(COUNTED.replace(span, noted) for span in steps(sorted(chosen)))


def verify(*, now: dt.datetime) -> tuple[int, int]:
    """Recount every week beside what is stored; what is noted is left to its recount. Shape: rows, differences."""
    return COUNTED.verify(steps(_weeks(now, back=None)))


def _weeks(now: dt.datetime, *, back: int | None) -> list[dt.date]:
    """Return the newest weeks up to the running one, or all; all where nothing was counted yet."""
    first, is_counted = SQL.fetch("weeks")[0]
    last = Week.at(now)
    since = first if first is None or back is None or not is_counted else max(first, last.plus(-back).monday)
    return mondays(since, last.monday) if since else []
