"""Supervision orders (督办单): what an issuer has to change, requirement by requirement, and by when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.accounts.roles import EXPORTERS
from burden.kit.db import ScopedQuerySet
from burden.oversight.models.findings import LINE_LENGTH, TITLE_LENGTH, Finding
from burden.standards.models import Category
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

MOST_REQUIREMENTS = 10
TOLD_AT_ONCE = 5  # answers of receivers


class OrderState(models.TextChoices):
    """Where an order stands; which step leads where is in oversight.steps."""

    DRAFT = "draft", _("已立项，待交办")
    SENT = "sent", _("已交办，待签收")
    WORKING = "working", _("办理中")
    EXTENSION = "extension", _("申请延期，待批")
    ANSWERED = "answered", _("已反馈，待审核")
    RETURNED = "returned", _("退办")
    DONE = "done", _("已办结，待销号")
    CLOSED = "closed", _("已销号，待回头看")
    LOOKED = "looked", _("已回头看")
    CANCELLED = "cancelled", _("已撤销")


class Outcome(models.TextChoices):
    """What looking back found."""

    LESS = "less", _("确有减少")
    SAME = "same", _("没有变化")
    MORE = "more", _("反弹")


UNKEPT = (Outcome.SAME, Outcome.MORE)  # what was said to be saved did not stay
RUNNING = (
    OrderState.DRAFT, OrderState.SENT, OrderState.WORKING, OrderState.EXTENSION, OrderState.ANSWERED, OrderState.RETURNED,
)  # fmt: skip
WITH_ISSUER = (OrderState.SENT, OrderState.WORKING, OrderState.RETURNED)  # whose turn it is
ENDED = (OrderState.LOOKED, OrderState.CANCELLED)


def scope_of(actor: Actor, prefix: str = "") -> Q:
    """Orders that went out to issuers in the actor's range; those of units below a reviewer's or the office's post."""
    low, high = actor.read_range
    seen = Q(
        **{f"{prefix}issuer__path__gte": low, f"{prefix}issuer__path__lt": high, f"{prefix}sent_at__isnull": False}
    )
    post = actor.post(*EXPORTERS)
    if post is None:
        return seen
    low, high = post.unit.range
    return seen | Q(**{f"{prefix}unit__path__gte": low, f"{prefix}unit__path__lt": high})


class OrderQuerySet(ScopedQuerySet):
    """What scope_of says."""

    def scope(self, actor: Actor) -> Q:
        return scope_of(actor)

    def kept_by(self, actor: Actor) -> Self:
        """Orders of the very unit in which the actor reviews: a board needs no more, and no join."""
        post = actor.post(*EXPORTERS)
        clone = self.filter(unit_id=post.unit_id) if post and actor.is_active else self.none()
        clone._scoped = True
        return clone

    def asked_of(self, actor: Actor) -> Self:
        """Orders about whose effect the actor's own units are asked (回头看)."""
        asked = ReliefAsked.objects.visible_to(actor).values("order_id")
        clone = self.filter(pk__in=asked) if actor.is_active else self.none()
        clone._scoped = True
        return clone


class Order(models.Model):
    """One supervision order of a unit to an issuer.

    Shape: `due_on` is the last day of the step it stands at, `ripe_on` the first day of what comes after waiting (销号, 回头看),
    `deadline_on` the issuer's own; all dates, colours are computed (oversight.clocks). `asked_until` is an extension asked for.
    Who confirmed relief is ticked in ReliefAsked; what was said is counted in ReliefTally, and comes here by fives alone: whoever
    looks again after each answer learns of five at once, and nobody can put answer and unit together. `escalated_for` is the
    missed day of which the level above was told; `in_time` is False from the first late answer on, True once all is finished without.
    Units: person_min as the finding has it; before_min and after_min person-minutes of before_weeks and after_weeks, the former
    frozen when it is opened, the latter with saved_min of a year when it is closed (None: in too few weeks enough filed); took_days working days from 交办 to 办结.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    issuer = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    finding = models.OneToOneField(Finding, models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    number = models.IntegerField()
    state = models.CharField(max_length=10, choices=OrderState, default=OrderState.DRAFT)
    title = models.CharField(max_length=TITLE_LENGTH)
    category = models.CharField(max_length=10, choices=Category, blank=True)
    citation = models.CharField(max_length=LINE_LENGTH, blank=True)
    titles = ArrayField(models.CharField(max_length=TITLE_LENGTH), default=list)
    person_min = models.BigIntegerField(null=True)
    standard = models.CharField(max_length=LINE_LENGTH)  # 办结标准
    days = models.SmallIntegerField()  # working days the issuer has
    responsible = models.CharField(max_length=TITLE_LENGTH, blank=True)  # as the issuer says when it signs
    section = models.CharField(max_length=TITLE_LENGTH, blank=True)
    due_on = models.DateField(null=True)
    ripe_on = models.DateField(null=True)
    deadline_on = models.DateField(null=True)
    asked_until = models.DateField(null=True)
    was_extended = models.BooleanField(default=False)
    escalated_for = models.DateField(null=True)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=4, choices=Outcome, blank=True)  # of looking back
    in_time = models.BooleanField(null=True)
    took_days = models.SmallIntegerField(null=True)
    before_min = models.BigIntegerField(null=True)
    before_weeks = models.SmallIntegerField(null=True)
    after_min = models.BigIntegerField(null=True)
    after_weeks = models.SmallIntegerField(null=True)
    saved_min = models.BigIntegerField(null=True)
    asked = models.SmallIntegerField(default=0)
    less = models.SmallIntegerField(default=0)
    same = models.SmallIntegerField(default=0)
    more = models.SmallIntegerField(default=0)

    objects = OrderQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "supervision_order"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [
            models.Index(fields=["unit", "state", "due_on"], name="order_of_unit"),
            models.Index(fields=["issuer", "state", "due_on"], name="order_of_issuer"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "number"], name="order_number_once"),
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="order_state"),
            models.CheckConstraint(condition=Q(number__gte=1, days__gte=1), name="order_numbers"),
            models.CheckConstraint(
                condition=Q(state__in=(OrderState.DRAFT, OrderState.CANCELLED))
                | Q(sent_at__isnull=False, deadline_on__isnull=False),
                name="order_sent",
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.EXTENSION, asked_until__isnull=False)
                | (~Q(state=OrderState.EXTENSION) & Q(asked_until=None)),
                name="order_extension",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(OrderState.DONE, OrderState.CLOSED, OrderState.LOOKED))
                | Q(
                    answered_at__isnull=False, finished_at__isnull=False, took_days__isnull=False, in_time__isnull=False
                ),
                name="order_finished",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(OrderState.CLOSED, OrderState.LOOKED), closed_at__isnull=False, after_weeks__isnull=False
                )
                | ~Q(state__in=(OrderState.CLOSED, OrderState.LOOKED)),
                name="order_closed",
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.LOOKED, outcome__in=Outcome.values)
                | (~Q(state=OrderState.LOOKED) & Q(outcome="")),
                name="order_outcome",
            ),
            models.CheckConstraint(
                condition=Q(less__gte=0, same__gte=0, more__gte=0, asked__gte=F("less") + F("same") + F("more")),
                name="order_relief",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.title}"

    @property
    def name(self) -> str:
        """Its number as people say it: 2026-118."""
        return f"{self.year}-{self.number:03d}"

    @property
    def standing(self) -> str:
        """Where it stands in words, with what looking back found."""
        return " · ".join(filter(None, (str(self.get_state_display()), str(self.get_outcome_display()))))

    @property
    def is_unkept(self) -> bool:
        """Whether looking back found that it did not become less."""
        return self.outcome in UNKEPT

    @property
    def lasting_min(self) -> int | None:
        """What counts as saved in a year: nothing where looking back found that it did not last; what became more does count."""
        return None if self.is_unkept and (self.saved_min or 0) > 0 else self.saved_min

    @property
    def told(self) -> int:
        """How many units said whether there is relief, of those that are told: always whole fives, or none."""
        return self.less + self.same + self.more

    @property
    def is_split(self) -> bool:
        """Whether it may be told how many said what: not where all that were asked are told, since then, if all said the same,
        it would say of each what it said. It does not depend on what was said, so that nothing follows from its absence.
        """
        return TOLD_AT_ONCE <= self.told < self.asked


class OfOrderQuerySet(ScopedQuerySet):
    """What hangs on an order that the actor may see."""

    def scope(self, actor: Actor) -> Q:
        return scope_of(actor, "order__")


class Requirement(models.Model):
    """One thing that an order demands, and what the issuer answered to it."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    text = models.CharField(max_length=LINE_LENGTH)
    answer = models.CharField(max_length=LINE_LENGTH, blank=True)
    answered_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    returned = models.CharField(max_length=LINE_LENGTH, blank=True)  # why it was sent back, until it is answered anew

    objects = OfOrderQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "order_requirement"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="order_requirement_once"),
            models.CheckConstraint(condition=Q(number__range=(1, MOST_REQUIREMENTS)), name="order_requirement_number"),
            models.CheckConstraint(
                condition=Q(verified_at=None) | Q(answered_at__isnull=False), name="order_requirement_answered"
            ),
        ]

    @property
    def is_answered(self) -> bool:
        """Whether it was answered, and not sent back since."""
        return self.answered_at is not None and not self.returned


class OrderStep(models.Model):
    """One step of an order, as its page tells it: when, which unit, what, and the words that came with it. Never altered."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    act = models.CharField(max_length=12)
    note = models.CharField(max_length=LINE_LENGTH, blank=True)

    objects = OfOrderQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "order_step"
        default_manager_name = "every"
        base_manager_name = "every"


class ReliefAskedQuerySet(ScopedQuerySet):
    """What the actor's own units are asked; nobody else reads who was, or who answered."""

    def scope(self, actor: Actor) -> Q:
        return Q(unit_id__in=actor.homes)


class ReliefAsked(models.Model):
    """A unit that is asked whether relief arrived, and whether it answered; never what. Gone when its order begins anew."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    asked_on = models.DateField()
    has_answered = models.BooleanField(default=False)

    objects = ReliefAskedQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "order_relief"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [models.UniqueConstraint(fields=["order", "unit"], name="order_relief_once")]


class ReliefTallyQuerySet(ScopedQuerySet):
    """Only whoever adds to it reads it."""

    def scope(self, actor: Actor) -> Q:
        return Q(order__in=ReliefAsked.objects.visible_to(actor).values("order"))


class ReliefTally(models.Model):
    """What units said since the last five were told, of no unit in particular; no page shows it. Gone when its order begins anew."""

    order = models.OneToOneField(Order, models.CASCADE, related_name="+", primary_key=True)
    less = models.SmallIntegerField(default=0)
    same = models.SmallIntegerField(default=0)
    more = models.SmallIntegerField(default=0)

    objects = ReliefTallyQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "order_tally"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.CheckConstraint(condition=Q(less__gte=0, same__gte=0, more__gte=0), name="order_tally_counts")
        ]
