"""What cadres file: weekly returns, their entries, and every submission that made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.demands.models import Target
from burden.kit.db import ScopedQuerySet
from burden.standards.models import Category, Evidence, Subkind
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

MAX_MINUTES = 10_080  # a week
MAX_PEOPLE = 10_000
TITLE_LENGTH = 200
NOTE_LENGTH = 200
KEY_LENGTH = 40
MAX_SECONDS = 86_400  # a day


class Answer(models.TextChoices):
    """What the cadre says of an item."""

    DONE = "done", _("办了")
    ABSENT = "absent", _("未参加")
    NOT_APPLICABLE = "not_applicable", _("不适用")


class Reason(models.TextChoices):
    """Why an item is none of the unit's, in one tap: told in numbers of many, never of one."""

    NOTHING = "nothing", _("本地没有这类情况")
    ELSEWHERE = "elsewhere", _("不归本单位管")
    TWICE = "twice", _("别处已经报过")
    SEASON = "season", _("现在不是时候")


class OwnQuerySet(ScopedQuerySet):
    """Rows of the cadre alone: nobody else reads them, whatever their role."""

    def scope(self, actor: Actor) -> models.Q:
        return models.Q(cadre_id=actor.user_id)


class WeeklyReturn(models.Model):
    """What one cadre filed for one week; it belongs to the unit of the cadre's post on its Monday."""

    cadre = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    week = models.DateField()
    nil = models.BooleanField(default=False)
    late = models.BooleanField(default=False)  # filed first after the week had closed (补录)
    version = models.IntegerField(default=1)
    receipt = models.CharField(max_length=20)
    filed_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = OwnQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "weekly_return"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [
            models.Index(fields=["unit", "week"], name="return_unit_week"),
            BrinIndex(fields=["week"], name="return_week"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["cadre", "week"], name="return_once_a_week"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="return_week_is_monday"),
            models.CheckConstraint(condition=Q(version__gte=1), name="return_version"),
        ]


class Entry(models.Model):
    """One piece of work in a weekly return; unit, week and cadre are the return's: the composite foreign key checks all.

    Units: minutes each; person_min = people x (minutes + travel_minutes) + prep_minutes, 0 unless done.
    """

    weekly_return = models.ForeignKey(
        WeeklyReturn, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    cadre = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    week = models.DateField()
    key = models.CharField(max_length=KEY_LENGTH)  # names the row within its return, chosen by the device
    target = models.ForeignKey(  # of this unit and week: the composite foreign key checks it
        Target, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    answer = models.CharField(max_length=14, choices=Answer, default=Answer.DONE)
    evidence = models.SmallIntegerField(choices=Evidence, default=Evidence.STATED)
    repeated = models.BooleanField(default=False)
    after_hours = models.BooleanField(default=False)
    category = models.CharField(max_length=10, choices=Category)
    subkind = models.CharField(max_length=10, choices=Subkind, blank=True)
    title = models.CharField(max_length=TITLE_LENGTH)
    note = models.CharField(  # why it is unusually large; read by its author alone
        max_length=NOTE_LENGTH, blank=True, default="", db_default=""
    )
    reason = models.CharField(  # why it does not apply, where somebody said so
        max_length=10, choices=Reason, blank=True, default="", db_default=""
    )
    issuer = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    people = models.IntegerField(default=1)
    minutes = models.IntegerField()
    travel_minutes = models.IntegerField(default=0)
    prep_minutes = models.IntegerField(default=0)
    person_min = models.GeneratedField(
        expression=Case(
            When(answer=Answer.DONE, then=F("people") * (F("minutes") + F("travel_minutes")) + F("prep_minutes")),
            default=Value(0),
        ),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    objects = OwnQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "entry"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [
            models.Index(fields=["unit", "week"], name="entry_unit_week"),
            BrinIndex(fields=["week"], name="entry_week"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "weekly_return"], name="entry_target_once", condition=Q(target__isnull=False)
            ),
            models.UniqueConstraint(fields=["weekly_return", "key"], name="entry_key_once"),
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="entry_answer"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="entry_category"),
            models.CheckConstraint(
                condition=Q(
                    minutes__range=(0, MAX_MINUTES),
                    travel_minutes__range=(0, MAX_MINUTES),
                    prep_minutes__range=(0, MAX_MINUTES),
                ),
                name="entry_minutes",
            ),
            models.CheckConstraint(condition=Q(people__range=(1, MAX_PEOPLE)), name="entry_people"),
        ]


class Submission(models.Model):
    """One filing as it arrived: the history of a return, and what an old client key is answered from."""

    cadre = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    weekly_return = models.ForeignKey(WeeklyReturn, models.PROTECT, related_name="+")
    client_key = models.UUIDField()
    digest = models.CharField(max_length=64)  # of the canonical body: the same key with another body is refused
    body = models.JSONField()
    base_version = models.IntegerField()
    version = models.IntegerField()
    late = models.BooleanField()
    receipt = models.CharField(max_length=20)
    filed_at = models.DateTimeField()

    objects = OwnQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "submission"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.UniqueConstraint(fields=["cadre", "client_key"], name="submission_key_once"),
            models.UniqueConstraint(fields=["weekly_return", "version"], name="submission_version_once"),
        ]


class HistoryFile(models.Model):
    """A file of past work that was imported: the same file is not taken twice."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the file
    name = models.CharField(max_length=255)
    rows = models.IntegerField()
    imported_at = models.DateTimeField()

    class Meta:
        db_table = "history_file"


class FilingTime(models.Model):
    """How long one filing took on the device, of nobody in particular: a worker takes the median and deletes the rows.

    Units: seconds from first paint to filed.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False)
    week = models.DateField()
    seconds = models.IntegerField()

    class Meta:
        db_table = "filing_time"
        constraints = [models.CheckConstraint(condition=Q(seconds__range=(0, MAX_SECONDS)), name="filing_time_seconds")]
