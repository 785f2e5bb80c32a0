"""Whose sums a reader may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from burden.kit.db import ScopedQuerySet

if TYPE_CHECKING:
    from burden.accounts.actor import Actor


class RollupQuerySet(ScopedQuerySet):
    """Sums of units inside the actor's range."""

    def scope(self, actor: Actor) -> models.Q:
        return models.Q(unit__path__gte=actor.read_range[0], unit__path__lt=actor.read_range[1])


class PeerStatQuerySet(ScopedQuerySet):
    """Peer groups of the actor's range, and of the places around it: medians alone, never of a unit."""

    def scope(self, actor: Actor) -> models.Q:
        low, high = actor.read_range
        around = [int(step) for step in low.rstrip(".").split(".") if step]
        return models.Q(scope__path__gte=low, scope__path__lt=high) | models.Q(scope_id__in=around)
