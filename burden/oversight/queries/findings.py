"""Scoped reads of findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS
from burden.oversight.models import Finding, FindingState, Order, Source
from burden.units.models import Unit


def findings(actor: Actor, state: str = "") -> QuerySet[Finding]:
    """Return the findings an actor may see, the newest first."""
    found = Finding.objects.visible_to(actor).select_related("unit", "issuer").defer("seen")
    return (found.filter(state=state) if state else found).order_by("-raised_at", "-pk")


def finding_counts(actor: Actor) -> dict[str, int]:
    """Count findings by state."""
    return dict(findings(actor).order_by().values_list("state").annotate(n=Count("pk")))


def finding(actor: Actor, pk: int) -> Finding:
    """Return a finding in the actor's scope (Http404)."""
    found: Finding | None = (
        Finding.objects.visible_to(actor)
        .select_related("unit", "issuer", "demand", "raised_by", "decided_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def order_from(actor: Actor, found: Finding) -> int | None:
    """Return the id of the order that was opened from a finding, for who may open it."""
    return Order.objects.visible_to(actor).filter(finding=found).values_list("pk", flat=True).first()


def judged(actor: Actor, source: str, keys: Collection[str]) -> Mapping[str, Finding]:
    """Return by key what was last said of things of one source: whoever said it, in the actor's scope."""
    found = Finding.objects.visible_to(actor).filter(source=source, source_key__in=keys)
    return {each.source_key: each for each in found.defer("seen").order_by("raised_at", "pk")}


def settled_signals(actor: Actor, today: dt.date) -> QuerySet[Finding]:
    """Return the findings by which a signal is not shown again: standing ones, and dismissed ones as long as they are quiet."""
    standing = ~Q(state=FindingState.DISMISSED) | Q(quiet_until__gte=today) | Q(quiet_until=None)
    return Finding.objects.visible_to(actor).filter(standing, source=Source.SIGNAL)


def issuers(actor: Actor) -> QuerySet[Unit]:
    """Return the units below the one in which the actor reviews, however deep: about whom a finding may be raised."""
    post = actor.post(*EXPORTERS)
    low, high = post.unit.range if post else ("", "")
    return Unit.objects.visible_to(actor).filter(path__gt=low, path__lt=high, closed_on=None)
