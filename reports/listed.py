"""Which units are listed below one: those of the tree that is looked at, in the weeks that are looked at.

The tree of the weeks has whatever stood there in the last of them, closed since or not; today's tree what stands there now, without
those whose past counts for successors. What the actor does not read is in neither.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from burden.accounts.actor import Actor
from burden.units.models import Level, Unit, UnitEvent, UnitQuerySet, UnitShare
from reports.models import RollupSub
from reports.periods import Span
from reports.restated import REPORTED, RESTATED
from reports.statements import Statements

SQL = Statements()
ANY = 99  # steps: deeper than any tree


def below(actor: Actor, unit: Unit, span: Span, basis: str = REPORTED) -> dict[str, list[Unit]]:
    """Return the units that can be compared below a unit: its children, and in a county the villages too.

    A township is there itself: those who work in it are one line of its county's table.
    Shape: by level, the highest first; units by path.
    """
    found = units_below(actor, unit, span, basis, steps=2 if unit.level == Level.COUNTY else 1)
    levels: dict[str, list[Unit]] = {unit.level: [unit]} if unit.level == Level.TOWNSHIP else {}
    for each in found.only("code", "name", "kind", "level", "path", "parent_id", "closed_on"):
        levels.setdefault(each.level, []).append(each)
    return {level: levels[level] for level in Level.values if level in levels}


def units_below(actor: Actor, unit: Unit, span: Span, basis: str = REPORTED, *, steps: int = ANY) -> UnitQuerySet:
    """Return the units up to some steps below one, by path. Units: first and last Monday."""
    low, high = unit.range
    there = Q(path__gte=low, path__lt=high, depth__gt=unit.depth, depth__lte=unit.depth + steps)
    if basis == REPORTED:
        moved = SQL.prepared("moved", unit=unit.pk, low=low, high=high, steps=steps, week=span[1])
        there &= ~Q(pk__in=[pk for pk, is_below in moved if not is_below])
        there |= Q(pk__in=[pk for pk, is_below in moved if is_below])
    return Unit.objects.visible_to(actor).filter(there, stood(span, basis)).order_by("path")


def stood(span: Span, basis: str = REPORTED) -> Q:
    """Return the condition of units that are listed over some weeks: open ones, and closed ones that have sums of them.

    In today's tree the past of a closed one is where its successors are, if it has any.
    """
    closed = Q(Exists(RollupSub.every.filter(unit=OuterRef("pk"), week__range=span)))
    if basis == RESTATED:
        succeeded = UnitShare.objects.filter(of=OuterRef("pk"), event__from_week=OuterRef("closed_on"))
        closed &= Q(~Exists(succeeded.filter(event__state=UnitEvent.State.DONE)))
    return Q(closed_on=None) | closed
