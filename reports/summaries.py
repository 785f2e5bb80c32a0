"""Summaries for scripts: a unit's sums by week, category, issuer or child, as reported or in today's tree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from burden.accounts.actor import Actor
from burden.kit.clock import Week
from burden.standards.models import Category
from burden.units.models import Unit
from reports.peers import Cell, Member, hidden, suppress
from reports.queries import is_hidden, issuer_names, whole_months

SQL = Path(__file__).parent / "sql"
BASES = ("reported", "restated")
NONE = (0, 0, 0, 0, 0)
VILLAGES = -1  # stands for all villages as issuers


@dataclass(frozen=True)
class Sums:
    """Sums of one unit over one or more weeks. Units: counts, people, whole person-minutes by category."""

    returns: int = 0
    active: int = 0
    n: Sequence[int] = NONE
    m: Sequence[int] = NONE
    c: Sequence[int] = NONE

    def __add__(self, other: Sums) -> Sums:
        """Add another week: returns and minutes add up; of the cadres the week with most stands for all."""
        pairs = ((self.n, other.n), (self.m, other.m), (self.c, other.c))
        n, m, c = (tuple(map(sum, zip(a, b, strict=True))) if b else tuple(a) for a, b in pairs)
        return Sums(self.returns + other.returns, max(self.active, other.active), n, m, c)

    @property
    def cell(self) -> Cell:
        return Cell(self.returns, self.active)


@dataclass(frozen=True)
class Summary:
    """One row: `key` is a Monday, a category, an issuer's or a child's code; the measures are None when suppressed."""

    key: str
    sums: Sums
    suppressed: bool

    def body(self, by: str) -> dict[str, Any]:
        """Return the row as the API shows it. Claims are the issuers' own and never suppressed."""
        shown: dict[str, int | None] = {"count": sum(self.sums.n), "confirmed_min": sum(self.sums.m)}
        people: dict[str, int | None] = {"returns": self.sums.returns, "active": self.sums.active}
        if self.suppressed:
            shown, people = dict.fromkeys(shown), dict.fromkeys(people)
        name = "unit" if by == "child" else by
        return {name: self.key, **shown, "claimed_min": sum(self.sums.c), **people, "suppressed": self.suppressed}


@dataclass(frozen=True)
class Extent:
    """Which weeks, and which tree: that of each week (reported) or today's (restated)."""

    since: Week
    until: Week
    basis: str

    def read(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement of reports/sql over these weeks."""
        with connection.cursor() as cursor:
            statement = (SQL / f"{name}.sql").read_text(encoding="utf-8")
            cursor.execute(statement, {"since": self.since.monday, "until": self.until.monday, **parameters})
            return list(cursor.fetchall())

    def cells(self, units: Iterable[int]) -> dict[tuple[int, dt.date], Sums]:
        """Sums of units and all below them, by unit and week."""
        return {(unit, week): Sums(*rest) for unit, week, *rest in self.read(f"cells_{self.basis}", units=list(units))}

    def own_cells(self, unit: int) -> dict[tuple[int, dt.date], Sums]:
        """Counts of a unit's own cadres: with its children they add up to its sum."""
        return {(unit, week): Sums(*rest) for unit, week, *rest in self.read("cells_own", units=[unit])}

    @property
    def months(self) -> Extent:
        """The same, widened to whole months: what is hidden in a week depends on its month."""
        since, until = whole_months((self.since.monday, self.until.monday))
        return Extent(Week(since), Week(until), self.basis)

    def unseen(self, family: int | None, units: Iterable[int]) -> frozenset[tuple[int, dt.date]]:
        """Which weekly sums of a family must not be shown."""
        cells = {Member(family or 0, *key): sums.cell for key, sums in self.months.cells(units).items()}
        if family:
            own = self.months.own_cells(family)
            cells |= {Member(family, *key, own=True): sums.cell for key, sums in own.items()}
        return frozenset((key.unit, key.week) for key in hidden(cells) if not key.own)


def by_week(actor: Actor, unit: Unit, extent: Extent) -> list[Summary]:
    """One row per week that has figures, oldest first."""
    gone = extent.unseen(unit.parent_id, _siblings(unit))
    return [Summary(str(key[1]), sums, key in gone) for key, sums in sorted(extent.cells([unit.pk]).items())]


def by_child(actor: Actor, unit: Unit, extent: Extent) -> list[Summary]:
    """One row per unit right below that has figures, in the order of their codes."""
    children = {child.pk: child for child in Unit.objects.visible_to(actor).filter(parent=unit).order_by("code")}
    cells = extent.cells(children)
    gone = extent.unseen(unit.pk, children)
    weeks = {pk: {week: sums for (child, week), sums in cells.items() if child == pk} for pk in children}
    alone = {pk for pk, sums in weeks.items() if _is_gone(pk, sums, gone)}
    totals = {pk: sum(sums.values(), Sums()) for pk, sums in weeks.items() if sums}
    hidden_together = suppress({pk: sums.cell for pk, sums in totals.items()}, lambda _pk: None, also=alone)
    return [Summary(child.code, totals[pk], pk in hidden_together) for pk, child in children.items() if pk in totals]


def by_category(actor: Actor, unit: Unit, extent: Extent) -> list[Summary]:
    """One row per category."""
    total, gone = _whole(unit, extent)
    rows = []
    for i, category in enumerate(Category):
        one = Sums(total.returns, total.active, (total.n[i],), (total.m[i],), (total.c[i],))
        rows.append(Summary(category.value, one, gone))
    return rows


def by_issuer(actor: Actor, unit: Unit, extent: Extent) -> list[Summary]:
    """One row per issuer, in the order of their codes; an empty code is "not stated", villages are one row."""
    total, gone = _whole(unit, extent)
    found = extent.read(f"issuers_{extent.basis}", unit=unit.pk)
    names = issuer_names(actor, [row[0] for row in found])
    codes = {pk: issuer.code for pk, issuer in names.items()} | {VILLAGES: "villages"}
    rows = [
        Summary(codes.get(issuer, ""), Sums(total.returns, total.active, (n,), (m,), (c,)), gone)
        for issuer, n, m, c in found
    ]
    return sorted(rows, key=lambda row: row.key)


SUMMARIES = {"week": by_week, "category": by_category, "issuer": by_issuer, "child": by_child}


def _siblings(unit: Unit) -> list[int]:
    """The units whose sums add up, with the parent's own, to the parent's: outsiders too, as counts alone."""
    if unit.parent_id is None:
        return [unit.pk]
    return list(Unit.objects.unscoped().filter(parent_id=unit.parent_id).values_list("pk", flat=True))


def _whole(unit: Unit, extent: Extent) -> tuple[Sums, bool]:
    """The unit's sums over all weeks, and whether they are hidden."""
    weeks = {week: sums for (_unit, week), sums in extent.cells([unit.pk]).items()}
    gone = extent.unseen(unit.parent_id, _siblings(unit))
    return sum(weeks.values(), Sums()), _is_gone(unit.pk, weeks, gone)


def _is_gone(unit: int, weeks: Mapping[dt.date, Sums], gone: Collection[tuple[int, dt.date]]) -> bool:
    return is_hidden(list(weeks), weeks, {week for key, week in gone if key == unit})
