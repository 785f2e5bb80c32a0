"""People, money and tools of a unit in a year, and the files of the county they come from."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.accounts.roles import Role
from burden.kit.db import ScopedQuerySet
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

YEARS = (2000, 2099)
MAX_NUMBER = 100_000
MAX_MONEY = 100_000_000_000  # yuan
TOOLS_LENGTH = 200
NAME_LENGTH = 200
# what is counted of a unit, in the order of columns
NUMBERS = ("quota", "in_post", "lent", "borrowed", "hired", "computers", "vehicles")


class CapacityQuerySet(ScopedQuerySet):
    """What units in the actor's range have."""

    def scope(self, actor: Actor) -> Q:
        low, high = actor.read_range
        return Q(unit__path__gte=low, unit__path__lt=high)


class Capacity(models.Model):
    """What a unit has in a calendar year; what no file said is null, which is not 0.

    Units: people and pieces, `budget_yuan` whole yuan. `in_post` are those who work there: lent ones left out, borrowed and
    hired ones counted.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    year = models.SmallIntegerField()
    quota = models.IntegerField(_("编制"), null=True)
    in_post = models.IntegerField(_("在岗"), null=True)
    lent = models.IntegerField(_("借出"), null=True)
    borrowed = models.IntegerField(_("借入"), null=True)
    hired = models.IntegerField(_("编外聘用"), null=True)
    budget_yuan = models.BigIntegerField(_("工作经费（元）"), null=True)
    computers = models.IntegerField(_("电脑平板"), null=True)
    vehicles = models.IntegerField(_("车辆"), null=True)
    tools = models.CharField(_("其他工具"), max_length=TOOLS_LENGTH, blank=True)
    changed_at = models.DateTimeField()

    objects = CapacityQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "capacity"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="capacity_once"),
            models.CheckConstraint(condition=Q(year__range=YEARS), name="capacity_year"),
            models.CheckConstraint(
                condition=Q(
                    **{f"{name}__range": (0, MAX_NUMBER) for name in NUMBERS}, budget_yuan__range=(0, MAX_MONEY)
                ),
                name="capacity_numbers",  # what is null breaks no check
            ),
        ]


def newest(known: QuerySet[Capacity], units: Collection[int], year: int) -> dict[int, Capacity]:
    """Return by unit its newest row until a year that says who works there."""
    found = known.filter(unit__in=units, year__lte=year, in_post__isnull=False)
    return {row.unit_id: row for row in found.order_by("unit_id", "-year").distinct("unit_id")}


class CapacityFileQuerySet(ScopedQuerySet):
    """Files that the actor's own office brought."""

    def scope(self, actor: Actor) -> Q:
        post = actor.post(Role.OFFICE)
        return Q(by_id=actor.user_id, unit_id=post.unit_id) if post else Q(pk__in=())


class CapacityFile(models.Model):
    """A file of the county about people, money or tools: read by the worker, shown line by line, then stored or thrown away.

    Shape: `grid` is, once read, a list of [line number, cells as text]; `error` says in a sentence why it could not be read.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等着读")
        READ = "read", _("读好了")
        FAILED = "failed", _("读不了")
        STORED = "stored", _("已存")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=NAME_LENGTH)
    year = models.SmallIntegerField()  # of lines that say none
    data = models.BinaryField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    grid = models.JSONField(default=list)
    error = models.CharField(max_length=300, blank=True)

    objects = CapacityFileQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "capacity_file"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [models.Index(fields=["id"], name="capacity_file_waiting", condition=Q(state="waiting"))]
        constraints = [models.CheckConstraint(condition=Q(year__range=YEARS), name="capacity_file_year")]
