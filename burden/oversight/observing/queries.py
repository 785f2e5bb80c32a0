"""Observations as an actor finds them, and which wait for a reviewer."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS, Role
from burden.kit.clock import day_of
from burden.kit.threads import Key, Link
from burden.kit.waiting import MOST, Waiting
from burden.oversight.levels import told_above
from burden.oversight.models import Finding, Order, Source
from burden.oversight.observing.models import Observation, State, reviewed_by
from burden.units.models import Level, Unit

MOST_UNITS = 400  # that an observer may choose from


def observations(actor: Actor) -> QuerySet[Observation]:
    """Return those an actor may see, the open ones first, then the newest; a reviewer never sees what was taken back."""
    seen: QuerySet[Observation] = Observation.objects.visible_to(actor).select_related(
        "unit__parent", "by", "settled_by"
    )
    if Role.OBSERVER not in actor.roles:
        seen = seen.exclude(state=State.WITHDRAWN)
    return seen.order_by("-at", "-pk")


def observation(actor: Actor, pk: int) -> Observation:
    """Return one; a foreign one is as absent as a missing one (Http404)."""
    found = observations(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def observed_units(actor: Actor, today: dt.date) -> list[Unit]:
    """Return the units that an observer may tell of: the own one and all below it, where somebody above is told. Two queries."""
    post = actor.post(Role.OBSERVER)
    if post is None:
        return []
    seen = Unit.objects.visible_to(actor).filter(closed_on=None).under(post.unit).exclude(level=Level.VILLAGE)
    units = list(seen.select_related("parent").order_by("path")[:MOST_UNITS])
    told = told_above({unit.pk: unit.path for unit in units}, today)
    return [unit for unit in units if unit.pk in told]


def reviewed(actor: Actor, pk: int) -> Observation:
    """Return one that the actor reviews (Http404)."""
    found = observations(actor).filter(reviewed_by(actor), pk=pk).first()
    if found is None:
        raise Http404
    return found


def may_answer(actor: Actor, found: Observation) -> bool:
    """Say whether an observation waits for the actor."""
    waits = Observation.objects.visible_to(actor).filter(reviewed_by(actor), pk=found.pk, state=State.OPEN)
    return bool(waits.exists())


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return to reviewers and offices what observers left and nobody answered."""
    if actor.post(*EXPORTERS) is None:
        return []
    seen = Observation.objects.visible_to(actor).filter(reviewed_by(actor), state=State.OPEN)
    rows = seen.select_related("unit__parent").order_by("at", "pk")[: MOST + 1]
    return [
        Waiting(
            _("监督员反映"),
            each.text[:40],
            each.unit.place,
            reverse("observation", args=[each.pk]),
            _("答复"),
            since=day_of(each.at),
        )
        for each in rows
    ]


def thread(actor: Actor, kind: str, key: Key) -> list[Link]:
    """Return what an observer left, of a finding that was raised from it and of the order that came of that."""
    if kind == "finding":
        raised = Finding.objects.visible_to(actor).filter(pk=key)
    elif kind == "order":
        raised = Finding.objects.visible_to(actor).filter(
            pk__in=Order.objects.visible_to(actor).filter(pk=key).values("finding")
        )
    else:
        return []
    keys = [int(each) for each in raised.filter(source=Source.OBSERVER).values_list("source_key", flat=True)]
    return [
        Link(_("监督员反映"), each.text[:40], reverse("observation", args=[each.pk]), each.unit.place, day_of(each.at))
        for each in (observations(actor).filter(pk__in=keys) if keys else ())
    ]
