"""What practices spared, measured by the portal: twelve weeks before against twelve after, beside units of the same kind."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from burden.demands.adaptations.models import Adaptation
from burden.demands.practices.models import Practice
from burden.kit.clock import Week, last_closed
from burden.kit.figures import Spent, spent
from burden.units.models import Unit

WEEKS = 12
MIN_WEEKS = 6  # on each side: of fewer that may be shown nothing is told
MIN_PEERS = 8  # units behind a figure of others
MIN_ADOPTERS = 3

Figures = Mapping[int, Mapping[dt.date, Spent]]  # by unit and Monday
Begun = Collection[tuple[int, dt.date]]  # which unit does so since which Monday


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


@dataclass(frozen=True)
class Told:
    """What is told of a practice. Units: `in_use` counts those who took it over and hold to it.

    Shape: `effect` where it began and `followed` where others took it over, all of them together; None where too little is
    known. Never ranked, and nobody is named beside a figure.
    """

    practice: Practice
    in_use: int
    effect: Effect | None
    followed: Effect | None
    is_young: bool


def windows(since: dt.date, now: dt.datetime) -> tuple[list[dt.date], list[dt.date]] | None:
    """Return the weeks before a Monday and from it on; None before twelve of them are closed."""
    first = Week(since)
    if first.plus(WEEKS - 1).monday > last_closed(now).monday:
        return None
    return [first.plus(-n).monday for n in range(WEEKS, 0, -1)], [first.plus(n).monday for n in range(WEEKS)]


def told_of(
    practices: Iterable[Practice], adopted: Iterable[Adaptation], now: dt.datetime, today: dt.date
) -> list[Told]:
    """Return what is told of some practices, with those who took them over. Two queries."""
    some, users = list(practices), defaultdict(list)
    for each in adopted:
        users[each.practice_id].append(each)
    held = {pk: [(one.unit_id, one.from_week) for one in ones if _tried(one, now)] for pk, ones in users.items()}
    begun = {(one.unit_id, one.since) for one in some} | {pair for pairs in held.values() for pair in pairs}
    known = figures(begun, now)
    return [
        Told(
            one,
            sum(use.until >= today for use in users[one.pk]),
            effect_in(known, [(one.unit_id, one.since)], one.category, now),
            effect_in(known, held.get(one.pk, []), one.category, now, least=MIN_ADOPTERS),
            windows(one.since, now) is None,
        )
        for one in some
    ]


def _tried(one: Adaptation, now: dt.datetime) -> bool:
    """Whether who took it over held to it for twelve closed weeks."""
    return windows(one.from_week, now) is not None and one.until >= Week(one.from_week).plus(WEEKS - 1).sunday


def figures(begun: Begun, now: dt.datetime) -> Figures:
    """Read what the windows of some units need. Two queries, none where nothing is ripe."""
    ripe = [(unit, found) for unit, since in begun if (found := windows(since, now))]
    if not ripe:
        return {}
    first, last = min(found[0][0] for _unit, found in ripe), max(found[1][-1] for _unit, found in ripe)
    return spent(unit_ids={unit for unit, _found in ripe}, since=first, until=last)


def effect_in(known: Figures, begun: Begun, category: str, now: dt.datetime, *, least: int = 1) -> Effect | None:
    """Return how time changed in some units together, each by its own weeks; None where it cannot be told.

    Units: `least` is how many of them have to be told on both sides.
    """
    sides = []
    for unit, since in begun:
        weeks, of_unit = windows(since, now), known.get(unit, {})
        both = [[of_unit[week] for week in side if week in of_unit] for side in weeks or ()]
        if both and min(len(side) for side in both) >= MIN_WEEKS:
            sides.append(both)
    if not sides or len(sides) < least:
        return None
    before, after = (_per_head([week for both in sides for week in both[side]], category) for side in (0, 1))
    return Effect(before, after)


def effect_of(begun: Begun, category: str, now: dt.datetime, *, least: int = 1) -> Effect | None:
    """Return how time changed in some units together, as effect_in does. Two queries."""
    return effect_in(figures(begun, now), begun, category, now, least=least)


def _per_head(weeks: Collection[Spent], category: str) -> int:
    returns = sum(each.returns for each in weeks)
    return sum(each.person_min[category] for each in weeks) // returns if returns else 0


def peers_of(unit: Unit, area: Unit, without: Collection[int]) -> list[int]:
    """Return the other open units of a kind in an area, without those that do the same."""
    low, high = area.range
    found = Unit.every.filter(kind=unit.kind, closed_on=None, path__gte=low, path__lt=high)
    return list(found.exclude(pk__in=[unit.pk, *without]).values_list("pk", flat=True))
