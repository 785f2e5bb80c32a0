"""Which rules what is out may violate, as far as each demand tells by itself: what an issuer's page counts.

Counts that need the neighbours of a demand (similar forms, visits of a month) are left to its review; this is a lower bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from burden.accounts.actor import Actor
from burden.demands import queries
from burden.demands.checks import Seen, apply, cite, named
from burden.demands.models import Demand
from burden.kit import clock
from burden.standards.models import Rule
from burden.standards.rules.book import RuleBook, rulebook
from burden.units.models import Unit


@dataclass(frozen=True)
class Hit:
    """A rule, and how many demands may violate it. 可能违反: the machine never convicts."""

    rule: Rule
    demands: int

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

    Shape: a rule that was changed meanwhile is told version by version. Three queries.
    """
    book = rulebook()
    has_list = queries.duty_items(actor, issuer).exists()
    out = queries.published(actor).filter(pk__in=ids, issuer=issuer)
    found = out.select_related("issuer", "parent", "plan_item", "duty_item")
    counted = Counter(rule.pk for demand in found for rule in _hit(book, demand, has_list=has_list))
    versions = (rule for rows in book.rows.values() for rule in rows)
    hits = [Hit(rule, counted[rule.pk]) for rule in versions if counted[rule.pk]]
    return sorted(hits, key=lambda hit: -hit.demands)


def hits_by_demand(actor: Actor, unit: Unit, ids: Collection[int]) -> dict[int, list[str]]:
    """Return by demand the names of the rules it may violate, of demands that are out around a unit. Three queries."""
    book = rulebook()
    has_list = queries.duty_items(actor, unit).exists()
    out = queries.published(actor).filter(pk__in=ids).select_related("issuer", "parent", "plan_item", "duty_item")
    return {each.pk: [named(rule) for rule in _hit(book, each, has_list=has_list)] for each in out}


def _hit(book: RuleBook, demand: Demand, *, has_list: bool) -> Iterator[Rule]:
    """Yield what was in force on the day a demand went out, in the version of that day, and may be violated."""
    day = clock.day_of(demand.issued_at or demand.created_at)  # what was late on the day it went out
    seen = Seen(demand, day, levels=frozenset(demand.receivers.get("levels", ())), duty_list=has_list)
    for rule in book.on(day, demand.issuer.path):
        held = apply(rule, seen)
        if held and held.hit:
            yield rule
