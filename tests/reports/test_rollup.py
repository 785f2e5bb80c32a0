"""The sums: refreshed equals rebuilt equals what a plain loop adds up, exactly, whatever happens in between."""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections import defaultdict
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from burden.accounts.models import Post
from burden.demands.models import Target
from burden.entries.models import Answer, Entry, WeeklyReturn
from burden.kit.clock import Week
from burden.ledger.models import StaleMark
from burden.ledger.services import mark_weeks
from burden.standards.measure import Cost, claimed_minutes
from burden.standards.models import Category, Evidence
from burden.units.models import Level, Unit, UnitPath
from reports import rollup
from reports.models import RollupOwn, RollupOwnSource, RollupSource, RollupSub
from reports.peers import MIN_RETURNS
from tests import factories
from tests.database import as_role
from tests.factories import (
    LAST_WEEK,
    NOW,
    THIS_WEEK,
    make_demand,
    make_entry,
    make_return,
    make_target,
    make_unit,
    make_user,
)
from tests.reports.sums import add_sums

# the database marks the weeks of an open post up to its own clock's, and these tests end with this one
ENDS = THIS_WEEK.plus(1).monday
make_post = functools.partial(factories.make_post, until=ENDS)
WEEKS = [THIS_WEEK.plus(-n).monday for n in range(4)]
EARLY = WEEKS[-1]
SUMS = [field.name for field in RollupSub._meta.fields if field.name not in {"unit", "week"}]
SOURCES = ["n", "m_meeting", "m_document", "m_form", "m_inspection", "m_other", "c_min", "u_min", "u_n"]


# --- what the sums must be, by a loop over everything


def place_of(unit_id: int, week: dt.date) -> list[int]:
    """Ancestors of a unit in the tree of a week, itself last; before its first path row, as in that row."""
    rows = list(UnitPath.objects.filter(unit_id=unit_id).order_by("from_week"))
    held = [row for row in rows if row.from_week <= week]
    return (held[-1] if held else rows[0]).ancestors


class Tally:
    """Sums as {key: {column: sum}}, of a unit, of all above it, and of issuers."""

    def __init__(self) -> None:
        self.own, self.sub, self.source = (defaultdict(lambda: defaultdict(int)) for _ in range(3))
        self.villages = set(Unit.every.filter(level=Level.VILLAGE).values_list("pk", flat=True))

    def add(self, unit_id: int, week: dt.date, **facts: int) -> None:
        for column, value in facts.items():
            self.own[unit_id, week][column] += value
            for above in place_of(unit_id, week):
                self.sub[above, week][column] += value

    def add_source(self, row, issuer_id: int, **facts: int) -> None:
        issuer_id = -1 if issuer_id == row.unit_id else issuer_id
        for above in place_of(row.unit_id, row.week)[: -1 if row.unit_id in self.villages else None]:
            for column, value in facts.items():
                self.source[above, row.week, issuer_id][column] += value


def counted(weeks: list[dt.date]) -> Tally:
    """Add up entries, returns, posts and claims one by one."""
    sums = Tally()
    for filed in WeeklyReturn.every.filter(week__in=weeks):
        sums.add(filed.unit_id, filed.week, returns=1, nil_returns=int(filed.nil))
    for week in weeks:
        for post in Post.objects.filter(role="cadre", valid__contains=week):
            sums.add(post.unit_id, week, active=1)
    for entry in Entry.every.filter(week__in=weeks, answer=Answer.DONE):
        minutes = entry.person_min
        sums.add(entry.unit_id, entry.week, **{f"n_{entry.category}": 1, f"m_{entry.category}": minutes})
        sums.add(entry.unit_id, entry.week, self_min=minutes * (entry.issuer_id == entry.unit_id))
        sums.add(entry.unit_id, entry.week, after_hours_min=minutes * entry.after_hours)
        sums.add(entry.unit_id, entry.week, bulk_min=minutes * (entry.evidence == Evidence.BULK))
        alone = int(entry.target_id is None and entry.issuer_id not in (None, entry.unit_id))
        sums.add_source(
            entry, entry.issuer_id or 0, n=1, u_min=alone * minutes, u_n=alone, **{f"m_{entry.category}": minutes}
        )
    for target, claimed in claims(weeks):
        sums.add(target.unit_id, target.week, **{f"c_{target.category}": claimed})
        sums.add_source(target, target.issuer_id, c_min=claimed)
    return sums


def claims(weeks: list[dt.date]):
    """Yield targets with the person-minutes that nobody answered."""
    for target in Target.every.filter(week__in=weeks, withdrawn=False):
        answers = list(Entry.every.filter(target=target).values_list("answer", "people"))
        cost = Cost(target.people, target.minutes, target.travel_minutes, target.prep_minutes)
        if claimed := claimed_minutes(cost, answers):
            yield target, claimed


def stored(model: type, *key: str) -> dict[tuple, dict[str, int]]:
    """Rows of a table, without the columns that are 0."""
    rows = model.every.values()
    return {tuple(r[k] for k in key): {c: r[c] for c in r if c in SUMS + SOURCES and r[c]} for r in rows}


def filled(rows) -> dict[tuple, dict[str, int]]:
    return {key: {column: value for column, value in row.items() if value} for key, row in rows.items()}


def assert_exact(weeks: list[dt.date]) -> None:
    sums = counted(weeks)
    assert stored(RollupOwn, "unit_id", "week") == filled(sums.own)
    assert stored(RollupSub, "unit_id", "week") == filled(sums.sub)
    assert stored(RollupSource, "unit_id", "week", "issuer_id") == filled(sums.source)


def everything() -> list[list[tuple]]:
    """The four tables, every column."""
    tables = (RollupOwn, RollupOwnSource, RollupSub, RollupSource)
    return [sorted(model.every.values_list(), key=str) for model in tables]


# --- a small country with its oddities


class Country:
    """A tree of six depths: a township directly under the city, cadres at the county itself, a department."""

    def __init__(self) -> None:
        nation = make_unit(level=Level.NATION)
        province = make_unit(nation, Level.PROVINCE)
        self.city = make_unit(province, Level.CITY)
        self.counties = [make_unit(self.city) for _ in range(2)]
        towns = [make_unit(county, Level.TOWNSHIP) for county in self.counties]
        towns.append(make_unit(self.city, Level.TOWNSHIP))
        self.villages = [make_unit(town, Level.VILLAGE) for town in towns for _ in range(2)]
        self.department = make_unit(self.counties[0], Level.DEPARTMENT)
        self.units = [*self.villages, *towns, self.department, self.counties[0]]
        self.towns = towns


def pick(manager, dice: random.Random):
    """Any row, the same one for the same dice."""
    keys = list(manager.order_by("pk").values_list("pk", flat=True))
    return manager.get(pk=dice.choice(keys)) if keys else None


def random_post(country: Country, dice: random.Random) -> None:
    make_post(dice.choice(country.units), since=dice.choice(WEEKS[1:]), until=dice.choice([ENDS, THIS_WEEK.monday]))


def random_return(country: Country, dice: random.Random) -> None:
    filed = make_return(make_user(), dice.choice(country.units), Week(dice.choice(WEEKS)), nil=dice.random() < 0.2)
    for _ in range(0 if filed.nil else dice.randrange(4)):
        random_entry(country, dice, filed)


def random_target(country: Country, dice: random.Random) -> None:
    demand = make_demand(dice.choice([country.department, country.towns[0]]), category=dice.choice(Category.values))
    numbers = {"people": dice.randrange(1, 4), "minutes": dice.randrange(90), "prep_minutes": dice.choice([0, 60])}
    make_target(demand, dice.choice(country.units), Week(dice.choice(WEEKS)), **numbers)


def answer_target(country: Country, dice: random.Random) -> None:
    """Somebody of the unit files a week that answers one of its targets."""
    if target := pick(Target.every, dice):
        filed = make_return(make_user(), target.unit, Week(target.week))
        facts = {"answer": dice.choice(Answer.values), "people": dice.randrange(1, 4), "minutes": dice.randrange(90)}
        make_entry(filed, target=target, issuer=target.issuer, category=target.category, **facts)


def change_target(country: Country, dice: random.Random) -> None:
    if target := pick(Target.every, dice):
        Target.every.filter(pk=target.pk).update(minutes=dice.randrange(90), withdrawn=dice.random() < 0.3)


def drop_target(country: Country, dice: random.Random) -> None:
    if target := pick(Target.every.exclude(pk__in=Entry.every.filter(target__isnull=False).values("target")), dice):
        target.delete()


def random_entry(country: Country, dice: random.Random, filed: WeeklyReturn) -> None:
    make_entry(
        filed,
        category=dice.choice(Category.values),
        answer=dice.choice(Answer.values),
        evidence=dice.choice(Evidence.values),
        minutes=dice.randrange(1, 300),
        people=dice.randrange(1, 4),
        after_hours=dice.random() < 0.3,
        issuer=dice.choice([None, filed.unit, country.department, country.city, *country.towns]),
    )


def change_entry(country: Country, dice: random.Random) -> None:
    if entry := pick(Entry.every, dice):
        issuer = dice.choice([None, country.department])
        Entry.every.filter(pk=entry.pk).update(
            minutes=dice.randrange(1, 300), issuer=issuer, answer=dice.choice(Answer.values)
        )


def drop_entry(country: Country, dice: random.Random) -> None:
    if entry := pick(Entry.every, dice):
        entry.delete()


def drop_return(country: Country, dice: random.Random) -> None:
    if filed := pick(WeeklyReturn.every, dice):
        Entry.every.filter(weekly_return=filed).delete()
        filed.delete()


def move_return(country: Country, dice: random.Random) -> None:
    """A return changes its unit or its week, and its entries follow; one that answers targets stays with them."""
    answering = Entry.every.filter(target__isnull=False).values("weekly_return")
    if filed := pick(WeeklyReturn.every.exclude(pk__in=answering), dice):
        WeeklyReturn.every.filter(pk=filed.pk).update(unit=dice.choice(country.units), week=dice.choice(WEEKS))


def end_post(country: Country, dice: random.Random) -> None:
    if post := pick(Post.objects, dice):
        post.valid = DateRange(post.valid.lower, max(post.valid.lower + dt.timedelta(7), dice.choice(WEEKS)))
        post.save()


def drop_post(country: Country, dice: random.Random) -> None:
    if post := pick(Post.objects, dice):
        post.delete()


def move_village(country: Country, dice: random.Random) -> None:
    """A village goes to another township from a Monday on; the weeks since are marked whole."""
    village, town, since = dice.choice(country.villages), dice.choice(country.towns), dice.choice(WEEKS)
    ancestors = [*place_of(town.pk, since), village.pk]
    path = ".".join(map(str, ancestors)) + "."
    UnitPath.objects.filter(unit=village, from_week__gte=since).delete()
    UnitPath.objects.create(unit=village, from_week=since, path=path, ancestors=ancestors)
    mark_weeks([week for week in WEEKS if week >= since])


STEPS = [random_post, random_return, random_return, random_return, change_entry, drop_entry, drop_return, move_return]
STEPS += [end_post, drop_post, move_village, random_target, random_target, answer_target, change_target, drop_target]


@pytest.fixture
def country(db: None) -> Country:
    return Country()


# --- refreshed, rebuilt, verified


@pytest.mark.parametrize("seed", range(6))
def test_refreshed_equals_counted_after_random_changes(country: Country, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(6):
        for _ in range(dice.randrange(1, 15)):
            dice.choice(STEPS)(country, dice)
        rollup.refresh(limit=dice.choice([1, 3, 2000]))
        assert_exact(WEEKS)
    assert not StaleMark.objects.exists()
    refreshed = everything()
    rollup.rebuild(weeks=WEEKS, now=NOW)
    assert everything() == refreshed
    assert rollup.verify(weeks=WEEKS, now=NOW).differences == 0


@pytest.mark.parametrize("seed", range(2))
def test_refresh_of_a_rebuilt_week_stays_exact(country: Country, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(3):
        for _ in range(25):
            dice.choice(STEPS)(country, dice)
        rollup.rebuild(weeks=dice.sample(WEEKS, 2), now=NOW)
        rollup.refresh()
        assert_exact(WEEKS)


def test_rebuild_finds_its_weeks(country: Country) -> None:
    make_post(country.villages[0], since=EARLY)
    make_return(make_user(), country.villages[1], entries=2)
    seen: list[tuple[int, int]] = []
    assert rollup.rebuild(now=NOW, progress=lambda done, of: seen.append((done, of))) == 4
    assert seen == [(4, 4)]
    assert_exact(WEEKS)


def test_rebuild_of_weeks_apart_leaves_the_week_between(country: Country) -> None:
    for week in WEEKS[:3]:
        make_return(make_user(), country.villages[0], Week(week), entries=1)
    seen: list[tuple[int, int]] = []
    rollup.rebuild(weeks=[WEEKS[0], WEEKS[2]], now=NOW, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 2), (2, 2)]
    assert sorted(RollupOwn.every.values_list("week", flat=True)) == [WEEKS[2], WEEKS[0]]


def test_rebuild_takes_away_what_no_longer_is(country: Country) -> None:
    filed = make_return(make_user(), country.villages[0], entries=2)
    rollup.refresh()
    Entry.every.all().delete()
    filed.delete()
    StaleMark.objects.all().delete()
    rollup.rebuild(now=NOW)
    assert everything() == [[], [], [], []]


def test_unit_without_anything_has_no_row(country: Country) -> None:
    post = make_post(country.villages[0], since=THIS_WEEK.monday)
    rollup.refresh()
    assert RollupSub.every.count() == 6
    post.delete()
    rollup.refresh()
    assert everything() == [[], [], [], []]


def test_absent_costs_and_counts_nothing(country: Country) -> None:
    make_entry(make_return(make_user(), country.towns[0]), answer=Answer.ABSENT)
    rollup.refresh()
    own = RollupOwn.every.get()
    assert (own.returns, own.n_form, own.m_form) == (1, 0, 0)
    assert RollupOwnSource.every.get().sources == []
    assert not RollupSource.every.exists()


def test_claim_stands_until_it_is_answered(country: Country) -> None:
    village, department = country.villages[0], country.department
    target = make_target(make_demand(department), village, LAST_WEEK, people=2, minutes=90, prep_minutes=60)
    rollup.refresh()
    county = {"unit": country.counties[0], "week": LAST_WEEK.monday}
    assert RollupOwn.every.get(unit=village).c_form == RollupSub.every.get(**county).c_form == 240
    assert RollupSource.every.get(**county).c_min == 240
    make_entry(make_return(make_user(), village), target=target, minutes=100, issuer=department)
    rollup.refresh()
    own, source = RollupOwn.every.get(unit=village), RollupSource.every.get(**county)
    assert (own.m_form, own.c_form) == (100, 90)
    assert (source.m_form, source.c_min, source.u_min) == (100, 90, 0)


def test_target_of_a_week_to_come_is_counted_when_it_opens(country: Country) -> None:
    village = country.villages[0]
    target = make_target(make_demand(country.department), village, THIS_WEEK.plus(60))
    rollup.refresh()
    assert not RollupOwn.every.exists()
    rollup.open_weeks(now=NOW + dt.timedelta(weeks=60))
    rollup.refresh()
    assert RollupOwn.every.get().week == target.week


def test_issuers_are_remembered_beside_the_own_row(country: Country) -> None:
    village, department = country.villages[0], country.department
    filed = make_return(make_user(), village)
    make_entry(filed, category="form", minutes=30, issuer=department)
    make_entry(filed, category="meeting", minutes=20)
    rollup.refresh()
    expected = [[0, 1, 20, 0, 0, 0, 0, 0, 0, 0], [department.pk, 1, 0, 0, 30, 0, 0, 0, 30, 1]]
    assert RollupOwnSource.every.get().sources == expected
    rollup.rebuild(now=NOW)
    assert RollupOwnSource.every.get(week=LAST_WEEK.monday).sources == expected


def test_week_before_first_placement_uses_the_first(country: Country) -> None:
    village = country.villages[0]
    UnitPath.objects.filter(unit=village).update(from_week=THIS_WEEK.monday)
    make_return(make_user(), village, Week(EARLY), entries=1)
    rollup.refresh()
    assert RollupSub.every.filter(unit=country.counties[0], week=EARLY).exists()
    assert_exact(WEEKS)


def test_past_week_keeps_the_tree_of_its_time(country: Country) -> None:
    village, old, new = country.villages[0], country.towns[0], country.towns[1]
    for week in (LAST_WEEK, THIS_WEEK):
        make_return(make_user(), village, week, entries=1)
    ancestors = [*place_of(new.pk, THIS_WEEK.monday), village.pk]
    UnitPath.objects.create(unit=village, from_week=THIS_WEEK.monday, path="moved.", ancestors=ancestors)
    rollup.refresh()
    assert list(RollupSub.every.filter(unit=old).values_list("week", flat=True)) == [LAST_WEEK.monday]
    assert list(RollupSub.every.filter(unit=new).values_list("week", flat=True)) == [THIS_WEEK.monday]


def test_whole_week_mark_rebuilds(country: Country) -> None:
    make_return(make_user(), country.villages[0], entries=1)
    StaleMark.objects.all().delete()
    mark_weeks([LAST_WEEK.monday])
    assert rollup.refresh() == rollup.Refreshed(marks=1, keys=0, weeks=1)
    assert_exact(WEEKS)


def test_crowded_week_is_rebuilt(country: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup, "CROWDED", 2)
    for village in country.villages[:3]:
        make_return(make_user(), village, entries=1)
    make_return(make_user(), country.villages[0], THIS_WEEK, entries=1)
    done = rollup.refresh()
    assert (done.weeks, done.keys) == (1, 1)
    assert_exact(WEEKS)


def test_marks_are_looked_up_once_whatever_the_statistics(db: None) -> None:
    """After an ANALYZE of the empty queue a join looked the list up for every mark: the square of their number."""
    facts = {"shard": 1, "until": 400, "limit": 2000, "min_returns": MIN_RETURNS}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stale")
        cursor.execute(
            "INSERT INTO stale (shard, unit_id, week) SELECT 1, n, %s FROM generate_series(1, 400) AS n", [EARLY]
        )
        cursor.execute("EXPLAIN " + rollup.SQL.text("refresh"), facts)
        plan = [line for (line,) in cursor.fetchall()]
    taken = plan.index("  CTE taken")
    assert "InitPlan" in "".join(plan[taken : taken + 4])
    assert not any("Semi Join" in line for line in plan)


def test_mark_of_a_moved_shard_rebuilds_the_week(country: Country) -> None:
    make_return(make_user(), country.villages[0], entries=1)
    Unit.every.filter(pk=country.villages[0].pk).update(shard=15 - country.villages[0].shard)
    assert rollup.refresh().weeks == 1
    assert_exact(WEEKS)


def test_refresh_again_does_nothing(country: Country) -> None:
    make_return(make_user(), country.villages[0], entries=3)
    assert rollup.refresh().keys == 1
    assert rollup.refresh() == rollup.Refreshed()


def test_verify_sees_every_kind_of_difference(country: Country) -> None:
    make_post(country.villages[0], since=LAST_WEEK.monday)
    make_return(make_user(), country.villages[0], entries=3)
    rollup.refresh()
    clean = rollup.verify(now=NOW)
    assert (clean.rows, clean.differences) == (21, 0)
    RollupOwn.every.filter(week=LAST_WEEK.monday).update(m_form=1)
    RollupSub.every.filter(unit=country.city, week=LAST_WEEK.monday).delete()
    RollupOwnSource.every.filter(week=THIS_WEEK.monday).delete()
    RollupSource.every.filter(unit=country.towns[0]).update(issuer_id=7)
    assert rollup.verify(now=NOW).differences == 5


def test_verify_lets_marked_units_lag(country: Country) -> None:
    """Between its refresh and its comparison more is filed; what is stored stands for the marked unit."""
    make_return(make_user(), country.villages[0], entries=3)
    rollup.refresh()
    make_return(make_user(), country.villages[0], entries=2)
    make_return(make_user(), country.villages[1], entries=2)
    assert rollup._verify_span([LAST_WEEK.monday]).differences == 0
    mark_weeks([LAST_WEEK.monday])
    assert rollup._verify_span([LAST_WEEK.monday]) == rollup.Verified()


def test_new_week_is_opened_once_and_missed_ones_too(country: Country) -> None:
    make_post(country.villages[0], since=LAST_WEEK.monday)
    make_post(country.towns[0], role="lead")
    StaleMark.objects.all().delete()
    assert rollup.open_weeks(now=NOW) == 2
    rollup.refresh()
    assert rollup.open_weeks(now=NOW) == 0
    assert_exact(WEEKS)


def test_worker_role_counts(country: Country) -> None:
    """The worker owns nothing, yet may do all of it."""
    make_post(country.villages[0], since=EARLY)
    make_return(make_user(), country.villages[0], entries=3)
    with as_role("burden_worker"):
        assert rollup.refresh(wait=False).keys == 4
        rollup.rebuild(now=NOW)
        assert rollup.verify(now=NOW).differences == 0
        assert rollup.open_weeks(now=NOW) == 0
    assert_exact(WEEKS)


# --- the tables


def test_issuers_move_beside_their_sums_and_back(db: None) -> None:
    add_sums(make_unit())
    RollupOwnSource.every.update(sources=[[7, 1, 0, 0, 30, 0, 0, 0]])
    call_command("migrate", "reports", "0005", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sources FROM rollup_own")
        assert cursor.fetchall() == [([[7, 1, 0, 0, 30, 0, 0, 0]],)]
    call_command("migrate", "reports", verbosity=0)
    assert RollupOwnSource.every.get().sources == [[7, 1, 0, 0, 30, 0, 0, 0]]


# --- the command


def test_command_says_one_line(country: Country) -> None:
    make_return(make_user(), country.villages[0], entries=1)
    out = StringIO()
    for words in (["refresh"], ["rebuild", "--week", str(LAST_WEEK)], ["verify"]):
        call_command("rollup", *words, stdout=out)
    lines = [line.rsplit(" in ", 1)[0] for line in out.getvalue().splitlines()]
    refreshed = "refreshed: 2 marks, 1 units x weeks, 0 whole weeks, 0 demands x weeks"
    assert lines[:2] == [refreshed, "rebuilt: 1 weeks"]
    assert lines[-1].startswith("verified: ") and lines[-1].endswith(" rows, 0 differences")
    tables = {line.split(":")[0].strip() for line in lines[2:-1]}
    assert tables == {
        "rollup_own", "rollup_own_source", "rollup_sub", "rollup_source", "source_period",
        "hidden_week", "rollup_demand", "rollup_asked", "return_spread", "peer_stat", "people_year",
    }  # fmt: skip


def test_command_fails_where_sums_differ(country: Country) -> None:
    make_return(make_user(), country.villages[0], entries=1)
    rollup.refresh()
    RollupSub.every.filter(unit=country.city).update(returns=9)
    with pytest.raises(SystemExit) as status:
        call_command("rollup", "verify", stdout=StringIO())
    assert status.value.code == 1


@pytest.mark.parametrize("words", [["rebuild", "--week", "2026-11-24"], ["refresh", "--week", "2026-11-23"], ["mend"]])
def test_command_refuses(db: None, words: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("rollup", *words, stdout=StringIO())


@pytest.mark.parametrize("is_prepared", [True, False])
def test_recount_is_planned_once_where_the_server_keeps_plans(db, settings, is_prepared):
    settings.DATABASE_PREPARED = is_prepared
    village, before = make_unit(make_unit(level=Level.TOWNSHIP), Level.VILLAGE), prepared_runs()
    for _ in range(2):
        make_entry(make_return(make_user(), village, LAST_WEEK))
        rollup.refresh()
        assert_exact([LAST_WEEK.monday])
    assert (prepared_runs() > before) == is_prepared


def prepared_runs() -> int:
    """Count how often a recount ran as a prepared statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(generic_plans + custom_plans) FROM pg_prepared_statements WHERE statement LIKE '%put_period%'"
        )
        return cursor.fetchone()[0] or 0
