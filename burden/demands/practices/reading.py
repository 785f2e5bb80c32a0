"""What practices spared, measured by the portal: twelve weeks before against twelve after, beside units of the same kind."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

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

    def is_beside(self, peers: Effect | None) -> bool:
        """Whether it went down no further than elsewhere: no saving of its own."""
        return peers is not None and self.change >= peers.change

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

    Shape: `effect` where it began and `followed` where others took it over and hold to it, all of them together, each beside
    `peers`, units of the kind that did not do so in these weeks; None where too little is known. Never ranked, and nobody is
    named beside a figure.
    """

    practice: Practice
    in_use: int
    effect: Effect | None
    followed: Effect | None
    is_young: bool
    peers: Effect | None
    followed_peers: Effect | None

    @property
    def is_no_saving(self) -> bool:
        """Whether peers went down as far where it began."""
        return self.effect is not None and self.effect.is_beside(self.peers)

    @property
    def is_no_use(self) -> bool:
        """Whether peers went down as far where others took it over."""
        return self.followed is not None and self.followed.is_beside(self.followed_peers)


def windows(since: dt.date, now: dt.datetime) -> tuple[list[dt.date], list[dt.date]] | None:
    """Return the weeks before a Monday and from it on; None before twelve of them are closed."""
    first = Week(since)
    if first.plus(WEEKS - 1).monday > last_closed(now).monday:
        return None
    return [first.plus(-n).monday for n in range(WEEKS, 0, -1)], [first.plus(n).monday for n in range(WEEKS)]


def told_of(
    practices: Iterable[Practice], adopted: Iterable[Adaptation], now: dt.datetime, today: dt.date
) -> list[Told]:
    """Return what is told of some practices, with those who took them over. Three queries."""
    some, users = list(practices), defaultdict(list)
    for each in adopted:
        users[each.practice_id].append(each)
    alike = _alike(some)
    looked = {one.pk: _looked(one, users[one.pk], alike[one.pk], now, today) for one in some}
    known = figures({pair for sides in looked.values() for pairs in sides for pair in pairs}, now)
    return [
        Told(
            one,
            sum(use.until >= today for use in users[one.pk]),
            effect_in(known, own, one.category, now),
            effect_in(known, held, one.category, now, least=MIN_ADOPTERS),
            windows(one.since, now) is None,
            effect_in(known, peers, one.category, now, least=MIN_PEERS),
            effect_in(known, others, one.category, now, least=MIN_PEERS),
        )
        for one in some
        for own, held, peers, others in [looked[one.pk]]
    ]


def _looked(
    one: Practice, users: Collection[Adaptation], alike: Collection[int], now: dt.datetime, today: dt.date
) -> tuple[Begun, Begun, Begun, Begun]:
    """Return whose weeks tell of a practice: its own unit's, those of who holds to it, and of peers beside either."""
    held = [(use.unit_id, use.from_week) for use in users if use.until >= today and windows(use.from_week, now)]
    newest = max((since for _unit, since in held), default=None)
    others = _beside(users, alike, newest) if newest else []
    return [(one.unit_id, one.since)], held, _beside(users, alike, one.since), others


def _beside(users: Collection[Adaptation], alike: Collection[int], since: dt.date) -> Begun:
    """Return the peers of some weeks: who took it over later did not do so yet."""
    last = Week(since).plus(WEEKS - 1).monday
    doing = {use.unit_id for use in users if use.from_week <= last}
    return [(pk, since) for pk in alike if pk not in doing]


def _alike(practices: Collection[Practice]) -> dict[int, list[int]]:
    """Return, by practice, the other open units of its unit's kind in its area. One query."""
    if not practices:
        return {}
    areas = {one.area.range for one in practices}
    near = reduce(or_, (Q(path__gte=low, path__lt=high) for low, high in areas))
    found = Unit.every.filter(near, kind__in={one.unit.kind for one in practices}, closed_on=None)
    units = list(found.values_list("pk", "kind", "path"))
    return {
        one.pk: [
            pk
            for pk, kind, path in units
            if kind == one.unit.kind and path.startswith(one.area.path) and pk != one.unit_id
        ]
        for one in practices
    }


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


def _per_head(weeks: Collection[Spent], category: str) -> int:
    returns = sum(each.returns for each in weeks)
    return sum(each.person_min[category] for each in weeks) // returns if returns else 0


def peers_of(unit: Unit, area: Unit, without: Collection[int]) -> list[int]:
    """Return the other open units of a kind in an area, without those that do the same."""
    low, high = area.range
    found = Unit.every.filter(kind=unit.kind, closed_on=None, path__gte=low, path__lt=high)
    return list(found.exclude(pk__in=[unit.pk, *without]).values_list("pk", flat=True))
