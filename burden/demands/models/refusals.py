"""What was sent back: the duty list says that it was recalled (上级收回), or names it not at all and nobody admitted it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from burden.accounts.models import User
from burden.demands.models.demands import Demand
from burden.kit.db import ScopedQuerySet
from burden.standards.models import DutyItem
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor


class RefusalQuerySet(ScopedQuerySet):
    """Those of units the actor works in or reads, those of what the actor's units asked, and what was sent back for all."""

    def scope(self, actor: Actor) -> Q:
        low, high = actor.read_range
        return (
            Q(unit_id__in=actor.homes)
            | Q(whole=True, unit_id__in=actor.lineage)
            | Q(unit__path__gte=low, unit__path__lt=high)
            | Q(demand__issuer_id__in=actor.issuing)
        )  # fmt: skip


class Refusal(models.Model):
    """A demand that a unit sends back from a week on; its targets claim nothing. Never altered.

    Shape: `citation` is that of the recalled `item` as it read then, or of the rule where the list has none; `whole` where an
    office or a reviewer sends it back for all units below theirs.
    """

    demand = models.ForeignKey(Demand, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    from_week = models.DateField()
    item = models.ForeignKey(DutyItem, models.PROTECT, null=True, related_name="+")
    whole = models.BooleanField(default=False, db_default=False)
    citation = models.CharField(max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    objects = RefusalQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "demand_refusal"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.UniqueConstraint(fields=["demand", "unit"], name="demand_refusal_once"),
            models.CheckConstraint(condition=Q(from_week__iso_week_day=1), name="demand_refusal_from_monday"),
        ]
