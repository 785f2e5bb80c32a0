"""Scoped reads of the sums, for the pages; a query takes the actor first. What is not shown, reports.peers says."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Min, QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from burden.accounts.actor import Actor
from burden.kit.clock import Week
from burden.kit.templatetags.show import listed, percent
from burden.ledger.models import StaleMark
from burden.units.models import Level, Unit
from reports import restated, source_periods
from reports.indicators import CATEGORIES, Figures, Load, Source, total
from reports.models import PeopleYear, PortalTime, RollupOwn, RollupSub
from reports.peers import MIN_RETURNS
from reports.periods import KINDS, Period, Span
from reports.restated import REPORTED, RESTATED

MOST_MOVED = 15  # percentage points of those who filed past which totals of two periods do not compare
Share = tuple[int, int | None]
Pairs = Sequence[tuple[dt.date | None, dt.date]]
MINUTES = tuple(f"m_{name}" for name in CATEGORIES)
ALL_MINUTES = sum((F(name) for name in MINUTES[1:]), F(MINUTES[0]))
LOAD = {"minutes": ALL_MINUTES} | {name: F(name) for name in Load._fields[1:]}


# --- units ---


def unit_by_code(actor: Actor, code: str) -> Unit | None:
    """Return a unit with its ancestors; None for a foreign unit as for a missing one."""
    return (
        Unit.objects.visible_to(actor)
        .select_related("parent__parent__parent__parent__parent")
        .filter(code=code)
        .first()
    )


def name_parents(units: Sequence[Unit]) -> None:
    """Fetch the parents of some of the units below one, to say which township a village belongs to."""
    prefetch_related_objects(units, "parent")


def issuer_names(actor: Actor, ids: Collection[int]) -> dict[int, Unit]:
    """Return issuers by id, with names also of those above the actor: who asks for work is no secret to who does it."""
    if not actor.is_active:
        return {}
    return {unit.pk: unit for unit in Unit.objects.unscoped().filter(pk__in=ids).only("code", "name", "path", "level")}


def issuer_by_code(actor: Actor, code: str) -> Unit | None:
    """Return an issuer wherever it stands, with the unit above it, as issuer_names; a village is none that others choose."""
    if not actor.is_active:
        return None
    return (
        Unit.objects.unscoped()
        .filter(code=code)
        .exclude(level=Level.VILLAGE)
        .select_related("parent")
        .only("code", "name", "path", "level", "parent__path")
        .first()
    )


def readable(actor: Actor, ids: Collection[int]) -> set[int]:
    """Return those of some units whose sums the actor reads."""
    return set(Unit.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))


# --- sums of one unit ---


def weekly(actor: Actor, unit: Unit, span: Span, basis: str = REPORTED) -> dict[dt.date, Figures]:
    """Return the sums of a unit and all below it, week by week, in either tree; weeks without a row are absent."""
    return weekly_of(actor, [unit], RollupSub.objects.visible_to(actor).filter(week__range=span), span, basis)[unit.pk]


def weekly_of(
    actor: Actor, units: Sequence[Unit], rows: QuerySet[RollupSub], span: Span, basis: str = REPORTED
) -> dict[int, dict[dt.date, Figures]]:
    """Return the sums of several units, as `weekly` does of one. Shape: by unit; `rows` are those of the weeks that are asked for."""
    sums = {
        (unit, week): of
        for unit, week, *of in rows.filter(unit__in=units).values_list("unit_id", "week", *restated.SUMS)
    }
    if basis == RESTATED and all(_is_seen(actor, unit) for unit in units):
        sums |= {cell: [*of] for cell, of in restated.cells([unit.pk for unit in units], span).items()}
    found: dict[int, dict[dt.date, Figures]] = {unit.pk: {} for unit in units}
    for (unit, week), of in sums.items():
        if any(of):
            found[unit][week] = Figures(1, tuple(of[:5]), tuple(of[5:10]), tuple(of[10:15]), *of[15:])
    return found


def trees(unit: Unit, units: Sequence[Unit], span: Span) -> restated.Tree:
    """Return what tells the two trees apart for a unit and those listed below it."""
    return restated.tree({unit.pk, *(each.pk for each in units)}, span)


def _is_seen(actor: Actor, unit: Unit) -> bool:
    """Say whether a unit is the actor's to read: what makes up its sums in today's tree may have stood elsewhere."""
    low, high = actor.read_range
    return actor.is_active and low <= unit.path < high


def portal_times(actor: Actor, unit: Unit, period: Period, gone: Collection[dt.date]) -> list[PortalTime]:
    """Return how long filing took of a unit and all below it, in the weeks of a period that are shown."""
    weeks = [week for week in period.mondays if week not in gone]
    return list(PortalTime.objects.visible_to(actor).filter(unit=unit, week__in=weeks))


def people(
    actor: Actor, unit: Unit, period: Period, figures: Mapping[dt.date, Figures], gone: Collection[dt.date]
) -> int:
    """Return how many different people of a unit and all below it filed in a year; 0 where that must not be told.

    Where a week of the year is hidden, so are its people: what others filed and the whole must not tell how few they are.
    """
    if period.kind != "year" or left_out(figures, gone, period):
        return 0
    found = PeopleYear.objects.visible_to(actor).filter(unit=unit, year=period.year, people__gte=MIN_RETURNS)
    return found.values_list("people", flat=True).first() or 0


def of_period(figures: Mapping[dt.date, Figures], gone: Collection[dt.date], period: Period) -> Figures | None:
    """Add up a period's weeks that are shown; None where there are others alone."""
    weeks = _filled(figures, period)
    shown = [week for week in weeks if week not in gone]
    return total(figures[week] for week in shown) if shown or not weeks else None


def aside(
    figures: Mapping[dt.date, Figures] | Mapping[dt.date, Load], gone: Collection[dt.date], period: Period
) -> set[dt.date]:
    """Return the weeks of the periods to compare with that stand beside weeks without data, or not shown.

    No data is not zero: a part of a period is compared with the same part of another, never with all of it.
    """
    shown = {week for week in _filled(figures, period) if week not in gone}
    if len(shown) == len(period.weeks):
        return set()
    pairs = (
        pair
        for other in (period.previous, period.last_year)
        for pair in zip(period.mondays, other.mondays, strict=False)
    )
    return {then for week, then in pairs if week not in shown}


def comparable(
    figures: Mapping[dt.date, Figures], gone: Collection[dt.date], period: Period, apart: Collection[dt.date] = ()
) -> Figures | None:
    """Add up a period to compare with; None where weeks of it have no data yet: what began later would look like more.

    Shape: `apart` are the weeks that stand beside nothing, as `aside` says.
    """
    return of_period(figures, {*gone, *apart}, period) if is_whole(figures, period, apart) else None


def is_whole(figures: Mapping[dt.date, object], period: Period, apart: Collection[dt.date] = ()) -> bool:
    """Whether there is data of all weeks of a period, but for some apart."""
    return all(week in figures or week in apart for week in period.mondays)


def uncovered(now: Share, previous: Share, last_year: Share) -> list[str]:
    """Say where so many more or fewer filed than in a period that is compared with that totals do not compare.

    Shape: those who filed, and those who could have (none: nothing to compare with).
    """
    found = [
        words % {"then": percent(*then)}
        for words, then in ((_("上期 %(then)s"), previous), (_("上年同期 %(then)s"), last_year))
        if now[1] and then[1] and abs(now[0] / now[1] - then[0] / then[1]) * 100 > MOST_MOVED
    ]
    facts = {"here": percent(*now), "then": listed(found)}
    return [_("已有数据：本期 %(here)s，%(then)s，合计不能直接比") % facts] if found else []


def unfiled(figures: Mapping[dt.date, Figures | Load], period: Period) -> list[Week]:
    """Return the weeks of a period that nobody filed for: no data, which is not zero."""
    filled = _filled(figures, period)
    return [week for week in period.weeks if week.monday not in filled]


def claimed(figures: Mapping[dt.date, Figures], period: Period) -> int:
    """Return what issuers claim in a period and nobody answered: it says nothing of who did, so that no week is left out."""
    return sum(figures[week].claimed_min for week in period.mondays if week in figures)


def left_out(figures: Mapping[dt.date, Figures | Load], gone: Collection[dt.date], period: Period) -> int:
    """Count a period's weeks that have data and are not shown."""
    return sum(week in gone for week in _filled(figures, period))


def _filled(figures: Mapping[dt.date, Figures | Load], period: Period) -> list[dt.date]:
    """Return the Mondays of a period's weeks with data, oldest first."""
    return [week for week in period.mondays if week in figures and figures[week].returns]


def sources(
    actor: Actor, unit: Unit, period: Period, gone: Collection[dt.date], basis: str = REPORTED
) -> tuple[list[Source], dict[int, Source]]:
    """Return who asked for what a unit and all below it did, in the weeks that are shown; what is claimed, in all.

    In today's tree only the weeks that differ are put together here; the database adds up all others.

    Shape: of the period, the most costly first; and of the period before, by issuer (none before weeks that are no period). Issuer -1: units of themselves.
    Townships and above have sources; a village has none.
    """
    if not _is_seen(actor, unit):
        return [], {}
    weeks, before = _slots(period)
    span = min(weeks + before), max(weeks + before)
    changed = restated.sources([unit.pk], span) if basis == RESTATED else {}
    anew = {week: issuers for (_unit, week), issuers in changed.items()}
    found = source_periods.read(unit.pk, unit.level, _shown((weeks, before), {*gone}, anew))
    for week, issuers in anew.items():
        if week not in weeks and week not in before:
            continue  # between the two, where a period that still runs is compared with as many weeks
        for issuer, sums in issuers.items():
            here = int(week not in weeks), issuer
            seen = (*sums[:6], sums[7], sums[6]) if week not in gone else (0,) * 7 + (sums[6],)
            found[here] = tuple(map(sum, zip(found.get(here, (0,) * 8), seen, strict=True)))
    return _in_order(found)


def leading(
    actor: Actor, unit: Unit, period: Period, gone: Collection[dt.date], most: int, basis: str = REPORTED
) -> tuple[list[Source], dict[int, Source], int]:
    """Return who asked for most, as `sources` does, all others as one: a province has thousands.

    Shape: as `sources`, then how many these others are. In today's tree nobody is put together: all are returned.
    """
    if basis == RESTATED:
        return *sources(actor, unit, period, gone, basis), 0
    if not _is_seen(actor, unit):
        return [], {}, 0
    found, others = source_periods.leading(unit.pk, unit.level, _shown(_slots(period), {*gone}), most)
    return *_in_order(found), others


def _slots(period: Period) -> tuple[list[dt.date], list[dt.date]]:
    """Return the Mondays of a period, and of the one before; none before weeks that are no period."""
    return [*period.mondays], [*period.previous.mondays] if period.kind in KINDS else []


def _shown(
    slots: Sequence[Sequence[dt.date]], gone: Collection[dt.date], apart: Collection[dt.date] = ()
) -> list[tuple[list[dt.date], list[dt.date]]]:
    """Return the weeks of each slot, and those of them that are shown; what is put together apart is in none."""
    kept = [[week for week in each if week not in apart] for each in slots]
    return [(each, [week for week in each if week not in gone]) for each in kept]


def _in_order(found: Mapping[tuple[int, int], tuple[int, ...]]) -> tuple[list[Source], dict[int, Source]]:
    """Return sources of now (0), the most costly first, and of before (1) by issuer; whoever asked nothing is none."""
    made = [(slot, Source(issuer, of[0], of[1:6], of[7], of[6])) for (slot, issuer), of in found.items() if any(of)]
    now = sorted((source for slot, source in made if slot == 0), key=lambda each: (-each.total, each.issuer_id))
    return now, {source.issuer_id: source for slot, source in made if slot == 1}


# --- units side by side ---


@dataclass(frozen=True)
class Row:
    """One unit among others: its load week by week, and the weeks that are not shown.

    Shape: what lies before `split` a split divided by published shares.
    """

    unit: Unit
    loads: Mapping[dt.date, Load]
    gone: Collection[dt.date]
    split: dt.date = dt.date.min

    def over(self, period: Period) -> Load | None:
        """Add up a period's weeks that are shown; None where there are others alone."""
        weeks = _filled(self.loads, period)
        shown = [self.loads[week] for week in weeks if week not in self.gone]
        return Load.over(shown) if shown or not weeks else None

    def beside(self, now: Row, pairs: Pairs) -> Load | None:
        """Add up what of another period stands beside the shown weeks of a period, as `comparable` does for thousands of units.

        None where nothing does, or where weeks of it have no data. Shape: `now` is the unit's row with the weeks of the period; pairs are
        the weeks of the other, each with the one it stands beside, or with none where that period has fewer.
        """
        kept = []
        for week, then in pairs:
            if week is not None:
                here = now.loads.get(week)
                if here is None or not here.returns or week in now.gone:
                    continue
            load = self.loads.get(then)
            if load is None:
                return None
            if load.returns and then not in self.gone:
                kept.append(load)
        return Load.over(kept) if kept else None

    def is_divided(self, period: Period) -> bool:
        """Say whether some of a period's load is a part of what a split unit filed."""
        return any(week < self.split and week not in self.gone for week in _filled(self.loads, period))

    def active(self, period: Period) -> int | None:
        """Count the cadres in post in a period's newest week that is not hidden."""
        seen = (week for week in reversed(period.mondays) if week not in self.gone)
        return next((self.loads[week].active for week in seen if week in self.loads), None)


def beside(now: Sequence[Row], then: Sequence[Row], period: Period, other: Period) -> dict[int, Load | None]:
    """Return what units had in another period beside a period's weeks, by id. Shape: the rows of both, in one order of units."""
    weeks = [*period.mondays]
    pairs = [(weeks[n] if n < len(weeks) else None, week) for n, week in enumerate(other.mondays)]
    return {row.unit.pk: row.beside(here, pairs) for here, row in zip(now, then, strict=True)}


def compared(
    actor: Actor,
    units: Sequence[Unit],
    span: Span,
    basis: str = REPORTED,
    *,
    weeks: Collection[dt.date] | None = None,
) -> list[Row]:
    """Return units of one level side by side. Shape: `weeks` are those that are asked for of a long span, if not all.

    A township stands for those who work in it itself: how many villages it has must not make it look light.
    Every other unit stands for itself and all below it.
    """
    own = bool(units) and units[0].level == Level.TOWNSHIP
    model = RollupOwn if own else RollupSub
    rows = model.objects.visible_to(actor).filter(unit__in=units)
    rows = rows.filter(week__range=span) if weeks is None else rows.filter(week__in=weeks)
    loads: dict[int, dict[dt.date, Load]] = defaultdict(dict)
    # one row a unit: a county's villages over a year are twenty thousand weeks
    listed = {f"of_{name}": ArrayAgg(of) for name, of in {"week": F("week"), **LOAD}.items()}
    for unit, of_week, *figures in rows.values_list("unit_id").annotate(**listed):
        loads[unit] = dict(zip(of_week, map(Load._make, zip(*figures, strict=True)), strict=True))
    pks = [unit.pk for unit in units]
    if basis == RESTATED and all(_is_seen(actor, unit) for unit in units):
        changed = restated.own_cells(pks, span) if own else restated.cells(pks, span)
        for (unit, week), sums in changed.items():
            figures = dict(zip(restated.SUMS, sums, strict=True))
            loads[unit][week] = Load(
                sum(figures[name] for name in MINUTES), figures["self_min"], figures["returns"], figures["active"]
            )
    gone = restated.hidden_in(basis, pks, span, own=own)
    split = restated.estimated_in(basis, pks, span)
    return [Row(unit, loads[unit.pk], gone[unit.pk], split.get(unit.pk, dt.date.min)) for unit in units]


def as_of(actor: Actor, at: dt.datetime) -> dt.datetime:
    """Return the instant the sums are true of: when the oldest work not yet counted was filed, or now."""
    oldest = StaleMark.objects.aggregate(oldest=Min("marked_at"))["oldest"] if actor.is_active else None
    return min(oldest, at) if oldest else at
