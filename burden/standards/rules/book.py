"""Which rules hold for a unit on a day: the newest version that has begun, of the nearest scope that has one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from burden.standards.models import Rule


def applies(rule: Rule, path: str) -> bool:
    """Say whether a unit of this path lies in a rule's scope."""
    return rule.scope is None or path.startswith(rule.scope.path)


def depth(rule: Rule) -> int:
    """Return how near a rule's scope is: the deeper, the nearer; one that holds everywhere is the farthest."""
    return -1 if rule.scope is None else rule.scope.depth


@dataclass(frozen=True)
class RuleBook:
    """Every version of every rule, by code, in the order in which the codes came."""

    rows: dict[str, list[Rule]]
    known: dict[tuple[dt.date, str], list[Rule]] = field(default_factory=dict, compare=False)

    def on(self, day: dt.date, path: str) -> list[Rule]:
        """Return what holds for a unit of this path on a day; what was made later does not reach back."""
        key = day, path
        if key not in self.known:
            found = (self._one(rows, day, path) for rows in self.rows.values())
            self.known[key] = [rule for rule in found if rule is not None]
        return self.known[key]

    def of(self, code: str, day: dt.date, path: str) -> Rule | None:
        """Return what of one code holds; None where it is off, or is not in force."""
        return self._one(self.rows.get(code, []), day, path)

    def _one(self, rows: Iterable[Rule], day: dt.date, path: str) -> Rule | None:
        around = sorted((rule for rule in rows if applies(rule, path)), key=_nearest)
        for _depth, scope in groupby(around, depth):
            versions = list(scope)
            begun = next((rule for rule in versions if rule.valid_from is None or rule.valid_from <= day), None)
            if begun is None or (begun.valid_until is not None and begun.valid_until < day):
                continue  # not yet, or no more: what holds around it does
            return begun if begun.active and versions[0].active else None
        return None


def _nearest(rule: Rule) -> tuple[int, int]:
    return -depth(rule), -rule.version


def rulebook() -> RuleBook:
    """Load all versions. One query."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for rule in Rule.objects.select_related("scope").order_by("pk"):
        found[rule.code].append(rule)
    return RuleBook(dict(found))
