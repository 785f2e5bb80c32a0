"""The tree of units: immutable ids, dated placements, paths by date."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from burden.kit.db import ScopedQuerySet

if TYPE_CHECKING:
    from burden.accounts.actor import Actor


MOST_CHOICES = 500  # more units than this are typed, not chosen
ALWAYS = dt.date(1, 1, 1)  # from here on stands where its first placement puts it


class Level(models.TextChoices):
    """Administrative level; not the depth in the tree: some townships hang directly under cities."""

    NATION = "nation", _("全国")
    PROVINCE = "province", _("省")
    CITY = "city", _("市")
    COUNTY = "county", _("县")
    TOWNSHIP = "township", _("乡镇")
    VILLAGE = "village", _("村社区")
    DEPARTMENT = "department", _("部门")


class Kind(models.TextChoices):
    """What a unit is, finer than its level; peers are units of one kind."""

    NATION = "nation", _("全国")
    PROVINCE = "province", _("省")
    CITY = "city", _("市")
    COUNTY = "county", _("县")
    TOWN = "town", _("镇")
    TOWNSHIP = "township", _("乡")
    STREET = "street", _("街道")
    VILLAGE = "village", _("村")
    COMMUNITY = "community", _("社区")
    DEPARTMENT = "department", pgettext_lazy("one", "部门")


class UnitQuerySet(ScopedQuerySet):
    """Units inside the actor's range."""

    def scope(self, actor: Actor) -> models.Q:
        return models.Q(path__gte=actor.read_range[0], path__lt=actor.read_range[1])

    def under(self, unit: Unit) -> Self:
        """The unit and all below it in today's tree."""
        low, high = unit.range
        return self.filter(path__gte=low, path__lt=high)


def steps_of(path: str) -> list[int]:
    """Return the ids a path is made of, from the root down."""
    return [int(step) for step in path.rstrip(".").split(".")]


class Unit(models.Model):
    """A node of the tree. Its id never changes; name, parent and kind here are today's placement, copied for speed."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    level = models.CharField(max_length=10, choices=Level)
    kind = models.CharField(max_length=10, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    depth = models.SmallIntegerField(default=0)
    path = models.TextField(db_collation="C", unique=True)
    shard = models.SmallIntegerField(default=0)
    headcount = models.IntegerField(null=True)
    # 山区, 边境 and the like: what a demand may be aimed at, or spare
    traits = ArrayField(models.CharField(max_length=20), default=list, db_default=[])
    closed_on = models.DateField(null=True)

    objects = UnitQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "unit"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [models.Index(fields=["parent", "kind"], name="unit_parent")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(headcount__isnull=True) | models.Q(headcount__gte=0), name="unit_headcount"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """The name that tells the unit from others: a village with its township, because village names repeat."""
        return f"{self.parent.name}{self.name}" if self.level == Level.VILLAGE and self.parent else self.name

    @property
    def steps(self) -> list[int]:
        """The ids of the unit and of all above it, from the root down."""
        return steps_of(self.path)

    @property
    def range(self) -> tuple[str, str]:
        """The half-open range of paths of the unit and all below it: '/' follows '.' in the C collation."""
        return self.path, self.path[:-1] + "/"

    @property
    def remit(self) -> tuple[str, str]:
        """The half-open range of paths to which the unit may send demands: a department's is its parent's."""
        if self.level != Level.DEPARTMENT:
            return self.range
        return self.parent.range if self.parent else ("", "")


def named(units: models.QuerySet[Unit], text: str) -> models.QuerySet[Unit]:
    """Return those of some units with this code or name, alone or after the name of the unit right above."""
    full = units.annotate(full=Concat(F("parent__name"), F("name"), Value("")))
    return full.filter(Q(code=text) | Q(name=text) | Q(full=text)).select_related("parent")


def few(units: models.QuerySet[Unit]) -> list[Unit]:
    """Return some units to choose from, by path; none where they are too many to choose."""
    some = list(units.select_related("parent").order_by("path")[: MOST_CHOICES + 1])
    return some if len(some) <= MOST_CHOICES else []


class Placement(models.Model):
    """Where a unit stood, under which name and kind, from a Monday on. The database refuses an overlap."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="placements")
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=100)
    level = models.CharField(max_length=10, choices=Level)
    kind = models.CharField(max_length=10, choices=Kind)
    headcount = models.IntegerField(null=True)
    valid = DateRangeField()

    class Meta:
        db_table = "placement"
        constraints = [
            models.CheckConstraint(condition=models.Q(valid__startswith__iso_week_day=1), name="placement_from_monday"),
        ]


class UnitEventQuerySet(ScopedQuerySet):
    """Events of units inside the actor's range, to read or to keep."""

    def scope(self, actor: Actor) -> models.Q:
        seen = models.Q()
        for low, high in (actor.read_range, actor.manage_range):
            seen |= models.Q(unit__path__gte=low, unit__path__lt=high)
        return seen


class UnitEvent(models.Model):
    """One change of the tree from a Monday on, with who said so and on what ground; carried out when its Monday has come.

    Shape: `facts` is what a rename says; `effects` what it was told beforehand to change, see units.events.Effects.
    """

    class Kind(models.TextChoices):
        RENAME = "rename", _("更名")
        MOVE = "move", _("划转")
        MERGE = "merge", _("合并")
        SPLIT = "split", _("拆分")
        CLOSE = "close", _("撤销")

    class State(models.TextChoices):
        PLANNED = "planned", _("待生效")
        DONE = "done", _("已生效")
        STOPPED = "stopped", _("没有办成")
        UNDONE = "undone", _("已取消")

    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    from_week = models.DateField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # where a unit moves to
    facts = models.JSONField(default=dict)
    reason = models.CharField(max_length=200)
    effects = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)  # why it was not carried out
    by_name = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    objects = UnitEventQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "unit_event"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.CheckConstraint(condition=models.Q(from_week__iso_week_day=1), name="unit_event_from_monday"),
        ]


class UnitShare(models.Model):
    """Which part of a unit's past counts for which successor in today's tree: all of it after a merge, a share after a split.

    Units: `share` in ten-thousandths; those of one unit add up to 10,000. A unit among its own successors goes on.
    """

    event = models.ForeignKey(UnitEvent, models.PROTECT, related_name="shares")
    of = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    to = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    share = models.IntegerField()

    class Meta:
        db_table = "unit_share"
        constraints = [
            models.UniqueConstraint(fields=["event", "of", "to"], name="unit_share_once"),
            models.CheckConstraint(condition=models.Q(share__range=(1, 10_000)), name="unit_share_part"),
        ]


class UnitPath(models.Model):
    """Path and ancestors of a unit from a Monday on: the tree as it was reported in.

    Shape: `ancestors` holds unit ids from the root down to the unit itself.
    """

    pk = models.CompositePrimaryKey("unit_id", "from_week")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    from_week = models.DateField()
    path = models.TextField(db_collation="C")
    ancestors = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "unit_path"
        indexes = [  # the few units that ever stood elsewhere
            models.Index(fields=["unit"], condition=models.Q(from_week__gt=ALWAYS), name="unit_path_later"),
        ]
