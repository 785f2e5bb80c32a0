"""Burden beside capacity: the hours that are asked of a unit, beside the hours of those who work there, among units of its kind.

It says where people are to be added or work taken away; it judges nobody. Hours asked are those confirmed and those claimed
and not answered, in the weeks that are shown (law 5); hours available are people in post times working days times eight.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models import F, Manager, Q, QuerySet
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.kit.clock import DAY
from burden.resources import queries as resources
from burden.resources.models import Capacity, newest
from burden.standards.models import Category
from burden.standards.workdays import Workdays, workdays
from burden.units.models import Level, Unit
from reports import restated
from reports.models import RollupOwn, RollupSub
from reports.peers import MIN_RETURNS, Spread, alike, spread
from reports.periods import Period
from reports.queries import ALL_MINUTES, MINUTES
from reports.restated import REPORTED, RESTATED, estimated_in, hidden_in
from reports.statements import Statements

SQL = Statements()

DAY_MIN = 480  # a working day
CLAIMS = ("c_meeting", "c_document", "c_form", "c_inspection", "c_other")
LISTED = 5  # units that are named first where support is offered


class Load(NamedTuple):
    """What a unit did and was asked in some weeks. Units: person-minutes; returns a count."""

    minutes: int = 0
    claimed_min: int = 0
    after_min: int = 0
    returns: int = 0

    @property
    def needed_min(self) -> int:
        """What was confirmed, and what is claimed and nobody answered."""
        return self.minutes + self.claimed_min


@dataclass(frozen=True)
class Line:
    """One unit. Units: person-minutes, of the weeks that are told; shares of 1, None where there is nothing to tell.

    Shape: `load` is None where all its weeks are hidden, `known` where no file says who works there.
    """

    unit: Unit
    known: Capacity | None
    load: Load | None
    weeks: int  # that are told
    workdays: int  # in them
    left_out: int  # weeks that are hidden
    requests: int = 0
    is_divided: bool = False  # whether a split divided some of the load by published shares
    peers: Spread | None = None
    after_peers: Spread | None = None

    @property
    def people(self) -> dict[str, int | None]:
        """Who works there, as far as a file says."""
        return {name: getattr(self.known, name, None) for name in ("quota", "in_post", "lent")}

    @property
    def needed_min(self) -> int | None:
        return self.load.needed_min if self.load else None

    @property
    def minutes(self) -> int | None:
        return self.load.minutes if self.load else None

    @property
    def after_min(self) -> int | None:
        return self.load.after_min if self.load else None

    @property
    def available_min(self) -> int | None:
        return self.known.in_post * self.workdays * DAY_MIN if self.known and self.known.in_post is not None else None

    @property
    def share(self) -> float | None:
        return self.load.needed_min / self.available_min if self.load and self.weeks and self.available_min else None

    @property
    def why(self) -> str:
        """Say why there is no share: too few people, nothing filed or asked, nobody knows who works there, or no working day."""
        if self.load is None:
            return _("人数太少，不显示")
        if not self.weeks:
            return _("这一期没有数据")
        return _("没有工作日") if self.available_min == 0 else _("还不知道在岗人数")

    @property
    def after_share(self) -> float | None:
        return self.load.after_min / self.load.minutes if self.load and self.load.minutes else None

    @property
    def each_week_min(self) -> int | None:
        """What it is asked in a week. Units: whole person-minutes, half up."""
        return (2 * self.load.needed_min + self.weeks) // (2 * self.weeks) if self.load and self.weeks else None

    @property
    def available_each_week_min(self) -> int | None:
        found = self.available_min
        return (2 * found + self.weeks) // (2 * self.weeks) if found and self.weeks else None

    @property
    def peers_permille(self) -> dict[str, int]:
        """The middle half of its peers, as templates write shares. Units: thousandths."""
        return _permille(self.peers)

    @property
    def after_permille(self) -> dict[str, int]:
        """The middle half of what its peers do after hours. Units: thousandths."""
        return _permille(self.after_peers)

    @property
    def is_full(self) -> bool:
        """Whether it is asked more of its hours than the middle half of its peers."""
        return self.peers is not None and self.share is not None and self.share > self.peers.high

    @property
    def is_late(self) -> bool:
        """Whether more of it falls after hours than in the middle half of its peers."""
        return (
            self.after_peers is not None and self.after_share is not None and self.after_share > self.after_peers.high
        )

    @property
    def is_strained(self) -> bool:
        return self.is_full or self.is_late

    @property
    def dot(self) -> dict[str, int | None] | None:
        """The places of the dot picture, in thousandths from a tenth below the least."""
        if self.peers is None:
            return None
        least, most = self.peers.least, self.peers.most
        room = (most - least) / 10
        places = {name: round(1_000 * (getattr(self.peers, name) - least + room)) for name in ("low", "median", "high")}
        at = None if self.share is None else round(1_000 * (self.share - least + room))
        return places | {"at": at, "most": max(1, round(1_000 * (most - least + 2 * room)))}


def _permille(spread: Spread | None) -> dict[str, int]:
    return {name: round(1_000 * getattr(spread, name)) for name in ("low", "median", "high")} if spread else {}


@dataclass(frozen=True)
class Beside:
    """Units side by side, those first whose hours are asked most. Units: of the sums, those of `Line`."""

    lines: list[Line]

    @property
    def told(self) -> list[Line]:
        """Those of which both sides are known: sums hold nobody else."""
        return [line for line in self.lines if line.share is not None]

    @property
    def told_people(self) -> int:
        """Who works in those of which both sides are known. Units: people in post."""
        return sum(line.people["in_post"] or 0 for line in self.told)

    @property
    def lacks(self) -> list[tuple[int, str]]:
        """Count those of which a side is not known, with the reason."""
        why = [line.why for line in self.lines if line.share is None]
        return [(why.count(each), each) for each in dict.fromkeys(why)]

    @property
    def needed_min(self) -> int:
        return sum(line.needed_min or 0 for line in self.told)

    @property
    def available_min(self) -> int:
        return sum(line.available_min or 0 for line in self.told)

    @property
    def minutes(self) -> int:
        return sum(line.minutes or 0 for line in self.lines)

    @property
    def after_min(self) -> int:
        return sum(line.after_min or 0 for line in self.lines)

    @property
    def peers(self) -> dict[str, Spread]:
        """The groups that are compared, by kind."""
        return {alike(line.unit.kind): line.peers for line in self.lines if line.peers}

    @property
    def strained(self) -> list[Line]:
        """Those that are asked more than the middle half of their peers, some of them."""
        return self._strained[:LISTED]

    @property
    def strained_more(self) -> int:
        """How many others there are."""
        return len(self._strained[LISTED:])

    @property
    def _strained(self) -> list[Line]:
        return [line for line in self.lines if line.is_strained]

    def people(self, name: str) -> int | None:
        """Add up people of a sort over the units whose file says how many; None where none does."""
        found = [getattr(line.known, name) for line in self.lines if line.known]
        numbers = [number for number in found if number is not None]
        return sum(numbers) if numbers else None


def beside(actor: Actor, units: Sequence[Unit], period: Period, basis: str = REPORTED) -> Beside:
    """Return units of one level side by side over a period, in either tree. Six queries as reported, whatever their number.

    A township stands for those who work in it itself, as everywhere; every other unit for itself and all below it. A unit alone
    is set among those that lie beside it, for one query more: their middle half is told, and no line of theirs.
    """
    own = bool(units) and units[0].level == Level.TOWNSHIP
    others = _around(units[0]) if len(units) == 1 else []
    around = [unit.pk for unit in others]
    pks = [unit.pk for unit in units]
    seen, every = (RollupOwn.objects, RollupOwn.every) if own else (RollupSub.objects, RollupSub.every)
    facts = _Facts(_known(seen.visible_to(actor), every, around), [*pks, *around], period, basis, own)
    known = newest(_known(Capacity.objects.visible_to(actor), Capacity.every, around), [*pks, *around], period.year)
    asked = resources.open_requests(actor, pks)
    days = _days(workdays(), period)
    lines = [facts.line(unit, known.get(unit.pk), days, asked.get(unit.pk, 0)) for unit in units]
    beyond = [facts.line(unit, known.get(unit.pk), days, 0) for unit in others]
    full, late = (_spreads(lines, beyond, value) for value in (lambda line: line.share, lambda line: line.after_share))
    placed = [_among(line, full, late) for line in lines]
    placed.sort(key=lambda line: (line.share is None, -(line.share or 0), line.unit.path))
    return Beside(placed)


def _around(unit: Unit) -> list[Unit]:
    """Return the units that lie beside one, whoever may read them."""
    beside = Unit.every.filter(parent=unit.parent_id, level=unit.level, closed_on=None).exclude(pk=unit.pk)
    return list(beside) if unit.parent_id else []


def _known(seen: QuerySet[Any], every: Manager[Any], around: Collection[int]) -> QuerySet[Any]:
    """Return the rows that the actor reads, and those of the units that lie beside."""
    return seen | every.filter(unit__in=around) if around else seen


class _Facts:
    """What the sums say of some units in a period, in either tree. Two queries as reported."""

    def __init__(self, rows: QuerySet[Any], units: Collection[int], period: Period, basis: str, own: bool) -> None:
        span = period.span
        self.period = period
        self.loads = _loads(rows, units, period)
        if basis == RESTATED:
            for (unit, week), sums in (restated.own_cells if own else restated.cells)(units, span).items():
                self.loads[unit][week] = _load(dict(zip(restated.SUMS, sums, strict=True)))
        self.gone = hidden_in(basis, units, span, own=own)
        self.split = estimated_in(basis, units, span)

    def line(self, unit: Unit, known: Capacity | None, days: Mapping[dt.date, int], requests: int) -> Line:
        """Return one unit's line."""
        line = _line(unit, self.loads[unit.pk], self.gone[unit.pk], known, days, requests)
        return replace(line, is_divided=self.period.first.monday < self.split.get(unit.pk, dt.date.min))


def _loads(rows: QuerySet[Any], units: Collection[int], period: Period) -> dict[int, dict[dt.date, Load]]:
    claims = sum((F(name) for name in CLAIMS[1:]), F(CLAIMS[0]))
    found: dict[int, dict[dt.date, Load]] = defaultdict(dict)
    listed = rows.filter(unit__in=units, week__in=period.mondays).values_list(
        "unit_id", "week", ALL_MINUTES, claims, "after_hours_min", "returns"
    )
    for unit, week, *numbers in listed:
        found[unit][week] = Load(*numbers)
    return found


def _load(sums: Mapping[str, int]) -> Load:
    """Read a load from the sums of a week in today's tree."""
    minutes, claims = (sum(sums[name] for name in names) for names in (MINUTES, CLAIMS))
    return Load(minutes, claims, sums["after_hours_min"], sums["returns"])


def _days(calendar: Workdays, period: Period) -> dict[dt.date, int]:
    """Count the working days of each week."""
    return {monday: sum(calendar.is_workday(monday + DAY * step) for step in range(7)) for monday in period.mondays}


def _line(
    unit: Unit,
    loads: Mapping[dt.date, Load],
    gone: Collection[dt.date],
    known: Capacity | None,
    days: Mapping[dt.date, int],
    requests: int,
) -> Line:
    """Add up a unit's weeks that are shown; one in which nothing was filed or asked is no data."""
    filled = {week: load for week, load in loads.items() if load.returns or load.claimed_min}
    shown = {week: load for week, load in filled.items() if week not in gone}
    whole = Load(*map(sum, zip(*shown.values(), strict=True))) if shown else None if filled else Load()
    return Line(unit, known, whole, len(shown), sum(days[week] for week in shown), len(filled) - len(shown), requests)


def _spreads(
    lines: Sequence[Line], others: Sequence[Line], value: Callable[[Line], float | None]
) -> dict[str, Spread]:  # fmt: skip
    """Return the peer groups of lines. Shape: where others are counted in, least and most are those of the middle half and the lines."""
    values: dict[str, list[float]] = defaultdict(list)
    for line in (*lines, *others):
        if (number := value(line)) is not None:
            values[alike(line.unit.kind)].append(number)
    spreads = {kind: peers for kind, of in values.items() if (peers := spread(of))}
    if not others:
        return spreads
    own = [number for line in lines if (number := value(line)) is not None]
    return {
        kind: replace(of, least=min((of.low, *own)), most=max((of.high, *own))) for kind, of in spreads.items()
    }  # fmt: skip


def _among(line: Line, full: Mapping[str, Spread], late: Mapping[str, Spread]) -> Line:
    kind = alike(line.unit.kind)
    return replace(line, peers=full.get(kind), after_peers=late.get(kind))


# --- what it is that is done after hours ---


def after_hours(actor: Actor, unit: Unit, level: str, period: Period) -> dict[str, int]:
    """Return by category what units of a level did after hours of what was registered at a unit and right below it.

    Sums of what issuers' own pages show, hidden alike; what was never registered, or asked from further away, is in none.
    Two queries. Units: person-minutes; Shape: in the order of the categories, none of nothing.
    """
    issuers = Unit.objects.visible_to(actor).filter(Q(pk=unit.pk) | Q(parent=unit)).exclude(level=Level.VILLAGE)
    said = {"issuers": list(issuers.values_list("pk", flat=True)), "weeks": [*period.mondays], "level": level}
    found = dict(SQL.fetch("after_hours", **said, min_returns=MIN_RETURNS))
    return {category: found[category] for category in Category.values if category in found}
