"""Bulletins (通报, 简报): the text that was published, and the figures as they stood then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.accounts.roles import EXPORTERS
from burden.kit.db import ScopedQuerySet
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

TITLE_LENGTH = 100
TEXT_LENGTH = 3_000  # of one block, figures left out
REASON_LENGTH = 200


class Form(models.TextChoices):
    """What it is: a notice goes round formally, a brief informs."""

    NOTICE = "notice", _("通报")
    BRIEF = "brief", _("简报")


class Kind(models.TextChoices):
    """How long a time it covers."""

    MONTH = "month", _("月")
    QUARTER = "quarter", _("季")
    YEAR = "year", _("年")


class State(models.TextChoices):
    """Where it stands; what is published stays as it is."""

    DRAFT = "draft", _("草稿，待核稿")
    CHECKED = "checked", _("已核稿，待签发")
    PUBLISHED = "published", _("已发布")


class BulletinQuerySet(ScopedQuerySet):
    """What is published of units in the actor's range; drafts for those who write and check them there."""

    def scope(self, actor: Actor) -> Q:
        low, high = actor.read_range
        seen = Q(unit__path__gte=low, unit__path__lt=high, state=State.PUBLISHED)
        post = actor.post(*EXPORTERS)
        if post is None:
            return seen
        low, high = post.unit.range
        return seen | Q(unit__path__gte=low, unit__path__lt=high)


class Bulletin(models.Model):
    """One bulletin of a unit over a month, a quarter or a year.

    Shape: `blocks` and `figures` as oversight.texts says; edition 0 is the first, later ones correct it and keep its number.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    form = models.CharField(max_length=10, choices=Form)
    kind = models.CharField(max_length=10, choices=Kind)
    first_week = models.DateField()
    last_week = models.DateField()
    year = models.SmallIntegerField()  # in which its number counts
    number = models.SmallIntegerField()
    edition = models.SmallIntegerField(default=0)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=REASON_LENGTH, default="", db_default="")  # of a correction: what was wrong
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    version = models.IntegerField(default=1)
    title = models.CharField(max_length=TITLE_LENGTH)
    organ = models.CharField(max_length=TITLE_LENGTH)  # in whose name it goes out
    blocks = models.JSONField()
    figures = models.JSONField()
    figures_at = models.DateTimeField()  # what was filed until then is in the figures
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    drafted_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField()
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    checked_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    published_at = models.DateTimeField(null=True)

    objects = BulletinQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "bulletin"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.UniqueConstraint(fields=["unit", "form", "kind", "first_week", "edition"], name="bulletin_once"),
            models.UniqueConstraint(fields=["unit", "form", "year", "number", "edition"], name="bulletin_number_once"),
            models.CheckConstraint(
                condition=Q(first_week__iso_week_day=1, last_week__iso_week_day=1, first_week__lte=F("last_week")),
                name="bulletin_weeks",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, edition=0, corrects=None)
                | Q(number__gte=1, edition__gte=1, corrects__isnull=False),
                name="bulletin_edition",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT, checked_by=None, checked_at=None)
                | (
                    Q(checked_by__isnull=False, checked_at__isnull=False)
                    & ~Q(state=State.DRAFT)
                    & ~Q(checked_by=F("changed_by"))
                ),
                name="bulletin_checked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state=State.PUBLISHED, published_by__isnull=False, published_at__isnull=False)
                | (Q(published_by=None, published_at=None) & ~Q(state=State.PUBLISHED)),
                name="bulletin_published_by",
            ),
        ]

    @property
    def is_published(self) -> bool:
        return self.state == State.PUBLISHED
