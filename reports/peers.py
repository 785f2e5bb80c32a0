"""Compared with whom, and what is not shown: law 5 of the DOMAIN design.

One statement decides what is hidden, unit by unit and week by week, for pages, API and exports alike, whoever reads.
Whatever else is shown is a sum of shown weeks, so that nothing is told but what they tell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from reports.periods import Span
from reports.statements import Statements

SQL = Statements()
MIN_RETURNS = 5  # returns that a figure of confirmed minutes needs
MIN_ACTIVE = 3  # active cadres that a unit needs to be shown alone
ENOUGH = {"min_returns": MIN_RETURNS, "min_active": MIN_ACTIVE}
FEW = 40  # units whose hidden weeks are found one way, whatever units: it is planned once; of thousands each time, by how many
MIN_PEERS = 8  # units of one kind that a comparison needs
# kinds of unit whose work is alike; any other kind stands for itself
ALIKE = {"town": "township"}

Weeks = Mapping[int, Collection[dt.date]]  # Mondays by unit id


def hidden(units: Collection[int], span: Span, *, own: bool = False) -> Weeks:
    """Return the weeks in which figures of units must not be shown: those with all below them, or their own alone.

    Families are read whole and in the trees of those weeks: how many people stand behind a sibling's figure decides
    whether this one may be shown. A week without returns is no data, and not hidden.
    Units: unit ids in, Mondays out.
    """
    found: dict[int, set[dt.date]] = {unit: set() for unit in units}
    ask = SQL.prepared if len(found) <= FEW else SQL.fetch
    for unit, week in ask("hidden", units=[*found], own=own, since=span[0], until=span[1]):
        found[unit].add(week)
    return found


def alike(kind: str) -> str:
    """Return the peer group of a kind of unit: towns and townships do the same work. Units: codes of units.models.Kind."""
    return ALIKE.get(kind, kind)


@dataclass(frozen=True)
class Spread:
    """Median, middle half and heaviest tenth of a peer group. Units: those of the values given."""

    count: int
    low: float
    median: float
    high: float
    p90: float
    least: float
    most: float


def spread(values: Sequence[float]) -> Spread | None:
    """Return median, quartiles and P90 of a peer group; None under 8 units.

    Units: those of the values. Source: linear interpolation (R-7).
    """
    if len(values) < MIN_PEERS:
        return None
    ordered = sorted(values)
    low, median, high, p90 = (_quantile(ordered, share) for share in (0.25, 0.5, 0.75, 0.9))
    return Spread(len(ordered), low, median, high, p90, ordered[0], ordered[-1])


def _quantile(ordered: Sequence[float], share: float) -> float:
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)
