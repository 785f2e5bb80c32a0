"""What a demand costs, and on which days it is due: pure arithmetic over whole minutes."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from burden.demands.models import Demand, Frequency
from burden.kit.clock import WEEK
from burden.kit.errors import Refused
from burden.standards.measure import Cost, person_minutes

LONGEST = dt.timedelta(days=731)  # a repeated demand is registered anew after two years
MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3}
TIMES_A_YEAR: Mapping[str, int] = {
    Frequency.ONCE: 1,
    Frequency.WEEKLY: 52,
    Frequency.MONTHLY: 12,
    Frequency.QUARTERLY: 4,
}


@dataclass(frozen=True)
class Price:
    """What everybody together spends on a demand. Units: receivers, people and times are counts; minutes each person's."""

    receivers: int
    people: int
    minutes: int
    travel_minutes: int = 0
    prep_minutes: int = 0
    times: int = 1
    times_a_year: int = 1

    @property
    def once_min(self) -> int:
        """Person-minutes of one time, all receivers together."""
        each = person_minutes(
            people=self.people,
            minutes=self.minutes,
            travel_minutes=self.travel_minutes,
            prep_minutes=self.prep_minutes,
        )
        return self.receivers * each

    @property
    def year_min(self) -> int:
        """Person-minutes of a year."""
        return self.once_min * self.times_a_year


def cost_of(demand: Demand) -> Cost:
    """Return what a demand claims of each receiver, each time."""
    return Cost(demand.people, demand.minutes, demand.travel_minutes, demand.prep_minutes)


def price_of(demand: Demand, receivers: int, cost: Cost | None = None) -> Price:
    """Return the price of a demand for so many receivers; a draft without its dates counts once.

    Without a cost of its own each receiver's is what the demand says.

    Units: receivers is a count.
    """
    times = 1
    if demand.first_on and (demand.until or demand.frequency == Frequency.ONCE):
        times = max(1, times_until(demand.first_on, demand.frequency, demand.until or demand.first_on))
    elif demand.first_on:
        times = TIMES_A_YEAR[demand.frequency]
    a_year = min(times, TIMES_A_YEAR[demand.frequency])
    return Price(receivers, **vars(cost or cost_of(demand)), times=times, times_a_year=a_year)


def due_days(first_on: dt.date, frequency: str, until: dt.date | None) -> tuple[dt.date, ...]:
    """Return the days on which a demand is due, the last one on `until` at the latest.

    A monthly or quarterly one keeps its day of the month; a month that is too short has it on its last day.
    Refuses: demand.no_end, demand.until_before, demand.until_far.
    """
    if frequency == Frequency.ONCE:
        return (first_on,)
    if until is None:
        raise _refused("no_end", _("重复的事项要写截止日期"))
    if until < first_on:
        raise _refused(
            "until_before", _("截止日期 %(until)s 早于首次日期 %(first)s") % {"until": until, "first": first_on}
        )
    if until - first_on > LONGEST:
        raise _refused("until_far", _("截止日期离首次日期最多两年，到期再登记"))
    return tuple(itertools.takewhile(lambda day: day <= until, _days(first_on, frequency)))


def times_until(first_on: dt.date, frequency: str, last: dt.date) -> int:
    """Return how often what begins on a day is due by another, however far: what is stored is read, whatever may be stored.

    Units: a count, 0 before it begins.
    """
    if last < first_on or frequency == Frequency.ONCE:
        return int(first_on <= last)
    if frequency == Frequency.WEEKLY:
        return (last - first_on) // WEEK + 1
    step = MONTHS[Frequency(frequency)]
    number = ((last.year - first_on.year) * 12 + last.month - first_on.month) // step
    return number + (_months_later(first_on, number * step) <= last)


def _refused(code: str, sentence: str) -> Refused:
    return Refused(f"demand.{code}", sentence, {"until": sentence})


def _days(first_on: dt.date, frequency: str) -> Iterator[dt.date]:
    """Yield due days without end."""
    for number in itertools.count():
        if frequency == Frequency.WEEKLY:
            yield first_on + WEEK * number
        else:
            yield _months_later(first_on, number * MONTHS[Frequency(frequency)])


def _months_later(day: dt.date, months: int) -> dt.date:
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return dt.date(day.year + years, month + 1, min(day.day, last))
