"""Small made-up trees that file a few weeks: every unit's own minutes of a week are one bit, so that any sum names its parts.

Of the newest week what a unit asked of itself is a bit of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from burden.kit.clock import Week
from burden.units import events
from burden.units.models import Level, Placement, Unit, UnitPath
from burden.units.services import recompute_paths
from reports.indicators import CATEGORIES
from reports.models import RollupOwn, RollupOwnSource, RollupSource, RollupSub
from reports.peers import MIN_ACTIVE, MIN_RETURNS
from reports.source_periods import SELF
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_unit
from tests.reports.sums import NUMBERS

WEEKS = (LAST_WEEK.plus(-3), LAST_WEEK.plus(-1), LAST_WEEK)  # of October, and two of November
RETURNS = (0, 2, 3, 4, 4, 5, 6, 9)
Cell = tuple[int, dt.date]  # unit id, Monday
Choose = Callable[[Sequence[Any]], Any]


@dataclass
class World:
    """Units, and what each filed by itself. Units: people are returns and cadres, counts."""

    units: list[Unit] = field(default_factory=list)
    people: dict[Cell, tuple[int, int]] = field(default_factory=dict)
    bits: dict[Cell, int] = field(default_factory=dict)
    made: dict[Cell, int] = field(default_factory=dict)  # bits of what units asked of themselves
    above: dict[Cell, list[int]] = field(default_factory=dict)
    heirs: dict[int, int] = field(default_factory=dict)  # who merged into whom

    def of(self, level: str) -> list[Unit]:
        return [unit for unit in self.units if unit.level == level]

    def unit(self, pk: int) -> Unit:
        return next(unit for unit in self.units if unit.pk == pk)

    def own(self, unit: int, week: dt.date) -> int:
        return self.bits[unit, week] + self.self_made(unit, week) if self.people[unit, week][0] else 0

    def self_made(self, unit: int, week: dt.date) -> int:
        return self.made.get((unit, week), 0) if self.people[unit, week][0] else 0

    def whole(self, unit: int, week: dt.date) -> int:
        """The minutes of a unit and all below it in the tree of that week."""
        return sum(self.own(*cell) for cell in self._under(unit, week))

    def restated(self, unit: Unit, week: dt.date) -> int:
        """The minutes of all units that stand below a unit today, and its own; of who merged, where the successor stands."""
        paths = {each.pk: each.path for each in self.units}
        return sum(self.own(each, week) for each in paths if paths[self.heirs.get(each, each)].startswith(unit.path))

    def own_today(self, unit: int, week: dt.date) -> int:
        """The minutes of a unit's own people, and of those that merged into it."""
        return sum(self.own(each.pk, week) for each in self.units if self.heirs.get(each.pk, each.pk) == unit)

    def returns(self, unit: int, week: dt.date) -> int:
        """The returns of a unit and all below it in the tree of that week."""
        return sum(self.people[cell][0] for cell in self._under(unit, week))

    def _under(self, unit: int, week: dt.date) -> list[Cell]:
        return [cell for cell, above in self.above.items() if unit in above and cell[1] == week]

    def told(self, published: Iterable[int]) -> list[set[Cell]]:
        """Return what too few people stand behind and can still be worked out.

        Cells that every published sum has together or not at all cannot be told apart, and whoever adds and subtracts
        sums gets multiples of such groups: no group may be too few people.
        """
        sums = sorted(set(published))
        groups: dict[tuple[int, ...], set[Cell]] = {}
        for cell, bit in (*self.bits.items(), *self.made.items()):
            held = tuple(i for i, known in enumerate(sums) if known & bit)
            if held:
                groups.setdefault(held, set()).add(cell)
        return [group for group in groups.values() if not self._is_enough(group)]

    def _is_enough(self, cells: Collection[Cell]) -> bool:
        returns, active = (sum(self.people[cell][i] for cell in cells) for i in (0, 1))
        return returns >= MIN_RETURNS and active >= MIN_ACTIVE


def grow(choose: Choose, moves: int = 1) -> World:
    """Make a city with counties, townships, departments and villages; some may move between the weeks, and one merge after them."""
    world = World([make_unit(level="city")])
    for level, above, most in (
        (Level.COUNTY, Level.CITY, 2),
        (Level.TOWNSHIP, Level.COUNTY, 3),
        (Level.DEPARTMENT, Level.COUNTY, 2),
        (Level.VILLAGE, Level.TOWNSHIP, 5),
    ):
        for _ in range(choose(range(1, most + 1))):
            world.units.append(make_unit(choose(world.of(above)), level))
    for _ in range(moves):
        mover = choose([None, *world.units[2:]])
        if mover and mover.level != Level.COUNTY:
            move(mover, choose(world.of(mover.parent.level)), choose(WEEKS[1:]))
    _file(world, choose)
    _merge(world, choose)
    return world


def _merge(world: World, choose: Choose) -> None:
    """Let a unit merge into one beside it after the weeks."""
    gone = choose([None, *world.units[1:]])
    beside = [
        unit for unit in world.units if gone and unit != gone and (unit.parent, unit.level) == (gone.parent, gone.level)
    ]
    if not gone or not beside:
        return
    into = choose(beside)
    change = events.Change("merge", into, THIS_WEEK.monday, "批复", merged=(gone,))
    events.register(by=None, change=change, now=NOW)
    world.heirs[gone.pk] = into.pk
    world.units = list(Unit.every.filter(pk__in=[unit.pk for unit in world.units]).order_by("pk"))


def move(unit: Unit, parent: Unit, week: Week) -> None:
    """Let a unit stand under another from a Monday on."""
    last = Placement.objects.filter(unit=unit).latest("valid")
    if last.valid.lower >= week.monday:
        return
    facts = {"name": last.name, "level": last.level, "kind": last.kind, "headcount": last.headcount}
    last.valid = DateRange(last.valid.lower, week.monday)
    last.save()
    Placement.objects.create(unit=unit, parent=parent, valid=DateRange(week.monday, None), **facts)
    recompute_paths(now=NOW)


def _file(world: World, choose: Choose) -> None:
    """Fill the tables of sums as a recount would."""
    paths = sorted(UnitPath.objects.values_list("from_week", "unit_id", "ancestors"))
    for week in (week.monday for week in WEEKS):
        stood = {unit: ancestors for since, unit, ancestors in paths if since <= week}
        for unit in world.units:
            cell, returns = (unit.pk, week), choose(RETURNS)
            world.people[cell] = (returns, returns + choose((0, 1)))
            world.bits[cell] = 1 << len(world.bits)
            world.above[cell] = stood[unit.pk]
    for unit in world.units:
        world.made[unit.pk, WEEKS[-1].monday] = 1 << len(world.bits) + len(world.made)
    world.units = list(Unit.every.filter(pk__in=[unit.pk for unit in world.units]).order_by("pk"))
    own = {
        cell: {"returns": returns, "active": active, "m_form": world.own(*cell), "self_min": world.self_made(*cell)}
        for cell, (returns, active) in world.people.items()
    }
    sums: dict[Cell, dict[str, int]] = {}
    for (unit, week), facts in own.items():
        for above in world.above[unit, week]:
            so_far = sums.get((above, week), {})
            sums[above, week] = {name: so_far.get(name, 0) + value for name, value in facts.items()}
    villages = {unit.pk for unit in world.of(Level.VILLAGE)}
    _store(RollupOwn, own, dict.fromkeys(NUMBERS, 0))
    _store(RollupSub, sums, dict.fromkeys(NUMBERS, 0))
    _store(
        RollupOwnSource,
        {cell: {"sources": _sources(cell[0], of["m_form"], of["self_min"])} for cell, of in own.items()},
        {},
    )
    rest = {"n": 1, "c_min": 0} | dict.fromkeys((f"m_{name}" for name in CATEGORIES), 0)
    kept = {cell: of for cell, of in sums.items() if cell[0] not in villages}
    asked = {cell: {"m_form": of["m_form"] - of["self_min"]} for cell, of in kept.items()}
    themselves = {cell: {"m_form": of["self_min"]} for cell, of in kept.items() if of["self_min"]}
    _store(RollupSource, asked, rest | {"issuer_id": 0})
    _store(RollupSource, themselves, rest | {"issuer_id": SELF})


def _sources(unit: int, minutes: int, self_min: int) -> list[list[int]]:
    """Name issuers as beside a unit's own sums, where its own work is under the unit itself."""
    by_issuer = ((0, minutes - self_min), (unit, self_min))
    return [[issuer, 1, 0, 0, form, 0, 0, 0, 0, 0] for issuer, form in by_issuer if form or not issuer]


def _store(model: Any, cells: Mapping[Cell, Mapping[str, Any]], rest: dict[str, int]) -> None:
    rows = [model(unit_id=unit, week=week, **rest | facts) for (unit, week), facts in cells.items()]
    model.every.bulk_create(rows)
