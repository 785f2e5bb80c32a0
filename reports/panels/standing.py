"""Where units stand among their peers of a wider place: medians and middle halves that were counted at night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from burden.accounts.actor import Actor
from burden.units.models import Level, Unit
from reports.indicators import Load
from reports.models import PeerStat
from reports.peer_stats import SCOPES, Stats, group_of, stats
from reports.peers import Spread, alike
from reports.periods import Period
from reports.queries import Row

BELOW, WITHIN, ABOVE = "below", "within", "above"


@dataclass(frozen=True)
class Place:
    """A place around some units, and its peer groups. Shape: `groups` by kind as peers.alike says it."""

    scope: Unit
    groups: Mapping[str, PeerStat]


def known(actor: Actor, unit: Unit, units: Sequence[Unit], period: Period) -> Stats:
    """Return the peer groups of a unit and of those listed below it in the places it lies in. Two queries at most."""
    around = [each.pk for each in above(unit)]
    groups = {group_of(each.kind, unit.level) for each in units}
    if unit.parent is not None:
        groups.add(group_of(unit.kind, unit.parent.level))
    return stats(actor, around, groups, period) if around else {}


def places(known: Stats, unit: Unit, units: Sequence[Unit]) -> dict[str, Place]:
    """Return the places above a unit whose peer groups those below it may be compared with, by level.

    Shape: the unit's parents are loaded; of places that hold no group that may be told there is none.
    """
    around = {each.pk: each for each in above(unit)}
    # departments that stand beside each other work for the unit above them
    groups = {group_of(each.kind, unit.level): alike(each.kind) for each in units}
    found: dict[int, dict[str, PeerStat]] = {}
    for (scope, group), stat in known.items():
        if group in groups:
            found.setdefault(scope, {})[groups[group]] = stat
    return {around[pk].level: Place(around[pk], found[pk]) for pk in around if pk in found}


def above(unit: Unit) -> list[Unit]:
    """Return the places a unit lies in, the nearest first."""
    found, step = [], unit.parent
    while step is not None:
        if step.level in SCOPES:
            found.append(step)
        step = step.parent
    return found


def spreads(place: Place | None, rows: Sequence[Row], period: Period) -> dict[str, Spread] | None:
    """Return the peers of a wider place as the list draws them; its scale holds every unit that is listed."""
    if place is None:
        return None
    loads = [(alike(row.unit.kind), row.over(period)) for row in rows]
    known: dict[str, list[float]] = {}
    for kind, load in loads:
        if load and load.imposed_per_head is not None:
            known.setdefault(kind, []).append(load.imposed_per_head)
    return {kind: _spread(stat, known.get(kind, [])) for kind, stat in place.groups.items() if kind in known}


def _spread(stat: PeerStat, values: Sequence[float]) -> Spread:
    low, median, high, p90 = stat.imposed_low, stat.imposed_median, stat.imposed_high, stat.imposed_p90
    return Spread(stat.n, low, median, high, p90, min([low, *values]), max([p90, *values]))


# --- one unit ---


@dataclass(frozen=True)
class Figure:
    """One figure of a unit beside its peers. Units: minutes of one person in one week."""

    value: float
    low: int
    median: int
    high: int
    p90: int

    @property
    def gap(self) -> float:
        return self.value - self.median

    @property
    def where(self) -> str:
        """Below, within or above the middle half: no place in an order."""
        return BELOW if self.value < self.low else ABOVE if self.value > self.high else WITHIN

    @property
    def most(self) -> int:
        return round(max(self.value, self.p90) * 1.1)


@dataclass(frozen=True)
class Standing:
    """A unit among the peers of one place; no figures where there are too few peers to tell."""

    scope: Unit
    count: int | None
    imposed: Figure | None
    total: Figure | None


def standing(known: Stats, unit: Unit, load: Load | None) -> list[Standing]:
    """Return where a unit stands in each place it lies in, the nearest first. Shape: the unit's parents are loaded."""
    around = above(unit)
    if not around or unit.parent is None or load is None or load.per_head is None:
        return []
    group = group_of(unit.kind, unit.parent.level)
    return [_standing(each, known.get((each.pk, group)), load) for each in around]


def _standing(scope: Unit, stat: PeerStat | None, load: Load) -> Standing:
    if stat is None or load.imposed_per_head is None or load.per_head is None:
        return Standing(scope, None, None, None)
    imposed = Figure(load.imposed_per_head, stat.imposed_low, stat.imposed_median, stat.imposed_high, stat.imposed_p90)
    total = Figure(load.per_head, stat.total_low, stat.total_median, stat.total_high, stat.total_p90)
    return Standing(scope, stat.n, imposed, total)


def is_compared(unit: Unit) -> bool:
    """Whether a unit has peers: whatever stands below a county, a city, a province or the nation."""
    return unit.level != Level.NATION and bool(above(unit))
