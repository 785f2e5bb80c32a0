"""Whose sums a reader may see, and which of them too few people stand behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from burden.kit.db import ScopedQuerySet

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

FEW = models.Q(models.Q(returns__lt=5) | models.Q(active__lt=3), returns__gt=0)  # the thresholds of reports.peers


def few(name: str) -> models.Index:
    """Return an index of the small figures alone, few rows, by unit and week: hidden.sql finds them so."""
    return models.Index(fields=["unit", "week"], name=name, condition=FEW)


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


class OfIssuerQuerySet(ScopedQuerySet):
    """What is told of the acting issuer, and of issuers inside the actor's range."""

    def scope(self, actor: Actor) -> models.Q:
        low, high = actor.read_range
        return models.Q(issuer_id__in=actor.issuing) | models.Q(issuer__path__gte=low, issuer__path__lt=high)
