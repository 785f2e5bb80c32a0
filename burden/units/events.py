"""Units merged, split, moved, closed, renamed: events from a Monday on, told beforehand, carried out when it has come.

Facts keep their unit for ever. What counts for whom in today's tree after a merge or a split, `UnitShare` says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from burden.kit.clock import WEEK, Week, day_of
from burden.kit.errors import Conflict, Refused
from burden.ledger.services import record
from burden.units.importing import MAX_DEPTH
from burden.units.models import ALWAYS, Level, Placement, Unit, UnitEvent, UnitShare
from burden.units.services import (
    check_facts,
    check_parent,
    end_placement,
    hold_tree,
    last_placement,
    mark_since,
    people_in_post,
    recompute_paths,
    refusal,
    replace_placement,
)

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

Kind, State = UnitEvent.Kind, UnitEvent.State
WHOLE = 10_000  # shares are ten-thousandths
AHEAD = dt.timedelta(weeks=53)
REASON_LENGTH = 200


@dataclass(frozen=True)
class Change:
    """What is to become of a unit from a Monday on.

    Shape: `parent` is where it moves to; `facts` its new name, kind and headcount; `merged` who goes into it; `shares` its
    successors by unit id. Units: shares in ten-thousandths.
    """

    kind: str
    unit: Unit
    from_: dt.date
    reason: str
    parent: Unit | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    merged: tuple[Unit, ...] = ()
    shares: Mapping[int, int] = field(default_factory=dict)

    @property
    def parts(self) -> list[tuple[int, int, int]]:
        """Whose past counts for whom, and how much of it: of, to, share."""
        of_merged = [(unit.pk, self.unit.pk, WHOLE) for unit in self.merged]
        return of_merged + [(self.unit.pk, pk, share) for pk, share in self.shares.items()]


@dataclass(frozen=True)
class Effects:
    """What an event changes. Units: counts of units, people, weeks.

    `units` stand elsewhere or end, with all below them; `people` are in post there; `weeks` are summed anew in the tree of
    those weeks; `past` are the units whose earlier weeks change in today's tree, by name.
    """

    units: int
    people: int
    weeks: int
    past: tuple[str, ...]


@transaction.atomic
def register(*, by: Actor | None, change: Change, now: dt.datetime) -> UnitEvent:
    """Keep an event, and carry it out where its Monday has come.

    Refuses: event.monday, event.ahead, event.reason, and whatever the tree of that Monday does not allow: unit.closed,
    unit.earlier, unit.name, unit.kind, unit.headcount, unit.parent, unit.parent_closed, unit.parent_level, unit.circle,
    unit.depth, unit.children, unit.posts, unit.merged, unit.shares.
    """
    event = _keep(by, change, now)
    if change.from_ <= day_of(now):
        _carry_out(event, by, now)
    else:
        _rehearse(event)
        record(by=by, what="unit_event.planned", on=event, now=now, **_said(event))
    return event


@transaction.atomic
def preview(*, by: Actor | None, change: Change, now: dt.datetime) -> Effects:
    """Say what an event would change, and change nothing. Refuses: as register."""
    event = _keep(by, change, now)
    _rehearse(event)
    transaction.set_rollback(True)
    return effects_of(event=event)


@transaction.atomic
def undo(*, by: Actor | None, event: UnitEvent, now: dt.datetime) -> None:
    """Take back an event that is not in force yet. Refuses: Conflict event.state."""
    planned = UnitEvent.every.filter(pk=event.pk, state__in=[State.PLANNED, State.STOPPED])
    if not planned.update(state=State.UNDONE):
        raise Conflict("event.state", _("已经生效或取消，不能再取消；要改回去，另登记一次变动"))
    record(by=by, what="unit_event.undone", on=event, now=now, **_said(event))


def carry_out_due(*, now: dt.datetime) -> int:
    """Carry out every planned event whose Monday has come, in their order; what the tree does not allow any more is stopped.

    Shape: how many were carried out; each in a transaction of its own.
    """
    done = 0
    for event in _planned(until=day_of(now)):
        try:
            with transaction.atomic():
                held = UnitEvent.every.select_for_update().get(pk=event.pk)
                if held.state != State.PLANNED:
                    continue
                _carry_out(held, None, now)
        except Refused as refused:
            _stop(event, refused, now)
        else:
            done += 1
    return done


@transaction.atomic
def _stop(event: UnitEvent, refused: Refused, now: dt.datetime) -> None:
    planned = UnitEvent.every.filter(pk=event.pk, state=State.PLANNED)
    if planned.update(state=State.STOPPED, error=refused.detail[:300]):
        record(by=None, what="unit_event.stopped", on=event, now=now, unit_id=event.unit_id, reason=refused.code)


def effects_of(*, event: UnitEvent) -> Effects:
    """Return what a kept event was said to change."""
    return Effects(**{**event.effects, "past": tuple(event.effects["past"])})


def _keep(by: Actor | None, change: Change, now: dt.datetime) -> UnitEvent:
    """Store an event with its shares and effects. Refuses: event.monday, event.ahead, event.reason, unit.merged, unit.shares."""
    _check_words(change, now)
    _check_parts(change)
    event = UnitEvent.every.create(
        kind=change.kind, unit=change.unit, from_week=change.from_, parent=change.parent, facts=dict(change.facts),
        reason=change.reason.strip(), effects=asdict(_effects(change, now)), by_name=by.name if by else "", created_at=now,
    )  # fmt: skip
    UnitShare.objects.bulk_create(
        UnitShare(event=event, of_id=of, to_id=to, share=share) for of, to, share in change.parts
    )
    return event


def _check_words(change: Change, now: dt.datetime) -> None:
    if change.from_.isoweekday() != 1:
        sentence = _("生效日要是周一，%(day)s 不是") % {"day": change.from_}
        raise Refused("event.monday", sentence, {"from_": sentence})
    if change.from_ > day_of(now) + AHEAD:
        raise Refused("event.ahead", _("最多提前一年登记"), {"from_": _("最多提前一年登记")})
    if not change.reason.strip() or len(change.reason) > REASON_LENGTH:
        sentence = _("写明依据，比如批复文号，最多 %(most)s 个字") % {"most": REASON_LENGTH}
        raise Refused("event.reason", sentence, {"reason": sentence})


def _check_parts(change: Change) -> None:
    """Refuses: unit.merged, unit.shares."""
    if change.kind == Kind.MERGE and not change.merged:
        raise refusal(code="merged", sentence=_("选出要并进来的单位"), field="merged")
    if change.kind == Kind.SPLIT and (
        len(change.shares) < 2 or sum(change.shares.values()) != WHOLE or min(change.shares.values()) <= 0
    ):
        sentence = _("至少分给两个单位，各占的比例合起来要正好 100 %")
        raise refusal(code="shares", sentence=sentence, field="shares")
    if change.kind == Kind.MERGE and change.unit in change.merged:
        raise refusal(code="merged", sentence=_("单位不能并进自己"), field="merged")


def _effects(change: Change, now: dt.datetime) -> Effects:
    ending = {of for of, _to, _share in change.parts} or {change.unit.pk}
    units = [pk for unit in Unit.every.filter(pk__in=ending) for pk in _open_below(unit)]
    moves = change.kind in (Kind.MOVE, Kind.MERGE)
    running = Week.at(now).monday
    weeks = (running - change.from_) // WEEK + 1 if moves and change.from_ <= running else 0
    past = {pk for part in change.parts for pk in part[:2]}
    if change.kind == Kind.MOVE:
        past = {pk for pk in (change.unit.parent_id, change.parent.pk if change.parent else None) if pk}
    named = Unit.every.filter(pk__in=past).select_related("parent").order_by("path")
    people = people_in_post(units=units, from_=change.from_)
    return Effects(len(units), people, weeks, tuple(unit.place for unit in named))


def names_before(*, events: Collection[UnitEvent]) -> dict[tuple[int, int], str]:
    """Return what the units of events were called on the Sunday before each: by event and unit. Two queries.

    Shape: a village with its township of then; a unit that was none yet is absent.
    """
    shares = {event.pk: [pk for share in event.shares.all() for pk in (share.of_id, share.to_id)] for event in events}
    named = {event.pk: {event.unit_id, event.parent_id or event.unit_id, *shares[event.pk]} for event in events}
    stood = _stood({pk for units in named.values() for pk in units})
    above = _stood({each.parent_id for rows in stood.values() for each in rows if each.parent_id})
    found = {}
    for event in events:
        for pk in named[event.pk]:
            if was := _on(stood.get(pk, ()), event.from_week):
                over = _on(above.get(was.parent_id or 0, ()), event.from_week) if was.level == Level.VILLAGE else None
                found[event.pk, pk] = f"{over.name if over else ''}{was.name}"
    return found


def _stood(units: Collection[int]) -> dict[int, list[Placement]]:
    found: dict[int, list[Placement]] = {}
    for each in Placement.objects.filter(unit__in=units).order_by("unit_id", "valid"):
        found.setdefault(each.unit_id, []).append(each)
    return found


def _on(rows: Sequence[Placement], monday: dt.date) -> Placement | None:
    """Return the placement in force just before a Monday; on its own first Monday, the first."""
    return next((each for each in reversed(rows) if each.valid.lower < monday), None)


def _open_below(unit: Unit) -> Iterable[int]:
    low, high = unit.range
    return Unit.every.filter(path__gte=low, path__lt=high, closed_on=None).values_list("pk", flat=True)


def _planned(*, until: dt.date) -> list[UnitEvent]:
    planned = UnitEvent.every.filter(state=State.PLANNED, from_week__lte=until)
    return list(planned.select_related("unit", "parent").order_by("from_week", "pk"))


def _rehearse(event: UnitEvent) -> None:
    """Write the placements after those of all events planned before it, and take everything back. Refuses: as register."""
    with transaction.atomic():
        for before in _planned(until=event.from_week):
            if before.pk != event.pk:
                _try(before)
        _place(event)
        transaction.set_rollback(True)


def _try(event: UnitEvent) -> None:
    """Write an event's placements; one that cannot be carried out any more is left out, as it will be on its Monday."""
    try:
        with transaction.atomic():
            _place(event)
    except Refused:
        return


def _carry_out(event: UnitEvent, by: Actor | None, now: dt.datetime) -> None:
    changed_from = _place(event)
    recompute_paths(now=now)
    if changed_from:
        mark_since(from_=changed_from, now=now)
    event.state = State.DONE
    event.save(update_fields=["state"])
    record(by=by, what="unit_event.done", on=event, now=now, unit_id=event.unit_id, **_said(event))


def _said(event: UnitEvent) -> dict[str, Any]:
    return {"kind": event.kind, "code": event.unit.code, "from_week": str(event.from_week)}


def _place(event: UnitEvent) -> dt.date | None:
    """Write the placements of an event.

    Shape: the Monday from which units stand elsewhere; None where none does. Refuses: as register.
    """
    hold_tree()
    return {
        Kind.RENAME: _place_name,
        Kind.MOVE: _place_move,
        Kind.MERGE: _place_merge,
        Kind.SPLIT: _place_split,
        Kind.CLOSE: _place_end,
    }[Kind(event.kind)](event)


def _place_name(event: UnitEvent) -> None:
    last, facts = last_placement(unit=event.unit), event.facts
    said = {
        "name": facts["name"],
        "kind": facts.get("kind") or last.kind,
        "headcount": last.headcount if facts.get("headcount") is None else facts["headcount"],
    }
    check_facts(code=event.unit.code, level=last.level, **said)
    replace_placement(last=last, from_=event.from_week, facts=said)


def _place_move(event: UnitEvent) -> dt.date:
    last = last_placement(unit=event.unit)
    if event.parent is None or event.parent_id == last.parent_id:
        raise refusal(code="parent", sentence=_("选一个与现在不同的上级"), field="parent")
    check_parent(level=last.level, parent=event.parent)
    above = _above(event.parent_id)
    if event.unit_id in above:
        raise refusal(code="circle", sentence=_("不能划到自己或自己的下级里"), field="parent")
    if len(above) + _height(event.unit) > MAX_DEPTH:
        raise refusal(code="depth", sentence=_("上下级超过 %(most)s 层") % {"most": MAX_DEPTH}, field="parent")
    return _move(last, event.parent, event.from_week)


def _move(last: Placement, parent: Unit, from_: dt.date) -> dt.date:
    """Let a unit stand under another. Shape: from when; what corrects its first placement changes all weeks before it too."""
    is_first = not Placement.objects.filter(unit_id=last.unit_id, valid__startswith__lt=from_).exists()
    replace_placement(last=last, from_=from_, facts={"parent_id": parent.pk})
    return ALWAYS if is_first else from_


def _above(pk: int | None) -> list[int]:
    """Return a unit and those above it by the placements in force."""
    way: list[int] = []
    while pk is not None and pk not in way:
        way.append(pk)
        pk = Placement.objects.filter(unit_id=pk, valid__upper_inf=True).values_list("parent_id", flat=True).first()
    return way


def _height(unit: Unit) -> int:
    """Return how many levels of today's tree a unit takes, its own included."""
    low, high = unit.range
    deepest = Unit.every.filter(path__gte=low, path__lt=high).order_by("-depth").values_list("depth", flat=True).first()
    return 1 + (deepest or unit.depth) - unit.depth


def _children(unit: Unit) -> list[Placement]:
    return list(Placement.objects.select_for_update().filter(parent=unit, valid__upper_inf=True).order_by("unit_id"))


def _place_merge(event: UnitEvent) -> dt.date | None:
    """Close the merged units; what stands below them moves to the one they go into."""
    into = last_placement(unit=event.unit)
    changed: list[dt.date] = []
    for share in event.shares.select_related("of").order_by("pk"):
        last = last_placement(unit=share.of)
        _check_beside(into, last, "merged")
        changed += [_move(child, event.unit, event.from_week) for child in _children(share.of)]
        _check_empty(share.of, event.from_week)
        end_placement(last=last, from_=event.from_week)
    return min(changed, default=None)


def _place_split(event: UnitEvent) -> None:
    """Close the unit, unless it is one of its own successors; where its past counts, the shares say."""
    last = last_placement(unit=event.unit)
    heirs = [share.to for share in event.shares.select_related("to").order_by("pk")]
    for heir in heirs:
        _check_beside(last, last_placement(unit=heir), "shares")
    if event.unit not in heirs:
        _place_end(event)


def _check_beside(one: Placement, other: Placement, field: str) -> None:
    """Refuses: unit.merged, unit.shares (units of another level, or under another unit)."""
    if (one.parent_id, one.level) != (other.parent_id, other.level):
        sentence = _("只能在同一上级的同层级单位之间办；不在一起的，先划转")
        raise refusal(code=field, sentence=sentence, field=field)


def _place_end(event: UnitEvent) -> None:
    last = last_placement(unit=event.unit)
    _check_empty(event.unit, event.from_week)
    end_placement(last=last, from_=event.from_week)


def _check_empty(unit: Unit, from_: dt.date) -> None:
    """Refuses: unit.children (open units below it), unit.posts (posts are ended by two people, not by the way)."""
    if _children(unit):
        raise refusal(code="children", sentence=_("还有下级单位，先撤销或移走下级"), field="unit")
    if people := people_in_post(units=[unit.pk], from_=from_):
        names = {"name": unit.name, "n": people}
        sentence = _("那时%(name)s还有 %(n)d 人任职，先止任职或转走") % names
        raise refusal(code="posts", sentence=sentence, field="unit")
