"""The consistency review (一致性评估): what a demand costs and may run against, before it goes out."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from burden.accounts.actor import Actor
from burden.demands import queries, receivers
from burden.demands.adaptations.reading import in_force, judged_on, of_demand, of_rules
from burden.demands.checks import POSSIBLE, Check, Overlap, Seen, check_all
from burden.demands.duplicates import THEIRS, Similar, similar
from burden.demands.lighter import Change, Lighter, Source, lightest, serves
from burden.demands.models import ACTIVE, OPEN, Demand, Frequency
from burden.demands.price import Price, cost_of, price_of
from burden.demands.queries import Budget
from burden.kit.clock import Week
from burden.standards.models import Category, Strength
from burden.standards.rules.book import rulebook

__all__ = ["Check", "Estimated", "Lighter", "Review", "review"]

MOST_OVERLAPS = 5
BESIDE = "SELECT demand_id, receivers FROM meetings_beside(%s::bigint[], %s, %s)"
VISITS = "SELECT most_visits(%s::bigint[], %s, %s, %s)"
PAST = "SELECT pairs, changed FROM past_change(%s)"


@dataclass(frozen=True)
class Estimated:
    """What those asked beforehand say. Units: asked and answered are counts; median whole minutes of one person."""

    asked: int
    answered: int
    median: int | None


@dataclass(frozen=True)
class Review:
    """What an issuer sees before a demand goes out."""

    price: Price
    budget: Budget | None
    checks: tuple[Check, ...] = ()
    lighter: Lighter | None = None
    similar: tuple[Similar, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    estimates: Estimated | None = None

    @property
    def blocking(self) -> tuple[Check, ...]:
        """Hard checks that may be violated: nothing goes out until they are answered."""
        return tuple(check for check in self.checks if check.strength == Strength.HARD and check.state == POSSIBLE)

    def body(self) -> dict[str, Any]:
        """Return the review as JSON, as it is stored and answered."""
        return {
            "price": _priced(self.price),
            "budget": asdict(self.budget) | {"left_min": self.budget.left_min} if self.budget else None,
            "checks": [asdict(check) for check in self.checks],
            "similar": [_compared(each) for each in self.similar],
            "overlaps": [_named(each.demand) | {"receivers": each.receivers} for each in self.overlaps],
            "lighter": _lighter(self.lighter) if self.lighter else None,
            "estimates": asdict(self.estimates) if self.estimates else None,
        }


def _priced(price: Price) -> dict[str, int]:
    return asdict(price) | {"once_min": price.once_min, "year_min": price.year_min}


def _named(demand: Demand) -> dict[str, Any]:
    return {"id": demand.pk, "title": demand.title, "issuer": demand.issuer.code, "issuer_name": demand.issuer.name}


def _compared(each: Similar) -> dict[str, Any]:
    pairs = [asdict(pair) for pair in each.pairs if pair.kind != THEIRS]
    return _named(each.demand) | {"score": each.score, "shared": list(each.shared), "pairs": pairs}


def _lighter(way: Lighter) -> dict[str, Any]:
    of = _named(way.of) if way.of else None
    return {"kind": way.kind, "values": dict(way.values), "price": _priced(way.price), "of": of}


def review(actor: Actor, demand: Demand, today: dt.date, answers: Mapping[str, str] | None = None) -> Review:
    """Review a demand as it stands, with the receivers of today and the rules in force.

    Shape: answers map a check's code to what was written against it. Units: at most 25 queries, whatever the receivers.
    """
    units = list(_receiving(demand))
    price = price_of(demand, len(units), queries.claim(actor, demand) if demand.state in OPEN else cost_of(demand))
    like = tuple(similar(actor, demand.title, demand.fields, category=demand.category, but=demand.pk))
    useful = [each for each in like if serves(each.demand, demand, today)]
    overlaps = _overlaps(actor, demand, [pk for pk, *_ in units])
    seen = _seen(actor, demand, today, units, price, like, overlaps, answers or {})
    codes = {pk: code for pk, code, *_ in units}
    way = lightest(demand, price, codes, _sources(useful, units), _past(demand, like))
    return Review(
        price,
        queries.budget_left(actor, demand.issuer, seen.year),
        check_all(rulebook().on(today, demand.issuer.path), seen),
        way,
        like,
        overlaps,
        _estimated(actor, demand),
    )


Units = Sequence[tuple[int, str, str, str]]  # id, code, level, path


def _receiving(demand: Demand) -> Units:
    found = receivers.units_of(demand.issuer, receivers.stored(demand.receivers))
    return list(found.order_by("path").values_list("pk", "code", "level", "path"))


def _seen(
    actor: Actor, demand: Demand, today: dt.date, units: Units, price: Price,
    like: Sequence[Similar], overlaps: Sequence[Overlap], answers: Mapping[str, str],
) -> Seen:  # fmt: skip
    """Load what the checks look at."""
    counted = _counted(actor, demand, (demand.first_on or today).year)
    day = judged_on(demand, today)
    held = in_force(demand.issuer, day, max(day, demand.until or day))
    return Seen(
        demand,
        today,
        levels=frozenset(level for _pk, _code, level, _path in units),
        times=price.times_a_year,
        documents=(counted["documents"], counted["documents_before"]),
        comprehensive=counted["comprehensive"],
        planned=_planned(actor, demand),
        visits=_visits(demand, [pk for pk, *_ in units]),
        duty_list=queries.duty_items(actor, demand.issuer).exists(),
        similar=like,
        overlaps=overlaps,
        answers=answers,
        of_rules=of_rules(held, demand, day),
        adapted=of_demand(held, demand, [pk for pk, *_ in units]),
    )


def _others(actor: Actor, demand: Demand) -> Any:
    """The issuer's other demands that are out."""
    return Demand.objects.visible_to(actor).filter(issuer=demand.issuer, state__in=ACTIVE).exclude(pk=demand.pk)


def _counted(actor: Actor, demand: Demand, year: int) -> dict[str, int]:
    """Count what the issuer asked for in a year, and its documents of the year before."""
    document, this = Q(category=Category.DOCUMENT), Q(first_on__year=year)
    counted: dict[str, int] = _others(actor, demand).aggregate(
        documents=Count("pk", filter=document & this),
        documents_before=Count("pk", filter=document & Q(first_on__year=year - 1)),
        comprehensive=Count("pk", filter=this & Q(category=demand.category, facts__comprehensive=True)),
    )
    return counted


def _planned(actor: Actor, demand: Demand) -> int:
    """Return how many times of its plan item are used already."""
    if demand.plan_item_id is None:
        return 0
    return sum(price_of(each, 0).times_a_year for each in _others(actor, demand).filter(plan_item=demand.plan_item))


def _overlaps(actor: Actor, demand: Demand, unit_ids: Sequence[int]) -> tuple[Overlap, ...]:
    """Find other meetings of the same receivers in the week of the first one, those of most receivers first."""
    if demand.category != Category.MEETING or demand.first_on is None or not unit_ids:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(BESIDE, [list(unit_ids), Week.on(demand.first_on).monday, demand.pk or 0])
        beside = dict(cursor.fetchall())
    known = Demand.objects.published_to(actor).filter(pk__in=beside).select_related("issuer")
    found = [Overlap(each, beside[each.pk]) for each in known]
    return tuple(sorted(found, key=lambda each: (-each.receivers, each.demand.pk))[:MOST_OVERLAPS])


def _visits(demand: Demand, unit_ids: Sequence[int]) -> int:
    """Count the inspections on site that the busiest receiver has in the month of the first one, this one included."""
    if demand.category != Category.INSPECTION or demand.first_on is None or not demand.facts.get("on_site"):
        return 0
    first = demand.first_on.replace(day=1)
    after = (first + dt.timedelta(days=31)).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(VISITS, [list(unit_ids), first, after, demand.pk or 0])
        return int(cursor.fetchone()[0]) + 1


def _sources(like: Sequence[Similar], units: Units) -> list[Source]:
    """Tell of each similar demand which of the own receivers it asks, themselves or units below them."""
    own, known = {pk: path for pk, _code, _level, path in units}, {}
    sources = []
    for each in like:
        asked = (each.demand.issuer.remit, repr(each.demand.receivers))
        if asked not in known:
            known[asked] = _covered(own, sorted(path for *_, path in _receiving(each.demand)))
        sources.append(Source(each, known[asked]))
    return sources


def _covered(own: Mapping[int, str], theirs: Sequence[str]) -> frozenset[int]:
    """Return the units that have a path of others at or below their own. Shape: theirs in order."""
    found = set()
    for pk, path in own.items():
        at = bisect_left(theirs, path)
        if at < len(theirs) and theirs[at].startswith(path):
            found.add(pk)
    return frozenset(found)


def _past(demand: Demand, like: Sequence[Similar]) -> Change:
    """Look at how the answers to a repeated demand changed: its own once it is out, else the issuer's same one before."""
    before = [
        each.demand for each in like
        if each.likely and each.demand.issuer_id == demand.issuer_id and each.demand.frequency == demand.frequency
    ]  # fmt: skip
    known = demand if demand.state in ACTIVE else next(iter(before), None)
    if known is None or demand.frequency == Frequency.ONCE:
        return Change()
    with connection.cursor() as cursor:
        cursor.execute(PAST, [known.pk])
        return Change(*cursor.fetchone())


def _estimated(actor: Actor, demand: Demand) -> Estimated | None:
    asked = [each.minutes for each in queries.estimates(actor, demand)]
    said = sorted(minutes for minutes in asked if minutes is not None)
    return Estimated(len(asked), len(said), said[(len(said) - 1) // 2] if said else None) if asked else None
