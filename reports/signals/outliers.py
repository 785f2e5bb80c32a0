"""Units whose weeks are far heavier than those of their peers: modified z of the logarithm of minutes a head.

Only what is too heavy: a light week is no fault, and nothing to be praised or asked about. Only weeks that are shown.
Source: Iglewicz & Hoaglin, How to Detect and Handle Outliers, 1993.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from burden.kit.clock import Week
from reports.peers import MIN_PEERS, MIN_RETURNS, alike, hidden
from reports.periods import Span
from reports.signals.declared import SQL, Z_LIMIT, Found, Kind, strength

NORMAL = 0.6745  # the third quartile of the normal distribution: makes the MAD a standard deviation


@dataclass(frozen=True)
class UnitWeek:
    """What the cadres of one unit filed in one week. Units: person-minutes, returns a count."""

    unit_id: int
    kind: str
    week: dt.date
    minutes: int
    returns: int

    @property
    def per_head(self) -> float:
        return self.minutes / self.returns


@dataclass(frozen=True)
class Outlier:
    """A week that is far above those of its peers. Units: z as it is, `middle` the peers' median in minutes a head."""

    cell: UnitWeek
    z: float
    middle: float
    peers: int

    @property
    def beyond_min(self) -> int:
        """Person-minutes above what the median would have been."""
        return round(self.cell.minutes - self.middle * self.cell.returns)


def modified_z(values: Sequence[float]) -> list[float | None]:
    """Return how far each positive value lies from the median of their logarithms, in robust standard deviations.

    Shape: all None where more than half are alike: there is no spread to measure by.
    """
    logs = [math.log(value) for value in values]
    middle = median(logs) if logs else 0.0
    spread = median(abs(each - middle) for each in logs) if logs else 0.0
    if spread < 1e-9:
        return [None] * len(values)
    return [NORMAL * (each - middle) / spread for each in logs]


def outliers(cells: Iterable[UnitWeek]) -> Iterator[Outlier]:
    """Yield the weeks far above their peers: units of one kind in the same week, at least eight of them."""
    groups: dict[tuple[str, dt.date], list[UnitWeek]] = defaultdict(list)
    for cell in cells:
        groups[alike(cell.kind), cell.week].append(cell)
    for group in groups.values():
        if len(group) < MIN_PEERS:
            continue
        values = [cell.per_head for cell in group]
        middle = median(values)
        for cell, z in zip(group, modified_z(values), strict=True):
            if z is not None and z > Z_LIMIT:
                yield Outlier(cell, z, middle, len(group))


def find(span: Span) -> Iterator[Found]:
    """Yield the units of every county with weeks far above their peers, several weeks in a row as one."""
    for area, townships, villages in SQL.fetch("areas"):
        cells = [*_shown(townships, span, own=True), *_shown(villages, span, own=False)]
        found: dict[int, list[Outlier]] = defaultdict(list)
        for outlier in outliers(cells):
            found[outlier.cell.unit_id].append(outlier)
        for unit_id in sorted(found):
            yield from (_signal(unit_id, area, run) for run in runs(found[unit_id]))


def _shown(units: Sequence[int], span: Span, *, own: bool) -> list[UnitWeek]:
    """Return the weeks of units that may be shown: as on their pages, a township's own, and all of a village."""
    if not units:
        return []
    since, until = span
    rows = SQL.fetch("unit_weeks", units=list(units), since=since, until=until, min_returns=MIN_RETURNS)
    gone = hidden(units, span, own=own) if rows else {}
    return [cell for cell in (UnitWeek(*row) for row in rows) if cell.week not in gone[cell.unit_id]]


def runs(found: Iterable[Outlier]) -> list[list[Outlier]]:
    """Put weeks of one unit that follow each other together."""
    ordered = sorted(found, key=lambda each: each.cell.week)
    groups: list[list[Outlier]] = []
    for each in ordered:
        if groups and Week(groups[-1][-1].cell.week).plus(1).monday == each.cell.week:
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _signal(unit_id: int, area: int, run: Sequence[Outlier]) -> Found:
    return Found(
        kind=Kind.OUTLIER,
        unit_id=unit_id,
        subject="",
        category="",
        first_week=run[0].cell.week,
        last_week=run[-1].cell.week,
        strength=strength(max(each.z for each in run), Z_LIMIT),
        person_min=sum(each.beyond_min for each in run),
        evidence={"area": area, "weeks": [_week(each) for each in run]},
    )


def _week(each: Outlier) -> dict[str, object]:
    return {
        "week": str(each.cell.week),
        "per_head": round(each.cell.per_head),
        "median": round(each.middle),
        "z_tenths": round(each.z * 10),
        "peers": each.peers,
        "beyond_min": each.beyond_min,
    }
