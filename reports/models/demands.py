"""The sums of demands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from burden.demands.models import Demand
from burden.kit.db import ScopedQuerySet
from burden.units.models import Level

if TYPE_CHECKING:
    from burden.accounts.actor import Actor


class DemandSumsQuerySet(ScopedQuerySet):
    """Sums of the acting issuer's demands, and of issuers inside the actor's range."""

    def scope(self, actor: Actor) -> models.Q:
        low, high = actor.read_range
        return models.Q(demand__issuer_id__in=actor.issuing) | models.Q(
            demand__issuer__path__gte=low, demand__issuer__path__lt=high
        )


class RollupDemand(models.Model):
    """What a demand claims and what came back in one week, from receivers of one level; never by unit or person.

    Units: targets, answered (targets with an answer), answers, done, not_applicable, repeated are counts; *_min whole
    person-minutes. `claim_min` is claimed in all, `open_min` the part of it that nobody answered yet. What was answered where too
    few people work to tell is counted in targets, answered, answers and claims alone: left_out of the answers, left_out_units
    of those answered, left_out_min of what is claimed. What was after hours or asked again
    is told of shown units alone: of_hidden of the done and of_hidden_min of what was confirmed are of the others. Where `is_hidden`
    nothing of what was answered may be told: few did, or it would tell of such a one beside it.
    """

    pk = models.CompositePrimaryKey("demand_id", "level", "week")
    demand = models.ForeignKey(Demand, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    level = models.CharField(max_length=10, choices=Level)
    week = models.DateField()
    targets = models.IntegerField()
    answered = models.IntegerField()
    answers = models.IntegerField()
    done = models.IntegerField()
    not_applicable = models.IntegerField()
    repeated = models.IntegerField()
    claim_min = models.BigIntegerField()
    open_min = models.BigIntegerField()
    confirmed_min = models.BigIntegerField()
    after_hours_min = models.BigIntegerField()
    left_out = models.IntegerField(default=0, db_default=0)
    left_out_units = models.IntegerField(default=0, db_default=0)
    left_out_min = models.BigIntegerField(default=0, db_default=0)
    of_hidden = models.IntegerField(default=0, db_default=0)
    of_hidden_min = models.BigIntegerField(default=0, db_default=0)
    is_hidden = models.BooleanField(default=False, db_default=False)

    objects = DemandSumsQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "rollup_demand"
        default_manager_name = "every"
        base_manager_name = "every"
