"""Today's tree: the sums of past weeks as they would be, had every unit stood then where it stands now.

A restated sum is what was reported, with what has come since and without what has gone: only the units that moved are
read, and nothing is summed anew below them. What a merged unit filed itself counts for its successor; what a split one
filed is divided by the published shares, in whole numbers that add up to it exactly, and is an estimate.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from reports.indicators import CATEGORIES
from reports.peers import Weeks, hidden
from reports.periods import Span
from reports.statements import Statements

SQL = Statements("restated")
REPORTED, RESTATED = BASES = ("reported", "restated")  # the tree of each week, or today's; the first by default
TREES = {REPORTED: _("当时区划"), RESTATED: _("现行区划")}
SUMS = (
    *(f"{prefix}_{name}" for prefix in "nmc" for name in CATEGORIES),
    *("self_min", "after_hours_min", "bulk_min", "returns", "nil_returns", "active"),
)
SOURCE = ("n", *(f"m_{name}" for name in CATEGORIES), "c_min", "u_min", "u_n")
WHOLE = 10_000  # shares are ten-thousandths

Cell = tuple[int, dt.date]  # unit id, Monday
Vector = tuple[int, ...]
Parts = dict[int, Vector]  # by issuer; one part, 0, where issuers do not matter


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


@dataclass(frozen=True)
class Heir:
    """One successor of a unit whose past counts elsewhere. Units: share in ten-thousandths.

    Shape: `above` and `of_above` are those of the units asked for that the successor, and who it succeeds, stand in today.
    """

    event: int
    of: int
    to: int
    share: int
    until: dt.date
    of_above: tuple[int, ...]
    above: tuple[int, ...]


@dataclass(frozen=True)
class Tree:
    """What tells the two trees apart for the sums of some units over some weeks."""

    units: tuple[int, ...]
    span: Span
    shifts: tuple[Shift, ...]
    estates: tuple[tuple[Heir, ...], ...]  # the heirs of one unit by one event, in order of the events

    @property
    def is_one(self) -> bool:
        """Whether today's tree gives all of these units the sums that were reported."""
        return not self.differing

    @cached_property
    def differing(self) -> frozenset[int]:
        """The units whose sums differ."""
        return frozenset({shift.unit for shift in self.shifts}.union(*map(self.touched, self.estates)))

    def touched(self, estate: Sequence[Heir]) -> set[int]:
        """The units that a succession takes something from or gives to: not those in which all of them stand."""
        above = [estate[0].of_above, *(heir.above for heir in estate)]
        return {unit for one in above for unit in one if not all(unit in other for other in above)}

    @cached_property
    def owed(self) -> dict[int, set[tuple[int, dt.date]]]:
        """Whose past makes a unit's sums differ, and until which Monday: of merged and split units."""
        within: dict[int, set[tuple[int, dt.date]]] = defaultdict(set)
        found: dict[int, set[tuple[int, dt.date]]] = defaultdict(set)
        for estate in self.estates:
            of, until = estate[0].of, estate[0].until
            past = {(of, until), *within[of]}
            for heir in estate:
                within[heir.to] |= past
            for unit in self.touched(estate):
                found[unit] |= past
        return dict(found)

    @cached_property
    def estimated(self) -> dict[int, dt.date]:
        """The units whose sums are partly an estimate, and until which Monday: a split divided them."""
        split: dict[int, dt.date] = {}
        found: dict[int, dt.date] = {}
        for estate in self.estates:
            of, until = estate[0].of, estate[0].until
            here = until if len(estate) > 1 else split.get(of)
            if here is None:
                continue
            for heir in estate:
                split[heir.to] = max(here, split.get(heir.to, here))
            for unit in self.touched(estate):
                found[unit] = max(here, found.get(unit, here))
        return found


def tree(units: Collection[int], span: Span) -> Tree:
    """Return what tells the two trees apart for some units."""
    heirs = [
        Heir(event, of, to, share, until, tuple(of_above), tuple(above))
        for event, of, to, share, until, of_above, above in _events("shares", units, span)
    ]
    estates = tuple(tuple(of) for _key, of in groupby(heirs, key=lambda heir: (heir.event, heir.of)))
    return Tree(tuple(units), span, tuple(Shift(*row) for row in _events("shifts", units, span)), estates)


def estimated_in(basis: str, units: Collection[int], span: Span) -> Mapping[int, dt.date]:
    """Return the units whose sums a split divided, and until which Monday; as reported there are none."""
    return tree(units, span).estimated if basis == RESTATED else {}


def hidden_in(basis: str, units: Collection[int], span: Span, *, own: bool = False) -> Weeks:
    """Return the weeks in which figures of units must not be shown, in either tree. Units: as for peers.hidden."""
    return hidden(units, span, own=own) if basis == REPORTED else hidden_restated(units, span, own=own)


def hidden_restated(units: Collection[int], span: Span, *, own: bool = False) -> Weeks:
    """Return the weeks in which figures of units in today's tree must not be shown.

    Such a figure is what was reported, less those who have gone and with those who have come: all of them have to be
    shown, or the two trees together would give one away. Units: as for peers.hidden.
    """
    found = tree(units, span)
    weeks = {unit: set(gone) for unit, gone in hidden(units, span, own=own).items()}
    if found.is_one:
        return weeks
    heirs = {of for owed in found.owed.values() for of, _until in owed}
    moved = () if own else found.shifts
    gone = hidden({*heirs, *(shift.moved for shift in moved)}, span)
    own_gone = hidden(heirs, span, own=True) if heirs else {}
    for shift in moved:
        weeks[shift.unit].update(week for week in gone[shift.moved] if shift.holds(week))
    for unit, owed in found.owed.items():
        for of, until in owed:
            weeks[unit].update(week for week in {*gone[of], *own_gone[of]} if week < until)
    return weeks


def cells(units: Collection[int], span: Span) -> dict[Cell, Vector]:
    """Return the sums that differ in today's tree, by unit and week; all others are as reported.

    Shape: as SUMS; a unit that has nothing of a week any more has zeros.
    """
    return {cell: parts[0] for cell, parts in _anew(units, span, "cells").items()}


def sources(units: Collection[int], span: Span) -> dict[Cell, Parts]:
    """Return for whom units worked where that differs in today's tree, by unit and week, then by issuer.

    Shape: as SOURCE; an issuer that is none any more has zeros.
    """
    return _anew(units, span, "sources")


def own_cells(units: Collection[int], span: Span) -> dict[Cell, Vector]:
    """Return what units' own people filed where that differs in today's tree: of those who merged or were split.

    Shape: as for cells.
    """
    found = tree(units, span)
    deltas: dict[Cell, Parts] = {}
    for estate, week, past, shared in _handed_on(found, "own_cells"):
        _put(deltas, (estate[0].of, week), past, -1)
        for heir, part in zip(estate, shared, strict=True):
            _put(deltas, (heir.to, week), part, 1)
    deltas = {cell: parts for cell, parts in deltas.items() if cell[0] in found.units}
    stored = _stored("own_cells", {unit for unit, _week in deltas}, span) if deltas else {}
    return {cell: _sum(stored.get(cell, {}), parts)[0] for cell, parts in deltas.items()}


def rows(found: Mapping[Cell, Vector]) -> list[dict[str, Any]]:
    """Return cells as rows of rollup_sub, for statements that take them as JSON."""
    return [_row(cell, SUMS, sums) for cell, sums in found.items()]


def source_rows(found: Mapping[Cell, Parts]) -> list[dict[str, Any]]:
    """Return issuers as rows of rollup_source, for statements that take them as JSON."""
    return [
        _row(cell, SOURCE, sums) | {"issuer_id": issuer}
        for cell, issuers in found.items()
        for issuer, sums in issuers.items()
    ]


def _row(cell: Cell, names: Sequence[str], sums: Vector) -> dict[str, Any]:
    return {"unit_id": cell[0], "week": cell[1].isoformat(), **dict(zip(names, sums, strict=True))}


def divide(amount: int, shares: Sequence[int]) -> list[int]:
    """Divide a whole number by shares that add up to 10,000, exactly: what is left over goes to the largest remainders."""
    parts = [amount * share // WHOLE for share in shares]
    order = sorted(range(len(shares)), key=lambda i: (-(amount * shares[i] % WHOLE), i))
    for i in order[: amount - sum(parts)]:
        parts[i] += 1
    return parts


def _anew(units: Collection[int], span: Span, name: str) -> dict[Cell, Parts]:
    """Put together the cells that differ: as reported, with what has come and without what has gone."""
    found = tree(units, span)
    if found.is_one:
        return {}
    stored = _stored(name, {*units, *(shift.moved for shift in found.shifts)}, span)
    deltas: dict[Cell, Parts] = {}
    for shift, week, parts in _moved(found.shifts, stored):
        _put(deltas, (shift.unit, week), parts, shift.sign)
    for estate, week, past, shared in _handed_on(found, f"own_{name}"):
        for unit in found.touched(estate).intersection(estate[0].of_above):
            _put(deltas, (unit, week), past, -1)
        for heir, part in zip(estate, shared, strict=True):
            for unit in found.touched(estate).intersection(heir.above):
                _put(deltas, (unit, week), part, 1)
    return {cell: _sum(stored.get(cell, {}), parts) for cell, parts in deltas.items()}


def _moved(found: Iterable[Shift], stored: Mapping[Cell, Parts]) -> Iterator[tuple[Shift, dt.date, Parts]]:
    """Yield each shift with each week of which the unit that moved has something, and what that is."""
    weeks: dict[int, list[dt.date]] = defaultdict(list)
    for unit, week in stored:
        weeks[unit].append(week)
    for shift in found:
        yield from ((shift, week, stored[shift.moved, week]) for week in weeks[shift.moved] if shift.holds(week))


def _handed_on(found: Tree, name: str) -> Iterator[tuple[tuple[Heir, ...], dt.date, Parts, list[Parts]]]:
    """Yield, event by event, each week of a unit's past that counts elsewhere: all of it, and each heir's part.

    What a unit has from an earlier event is part of its past.
    """
    held = _stored(name, {estate[0].of for estate in found.estates}, found.span) if found.estates else {}
    for estate in found.estates:
        of, until = estate[0].of, estate[0].until
        for week in [week for unit, week in held if unit == of and week < until]:
            past = held.pop((of, week))
            shared = _shared(past, [heir.share for heir in estate])
            for heir, part in zip(estate, shared, strict=True):
                _put(held, (heir.to, week), part, 1)
            yield estate, week, past, shared


def _shared(past: Parts, shares: Sequence[int]) -> list[Parts]:
    """Divide a week among heirs, number by number."""
    done: list[Parts] = [{} for _ in shares]
    for issuer, sums in past.items():
        columns = [divide(amount, shares) for amount in sums]
        for i, part in enumerate(done):
            part[issuer] = tuple(column[i] for column in columns)
    return done


def _put(into: dict[Cell, Parts], cell: Cell, parts: Parts, sign: int) -> None:
    here = into.setdefault(cell, {})
    for issuer, sums in parts.items():
        here[issuer] = tuple(a + sign * b for a, b in zip(here.get(issuer) or (0,) * len(sums), sums, strict=True))


def _sum(parts: Parts, more: Parts) -> Parts:
    done = {(0, dt.date.min): dict(parts)}
    _put(done, (0, dt.date.min), more, 1)
    return done[0, dt.date.min]


def _stored(name: str, units: Collection[int], span: Span) -> dict[Cell, Parts]:
    """Read what is stored of some units: one part a cell, or one an issuer."""
    found: dict[Cell, Parts] = {}
    for unit, week, *issuer, sums in _read(name, units, span):
        found.setdefault((unit, week), {})[issuer[0] if issuer else 0] = tuple(sums)
    return found


def _events(name: str, units: Collection[int], span: Span) -> list[tuple[Any, ...]]:
    """Read what events moved: few rows, whatever units are asked, found the same way."""
    return SQL.prepared(name, units=list(units), since=span[0], until=span[1])


def _read(name: str, units: Collection[int], span: Span) -> list[tuple[Any, ...]]:
    return SQL.fetch(name, units=list(units), since=span[0], until=span[1])
