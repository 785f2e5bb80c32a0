"""How kinds of units answered."""

from __future__ import annotations

from django.db import models

from burden.standards.models import Category
from burden.units.models import Unit
from reports.models.scope import OfIssuerQuerySet


class KindAnswers(models.Model):
    """How one kind of units answered what an issuer asked under a title, where some said that it does not apply. Rebuilt every night.

    Units: kinds (of all that answered at the level), cadres, units, answers and not_applicable are counts; person_min what was
    asked of those to whom it does not apply. Shape: `plain` is the title as it is compared; reasons by entries.Reason, of five
    answers and more.
    """

    issuer = models.ForeignKey(Unit, models.DO_NOTHING, related_name="+", db_constraint=False)
    plain = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=10, choices=Category)
    level = models.CharField(max_length=10)
    kind = models.CharField(max_length=10)
    kinds = models.IntegerField()
    cadres = models.IntegerField()
    units = models.IntegerField()
    answers = models.IntegerField()
    not_applicable = models.IntegerField()
    reasons = models.JSONField()
    person_min = models.BigIntegerField()
    demand_id = models.BigIntegerField()
    first_week = models.DateField()
    last_week = models.DateField()

    objects = OfIssuerQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "kind_answers"
        default_manager_name = "every"
        base_manager_name = "every"
