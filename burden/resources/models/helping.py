"""What helps with a demand: short answers to "how do I fill this", and which demands are training."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.demands.models import Demand, Target
from burden.kit.db import ScopedQuerySet

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

QUESTION_LENGTH = 100
ANSWER_LENGTH = 2_000


def _of_issuers(actor: Actor) -> Q:
    """Demands of the actor's own issuing units, and of issuers in the actor's range."""
    low, high = actor.read_range
    return Q(demand__issuer_id__in=actor.issuing) | Q(demand__issuer__path__gte=low, demand__issuer__path__lt=high)


def about_asked(targets: QuerySet[Target]) -> Q:
    """Demands of the title and the issuer of what is among targets, or of what that was passed on from."""
    title, issuer = OuterRef("demand__title"), OuterRef("demand__issuer_id")
    first = targets.filter(demand__parent__title=title, demand__parent__issuer_id=issuer)
    return Q(Exists(targets.filter(demand__title=title, demand__issuer_id=issuer))) | Q(Exists(first))


class GuideQuerySet(ScopedQuerySet):
    """Answers that the acting issuer wrote, those of issuers in the actor's range, and those about what the actor's units are asked."""

    def scope(self, actor: Actor) -> Q:
        mine = Target.objects.visible_to(actor).filter(unit_id__in=actor.homes)
        return _of_issuers(actor) | about_asked(mine) if actor.homes else _of_issuers(actor)

    def about(self, asked: Collection[tuple[str, int]]) -> Self:
        """Answers about demands that somebody is asked, by title and issuer: whoever must fill a form may read how."""
        pairs = [Q(demand__title=title, demand__issuer_id=issuer) for title, issuer in asked]
        clone = self.filter(reduce(or_, pairs)) if pairs else self.none()
        clone._scoped = True
        return clone


class Guide(models.Model):
    """A short answer to one question about a demand, written by its issuer.

    Shape: `useful` of `rated` receivers called it useful, since its words last changed.
    """

    demand = models.ForeignKey(Demand, models.PROTECT, related_name="+")
    question = models.CharField(_("问题"), max_length=QUESTION_LENGTH)
    answer = models.CharField(_("怎么填"), max_length=ANSWER_LENGTH)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.IntegerField(default=1)
    useful = models.IntegerField(default=0)
    rated = models.IntegerField(default=0)

    objects = GuideQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "guide"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [
            models.UniqueConstraint(fields=["demand", "question"], name="guide_question_once"),
            models.CheckConstraint(condition=Q(useful__gte=0, rated__gte=F("useful")), name="guide_counts"),
        ]

    def __str__(self) -> str:
        return self.question


class GuideRatedQuerySet(ScopedQuerySet):
    """The actor's own."""

    def scope(self, actor: Actor) -> Q:
        return Q(user_id=actor.user_id)


class GuideRated(models.Model):
    """What a person said of a guide as it stood: once, and changeable; shown to that person alone, to others as two counts."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    version = models.IntegerField()
    useful = models.BooleanField()

    objects = GuideRatedQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "guide_rated"
        default_manager_name = "every"
        base_manager_name = "every"
        constraints = [models.UniqueConstraint(fields=["guide", "user", "version"], name="guide_rated_once")]


class TrainingQuerySet(ScopedQuerySet):
    """Training that the acting issuer offers, and that of issuers in the actor's range."""

    def scope(self, actor: Actor) -> Q:
        return _of_issuers(actor)

    def asked_with(self, targets: Iterable[Target]) -> Self:
        """That of what somebody is asked: whoever is asked to a training may read that it is one."""
        clone = self.filter(demand__in={target.demand_id for target in targets})
        clone._scoped = True
        return clone


class Training(models.Model):
    """That a meeting is training (培训): its time counts as burden like any meeting's, and is listed apart as an investment."""

    demand = models.OneToOneField(Demand, models.PROTECT, related_name="+")
    marked_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    marked_at = models.DateTimeField()

    objects = TrainingQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "training"
        default_manager_name = "every"
        base_manager_name = "every"
