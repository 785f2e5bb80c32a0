"""Week, month, quarter, year: spans of whole ISO weeks. A week belongs to the month, quarter and year of its Thursday."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Self

from django.utils.dateformat import format as date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from holidays import country_holidays

from burden.kit.clock import DAY, Week, last_closed
from burden.kit.templatetags.show import day, week_number

KINDS = {
    "week": gettext_lazy("周"),
    "month": gettext_lazy("月"),
    "quarter": gettext_lazy("季"),
    "year": gettext_lazy("年"),
}
WEEKS = "weeks"  # consecutive ones that are no span of a kind
NEW_YEAR = "Chinese New Year (Spring Festival)"
Span = tuple[dt.date, dt.date]  # first and last Monday, both inclusive
MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """Some consecutive weeks of one kind of span; a span still running holds only the weeks it has had."""

    kind: str
    weeks: tuple[Week, ...]

    @classmethod
    def of(cls, kind: str, week: Week, *, until: Week | None = None) -> Self:
        """Return the span that holds a week, cut after `until`. Refuses (ValueError): no such kind, nothing left."""
        if kind not in KINDS:
            raise ValueError(f"no such period: {kind}")
        weeks = tuple(each for each in _span(kind, week) if until is None or each <= until)
        if not weeks:
            raise ValueError(f"{kind} of {week} has not begun")
        return cls(kind, weeks)

    @classmethod
    def parse(cls, *, kind: str, week: str, at: dt.datetime) -> Self:
        """Read `period` and `week` of a URL; without a week, the last closed one.

        A span that has closed weeks ends with the last of them; one that has none yet holds the running week.
        Refuses (ValueError): no such kind, no Monday, a week to come or before the year 2000.
        """
        closed, running = last_closed(at), Week.at(at)
        asked = Week.parse(week) if week else closed
        if asked > running:
            raise ValueError(f"{asked} is to come")
        if asked.year < 2000:
            raise ValueError(f"{asked} is too long ago")
        kind = kind or "week"
        begun = kind in MONTHS_IN and _span(kind, asked)[0] <= closed
        return cls.of(kind, asked, until=closed if begun else running)

    @classmethod
    def over(cls, weeks: tuple[Week, ...]) -> Self:
        """Return the span that consecutive weeks are, or are the beginning of; `weeks` where they are none."""
        kinds = (kind for kind in KINDS if _span(kind, weeks[0])[: len(weeks)] == weeks)
        return cls(next(kinds, WEEKS), weeks)

    @property
    def first(self) -> Week:
        return self.weeks[0]

    @property
    def last(self) -> Week:
        return self.weeks[-1]

    @cached_property
    def mondays(self) -> tuple[dt.date, ...]:
        """The Mondays of its weeks: what sums are kept by."""
        return tuple(week.monday for week in self.weeks)

    @property
    def span(self) -> Span:
        """First and last Monday."""
        return self.first.monday, self.last.monday

    @property
    def year(self) -> int:
        """The year the span lies in."""
        return _thursday(self.first).year

    @cached_property
    def is_partial(self) -> bool:
        """Whether weeks of the span are still to come."""
        return len(self.weeks) < len(_span(self.kind, self.first))

    @property
    def before(self) -> Period:
        """The whole span before this one, to go there."""
        return Period.of(self.kind, self.first.plus(-1))

    @cached_property
    def previous(self) -> Period:
        """The span before, to compare with: while this one is running, only as many of its first weeks."""
        if self.kind == WEEKS:
            return self._as_long(self.first.plus(-len(self.weeks)))
        return self._alike(self.first.plus(-1))

    @cached_property
    def last_year(self) -> Period:
        """The same span of the year before; week 53 stands beside the last week of that year."""
        if self.kind in ("week", WEEKS):
            return self._as_long(year_before(self.first))
        thursday = _thursday(self.first)
        return self._alike(Week.on(dt.date(thursday.year - 1, thursday.month, 15)))

    @cached_property
    def festival(self) -> tuple[Week, Week] | None:
        """Spring Festival's week of this year and of the year before, where only one of the two spans holds its own.

        The same weeks of two years are then not alike: one of them was a holiday.
        """
        year = _thursday(self.first).year
        here, before = festival_week(year), festival_week(year - 1)
        return None if (here in self.weeks) == (before in self.last_year.weeks) else (here, before)

    @property
    def unlike(self) -> list[str]:
        """Say why the same span a year before is not alike: Spring Festival lies in one of them alone, or one has more weeks."""
        found = [festival_words(self.festival)] if self.festival else []
        here, before = len(self.weeks), len(self.last_year.weeks)
        if here != before:
            found.append(_("本期 %(here)s 周，上年同期 %(before)s 周") % {"here": here, "before": before})
        return found

    def following(self, *, until: Week) -> Period | None:
        """The span after, cut after `until`; None where it has not begun."""
        after = _span(self.kind, self.first)[-1].plus(1)
        return Period.of(self.kind, after, until=until) if after <= until else None

    def _as_long(self, first: Week) -> Period:
        return Period(self.kind, tuple(first.plus(n) for n in range(len(self.weeks))))

    def _alike(self, week: Week) -> Period:
        whole = Period.of(self.kind, week)
        return Period(self.kind, whole.weeks[: len(self.weeks)]) if self.is_partial else whole

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the URL that `parse` reads back."""
        return {"week": str(self.last), "period": self.kind}

    @property
    def name(self) -> str:
        """Short name within its year: 第 46 周, 11月, 第 4 季度, 2026年."""
        thursday = _thursday(self.first)
        if self.kind == "week":
            return week_number(self.first)
        if self.kind == "month":
            return month_name(thursday)
        if self.kind == "quarter":
            return _("第 %(number)s 季度") % {"number": _quarter(thursday)}
        return _("%(year)s年") % {"year": thursday.year}

    @property
    def label(self) -> str:
        """Name with its year, for lists and files: 2026年第 46 周."""
        if self.kind == "year":
            return self.name
        return _("%(year)s年%(name)s") % {"year": _thursday(self.first).year, "name": self.name}

    def named(self, running: Week) -> str:
        """Short name, with its year where that is not the running one."""
        return self.name if self.year == running.year else self.label

    @property
    def dates(self) -> str:
        """First and last day: 11月9日—15日, 9–15 Nov."""
        start, end = self.first.monday, self.last.sunday
        if get_language() == "en":
            return f"{start.day}–{day(end)}" if start.month == end.month else f"{day(start)} – {day(end)}"
        return f"{day(start)}—{f'{end.day}日' if start.month == end.month else day(end)}"


def year_before(week: Week) -> Week:
    """Return the week of the same number in the year before, or that year's last."""
    latest = Week.on(dt.date(week.year - 1, 12, 28))
    return Week.on(dt.date.fromisocalendar(week.year - 1, min(week.number, latest.number), 1))


@cache
def festival_week(year: int) -> Week:
    """Return the week that holds the first day of the lunar year. Source: the holidays library, facts of the calendar."""
    found = country_holidays("CN", years=year, language="en_US")
    return Week.on(min(day for day, name in found.items() if name == NEW_YEAR))


def festival_of(weeks: Collection[Week]) -> tuple[Week, Week] | None:
    """Return the newest Spring Festival's week among some, and the year's before, where their numbers differ."""
    for week in sorted(weeks, reverse=True):
        before = festival_week(week.year - 1)
        if week == festival_week(week.year):
            return None if year_before(week) == before else (week, before)
    return None


def festival_words(weeks: tuple[Week, Week]) -> str:
    """Say in which week of two years Spring Festival is."""
    here, before = map(week_number, weeks)
    return _("春节：本年%(here)s，上年%(before)s") % {"here": here, "before": before}


def month_of(week: Week) -> tuple[int, int]:
    """Return year and month of a week: those of its Thursday."""
    thursday = _thursday(week)
    return thursday.year, thursday.month


def month_name(date: dt.date) -> str:
    """Return the month's name: 11月, Nov."""
    return date_format(date, "M") if get_language() == "en" else f"{date.month}月"


def _thursday(week: Week) -> dt.date:
    return week.monday + DAY * 3


def _quarter(date: dt.date) -> int:
    return (date.month + 2) // 3


def _span(kind: str, week: Week) -> tuple[Week, ...]:
    """All weeks of the span that holds a week."""
    if kind == "week":
        return (week,)
    thursday, months = _thursday(week), MONTHS_IN[kind]
    start = (thursday.month - 1) // months * months  # months of the year before the span
    first = dt.date(thursday.year, start + 1, 1)
    after = dt.date(thursday.year + (start + months) // 12, (start + months) % 12 + 1, 1)
    monday = Week.on(first) if first.isoweekday() <= 4 else Week.on(first).plus(1)
    weeks = []
    while _thursday(monday) < after:
        weeks.append(monday)
        monday = monday.plus(1)
    return tuple(weeks)
