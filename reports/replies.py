"""How soon those replied who answer reports, and whether that solved it: of the year so far, as counted on a Monday.

Nothing is told of fewer than five replies, nor of fewer than five verdicts; what may be told is counted by feedback.replies.
"""

from __future__ import annotations

from dataclasses import dataclass

from burden.accounts.actor import Actor
from burden.feedback.models import BoardCount
from burden.kit.clock import Week
from burden.units.models import Unit

FEWEST = 5


@dataclass(frozen=True)
class Line:
    """What a desk's year came to. Units: replies; working days; a share of 1. None: too few, or nothing counted."""

    count: BoardCount

    @property
    def unit(self) -> Unit:
        return self.count.desk

    @property
    def replies(self) -> int | None:
        return self.count.replies if self.count.replies >= FEWEST else None

    @property
    def median_days(self) -> float | None:
        tenths = self.count.median_tenths
        return None if self.replies is None or tenths is None else tenths / 10

    @property
    def judged(self) -> int | None:
        return self.count.judged if self.count.judged >= FEWEST else None

    @property
    def solved(self) -> int | None:
        return None if self.judged is None else self.count.solved

    @property
    def satisfied(self) -> float | None:
        return None if self.judged is None else self.count.solved / self.judged


def responders(actor: Actor, unit: Unit, until: Week) -> list[Line]:
    """Return those who answer reports in a place, from above to below, as counted after a week. Two queries."""
    monday = until.plus(1).monday
    desks = Unit.objects.visible_to(actor).under(unit)
    counted = BoardCount.objects.filter(desk__in=desks, monday__lte=monday, monday__year=monday.year)
    newest = counted.order_by("desk", "-monday").distinct("desk").select_related("desk")
    return [Line(each) for each in sorted(newest, key=lambda each: each.desk.path)]
