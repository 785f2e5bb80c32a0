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
    """Hold an issuer's demands that are out against the rules in force, the most frequent hit first. Three queries."""
    rules = list(Rule.objects.filter(active=True).order_by("pk"))
    has_list = queries.duty_items(actor, issuer).exists()
    out = queries.published(actor).filter(pk__in=ids, issuer=issuer)
    found = out.select_related("issuer", "parent", "plan_item", "duty_item")
    counted = Counter(rule.pk for demand in found for rule in _hit(rules, demand, has_list=has_list))
    hits = [Hit(rule, counted[rule.pk]) for rule in rules if counted[rule.pk]]
    return sorted(hits, key=lambda hit: -hit.demands)


def hits_by_demand(actor: Actor, unit: Unit, ids: Collection[int]) -> dict[int, list[str]]:
    """Return by demand the names of the rules it may violate, of demands that are out around a unit. Three queries."""
    rules = list(Rule.objects.filter(active=True).order_by("pk"))
    has_list = queries.duty_items(actor, unit).exists()
    out = queries.published(actor).filter(pk__in=ids).select_related("issuer", "parent", "plan_item", "duty_item")
    return {each.pk: [named(rule) for rule in _hit(rules, each, has_list=has_list)] for each in out}


def _hit(rules: Collection[Rule], demand: Demand, *, has_list: bool) -> Iterator[Rule]:
    day = clock.day_of(demand.issued_at or demand.created_at)  # what was late on the day it went out
    seen = Seen(demand, day, levels=frozenset(demand.receivers.get("levels", ())), duty_list=has_list)
    for rule in rules:
        held = apply(rule, seen)
        if held and held.hit:
            yield rule
