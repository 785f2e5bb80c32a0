"""Units as an actor may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
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
    annotated: QuerySet[Any] = seen.annotate(child_count=_children_counted())
    return annotated


def kept(actor: Actor, *, parent: Unit | None = None, text: str = "", closed: bool = False) -> QuerySet[Any]:
    """Return the units that one of the 三员 keeps, by code: right below one, or all that match a code or a piece of a name.

    Shape: each with its parent and `child_count` of open units below.
    """
    found = actor.managed_units.filter(closed_on__isnull=not closed).select_related("parent")
    if text:
        found = found.filter(Q(code=text) | Q(name__icontains=text))
    elif parent:
        found = found.filter(parent=parent)
    return found.annotate(child_count=_children_counted()).order_by("code")


def kept_unit(actor: Actor, code: str) -> Unit:
    """Return the unit of a code that one of the 三员 keeps; a foreign one is as absent as a missing one (Http404)."""
    found: Unit | None = actor.managed_units.select_related("parent").filter(code=code).first()
    if found is None:
        raise Http404
    return found


def kept_root(actor: Actor) -> Unit:
    """Return the topmost unit that one of the 三员 keeps."""
    return Unit.every.get(path=actor.manage_range[0])


def _children_counted() -> Coalesce:
    below = Unit.every.filter(parent=OuterRef("pk"), closed_on=None).order_by().values("parent")
    counted = Subquery(below.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return Coalesce(counted, 0)
