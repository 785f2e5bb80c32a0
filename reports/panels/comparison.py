"""The panel of units side by side: lines among their peers, and the heat of their weeks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from burden.kit.clock import Week
from burden.units.models import Kind, Unit
from reports.indicators import Load
from reports.peers import Spread, alike, spread
from reports.periods import Period, month_name, month_of
from reports.queries import Row, left_out

HEAT_WEEKS = 52
PHONE_WEEKS = 6
CALM = 0.95  # the heaviest colour stands for the heaviest twentieth of the cells


class Cell(NamedTuple):
    """One week of one unit. Units: minutes a head; state says why there is none."""

    week: Week
    value: float | None
    state: str  # shown, hidden, none
    is_old: bool  # left out on phones


@dataclass(frozen=True)
class Line:
    """One unit's line: the period's load, and its place among its peers."""

    unit: Unit
    active: int | None  # None: not shown
    load: Load | None  # None: not shown
    spread: Spread | None
    previous: Load | None = None  # the period before; None: not shown, or not asked for
    last_year: Load | None = None
    is_divided: bool = False  # whether a split divided some of it by published shares

    @property
    def imposed(self) -> float | None:
        return self.load.imposed_per_head if self.load else None

    @property
    def per_head(self) -> float | None:
        return self.load.per_head if self.load else None

    @property
    def is_hidden(self) -> bool:
        return self.load is None

    @property
    def gap(self) -> float | None:
        if self.spread is None or self.imposed is None:
            return None
        return self.imposed - round(self.spread.median)

    @property
    def than_previous(self) -> float | None:
        return self._more(self.previous)

    @property
    def than_last_year(self) -> float | None:
        return self._more(self.last_year)

    def _more(self, then: Load | None) -> float | None:
        """How much more is imposed a head than then. Units: minutes."""
        before = then.imposed_per_head if then else None
        return None if before is None or self.imposed is None else self.imposed - before

    @property
    def dot(self) -> dict[str, int | None] | None:
        """The places of the dot picture, in minutes a head from where its scale begins: a tenth below the least."""
        if self.spread is None:
            return None
        least, most = self.spread.least, self.spread.most
        room = (most - least) / 10
        places = {name: round(getattr(self.spread, name) - least + room) for name in ("low", "median", "high")}
        at = None if self.imposed is None else round(self.imposed - least + room)
        return places | {"at": at, "most": round(most - least + 2 * room)}


@dataclass(frozen=True)
class Peers:
    """One group of units that are compared with each other: median, middle half, P90. Units: minutes a head."""

    label: str
    count: int
    low: int
    median: int
    high: int
    p90: int


@dataclass(frozen=True)
class Table:
    """Units side by side: lines in the order asked for, the heaviest or most risen first, then those not shown."""

    lines: list[Line]
    peers: list[Peers]
    is_any_alone: bool  # whether some line has too few peers
    is_any_short: bool  # whether some line leaves hidden weeks out


SORTS: Mapping[str, Callable[[Line], float | None]] = {  # who is to be relieved first; the first by default
    "imposed": lambda line: line.imposed,
    "previous": lambda line: line.than_previous,
    "last_year": lambda line: line.than_last_year,
}


@dataclass(frozen=True)
class Then:
    """The same units in the period before and a year before. Shape: by unit id; none for those not shown."""

    previous: Mapping[int, Load | None]
    last_year: Mapping[int, Load | None]


NEVER = Then({}, {})


def table(
    rows: Sequence[Row],
    period: Period,
    then: Then = NEVER,
    sort: str = "imposed",
    wider: Mapping[str, Spread] | None = None,
) -> Table:
    """Put units in order, each beside its peers: those here, or those of a wider place where `wider` has them."""
    loads = {row.unit.pk: row.over(period) for row in rows}
    peers = _peers(rows, loads) if wider is None else wider
    lines = [
        Line(
            row.unit,
            row.active(period),
            loads[row.unit.pk],
            peers.get(alike(row.unit.kind)),
            then.previous.get(row.unit.pk),
            then.last_year.get(row.unit.pk),
            row.is_divided(period),
        )
        for row in rows
    ]
    lines.sort(key=lambda line: _place(line, SORTS[sort](line)))
    named = [
        Peers(
            str(Kind(kind).label),
            found.count,
            *(round(each) for each in (found.low, found.median, found.high, found.p90)),
        )
        for kind, found in peers.items()
    ]
    short = any(loads[row.unit.pk] and left_out(row.loads, row.gone, period) for row in rows)
    return Table(lines, named, any(line.spread is None for line in lines), short)


def _place(line: Line, value: float | None) -> tuple[bool, float, bool, float, str]:
    return value is None, -(value or 0), line.imposed is None, -(line.imposed or 0), line.unit.path


def _peers(rows: Sequence[Row], loads: Mapping[int, Load | None]) -> dict[str, Spread]:
    values: dict[str, list[float]] = {}
    for row in rows:
        load = loads[row.unit.pk]
        if load and load.imposed_per_head is not None:
            values.setdefault(alike(row.unit.kind), []).append(load.imposed_per_head)
    spreads = {kind: spread(found) for kind, found in values.items()}
    return {kind: found for kind, found in spreads.items() if found}


@dataclass(frozen=True)
class Heat:
    """The weeks beside the lines: cells by unit id, the months above them, the scale's top in minutes a head."""

    weeks: int
    cells: Mapping[int, tuple[Cell, ...]]
    months: list[tuple[str, int, bool]]  # name, columns, whether left out on phones
    top: int
    is_any_hidden: bool


def heat_weeks(period: Period) -> list[Week]:
    """Return the weeks of the heat cells, oldest first."""
    return [period.last.plus(n) for n in range(1 - HEAT_WEEKS, 1)]


def heat(rows: Sequence[Row], weeks: Sequence[Week]) -> Heat:
    """Lay out the weeks of some units."""
    cells = {row.unit.pk: tuple(_cells(row, weeks)) for row in rows}
    every = [cell for line in cells.values() for cell in line]
    values = sorted(cell.value for cell in every if cell.value is not None)
    calm = values[int(CALM * (len(values) - 1))] if values else 0
    is_even = bool(values) and values[0] == values[-1]  # nothing to be light or heavy beside
    top = int(calm * 2 if is_even else calm) + 1
    return Heat(len(weeks), cells, _months(weeks), top, any(cell.state == "hidden" for cell in every))


def _cells(row: Row, weeks: Sequence[Week]) -> Iterable[Cell]:
    for i, week in enumerate(weeks):
        is_old = i < len(weeks) - PHONE_WEEKS
        load = row.loads.get(week.monday)
        if load is None or not load.returns:
            yield Cell(week, None, "none", is_old)
        elif week.monday in row.gone:
            yield Cell(week, None, "hidden", is_old)
        else:
            yield Cell(week, load.per_head, "shown", is_old)


def _months(weeks: Sequence[Week]) -> list[tuple[str, int, bool]]:
    """Group columns under their months; a group of one column has no room for its name."""
    marked = [(month_of(week), i < len(weeks) - PHONE_WEEKS) for i, week in enumerate(weeks)]
    found = []
    for ((year, month), is_old), columns in groupby(marked):
        count = len(list(columns))
        found.append((month_name(dt.date(year, month, 1)) if count > 2 else "", count, is_old))
    return found
