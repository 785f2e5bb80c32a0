"""Scoped reads of the sums, shared by page, API and export; a query takes the actor first.

Families are read whole, also outside the actor's range: how many people stand behind a sibling's sum decides
whether this one may be shown. Only counts of people are read there, and none of them leaves this module.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db.models import BooleanField, Case, Count, F, Min, Q, Sum, Value, When, prefetch_related_objects

from burden.accounts.actor import Actor
from burden.kit.clock import Week
from burden.ledger.models import StaleMark
from burden.units.models import Level, Unit
from reports.indicators import CATEGORIES, NO_LOAD, Figures, Load, Source, total
from reports.models import RollupOwn, RollupSource, RollupSub
from reports.peers import MIN_ACTIVE, MIN_RETURNS, NOBODY, Cell, Member, hidden, months, suppress, undecided
from reports.periods import Period

Span = tuple[dt.date, dt.date]  # first and last Monday, both inclusive
COUNTS, MINUTES, CLAIMED = (tuple(f"{prefix}_{name}" for name in CATEGORIES) for prefix in "nmc")
PEOPLE = ("returns", "active")
REST = ("self_min", "after_hours_min", "bulk_min", "returns", "nil_returns", "active")
EVERY = Q()  # whatever there is
ALL_MINUTES = sum((F(name) for name in MINUTES[1:]), F(MINUTES[0]))


# --- units ---


def unit_by_code(actor: Actor, code: str) -> Unit | None:
    """Return a unit with its ancestors; None for a foreign unit as for a missing one."""
    return (
        Unit.objects.visible_to(actor)
        .select_related("parent__parent__parent__parent__parent")
        .filter(code=code)
        .first()
    )


def below(actor: Actor, unit: Unit) -> dict[str, list[Unit]]:
    """Return the open units that can be compared below a unit: its children, and in a county the villages too.

    A township is there itself: those who work in it are one line of its county's table.
    Shape: by level, the highest first; units by path.
    """
    deepest = unit.depth + (2 if unit.level == Level.COUNTY else 1)
    found = (
        Unit.objects.visible_to(actor)
        .under(unit)
        .filter(depth__gt=unit.depth, depth__lte=deepest, closed_on=None)
        .only("code", "name", "kind", "level", "path", "parent_id")
        .order_by("path")
    )
    levels: dict[str, list[Unit]] = {unit.level: [unit]} if unit.level == Level.TOWNSHIP else {}
    for each in found:
        levels.setdefault(each.level, []).append(each)
    return {level: levels[level] for level in Level.values if level in levels}


def name_parents(units: Sequence[Unit]) -> None:
    """Fetch the parents of some of the units below one, to say which township a village belongs to."""
    prefetch_related_objects(units, "parent")


def issuer_names(actor: Actor, ids: Collection[int]) -> dict[int, Unit]:
    """Return issuers by id, with names also of those above the actor: who asks for work is no secret to who does it."""
    if not actor.is_active:
        return {}
    return {unit.pk: unit for unit in Unit.objects.unscoped().filter(pk__in=ids).only("code", "name", "path", "level")}


# --- sums of one unit ---


def weekly(actor: Actor, unit: Unit, span: Span) -> dict[dt.date, Figures]:
    """Return the sums of a unit and all below it, week by week; weeks without a row are absent."""
    rows = (
        RollupSub.objects.visible_to(actor)
        .filter(unit=unit, week__range=span)
        .values_list("week", *COUNTS, *MINUTES, *CLAIMED, *REST)
    )
    return {row[0]: Figures(1, row[1:6], row[6:11], row[11:16], *row[16:]) for row in rows}


def hidden_weeks(unit: Unit, span: Span) -> frozenset[dt.date]:
    """Return the weeks in which the sums of a unit and all below it must not be shown, whoever reads."""
    if unit.parent_id:
        weeks = undecided(_too_small(unit.parent_id, span))
        cells = families([unit.parent_id], span, only=Q(unit_id=unit.pk) | Q(week__in=weeks))
    else:
        cells = alone(unit.pk, span)
    return frozenset(key.week for key in hidden(cells) if key.unit == unit.pk and not key.own)


def _too_small(parent: int, span: Span) -> dict[dt.date, tuple[int, Cell]]:
    """Count, week by week, the cells of a family that are hidden for themselves, and add them up."""
    is_small = Q(returns__lt=MIN_RETURNS) | Q(active__lt=MIN_ACTIVE)
    children, themselves = (
        rows.filter(returns__gt=0, week__range=whole_months(span))
        .values_list("week")
        .annotate(
            small=Count("unit_id", filter=is_small),
            heads=Sum("returns", filter=is_small, default=0),
            in_post=Sum("active", filter=is_small, default=0),
        )
        for rows in (
            RollupSub.objects.unscoped().filter(unit__parent_id=parent),
            RollupOwn.objects.unscoped().filter(unit_id=parent),
        )
    )
    found: dict[dt.date, tuple[int, Cell]] = {}
    for week, small, *people in children.union(themselves, all=True):
        count, cell = found.get(week, (0, NOBODY))
        found[week] = count + small, cell + Cell(*people)
    return found


def alone(unit: int, span: Span) -> dict[Member, Cell]:
    """Return how many people stand behind the sums of a unit without siblings."""
    rows = RollupSub.objects.unscoped().filter(unit_id=unit, week__range=whole_months(span))
    return {
        Member(0, unit, week): Cell(returns, active)
        for week, returns, active in rows.values_list("week", "returns", "active")
    }


def families(parents: Collection[int], span: Span, *, only: Q = EVERY) -> dict[Member, Cell]:
    """Return how many people stand behind each child of some parents, and behind the parents' own sums.

    `only` may leave out cells that decide nothing, never single ones of an undecided week.
    """
    span = whole_months(span)
    children = RollupSub.objects.unscoped().filter(only, unit__parent_id__in=parents, week__range=span)
    themselves = RollupOwn.objects.unscoped().filter(only, unit_id__in=parents, week__range=span)
    rows = children.annotate(own=Value(False)).values_list("unit__parent_id", "unit_id", "week", "own", *PEOPLE)
    own_rows = themselves.annotate(own=Value(True)).values_list(F("unit_id"), "unit_id", "week", "own", *PEOPLE)
    return {
        Member(parent, unit, week, own): Cell(returns, active)
        for parent, unit, week, own, returns, active in rows.union(own_rows, all=True)
    }


def whole_months(span: Span) -> Span:
    """Widen a span to whole months: what is hidden in a week depends on its month."""
    first, last = (Period.of("month", Week(monday)) for monday in span)
    return first.first.monday, last.last.monday


def of_period(figures: Mapping[dt.date, Figures], gone: Collection[dt.date], period: Period) -> Figures | None:
    """Add up a period's weeks; None where the sum must not be shown."""
    weeks = [week.monday for week in period.weeks]
    if is_hidden(weeks, figures, gone):
        return None
    return total(figures[week] for week in weeks if week in figures)


class Counted(Protocol):
    """Sums that say how many people stand behind them."""

    @property
    def returns(self) -> int: ...

    @property
    def active(self) -> int: ...


def is_hidden(weeks: Sequence[dt.date], loads: Mapping[dt.date, Counted], gone: Collection[dt.date]) -> bool:
    """Whether a sum of weeks is too few people's, or gives away hidden weeks by what else is shown.

    Who takes the shown weeks and months from a sum has its hidden weeks, month by month: they have to be all that are
    hidden of their month, and enough together.
    """
    filled = {week: loads[week] for week in weeks if week in loads and loads[week].returns}
    by_month: dict[Hashable, set[dt.date]] = defaultdict(set)
    month = months()
    for week in gone:
        by_month[month(week)].add(week)
    groups = [group for group in by_month.values() if not group.isdisjoint(filled)]
    if any(len(group) < 2 or not group <= filled.keys() for group in groups):
        return True
    return any(not _behind(filled[week] for week in group).is_enough for group in (*groups, filled) if group)


def _behind(loads: Iterable[Counted]) -> Cell:
    """Say how many people stand behind several weeks: of the cadres the week with most stands for all."""
    people = [(load.returns, load.active) for load in loads]
    return Cell(sum(returns for returns, _active in people), max(active for _returns, active in people))


def sources(actor: Actor, unit: Unit, period: Period) -> tuple[list[Source], dict[int, Source]]:
    """Return who asked for what a unit and all below it did.

    Shape: of the period, the most costly first; and of the period before, by issuer.
    Townships and above have sources; a village has none.
    """
    weeks = [[week.monday for week in each.weeks] for each in (period, period.previous)]
    rows = (
        RollupSource.objects.visible_to(actor)
        .filter(unit=unit, week__in=weeks[0] + weeks[1])
        .values(is_now=Case(When(week__in=weeks[0], then=True), default=False, output_field=BooleanField()))
        .values_list("is_now", "issuer_id")
        .annotate(Sum("n"), *(Sum(name) for name in MINUTES), Sum("c_min"))
    )
    found = [(row[0], Source(row[1], row[2], row[3:8], row[8])) for row in rows]
    now = sorted((source for is_now, source in found if is_now), key=lambda each: (-each.total, each.issuer_id))
    return now, {source.issuer_id: source for is_now, source in found if not is_now}


# --- units side by side ---


@dataclass(frozen=True)
class Row:
    """One unit among others: its load week by week, and the weeks that must not be shown.

    `rest`: how many people stand behind all below it, where the load leaves them out.
    """

    unit: Unit
    loads: Mapping[dt.date, Load]
    gone: Collection[dt.date]
    rest: Mapping[dt.date, Cell]

    def over(self, period: Period) -> Load:
        """Add up a period's weeks, to be shown or not."""
        return sum((self.loads[week.monday] for week in period.weeks if week.monday in self.loads), NO_LOAD)

    def is_hidden(self, period: Period) -> bool:
        """Whether a period's sum is too few people's, or would give away that of the rest."""
        weeks = [week.monday for week in period.weeks]
        if is_hidden(weeks, self.loads, self.gone):
            return True
        rest = sum((self.rest[week] for week in weeks if week in self.rest), NOBODY)
        return rest.returns > 0 and not rest.is_enough


def compared(actor: Actor, units: Sequence[Unit], span: Span) -> list[Row]:
    """Return units of one level side by side.

    A township stands for those who work in it itself: how many villages it has must not make it look light.
    Every other unit stands for itself and all below it.
    """
    if not units:
        return []
    if units[0].level == Level.TOWNSHIP:
        return _themselves(actor, units, span)
    cells = families({unit.parent_id for unit in units if unit.parent_id}, span)
    gone = _by_unit(key for key in hidden(cells) if not key.own)
    loads = _loads(RollupSub, actor, units, span)
    return [Row(unit, loads[unit.pk], gone[unit.pk], {}) for unit in units]


def summed(actor: Actor, units: Sequence[Unit], period: Period) -> list[Row]:
    """Return many units over many weeks, added up by the database; no weeks, and a single filled one is not shown."""
    weeks, last = [week.monday for week in period.weeks], period.last.monday
    rows = (
        RollupSub.objects.visible_to(actor)
        .filter(unit__in=units, week__in=weeks)
        .values_list("unit_id")
        .annotate(
            minutes=Sum(ALL_MINUTES),
            by_itself=Sum("self_min"),
            heads=Sum("returns"),
            in_post=Sum("active", filter=Q(week=last), default=0),
            filled=Count("week", filter=Q(returns__gt=0)),
        )
    )
    found = {unit: (Load(*figures), filled) for unit, *figures, filled in rows}
    nobody = NO_LOAD, 0
    return [
        Row(unit, {last: load}, {last} if filled == 1 else (), {})
        for unit, (load, filled) in ((unit, found.get(unit.pk, nobody)) for unit in units)
    ]


def _themselves(actor: Actor, units: Sequence[Unit], span: Span) -> list[Row]:
    """A unit's own load and the rest below it add up to a sum that is shown: too few of either hide the load."""
    loads = _loads(RollupOwn, actor, units, whole_months(span))
    everybody = RollupSub.objects.visible_to(actor).filter(unit__in=units, week__range=whole_months(span))
    rest: dict[int, dict[dt.date, Cell]] = defaultdict(dict)
    cells: dict[Member, Cell] = {}
    for unit, week, *people in everybody.values_list("unit_id", "week", *PEOPLE):
        own = loads[unit].get(week, NO_LOAD)
        rest[unit][week] = Cell(*people) - Cell(own.returns, own.active)
        cells[Member(unit, unit, week, own=True)] = Cell(own.returns, own.active)
        cells[Member(unit, -unit, week)] = rest[unit][week]
    gone = _by_unit(key for key in hidden(cells) if key.own)
    return [Row(unit, loads[unit.pk], gone[unit.pk], rest[unit.pk]) for unit in units]


def _loads(
    model: type[RollupOwn] | type[RollupSub], actor: Actor, units: Sequence[Unit], span: Span
) -> Mapping[int, dict[dt.date, Load]]:
    rows = model.objects.visible_to(actor).filter(unit__in=units, week__range=span)
    loads: dict[int, dict[dt.date, Load]] = defaultdict(dict)
    for unit, week, *figures in rows.values_list("unit_id", "week", ALL_MINUTES, "self_min", *PEOPLE):
        loads[unit][week] = Load(*figures)
    return loads


def _by_unit(keys: Iterable[Member]) -> Mapping[int, set[dt.date]]:
    found: dict[int, set[dt.date]] = defaultdict(set)
    for key in keys:
        found[key.unit].add(key.week)
    return found


def period_loads(rows: Sequence[Row], period: Period) -> dict[int, Load | None]:
    """Return each row's load over a period by unit id; None where it must not be shown beside its siblings."""
    loads = {row.unit.pk: row.over(period) for row in rows}
    gone = {row.unit.pk for row in rows if row.is_hidden(period)}
    if len(period.weeks) > 1 and not any(row.rest for row in rows):
        parents = {row.unit.pk: row.unit.parent_id for row in rows}
        cells = {pk: Cell(load.returns, load.active) for pk, load in loads.items()}
        gone |= suppress(cells, lambda pk: parents[pk], also=gone)
    return {pk: None if pk in gone else load for pk, load in loads.items()}


def as_of(actor: Actor, at: dt.datetime) -> dt.datetime:
    """Return the instant the sums are true of: when the oldest work not yet counted was filed, or now."""
    oldest = StaleMark.objects.aggregate(oldest=Min("marked_at"))["oldest"] if actor.is_active else None
    return min(oldest, at) if oldest else at
