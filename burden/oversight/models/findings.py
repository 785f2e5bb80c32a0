"""Findings (问题): what a person says is wrong with what an issuer asked, with the numbers as they were seen then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.accounts.roles import EXPORTERS
from burden.demands.models import Demand
from burden.kit.db import ScopedQuerySet
from burden.standards.models import Category
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

TITLE_LENGTH = 200
KEY_LENGTH = 320
LINE_LENGTH = 500


class Source(models.TextChoices):
    """What made a person look."""

    SIGNAL = "signal", _("信号")
    RULE = "rule", _("对照规定")
    TICKET = "ticket", _("基层反映")
    OBSERVER = "observer", _("监督员反映")
    HAND = "hand", _("人工核查")


class FindingState(models.TextChoices):
    """Where a finding stands."""

    OPEN = "open", _("待立项")
    ORDERED = "ordered", _("已立项")
    DISMISSED = "dismissed", _("不成立")


class Why(models.TextChoices):
    """Why a finding does not stand."""

    DATA = "data", _("数据不对")
    REASON = "reason", _("有正当原因")
    ELSEWHERE = "elsewhere", _("已在别处处理")
    SMALL = "small", _("太小")


class FindingQuerySet(ScopedQuerySet):
    """Findings of units below a reviewer's or the office's post; nobody else reads them before there is an order."""

    def scope(self, actor: Actor) -> Q:
        post = actor.post(*EXPORTERS)
        low, high = post.unit.range if post else ("", "")
        return Q(unit__path__gte=low, unit__path__lt=high)


class Finding(models.Model):
    """Something that an issuer asked and that a person says is wrong.

    Shape: `source_key` names what it was raised from, among all of that source; `titles` is what the issuer called it. `seen`
    holds the numbers as they were: `as_of`, `points` (sentences), `rows` (oversight.seen.Row), `clauses` (citation, words),
    and of a ticket `reported` (what was rewritten), which no order tells its issuer.
    Units: person_min person-minutes of the weeks seen, None where none could be told. Never altered but by its decision.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # whose working mechanism raised it
    issuer = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=Source)
    source_key = models.CharField(max_length=KEY_LENGTH, blank=True)
    demand = models.ForeignKey(Demand, models.PROTECT, null=True, related_name="+")
    category = models.CharField(max_length=10, choices=Category, blank=True)
    title = models.CharField(max_length=TITLE_LENGTH)
    titles = ArrayField(models.CharField(max_length=TITLE_LENGTH), default=list)
    seen = models.JSONField()
    person_min = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=FindingState, default=FindingState.OPEN)
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    raised_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=10, choices=Why, blank=True)
    reason = models.CharField(max_length=LINE_LENGTH, blank=True)
    quiet_until = models.DateField(null=True)  # until then the same source is not shown again

    objects = FindingQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "finding"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [
            models.Index(fields=["unit", "state", "raised_at"], name="finding_of_unit"),
            models.Index(fields=["source", "source_key"], name="finding_source"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=FindingState.values), name="finding_state"),
            models.CheckConstraint(
                condition=Q(state=FindingState.OPEN) ^ Q(decided_by__isnull=False, decided_at__isnull=False),
                name="finding_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state=FindingState.DISMISSED) | (~Q(why="") & ~Q(reason="")),
                name="finding_dismissed_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["unit", "source", "source_key"],
                condition=Q(state=FindingState.OPEN) & ~Q(source_key=""),
                name="finding_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title
