"""Categories and tariffs: the agreed minutes of each activity, with source and date in every row."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from burden.kit.db import ScopedQuerySet

if TYPE_CHECKING:
    from burden.accounts.actor import Actor


class Category(models.TextChoices):
    """The four main categories of burden, and the rest."""

    MEETING = "meeting", _("会议")
    DOCUMENT = "document", _("文件")
    FORM = "form", _("报表")
    INSPECTION = "inspection", _("检查")
    OTHER = "other", _("其他")


class Subkind(models.TextChoices):
    """What "other" holds, and how heavy a form is."""

    NONE = "", "—"
    SIMPLE = "simple", _("简单")
    MEDIUM = "medium", _("中等")
    HIGH = "high", _("复杂")
    DIGITAL = "digital", _("工作群／APP")
    SECONDMENT = "secondment", _("借调")
    CAMPAIGN = "campaign", _("创建示范")
    PROOF = "proof", _("证明／挂牌")
    TRACE = "trace", _("留痕")


SUBKINDS = {
    Category.FORM: [Subkind.NONE, Subkind.SIMPLE, Subkind.MEDIUM, Subkind.HIGH],
    Category.OTHER: [
        Subkind.NONE, Subkind.DIGITAL, Subkind.SECONDMENT, Subkind.CAMPAIGN, Subkind.PROOF, Subkind.TRACE,
    ],
}  # fmt: skip


class Evidence(models.IntegerChoices):
    """How a figure came about; stored, never overwritten. Source: DOMAIN section 4."""

    TARIFF = 0, _("工时标准")
    CLAIM = 1, _("部门预计")
    BULK = 2, _("批量照此计")
    SINGLE = 3, _("逐项照此计")
    STATED = 4, _("自己填写")


class TariffVersion(models.Model):
    """A set of tariffs valid from a Monday on; a change of method is a new version, never an edit."""

    number = models.IntegerField(unique=True)
    from_week = models.DateField(unique=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "tariff_version"
        constraints = [
            models.CheckConstraint(condition=models.Q(from_week__iso_week_day=1), name="tariff_version_from_monday"),
        ]


class Tariff(models.Model):
    """Minutes of one activity when nobody knows better. Units: whole minutes each; people: a count."""

    version = models.ForeignKey(TariffVersion, models.PROTECT, related_name="tariffs")
    category = models.CharField(max_length=10, choices=Category)
    subkind = models.CharField(max_length=10, choices=Subkind, blank=True)
    people = models.IntegerField()
    minutes = models.IntegerField()
    travel_minutes = models.IntegerField(default=0)
    prep_minutes = models.IntegerField(default=0)
    source = models.CharField(max_length=200)
    source_on = models.DateField()
    proposed = models.BooleanField(default=False)  # our own proposal [P], not yet measured anywhere

    class Meta:
        db_table = "tariff"
        constraints = [
            models.UniqueConstraint(fields=["version", "category", "subkind"], name="tariff_once"),
            models.CheckConstraint(
                condition=models.Q(people__gte=0, minutes__gte=0, travel_minutes__gte=0, prep_minutes__gte=0),
                name="tariff_not_negative",
            ),
        ]


class Strength(models.TextChoices):
    """How binding a rule is."""

    HARD = "hard", _("一律／不得")
    SOFT = "soft", _("一般／原则上")


class Rule(models.Model):
    """One version of a measurable provision, with regulation and article to cite; which one holds: standards.rules.book.

    Shape: `check` names a function of demands.checks, `metric` what it measures, `threshold` as `operator` reads it.
    `scope` is the unit in whose subtree it holds, None everywhere; `base` the code of the rule whose way of looking a local
    one shares. A rule whose text was not read in the original (`text_verified` false) is off until office confirms it.
    Only `active` ever changes in a row: anything else said of a rule is a new version.
    """

    code = models.CharField(max_length=30)
    scope = models.ForeignKey("burden.Unit", models.PROTECT, null=True, related_name="+")
    version = models.IntegerField(default=1, db_default=1)
    base = models.CharField(max_length=30, blank=True, default="", db_default="")
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)  # the last day
    regulation = models.CharField(max_length=100)
    article = models.CharField(max_length=10, blank=True)
    category = models.CharField(max_length=20)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    check_name = models.CharField(max_length=20)
    metric = models.CharField(max_length=40)
    operator = models.CharField(max_length=10)
    threshold = models.CharField(max_length=100, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    period = models.CharField(max_length=10)
    applies_to = models.CharField(max_length=20)
    strength = models.CharField(max_length=10, choices=Strength)
    text_verified = models.BooleanField()
    active = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")  # why this version was made
    by_name = models.CharField(max_length=150, blank=True, default="", db_default="")
    made_at = models.DateTimeField(null=True)  # None: as it was shipped

    class Meta:
        db_table = "rule"
        constraints = [
            models.CheckConstraint(condition=models.Q(strength__in=Strength.values), name="rule_strength"),
            models.UniqueConstraint(fields=["code", "scope", "version"], name="rule_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=models.Q(valid_until=None)
                | models.Q(valid_from=None)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="rule_valid",
            ),
        ]

    def __str__(self) -> str:
        """Return what it says, in the reader's language."""
        return self.title_en if (get_language() or "").startswith("en") else self.title_zh

    @property
    def is_measured(self) -> bool:
        """Whether its bound is a number."""
        return self.operator in ("<=", "<", ">=", ">")

    @property
    def lacks_threshold(self) -> bool:
        """Whether nothing can be held against it before somebody says a bound."""
        return (self.is_measured or self.operator == "in") and not self.threshold


class Duty(models.TextChoices):
    """Whose business an item of the duty list is."""

    BASIC = "basic", _("基本履职")
    COOPERATING = "cooperating", _("配合履职")
    RECALLED = "recalled", _("上级收回")


class DutyItemQuerySet(models.QuerySet["DutyItem"]):
    """Items by the days on which they are on the list."""

    def on(self, day: dt.date) -> Self:
        """Those that are on it on a day."""
        return self.filter(models.Q(retired_on=None) | models.Q(retired_on__gt=day))


class DutyItem(models.Model):
    """One item of a county's duty list (履职事项清单) for its townships; what went out under one keeps it, retired or not."""

    county = models.ForeignKey("burden.Unit", models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Duty)
    owner = models.ForeignKey("burden.Unit", models.PROTECT, null=True, related_name="+")  # department that keeps it
    citation = models.CharField(max_length=200)
    # how far it goes, who does the rest; of what was admitted for whom and on what condition
    note = models.CharField(max_length=410, blank=True, default="", db_default="")
    retired_on = models.DateField(null=True)  # the first day on which it is on the list no more
    retired_reason = models.CharField(max_length=200, blank=True, default="", db_default="")

    objects = DutyItemQuerySet.as_manager()

    class Meta:
        db_table = "duty_item"
        constraints = [models.UniqueConstraint(fields=["county", "code"], name="duty_item_once")]

    def __str__(self) -> str:
        return self.title

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is on the list on a day."""
        return self.retired_on is None or day < self.retired_on


class PlanItem(models.Model):
    """One thing of an issuer's annual plan: a document, meeting, form or inspection, and how often."""

    issuer = models.ForeignKey("burden.Unit", models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    category = models.CharField(max_length=10, choices=Category)
    title = models.CharField(max_length=200)
    times = models.SmallIntegerField(default=1)

    class Meta:
        db_table = "plan_item"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year", "category", "title"], name="plan_item_once"),
            models.CheckConstraint(condition=models.Q(times__gte=1), name="plan_item_times"),
        ]

    def __str__(self) -> str:
        return self.title


class ListFileQuerySet(ScopedQuerySet):
    """Files of the person who brought them."""

    def scope(self, actor: Actor) -> models.Q:
        return models.Q(brought_by_id=actor.user_id)


class ListFile(models.Model):
    """A file of a county's duty list or of its annual plans, from when it is brought until it is stored or replaced.

    Shape: `data` holds a workbook until a worker has read it; `lines` are then [number, [cell, …]], blank ones left out.
    Which columns they are, and what is wrong with them, is said anew whenever they are looked at (standards.lists).
    """

    class Kind(models.TextChoices):
        DUTIES = "duties", _("履职清单")
        PLANS = "plans", _("年度计划")

    class State(models.TextChoices):
        WAITING = "waiting", _("等着读")
        READ = "read", _("读好了")
        REFUSED = "refused", _("读不了")
        STORED = "stored", _("写入了")

    kind = models.CharField(max_length=10, choices=Kind)
    county = models.ForeignKey("burden.Unit", models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    source = models.CharField(max_length=100, blank=True)  # the name of the list, which its items cite
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    data = models.BinaryField(null=True)
    lines = models.JSONField(default=list)
    problem = models.CharField(max_length=300, blank=True)
    brought_by = models.ForeignKey("burden.User", models.CASCADE, related_name="+")
    brought_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)  # when a worker began to read it: it does so once

    objects = ListFileQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "list_file"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "read", "refused", "stored"]), name="list_file_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting") ^ models.Q(data=None), name="list_file_data_waits"
            ),
        ]


class BurdenBudget(models.Model):
    """How much an issuer may ask for by its own decision in a year. Units: person-minutes."""

    issuer = models.ForeignKey("burden.Unit", models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    person_min = models.BigIntegerField()

    class Meta:
        db_table = "burden_budget"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year"], name="burden_budget_once"),
            models.CheckConstraint(condition=models.Q(person_min__gte=0), name="burden_budget_not_negative"),
        ]


class Measure(models.TextChoices):
    """Indicators (reports.indicators) that a county may set a goal for."""

    PER_HEAD = "per_head", _("每人每周负担")
    MEETING = "issued_meeting", _("下达的会议")
    DOCUMENT = "issued_document", _("下达的文件")
    FORM = "issued_form", _("下达的报表")
    INSPECTION = "issued_inspection", _("下达的检查")


class Goal(models.Model):
    """What a county set itself for an indicator; without one, what a regulation says holds (reports.indicators).

    Units: those of the indicator: whole minutes, or per cent against last year. Never a grade, never of people.
    """

    county = models.ForeignKey("burden.Unit", models.PROTECT, related_name="+")
    code = models.CharField(max_length=30, choices=Measure)
    value = models.IntegerField()
    source = models.CharField(max_length=200)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "goal"
        constraints = [models.UniqueConstraint(fields=["county", "code"], name="goal_once")]

    @property
    def is_hours(self) -> bool:
        """Whether the goal is in minutes a head; any other is per cent against last year."""
        return self.code == Measure.PER_HEAD


class SampleQuerySet(models.QuerySet["Sample"]):
    """Samples by the weeks in which they hold."""

    def in_force(self, since: dt.date, until: dt.date) -> Self:
        """Those that hold in any of some weeks."""
        return self.filter(from_week__lte=until).exclude(until_week__lte=since)

    def to_come(self, today: dt.date) -> Self:
        """Those that have not begun, and can be taken back."""
        return self.filter(from_week__gt=today)


class Sample(models.Model):
    """A rotating sample (四周只问你一周): from a Monday on each cadre of a county is asked one week in four."""

    county = models.ForeignKey("burden.Unit", models.PROTECT, related_name="+")
    from_week = models.DateField()
    until_week = models.DateField(null=True)  # the Monday from which everybody is asked again

    objects = SampleQuerySet.as_manager()

    class Meta:
        db_table = "sample"
        constraints = [
            models.UniqueConstraint(fields=["county"], condition=models.Q(until_week=None), name="sample_once"),
            models.CheckConstraint(
                condition=models.Q(from_week__iso_week_day=1)
                & (models.Q(until_week=None) | models.Q(until_week__gt=models.F("from_week"))),
                name="sample_weeks",
            ),
        ]


class SamplePanel(models.Model):
    """Which week in four is a cadre's: dealt once, so that it stays whoever comes and goes."""

    cadre = models.OneToOneField("burden.User", models.CASCADE, primary_key=True, related_name="+")
    panel = models.SmallIntegerField()

    class Meta:
        db_table = "sample_panel"
        constraints = [models.CheckConstraint(condition=models.Q(panel__range=(0, 3)), name="sample_panel_of_four")]


class DayOverride(models.Model):
    """A day that the office says is worked, or is not, other than the calendar knows (standards.workdays)."""

    day = models.DateField(unique=True)
    is_workday = models.BooleanField()
    note = models.CharField(max_length=200)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "day_override"
