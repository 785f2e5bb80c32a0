"""The calendar of meetings and inspections (会议检查日程): what registered demands ask of some units in one week, and what overlaps.

Read from the targets, which are claims of issuers: they say nothing of anybody's answers, so that nothing is hidden.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Max, Min, Sum
from django.utils.translation import pgettext

from burden.accounts.actor import Actor
from burden.demands.models import Target
from burden.kit.clock import DAY, Week
from burden.standards.models import Category
from burden.units.models import Level, Unit

CATEGORIES = (Category.MEETING, Category.INSPECTION)
MIDDAY = 12 * 60
PARTS = ("morning", "afternoon", "untimed")
WORKDAYS = 5
FEW = 8  # events that are listed without being folded
# a week of a whole city or province is no day's plan of anybody: it is read county by county
DEEPEST = frozenset({Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT})


@dataclass(frozen=True)
class Event:
    """One demand on one day. Units: minutes since midnight, minutes each person, people of all receivers together."""

    demand_id: int
    target_id: int  # of one of the receivers: the only one where there is one
    title: str
    category: str
    issuer_id: int
    issuer: str
    on: dt.date
    start: int | None  # None: no time was given
    minutes: int
    people: int
    each: int  # people of the receiver that sends most
    units: frozenset[int]
    overlaps: bool = False
    issuer_code: str = ""

    @property
    def label(self) -> str:
        return str(Category(self.category).label)

    @property
    def end(self) -> int:
        return (self.start or 0) + max(self.minutes, 1)

    @property
    def part(self) -> str:
        if self.start is None:
            return "untimed"
        return "morning" if self.start < MIDDAY else "afternoon"

    @property
    def clock(self) -> str:
        return "" if self.start is None else _clock(self.start)

    @property
    def clock_end(self) -> str:
        return "" if self.start is None else _clock(self.end)

    def meets(self, other: Event) -> bool:
        """Tell whether somebody would have to be at both at once."""
        if self.start is None or other.start is None:
            return False
        return self.start < other.end and other.start < self.end and bool(self.units & other.units)


@dataclass(frozen=True)
class Overlap:
    """What falls together on one day. Units: `most` events at once at one receiver, which then needs `people`; units hit by id."""

    on: dt.date
    start: int
    end: int
    events: tuple[Event, ...]
    most: int
    people: int
    units: frozenset[int]

    @property
    def clock(self) -> str:
        return _clock(self.start) + pgettext("range", "—") + _clock(self.end)


@dataclass(frozen=True)
class Calendar:
    """A week: its events by day and part of the day, and what overlaps, most receivers first."""

    week: Week
    events: tuple[Event, ...] = field(default=())
    overlaps: tuple[Overlap, ...] = field(default=())

    @cached_property
    def days(self) -> list[dt.date]:
        """Monday to Friday, and days after them on which something is."""
        used = {event.on for event in self.events}
        days = (self.week.monday + DAY * n for n in range(7))
        return [day for n, day in enumerate(days) if n < WORKDAYS or day in used]

    @cached_property
    def rows(self) -> list[tuple[str, list[tuple[dt.date, list[Event]]]]]:
        """Events by part of the day, then by day; a part without any is left out, but for morning and afternoon."""
        found = [(part, [(day, self.at(day, part)) for day in self.days]) for part in PARTS]
        return [(part, cells) for part, cells in found if part != "untimed" or any(events for _day, events in cells)]

    @cached_property
    def listed(self) -> list[tuple[dt.date, list[Event], bool]]:
        """Events by day; all days are to be open where there are few, else the first on which something overlaps."""
        days = [(day, [event for event in self.events if event.on == day]) for day in self.days]
        days = [(day, events) for day, events in days if events]
        first = next((day for day, events in days if any(event.overlaps for event in events)), None)
        return [(day, events, len(self.events) <= FEW or day == first) for day, events in days]

    def at(self, day: dt.date, part: str) -> list[Event]:
        return [event for event in self.events if event.on == day and event.part == part]


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24}:{minutes % 60:02}"


def calendar(actor: Actor, units: Collection[int] | Unit, week: Week, category: str = "") -> Calendar:
    """Return what is asked of some units, or of a unit and all below it, in a week. One query."""
    return planned(actor, units, (week, week), category)


def planned(actor: Actor, units: Collection[int] | Unit, span: tuple[Week, Week], category: str = "") -> Calendar:
    """Return the same from one week to another, both inclusive. One query."""
    asked = Target.objects.visible_to(actor).filter(
        week__range=[week.monday for week in span], withdrawn=False, category__in=[category] if category else CATEGORIES
    )
    if isinstance(units, Unit):
        low, high = units.range
        asked = asked.filter(unit__path__gte=low, unit__path__lt=high)
    else:
        asked = asked.filter(unit_id__in=units)
    return of_events(span[0], [_event(row) for row in _grouped(asked)])


def _grouped(asked: Any) -> Any:
    return asked.values(
        "demand_id", "due_on", "category", "issuer_id", at=F("demand__at"), title=F("demand__title"), name=F("issuer__name"),
        code=F("issuer__code"),
    ).annotate(
        target=Min("pk"), longest=Max("minutes"), sum=Sum("people"), each=Max("people"), ids=ArrayAgg("unit_id")
    )  # fmt: skip


def _event(row: dict[str, Any]) -> Event:
    at = row["at"]
    return Event(
        demand_id=row["demand_id"], target_id=row["target"], title=row["title"], category=row["category"],
        issuer_id=row["issuer_id"], issuer=row["name"], on=row["due_on"], start=None if at is None else at.hour * 60 + at.minute,
        minutes=row["longest"], people=row["sum"], each=row["each"], units=frozenset(row["ids"]), issuer_code=row["code"],
    )  # fmt: skip


def of_events(week: Week, events: Iterable[Event]) -> Calendar:
    """Put events in order and mark those that overlap."""
    ordered = sorted(
        events, key=lambda each: (each.on, each.start is None, each.start or 0, each.title, each.demand_id)
    )
    groups = [
        group for day in {event.on for event in ordered} for group in _groups([e for e in ordered if e.on == day])
    ]
    found = sorted((_overlap(group) for group in groups), key=lambda each: (-len(each.units), each.on, each.start))
    marked = {(event.demand_id, event.on) for overlap in found for event in overlap.events}
    return Calendar(
        week,
        tuple(replace(each, overlaps=(each.demand_id, each.on) in marked) for each in ordered),
        tuple(found),
    )


def _groups(day: Sequence[Event]) -> list[list[Event]]:
    """Return events of a day that overlap, directly or by way of another; each group in order of time."""
    groups: list[list[Event]] = []
    for event in day:
        near = [group for group in groups if any(event.meets(other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append(sorted([*(each for group in near for each in group), event], key=lambda each: each.start or 0))
    return [group for group in groups if len(group) > 1]


def _overlap(group: Sequence[Event]) -> Overlap:
    """Say how bad it is: an overlap is worst at the start of one of its events."""
    most, people, hit = 0, 0, set[int]()
    for begun in group:
        running = [each for each in group if (each.start or 0) <= (begun.start or 0) < each.end]
        at_once = Counter(unit for each in running for unit in each.units)
        twice = {unit for unit, count in at_once.items() if count > 1}
        hit |= twice
        for unit in twice:
            most = max(most, at_once[unit])
            people = max(people, sum(each.each for each in running if unit in each.units))
    starts = sorted(each.start or 0 for each in group)
    return Overlap(group[0].on, starts[1], max(_second(group), starts[1]), tuple(group), most, people, frozenset(hit))


def _second(group: Sequence[Event]) -> int:
    """Return when but one of them are over."""
    return sorted(each.end for each in group)[-2]
