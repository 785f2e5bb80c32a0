"""Whether what was recognised lasts: the weeks since it was published beside those before, as they are measured now; nothing is kept.

What an order changed stands beside the year before it, as the order has it; what an issuer asks and what a practice takes stand
beside the same weeks a year ago. It lasts while it is less by as much as a candidate's has to be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from burden.demands.adaptations.models import Adaptation
from burden.demands.adaptations.models import State as Adapted
from burden.demands.practices.reading import MIN_ADOPTERS
from burden.kit import clock, figures
from burden.kit.clock import Week
from burden.oversight import saved
from burden.oversight.merits.issuers import AFTER, BEFORE, YEAR, has_moved, heads, is_few, measured, moved_of
from burden.oversight.merits.practices import sides_of
from burden.oversight.merits.reckoning import Candidate, Point, is_less
from burden.oversight.models import Recognition, RecognitionKind, RecognitionState
from burden.units.models import Unit

Sides = tuple[int, int]  # before and now, in minutes as the reckoning of their kind has them, of as many weeks
REMEMBERED = 52 * clock.WEEK


@dataclass(frozen=True)
class Lasting:
    """What looking back at a recognition found.

    Shape: `weeks` Mondays; `sides` None where too little is known; `is_refuted` where the office found of its order that it did not last.
    """

    weeks: Sequence[dt.date]
    sides: Sides | None
    is_refuted: bool = False

    @property
    def is_kept(self) -> bool:
        return self.sides is not None and not self.is_lapsed

    @property
    def is_lapsed(self) -> bool:
        return self.is_refuted or (self.sides is not None and not is_less(self.sides[1], self.sides[0]))


def lasting(held: Recognition, now: dt.datetime) -> Lasting | None:
    """Return what the weeks since a recognition was published say; None before four of them are closed."""
    if held.state != RecognitionState.PUBLISHED or held.published_at is None:
        return None
    weeks = saved.weeks_after(held.published_at, now)
    if len(weeks) < saved.AFTER[0]:
        return None
    sides = OF[RecognitionKind(held.kind)](held, weeks)
    return Lasting(weeks, sides if sides and sides[0] else None, held.order is not None and held.order.is_unkept)


def with_past(candidate: Candidate, unit: Unit, now: dt.datetime) -> Candidate:
    """Let a reckoning say how much of what a unit recognised of the same subject in the last year did not last."""
    past = Recognition.every.filter(unit=unit, subject=candidate.subject, published_at__gte=now - REMEMBERED)
    looked = (lasting(each, now) for each in past.select_related("order", "practice").order_by("pk"))
    lapsed = sum(each is not None and each.is_lapsed for each in looked)
    said = [Point("lapsed", {"count": lapsed})] if lapsed else []
    return replace(candidate, points=[*candidate.points, *said])


def _of_order(held: Recognition, weeks: Sequence[dt.date]) -> Sides | None:
    assert held.order is not None
    found = saved.beside(held.order, weeks)
    if found.year_min is None:
        return None
    return found.before_min * found.after_weeks // found.before_weeks, found.after_min


def _of_issuer(held: Recognition, weeks: Sequence[dt.date]) -> Sides | None:
    spans = {BEFORE: _year_before(weeks), AFTER: weeks}
    asked = figures.imposed(unit_id=held.unit_id, issuer_ids=[held.subject_id], spans=spans)
    before, after = (asked[held.subject_id, side] for side in spans)
    if is_few(before) or is_few(after) or has_moved(before, after):
        return None
    manned = {side: figures.manned(unit_id=held.unit_id, weeks=each) for side, each in spans.items()}
    then, now = heads(manned)
    return measured(before) * now // then, measured(after) + moved_of(before, after, manned).minutes


def _of_practice(held: Recognition, weeks: Sequence[dt.date]) -> Sides | None:
    """Reckon one head's week where the practice is held to and was not a year ago, all of those units together."""
    assert held.practice is not None
    then = _year_before(weeks)
    taken = Adaptation.every.filter(practice=held.practice, state=Adapted.APPROVED)
    users = taken.filter(from_week__gt=then[-1], from_week__lte=weeks[0], until__gte=Week(weeks[-1]).sunday)
    units = set(users.values_list("unit_id", flat=True))
    known = figures.spent(unit_ids=units, since=then[0], until=weeks[-1])
    before, after = sides_of(known, [(pk, (then, weeks)) for pk in units], held.practice.category, saved.AFTER[0])
    return (before.head, after.head) if before.units >= MIN_ADOPTERS else None


def _year_before(weeks: Sequence[dt.date]) -> list[dt.date]:
    return [Week(week).plus(-YEAR).monday for week in weeks]


OF: dict[RecognitionKind, Callable[[Recognition, Sequence[dt.date]], Sides | None]] = {
    RecognitionKind.ORDER: _of_order,
    RecognitionKind.ISSUER: _of_issuer,
    RecognitionKind.PRACTICE: _of_practice,
}
