"""What a practice spared, measured by the portal: twelve weeks before against twelve after, beside units of the same kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from burden.kit.clock import Week, last_closed
from burden.kit.figures import Spent, spent
from burden.units.models import Unit

WEEKS = 12
MIN_WEEKS = 6  # on each side: of fewer that may be shown nothing is told
MIN_PEERS = 8  # units behind a figure of others
MIN_ADOPTERS = 3


@dataclass(frozen=True)
class Effect:
    """Time on one category, before and after. Units: whole minutes of one person a week."""

    before_min: int
    after_min: int

    @property
    def change(self) -> int:
        """Per cent by which it changed, rounded towards nothing."""
        return int((self.after_min - self.before_min) * 100 / self.before_min) if self.before_min else 0

    @property
    def less(self) -> int:
        return -self.change

    @property
    def most(self) -> int:
        return max(self.before_min, self.after_min)

    @property
    def before_bar(self) -> list[tuple[str, int]]:
        return [("x-self", self.before_min)]

    @property
    def after_bar(self) -> list[tuple[str, int]]:
        return [("x-brand", self.after_min)]


def windows(since: dt.date, now: dt.datetime) -> tuple[list[dt.date], list[dt.date]] | None:
    """Return the weeks before a Monday and from it on; None before twelve of them are closed."""
    first = Week(since)
    if first.plus(WEEKS - 1).monday > last_closed(now).monday:
        return None
    return [first.plus(-n).monday for n in range(WEEKS, 0, -1)], [first.plus(n).monday for n in range(WEEKS)]


def effect_of(
    units: Collection[int], category: str, since: dt.date, now: dt.datetime, *, least: int = 1
) -> Effect | None:
    """Return how time changed in some units together; None where it cannot be told.

    Units: `least` is how many of them have to be told on both sides.
    """
    weeks = windows(since, now)
    if weeks is None or not units:
        return None
    before, after = (spent(unit_ids=units, category=category, weeks=each) for each in weeks)
    told = [pk for pk in before if pk in after and min(before[pk].weeks, after[pk].weeks) >= MIN_WEEKS]
    if len(told) < least:
        return None
    return Effect(_per_head([before[pk] for pk in told]), _per_head([after[pk] for pk in told]))


def _per_head(some: Collection[Spent]) -> int:
    returns = sum(each.returns for each in some)
    return sum(each.person_min for each in some) // returns if returns else 0


def peers_of(unit: Unit, area: Unit, without: Collection[int]) -> list[int]:
    """Return the other open units of a kind in an area, without those that do the same."""
    low, high = area.range
    found = Unit.every.filter(kind=unit.kind, closed_on=None, path__gte=low, path__lt=high)
    return list(found.exclude(pk__in=[unit.pk, *without]).values_list("pk", flat=True))
