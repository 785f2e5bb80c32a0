"""The lighter way to the same end, computed from what is out already: pure functions over loaded facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from burden.demands.duplicates import Similar
from burden.demands.models import ACTIVE, Demand, Frequency
from burden.demands.price import Price, price_of
from burden.standards.models import Category

FIELDS, RECEIVERS, FREQUENCY, MERGE = "fields", "receivers", "frequency", "merge"
FRESH = dt.timedelta(days=31)  # how long what another department collected serves
ENOUGH = 20  # pairs of answers, before anything is said of change
SELDOM = 10  # of that many pairs one may have changed
LESS_OFTEN = {Frequency.WEEKLY: Frequency.MONTHLY, Frequency.MONTHLY: Frequency.QUARTERLY}


@dataclass(frozen=True)
class Lighter:
    """A cheaper way to the same end.

    Shape: values as save_draft takes them; none where nothing is left to ask, because `of` has it all (kind merge).
    """

    values: Mapping[str, Any]
    price: Price
    kind: str = FIELDS
    of: Demand | None = None


@dataclass(frozen=True)
class Source:
    """A similar demand, and which of the own receivers it asks. Shape: unit ids."""

    similar: Similar
    covered: frozenset[int]


@dataclass(frozen=True)
class Change:
    """How past answers of a repeated demand changed from one time to the next. Units: counts of pairs."""

    pairs: int = 0
    changed: int = 0

    @property
    def little(self) -> bool:
        """Whether there are enough answers, and they stayed within a tenth."""
        return self.pairs >= ENOUGH and self.changed * SELDOM <= self.pairs


def lightest(
    demand: Demand, price: Price, units: Mapping[int, str], sources: Sequence[Source], past: Change
) -> Lighter | None:
    """Return the way that spares most of a year, None where no way spares anything. Shape: units map ids to codes."""
    ways = [
        fewer_receivers(demand, price, units, sources),
        only_new_fields(demand, price, units, sources),
        less_often(demand, price, past),
    ]
    cheaper = [way for way in ways if way and way.price.year_min < price.year_min]
    return min(cheaper, key=lambda way: way.price.year_min, default=None)


def serves(other: Demand, demand: Demand, today: dt.date) -> bool:
    """Whether what another demand collects is of use: it goes on, or another department's is fresh.

    What is asked once serves nobody who needs it again and again.
    """
    last = other.until or other.first_on
    once = other.frequency == Frequency.ONCE and demand.frequency != Frequency.ONCE
    if other.category != demand.category or last is None or once:
        return False
    return last >= today - (FRESH if other.issuer_id != demand.issuer_id else dt.timedelta())


def only_new_fields(
    demand: Demand, price: Price, units: Mapping[int, str], sources: Sequence[Source]
) -> Lighter | None:
    """Ask what nobody asks of these receivers yet; minutes shrink with the fields, rounded up."""
    covering = [source for source in sources if source.covered >= set(units)]
    shared = {name for source in covering for name in source.similar.shared}
    new = [name for name in demand.fields if name not in shared]
    if demand.category != Category.FORM or not new or len(new) == len(demand.fields):
        return None
    minutes = max(1, -(-price.minutes * len(new) // len(demand.fields)))
    return Lighter({"fields": new, "minutes": minutes}, replace(price, minutes=minutes), FIELDS, _main(covering))


def _main(sources: Sequence[Source]) -> Demand | None:
    """The demand that shares most fields."""
    return max((source.similar for source in sources), key=lambda each: len(each.shared)).demand if sources else None


def fewer_receivers(
    demand: Demand, price: Price, units: Mapping[int, str], sources: Sequence[Source]
) -> Lighter | None:
    """Ask those alone whom a demand for the same does not ask; where it asks everybody, nothing is left to ask."""
    whole = [source for source in sources if _has_all(source.similar, demand)]
    best = max(whole, key=lambda source: len(source.covered), default=None)
    if best is None or not best.covered:
        return None
    left = [code for pk, code in units.items() if pk not in best.covered]
    cheaper = replace(price, receivers=len(left))
    if not left:
        return Lighter({}, cheaper, MERGE, best.similar.demand)
    chosen = {"levels": [], "kinds": [], "traits": [], "under": None, "units": left}
    return Lighter({"receivers": chosen}, cheaper, RECEIVERS, best.similar.demand)


def _has_all(similar: Similar, demand: Demand) -> bool:
    """Whether another form asks every field of this one. What asks no fields is compared by its title alone: too little."""
    return bool(demand.fields) and len(similar.shared) == len(demand.fields)


def less_often(demand: Demand, price: Price, past: Change) -> Lighter | None:
    """Ask less often where the answers hardly change."""
    rarer = LESS_OFTEN.get(Frequency(demand.frequency))
    if rarer is None or not past.little:
        return None
    thinned = copy(demand)
    thinned.frequency = rarer
    cheaper = price_of(thinned, price.receivers)
    return Lighter(
        {"frequency": str(rarer)},
        replace(price, times=cheaper.times, times_a_year=cheaper.times_a_year),
        FREQUENCY,
        demand if demand.state in ACTIVE else None,
    )
