"""Units as an actor may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404

from burden.units.models import Unit

if TYPE_CHECKING:
    from burden.accounts.actor import Actor


def unit(actor: Actor, code: str) -> Unit:
    """Return the unit of a code inside the actor's range; a foreign one is as absent as a missing one (Http404)."""
    found: Unit | None = Unit.objects.visible_to(actor).select_related("parent").filter(code=code).first()
    if found is None:
        raise Http404
    return found


def children(actor: Actor, parent: Unit | None = None) -> QuerySet[Any]:
    """Return the open units right below a visible unit, by code; without one, those the actor's range begins with.

    Shape: each with `parent_code` (None where the parent is out of range) and `child_count` of open units below.
    """
    seen = Unit.objects.visible_to(actor).filter(closed_on=None).order_by("code")
    seen = seen.filter(parent=parent) if parent else seen.filter(path=actor.read_range[0])
    below = Unit.every.filter(parent=OuterRef("pk"), closed_on=None).order_by().values("parent")
    counted = Subquery(below.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    annotated: QuerySet[Any] = seen.annotate(child_count=Coalesce(counted, 0))
    return annotated
