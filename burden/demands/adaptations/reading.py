"""Which adaptations hold for a demand, and for whom of its receivers; what is spared by one. Pure but for the loading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from burden.demands.adaptations.models import Adaptation, Kind, State, Whom
from burden.demands.duplicates import plain_title
from burden.demands.models import Demand, Frequency
from burden.demands.price import cost_of, due_days
from burden.kit.errors import Refused
from burden.standards.measure import person_minutes
from burden.units.models import Level, Unit

OF_DEMANDS = (Kind.FREQUENCY, Kind.RECEIVERS, Kind.FORM)


@dataclass(frozen=True)
class Adapted:
    """An adaptation that speaks of a demand. Units: `units` counts those of its receivers for whom it holds."""

    adaptation: Adaptation
    units: int
    everybody: bool


def in_force(issuer: Unit, since: dt.date, until: dt.date | None = None) -> list[Adaptation]:
    """Return what was approved around an issuer, or in its remit, and holds in some of these days. One query."""
    low, high = issuer.remit
    near = Q(area_id__in=issuer.steps) | Q(area__path__gte=low, area__path__lt=high)
    held = Adaptation.every.filter(near, state=State.APPROVED, from_week__lte=until or since, until__gte=since)
    return list(held.select_related("unit", "area", "issuer").order_by("pk"))


def covered(adaptation: Adaptation) -> QuerySet[Unit]:
    """Return the open units for whom one holds."""
    found = Unit.every.filter(closed_on=None)
    if adaptation.whom == Whom.UNIT:
        return found.filter(pk=adaptation.unit_id)
    low, high = adaptation.area.range
    found = found.filter(path__gte=low, path__lt=high)
    if adaptation.whom == Whom.KIND:
        return found.filter(kind=adaptation.unit_kind)
    return found.filter(traits__contains=[adaptation.trait])


def speaks_of(adaptation: Adaptation, demand: Demand) -> bool:
    """Whether it varies a demand: this one, or one that the same issuer asks under the same title."""
    if adaptation.kind not in OF_DEMANDS or adaptation.issuer_id != demand.issuer_id:
        return False
    return adaptation.demand_id in (demand.pk, demand.parent_id or 0) or same_title(adaptation.title, demand.title)


def same_title(one: str, other: str) -> bool:
    """Whether two titles are one, years and rounds apart."""
    return bool(plain_title(one)) and plain_title(one) == plain_title(other)


def addressed(adaptation: Adaptation, demand: Demand) -> bool:
    """Whether one holds for the issuer of a demand, or for all whom the demand names, as far as its own words tell."""
    issuer = demand.issuer
    if holds_for(adaptation, issuer):
        return True
    chosen = demand.receivers
    units, kinds, traits = (list(chosen.get(name) or ()) for name in ("units", "kinds", "traits"))
    if adaptation.whom == Whom.UNIT:
        return units == [adaptation.unit.code] and not (kinds or traits or chosen.get("levels") or chosen.get("under"))
    if units or not issuer.path.startswith(adaptation.area.path):
        return False
    return kinds == [adaptation.unit_kind] if adaptation.whom == Whom.KIND else traits == [adaptation.trait]


def holds_for(adaptation: Adaptation, unit: Unit) -> bool:
    """Whether one holds for a unit."""
    if adaptation.whom == Whom.UNIT:
        return adaptation.unit_id == unit.pk
    if not unit.path.startswith(adaptation.area.path):
        return False
    return adaptation.unit_kind == unit.kind if adaptation.whom == Whom.KIND else adaptation.trait in unit.traits


def is_like(adaptation: Adaptation, unit: Unit) -> bool:
    """Whether a unit is of the kind of the one that asked, or shares a trait with it, in the same county."""
    same = unit.kind == adaptation.unit.kind or bool({*unit.traits} & {*adaptation.unit.traits})
    return same and unit.path.startswith(adaptation.area.path)


def judged_on(demand: Demand, today: dt.date) -> dt.date:
    """Return the day on which adaptations are looked for: the first of what is to come, today while it goes on, the last of what is over."""
    first = demand.first_on or today
    last = first if demand.frequency == Frequency.ONCE else demand.until or today
    return max(first, min(today, last))


def of_rules(adaptations: Iterable[Adaptation], demand: Demand, day: dt.date) -> list[Adaptation]:
    """Return those in force on a day that vary a rule for a demand: what ends while it goes on covers the rest no more."""
    held = (each for each in adaptations if each.kind == Kind.RULE and each.is_in_force(day))
    return [each for each in held if addressed(each, demand)]


def of_demand(adaptations: Iterable[Adaptation], demand: Demand, unit_ids: Sequence[int]) -> list[Adapted]:
    """Return those that vary a demand for some of its receivers. One query for each."""
    chosen = [each for each in adaptations if speaks_of(each, demand)]
    counted = [(each, covered(each).filter(pk__in=unit_ids).count()) for each in chosen]
    return [Adapted(each, count, count == len(unit_ids)) for each, count in counted if count]


def spared_times(days: Sequence[dt.date], adaptation: Adaptation) -> int:
    """Return how many of some due days fall away between its dates. Units: a count."""
    within = [day for day in days if adaptation.from_week <= day <= adaptation.until]
    if adaptation.kind == Kind.RECEIVERS:
        return len(within)
    if adaptation.kind != Kind.FREQUENCY:
        return 0
    return len(within) - len({_period(day, adaptation.frequency) for day in within})


def _period(day: dt.date, frequency: str) -> object:
    """Return what a day shares with the others among which one is enough."""
    if frequency == Frequency.MONTHLY:
        return day.year, day.month
    if frequency == Frequency.QUARTERLY:
        return day.year, (day.month - 1) // 3
    return day.isocalendar()[:2] if frequency == Frequency.WEEKLY else None


@dataclass(frozen=True)
class Saving:
    """What is spared while one holds. Units: `each_min` person-minutes of a unit each time; the others counts."""

    units: int
    each_min: int
    times: int

    @property
    def person_min(self) -> int:
        return self.units * self.each_min * self.times


def saving(adaptation: Adaptation, demand: Demand | None, units: int) -> Saving | None:
    """Return what is spared by the dates of a demand that goes on; None where its numbers do not tell.

    Units: `units` a count of those for whom it holds.
    """
    if demand is None or demand.first_on is None or not demand.active:
        return None
    try:
        days = due_days(demand.first_on, demand.frequency, demand.until)
    except Refused:
        return None
    times = spared_times(days, adaptation)
    return Saving(units, person_minutes(**vars(cost_of(demand))), times) if times else None


def county_of(unit: Unit) -> Unit:
    """Return the county around a unit; above counties the unit itself."""
    return Unit.every.filter(pk__in=unit.steps, level=Level.COUNTY).first() or unit
