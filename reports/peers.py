"""Who is compared with whom, and what is not shown: law 5 of the DOMAIN design.

One function decides what is hidden, for pages, API and exports alike.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeVar

from burden.kit import clock
from burden.kit.clock import Week, last_closed
from reports.periods import month_of

MIN_RETURNS = 5  # returns that a cell of confirmed minutes needs
MIN_ACTIVE = 3  # active cadres that a unit needs to be shown alone
MIN_PEERS = 8  # units of one kind that a comparison needs
# kinds of unit whose work is alike; any other kind stands for itself
ALIKE = {"town": "township"}

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Cell:
    """How many people stand behind a sum. Units: returns and cadres, counts."""

    returns: int
    active: int

    @property
    def is_enough(self) -> bool:
        return self.returns >= MIN_RETURNS and self.active >= MIN_ACTIVE

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.returns + other.returns, self.active + other.active)

    def __sub__(self, other: Cell) -> Cell:
        return Cell(self.returns - other.returns, self.active - other.active)


NOBODY = Cell(0, 0)


class Member(NamedTuple):
    """A figure of one week that adds up with its family's to a sum somebody sees.

    A family is a parent: the subtree sums of its children, and the parent's own (`own`, unit and family the same).
    """

    family: int
    unit: int
    week: dt.date
    own: bool = False


def hidden(cells: Mapping[Member, Cell], closed: Week | None = None) -> frozenset[Member]:
    """Return which weekly figures must not be shown: page, API and export ask here, with whole months of whole families.

    Sums that are shown: the family's of a week, and a unit's of a month, which has closed weeks alone. Where there is
    a choice, children go first.
    Units: cells count returns and cadres; `closed` is the newest closed week, of now if not given.
    """
    month = months(closed)
    return suppress(
        cells,
        lambda key: (key.family, key.week),
        lambda key: (key.unit, key.own, month(key.week)),
        last=lambda key: key.own,
    )


def undecided(small: Mapping[dt.date, tuple[int, Cell]], closed: Week | None = None) -> set[dt.date]:
    """Return the weeks of a family in which `hidden` has to see all of it to decide about one unit.

    Nothing is hidden in a month without a cell too small; and where those of every week of it are enough together, no
    week hides another cell: the unit's own weeks decide. A week and its month have nothing to do with other months.
    Shape: `small` has every week with returns: how many of its cells are too small, and what they add up to.
    Units: cells count returns and cadres; `closed` as for hidden.
    """
    month = months(closed)
    asking = {month(week) for week, (count, _cell) in small.items() if count}
    waiting = {month(week) for week, (count, cell) in small.items() if count < 2 or not cell.is_enough}
    return {week for week in small if month(week) in asking & waiting}


def months(closed: Week | None = None) -> Callable[[dt.date], Hashable]:
    """Say which weeks of a unit add up to a sum that is shown: a month's closed ones.

    Units: weeks are Mondays; `closed` as for hidden.
    """
    newest = (closed or last_closed(clock.now())).monday
    return lambda week: _month(week) if week <= newest else week


@lru_cache(maxsize=1024)
def _month(monday: dt.date) -> tuple[int, int]:
    return month_of(Week(monday))


def _never(_key: object) -> bool:
    return False


def suppress(
    cells: Mapping[Key, Cell],
    *groupings: Callable[[Key], Hashable],
    last: Callable[[Key], bool] = _never,
    also: Collection[Key] = (),
) -> frozenset[Key]:
    """Return the keys of the cells that must not be shown.

    A cell is hidden that too few people stand behind. Each grouping says which cells add up to a sum that is itself
    shown: where one is hidden alone, or the hidden ones are too few people together, the smallest shown one is hidden
    too, or the first could be had by subtraction. `last` names cells to be hidden only where no other is left, `also` cells hidden for other reasons.
    A cell without any return is no data and hides nothing.
    Units: cells count returns and cadres.
    """
    filled = {key: cell for key, cell in cells.items() if cell.returns}
    gone = {key for key, cell in filled.items() if not cell.is_enough or key in also}
    groups = _grouped(filled, groupings) if gone else {}
    waiting = sorted({name for key in gone for name in _names(key, groupings)}, key=repr)  # in one order: the same
    for name in waiting:  # cells always hide the same others
        more = _remainder(groups[name], filled, gone, last)
        if more is not None:
            gone.add(more)
            waiting.extend(_names(more, groupings))
    return frozenset(gone)


Name = tuple[int, Hashable]  # number of the grouping, name of the group in it


def _names(key: Key, groupings: Sequence[Callable[[Key], Hashable]]) -> Iterable[Name]:
    return ((number, grouping(key)) for number, grouping in enumerate(groupings))


def _grouped(keys: Collection[Key], groupings: Sequence[Callable[[Key], Hashable]]) -> Mapping[Name, list[Key]]:
    groups: dict[Name, list[Key]] = defaultdict(list)
    for number, grouping in enumerate(groupings):
        for key in keys:
            groups[number, grouping(key)].append(key)
    return groups


def _remainder(
    members: Sequence[Key], cells: Mapping[Key, Cell], gone: Collection[Key], last: Callable[[Key], bool]
) -> Key | None:
    """Return the one of a group that has to be hidden beside the hidden ones: whatever is shown is enough with them."""
    if _are_enough([cells[key] for key in members if key in gone]):
        return None
    shown = (key for key in members if key not in gone)
    return min(shown, key=lambda key: (last(key), cells[key].returns, repr(key)), default=None)


def _are_enough(together: Sequence[Cell]) -> bool:
    if len(together) < 2:
        return False
    return sum(cell.returns for cell in together) >= MIN_RETURNS and sum(cell.active for cell in together) >= MIN_ACTIVE


def alike(kind: str) -> str:
    """Return the peer group of a kind of unit: towns and townships do the same work. Units: codes of units.models.Kind."""
    return ALIKE.get(kind, kind)


@dataclass(frozen=True)
class Spread:
    """Median and middle half of a peer group. Units: those of the values given."""

    count: int
    low: float
    median: float
    high: float
    least: float
    most: float


def spread(values: Sequence[float]) -> Spread | None:
    """Return median and quartiles of a peer group; None under 8 units.

    Units: those of the values. Source: linear interpolation (R-7).
    """
    if len(values) < MIN_PEERS:
        return None
    ordered = sorted(values)
    low, median, high = (_quantile(ordered, share) for share in (0.25, 0.5, 0.75))
    return Spread(len(ordered), low, median, high, ordered[0], ordered[-1])


def _quantile(ordered: Sequence[float], share: float) -> float:
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)
