"""Units as an actor may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.http import Http404

from burden.units.models import Unit, UnitEvent

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


def find_kept(actor: Actor, code: str) -> Unit | None:
    """Return the open unit of a code that one of the 三员 keeps."""
    found: Unit | None = actor.managed_units.filter(code=code, closed_on=None).first()
    return found


def beside(actor: Actor, unit: Unit, *, most: int = 200) -> list[Unit]:
    """Return the open units of the same level under the same unit, those that may merge with it, by path."""
    kept = actor.managed_units.filter(parent_id=unit.parent_id, level=unit.level, closed_on=None)
    return list(kept.exclude(pk=unit.pk).order_by("path")[:most])


def homes(actor: Actor, unit: Unit, *, most: int = 200) -> list[Unit]:
    """Return open units that a unit could move to: of the level of the one it stands under, by path."""
    level = unit.parent.level if unit.parent else unit.level
    kept = actor.managed_units.filter(level=level, closed_on=None)
    return list(kept.exclude(pk__in=[unit.pk, unit.parent_id or 0]).order_by("path")[:most])


def events(actor: Actor) -> QuerySet[UnitEvent]:
    """Return the events of units that an actor keeps or reads of, those to come first, then the newest."""
    seen: QuerySet[UnitEvent] = UnitEvent.objects.visible_to(actor).select_related("unit__parent", "parent")
    is_over = Case(When(state=UnitEvent.State.PLANNED, then=0), When(state=UnitEvent.State.STOPPED, then=0), default=1)
    return seen.prefetch_related("shares__of", "shares__to").order_by(is_over, "-from_week", "-pk")


def event(actor: Actor, pk: int) -> UnitEvent:
    """Return one event; a foreign one is as absent as a missing one (Http404)."""
    found = events(actor).filter(pk=pk).first()
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
