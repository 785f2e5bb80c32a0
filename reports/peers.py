"""Who is compared with whom, and what is not shown: law 5 of the DOMAIN design.

One function decides what is hidden, for pages, API and exports alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

MIN_RETURNS = 5  # returns that a cell of confirmed minutes needs
MIN_ACTIVE = 3  # active cadres that a unit needs to be shown alone
MIN_PEERS = 8  # units of one kind that a comparison needs
# kinds of unit whose work is alike; any other kind stands for itself
ALIKE = {"town": "township"}

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Cell:
    """How many people stand behind a sum. Units: returns and cadres, counts."""

    returns: int
    active: int

    @property
    def is_enough(self) -> bool:
        return self.returns >= MIN_RETURNS and self.active >= MIN_ACTIVE

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.returns + other.returns, self.active + other.active)


NOBODY = Cell(0, 0)


def suppress(cells: Mapping[Key, Cell], *groupings: Callable[[Key], Hashable]) -> frozenset[Key]:
    """Return the keys of the cells that must not be shown.

    A cell is hidden that too few people stand behind. Each grouping says which cells add up to a sum that is itself
    shown: where the hidden ones of a group are too few together, the smallest shown one is hidden too, or it could
    be had by subtraction. That one has enough people by itself, so no other group has to be looked at again.
    A cell without any return is no data and hides nothing.
    Units: cells count returns and cadres.
    """
    filled = {key: cell for key, cell in cells.items() if cell.returns}
    hidden = {key for key, cell in filled.items() if not cell.is_enough}
    for grouping in groupings:
        for members in _grouped(filled, grouping):
            hidden.update(_remainder(members, filled, hidden))
    return frozenset(hidden)


def _grouped(keys: Iterable[Key], grouping: Callable[[Key], Hashable]) -> Iterable[list[Key]]:
    groups: dict[Hashable, list[Key]] = defaultdict(list)
    for key in keys:
        groups[grouping(key)].append(key)
    return groups.values()


def _remainder(members: list[Key], cells: Mapping[Key, Cell], hidden: set[Key]) -> list[Key]:
    """Return the one more cell of a group that has to be hidden, if any."""
    gone = [key for key in members if key in hidden]
    if not gone or sum((cells[key] for key in gone), NOBODY).is_enough:
        return []
    shown = [key for key in members if key not in hidden]
    return [min(shown, key=lambda key: (cells[key].returns, repr(key)))] if shown else []


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
