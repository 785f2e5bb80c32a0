"""Recognition (表扬): for what an issuer cut, or a practice that spread; nominated, open to objections, decided, published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.accounts.roles import EXPORTERS
from burden.demands.practices.models import Practice
from burden.kit.db import ScopedQuerySet
from burden.oversight.models.findings import LINE_LENGTH, TITLE_LENGTH
from burden.oversight.models.orders import Order
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

KEY_LENGTH = 40
MARK_LENGTH = 64
OWN_LESS = _("自己定的要求，比上年同期少")  # what an issuer is recognised for has no name of its own
PUT_RIGHT = _("整改见效：%(title)s")


class RecognitionKind(models.TextChoices):
    """For what: all that an issuer asks by its own decision, one thing it changed after an order, a practice others took over."""

    ISSUER = "issuer", _("下达单位")
    ORDER = "order", _("督办整改")
    PRACTICE = "practice", _("做法")


class RecognitionState(models.TextChoices):
    """Where a recognition stands; which act leads where is in oversight.stages."""

    NOMINATED = "nominated", _("已提名，待公示")
    OPEN = "open", _("公示中")
    RECOGNISED = "recognised", _("定了表扬，待公布")
    DECLINED = "declined", _("没有表扬")
    PUBLISHED = "published", _("已公布")
    WITHDRAWN = "withdrawn", _("已撤下")
    REVOKED = "revoked", _("已撤销")


def headline(kind: str, title: str) -> str:
    """Say what a recognition is for, in the language of whoever reads it; what people named keeps its name."""
    if kind == RecognitionKind.ORDER:  # its title says what was wrong
        return str(PUT_RIGHT) % {"title": title}
    return str(OWN_LESS) if kind == RecognitionKind.ISSUER else title


S = RecognitionState
DECIDED = (S.RECOGNISED, S.DECLINED, S.PUBLISHED, S.REVOKED)


def public_to(actor: Actor, prefix: str = "") -> Q:
    """What was open to objections, of units above the actor's own or in its range; all of units below a keeper's post."""
    low, high = actor.read_range
    around = Q(**{f"{prefix}unit_id__in": actor.lineage}) | Q(
        **{f"{prefix}unit__path__gte": low, f"{prefix}unit__path__lt": high}
    )
    seen = around & Q(**{f"{prefix}announced_at__isnull": False})
    post = actor.post(*EXPORTERS)
    if post is None:
        return seen
    low, high = post.unit.range
    return seen | Q(**{f"{prefix}unit__path__gte": low, f"{prefix}unit__path__lt": high})


class RecognitionQuerySet(ScopedQuerySet):
    """What public_to says, and, wherever one has gone since, what one is an author of: a byline can always be taken back."""

    def scope(self, actor: Actor) -> Q:
        written = Author.objects.filter(person_id=actor.user_id).values("recognition_id")
        return public_to(actor) | Q(announced_at__isnull=False, pk__in=written)


class Recognition(models.Model):
    """One recognition of a unit by the working mechanism of another.

    Shape: `key` is what it was reckoned from among all of its kind (oversight.merits); `reckoned` keeps that reckoning line by
    line, in codes and numbers. Units: year_min person-minutes spared in a year, as measured, None where no year is told; adopters units.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)  # whose mechanism recognises
    subject = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # who is recognised
    kind = models.CharField(max_length=10, choices=RecognitionKind)
    key = models.CharField(max_length=KEY_LENGTH)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    practice = models.ForeignKey(Practice, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=TITLE_LENGTH)
    reckoned = models.JSONField()
    year_min = models.BigIntegerField(null=True)
    adopters = models.SmallIntegerField(null=True)
    state = models.CharField(max_length=10, choices=RecognitionState, default=RecognitionState.NOMINATED)
    reason = models.CharField(max_length=LINE_LENGTH)
    nominated_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    nominated_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True)
    until = models.DateField(null=True)  # the last day on which one may object
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=LINE_LENGTH, blank=True)  # why it was decided so
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=LINE_LENGTH, blank=True)  # why it was withdrawn or revoked

    objects = RecognitionQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "recognition"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [models.Index(fields=["unit", "state", "until"], name="recognition_of_unit")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=S.values), name="recognition_state"),
            models.UniqueConstraint(
                fields=["unit", "kind", "key"], condition=~Q(state=S.WITHDRAWN), name="recognition_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=RecognitionKind.ISSUER, order=None, practice=None)
                | Q(kind=RecognitionKind.ORDER, order__isnull=False, practice=None)
                | Q(kind=RecognitionKind.PRACTICE, order=None, practice__isnull=False),
                name="recognition_kind",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(S.NOMINATED, S.WITHDRAWN)) | Q(announced_at__isnull=False, until__isnull=False),
                name="recognition_announced",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED) | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(verdict="")),
                name="recognition_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("nominated_by")), name="recognition_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state=S.PUBLISHED) | Q(published_at__isnull=False), name="recognition_published"
            ),
            models.CheckConstraint(
                condition=Q(state__in=(S.WITHDRAWN, S.REVOKED)) ^ Q(ended="", ended_at=None), name="recognition_ended"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def headline(self) -> str:
        return headline(self.kind, self.title)


class OfRecognitionQuerySet(ScopedQuerySet):
    """What hangs on a recognition that the actor may see."""

    def scope(self, actor: Actor) -> Q:
        return public_to(actor, "recognition__")


class Objection(models.Model):
    """What somebody holds against a recognition, and the answer. Shape: `mark` tells the portal alone that one person objected once."""

    recognition = models.ForeignKey(Recognition, models.CASCADE, related_name="+", db_index=False)
    mark = models.CharField(max_length=MARK_LENGTH)
    on = models.DateField()  # to the day: the hour would tell of whom
    words = models.CharField(max_length=LINE_LENGTH)
    answer = models.CharField(max_length=LINE_LENGTH, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)

    objects = OfRecognitionQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "recognition_objection"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.UniqueConstraint(fields=["recognition", "mark"], name="recognition_objection_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None, answered_at=None)
                ^ Q(answered_by__isnull=False, answered_at__isnull=False),
                name="recognition_objection_answered",
            ),
        ]


class AuthorQuerySet(ScopedQuerySet):
    """The actor's own, and those who chose to be named on a recognition that the actor may see."""

    def scope(self, actor: Actor) -> Q:
        return Q(person_id=actor.user_id) | Q(signed_at__isnull=False) & public_to(actor, "recognition__")

    def of(self, recognition: Recognition) -> Self:
        """All of one recognition: to be counted alone."""
        clone = self.filter(recognition=recognition)
        clone._scoped = True
        return clone


class Author(models.Model):
    """A cadre who wrote a practice that is recognised; named to others only while `signed_at` says so by the own choice."""

    recognition = models.ForeignKey(Recognition, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)

    objects = AuthorQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "recognition_author"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [models.UniqueConstraint(fields=["recognition", "person"], name="recognition_author_once")]
