"""Groups as an actor finds them: which townships of a county are in them, and what was approved for them."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from burden.accounts.actor import Actor
from burden.demands.adaptations.models import Adaptation, State, Whom
from burden.units.models import Level, Unit


@dataclass(frozen=True)
class Group:
    """Townships of a county that share a trait. Units: `held` counts the adaptations that hold for them, or will."""

    name: str
    units: tuple[Unit, ...]
    held: int


def townships(actor: Actor, county: Unit) -> QuerySet[Unit]:
    """Return the open townships of a county that an actor reads of, in the order of the tree."""
    low, high = county.range
    # names and places of units are no secret, and whoever is asked beside others may know who they are
    found = Unit.every.filter(level=Level.TOWNSHIP, closed_on=None, path__gte=low, path__lt=high)
    return found.order_by("path") if actor.is_active else found.none()


def groups(actor: Actor, county: Unit, today: dt.date) -> list[Group]:
    """Return the groups of a county by name. Two queries."""
    members = defaultdict(list)
    for unit in townships(actor, county):
        for trait in unit.traits:
            members[trait].append(unit)
    counted = Counter(resting(actor, county, today).values_list("trait", flat=True))
    return [Group(name, tuple(units), counted[name]) for name, units in sorted(members.items())]


def resting(actor: Actor, county: Unit, today: dt.date) -> QuerySet[Adaptation]:
    """Return what was approved for groups of a county and is not over."""
    seen: QuerySet[Adaptation] = Adaptation.objects.visible_to(actor)
    return seen.filter(area=county, whom=Whom.TRAIT, state=State.APPROVED, until__gte=today)
