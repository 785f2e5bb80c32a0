"""Issuers beside each other (谁在下达负担): decided at a place or below it, passed on from above, never registered; and who asks for less.

Issuers may be compared by what they impose: it is their decision. Every figure is that of the issuer's own page
(reports.issued) for the same period: few answers are hidden, claims never are.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import F, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from burden.accounts.actor import Actor
from burden.demands.models import Reestimate
from burden.units.models import Level, Unit
from reports import source_periods
from reports.issued import Issued, decided_at, known_of
from reports.models import RollupDemand, RollupSource
from reports.peers import hidden
from reports.periods import Period
from reports.queries import MINUTES
from reports.statements import Statements

SQL = Statements()
NOW, PREVIOUS, LAST_YEAR = "now", "previous", "last_year"
NOTHING = Issued()
OWN: dict[str, str | Promise] = {  # how people of a place call what is decided there
    Level.COUNTY: _("本县自定"),
    Level.CITY: _("本市自定"),
    Level.PROVINCE: _("本省自定"),
}
LISTED = 200  # issuers that stand deeper: a province has thousands
RECEIVERS = (Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT)


@dataclass(frozen=True)
class Asked:
    """Demands of one kind of origin over a period. Units: demands and times (receivers x weeks) are counts."""

    sums: Issued = NOTHING
    demands: int = 0
    times: int = 0


@dataclass(frozen=True)
class Slot:
    """What an issuer asked in one period. Units: person-minutes; unregistered is None where the filter does not tell it."""

    own: Asked = Asked()
    passed: Asked = Asked()
    unregistered_min: int | None = 0

    @property
    def registered_min(self) -> int:
        return self.own.sums.total_min + self.passed.sums.total_min

    @property
    def total_min(self) -> int:
        return self.registered_min + (self.unregistered_min or 0)

    @property
    def decided_min(self) -> int:
        """What nobody above decided: demands of the place's own, and what was never registered."""
        return self.own.sums.total_min + (self.unregistered_min or 0)

    @property
    def demands(self) -> int:
        return self.own.demands + self.passed.demands

    @property
    def times(self) -> int:
        return self.own.times + self.passed.times

    @property
    def claim_min(self) -> int:
        """What it registered."""
        return self.own.sums.claim_min + self.passed.sums.claim_min

    @property
    def confirmed_min(self) -> int:
        """What was confirmed of it, where enough answered."""
        return self.own.sums.confirmed_min + self.passed.sums.confirmed_min

    @property
    def each_min(self) -> int | None:
        """What one receiver spends each time it is asked. Units: whole person-minutes, half away from zero."""
        return (2 * self.registered_min + self.times) // (2 * self.times) if self.times else None


@dataclass(frozen=True)
class Entrant:
    """One issuer: the period, the one before, the same of last year. Units: person-minutes.

    `is_comparable` tells whether where it asks there is data of last year, all its weeks; `is_registered` whether it registered
    anything in the period, of whatever kind: where not, nobody knows who decided it.

    `reestimated_min` is what a change of the tariffs alone added to what was decided here: no more work, no less.
    """

    unit: Unit
    now: Slot
    previous: Slot
    last_year: Slot
    reestimated_min: int = 0
    is_comparable: bool = True
    is_registered: bool = True

    @property
    def more_min(self) -> int:
        """How much more than last year it asks that nobody above decided, as if the tariffs had not changed."""
        return self.now.decided_min - self.reestimated_min - self.last_year.decided_min

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to say of it."""
        return not (self.now.total_min or self.last_year.total_min or self.now.demands)


@dataclass(frozen=True)
class Above:
    """An issuer above: what it asks directly of those below here. Units: person-minutes of the weeks that are shown."""

    unit: Unit
    confirmed_min: int
    claimed_min: int  # nobody answered yet


SORTS: Mapping[str, Callable[[Entrant], int]] = {  # what the list may be in order of, the most first
    "own": lambda row: row.now.own.sums.total_min,
    "total": lambda row: row.now.total_min,
    "passed": lambda row: row.now.passed.sums.total_min,
    "unregistered": lambda row: row.now.unregistered_min or 0,
    "each": lambda row: row.now.each_min or 0,
    "demands": lambda row: row.now.demands,
    "less": lambda row: -row.more_min,
    "more": lambda row: row.more_min,
}


CHANGES = ("less", "more")


@dataclass(frozen=True)
class Choice:
    """Which demands count: of one category, asked of receivers of one level; empty for all."""

    category: str = ""
    level: str = ""

    @property
    def is_all(self) -> bool:
        return not (self.category or self.level)


ALL = Choice()


@dataclass(frozen=True)
class League:
    """Issuers of a unit and below it, in the order asked for, and the sum of them all; those above apart."""

    rows: list[Entrant]
    above: list[Above] = field(default_factory=list)
    is_whole: bool = True  # whether nobody who asks for little is left out
    left_out: int = 0  # weeks of the period in which too few people stand behind the figures here

    @property
    def is_comparable(self) -> bool:
        """Whether all are compared with last year."""
        return all(row.is_comparable for row in self.rows)

    @property
    def whole(self) -> Slot:
        return added(row.now for row in self.rows)

    @cached_property
    def most(self) -> int:
        """The most that one of them asks: each row of the page is drawn beside it."""
        return max((row.now.total_min for row in self.rows), default=0)


def league(actor: Actor, unit: Unit, period: Period, choice: Choice = ALL, sort: str = "own") -> League:
    """Return the issuers whose demands reach those below a unit. Eleven queries, whatever their number."""
    slots = weeks_of(period)
    weeks = _compared(slots)
    gone = hidden([unit.pk], (min(weeks), max(weeks)))[unit.pk]
    issuers, is_whole = _issuers(actor, unit, weeks, gone)
    asked = slots_of(unit, issuers, slots, choice)
    alone = unregistered(issuers, slots) if choice.is_all else None
    changed = _reestimated(actor, unit, issuers, slots[NOW], choice)
    known = known_of(issuers.values(), slots[LAST_YEAR])
    registered = {pk for pk, name in asked if name == NOW} if choice.is_all else _registered(actor, issuers, slots[NOW])
    rows = []
    for pk, each in issuers.items():
        now, previous, last_year = (_slot(asked, alone, pk, name) for name in (NOW, PREVIOUS, LAST_YEAR))
        told = pk in known, pk in registered
        rows.append(Entrant(each, now, previous, last_year, changed.get(pk, 0), *told))
    kept = sorted((row for row in rows if not row.is_silent), key=lambda row: _place(row, sort))
    above = _above(actor, unit, slots[NOW], gone) if choice.is_all else []
    return League(kept, above, is_whole, sum(week in gone for week in slots[NOW]))


def _place(row: Entrant, sort: str) -> tuple[bool, int, str]:
    """Return where an issuer stands in an order: last, and in that of the sums, where its change is not known."""
    is_last = sort in CHANGES and not row.is_comparable
    return is_last, -SORTS["own" if is_last else sort](row), row.unit.path


def _compared(slots: Mapping[str, Sequence[dt.date]]) -> list[dt.date]:
    """Return the weeks that say who is listed: who asks nothing any more is told too, for it asks for less."""
    return [*slots[NOW], *slots[LAST_YEAR]]


def _registered(actor: Actor, issuers: Collection[int], weeks: Sequence[dt.date]) -> set[int]:
    """Return the issuers that registered anything in some weeks."""
    found = RollupDemand.objects.visible_to(actor).filter(demand__issuer_id__in=issuers, week__in=weeks)
    return set(found.values_list("demand__issuer_id", flat=True).distinct())


def asked_in(actor: Actor, unit: Unit, period: Period) -> list[tuple[Unit, Slot]]:
    """Return what the same issuers asked in a period, those first that decided most themselves: for files and the API."""
    spans = weeks_of(period)
    issuers, slots = issuers_at(actor, unit, _compared(spans)), {NOW: spans[NOW]}
    asked, alone = slots_of(unit, issuers, slots), unregistered(issuers, slots)
    found = [(each, _slot(asked, alone, pk, NOW)) for pk, each in issuers.items()]
    told = [(each, slot) for each, slot in found if slot.total_min or slot.demands]
    return sorted(told, key=lambda pair: (-pair[1].own.sums.total_min, pair[0].path))


def weeks_of(period: Period) -> dict[str, list[dt.date]]:
    """Return the Mondays of a period, of the one before and of the same last year."""
    spans = ((NOW, period), (PREVIOUS, period.previous), (LAST_YEAR, period.last_year))
    return {name: [*each.mondays] for name, each in spans}


def issuers_at(actor: Actor, unit: Unit, weeks: Sequence[dt.date]) -> dict[int, Unit]:
    """Return who asked something of those below a unit by its own decision: the unit, what stands right below it, and deeper.

    Of those deeper, whoever asked for most in some weeks. Closed units too: they may have asked something. Three queries.
    """
    return _issuers(actor, unit, weeks, hidden([unit.pk], (min(weeks), max(weeks)))[unit.pk])[0]


def _issuers(
    actor: Actor, unit: Unit, weeks: Sequence[dt.date], gone: Collection[dt.date]
) -> tuple[dict[int, Unit], bool]:
    """Return issuers, and whether these are all; by hidden weeks nobody is told to ask for most."""
    shown = [week for week in weeks if week not in gone]
    asking, is_whole = source_periods.deeper(unit, (weeks, shown), LISTED)
    here = Q(pk=unit.pk) | Q(parent=unit) | Q(pk__in=asking)
    found = Unit.objects.visible_to(actor).filter(here).exclude(level=Level.VILLAGE)
    named = found.select_related("parent").only("code", "name", "level", "path", "parent__level").order_by("path")
    return {each.pk: each for each in named}, is_whole


def slots_of(
    unit: Unit, issuers: Collection[int], slots: Mapping[str, Sequence[dt.date]], choice: Choice = ALL
) -> dict[tuple[int, str], dict[bool, Asked]]:  # fmt: skip
    """Return what issuers asked, by issuer and slot; True for what was decided at a unit or below it. One query."""
    same = _same(slots)
    said: dict[str, Any] = _pairs(slots, same) | {
        "issuers": list(issuers),
        "here": decided_at(unit.level),
        "category": choice.category,
        "level": choice.level,
    }
    found: dict[tuple[int, str], dict[bool, Asked]] = defaultdict(dict)
    for issuer, slot, is_own, demands, times, *sums in SQL.fetch("league", **said):
        for name in same[slot]:
            found[issuer, name][is_own] = Asked(Issued(*sums), demands, times)
    return found


def _same(slots: Mapping[str, Sequence[dt.date]]) -> dict[str, list[str]]:
    """Return the names of slots beside all that have the same weeks: the year before is that of the year before, and read once."""
    named: dict[tuple[dt.date, ...], list[str]] = defaultdict(list)
    for name, weeks in slots.items():
        named[tuple(weeks)].append(name)
    return {names[0]: names for names in named.values()}


def _pairs(slots: Mapping[str, Sequence[dt.date]], names: Iterable[str]) -> dict[str, list[Any]]:
    """Return slots beside their weeks, as the statements take them."""
    pairs = [(name, week) for name in names for week in slots[name]]
    return {"slots": [name for name, _week in pairs], "weeks": [week for _name, week in pairs]}


def _slot(
    asked: Mapping[tuple[int, str], Mapping[bool, Asked]],
    alone: Mapping[tuple[int, str], int] | None,
    issuer: int,
    name: str,
) -> Slot:
    of = asked.get((issuer, name), {})
    return Slot(of.get(True, Asked()), of.get(False, Asked()), None if alone is None else alone.get((issuer, name), 0))


def unregistered(issuers: Mapping[int, Unit], slots: Mapping[str, Sequence[dt.date]]) -> dict[tuple[int, str], int]:
    """Return what others did for issuers that never registered it, as each one's page has it: see issued.unregistered."""
    weeks = {week for those in slots.values() for week in those}
    above = {pk: each.parent for pk, each in issuers.items() if each.parent}
    gone = hidden({place.pk for place in above.values()}, (min(weeks), max(weeks))) if above else {}
    same = _same(slots)
    found = source_periods.unregistered(above, [slots[name] for name in same], gone)
    names = [*same]
    return {(issuer, name): minutes for (slot, issuer), minutes in found.items() for name in same[names[slot]]}


def _reestimated(
    actor: Actor, unit: Unit, issuers: Collection[int], weeks: Sequence[dt.date], choice: Choice
) -> dict[int, int]:
    """Return by issuer what a change of the tariffs alone added to what was decided here; not told of receivers of one level."""
    if choice.level:
        return {}
    found = Reestimate.objects.visible_to(actor).filter(
        demand__issuer__in=issuers, demand__origin__in=decided_at(unit.level), week__in=weeks
    )
    if choice.category:
        found = found.filter(demand__category=choice.category)
    changed = found.values_list("demand__issuer_id").annotate(sum=Sum(F("after_min") - F("before_min")))
    return dict(changed)


def _above(actor: Actor, unit: Unit, weeks: Sequence[dt.date], gone: Collection[dt.date]) -> list[Above]:
    """Return what issuers above ask directly of those below a unit, the most first; weeks that are not shown left out."""
    steps = [int(step) for step in unit.path.rstrip(".").split(".")[:-1]]
    outer = {
        each.pk: each
        for each in Unit.every.filter(Q(pk__in=steps) | Q(parent__in=steps, level=Level.DEPARTMENT)).only(
            "code", "name", "path"
        )
    }
    done = {f"sum_{name}": Sum(name, filter=~Q(week__in=gone), default=0) for name in MINUTES}
    rows = (
        RollupSource.objects.visible_to(actor)
        .filter(unit=unit, issuer_id__in=outer, week__in=weeks)
        .values_list("issuer_id")
        .annotate(**done, claimed=Sum("c_min"))
    )
    found = [Above(outer[pk], sum(minutes), claimed) for pk, *minutes, claimed in rows]
    return sorted(found, key=lambda each: (-each.confirmed_min - each.claimed_min, each.unit.path))


def added(slots: Iterable[Slot]) -> Slot:
    """Add up what several issuers asked in one period."""
    every = list(slots)
    own, passed = _added(slot.own for slot in every), _added(slot.passed for slot in every)
    is_told = all(slot.unregistered_min is not None for slot in every)
    return Slot(own, passed, sum(slot.unregistered_min or 0 for slot in every) if is_told else None)


def _added(asked: Iterable[Asked]) -> Asked:
    every = list(asked)
    sums = sum((each.sums for each in every), NOTHING)
    return Asked(sums, sum(each.demands for each in every), sum(each.times for each in every))


def decided(
    actor: Actor, unit: Unit, issuers: Sequence[tuple[Unit, int]], weeks: Sequence[dt.date], shown: Sequence[dt.date]
) -> dict[int, tuple[int | None, int]]:
    """Return what was done for issuers below a unit in the weeks that are shown, decided there and passed on from above. Two queries.

    Who registered nothing is not told: nobody knows who decided that. Of an issuer that also asks others, and so decides above, all that it registered is passed on. Shape: issuers beside what was
    done of what each registered. Units: person-minutes confirmed, by id; what too few answered is in neither.
    """
    registered = _registered(actor, [issuer.pk for issuer, _minutes in issuers], weeks)
    known = [(issuer, minutes) for issuer, minutes in issuers if minutes > 0 or issuer.pk in registered]
    here = [issuer.pk for issuer, _minutes in known if decided_in(unit, issuer)]
    asked = slots_of(unit, here, {NOW: shown}) if here and shown else {}
    found: dict[int, tuple[int | None, int]] = {issuer.pk: (None, minutes) for issuer, minutes in known}
    for pk in here:
        of = asked.get((pk, NOW), {})
        found[pk] = (of.get(True, Asked()).sums.confirmed_min, of.get(False, Asked()).sums.confirmed_min)
    return found


def decided_in(unit: Unit, issuer: Unit) -> bool:
    """Whether all that an issuer may ask stays below a unit: only then its demands' sums are the unit's."""
    steps = issuer.path.rstrip(".").split(".")
    remit = ".".join(steps[:-1] if issuer.level == Level.DEPARTMENT else steps) + "."
    low, high = unit.range
    return low <= remit < high
