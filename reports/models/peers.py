"""Medians of peer groups: read by key, never by unit."""

from __future__ import annotations

from django.db import models

from burden.units.models import Unit
from reports.models.scope import PeerStatQuerySet


class PeerStat(models.Model):
    """Medians of the units of one kind below a place, in the tree of a span's last week; groups of eight and more.

    Shape: `kind` is a peer group of peer_stats.group_of; `span` week, month, quarter or year, from `week` to `until` (Mondays).
    Units: n units; minutes of one person in one week.
    """

    pk = models.CompositePrimaryKey("scope_id", "kind", "span", "week")
    scope = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    kind = models.CharField(max_length=20)
    span = models.CharField(max_length=7)
    week = models.DateField()
    until = models.DateField()
    n = models.IntegerField()
    imposed_low = models.IntegerField()
    imposed_median = models.IntegerField()
    imposed_high = models.IntegerField()
    imposed_p90 = models.IntegerField()
    total_low = models.IntegerField()
    total_median = models.IntegerField()
    total_high = models.IntegerField()
    total_p90 = models.IntegerField()

    objects = PeerStatQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "peer_stat"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [models.CheckConstraint(condition=models.Q(n__gte=8), name="peer_stat_group")]
