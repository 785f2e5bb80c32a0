"""Local practices (本地做法): written by a unit, published by an office, taken over by others as an adaptation of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.demands.models import Demand
from burden.kit.db import ScopedQuerySet
from burden.standards.models import Category
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

TITLE_LENGTH = 60
TEXT_LENGTH = 1_000


class State(models.TextChoices):
    """Where it stands."""

    WRITTEN = "written", _("待发布")
    PUBLISHED = "published", _("已发布")
    REFUSED = "refused", _("没发布")
    WITHDRAWN = "withdrawn", _("已撤回")


class Act(models.TextChoices):
    """What is done with one."""

    PUBLISH = "publish", _("发布")
    REFUSE = "refuse", _("不发布")
    WITHDRAW = "withdraw", _("撤回")


DECIDE = (Act.PUBLISH, Act.REFUSE)
TRANSITIONS: dict[tuple[str, str], State] = {
    (State.WRITTEN, Act.PUBLISH): State.PUBLISHED,
    (State.WRITTEN, Act.REFUSE): State.REFUSED,
    (State.WRITTEN, Act.WITHDRAW): State.WITHDRAWN,
    (State.PUBLISHED, Act.WITHDRAW): State.WITHDRAWN,
}


class PracticeQuerySet(ScopedQuerySet):
    """Those of the actor's own units and of units below, and what is published around the actor."""

    def scope(self, actor: Actor) -> Q:
        low, high = actor.read_range
        own = Q(unit_id__in=actor.homes) | Q(unit__path__gte=low, unit__path__lt=high)
        low, high = actor.neighbourhood
        return own | Q(state=State.PUBLISHED, area__path__gte=low, area__path__lt=high)


class Practice(models.Model):
    """What a unit does differently since a Monday, to spare work of one category. Never ranked, by filing or otherwise."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    area = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    title = models.CharField(max_length=TITLE_LENGTH)
    text = models.CharField(max_length=TEXT_LENGTH)
    category = models.CharField(max_length=10, choices=Category)
    since = models.DateField()
    template = models.ForeignKey(
        Demand, models.PROTECT, null=True, related_name="+"
    )  # the own demand that others draft theirs after
    state = models.CharField(max_length=10, choices=State, default=State.WRITTEN)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    objects = PracticeQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "practice"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="practice_state"),
            models.CheckConstraint(condition=Q(since__iso_week_day=1), name="practice_since_monday"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("written_by")), name="practice_decided_by_another"
            ),
            models.CheckConstraint(
                condition=Q(state__in=(State.WRITTEN, State.WITHDRAWN)) | Q(decided_by__isnull=False),
                name="practice_decided",
            ),
        ]

    def __str__(self) -> str:
        return self.title
