"""Summaries for scripts: a unit's sums by week, category, issuer or child, as reported or in today's tree."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from burden.accounts.actor import Actor
from burden.kit.clock import Week
from burden.standards.models import Category
from burden.units.models import Unit
from reports import restated
from reports.listed import units_below
from reports.peers import Weeks
from reports.periods import Span
from reports.queries import issuer_names
from reports.restated import RESTATED
from reports.source_periods import SELF
from reports.statements import Statements

SQL = Statements()
NONE = (0, 0, 0, 0, 0)


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


@dataclass(frozen=True)
class Summary:
    """One row: `key` is a Monday, a category, an issuer's or a child's code.

    Shape: the sums are those of the weeks that are shown, the claims of all; estimated where a split divided some of it.
    Units: `hidden` is weeks left out.
    """

    key: str
    sums: Sums
    hidden: int
    estimated: bool = False

    @property
    def suppressed(self) -> bool:
        return self.hidden > 0 and not self.sums.returns

    @property
    def no_data(self) -> bool:
        """Whether nobody filed: no data, which is not zero."""
        return not self.hidden and not self.sums.returns

    def body(self, by: str) -> dict[str, Any]:
        """Return the row as the API shows it. Claims are the issuers' own and never suppressed."""
        shown: dict[str, int | None] = {"count": sum(self.sums.n), "confirmed_min": sum(self.sums.m)}
        people: dict[str, int | None] = {"returns": self.sums.returns, "active": self.sums.active}
        if self.suppressed or self.no_data:
            shown = dict.fromkeys(shown)
        if self.suppressed:
            people = dict.fromkeys(people)
        claimed = {"claimed_min": sum(self.sums.c)}
        said = {
            "suppressed": self.suppressed,
            "no_data": self.no_data,
            "hidden_weeks": self.hidden,
            "estimated": self.estimated,
        }
        return {"unit" if by == "child" else by: self.key, **shown, **claimed, **people, **said}


@dataclass(frozen=True)
class Extent:
    """Which weeks, and which tree: that of each week (reported) or today's (restated)."""

    since: Week
    until: Week
    basis: str

    def read(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement of reports/sql over these weeks."""
        return SQL.fetch(name, since=self.since.monday, until=self.until.monday, **parameters)

    @property
    def span(self) -> Span:
        """First and last Monday."""
        return self.since.monday, self.until.monday

    def cells(self, units: Iterable[int]) -> dict[tuple[int, dt.date], Sums]:
        """Sums of units and all below them, by unit and week."""
        pks = list(units)
        found = {(unit, week): Sums(*rest) for unit, week, *rest in self.read("cells_reported", units=pks)}
        changed = restated.cells(pks, self.span) if self.basis == RESTATED else {}
        found |= {cell: Sums(of[18], of[20], of[:5], of[5:10], of[10:15]) for cell, of in changed.items()}
        return {cell: sums for cell, sums in sorted(found.items()) if any(changed.get(cell, (1,)))}

    def issuers(self, unit: int, shown: Collection[dt.date]) -> list[tuple[int, int, int, int]]:
        """Issuers of a unit: id, count, confirmed minutes of the weeks shown, claimed minutes of all."""
        changed = restated.sources([unit], self.span) if self.basis == RESTATED else {}
        rows = json.dumps(restated.source_rows(changed))
        weeks = [week for _unit, week in changed]
        return self.read("issuers", unit=unit, shown=list(shown), changed=rows, weeks=weeks)

    def estimated(self, units: Collection[int]) -> Mapping[int, dt.date]:
        """Which units' sums are partly an estimate, and until which Monday."""
        return restated.estimated_in(self.basis, units, self.span)

    def hidden(self, units: Collection[int]) -> Weeks:
        """Which weekly sums of units must not be shown."""
        return restated.hidden_in(self.basis, units, self.span)


def by_week(actor: Actor, unit: Unit, extent: Extent) -> list[Summary]:
    """One row per week that has figures, oldest first."""
    gone, until = extent.hidden([unit.pk])[unit.pk], extent.estimated([unit.pk]).get(unit.pk)
    cells = sorted(extent.cells([unit.pk]).items())
    return [_summary(str(week), {week: sums}, gone, until) for (_unit, week), sums in cells]


def by_child(actor: Actor, unit: Unit, extent: Extent) -> list[Summary]:
    """One row per unit right below that has figures, in the order of their codes."""
    children = units_below(actor, unit, extent.span, extent.basis, steps=1)
    codes = dict(children.order_by("code").values_list("pk", "code"))
    weeks: dict[int, dict[dt.date, Sums]] = {pk: {} for pk in codes}
    for (child, week), sums in extent.cells(codes).items():
        weeks[child][week] = sums
    gone, until = extent.hidden(codes), extent.estimated(codes)
    return [_summary(code, weeks[pk], gone[pk], until.get(pk)) for pk, code in codes.items() if weeks[pk]]


def by_category(actor: Actor, unit: Unit, extent: Extent) -> list[Summary]:
    """One row per category."""
    whole, _weeks = _whole(unit, extent)
    return [
        _part(category.value, whole, whole.sums.n[i], whole.sums.m[i], whole.sums.c[i])
        for i, category in enumerate(Category)
    ]


def by_issuer(actor: Actor, unit: Unit, extent: Extent) -> list[Summary]:
    """One row per issuer, in the order of their codes; an empty code is "not stated", what units ask of themselves is one row."""
    whole, weeks = _whole(unit, extent)
    found = extent.issuers(unit.pk, weeks)
    names = issuer_names(actor, [row[0] for row in found])
    codes = {pk: issuer.code for pk, issuer in names.items()} | {SELF: "self"}
    return sorted((_part(codes.get(issuer, ""), whole, *sums) for issuer, *sums in found), key=lambda row: row.key)


SUMMARIES = {"week": by_week, "category": by_category, "issuer": by_issuer, "child": by_child}


def _summary(key: str, weeks: Mapping[dt.date, Sums], gone: Collection[dt.date], until: dt.date | None) -> Summary:
    """Add up the weeks that are shown, and the claims of all."""
    shown = sum((sums for week, sums in weeks.items() if week not in gone), Sums())
    claims = sum(weeks.values(), Sums()).c
    is_estimated = until is not None and any(week < until for week in weeks)
    return Summary(key, replace(shown, c=claims), sum(week in gone for week in weeks), is_estimated)


def _whole(unit: Unit, extent: Extent) -> tuple[Summary, list[dt.date]]:
    """The unit's sums over all weeks, and the weeks that are shown."""
    weeks = {week: sums for (_unit, week), sums in extent.cells([unit.pk]).items()}
    gone = extent.hidden([unit.pk])[unit.pk]
    until = extent.estimated([unit.pk]).get(unit.pk)
    return _summary("", weeks, gone, until), [week for week in weeks if week not in gone]


def _part(key: str, whole: Summary, n: int, m: int, c: int) -> Summary:
    """One row of a unit's sums: as many people stand behind it."""
    return replace(whole, key=key, sums=replace(whole.sums, n=(n,), m=(m,), c=(c,)))
