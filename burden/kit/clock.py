"""Time of the portal: instants in UTC, weeks as Mondays of Asia/Shanghai."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.utils import timezone

DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)
DAY_TEXT = re.compile(r"(?:19|20)\d\d-\d\d-\d\d", re.ASCII)
EDITABLE_AFTER_SUNDAY = dt.timedelta(days=7)  # 暂定: a week stays open for seven days after its Sunday


def now() -> dt.datetime:
    """Return this instant, aware."""
    return timezone.now()


def day_of(at: dt.datetime) -> dt.date:
    """Return the calendar day of an instant in Asia/Shanghai."""
    return timezone.localtime(at).date()


def midnight(day: dt.date) -> dt.datetime:
    """Return the instant at which a day of Asia/Shanghai begins."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def read_day(text: str) -> dt.date:
    """Read `YYYY-MM-DD` of 1900 to 2099. Refuses (ValueError): whatever else Python takes for a date."""
    if not DAY_TEXT.fullmatch(text):
        raise ValueError(f"{text!r} is not YYYY-MM-DD")
    return dt.date.fromisoformat(text)


@dataclass(frozen=True, order=True)
class Week:
    """An ISO week, known by its Monday."""

    monday: dt.date

    def __post_init__(self) -> None:
        if self.monday.isoweekday() != 1:
            raise ValueError(f"{self.monday} is not a Monday")

    @classmethod
    def on(cls, day: dt.date) -> Week:
        """Return the week that holds a day."""
        return cls(day - DAY * (day.isoweekday() - 1))

    @classmethod
    def at(cls, instant: dt.datetime) -> Week:
        """Return the week that holds an instant, by the clock of Asia/Shanghai."""
        return cls.on(day_of(instant))

    @classmethod
    def parse(cls, text: str) -> Week:
        """Read `YYYY-MM-DD`. Refuses (ValueError): no date, or no Monday."""
        return cls(read_day(text))

    @property
    def sunday(self) -> dt.date:
        return self.monday + DAY * 6

    @property
    def number(self) -> int:
        """ISO week number, 1 to 53."""
        return self.monday.isocalendar().week

    @property
    def year(self) -> int:
        """ISO year: that of the week's Thursday."""
        return self.monday.isocalendar().year

    @property
    def open_until(self) -> dt.date:
        """Last day on which a return of this week is not late."""
        return self.sunday + EDITABLE_AFTER_SUNDAY

    def plus(self, weeks: int) -> Week:
        return Week(self.monday + WEEK * weeks)

    def is_future(self, at: dt.datetime) -> bool:
        return self.monday > day_of(at)

    def is_late(self, at: dt.datetime) -> bool:
        """Whether a return filed at this instant is late (补录)."""
        return day_of(at) > self.open_until

    def is_closed(self, at: dt.datetime) -> bool:
        """Whether the week's Sunday is past."""
        return day_of(at) > self.sunday

    def __str__(self) -> str:
        return self.monday.isoformat()


def last_closed(at: dt.datetime) -> Week:
    """Return the newest week whose Sunday is past."""
    return Week.at(at).plus(-1)
