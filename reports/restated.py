"""Today's tree: the sums of past weeks as they would be, had every unit stood then where it stands now.

A restated sum is what was reported, with what has come since and without what has gone: only the units that moved are
read, and nothing is summed anew below them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from reports.indicators import CATEGORIES
from reports.peers import Weeks, hidden
from reports.periods import Span

SQL = Path(__file__).parent / "sql" / "restated"
REPORTED, RESTATED = BASES = ("reported", "restated")  # the tree of each week, or today's; the first by default
SUMS = (
    *(f"{prefix}_{name}" for prefix in "nmc" for name in CATEGORIES),
    *("self_min", "after_hours_min", "bulk_min", "returns", "nil_returns", "active"),
)
SOURCE = ("n", *(f"m_{name}" for name in CATEGORIES), "c_min", "u_min", "u_n")

Cell = tuple[int, dt.date]  # unit id, Monday
Vector = tuple[int, ...]


@dataclass(frozen=True)
class Shift:
    """Weeks in which a unit stood elsewhere than today, and what that means for another's sums: it has come, or gone.

    Units: `sign` 1 or -1; `until` is the Monday after the last week.
    """

    unit: int
    moved: int
    sign: int
    since: dt.date
    until: dt.date

    def holds(self, week: dt.date) -> bool:
        """Say whether the unit that moved stood elsewhere in that week."""
        return self.since <= week < self.until


def shifts(units: Collection[int], span: Span) -> list[Shift]:
    """Return what tells the two trees apart for the sums of some units; empty where both are the same."""
    return [Shift(*row) for row in _read("shifts", units, span)]


def hidden_in(basis: str, units: Collection[int], span: Span, *, own: bool = False) -> Weeks:
    """Return the weeks in which figures of units must not be shown, in either tree. Units: as for peers.hidden.

    What the own people of a unit filed is the same in both.
    """
    return hidden(units, span, own=own) if own or basis == REPORTED else hidden_restated(units, span)


def hidden_restated(units: Collection[int], span: Span) -> Weeks:
    """Return the weeks in which figures of units in today's tree must not be shown.

    Such a figure is what was reported, less those who have gone and with those who have come: all of them have to be
    shown, or the two trees together would give one away. Units: as for peers.hidden.
    """
    found = shifts(units, span)
    gone = hidden({*units, *(shift.moved for shift in found)}, span)
    weeks = {unit: set(gone[unit]) for unit in units}
    for shift in found:
        weeks[shift.unit].update(week for week in gone[shift.moved] if shift.holds(week))
    return weeks


def cells(units: Collection[int], span: Span) -> dict[Cell, Vector]:
    """Return the sums that differ in today's tree, by unit and week; all others are as reported.

    Shape: as SUMS; a unit that has nothing of a week any more has zeros.
    """
    found = shifts(units, span)
    stored = {(unit, week): tuple(sums) for unit, week, sums in _read("cells", _named(found), span)} if found else {}
    done: dict[Cell, Vector] = {}
    for shift, week, sums in _moved(found, stored):
        here = shift.unit, week
        done[here] = _add(done.get(here) or stored.get(here, ()), sums, shift.sign)
    return done


def sources(units: Collection[int], span: Span) -> dict[Cell, dict[int, Vector]]:
    """Return for whom units worked where that differs in today's tree, by unit and week, then by issuer.

    Shape: as SOURCE; an issuer that is none any more has zeros.
    """
    found = shifts(units, span)
    stored: dict[Cell, dict[int, Vector]] = defaultdict(dict)
    for unit, week, issuer, sums in _read("sources", _named(found), span) if found else ():
        stored[unit, week][issuer] = tuple(sums)
    done: dict[Cell, dict[int, Vector]] = {}
    for shift, week, issuers in _moved(found, stored):
        here = done.setdefault((shift.unit, week), dict(stored.get((shift.unit, week), {})))
        for issuer, sums in issuers.items():
            here[issuer] = _add(here.get(issuer, ()), sums, shift.sign)
    return done


def rows(found: Mapping[Cell, Vector]) -> list[dict[str, Any]]:
    """Return cells as rows of rollup_sub, for statements that take them as JSON."""
    return [_row(cell, SUMS, sums) for cell, sums in found.items()]


def source_rows(found: Mapping[Cell, Mapping[int, Vector]]) -> list[dict[str, Any]]:
    """Return issuers as rows of rollup_source, for statements that take them as JSON."""
    return [
        _row(cell, SOURCE, sums) | {"issuer_id": issuer}
        for cell, issuers in found.items()
        for issuer, sums in issuers.items()
    ]


def _row(cell: Cell, names: Sequence[str], sums: Vector) -> dict[str, Any]:
    return {"unit_id": cell[0], "week": cell[1].isoformat(), **dict(zip(names, sums, strict=True))}


def _named(found: Iterable[Shift]) -> set[int]:
    return {pk for shift in found for pk in (shift.unit, shift.moved)}


def _moved(found: Iterable[Shift], stored: Mapping[Cell, Any]) -> Iterable[tuple[Shift, dt.date, Any]]:
    """Yield each shift with each week of which the unit that moved has something, and what that is."""
    weeks: dict[int, list[dt.date]] = defaultdict(list)
    for unit, week in stored:
        weeks[unit].append(week)
    for shift in found:
        yield from ((shift, week, stored[shift.moved, week]) for week in weeks[shift.moved] if shift.holds(week))


def _add(sums: Vector, more: Vector, sign: int) -> Vector:
    return tuple(a + sign * b for a, b in zip(sums or (0,) * len(more), more, strict=True))


def _read(name: str, units: Collection[int], span: Span) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        statement = (SQL / f"{name}.sql").read_text(encoding="utf-8")
        cursor.execute(statement, {"units": list(units), "since": span[0], "until": span[1]})
        return list(cursor.fetchall())
