"""Adaptations (因地制宜调整): a unit's approved variation of a rule, or of a demand's frequency, receivers or form."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from burden.accounts.models import User
from burden.accounts.roles import Role
from burden.demands.models import Demand, Frequency
from burden.demands.practices.models import Practice
from burden.kit.db import ScopedQuerySet
from burden.units.models import Kind as UnitKind
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

TERM = 5  # working days within which an office decides
OPINION_TERM = 3  # working days within which a lead department that is asked says what it thinks
REMIND = dt.timedelta(days=14)  # before its end it is asked whether it goes on


class Kind(models.TextChoices):
    """What is varied."""

    FREQUENCY = "frequency", _("频次")
    RECEIVERS = "receivers", _("对象")
    FORM = "form", _("表式")
    RULE = "rule", _("规则门槛")
    WAY = "way", _("自己的做法")


class Whom(models.TextChoices):
    """For whom it holds, within the county."""

    UNIT = "unit", _("只有本单位")
    KIND = "kind", _("全部同类单位")
    TRAIT = "trait", _("同样特点的单位")


class State(models.TextChoices):
    """Where it stands; that it is over is computed from its dates."""

    DRAFT = "draft", _("没提交")
    REQUESTED = "requested", _("待定")
    RETURNED = "returned", _("退回补充")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("没批")
    WITHDRAWN = "withdrawn", _("已撤回")


class Act(models.TextChoices):
    """What is done with one."""

    KEEP = "keep", _("存草稿")
    SUBMIT = "submit", _("提交")
    ASK = "ask", _("请牵头部门提意见")
    OPINE = "opine", _("提意见")
    APPROVE = "approve", _("同意")
    PARTLY = "partly", _("部分同意")
    RETURN = "return", _("退回补材料")
    REFUSE = "refuse", _("不同意")
    WITHDRAW = "withdraw", _("撤回")


class Opinion(models.TextChoices):
    """What a lead department thinks of a request."""

    AGREE = "agree", pgettext_lazy("opinion", "同意")
    CONDITION = "condition", _("同意，加条件")
    DISAGREE = "disagree", pgettext_lazy("opinion", "不同意")


DECIDE = (Act.APPROVE, Act.PARTLY, Act.REFUSE)
GRANT = (Act.APPROVE, Act.PARTLY)
UNSENT = (State.DRAFT, State.RETURNED)  # its writer goes on with it
TRANSITIONS: dict[tuple[str, str], State] = {
    (State.DRAFT, Act.KEEP): State.DRAFT,
    (State.DRAFT, Act.SUBMIT): State.REQUESTED,
    (State.DRAFT, Act.WITHDRAW): State.WITHDRAWN,
    (State.REQUESTED, Act.KEEP): State.REQUESTED,
    (State.REQUESTED, Act.ASK): State.REQUESTED,
    (State.REQUESTED, Act.OPINE): State.REQUESTED,
    (State.REQUESTED, Act.APPROVE): State.APPROVED,
    (State.REQUESTED, Act.PARTLY): State.APPROVED,
    (State.REQUESTED, Act.RETURN): State.RETURNED,
    (State.REQUESTED, Act.REFUSE): State.REFUSED,
    (State.RETURNED, Act.KEEP): State.RETURNED,
    (State.RETURNED, Act.SUBMIT): State.REQUESTED,
    (State.RETURNED, Act.WITHDRAW): State.WITHDRAWN,
    (State.REQUESTED, Act.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Act.WITHDRAW): State.WITHDRAWN,
}


class AdaptationQuerySet(ScopedQuerySet):
    """Those of the actor's own units and of units below, those about the actor's demands or that the actor's office is asked about,
    and what holds around the actor; to leads also what others around them ask for, who may join it. What was never sent is its writer's.
    """

    def scope(self, actor: Actor) -> Q:
        low, high = actor.read_range
        own = Q(unit_id__in=actor.homes) | Q(unit__path__gte=low, unit__path__lt=high)
        own |= Q(issuer_id__in=actor.issuing) | Q(opinion_of_id__in=actor.issuing)
        low, high = actor.neighbourhood
        open_to = (State.APPROVED, State.REQUESTED) if actor.post(Role.LEAD) else (State.APPROVED,)
        near = Q(state__in=open_to, area__path__gte=low, area__path__lt=high)
        return Q(requested_by_id=actor.user_id) | (own | near) & ~Q(reason="")


class Adaptation(models.Model):
    """One request, and what came of it.

    Shape: `unit` asks, for units of `area` as `whom` says: itself, those of its kind (`unit_kind`), or those with a trait.
    What is varied: `rule_code` with another `threshold` (empty: the rule does not hold), or the demands of `issuer` under
    `title`, with another `frequency`, without these receivers, or in another form. `from_week` is a Monday, `until` the last day.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    area = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    whom = models.CharField(max_length=10, choices=Whom, default=Whom.UNIT)
    unit_kind = models.CharField(max_length=10, choices=UnitKind, blank=True)
    trait = models.CharField(max_length=20, blank=True)
    rule_code = models.CharField(max_length=30, blank=True)
    threshold = models.CharField(max_length=20, blank=True)
    demand = models.ForeignKey(Demand, models.PROTECT, null=True, related_name="+")  # the one it was asked from
    issuer = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=200, blank=True)
    # what is typed and not sent yet: of a draft the request, of a request the decision
    kept = models.JSONField(default=dict, db_default={})
    asked = models.JSONField(default=dict, db_default={})  # what was asked where less was granted, by field
    frequency = models.CharField(max_length=10, choices=Frequency, blank=True)
    practice = models.ForeignKey(Practice, models.PROTECT, null=True, related_name="adoptions")  # that it took over
    joined = models.ForeignKey("self", models.PROTECT, null=True, related_name="joins")  # that it asks to hold here too
    change = models.CharField(max_length=200)  # what it is changed to, in words
    reason = models.CharField(max_length=300)
    evidence = models.CharField(max_length=300, blank=True)
    from_week = models.DateField()
    until = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)  # conditions and reasons of the decision, or of the withdrawal
    opinion_of = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+"
    )  # the lead department that is asked
    opinion_asked_at = models.DateTimeField(null=True)
    opinion = models.CharField(max_length=10, choices=Opinion, blank=True, default="", db_default="")
    opinion_words = models.CharField(max_length=300, blank=True, default="", db_default="")
    opinion_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    opinion_at = models.DateTimeField(null=True)

    objects = AdaptationQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "adaptation"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [models.Index(fields=["area", "until"], condition=Q(state="approved"), name="adaptation_in_force")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="adaptation_state"),
            models.CheckConstraint(
                condition=Q(from_week__iso_week_day=1, until__gte=F("from_week")), name="adaptation_dates"
            ),
            models.CheckConstraint(condition=Q(kind=Kind.RULE) ^ Q(rule_code=""), name="adaptation_of_a_rule_names_it"),
            models.CheckConstraint(
                condition=Q(kind__in=(Kind.RULE, Kind.WAY)) | Q(issuer__isnull=False),
                name="adaptation_of_a_demand_names_it",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="adaptation_decided_by_another"
            ),
            models.CheckConstraint(
                condition=Q(state__in=(*UNSENT, State.REQUESTED, State.WITHDRAWN)) | Q(decided_by__isnull=False),
                name="adaptation_decided",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") | Q(state__in=(State.DRAFT, State.WITHDRAWN)),
                name="adaptation_sent_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(opinion="", opinion_by=None, opinion_at=None)
                | ~Q(opinion="") & Q(opinion_of__isnull=False, opinion_by__isnull=False, opinion_at__isnull=False),
                name="adaptation_opinion_is_somebodys",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.change

    @property
    def number(self) -> str:
        """How it is called: 申请 2026-047."""
        return f"{self.requested_at.year}-{self.pk:03}"

    @property
    def standing(self) -> str:
        """Where it stands, in words: whether all or a part was granted."""
        is_partly = self.state == State.APPROVED and bool(self.asked)
        return str(Act.PARTLY.label if is_partly else State(self.state).label)

    def is_over(self, today: dt.date) -> bool:
        """Whether what was approved holds no more."""
        return self.state == State.APPROVED and self.until < today

    def is_late(self, today: dt.date) -> bool:
        """Whether it waits although the last day it asks for is past: it can be granted no more."""
        return self.state == State.REQUESTED and self.until < today

    def is_in_force(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        return self.state == State.APPROVED and self.from_week <= day <= self.until
