"""What departments ask for: demands registered once, their reviews, and a target for each receiver and week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.kit.db import ScopedQuerySet
from burden.standards.models import Category, DutyItem, Evidence, PlanItem, Subkind, TariffVersion
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

TITLE_LENGTH = 200
FIELD_LENGTH = 100
MAX_FIELDS = 300
MAX_MINUTES = 10_080  # a week
MAX_PEOPLE = 10_000


class State(models.TextChoices):
    """Where a demand stands."""

    DRAFT = "draft", _("草稿")
    REVIEW = "review", _("评估中")
    ISSUED = "issued", _("已下达")
    CHANGED = "changed", _("已变更")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN = (State.DRAFT, State.REVIEW)
ACTIVE = (State.ISSUED, State.CHANGED)


class Origin(models.TextChoices):
    """Who asked first; a relaying bureau is not blamed for what came from above."""

    CENTRAL = "central", _("中央")
    PROVINCE = "province", _("省级")
    CITY = "city", _("市级")
    COUNTY = "county", _("县委县政府")
    OWN = "own", _("本单位自定")


class Frequency(models.TextChoices):
    """How often it is due."""

    ONCE = "once", _("一次")
    WEEKLY = "weekly", _("每周")
    MONTHLY = "monthly", _("每月")
    QUARTERLY = "quarterly", _("每季")


class Channel(models.TextChoices):
    """By which way it goes out; all but the first are informal."""

    FORMAL = "formal", _("正式文件")
    INFORMAL = "informal", _("白头件")
    NOTE = "note", _("便笺")
    GROUP = "group", _("工作群")
    PHONE = "phone", _("电话口头")


class DemandQuerySet(ScopedQuerySet):
    """Issued demands of units in the actor's range, the issuer's own drafts, and what the actor's unit passed on."""

    def scope(self, actor: Actor) -> Q:
        low, high = actor.read_range
        own = Q(issuer_id__in=actor.issuing) | Q(issuer_id__in=actor.homes, parent__isnull=False)
        return own | Q(issuer__path__gte=low, issuer__path__lt=high, issued_at__isnull=False)

    def published_to(self, actor: Actor) -> Self:
        """What went out around the actor, whoever issued it: forms are compared and quoted across departments."""
        low, high = actor.neighbourhood
        clone = self.filter(issuer__path__gte=low, issuer__path__lt=high, issued_at__isnull=False)
        clone._scoped = True
        return clone if actor.is_active else clone.none()


class Demand(models.Model):
    """One meeting, document, form, inspection or other thing asked of lower units.

    Shape: `receivers` as demands.receivers.read takes it; `facts` holds what its category asks (demands.facts);
    `grams` is what duplicates are found by. Units: people a count, minutes whole for each person, a time.
    """

    issuer = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    lead = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    supporting = models.ManyToManyField(Unit, related_name="+", db_table="demand_supporting")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # passed on from (层层转发)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    version = models.IntegerField(default=1)
    title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    category = models.CharField(max_length=10, choices=Category, default=Category.FORM)
    subkind = models.CharField(max_length=10, choices=Subkind, blank=True)
    basis = models.CharField(max_length=TITLE_LENGTH, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.OWN)
    post_title = models.CharField(max_length=50, blank=True)
    duty_item = models.ForeignKey(DutyItem, models.PROTECT, null=True, related_name="+")
    plan_item = models.ForeignKey(PlanItem, models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.FORMAL)
    frequency = models.CharField(max_length=10, choices=Frequency, default=Frequency.ONCE)
    first_on = models.DateField(null=True)  # the day it is due or held, the first time
    at = models.TimeField(null=True)
    until = models.DateField(null=True)  # the last day a repeated one may fall on
    people = models.IntegerField(default=1)
    minutes = models.IntegerField(default=0)
    travel_minutes = models.IntegerField(default=0)
    prep_minutes = models.IntegerField(default=0)
    receivers = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    fields = ArrayField(models.CharField(max_length=FIELD_LENGTH), default=list)
    grams = ArrayField(models.TextField(), default=list)
    afterwards = models.BooleanField(default=False)  # 事后补登记: registered after it went out, in an emergency
    late_reason = models.CharField(
        max_length=TITLE_LENGTH, blank=True
    )  # why its first day lies before its registration
    answers = models.JSONField(default=dict, db_default={})  # of a draft: what is written against its checks, as typed
    client_key = models.UUIDField(null=True)
    digest = models.CharField(max_length=64, blank=True)  # of the body the key came with
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=TITLE_LENGTH, blank=True)

    objects = DemandQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "demand"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [
            GinIndex(fields=["grams"], name="demand_grams", condition=Q(state__in=ACTIVE)),
            models.Index(fields=["issuer", "-changed_at"], name="demand_of_issuer"),
            # sums of issuers read nothing else of a demand, row level security included: no row of it is fetched
            models.Index(
                fields=["issuer", "id"],
                include=["category", "origin", "title", "state", "issued_at", "created_by"],
                name="demand_sums_of_issuer",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "client_key"], name="demand_key_once"),
            models.CheckConstraint(
                condition=Q(
                    people__range=(1, MAX_PEOPLE),
                    minutes__range=(0, MAX_MINUTES),
                    travel_minutes__range=(0, MAX_MINUTES),
                    prep_minutes__range=(0, MAX_MINUTES),
                ),
                name="demand_numbers",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="demand_state"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN) | (Q(issued_at__isnull=False, first_on__isnull=False) & ~Q(title=""))
                | Q(state=State.WITHDRAWN, issued_at__isnull=True),
                name="demand_issued_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(State.WITHDRAWN,)) ^ Q(withdrawn_at__isnull=True), name="demand_withdrawn_at"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


class OfDemandQuerySet(ScopedQuerySet):
    """What hangs on a demand of the acting issuer."""

    def scope(self, actor: Actor) -> Q:
        return Q(demand__issuer_id__in=actor.issuing)


class DemandReview(models.Model):
    """A consistency review (一致性评估) as it was seen when the demand went out, changed or was given up; never altered.

    Shape: `seen` as demands.review.Review.body returns it; `chosen` original or lighter; `answers` maps a check's code to
    the reason or approval written against it.
    """

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="+")
    version = models.IntegerField()
    seen = models.JSONField()
    chosen = models.CharField(max_length=10)
    reason = models.CharField(max_length=TITLE_LENGTH, blank=True)  # why the lighter alternative was not taken
    answers = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    objects = OfDemandQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "demand_review"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [models.UniqueConstraint(fields=["demand", "version"], name="demand_review_once")]


class EstimateQuerySet(OfDemandQuerySet):
    """What the acting issuer asked beforehand."""

    def asked_of(self, actor: Actor) -> Self:
        """What the actor's own units are asked."""
        clone = self.filter(unit_id__in=actor.homes)
        clone._scoped = True
        return clone


class Estimate(models.Model):
    """A receiver asked beforehand (先问三个乡镇): one tap of minutes and a remark, both voluntary."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    until = models.DateField()
    minutes = models.IntegerField(null=True)
    remark = models.CharField(max_length=TITLE_LENGTH, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)

    objects = EstimateQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "demand_estimate"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.UniqueConstraint(fields=["demand", "unit"], name="demand_estimate_once"),
            models.CheckConstraint(condition=Q(minutes__range=(0, MAX_MINUTES)), name="demand_estimate_minutes"),
        ]


class QuoteRequest(models.Model):
    """A wish to quote what another department's demand collects already, instead of asking for it again."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="+")
    of = models.ForeignKey(Demand, models.PROTECT, related_name="+")
    fields = ArrayField(models.CharField(max_length=FIELD_LENGTH))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    granted = models.BooleanField(null=True)
    answer = models.CharField(max_length=TITLE_LENGTH, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "quote_request"
        constraints = [models.UniqueConstraint(fields=["demand", "of"], name="quote_request_once")]


class TargetQuerySet(ScopedQuerySet):
    """Targets for units the actor belongs to or reads, and those the actor's units sent."""

    def scope(self, actor: Actor) -> Q:
        low, high = actor.read_range
        return (
            Q(unit_id__in=actor.homes)
            | Q(unit__path__gte=low, unit__path__lt=high)
            | Q(issuer_id__in=actor.issuing | actor.homes)
        )  # fmt: skip


class Target(models.Model):
    """A demand for one receiver in one week: what the issuer claims it costs there.

    Units: minutes whole for each person. Issuer, category and numbers are the demand's at the time, so that a later change
    leaves weeks of the past as they were. `evidence` is tariff where the issuer gave no numbers of its own, and then `tariff`
    is the version they come from; else claim. `handler` is who took it or was assigned; learned handlers are in `Handler`.
    """

    demand = models.ForeignKey(Demand, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    week = models.DateField()
    due_on = models.DateField()
    issuer = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    category = models.CharField(max_length=10, choices=Category)
    people = models.IntegerField()
    minutes = models.IntegerField()
    travel_minutes = models.IntegerField(default=0)
    prep_minutes = models.IntegerField(default=0)
    evidence = models.SmallIntegerField(choices=Evidence, default=Evidence.CLAIM, db_default=Evidence.CLAIM)
    tariff = models.ForeignKey(TariffVersion, models.PROTECT, null=True, related_name="+", db_index=False)
    handler = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    # it stays, and claims nothing: answered before its demand was withdrawn ahead of its day, or sent back (Refusal)
    withdrawn = models.BooleanField(default=False)

    objects = TargetQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "target"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [models.Index(fields=["unit", "week"], name="target_unit_week")]
        constraints = [
            models.UniqueConstraint(fields=["demand", "unit", "week"], include=["withdrawn"], name="target_once"),
            models.UniqueConstraint(fields=["id", "unit", "week"], name="target_facts"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="target_week_is_monday"),
            models.CheckConstraint(
                condition=Q(people__range=(1, MAX_PEOPLE), minutes__range=(0, MAX_MINUTES)), name="target_numbers"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("week")), name="target_due_in_week"),
            models.CheckConstraint(
                condition=Q(evidence=Evidence.TARIFF, tariff__isnull=False)
                | Q(evidence=Evidence.CLAIM, tariff__isnull=True),
                name="target_evidence",
            ),
        ]


class ReestimateQuerySet(ScopedQuerySet):
    """What the acting issuer asked, and what was asked by units the actor reads."""

    def scope(self, actor: Actor) -> Q:
        low, high = actor.read_range
        return Q(demand__issuer_id__in=actor.issuing) | Q(demand__issuer__path__gte=low, demand__issuer__path__lt=high)


class Reestimate(models.Model):
    """A change of method, kept apart from what was spared: what a demand claimed by tariff in a week, before and after.

    Units: person-minutes of all targets that a new version of the tariffs changed. Never altered.
    """

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="+", db_index=False)
    week = models.DateField()
    tariff = models.ForeignKey(TariffVersion, models.PROTECT, related_name="+", db_index=False)
    before_min = models.IntegerField()
    after_min = models.IntegerField()
    at = models.DateTimeField()

    objects = ReestimateQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "reestimate"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.UniqueConstraint(fields=["demand", "week", "tariff"], name="reestimate_once"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="reestimate_week_is_monday"),
        ]


class Handler(models.Model):
    """Who in a unit last answered an issuer's demands of a category: learned, never dispatched by a clerk."""

    pk = models.CompositePrimaryKey("unit_id", "issuer_id", "category", "cadre_id")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False)
    issuer = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False)
    category = models.CharField(max_length=10, choices=Category)
    cadre = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    week = models.DateField()  # the newest week in which the cadre answered one

    class Meta:
        db_table = "handler"
