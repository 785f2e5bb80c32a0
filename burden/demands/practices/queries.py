"""Practices as an actor finds them, what of them waits for an office, and what they belong to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Case, F, Q, QuerySet, When
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.demands.adaptations.models import Adaptation
from burden.demands.adaptations.models import State as Adapted
from burden.demands.models import ACTIVE, Demand
from burden.demands.practices.models import Practice, State
from burden.kit.clock import day_of
from burden.kit.threads import MOST as LINKS
from burden.kit.threads import Key, Link
from burden.kit.waiting import MOST, Waiting
from burden.units.models import Unit

OFFERED = 60  # of the own demands that a practice may carry as a template


def practices(actor: Actor) -> QuerySet[Practice]:
    """Return the practices an actor may see: those that wait first, then the newest, last the own that were not published."""
    seen: QuerySet[Practice] = Practice.objects.visible_to(actor).select_related("unit__parent", "area", "decided_by")
    led = {post.unit_id for post in actor.posts if post.role == Role.LEAD}
    shown = Q(state__in=(State.WRITTEN, State.PUBLISHED)) | Q(state=State.REFUSED, unit_id__in=led)
    last = Case(When(state=State.WRITTEN, then=0), When(state=State.PUBLISHED, then=1), default=2)
    return seen.filter(shown).order_by(last, F("decided_at").desc(nulls_last=True), "-pk")


def templates(actor: Actor, unit: Unit) -> QuerySet[Demand]:
    """Return what a unit asks of others now, the newest first."""
    out = Demand.objects.visible_to(actor).filter(issuer=unit, state__in=ACTIVE).order_by("-issued_at", "-pk")
    recent = list(out.values_list("pk", flat=True)[:OFFERED])
    found: QuerySet[Demand] = Demand.objects.visible_to(actor).filter(pk__in=recent).order_by("-issued_at", "-pk")
    return found


def practice(actor: Actor, pk: int) -> Practice:
    """Return one; a foreign one is as absent as a missing one (Http404)."""
    seen = Practice.objects.visible_to(actor).select_related(
        "unit__parent", "area", "decided_by", "written_by", "template"
    )
    found: Practice | None = seen.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def adoptions(actor: Actor, practices: Iterable[Practice]) -> list[Adaptation]:
    """Return who took some practices over, the newest first: a decision of the unit, no figure of it. One query."""
    held = Adaptation.objects.visible_to(actor).filter(practice__in=practices, state=Adapted.APPROVED)
    return list(held.select_related("unit__parent").order_by("-from_week", "pk"))


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return the practices that an office is to publish or not."""
    office = actor.post(Role.OFFICE)
    if office is None:
        return []
    low, high = office.unit.range
    found = Practice.objects.visible_to(actor).filter(state=State.WRITTEN, unit__path__gte=low, unit__path__lt=high)
    rows = found.exclude(written_by=actor.user_id).select_related("unit__parent").order_by("written_at", "pk")
    return [
        Waiting(
            _("本地做法"), each.title, each.unit.place, reverse("practice", args=[each.pk]), _("看一看"),
            since=day_of(each.written_at),
        )
        for each in rows[: MOST + 1]
    ]  # fmt: skip


def thread(actor: Actor, kind: str, key: Key) -> list[Link]:
    """Return the practice that an adaptation took over, and the adaptations that took over a practice."""
    if kind == "adaptation":
        of = Adaptation.objects.visible_to(actor).filter(pk=key).values("practice_id")
        return [
            Link(
                _("本地做法"), each.title, reverse("practice", args=[each.pk]), each.unit.place, day_of(each.written_at)
            )
            for each in Practice.objects.visible_to(actor).filter(pk__in=of).select_related("unit__parent")
        ]
    if kind != "practice":
        return []
    rows = Adaptation.objects.visible_to(actor).filter(practice_id=key)
    return [
        Link(
            pgettext("recognition", "采用"),
            each.unit.place,
            reverse("adaptation", args=[each.pk]),
            str(each.get_state_display()),
            each.from_week,
        )
        for each in rows.select_related("unit__parent").order_by("-from_week", "pk")[:LINKS]
    ]
