"""Rules as an actor finds them: what holds around the own unit, and what units below it made for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS, Role
from burden.standards.models import Rule
from burden.standards.rules.book import applies, depth, rulebook
from burden.units.models import Unit


@dataclass(frozen=True)
class Kept:
    """A rule with its versions, the newest first. Shape: `newest` is the one of the nearest scope."""

    newest: Rule
    versions: Sequence[Rule]

    @property
    def code(self) -> str:
        return self.newest.code


def place(actor: Actor) -> Unit | None:
    """Return the unit for which the actor keeps or reads rules."""
    post = actor.post(Role.OFFICE) or actor.post(*READERS)
    return post.unit if post else None


def rules(actor: Actor) -> list[Kept]:
    """Return every rule around the actor's unit or below it, in the order in which they came. One query."""
    unit = place(actor)
    if unit is None:
        return []
    found = []
    for rows in rulebook().rows.values():
        seen = [rule for rule in rows if applies(rule, unit.path) or _below(rule, unit)]
        ordered = sorted(seen, key=lambda rule: (-_nearness(rule, unit), -rule.version))
        if ordered:
            found.append(Kept(ordered[0], ordered))
    return found


def rule(actor: Actor, code: str) -> Kept:
    """Return one rule; a foreign county's is as absent as a missing one (Http404)."""
    for kept in rules(actor):
        if kept.code == code:
            return kept
    raise Http404


def _below(rule: Rule, unit: Unit) -> bool:
    return rule.scope is not None and rule.scope.path.startswith(unit.path)


def _nearness(rule: Rule, unit: Unit) -> int:
    """What holds for the own unit comes before what others below it made."""
    return depth(rule) if applies(rule, unit.path) else -2
