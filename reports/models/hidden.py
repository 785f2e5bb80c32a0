"""Which figures of units are hidden, and of which the sums were counted anew since that was found."""

from __future__ import annotations

from django.db import models


class HiddenWeek(models.Model):
    """A unit's week that must not be shown: with all below it, or what its own cadres filed. Written by reports.hidden_weeks."""

    pk = models.CompositePrimaryKey("week", "unit_id", "own")
    week = models.DateField()
    unit_id = models.BigIntegerField()
    own = models.BooleanField()

    class Meta:
        db_table = "hidden_week"


class CountedWeek(models.Model):
    """A unit's week, or a whole one, whose sums were counted anew. Written by a trigger where a recount takes its marks."""

    week = models.DateField()
    unit_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "counted_week"
