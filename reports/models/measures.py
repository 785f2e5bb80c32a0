"""What the indicators need and the sums of units lack: counted every night, or every hour."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from burden.units.models import Unit
from reports.models.scope import RollupQuerySet


class RollupAsked(models.Model):
    """What was asked of a unit and all below it, how it was answered, and what issuers there asked; villages have none.

    Recounted every night. Units: counts, but *_min whole person-minutes, longest_min whole minutes of one meeting,
    deepest the most times one thing was passed on. Receiving side: targets to depth_sum, done, repeated, compared_min
    (claims that answers used up), answered_min (what those answers say). Issuing side: issued_* (demands x weeks) on.
    """

    pk = models.CompositePrimaryKey("unit_id", "week")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    week = models.DateField()
    targets = models.IntegerField()
    planned = models.IntegerField()
    noticed = models.IntegerField()  # targets whose notice is known
    late = models.IntegerField()  # of these, due in under 24 hours
    depth_sum = models.IntegerField()
    deepest = models.SmallIntegerField()
    longest_min = models.IntegerField()
    done = models.IntegerField()
    repeated = models.IntegerField()
    compared_min = models.BigIntegerField()
    answered_min = models.BigIntegerField()
    issued_meeting = models.IntegerField()
    issued_document = models.IntegerField()
    issued_form = models.IntegerField()
    issued_inspection = models.IntegerField()
    issued_other = models.IntegerField()
    issued_min = models.BigIntegerField()
    reestimated_min = models.BigIntegerField()
    avoided = models.IntegerField()
    avoided_min = models.BigIntegerField()

    objects = RollupQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "rollup_asked"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [BrinIndex(fields=["week"], name="rollup_asked_week")]


class ReturnSpread(models.Model):
    """How far the returns of one kind of unit differ, in one week, of a county and above: what an estimate is made of.

    Units: cadres (in post), asked (of them; all, or those whose week it is in a sample), n and more (returns of those
    asked and of others) are counts; *_min person-minutes; squares their squares. At least five returns and three units.
    """

    pk = models.CompositePrimaryKey("unit_id", "week", "kind")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    week = models.DateField()
    kind = models.CharField(max_length=10)  # of units.models.Kind; "rest" holds the kinds too small to stand alone
    cadres = models.IntegerField()
    asked = models.IntegerField()
    n = models.IntegerField()
    total_min = models.BigIntegerField()
    squares = models.DecimalField(max_digits=30, decimal_places=0)
    more = models.IntegerField()
    more_min = models.BigIntegerField()

    objects = RollupQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "return_spread"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [models.CheckConstraint(condition=models.Q(n__gte=5), name="return_spread_group")]
