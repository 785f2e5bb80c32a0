"""The sums of demands: refreshed equals rebuilt equals what a plain loop adds up."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from itertools import product

import pytest
from django.core.management import call_command

from burden.demands.models import Demand, Target
from burden.entries.models import Answer, Entry
from burden.kit.clock import Week
from burden.ledger.models import StaleDemand, StaleMark
from burden.standards.measure import Cost, claimed_minutes, person_minutes
from burden.standards.models import Evidence
from burden.units.models import Level
from reports import demand_sums
from reports.models import RollupDemand
from tests.database import as_role
from tests.factories import (
    LAST_WEEK,
    THIS_WEEK,
    make_actor,
    make_demand,
    make_entry,
    make_return,
    make_target,
    make_unit,
    make_user,
)
from tests.reports.sums import add_demand_sums

KEY = ("demand_id", "level", "week")
WEEKS = (LAST_WEEK, THIS_WEEK, THIS_WEEK.plus(1))


def counted() -> dict[tuple, dict[str, int]]:
    """Add up targets and answers one by one, without the columns that are 0."""
    sums: dict[tuple, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for target in Target.every.select_related("unit"):
        row = sums[target.demand_id, target.unit.level, target.week]
        answers = list(Entry.every.filter(target=target))
        cost = Cost(target.people, target.minutes, target.travel_minutes, target.prep_minutes)
        left = claimed_minutes(cost, [(each.answer, each.people) for each in answers])
        row["targets"] += 1
        row["answered"] += bool(answers)
        row["open_min"] += 0 if target.withdrawn else left
        row["claim_min"] += person_minutes(**vars(cost)) - (left if target.withdrawn else 0)
        for each in answers:
            add_answer(row, each)
    return {key: {name: value for name, value in row.items() if value} for key, row in sums.items()}


def add_answer(row: dict[str, int], entry: Entry) -> None:
    row["answers"] += 1
    row["done"] += entry.answer == Answer.DONE
    row["not_applicable"] += entry.answer == Answer.NOT_APPLICABLE
    row["repeated"] += entry.repeated
    row["confirmed_min"] += entry.person_min
    row["after_hours_min"] += entry.person_min * entry.after_hours


def stored() -> dict[tuple, dict[str, int]]:
    rows = RollupDemand.every.values()
    return {tuple(r[k] for k in KEY): {c: r[c] for c in r if c not in (*KEY, "is_hidden") and r[c]} for r in rows}


class Place:
    """A county with a township and its village, and a department whose demands they get."""

    def __init__(self) -> None:
        self.county = make_unit()
        self.department = make_unit(self.county, Level.DEPARTMENT)
        town = make_unit(self.county, Level.TOWNSHIP)
        self.receivers = [town, make_unit(self.county, Level.TOWNSHIP), make_unit(town, Level.VILLAGE)]
        self.demands = [make_demand(self.department) for _ in range(2)]


@pytest.fixture
def place(db: None) -> Place:
    return Place()


def ask(place: Place, dice: random.Random) -> None:
    demand, unit, week = dice.choice(place.demands), dice.choice(place.receivers), dice.choice(WEEKS)
    if not Target.every.filter(demand=demand, unit=unit, week=week.monday).exists():
        make_target(demand, unit, week, people=dice.randrange(1, 4), prep_minutes=dice.choice([0, 60]))


def answer(place: Place, dice: random.Random) -> None:
    if target := Target.every.order_by("?").first():
        facts = {"answer": dice.choice(Answer.values), "evidence": dice.choice(Evidence.values)}
        flags = {"repeated": dice.random() < 0.3, "after_hours": dice.random() < 0.3}
        filed = make_return(make_user(), target.unit, Week(target.week))
        make_entry(filed, target=target, people=dice.randrange(1, 3), minutes=dice.randrange(99), **facts, **flags)


def change(place: Place, dice: random.Random) -> None:
    if target := Target.every.order_by("?").first():
        Target.every.filter(pk=target.pk).update(minutes=dice.randrange(99), withdrawn=dice.random() < 0.3)


def unanswer(place: Place, dice: random.Random) -> None:
    Entry.every.filter(pk__in=list(Entry.every.values_list("pk", flat=True)[:1])).delete()


def drop(place: Place, dice: random.Random) -> None:
    used = Entry.every.filter(target__isnull=False).values("target")
    Target.every.filter(pk__in=list(Target.every.exclude(pk__in=used).values_list("pk", flat=True)[:1])).delete()


@pytest.mark.parametrize("seed", range(4))
def test_refreshed_equals_counted_after_random_changes(place: Place, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(4):
        for _ in range(12):
            dice.choice([ask, ask, answer, answer, change, unanswer, drop])(place, dice)
        StaleMark.objects.all().delete()  # no sums of units: nothing is hidden, and nothing awaits a recount
        demand_sums.refresh(limit=dice.choice([1, 3, 2000]))
        assert stored() == counted()
    assert not StaleDemand.objects.exists()
    refreshed = stored()
    demand_sums.rebuild()
    assert stored() == refreshed
    assert demand_sums.verify() == (len(refreshed), 0)


def tell(place: Place, dice: random.Random, number: int) -> None:
    """Write sums as a recount could: of what was asked under two categories, in two weeks, of two levels."""
    demands = [make_demand(place.department, category=dice.choice(["form", "form", "meeting"])) for _ in range(number)]
    for demand, level, week in product(demands, (Level.TOWNSHIP, Level.VILLAGE), WEEKS[:2]):
        if dice.random() < 0.6:
            answers = dice.choice([0, 3, 5, 9, 12])
            left_out = dice.choice([0, 0, 0, answers, answers // 2])
            answered = min(answers, dice.choice([2, 3, 6]))
            units = min(left_out, answered, dice.choice([0, 1, 2]))
            done = min(answers - left_out, dice.choice([0, 2, 5, 7, 9, 12]))
            add_demand_sums(
                demand, week, level=level, answers=answers, answered=answered, done=done, left_out=left_out, left_out_units=units
            )  # fmt: skip


def hidden_plainly(rows: Iterable[RollupDemand]) -> set[tuple]:
    """Say one by one what must be hidden: what few stand behind, and the smallest beside these where they are few together."""
    groups = defaultdict(list)
    for row in rows:
        groups[row.demand.issuer_id, row.week, row.demand.category].append(row)
    gone = set()
    for group in groups.values():
        told = {row.pk: row.answers - row.left_out for row in group}
        few = [
            row for row in group
            if row.answers and (told[row.pk] < 5 or row.answered - row.left_out_units < 3 or 0 < row.done < 5)
        ]  # fmt: skip
        gone |= {row.pk for row in few}
        some = [row.done for row in few if told[row.pk]]
        others = [(row.done, row.pk) for row in group if row.done and row not in few]
        if some and sum(some) < 5 and others:
            gone.add(min(others)[1])
    return gone


@pytest.mark.parametrize("seed", range(4))
def test_what_few_answered_is_hidden_and_enough_beside_it(place: Place, seed: int) -> None:
    """Judged one by one as sums change, or all at once, it is what a plain loop says."""
    dice = random.Random(seed)
    tell(place, dice, 8)
    for _ in range(2):
        rows = list(RollupDemand.every.select_related("demand"))
        assert {row.pk for row in rows if row.is_hidden} == hidden_plainly(rows)
        assert 0 < sum(row.is_hidden for row in rows) < len(rows)
        assert demand_sums.SQL.execute("judge_all", **demand_sums.ENOUGH) == 0
        RollupDemand.every.update(is_hidden=False)
        demand_sums.SQL.execute("judge_all", **demand_sums.ENOUGH)
        one = dice.choice(rows)
        RollupDemand.every.filter(pk=one.pk).update(answers=9, answered=9, done=dice.choice([0, 1, 9]), left_out=0)
        demand_sums.judge([one.demand_id], [one.week])


def test_answers_of_one_demand_hide_or_show_another(place: Place) -> None:
    """Three who did one hide the five of the next, until two more of them are known: neither was asked anew itself."""
    few, many = place.demands
    towns = [place.receivers[0], *(make_unit(place.county, Level.TOWNSHIP) for _ in range(2))]
    sent = {demand: [make_target(demand, town) for town in towns] for demand in place.demands}

    def answered(demand: Demand, number: int) -> None:
        for n in range(number):
            target = sent[demand][n % 3]
            make_entry(make_return(make_user(), target.unit, Week(target.week)), target=target)
        StaleMark.objects.all().delete()
        demand_sums.refresh()

    def gone() -> set[int]:
        return {row.demand_id for row in RollupDemand.every.all() if row.is_hidden}

    answered(many, 6)
    assert gone() == set()
    answered(few, 3)
    assert gone() == {few.pk, many.pk}
    assert demand_sums.verify() == (2, 0)
    RollupDemand.every.filter(demand=many).update(is_hidden=False)
    assert demand_sums.verify() == (2, 1)
    answered(few, 2)
    assert gone() == set()
    Demand.every.filter(pk=few.pk).update(category="meeting")  # nothing else was asked under that
    demand_sums.rebuild()
    assert demand_sums.verify() == (2, 0)


def test_verify_finds_a_wrong_row(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    make_target(place.demands[0], place.receivers[0])
    demand_sums.refresh()
    RollupDemand.every.update(open_min=1)
    assert demand_sums.verify() == (1, 1)
    with pytest.raises(SystemExit):
        call_command("rollup", "verify")
    assert "1 differences" in capsys.readouterr().out


def test_worker_may_recount_and_web_only_read(place: Place) -> None:
    make_target(place.demands[0], place.receivers[0])
    with as_role("burden_worker"):
        assert demand_sums.refresh() == 1
    with as_role("burden_web"):
        assert RollupDemand.every.count() == 1


def test_sums_are_seen_by_the_issuer_and_above_alone(place: Place) -> None:
    make_target(place.demands[0], place.receivers[0])
    demand_sums.refresh()
    issuer, reviewer = make_actor(place.department, "issuer"), make_actor(place.county, "reviewer")
    other = make_actor(make_unit(place.county, Level.DEPARTMENT), "issuer")
    seen = [RollupDemand.objects.visible_to(actor).count() for actor in (issuer, reviewer, other)]
    assert seen == [1, 1, 0]
