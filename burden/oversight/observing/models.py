"""What an observer noticed about a unit in a week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.accounts.roles import EXPORTERS
from burden.kit.db import ScopedQuerySet
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

TEXT_LENGTH = 500


class State(models.TextChoices):
    """Where it stands."""

    OPEN = "open", _("待看")
    SETTLED = "settled", _("已答复")
    WITHDRAWN = "withdrawn", _("已撤回")


class Act(models.TextChoices):
    """What is done with one."""

    SETTLE = "settle", _("答复")
    WITHDRAW = "withdraw", _("撤回")


TRANSITIONS: dict[tuple[str, str], State] = {
    (State.OPEN, Act.SETTLE): State.SETTLED,
    (State.OPEN, Act.WITHDRAW): State.WITHDRAWN,
}


def reviewed_by(actor: Actor) -> Q:
    """Observations about units below the one in which the actor reviews; never about one in which, or below which, the actor works."""
    post = actor.post(*EXPORTERS)
    if post is None:
        return Q(pk=None)
    low, high = post.unit.range
    return Q(unit__path__gt=low, unit__path__lt=high) & ~Q(unit_id__in=actor.lineage)


class ObservationQuerySet(ScopedQuerySet):
    """The actor's own, and those that the actor reviews."""

    def scope(self, actor: Actor) -> Q:
        return Q(by_id=actor.user_id) | reviewed_by(actor)


class Observation(models.Model):
    """One observation, and what the reviewers answered. Shape: `week` is a Monday."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    week = models.DateField()
    text = models.CharField(max_length=TEXT_LENGTH)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.CharField(max_length=TEXT_LENGTH, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    settled_at = models.DateTimeField(null=True)

    objects = ObservationQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "observation"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="observation_state"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="observation_week_is_monday"),
            models.CheckConstraint(
                condition=Q(state=State.SETTLED) ^ Q(settled_by=None, answer=""), name="observation_settled_is_answered"
            ),
        ]
