"""Notices (通知): what somebody has to know, to whom it is said and how long it holds; and who wants a word when there are some."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from burden.accounts.models import User
from burden.accounts.roles import TRIO, Role
from burden.kit.db import ScopedQuerySet
from burden.units.models import Kind, Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

TITLE_LENGTH = 60
SUMMARY_LENGTH = 120  # what it says, in words that need no second reading
BODY_LENGTH = 4_000
REASON_LENGTH = 200


class State(models.TextChoices):
    """Where a notice stands; whether it has run out is read from its last day."""

    PROPOSED = "proposed", _("待核发")
    PUBLISHED = "published", _("已发")
    RETURNED = "returned", _("退回")
    WITHDRAWN = "withdrawn", _("已撤回")


class Act(models.TextChoices):
    """What may be done with a notice."""

    PUBLISH = "publish", _("核发")
    RETURN = "return", pgettext_lazy("act", "退回")
    WITHDRAW = "withdraw", _("撤回")


# from where each act leads where; what is not named is refused
TRANSITIONS: dict[tuple[str, str], str] = {
    (State.PROPOSED, Act.PUBLISH): State.PUBLISHED,
    (State.PROPOSED, Act.RETURN): State.RETURNED,
    (State.PROPOSED, Act.WITHDRAW): State.WITHDRAWN,
    (State.PUBLISHED, Act.WITHDRAW): State.WITHDRAWN,
}
AUDIENCE = tuple(role for role in Role.values if role not in TRIO)  # the 三员 are told by their own means


def addressed(actor: Actor) -> Q:
    """The condition that a notice is meant for one of the actor's posts."""
    found = Q(pk__in=[])
    for post in actor.posts:
        if post.role not in TRIO:
            role = Q(roles=[]) | Q(roles__contains=[post.role])
            kind = Q(kinds=[]) | Q(kinds__contains=[post.unit.kind])
            found |= Q(root__in=post.unit.steps) & role & kind
    return found


class NoticeQuerySet(ScopedQuerySet):
    """What was published to the actor, what the actor's unit wrote, and for the office all that was written below it."""

    def scope(self, actor: Actor) -> Q:
        seen = Q(state=State.PUBLISHED) & addressed(actor) | Q(unit__in=actor.issuing)
        office = actor.post(Role.OFFICE)
        if office is None:
            return seen
        low, high = office.unit.range
        return seen | Q(unit__path__gte=low, unit__path__lt=high)

    def meant_for(self, actor: Actor) -> Self:
        """What is published to the actor, run out or not."""
        return self.visible_to(actor).filter(addressed(actor), state=State.PUBLISHED)

    def in_force(self, today: dt.date) -> Self:
        """What has not run out."""
        return self.filter(until__gte=today)


class Notice(models.Model):
    """One notice of a unit to people below another. Who opened it is kept nowhere.

    Shape: `root` and all below it; `kinds` of their units and `roles` of their posts, where empty means all.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    root = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kinds = ArrayField(models.CharField(max_length=10, choices=Kind), default=list)
    roles = ArrayField(models.CharField(max_length=10, choices=Role), default=list)
    title = models.CharField(max_length=TITLE_LENGTH)
    summary = models.CharField(max_length=SUMMARY_LENGTH)
    body = models.TextField(blank=True)
    until = models.DateField()  # its last day
    state = models.CharField(max_length=10, choices=State)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    published_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)  # why it was returned or withdrawn

    objects = NoticeQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "notice"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [models.Index(fields=["root", "until"], condition=Q(state="published"), name="notice_of_root")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="notice_state"),
            models.CheckConstraint(
                condition=Q(published_by=None, published_at=None) & ~Q(state=State.PUBLISHED)
                | Q(published_by__isnull=False, published_at__isnull=False) & ~Q(state__in=["proposed", "returned"]),
                name="notice_published_by",
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None, ended_at=None, reason="", state__in=["proposed", "published"])
                | Q(ended_by__isnull=False, ended_at__isnull=False, state__in=["returned", "withdrawn"])
                & ~Q(reason=""),
                name="notice_ended_by",
            ),
        ]


class Means(models.TextChoices):
    """By which channel a person wants to hear that there is something; without one, on the web alone."""

    MAIL = "mail", _("邮件")
    DINGTALK = "dingtalk", _("钉钉机器人")
    WECOM = "wecom", _("企业微信机器人")
    FEISHU = "feishu", _("飞书机器人")


class NoticeChannel(models.Model):
    """The channel a person chose. Its address is sealed: whoever holds the database alone writes to nobody."""

    person = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    means = models.CharField(max_length=10, choices=Means)
    sealed = models.BinaryField()
    set_at = models.DateTimeField()

    class Meta:
        db_table = "notice_channel"


class Told(models.TextChoices):
    """What became of a week's digest."""

    SENDING = "sending", _("在发")
    SENT = "sent", _("发了")
    FAILED = "failed", _("没发成")
    NOTHING = "nothing", _("没有新的")


class NoticeDigest(models.Model):
    """One week's digest of one person: at most one, whoever sends and however often.

    Units: count is of notices. A digest that was cut off while it was being sent is not sent again: it may have arrived.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    week = models.DateField()
    told = models.CharField(max_length=10, choices=Told)
    count = models.IntegerField(default=0)
    attempts = models.SmallIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        db_table = "notice_digest"
        constraints = [
            models.UniqueConstraint(fields=["person", "week"], name="notice_digest_once"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="notice_digest_of_monday"),
            models.CheckConstraint(
                condition=Q(told=Told.NOTHING, count=0) | ~Q(told=Told.NOTHING) & Q(count__gt=0),
                name="notice_digest_count",
            ),
        ]


NEWEST_FIRST = (F("published_at").desc(nulls_first=True), F("pk").desc())
