"""Issuers that asked less by their own decision: all that one asks over a quarter, and one thing that it changed after an order.

What an issuer asked is worked out of its claims by what those who answered confirmed of them: how many answered changes nothing,
and where that share moved far nobody is named.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median_low

from django.db.models import BigIntegerField, BooleanField, DateField, F, Func, Value
from django.db.models.functions import Cast

from burden.kit import clock, figures
from burden.kit.clock import Week
from burden.kit.figures import Imposed, Manned
from burden.oversight import saved
from burden.oversight.clocks import edges
from burden.oversight.merits.reckoning import (
    LEAST,
    MIN_PEERS,
    MOST_MOVED,
    MOST_UNREGISTERED,
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
from burden.oversight.models import OWN_LESS, TOLD_AT_ONCE, UNKEPT, Order, OrderState, RecognitionKind
from burden.units.models import Level, Unit

WEEKS, YEAR = 13, 52
LEAST_ANSWERED = 20  # per cent of what was claimed
RECENT = 52 * clock.WEEK  # orders struck off since
MOST_ORDERS = 30
FEW_ANSWERS = TOLD_AT_ONCE  # of receivers: fewer are not told
BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Looked:
    """The two quarters that are compared. Shape: Mondays, and how many cadres there were, by BEFORE and AFTER."""

    weeks: Mapping[str, Sequence[dt.date]]
    manned: Mapping[str, Manned]


@dataclass(frozen=True)
class Sides:
    """What issuers asked before and after, in the same two spans. Units: person-minutes; weeks and heads (cadre-weeks) counts."""

    found: Mapping[tuple[int, str], Imposed]
    spans: tuple[str, str]
    weeks: tuple[int, int]
    heads: tuple[int, int] = (1, 1)

    def of(self, pk: int) -> tuple[Imposed, Imposed]:
        before, after = self.spans
        return self.found[pk, before], self.found[pk, after]

    def ratio(self, pk: int) -> int | None:
        """Return what is left of what an issuer asked of each head in a week. Units: tenths of a per cent; None where it cannot be told."""
        before, after = self.of(pk)
        if not all(self.weeks) or is_few(before) or is_few(after) or not measured(before):
            return None
        was, is_now = (measured(each) for each in (before, after))
        return is_now * 1000 * self.weeks[0] * self.heads[0] // (was * self.weeks[1] * self.heads[1])


def measured(each: Imposed) -> int:
    """Work out what an issuer asked: its claim, as those who answered say it is, a change of the tariffs taken out."""
    claim = max(0, each.claim_min - each.changed_min)
    return claim * each.confirmed_min // each.answered_min if each.answered_min else claim


def is_few(each: Imposed) -> bool:
    """Whether too little is known to say what an issuer asked; nothing asked is known."""
    return not each.is_known or each.answered_min * 100 < each.claim_min * LEAST_ANSWERED


def _share(part: int, whole: int) -> int:
    return part * 100 // whole if whole else 0


def has_moved(before: Imposed, after: Imposed) -> bool:
    """Whether the share of what was answered moved too far to compare; of nothing asked there is none."""
    if not before.claim_min or not after.claim_min:
        return False
    shares = [_share(each.answered_min, each.claim_min) for each in (before, after)]
    return abs(shares[1] - shares[0]) > MOST_MOVED


def of_issuers(unit: Unit, found: Looked, now: dt.datetime) -> Iterator[Candidate | Left]:
    """Look at every issuer right below a unit over the quarter, and at what each changed after an order."""
    issuers = list(Unit.every.filter(parent=unit, closed_on=None).exclude(level=Level.VILLAGE).order_by("code"))
    orders = _orders(unit, issuers, now)
    spans: dict[str, Sequence[dt.date]] = dict(found.weeks)
    spans |= _spans_of(orders)
    asked = figures.imposed(unit_id=unit.pk, issuer_ids=[each.pk for each in issuers], spans=spans)
    titled = _titled(orders, spans)
    late = _late(unit, clock.day_of(now))
    quarterly = Sides(asked, (BEFORE, AFTER), (WEEKS, WEEKS), heads(found.manned))
    for issuer in issuers:
        if asked[issuer.pk, BEFORE].claim_min or asked[issuer.pk, AFTER].claim_min:
            peers = _ratios(issuer, issuers, quarterly)
            yield _of_quarter(issuer, quarterly, peers, found, is_late=issuer.pk in late)
    for order in orders:
        names = (f"{order.pk}:{BEFORE}", f"{order.pk}:{AFTER}")
        sides = Sides(asked, names, (len(spans[names[0]]), len(spans[names[1]])))
        own = (sum(titled.get((order.issuer_id, week), 0) for week in spans[name]) for name in names)
        peers = _ratios(order.issuer, issuers, sides)
        weeks = (spans[names[0]], spans[names[1]])
        yield _of_order(order, sides, weeks, (next(own), next(own)), peers, is_late=order.issuer_id in late)


def _titled(orders: Sequence[Order], spans: Mapping[str, Sequence[dt.date]]) -> Mapping[tuple[int, dt.date], int]:
    """Return by issuer and week what is claimed under the titles of its orders."""
    titles: dict[int, set[str]] = defaultdict(set)
    for order in orders:
        titles[order.issuer_id].update(order.titles)
    return figures.claimed(titles=titles, weeks={week for weeks in spans.values() for week in weeks})


def _ratios(issuer: Unit, issuers: Sequence[Unit], sides: Sides) -> list[int]:
    """Return what is left of what the other issuers of the same level asked. Units: tenths of a per cent."""
    ratios = (sides.ratio(each.pk) for each in issuers if each.level == issuer.level and each.pk != issuer.pk)
    return sorted(ratio for ratio in ratios if ratio is not None)


def _late(unit: Unit, today: dt.date) -> set[int]:
    """Return the issuers with an order of the unit that is overdue at their step."""
    at = edges(today)
    said = [
        Cast(Value(value), field)
        for value, field in ((unit.pk, BigIntegerField()), (at.floor, DateField()), (today, DateField()))
    ]
    waits = Func(
        F("pk"), *said, function="keeps_waiting", output_field=BooleanField()
    )  # whoever asks may read no such order
    below = Unit.every.filter(parent=unit, closed_on=None).alias(waits=waits).filter(waits=True)
    return set(below.values_list("pk", flat=True))


def _orders(unit: Unit, issuers: Collection[Unit], now: dt.datetime) -> list[Order]:
    """Return the orders of a unit that were struck off in the last year, saved something and keep it, the oldest first."""
    done = Order.every.filter(unit=unit, state__in=(OrderState.CLOSED, OrderState.LOOKED), saved_min__gt=0)
    recent = (
        done.filter(closed_at__gte=now - RECENT, issuer__in=issuers)
        .exclude(outcome__in=UNKEPT)
        .select_related("issuer")
    )
    return sorted(recent.order_by("-closed_at", "-pk")[:MOST_ORDERS], key=lambda each: (each.closed_at, each.pk))


def _spans_of(orders: Sequence[Order]) -> dict[str, list[dt.date]]:
    """Return the weeks before and after each order, of those in which enough filed where its issuer asks."""
    spans = {}
    for order in orders:
        assert order.answered_at is not None
        assert order.closed_at is not None
        spans[order, BEFORE] = saved.weeks_before(order.opened_at)
        spans[order, AFTER] = saved.weeks_after(order.answered_at, order.closed_at)
    weeks = {week for each in spans.values() for week in each}
    known = figures.filed(issuer_ids={order.issuer_id for order in orders}, weeks=weeks)
    return {
        f"{order.pk}:{side}": [week for week in each if week in known.get(order.issuer_id, ())]
        for (order, side), each in spans.items()
    }


def heads(manned: Mapping[str, Manned]) -> tuple[int, int]:
    """Return how many cadres there were before and are now; one each where nobody knows."""
    then, now = manned[BEFORE].active, manned[AFTER].active
    return (then, now) if then and now else (1, 1)


def moved_of(before: Imposed, after: Imposed, manned: Mapping[str, Manned]) -> Line:
    """Say how much more is asked and never registered: what left the register is no less. Beside as many returns as now."""
    then, now = manned[BEFORE].returns, manned[AFTER].returns
    was = before.unregistered_min * now // then if then else before.unregistered_min
    facts = {"was_min": was, "now_min": after.unregistered_min}
    return Line("moved", max(0, after.unregistered_min - was), facts=facts)


def _of_quarter(issuer: Unit, sides: Sides, peers: Sequence[int], found: Looked, *, is_late: bool) -> Candidate | Left:
    before, after = sides.of(issuer.pk)
    key = f"{issuer.pk}:{_quarter_name(found.weeks[AFTER][-1])}"
    title = str(OWN_LESS)
    why = _why_not(before, after, peers, is_late=is_late)
    if why is None and after.unregistered_min * 100 > (measured(after) + after.unregistered_min) * MOST_UNREGISTERED:
        why = Why.UNREGISTERED
    moved = moved_of(before, after, found.manned)
    was, is_now = measured(before) * sides.heads[1] // sides.heads[0], measured(after) + moved.minutes
    if why is None and not is_less(is_now, left_of(was, peers)):
        # as if the tariffs had not changed it is not less; with the change it would be
        with_change = measured(replace(after, changed_min=0)) + moved.minutes
        why = Why.REESTIMATE if is_less(with_change, left_of(was, peers)) else Why.UNCHANGED
    if why is not None:
        return Left(RecognitionKind.ISSUER, key, issuer, title, why)
    manned = {"then": found.manned[BEFORE].active, "now": found.manned[AFTER].active}
    lines = [
        _worked("quarter_before", found.weeks[BEFORE], before),
        Line("per_head", was, facts=manned),
        _worked("quarter", found.weeks[AFTER], after),
        *([moved] if moved.minutes else []),
        *net_lines(was, is_now, peers),
    ]
    return Candidate(
        RecognitionKind.ISSUER, key, issuer, title, lines, _points(before, after), was, is_now,
        year_min=(was - is_now) * YEAR // WEEKS,
    )  # fmt: skip


def _quarter_name(monday: dt.date) -> str:
    week = Week(monday)
    return f"{week.year}Q{min(4, (week.number + WEEKS - 1) // WEEKS)}"


def _why_not(before: Imposed, after: Imposed, peers: Sequence[int], *, is_late: bool) -> Why | None:
    """Return what keeps an issuer out before it is looked at whether it asked less."""
    if is_few(before) or is_few(after):
        return Why.FEW
    if len(peers) < MIN_PEERS:
        return Why.PEERS
    if has_moved(before, after):
        return Why.COVERAGE
    return Why.OVERDUE if is_late else None


def _of_order(
    order: Order,
    sides: Sides,
    spans: tuple[Sequence[dt.date], Sequence[dt.date]],
    titled: tuple[int, int],
    peers: Sequence[int],
    *,
    is_late: bool,
) -> Candidate | Left:
    """Reckon what one thing took before an order and after it, as the order has it, beside what others asked in the same weeks."""
    key = str(order.pk)
    before, after = sides.of(order.issuer_id)
    assert order.before_min is not None
    assert order.after_min is not None
    assert order.after_weeks
    was = order.before_min * order.after_weeks // order.before_weeks if order.before_weeks else 0
    why = None
    if not all(spans) or not (before.is_known and after.is_known):
        why = Why.FEW
    elif len(peers) < MIN_PEERS:
        why = Why.PEERS
    elif has_moved(before, after):
        why = Why.COVERAGE
    elif is_late:
        why = Why.OVERDUE
    elif _grew_elsewhere(sides, order, titled, peers, was):
        why = Why.ELSEWHERE
    elif not is_less(order.after_min, left_of(was, peers)):
        why = Why.UNCHANGED
    if why is not None:
        return Left(RecognitionKind.ORDER, key, order.issuer, order.title, why)
    earlier, later = spans
    lines = [
        Line("order_before", order.before_min, span(earlier)),
        Line("per_week", was, facts={"before": order.before_weeks or 0, "after": order.after_weeks}),
        Line("order_after", order.after_min, span(later)),
        *net_lines(was, order.after_min, peers),
    ]
    return Candidate(
        RecognitionKind.ORDER, key, order.issuer, order.title, lines, _order_points(order), was, order.after_min,
        year_min=order.saved_min, order=order,
    )  # fmt: skip


def _grew_elsewhere(sides: Sides, order: Order, titled: tuple[int, int], peers: Sequence[int], was: int) -> bool:
    """Whether all else that the issuer asks grew by a tenth more than with peers: the thing may have got another name.

    Where it asked nothing else, a tenth of what the thing took is as much. Shape: titled is what is claimed under the order's
    own titles before and after: once withdrawn, nothing of what is to come.
    """
    before, after = (
        max(0, each.claim_min - each.changed_min - own) + each.unregistered_min
        for each, own in zip(sides.of(order.issuer_id), titled, strict=True)
    )
    if not before:
        return after * 100 > was * LEAST
    grown = max(1000, median_low(peers)) * (100 + LEAST)
    return after * sides.weeks[0] * 1000 * 100 > before * sides.weeks[1] * grown


def _worked(code: str, weeks: Sequence[dt.date], each: Imposed) -> Line:
    """Say how a sum is worked out: what was claimed, times what was confirmed of what was answered."""
    claim = max(0, each.claim_min - each.changed_min)
    facts = {"claim_min": claim, "confirmed_min": each.confirmed_min, "answered_min": each.answered_min}
    return Line(code, measured(each), span(weeks), facts)


def _points(before: Imposed, after: Imposed) -> list[Point]:
    shares = {name: _share(each.answered_min, each.claim_min) for name, each in ((BEFORE, before), (AFTER, after))}
    said = [
        Point("answered", shares),
        Point("unregistered", {"unregistered_min": after.unregistered_min}),
        Point("not_late"),
    ]
    return [*said, Point("tariffs", {"changed_min": after.changed_min})] if after.changed_min else said


def _order_points(order: Order) -> list[Point]:
    said = [Point("frozen"), Point("elsewhere"), Point("not_late")]
    if order.is_split:
        counts = {"told": order.told, "less": order.less, "same": order.same, "more": order.more}
        said.append(Point("looked", counts))
    elif order.told >= FEW_ANSWERS:
        said.append(Point("looked_whole", {"told": order.told}))
    return said
