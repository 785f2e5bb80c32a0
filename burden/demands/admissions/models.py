"""What a department wants to give to townships although the duty list does not name it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.demands.models import Demand
from burden.kit.db import ScopedQuerySet
from burden.standards.models import DutyItem
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

TERM = 10  # working days: what is not decided by then is not admitted
MOST_MIN = 60_000_000  # person-minutes that one may claim for one time


class State(models.TextChoices):
    """Where it stands; that its term is over is computed from its date."""

    ASKED = "asked", _("待定")
    GRANTED = "granted", _("准入了")
    REFUSED = "refused", _("不准入")
    WITHDRAWN = "withdrawn", _("撤回了")


class Act(models.TextChoices):
    """What is done with one."""

    GRANT = "grant", _("准入")
    REFUSE = "refuse", _("不准入")
    WITHDRAW = "withdraw", _("撤回")


TRANSITIONS: dict[tuple[str, str], State] = {
    (State.ASKED, Act.GRANT): State.GRANTED,
    (State.ASKED, Act.REFUSE): State.REFUSED,
    (State.ASKED, Act.WITHDRAW): State.WITHDRAWN,
}


class AdmissionQuerySet(ScopedQuerySet):
    """Those of the actor's own units, and of units the actor reads."""

    def scope(self, actor: Actor) -> Q:
        low, high = actor.read_range
        return Q(unit_id__in=actor.issuing) | Q(unit__path__gte=low, unit__path__lt=high)


class Admission(models.Model):
    """One request, and what came of it: an item of the duty list, or a reason.

    Units: person_min is what one time takes all receivers, as the department says. Shape: `whom` says who would get it.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    county = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    demand = models.ForeignKey(Demand, models.SET_NULL, null=True, related_name="+")  # the one it was asked from
    title = models.CharField(max_length=200)
    basis = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    whom = models.CharField(max_length=100)
    person_min = models.IntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)  # why it was refused or taken back, on what conditions granted
    item = models.ForeignKey(DutyItem, models.PROTECT, null=True, related_name="+")

    objects = AdmissionQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "admission"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [models.Index(fields=["county", "state", "asked_at"], name="admission_to_decide")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="admission_state"),
            models.CheckConstraint(condition=Q(person_min__range=(0, MOST_MIN)), name="admission_person_min"),
            models.CheckConstraint(condition=Q(state=State.GRANTED) ^ Q(item=None), name="admission_granted_is_listed"),
            models.CheckConstraint(
                condition=Q(state__in=(State.ASKED, State.WITHDRAWN)) ^ Q(decided_by__isnull=False),
                name="admission_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="admission_decided_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_lapsed(self, due: dt.date, today: dt.date) -> bool:
        """Whether its term ended without a decision; due is the last day for one."""
        return self.state == State.ASKED and today > due
