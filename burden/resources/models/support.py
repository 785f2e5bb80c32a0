"""Requests for support (支持请求): what a unit needs, who answers by when, and whether it helped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from burden.accounts.models import User
from burden.demands.models import Demand
from burden.kit.db import ScopedQuerySet
from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

TITLE_LENGTH = 100
DETAIL_LENGTH = 1_000


class Kind(models.TextChoices):
    """What is asked for."""

    PEOPLE = "people", _("人手")
    MONEY = "money", _("经费")
    TOOLS = "tools", _("工具")
    TRAINING = "training", _("培训")
    GUIDANCE = "guidance", _("指导")


class State(models.TextChoices):
    """Where it stands."""

    OFFERED = "offered", _("问过需不需要")
    DECLINED = "declined", _("不需要")
    ASKED = "asked", _("待指定答复人")
    NAMED = "named", _("待答")
    GIVEN = "given", _("已给")
    REFUSED = "refused", _("没给，有说明")
    SOLVED = "solved", _("解决了")
    UNSOLVED = "unsolved", _("没解决")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN = (State.ASKED, State.NAMED)
ANSWERED = (State.GIVEN, State.REFUSED, State.SOLVED, State.UNSOLVED)


class SupportQuerySet(ScopedQuerySet):
    """Requests of units in the actor's range, and those that units in it, or the actor in person, are to answer."""

    def scope(self, actor: Actor) -> Q:
        low, high = actor.read_range
        return (
            Q(unit__path__gte=low, unit__path__lt=high)
            | Q(responder_unit__path__gte=low, responder_unit__path__lt=high)
            | Q(responder_id=actor.user_id, responder_unit_id__in={post.unit_id for post in actor.posts})
        )


class SupportRequest(models.Model):
    """One request of a unit for people, money, tools, training or guidance.

    Shape: an answer that gives nothing says why and what comes next in `answer`; `again` is how often the unit asked again
    because it did not help, `earlier` what had been answered before that: [day, unit, name, answer, verdict]. `demand` is what it
    is about, where it is about one. `due_on` is the day promised, a working day; how much is left is computed when it is read.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=TITLE_LENGTH)
    detail = models.CharField(max_length=DETAIL_LENGTH, blank=True)
    demand = models.ForeignKey(Demand, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    made_on = models.DateField()
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    asked_on = models.DateField(null=True)
    responder_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    responder = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    named_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    answer = models.CharField(max_length=DETAIL_LENGTH, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    answered_on = models.DateField(null=True)
    verdict = models.CharField(max_length=TITLE_LENGTH, blank=True)  # what the unit says to its verdict
    again = models.SmallIntegerField(default=0)
    earlier = models.JSONField(default=list)
    changed_at = models.DateTimeField()

    objects = SupportQuerySet.as_manager()
    every = models.Manager()

    class Meta:
        db_table = "support_request"
        default_manager_name = "every"
        base_manager_name = "every"
        indexes = [models.Index(fields=["unit", "state"], name="support_of_unit")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="support_state"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="support_kind"),
            models.CheckConstraint(
                condition=~Q(state__in=(State.NAMED, *ANSWERED))
                | Q(
                    responder__isnull=False, responder_unit__isnull=False, due_on__isnull=False, named_on__isnull=False
                ),
                name="support_has_responder",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ANSWERED) | (Q(answered_on__isnull=False) & ~Q(answer="")),
                name="support_has_answer",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(State.OFFERED, State.DECLINED, State.WITHDRAWN)) | Q(asked_on__isnull=False),
                name="support_asked_on",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_late(self) -> bool:
        """Whether it was answered after the day promised."""
        return bool(self.answered_on and self.due_on and self.answered_on > self.due_on)
