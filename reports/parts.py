"""What a burden is made of: the minutes of one category, of one issuer or of both, by week and by the units below.

A week that is not shown of a unit is not shown in any part of it: what is told here is a part of what its own page tells,
in either tree.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from burden.accounts.actor import Actor
from burden.demands.models import Target
from burden.kit.templatetags.show import category_css
from burden.standards.models import Category, Subkind
from burden.units.models import Level, Unit
from reports import restated
from reports.indicators import CATEGORIES, per_head
from reports.models import RollupOwnSource, RollupSource, RollupSub
from reports.periods import Period, Span
from reports.queries import MINUTES, issuer_by_code
from reports.restated import REPORTED, RESTATED, hidden_in
from reports.source_periods import SELF

NOTHING = (0,) * len(CATEGORIES)
UNASKED = (*NOTHING, 0)
EVER: Span = (dt.date.min, dt.date.max)
CLAIM = F("people") * (F("minutes") + F("travel_minutes")) + F("prep_minutes")
Cells = Mapping[
    tuple[int, dt.date], tuple[int, ...]
]  # minutes by category, of a unit and all below it in a week; then claims


@dataclass(frozen=True)
class Part:
    """What is looked at: everything where nothing is chosen."""

    category: str = ""
    issuer_id: int | None = None

    @property
    def has_claims(self) -> bool:
        """Whether what the issuer registered and nobody answered is known: it is not kept by category."""
        return bool(self.issuer_id and self.issuer_id > 0 and not self.category)

    def of(self, minutes: Sequence[int]) -> int:
        """Take the chosen category out of the five. Units: person-minutes."""
        return minutes[CATEGORIES.index(self.category)] if self.category else sum(minutes)


@dataclass(frozen=True)
class Line:
    """One unit below. Units: person-minutes by category, of the chosen one alone; returns people x weeks; None: not shown.

    Shape: `is_estimated` where a split divided some of it by published shares; `claimed` is what the chosen issuer registered and nobody
    answered, of all weeks: its own words, never hidden; None where none is chosen, or a category, by which it is not kept.
    """

    unit: Unit
    minutes: tuple[int, ...] | None
    returns: int
    is_estimated: bool = False
    claimed: int | None = None

    @property
    def total(self) -> int | None:
        return None if self.minutes is None else sum(self.minutes)

    @property
    def per_head(self) -> float | None:
        return None if self.minutes is None else per_head(sum(self.minutes), self.returns)

    @property
    def segments(self) -> list[tuple[str, int]]:
        return segments(self.minutes or NOTHING)


@dataclass(frozen=True)
class Asked:
    """One demand among those of a week. Units: claimed person-minutes, receivers."""

    demand_id: int
    title: str
    category: str
    subkind: str
    issuer_id: int
    issuer: str
    units: int
    claim_min: int

    @property
    def label(self) -> str:
        return str(Category(self.category).label)

    @property
    def kind(self) -> str:
        return str(Subkind(self.subkind).label) if self.subkind else ""


@dataclass(frozen=True)
class Whose:
    """Who asked where no other unit did: nobody was named, or units asked it of themselves. Shape: pk, code and name as a unit's."""

    pk: int
    code: str
    said: Promise

    @property
    def name(self) -> str:
        return str(self.said)


NOBODY = {each.code: each for each in (Whose(0, "unstated", _("未注明")), Whose(SELF, "self", _("各单位自定")))}


def issuer_at(actor: Actor, unit: Unit, code: str) -> Unit | Whose | None:
    """Return an issuer that a unit's burden can be cut by, or who asked where none did; None for any other as for a missing one.

    An issuer is one of the actor's scope, or stands above the unit, or is an office of one that does; from elsewhere it must have asked
    something here that is told. A village is none that others choose.
    """
    if code in NOBODY:
        return NOBODY[code]
    found = issuer_by_code(actor, code)
    if found is None:
        return None
    low, high = actor.read_range
    office_of = found.parent if found.level == Level.DEPARTMENT else None
    if low <= found.path < high or any(_holds(each, unit) for each in (found, office_of) if each):
        return found
    return found if _has_asked(actor, unit, found) else None


def _holds(above: Unit, unit: Unit) -> bool:
    low, high = above.range
    return low <= unit.path < high


def _has_asked(actor: Actor, unit: Unit, issuer: Unit) -> bool:
    """Say whether an issuer stands in figures of a unit that are told, in either tree; a village's issuers stand above it."""
    here = unit.parent_id if unit.level == Level.VILLAGE and unit.parent_id else unit.pk
    moved = restated.tree([here], EVER)
    of = {here, *(shift.moved for shift in moved.shifts), *(heir.of for estate in moved.estates for heir in estate)}
    rows = RollupSource.objects.visible_to(actor).filter(unit__in=of, issuer_id=issuer.pk)
    asked = list(rows.values_list("unit_id", "week", "c_min"))
    if not asked:
        return False
    weeks = [week for _unit, week, _claimed in asked]
    gone = hidden_in(REPORTED, of, (min(weeks), max(weeks)))
    return any(claimed or week not in gone[unit_id] for unit_id, week, claimed in asked)


def segments(minutes: Sequence[int]) -> list[tuple[str, int]]:
    """Return a bar of categories. Units: those of the minutes."""
    return [(category_css(name), value) for name, value in zip(CATEGORIES, minutes, strict=True)]


def cells(actor: Actor, units: Sequence[Unit], span: Span, issuer_id: int | None, basis: str = REPORTED) -> Cells:
    """Return minutes by category of units and all below them, week by week; of one issuer where one is named, its claims after them.

    A village keeps no rows by issuer: its issuers are remembered beside its own sums. Two queries at most, and what is put
    together anew in today's tree.
    """
    ids = [unit.pk for unit in units]
    if issuer_id is not None:
        return _of_issuer(actor, units, span, issuer_id, basis)
    rows = RollupSub.objects.visible_to(actor).filter(unit__in=ids, week__range=span)
    found = {(unit, week): tuple(minutes) for unit, week, *minutes in rows.values_list("unit_id", "week", *MINUTES)}
    return (
        found if basis == REPORTED else found | {cell: sums[5:10] for cell, sums in restated.cells(ids, span).items()}
    )


def _of_issuer(actor: Actor, units: Sequence[Unit], span: Span, issuer_id: int, basis: str) -> Cells:
    ids = [unit.pk for unit in units]
    rows = RollupSource.objects.visible_to(actor).filter(unit__in=ids, week__range=span, issuer_id=issuer_id)
    named = rows.values_list("unit_id", "week", *MINUTES, "c_min")
    found = {(unit, week): tuple(minutes) for unit, week, *minutes in named}
    if villages := [unit.pk for unit in units if unit.level == Level.VILLAGE]:
        kept = RollupOwnSource.objects.visible_to(actor).filter(unit__in=villages, week__range=span)
        for unit, week, sources in kept.values_list("unit_id", "week", "sources"):
            asked = (tuple(each[2:8]) for each in sources if _is_asked(issuer_id, each[0], unit))
            found[unit, week] = next(asked, UNASKED)
    if basis == REPORTED:
        return found
    anew = restated.sources(ids, span)
    return found | {cell: by.get(issuer_id, (0, *UNASKED))[1:7] for cell, by in anew.items()}


def _is_asked(issuer_id: int, by: int, unit: int) -> bool:
    """Say whether what a village remembers as asked by somebody is an issuer's; what it asked of itself is SELF's alone."""
    return by == unit if issuer_id == SELF else by == issuer_id != unit


def over(
    minutes: Cells, unit: int, weeks: Collection[dt.date], returns: Mapping[dt.date, int], gone: Collection[dt.date]
) -> tuple[tuple[int, ...], int] | None:
    """Add up the weeks of a unit that are shown, and the returns behind them; None where there are others alone."""
    filed = [week for week in weeks if returns.get(week)]
    shown = [week for week in filed if week not in gone]
    if filed and not shown:
        return None
    added = [
        sum(column) for column in zip(NOTHING, *(minutes.get((unit, week), NOTHING)[:5] for week in shown), strict=True)
    ]
    return tuple(added), sum(returns[week] for week in shown)


def claimed(found: Cells, unit: int, weeks: Collection[dt.date], part: Part) -> int | None:
    """Add up what an issuer registered for a unit and nobody answered: see Line."""
    if not part.has_claims:
        return None
    return sum(found.get((unit, week), UNASKED)[-1] for week in weeks)


def lines(actor: Actor, units: Sequence[Unit], period: Period, part: Part, basis: str = REPORTED) -> list[Line]:
    """Return the units below, the heaviest first, then those not shown. Five queries at most, more in today's tree."""
    ids = [unit.pk for unit in units]
    span = period.span
    returns: dict[int, dict[dt.date, int]] = defaultdict(dict)
    rows = RollupSub.objects.visible_to(actor).filter(unit__in=units, week__range=span)
    for unit, week, count in rows.values_list("unit_id", "week", "returns"):
        returns[unit][week] = count
    if basis == RESTATED:
        for (unit, week), sums in restated.cells(ids, span).items():
            returns[unit][week] = sums[restated.SUMS.index("returns")]
    minutes = cells(actor, units, span, part.issuer_id, basis)
    gone = hidden_in(basis, ids, span)
    split = restated.estimated_in(basis, ids, span)
    weeks = [*period.mondays]
    found = [
        _line(
            each,
            over(minutes, each.pk, weeks, returns[each.pk], gone[each.pk]),
            part,
            is_estimated=period.first.monday < split.get(each.pk, dt.date.min),
            claimed=claimed(minutes, each.pk, weeks, part),
        )
        for each in units
    ]
    return sorted(found, key=lambda line: (line.total is None, -(line.total or 0), line.unit.path))


def _line(
    unit: Unit, sums: tuple[tuple[int, ...], int] | None, part: Part, *, is_estimated: bool, claimed: int | None
) -> Line:
    if sums is None:
        return Line(unit, None, 0, claimed=claimed)
    minutes, returns = sums
    kept = tuple(value if part.category in ("", name) else 0 for name, value in zip(CATEGORIES, minutes, strict=True))
    return Line(unit, kept, returns, is_estimated and returns > 0, claimed)


def asked(actor: Actor, unit: Unit, week: dt.date, part: Part) -> list[Asked]:
    """Return what was asked of a unit and all below it in a week, as claimed, the heaviest first. One query at most."""
    if part.issuer_id in {each.pk for each in NOBODY.values()}:
        return []
    low, high = unit.range
    chosen: dict[str, Any] = {"category": part.category, "issuer_id": part.issuer_id}
    rows = (
        Target.objects.visible_to(actor)
        .filter(unit__path__gte=low, unit__path__lt=high, week=week, withdrawn=False)
        .filter(**{name: value for name, value in chosen.items() if value})
        .values_list("demand_id", "demand__title", "category", "demand__subkind", "issuer_id", "issuer__name")
        .annotate(units=Count("unit_id", distinct=True), claim=Sum(CLAIM))
    )
    return sorted((Asked(*row) for row in rows), key=lambda each: (-each.claim_min, each.demand_id))


def receivers(actor: Actor, demand_id: int, week: dt.date) -> QuerySet[Target]:
    """Return whom a demand asks in a week, in order of their places, withdrawn ones left out: `claim` is what the issuer registered there.

    What each answered is not told. Units: person-minutes.
    """
    asked = Target.objects.visible_to(actor).filter(demand=demand_id, week=week, withdrawn=False)
    found: QuerySet[Target] = asked.select_related("unit__parent").annotate(claim=CLAIM).order_by("unit__path")
    return found
