"""Law 5 of demands from outside: their sums and the rows of their issuer, added and subtracted, single out no hidden answers.

Everything published of one week is a row of numbers over what each unit did for the issuer, by demand. Whatever an attacker
works out is a combination of such rows. With the demands' rows it may single out no hidden answers of few people that it does
not single out without them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from burden.demands.models import Target
from burden.entries.models import Answer
from burden.kit import clock
from burden.ledger.models import StaleDemand, StaleMark
from burden.units.models import Level, Unit
from reports import demand_sums, hidden_weeks, rollup, tasks
from reports.issued import Cell, cells
from reports.models import CountedWeek, HiddenWeek, RollupDemand
from reports.peers import MIN_RETURNS, hidden
from reports.periods import Period
from tests.database import as_role
from tests.factories import (
    LAST_WEEK,
    NOW,
    make_actor,
    make_demand,
    make_entry,
    make_post,
    make_return,
    make_target,
    make_unit,
    make_user,
)

WEEK = LAST_WEEK.monday
Atom = tuple[int, int]  # unit id, demand id: 0 what was never registered
FORM, MEETING = "form", "meeting"
PRIME = (1 << 61) - 1  # sums are told apart modulo a large prime


@dataclass
class World:
    """A county, a bureau that asks, and what each unit answered: the minutes of an atom are a bit of its demand's.

    Shape: who did an atom, for who answers that it does not apply puts in nothing; the category of a demand; how likely it is
    that one asked does not do it.
    """

    county: Unit = field(default_factory=make_unit)
    units: list[Unit] = field(default_factory=list)
    answers: dict[Atom, set[int]] = field(default_factory=dict)
    category: dict[int, str] = field(default_factory=lambda: {0: FORM})
    bits: dict[Atom, int] = field(default_factory=dict)
    refused: dict[int, float] = field(default_factory=dict)
    unregistered: float = 0.1  # how likely one did something that was never registered

    def minutes(self, unit: Unit, demand: int) -> int:
        """Give the atom a bit that no other atom of the same demand and level has."""
        taken = [bit for (_unit, of), bit in self.bits.items() if of == demand]
        self.bits[unit.pk, demand] = 1 << len(taken)
        return self.bits[unit.pk, demand]


def grow(dice: random.Random) -> World:
    """Let a bureau ask two or three things of some units of a county, and a few people answer."""
    world = World()
    bureau = make_unit(world.county, Level.DEPARTMENT)
    towns = [make_unit(world.county, Level.TOWNSHIP) for _ in range(2)]
    villages = [make_unit(town, Level.VILLAGE) for town in towns for _ in range(dice.choice([2, 3, 3]))]
    world.units = [world.county, bureau, *towns, *villages]
    number = dice.choice([1, 2, 3, 4])
    demands = [make_demand(bureau, category=dice.choice([FORM, FORM, MEETING])) for _ in range(number)]
    world.category |= {each.pk: each.category for each in demands}
    world.refused = {each.pk: dice.choice([0, 0, 0.3, 0.9]) for each in demands}
    likely = {each.pk: dice.choice([1, 1, 1, 0.3]) for each in demands}
    for unit in (*towns, *villages):
        asked = [make_target(each, unit, LAST_WEEK) for each in demands if dice.random() < likely[each.pk]]
        for _ in range(dice.choice([0, 1, 2, 2, 4, 5, 6, 8])):
            file_one(world, unit, [target for target in asked if dice.random() < 0.8], dice)
    return world


def file_one(world: World, unit: Unit, targets: Iterable, dice: random.Random) -> None:
    """Let one more cadre file; of those who did an atom only the first took time, all of it after hours."""
    user = make_user()
    make_post(unit, user=user, since=WEEK)
    filed = make_return(user, unit)
    todo = [(target.demand_id, {"target": target}) for target in targets] + [(0, {})] * (
        dice.random() < world.unregistered
    )
    for demand, said in todo:
        if dice.random() < world.refused.get(demand, 0):
            make_entry(
                filed,
                answer=dice.choice([Answer.NOT_APPLICABLE, Answer.ABSENT]),
                issuer=world.units[1],
                minutes=0,
                **said,
            )
            continue
        atom = unit.pk, demand
        minutes = 0 if atom in world.answers else world.minutes(unit, demand)
        world.answers.setdefault(atom, set()).add(user.pk)
        make_entry(
            filed, issuer=world.units[1], category=world.category[demand], minutes=minutes, after_hours=True, **said
        )


def shown(world: World) -> Iterator[set[Atom]]:
    """What the shown figures of units hold, of all below each or of its own people: what was after hours is told of all together."""
    ids = [unit.pk for unit in world.units]
    whole, own = (hidden(ids, (WEEK, WEEK), own=of_own) for of_own in (False, True))
    for unit in world.units:
        below = {each.pk for each in world.units if each.path.startswith(unit.path)}
        for holders, gone in ((below, whole), ({unit.pk}, own)):
            if WEEK not in gone[unit.pk]:
                yield {atom for atom in world.answers if atom[0] in holders}


def shown_rows(world: World) -> Iterator[set[Atom]]:
    """What is told of the issuer in each shown figure: its minutes by category, and what was never registered."""
    for row in shown(world):
        yield {atom for atom in row if atom[1] == 0}
        for category in (FORM, MEETING):
            yield {atom for atom in row if world.category[atom[1]] == category}


def demand_rows(world: World) -> Iterator[set[Atom]]:
    """What the demands' shown sums hold: all that is confirmed, and that of which it is told what was after hours."""
    for cell in told_cells(world):
        yield atoms_of(world, cell, cell.confirmed_min)
        yield atoms_of(world, cell, cell.confirmed_min - cell.of_hidden_min)


def late_rows(world: World) -> Iterator[set[Atom]]:
    """What the demands' sums tell of what was after hours."""
    for cell in told_cells(world):
        yield atoms_of(world, cell, cell.after_hours_min)


def told_cells(world: World) -> list[Cell]:
    reviewer = make_actor(world.county, "reviewer")
    found = cells(reviewer, world.units[1], Period.of("week", LAST_WEEK, until=LAST_WEEK))
    return [cell for cell in found if not cell.is_hidden]


def atoms_of(world: World, cell: Cell, minutes: int) -> set[Atom]:
    """Read off its bits what a sum holds."""
    levels = {unit.pk: unit.level for unit in world.units}
    row = {
        atom
        for atom, bit in world.bits.items()
        if atom[1] == cell.demand_id and levels[atom[0]] == cell.level and bit & minutes
    }
    assert sum(world.bits[atom] for atom in row) == minutes
    return row


def rank(rows: Iterable[Sequence[int]]) -> int:
    """Return the rank of some rows of whole numbers."""
    pivots: dict[int, list[int]] = {}
    for row in rows:
        left = [value % PRIME for value in row]
        for at, pivot in pivots.items():
            if left[at]:
                left = [(x - left[at] * y) % PRIME for x, y in zip(left, pivot, strict=True)]
        at = next((i for i, value in enumerate(left) if value), None)
        if at is not None:
            inverse = pow(left[at], -1, PRIME)
            pivots[at] = [value * inverse % PRIME for value in left]
    return len(pivots)


def singled_out(rows: Sequence[set[Atom]], atoms: Sequence[Atom], chosen: set[Atom]) -> int:
    """Count the independent combinations that hold nothing but the chosen atoms."""
    others = [atom for atom in atoms if atom not in chosen]
    return rank([[atom in row for atom in atoms] for row in rows]) - rank(
        [[atom in row for atom in others] for row in rows]
    )


def few(answers: Mapping[Atom, set[int]]) -> Iterator[set[Atom]]:
    """Return the sets of atoms that fewer than five people did and that cannot be made larger."""
    found: list[set[Atom]] = []

    def grown(left: Sequence[Atom], chosen: set[Atom], people: set[int]) -> None:
        fitting = [atom for atom in left if len(people | answers[atom]) < MIN_RETURNS]
        free = [atom for atom in fitting if answers[atom] <= people]
        if free:
            return grown([atom for atom in fitting if atom not in free], chosen | set(free), people)
        if not fitting:
            if not any(chosen <= other for other in found):
                found.append(chosen)
            return None
        grown(fitting[1:], chosen | {fitting[0]}, people | answers[fitting[0]])
        return grown(fitting[1:], chosen, people)

    grown(sorted(answers), set(), set())
    return iter(found)


def told(world: World) -> list[set[Atom]]:
    """Return hidden answers of few people that the demands' sums single out."""
    ids = [unit.pk for unit in world.units]
    own = hidden(ids, (WEEK, WEEK), own=True)
    unseen = {atom: people for atom, people in world.answers.items() if WEEK in own[atom[0]] and atom[1]}
    return [
        each
        for of_units, of_demands in ((shown_rows, demand_rows), (shown, late_rows))
        for each in more(world, list(of_units(world)), list(of_demands(world)), unseen)
    ]


def more(
    world: World, of_units: list[set[Atom]], of_demands: list[set[Atom]], unseen: Mapping[Atom, set[int]]
) -> Iterator[set[Atom]]:
    """Return the atoms of few people that rows of demands single out and those of units alone do not."""
    atoms, of_all = sorted(world.answers), [*of_units, *of_demands]
    return (each for each in few(unseen) if singled_out(of_all, atoms, each) > singled_out(of_units, atoms, each))


def settle() -> None:
    rollup.refresh()
    demand_sums.refresh()


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


# told of few people where nothing is left out (2), where what few did five people seem to have done, by what each did (9) or because
# some answered that they did not (11, 27), and where categories are taken together (47)
@pytest.mark.parametrize("seed", [2, 9, 11, 27, 47])
def test_demand_singles_out_no_few_hidden_answers(db: None, seed: int) -> None:
    world = grow(random.Random(seed))
    settle()
    assert told(world) == []


def test_form_tells_not_when_one_of_those_who_did_it_met(db: None) -> None:
    """What was after hours is told of all categories together: less the form's, a meeting of one would be left."""
    world = World(unregistered=0)
    bureau, town = make_unit(world.county, Level.DEPARTMENT), make_unit(world.county, Level.TOWNSHIP)
    villages = [make_unit(town, Level.VILLAGE) for _ in range(3)]
    world.units = [world.county, bureau, town, *villages]
    demands = [make_demand(bureau, category=category) for category in (FORM, MEETING)]
    world.category |= {each.pk: each.category for each in demands}
    for village in villages:
        form, meeting = (make_target(each, village, LAST_WEEK) for each in demands)
        for number in range(3):
            is_one = village == villages[0] and number == 0
            file_one(world, village, [form, meeting] if is_one else [form], random.Random(0))
    settle()
    assert RollupDemand.every.get(demand=demands[0]).done == 9
    assert told(world) == []


def test_demand_leaves_no_few_hidden_answers_after_a_late_return(db: None) -> None:
    """A unit passes the limit with a return that answers nothing: what is hidden beside it is less, and the demand tells it."""
    for seed in range(3):
        dice = random.Random(seed)
        world = grow(dice)
        settle()
        for unit in world.units[2:]:
            if dice.random() < 0.6:
                file_one(world, unit, (), dice)
        settle()
        assert told(world) == []
        assert demand_sums.verify()[1] == 0
        assert hidden_weeks.verify()[1] == 0


class Place:
    """A township with two villages of three and one of six, all of which answer one demand; and a quiet one beside it."""

    def __init__(self) -> None:
        self.county = make_unit()
        self.bureau = make_unit(self.county, Level.DEPARTMENT)
        town = make_unit(self.county, Level.TOWNSHIP)
        self.small = [make_unit(town, Level.VILLAGE) for _ in range(2)]
        self.large = make_unit(town, Level.VILLAGE)
        self.demand = make_demand(self.bureau, people=1, minutes=60)
        for unit, people in ((self.small[0], 3), (self.small[1], 3), (self.large, 6)):
            target = make_target(self.demand, unit, LAST_WEEK)
            for _ in range(people):
                self.answer(unit, target)

    def answer(self, unit: Unit, target: object) -> None:
        user = make_user()
        make_post(unit, user=user, since=WEEK)
        facts = {"minutes": 90, "after_hours": True, "repeated": True}
        make_entry(make_return(user, unit), target=target, issuer=self.bureau, **facts)


def sums(demand: object) -> tuple[int, ...]:
    row = RollupDemand.every.get(demand=demand, level=Level.VILLAGE)
    return row.answers, row.confirmed_min, row.left_out, row.left_out_units, row.left_out_min


def test_hidden_units_are_told_together_where_enough_answered(db: None) -> None:
    place = Place()
    settle()
    assert sums(place.demand) == (12, 12 * 90, 0, 0, 0)
    other = make_demand(place.bureau, title="三个人填过的表")
    place.answer(place.small[0], make_target(other, place.small[0], LAST_WEEK))
    settle()
    # a fourth beside them answered another demand of the same issuer alone: with the first told, it would be left
    assert sums(place.demand) == (12, 6 * 90, 6, 2, 2 * 60)
    assert sums(other)[:3] == (1, 0, 1)
    assert demand_sums.verify() == (2, 0)


def test_answers_that_it_does_not_apply_are_nobodys_work(db: None) -> None:
    """One did a form and five answered that another does not apply: the issuer's row less the third would be that one's minutes."""
    county = make_unit()
    bureau, town = make_unit(county, Level.DEPARTMENT), make_unit(county, Level.TOWNSHIP)
    villages = [make_unit(town, Level.VILLAGE) for _ in range(3)]
    done, of_one, refused = (make_demand(bureau) for _ in range(3))
    for number in range(9):
        filed = make_return(make_post(villages[number % 3]).user, villages[number % 3])
        said = [
            (done, 60, Answer.DONE),
            *[(refused, 0, Answer.NOT_APPLICABLE)] * (number < 5),
            *[(of_one, 77, Answer.DONE)] * (number == 0),
        ]
        for demand, minutes, answer in said:
            target = Target.every.filter(demand=demand, unit=filed.unit).first() or make_target(
                demand, filed.unit, LAST_WEEK
            )
            make_entry(filed, target=target, issuer=bureau, minutes=minutes, answer=answer)
    for _ in range(6):
        make_return(make_post(town).user, town)
    settle()
    found = RollupDemand.every.values_list("demand", "left_out", "confirmed_min")
    assert sorted(found) == [(done.pk, 9, 0), (of_one.pk, 1, 0), (refused.pk, 0, 0)]


@pytest.mark.parametrize("people", [5, 1])
def test_five_confirmations_are_told_beside_forms_that_few_answered(db: None, people: int) -> None:
    """A young week: one person each of five townships confirms a form; what few answered is left out, and no more than it takes."""
    county = make_unit()
    bureau = make_unit(county, Level.DEPARTMENT)
    towns = [make_unit(county, Level.TOWNSHIP) for _ in range(5)]
    older, newer, *others = (make_demand(bureau) for _ in range(7))
    for number, town in enumerate(towns):
        user = make_user()
        make_post(town, user=user, since=WEEK)
        filed = make_return(user, town)
        of_few = others[number : number + 1] if people == 5 else others[: 5 * (number == 0)]
        for demand in (older, newer, *of_few):
            make_entry(filed, target=make_target(demand, town, LAST_WEEK), issuer=bureau)
    settle()
    found = dict(RollupDemand.every.values_list("demand", "left_out"))
    # five people stand behind what few answered, or one with a form of five more: of two as small the older
    assert found == {older.pk: 0 if people == 5 else 5, newer.pk: 0} | {each.pk: 1 for each in others}


def test_first_return_of_a_unit_is_not_told_before_its_own_sums_are_counted(db: None) -> None:
    place = Place()
    settle()
    village = make_unit(place.large.parent, Level.VILLAGE)
    place.answer(village, make_target(place.demand, village, LAST_WEEK))
    for _ in range(2):  # however often
        demand_sums.refresh()
        assert sums(place.demand) == (13, 12 * 90, 1, 1, 60)
        assert StaleDemand.objects.exists()
    demand_sums.rebuild()
    assert sums(place.demand) == (13, 12 * 90, 1, 1, 60)
    settle()
    assert sums(place.demand) == (13, 13 * 90, 0, 0, 0)  # one of seven in three hidden villages
    assert not StaleDemand.objects.exists()


def test_verify_takes_what_awaits_a_recount_as_stored(db: None) -> None:
    place = Place()
    settle()
    make_entry(make_return(make_user(), place.small[0], LAST_WEEK))
    assert demand_sums.verify() == (1, 0)
    RollupDemand.every.update(level=Level.TOWNSHIP)
    rollup.refresh()
    assert demand_sums.verify() == (1, 2)  # one missing, one too many


def test_rebuild_of_a_week_finds_what_is_hidden_and_counts_its_demands(db: None) -> None:
    place = Place()
    settle()
    HiddenWeek.objects.all().delete()
    RollupDemand.every.update(confirmed_min=1)
    call_command("rollup", "rebuild", "--week", str(LAST_WEEK))
    assert hidden_weeks.verify() == (4, 0)
    assert sums(place.demand) == (12, 12 * 90, 0, 0, 0)


def test_rebuild_of_everything_leaves_nothing_to_be_awaited(db: None) -> None:
    place = Place()
    rollup.rebuild(now=NOW)
    demand_sums.rebuild()
    assert not CountedWeek.objects.exists() and not StaleDemand.objects.exists()
    rebuilt = sums(place.demand)
    assert rebuilt == (12, 12 * 90, 0, 0, 0)
    demand_sums.refresh()
    assert sums(place.demand) == rebuilt


def test_weeks_counted_whole_are_looked_at_a_few_at_a_time(db: None) -> None:
    Place()
    settle()
    HiddenWeek.objects.all().delete()
    weeks = [LAST_WEEK.plus(-n).monday for n in range(hidden_weeks.LONGEST + 2)]
    CountedWeek.objects.bulk_create(CountedWeek(week=week) for week in weeks)
    CountedWeek.objects.create(week=WEEK, unit_id=1)  # taken with its week
    assert hidden_weeks.refresh() == 4
    assert not CountedWeek.objects.exists()


def test_sweep_leaves_to_another_worker_what_it_works_at(db: None) -> None:
    Place()
    StaleMark.objects.all().delete()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('reports.demand_sums'), 0)")
        tasks.sweep_demands()
        assert StaleDemand.objects.exists() and not RollupDemand.every.exists()
        cursor.execute("SELECT pg_advisory_unlock(hashtext('reports.demand_sums'), 0)")  # closing would not wait for it
    other.close()
    tasks.sweep_demands()
    assert RollupDemand.every.exists() and not StaleDemand.objects.exists()


def test_page_and_table_say_that_answers_are_left_out(db: None, client: Client) -> None:
    place = Place()
    other = make_demand(place.bureau, title="一个人填过的表", people=1, minutes=60)
    place.answer(place.small[0], make_target(other, place.small[0], LAST_WEEK))
    for village in (make_unit(place.large.parent, Level.VILLAGE) for _ in range(2)):
        target = make_target(place.demand, village, LAST_WEEK)
        for _ in range(5):
            place.answer(village, target)
    settle()
    client.force_login(make_actor(place.county, "reviewer").user)
    query = {"period": "week", "week": str(LAST_WEEK)}
    page = client.get(f"/reports/demands/{place.demand.pk}/", query).content.decode()
    assert "24.0<" in page and "部分答复出自人数太少的单位" in page  # 16 of 22 answers, of three villages
    assert "人数太少，不显示" in client.get(f"/reports/demands/{other.pk}/", query).content.decode()
    asked = {"unit": place.county.code, "from": str(LAST_WEEK), "to": str(LAST_WEEK)}
    rows = {row["demand"]: row for row in client.get("/api/v1/tables/demands/", asked).json()["results"]}
    assert (rows[place.demand.pk]["confirmed_min"], rows[other.pk]["confirmed_min"]) == (16 * 90, None)
    assert rows[place.demand.pk]["gap_min"] == 16 * 90 - 3 * 60


def test_no_demand_tells_when_hidden_units_worked(db: None, client: Client) -> None:
    """A unit above tells what was after hours of all its issuers together: less a demand's, another's one answer would be left."""
    place = Place()
    settle()
    row = RollupDemand.every.get(demand=place.demand)
    assert (row.done, row.of_hidden, row.repeated) == (12, 6, 6)
    assert (row.confirmed_min, row.of_hidden_min, row.after_hours_min) == (12 * 90, 6 * 90, 6 * 90)
    client.force_login(make_actor(place.county, "reviewer").user)
    page = client.get(
        f"/reports/demands/{place.demand.pk}/", {"period": "week", "week": str(LAST_WEEK)}
    ).content.decode()
    assert "100.0%" in page and "占已确认的，人数太少的单位不算" in page
    asked = {"unit": place.county.code, "from": str(LAST_WEEK), "to": str(LAST_WEEK)}
    (said,) = client.get("/api/v1/tables/demands/", asked).json()["results"]
    assert (said["confirmed_min"], said["after_hours_min"], said["remark"]) == (
        12 * 90, None, "有人数太少的单位，非工作时间不显示；暂定",
    )  # fmt: skip


def test_worker_finds_what_is_hidden_and_a_wrong_row_is_found(db: None) -> None:
    Place()
    with as_role("burden_worker"):
        rollup.refresh()
        assert hidden_weeks.refresh() == 4  # both small villages, each with its own figure
        demand_sums.refresh()
    assert hidden_weeks.verify() == (4, 0)
    HiddenWeek.objects.filter(own=True).delete()
    assert hidden_weeks.verify() == (4, 2)
    demand_sums.rebuild()
    assert hidden_weeks.verify() == (4, 0)


def test_one_shown_answer_beside_hidden_ones_is_not_told(db: None, client: Client) -> None:
    """Two villages of three are told together; of the seven of a third one alone answered, after hours and asked again."""
    county = make_unit()
    bureau, town = make_unit(county, Level.DEPARTMENT), make_unit(county, Level.TOWNSHIP)
    villages = [make_unit(town, Level.VILLAGE) for _ in range(3)]
    demand = make_demand(bureau, people=1, minutes=60)
    for village, people in zip(villages, (3, 3, 7), strict=True):
        target = make_target(demand, village, LAST_WEEK)
        for number in range(people):
            filed = make_return(make_post(village, user=make_user(), since=WEEK).user, village)
            if people == 3:
                make_entry(filed, target=target, issuer=bureau, minutes=90)
            elif number == 0:
                make_entry(filed, target=target, issuer=bureau, minutes=90, after_hours=True, repeated=True)
            else:
                make_entry(filed, minutes=30)
    settle()
    row = RollupDemand.every.get()
    assert (row.done, row.of_hidden, row.after_hours_min, row.repeated) == (7, 6, 90, 1)
    reviewer = make_actor(county, "reviewer")
    client.force_login(reviewer.user)
    query = {"period": "week", "week": str(LAST_WEEK)}
    for address in (f"/reports/demands/{demand.pk}/", f"/issued/{bureau.code}/"):
        page = client.get(address, query).content.decode()
        share = page.partition("非工作时间</dt>")[2].partition("</dd>")[0]
        assert "100.0%" not in share and "—" in share
