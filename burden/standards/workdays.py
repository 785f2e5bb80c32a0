"""Working days of China: statutory days off, weekends worked instead (调休), and what the office corrects.

Clocks are computed from dates whenever they are read; nothing ticks in the database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from holidays import country_holidays

from burden.kit.clock import DAY
from burden.standards.models import DayOverride

LONGEST = 1_000  # working days: a term beyond is a slip of the pen


@dataclass(frozen=True)
class Workdays:
    """The calendar with the office's corrections. Shape: `overrides` says of a day whether it is worked."""

    overrides: Mapping[dt.date, bool]

    def is_workday(self, day: dt.date) -> bool:
        """Say whether a day is worked."""
        corrected = self.overrides.get(day)
        return by_calendar(day) if corrected is None else corrected

    def after(self, day: dt.date, n: int) -> dt.date:
        """Return the n-th working day after a day; the day itself counts as none. Refuses (ValueError): n below 1 or above LONGEST."""
        if not 1 <= n <= LONGEST:
            raise ValueError(n)
        while n:
            day += DAY
            n -= self.is_workday(day)
        return day

    def left(self, today: dt.date, due: dt.date) -> int:
        """Return how many working days are left after today until the due day, that one included; negative is overdue.

        0 on the due day itself, and after it while no working day has passed.
        """
        first, last = sorted((today, due))
        count = _between(first, last)
        count += sum(worked - by_calendar(day) for day, worked in self.overrides.items() if first < day <= last)
        return count if due > today else -count


def workdays() -> Workdays:
    """Read the office's corrections. One query."""
    return Workdays(dict(DayOverride.objects.values_list("day", "is_workday")))


def by_calendar(day: dt.date) -> bool:
    """Say whether a day is worked by the calendar alone. Source: the holidays library, from notices of the State Council."""
    off, worked = _year(day.year)
    return day in worked if day.isoweekday() > 5 else day not in off


def is_arranged(year: int) -> bool:
    """Say whether the library knows a year's exchanged weekends; before, only statutory days are off."""
    _off, worked = _year(year)
    return any(day.year == year for day in worked)


def exceptions(today: dt.date, months: int) -> list[tuple[dt.date, bool]]:
    """Return the days to come on which the calendar differs from Monday to Friday, and whether they are worked."""
    days = (today + DAY * step for step in range(31 * months))
    return [(day, worked) for day in days if (worked := by_calendar(day)) != (day.isoweekday() <= 5)]


@lru_cache(maxsize=32)
def _sums(year: int) -> tuple[int, ...]:
    """Return for each day of a year how many of its days until then, that one included, are worked by the calendar alone."""
    first = dt.date(year, 1, 1)
    days = (first + DAY * step for step in range((dt.date(year, 12, 31) - first).days + 1))
    return tuple(accumulate(by_calendar(day) for day in days))


def _between(first: dt.date, last: dt.date) -> int:
    """Return how many days after the first, up to the last, are worked by the calendar alone."""
    years = sum(_sums(year)[-1] for year in range(first.year, last.year))
    return years + _sums(last.year)[last.timetuple().tm_yday - 1] - _sums(first.year)[first.timetuple().tm_yday - 1]


@lru_cache(maxsize=32)
def _year(year: int) -> tuple[frozenset[dt.date], frozenset[dt.date]]:
    """Return a year's days off and its weekends that are worked; a festival may be exchanged across New Year."""
    found = country_holidays("CN", years=(year - 1, year, year + 1))
    return frozenset(found), frozenset(found.weekend_workdays)
