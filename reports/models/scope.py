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
