"""Which weeks are to be counted anew beside the sums."""

from __future__ import annotations

from django.db import models


class StaleWeek(models.Model):
    """A week of which a table is to be counted anew. Written by triggers, taken and deleted by reports.stale_weeks.

    Shape: `what` is the table's name; `taken` by a recount that has not ended yet.
    """

    what = models.CharField(max_length=20)
    week = models.DateField()
    taken = models.BooleanField(default=False)

    class Meta:
        db_table = "stale_week"
        indexes = [models.Index(fields=["what", "week"], name="stale_week_what")]
