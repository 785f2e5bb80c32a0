"""Which rules what is out may violate, as far as each demand tells by itself: what an issuer's page counts.

Counts that need the neighbours of a demand (similar forms, visits of a month) are left to its review; this is a lower bound.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from burden.accounts.actor import Actor
from burden.demands import queries
from burden.demands.adaptations.models import Adaptation
from burden.demands.adaptations.reading import in_force, judged_on, of_rules
from burden.demands.checks import Seen, apply, cite, covering, named
from burden.demands.models import Demand
from burden.kit import clock
from burden.standards.models import Rule
from burden.standards.rules.book import RuleBook, rulebook
from burden.units.models import Unit

EVER, FOREVER = dt.date.min, dt.date.max


@dataclass(frozen=True)
class Hit:
    """A rule, and how many demands may violate it. 可能违反: the machine never convicts.

    Units: `demands` counts those that nothing covers, `adapted` those that an approved adaptation covers.
    """

    rule: Rule
    demands: int
    adapted: int = 0
    adaptations: tuple[Adaptation, ...] = ()

    @property
    def name(self) -> str:
        return named(self.rule)

    @property
    def segments(self) -> list[tuple[str, int]]:
        return [("x-brand", self.demands)]

    @property
    def citation(self) -> str:
        return cite(self.rule)


def rule_hits(actor: Actor, issuer: Unit, ids: Collection[int]) -> list[Hit]:
    """Hold an issuer's demands that are out against the rules of the day each went out, the most frequent hit first.

    Shape: a rule that was changed meanwhile is told version by version. Four queries.
    """
    book, held = rulebook(), in_force(issuer, EVER, FOREVER)
    has_list = queries.duty_items(actor, issuer).exists()
    out = queries.published(actor).filter(pk__in=ids, issuer=issuer)
    found = out.select_related("issuer", "parent", "plan_item", "duty_item")
    counted: Counter[int] = Counter()
    covered: dict[int, list[Adaptation]] = defaultdict(list)
    for demand in found:
        for rule, by in _hit(book, held, demand, has_list=has_list):
            if by is None:
                counted[rule.pk] += 1
            else:
                covered[rule.pk].append(by)
    versions = (rule for rows in book.rows.values() for rule in rows)
    hits = [
        Hit(rule, counted[rule.pk], len(covered[rule.pk]), tuple({each.pk: each for each in covered[rule.pk]}.values()))
        for rule in versions
        if counted[rule.pk] or covered[rule.pk]
    ]
    return sorted(hits, key=lambda hit: -hit.demands)


def hits_by_demand(actor: Actor, unit: Unit, ids: Collection[int]) -> dict[int, list[str]]:
    """Return by demand the names of the rules it may violate, of demands that are out around a unit.

    Shape: without what an approved adaptation covers. Four queries.
    """
    book, held = rulebook(), in_force(unit, EVER, FOREVER)
    has_list = queries.duty_items(actor, unit).exists()
    out = queries.published(actor).filter(pk__in=ids).select_related("issuer", "parent", "plan_item", "duty_item")
    return {
        each.pk: [named(rule) for rule, by in _hit(book, held, each, has_list=has_list) if by is None] for each in out
    }


def _hit(
    book: RuleBook, held: Collection[Adaptation], demand: Demand, *, has_list: bool
) -> Iterator[tuple[Rule, Adaptation | None]]:
    """Yield what was in force on the day a demand went out, in the version of that day, and may be violated; and what covers it."""
    day = clock.day_of(demand.issued_at or demand.created_at)  # what was late on the day it went out
    adaptations = of_rules(held, demand, judged_on(demand, clock.day_of(clock.now())))
    levels = frozenset(demand.receivers.get("levels", ()))
    seen = Seen(demand, day, levels=levels, duty_list=has_list, of_rules=adaptations)
    for rule in book.on(day, demand.issuer.path):
        found = apply(rule, seen)
        if found and found.hit:
            yield rule, covering(rule, seen)
