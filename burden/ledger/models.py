"""What happened, for ever; and what the read side has to recount."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class AuditEvent(models.Model):
    """One act: who did what to which thing, when. The database refuses to change or remove it."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)  # no foreign key: the ledger is the lowest room
    actor_name = models.CharField(max_length=150)
    unit_id = models.BigIntegerField(null=True)
    what = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    detail = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "audit_event"
        indexes = [
            models.Index(fields=["-at"], name="audit_at"),
            models.Index(fields=["subject", "subject_id"], name="audit_subject"),
        ]


class StaleMark(models.Model):
    """A (unit, week) whose summaries are to be recounted; without a unit, the whole week.

    Written by triggers through the SQL function mark_stale, taken away by the recount itself in one statement.
    """

    shard = models.SmallIntegerField()
    unit_id = models.BigIntegerField(null=True)
    week = models.DateField()
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "stale"
        indexes = [models.Index(fields=["shard", "id"], name="stale_shard")]


class Verification(models.Model):
    """One comparison of all sums with what was filed: an incident where the newest has differences, until a clean one follows.

    Units: rows and differences are rows of the read side's tables.
    """

    at = models.DateTimeField()
    rows = models.BigIntegerField()
    differences = models.BigIntegerField()

    class Meta:
        db_table = "verification"


class StaleDemand(models.Model):
    """A demand's week whose sums may be out of date: its targets or their answers changed. Written by triggers alone."""

    demand_id = models.BigIntegerField()
    week = models.DateField()

    class Meta:
        db_table = "stale_demand"
