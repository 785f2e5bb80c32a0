"""Practices that spread: how time went where others took one over, all of those units together, beside units that did not."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from burden.demands.adaptations.models import Adaptation
from burden.demands.adaptations.models import State as Adapted
from burden.demands.practices.models import Practice, State
from burden.demands.practices.reading import (
    MIN_ADOPTERS,
    MIN_WEEKS,
    WEEKS,
    Begun,
    Figures,
    figures,
    peers_of,
    windows,
)
from burden.kit.clock import Week
from burden.kit.figures import Spent
from burden.oversight.merits.reckoning import (
    MIN_PEERS,
    MOST_MOVED,
    Candidate,
    Left,
    Line,
    Point,
    Why,
    is_less,
    left_of,
    net_lines,
    span,
)
from burden.oversight.models import RecognitionKind
from burden.units.models import Unit

MOST_PRACTICES = 30  # measured; of fewer than three adopters nothing is


@dataclass(frozen=True)
class Spread:
    """A practice, who held to it for twelve closed weeks, and units that did not do so, looked at in the newest of these weeks."""

    practice: Practice
    begun: Begun
    peers: Begun


@dataclass(frozen=True)
class Side:
    """What some units spent on one category, all together. Units: units a count, person-minutes, returns."""

    units: int
    person_min: int
    returns: int

    @property
    def head(self) -> int:
        """What one person spent in a week. Units: whole minutes."""
        return self.person_min // self.returns if self.returns else 0

    @property
    def facts(self) -> dict[str, int]:
        return {"units": self.units, "person_min": self.person_min, "returns": self.returns}


def of_practices(unit: Unit, now: dt.datetime) -> Iterator[Candidate | Left]:
    """Look at every published practice below a unit that others took over."""
    low, high = unit.range
    out = Practice.every.filter(state=State.PUBLISHED, unit__path__gte=low, unit__path__lt=high)
    taken: dict[int, list[Adaptation]] = defaultdict(list)
    for each in Adaptation.every.filter(practice__in=out, state=Adapted.APPROVED).order_by("from_week", "pk"):
        taken[each.practice_id or 0].append(each)
    shown = list(out.filter(pk__in=taken).select_related("unit", "area").order_by("unit__code", "pk"))
    found = {practice.pk: _spread(practice, taken[practice.pk], now) for practice in shown}
    measured = [each for each in found.values() if each is not None][:MOST_PRACTICES]
    known = figures({pair for each in measured for pair in (*each.begun, *each.peers)}, now)
    for practice in shown:
        spread = found[practice.pk]
        yield _of_practice(spread, known, now) if spread in measured and spread else _left(practice, Why.FEW)


def _spread(practice: Practice, taken: Sequence[Adaptation], now: dt.datetime) -> Spread | None:
    """Return who held to a practice for long enough; None where too few did."""
    begun = {each.unit_id: each.from_week for each in taken if _tried(each, now)}
    if len(begun) < MIN_ADOPTERS:
        return None
    newest = max(begun.values())
    others = peers_of(practice.unit, practice.area, [each.unit_id for each in taken])
    return Spread(practice, [*begun.items()], [(pk, newest) for pk in others])


def _tried(each: Adaptation, now: dt.datetime) -> bool:
    is_ripe = windows(each.from_week, now) is not None
    return is_ripe and each.until >= Week(each.from_week).plus(WEEKS - 1).sunday


def _of_practice(spread: Spread, known: Figures, now: dt.datetime) -> Candidate | Left:
    """Reckon how time went where a practice was taken over, each unit by its own weeks, all of them together."""
    practice = spread.practice
    before, after = _sides(known, spread.begun, practice.category, now)
    singly = (_sides(known, [pair], practice.category, now) for pair in spread.peers)
    ratios = sorted(now_.head * 1000 // then.head for then, now_ in singly if then.head)
    why = _why_not(before, after, ratios)
    if why is not None:
        return _left(practice, why)
    weeks = [windows(since, now) or ([], []) for _unit, since in spread.begun]
    spans = [sorted({week for each in weeks for week in each[side]}) for side in (0, 1)]
    lines = [
        Line("practice_before", before.head, span(spans[0]), before.facts),
        Line("practice_after", after.head, span(spans[1]), after.facts),
        *net_lines(before.head, after.head, ratios),
    ]
    points = [Point("category", {"category": practice.category}), Point("together"), Point("returns")]
    return Candidate(
        RecognitionKind.PRACTICE, str(practice.pk), practice.unit, practice.title, lines, points, before.head, after.head,
        adopters=before.units, practice=practice,
    )  # fmt: skip


def _left(practice: Practice, why: Why) -> Left:
    return Left(RecognitionKind.PRACTICE, str(practice.pk), practice.unit, practice.title, why)


def _sides(known: Figures, begun: Begun, category: str, now: dt.datetime) -> tuple[Side, Side]:
    """Return what was spent before and after, each unit by its own weeks."""
    return sides_of(known, [(unit, windows(since, now) or ([], [])) for unit, since in begun], category, MIN_WEEKS)


def sides_of(
    known: Figures, spans: Iterable[tuple[int, Sequence[Sequence[dt.date]]]], category: str, least: int
) -> tuple[Side, Side]:
    """Return what was spent in two spans of each unit, of those that are told in so many weeks of both."""
    told: list[list[list[Spent]]] = []
    for unit, span_of in spans:
        of_unit = known.get(unit, {})
        both = [[of_unit[week] for week in side if week in of_unit] for side in span_of]
        if min(len(side) for side in both) >= least:
            told.append(both)
    sides = [[week for both in told for week in both[side]] for side in (0, 1)]
    before, after = (_added(side, category, len(told)) for side in sides)
    return before, after


def _added(weeks: Collection[Spent], category: str, units: int) -> Side:
    return Side(units, sum(each.person_min[category] for each in weeks), sum(each.returns for each in weeks))


def _why_not(before: Side, after: Side, ratios: Sequence[int]) -> Why | None:
    if before.units < MIN_ADOPTERS or not before.head:
        return Why.FEW
    if len(ratios) < MIN_PEERS:
        return Why.PEERS
    if abs(after.returns - before.returns) * 100 > before.returns * MOST_MOVED:
        return Why.COVERAGE
    return None if is_less(after.head, left_of(before.head, ratios)) else Why.UNCHANGED
