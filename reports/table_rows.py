"""Tables that a statement alone does not say: the functions of the pages, row by row.

Each takes the actor first and returns rows in the order of its table's columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.kit import clock
from burden.kit.templatetags.show import cited
from burden.oversight.clocks import Clock, edges
from burden.oversight.models import Order
from burden.oversight.queries import opened_orders
from reports import league
from reports.calendar import Event, planned
from reports.capacity import Line as CapacityLine
from reports.capacity import beside
from reports.extents import Extent
from reports.indicators import Load, whole
from reports.panels.comparison import Line, Then, table
from reports.panels.measures import remark as in_remark
from reports.panels.measures import written
from reports.panels.signals import line as in_words
from reports.periods import Period
from reports.queries import Row, compared, left_out
from reports.queries import beside as beside_each
from reports.relief import Ask, relief, year_of
from reports.replies import Line as Responder
from reports.replies import responders
from reports.signals import read
from reports.values import indicator_values


def comparison(actor: Actor, extent: Extent) -> list[tuple[Any, ...]]:
    """Return the units of a level side by side as the page does: the heaviest first, then those not shown."""
    units = list(extent.units(actor).select_related("parent").order_by("path"))
    rows = {row.unit.pk: row for row in compared(actor, units, extent.span, extent.basis)}
    period = Period.over(extent.period.weeks)
    then = Then(*(_loads(actor, rows, period, each, extent.basis) for each in (period.previous, period.last_year)))
    lines = table(list(rows.values()), extent.period, then).lines
    return [_compared(line, rows[line.unit.pk], extent) for line in lines]


def _loads(actor: Actor, rows: Mapping[int, Row], period: Period, other: Period, basis: str) -> dict[int, Load | None]:
    """Return the loads of units in another period, beside a period's; its weeks are let go of before the next are read."""
    units = [row.unit for row in rows.values()]
    found = compared(actor, units, (other.first.monday, other.last.monday), basis)
    return beside_each([*rows.values()], found, period, other)


def _compared(line: Line, row: Row, extent: Extent) -> tuple[Any, ...]:
    unit, load, spread = line.unit, line.load, line.spread
    is_empty = load is not None and not load.returns
    remark = (
        _("人数太少，不显示")
        if line.is_hidden
        else _("没有数据")
        if is_empty
        else _("含估算")
        if line.is_divided
        else ""
    )
    known = load if load and load.returns else None
    quarters = (spread.low, spread.median, spread.high, spread.p90) if spread else (None,) * 4
    peers = spread.count if spread else None, *(None if each is None else round(each) for each in quarters)
    return (
        unit.code, unit.name, str(unit.get_kind_display()), unit.parent.name if unit.parent else "",
        line.active, load.returns if load else None,
        known.minutes if known else None, known.self_min if known else None, whole(line.per_head), whole(line.imposed),
        *peers, whole(line.gap), whole(line.than_previous), whole(line.than_last_year), left_out(row.loads, row.gone, extent.period), remark,
    )  # fmt: skip


def capacity(actor: Actor, extent: Extent) -> list[tuple[Any, ...]]:
    """Return burden beside capacity of the units of a level as the page does: those first whose hours are asked most."""
    units = list(extent.units(actor).filter(closed_on=None).select_related("parent").order_by("path"))
    return [_capacity(line) for line in beside(actor, units, Period.over(extent.period.weeks), extent.basis).lines]


def _capacity(line: CapacityLine) -> tuple[Any, ...]:
    unit, known, load, peers = line.unit, line.known, line.load, line.peers
    people = (getattr(known, name, None) for name in ("year", "quota", "in_post", "lent", "borrowed", "hired"))
    quarters = (peers.count, peers.low, peers.median, peers.high) if peers else (None,) * 4
    remark = (
        _("人数太少，不显示")
        if load is None
        else _("没有数据")
        if not line.weeks
        else _("含估算")
        if line.is_divided
        else ""
    )
    told = load if load and line.weeks else None
    return (
        unit.code, unit.name, str(unit.get_kind_display()), unit.parent.name if unit.parent else "", *people, line.weeks,
        told.needed_min if told else None, line.available_min if told else None, line.share, *quarters,
        told.minutes if told else None, told.after_min if told else None, line.after_share, line.requests, line.left_out, remark,
    )  # fmt: skip


def indicators(actor: Actor, extent: Extent) -> list[tuple[Any, ...]]:
    """Return every indicator of the unit over the weeks, as the page of all indicators says it."""
    unit = extent.unit
    found = indicator_values(actor, unit, extent.period, extent.basis)
    return [
        (
            unit.code, unit.name, each.code, str(each.name), written(each.kind, value), str(each.unit), value.number, value.of,
            value.low, value.high, str(each.side), in_remark(value),
        )
        for each, value in found
    ]  # fmt: skip


def signals(actor: Actor, extent: Extent) -> list[tuple[Any, ...]]:
    """Return the signals of some weeks as the page tells them, the heaviest first."""
    found = read.signals(actor, extent.unit, extent.since).filter(first_week__lte=extent.until.monday)
    return [_pointed_out(each) for each in read.told(found)]


def _pointed_out(told: read.Told) -> tuple[Any, ...]:
    one = told.signal
    remark = _("人数太少，不显示") if told.person_min is None else ""
    return (
        str(one.get_kind_display()), one.unit.code, one.unit.name, str(one.get_category_display()), in_words(told).words.title,
        one.first_week, one.last_week, one.first_seen, told.person_min, told.strength, remark,
    )  # fmt: skip


def issuers_beside(actor: Actor, extent: Extent) -> list[tuple[Any, ...]]:
    """Return issuers side by side as the page does: those first that decided most themselves."""
    return [
        (
            issuer.code, issuer.name, slot.total_min, slot.own.sums.total_min, slot.passed.sums.total_min, slot.unregistered_min,
            slot.demands, slot.times, slot.each_min, slot.claim_min, slot.confirmed_min,
        )
        for issuer, slot in league.asked_in(actor, extent.unit, Period.over(extent.period.weeks))
    ]  # fmt: skip


def meetings(actor: Actor, extent: Extent) -> list[tuple[Any, ...]]:
    """Return the meetings and inspections of some weeks in the order of the calendar."""
    return [met(event) for event in planned(actor, extent.unit, (extent.since, extent.until)).events]


def met(event: Event) -> tuple[Any, ...]:
    """Return one of them as a row."""
    return (
        event.on, event.clock, event.clock_end, event.label, event.title, event.issuer_code, event.issuer, event.minutes,
        len(event.units), event.people, _("重叠") if event.overlaps else "",
    )  # fmt: skip


def replied(actor: Actor, extent: Extent) -> list[tuple[Any, ...]]:
    """Return who answers reports in a place and how soon, of the last week's year so far, as the page does."""
    return [_replied(line) for line in responders(actor, extent.unit, extent.until)]


def _replied(line: Responder) -> tuple[Any, ...]:
    remark = _("不足 5 条，不显示") if line.replies is None or line.judged is None else ""
    return (
        line.unit.code, line.unit.name, line.count.monday, line.replies, line.median_days, line.judged, line.solved, line.satisfied, remark,
    )  # fmt: skip


def ordered(actor: Actor, extent: Extent) -> list[tuple[Any, ...]]:
    """Return the supervision orders of the actor's ledger that were opened in some weeks, to the unit or one below it."""
    at = edges(clock.day_of(clock.now()))
    found = opened_orders(actor, extent.unit, (extent.since.monday, extent.until.sunday))
    return [_ordered(each, at.clock(each)) for each in found]


def _ordered(each: Order, shown: Clock | None) -> tuple[Any, ...]:
    opened, sent, finished = (
        None if at is None else clock.day_of(at) for at in (each.opened_at, each.sent_at, each.finished_at)
    )
    return (
        each.name, each.title, each.get_category_display(), each.issuer.code, each.issuer.name, each.unit.name, each.standing,
        cited(each.citation), each.person_min, opened, sent, each.deadline_on, each.due_on, shown.words if shown else "", finished,
        each.took_days, each.lasting_min,
    )  # fmt: skip


def to_relieve(actor: Actor, extent: Extent) -> list[tuple[Any, ...]]:
    """Return what could be asked less and what to raise with those above, of the year until the last week, as the page does."""
    issuers = league.issuers_at(actor, extent.unit, year_of(extent.until))
    found = relief(actor, extent.unit, issuers, extent.until, clock.day_of(clock.now()))
    return [
        *(_asked(_("能少要的"), ask, ask.spared_min) for ask in found.cut),
        *(_asked(_("可以向上反映"), ask, None) for ask in found.upward),
    ]


def _asked(which: str, ask: Ask, spared_min: int | None) -> tuple[Any, ...]:
    assert ask.demand
    return (
        which, ask.demand.issuer.code, ask.demand.issuer.name, ask.demand_id, ask.demand.title, ask.category_label,
        ask.origin_label, ask.weeks, ask.times, ask.total_min, spared_min,
        "；".join(reason.text for reason in ask.reasons),
    )  # fmt: skip
