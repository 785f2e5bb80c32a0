"""What the write side asks of the read side, through burden.kit.figures: sums of what an issuer asked, hidden as on every page."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import F, Sum

from burden.demands.duplicates import plain_title
from burden.demands.models import Demand, Reestimate
from burden.kit.figures import Asked, Imposed, KindShare, Manned, Spans, Spent
from burden.kit.reading import as_compared
from burden.standards.models import Category
from burden.units.models import Unit
from reports.issued import Cell, cells_of, decided_at, filed_weeks, known_weeks, total
from reports.league import slots_of, unregistered
from reports.models import KindAnswers, RollupDemand, RollupSub, UnregisteredDemand
from reports.peers import hidden


def asked(*, issuer_id: int, titles: Collection[str], weeks: Collection[dt.date]) -> list[Asked]:
    """Return what an issuer asked under these titles in some weeks, the oldest first.

    What was registered counts as confirmed where enough answered, else as claimed; a change of method is taken out of it. What
    was not counts in the weeks that enough people stand behind. Units: person-minutes.
    """
    names = {as_compared(title) for title in titles}
    found = [*_registered(issuer_id, names, weeks), *_unregistered(issuer_id, names, weeks)]
    return sorted(found, key=lambda each: (each.week, each.title, each.demand_id or 0))


def _registered(issuer_id: int, names: Collection[str], weeks: Collection[dt.date]) -> list[Asked]:
    rows = RollupDemand.every.filter(demand__issuer_id=issuer_id, week__in=weeks)
    groups: dict[tuple[int, dt.date], list[Cell]] = defaultdict(list)
    for cell in cells_of(rows):
        if as_compared(cell.title) in names:
            groups[cell.demand_id, cell.week].append(cell)
    if not groups:
        return []
    ids = {demand_id for demand_id, _week in groups}
    units, changed = _units(ids, weeks), _changed(ids, weeks)
    return [
        Asked(week, cells[0].title, units.get((pk, week), 0), max(0, total(cells).total_min - changed.get((pk, week), 0)), pk)
        for (pk, week), cells in groups.items()
    ]  # fmt: skip


def _units(ids: Collection[int], weeks: Collection[dt.date]) -> dict[tuple[int, dt.date], int]:
    """Return by demand and week how many units it went to."""
    rows = RollupDemand.every.filter(demand_id__in=ids, week__in=weeks).values_list("demand_id", "week")
    return {(pk, week): n for pk, week, n in rows.annotate(n=Sum("targets"))}


def _changed(ids: Collection[int], weeks: Collection[dt.date]) -> dict[tuple[int, dt.date], int]:
    """Return by demand and week what a change of the tariffs added to its claims."""
    rows = Reestimate.every.filter(demand_id__in=ids, week__in=weeks).values_list("demand_id", "week")
    return {(pk, week): n for pk, week, n in rows.annotate(n=Sum(F("after_min") - F("before_min")))}


def _unregistered(issuer_id: int, names: Collection[str], weeks: Collection[dt.date]) -> list[Asked]:
    wanted = {str(week): week for week in weeks}
    return [
        Asked(wanted[week], each.title, units, minutes)
        for each in UnregisteredDemand.every.filter(issuer_id=issuer_id)
        if as_compared(each.title) in names
        for week, units, minutes in each.weeks
        if week in wanted
    ]


def not_applicable(*, issuer_id: int, title: str) -> list[KindShare]:
    """Return by kind of unit how an issuer's last rounds of a title were answered, the least fitting first."""
    found = KindAnswers.every.filter(issuer_id=issuer_id, plain=plain_title(title)[:200])
    rows = [KindShare(each.kind, each.units, each.answers, each.not_applicable, each.reasons) for each in found]
    return sorted(rows, key=lambda each: -each.not_applicable * 1000 // each.answers)


def spent(*, unit_ids: Collection[int], since: dt.date, until: dt.date) -> dict[int, dict[dt.date, Spent]]:
    """Return by unit and week what it and all below it spent, of the weeks that are shown on its own page."""
    gone = hidden(unit_ids, (since, until), own=False)
    found: dict[int, dict[dt.date, Spent]] = defaultdict(dict)
    rows = RollupSub.every.filter(unit_id__in=unit_ids, week__range=(since, until), returns__gt=0)
    minutes = [f"m_{category}" for category in Category.values]
    for unit_id, week, returns, *each in rows.values_list("unit_id", "week", "returns", *minutes):
        if week not in gone[unit_id]:
            found[unit_id][week] = Spent(dict(zip(Category.values, each, strict=True)), returns)
    return dict(found)


def imposed(*, unit_id: int, issuer_ids: Collection[int], spans: Spans) -> dict[tuple[int, str], Imposed]:
    """Return what issuers asked by a decision that nobody above a unit made, as the comparison of issuers has it (reports.league)."""
    unit = Unit.every.get(pk=unit_id)
    issuers = Unit.every.select_related("parent").in_bulk(list(issuer_ids))
    asked, alone = slots_of(unit, issuers, spans), unregistered(issuers, spans)
    changed = _reestimated(unit, issuers, spans)
    known = known_weeks(issuers.values(), sorted({week for weeks in spans.values() for week in weeks}))
    found = {}
    for name, weeks in spans.items():
        for pk in issuers:
            own = asked.get((pk, name), {}).get(True)
            sums = (own.sums.claim_min, own.sums.compared_min, own.sums.confirmed_min) if own else (0, 0, 0)
            more = changed.get((pk, name), 0), alone.get((pk, name), 0)
            found[pk, name] = Imposed(*sums, *more, is_known=known[pk].issuperset(weeks))
    return found


def _reestimated(unit: Unit, issuers: Collection[int], spans: Spans) -> dict[tuple[int, str], int]:
    """Return what a change of the tariffs alone added to the claims of what was decided at a unit or below it."""
    weeks = {week for those in spans.values() for week in those}
    rows = Reestimate.every.filter(
        demand__issuer__in=issuers, demand__origin__in=decided_at(unit.level), week__in=weeks
    ).values_list("demand__issuer_id", "week")
    found: dict[tuple[int, str], int] = defaultdict(int)
    for issuer, week, minutes in rows.annotate(n=Sum(F("after_min") - F("before_min"))):
        for name, those in spans.items():
            found[issuer, name] += minutes if week in those else 0
    return found


def claimed(*, titles: Mapping[int, Collection[str]], weeks: Collection[dt.date]) -> dict[tuple[int, dt.date], int]:
    """Return by issuer and week what is claimed under its titles: what was taken back before it was due claims nothing. Two queries."""
    names = {issuer: {as_compared(title) for title in those} for issuer, those in titles.items()}
    sent = Demand.every.filter(issuer_id__in=titles).values_list("pk", "issuer_id", "title")
    issuers = {pk: issuer for pk, issuer, title in sent if as_compared(title) in names[issuer]}
    rows = RollupDemand.every.filter(demand_id__in=issuers, week__in=weeks).values_list(
        "demand_id", "week", "claim_min"
    )
    found: dict[tuple[int, dt.date], int] = defaultdict(int)
    for pk, week, minutes in rows:
        found[issuers[pk], week] += minutes
    return found


def manned(*, unit_id: int, weeks: Collection[dt.date]) -> Manned:
    """Return how many cadres there were in a unit and below it; who filed is told of the weeks that its page shows."""
    gone = hidden([unit_id], (min(weeks), max(weeks)))[unit_id]
    rows = list(RollupSub.every.filter(unit_id=unit_id, week__in=weeks).values_list("week", "active", "returns"))
    told = [(active, returns) for week, active, returns in rows if week not in gone]
    active = sum(active for _week, active, _returns in rows)
    return Manned(active, len(rows), sum(each[1] for each in told), sum(each[0] for each in told))


def filed(*, issuer_ids: Collection[int], weeks: Collection[dt.date]) -> dict[int, set[dt.date]]:
    """Return by issuer the weeks in which enough filed where it asks to say what was asked."""
    return filed_weeks(Unit.every.filter(pk__in=issuer_ids), weeks)
