"""Whatever changes a week of long ago, all that is counted from it follows the night after, with no rebuild by hand."""

from __future__ import annotations

import copy
import datetime as dt
import io
from collections.abc import Callable, Iterator
from io import StringIO
from types import ModuleType
from typing import Any

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from burden.accounts.models import Post
from burden.demands.models import DemandReview, QuoteRequest, Reestimate, Target
from burden.entries.history import COLUMNS, import_history
from burden.kit import clock
from burden.kit.clock import Week
from burden.standards.models import PlanItem, Sample, SamplePanel, TariffVersion
from burden.units import events
from burden.units.events import Change
from burden.units.models import Level, Unit
from reports import asked, estimates, peer_stats, rollup, stale_weeks, tasks, verification
from reports.management.commands import rollup as command
from reports.models import PeerStat, PeopleYear, ReturnSpread, RollupAsked, RollupSource, RollupSub, SourcePeriod
from reports.models import StaleWeek as Note
from tests.database import as_role, held
from tests.factories import (
    LAST_WEEK,
    NOW,
    THIS_WEEK,
    make_demand,
    make_entry,
    make_post,
    make_return,
    make_target,
    make_unit,
    make_user,
)

OLD = LAST_WEEK.plus(-20)  # long closed, in another quarter
COUNTED = (RollupSub, RollupSource, SourcePeriod, RollupAsked, ReturnSpread, PeerStat, PeopleYear)
BESIDE = {"rollup_asked", "return_spread", "peer_stat", "people_year"}


class Place:
    """Nine townships of five cadres under a county of a city, with another county beside it, one old week and one new."""

    def __init__(self) -> None:
        self.city = make_unit(level=Level.CITY)
        self.county, self.other = make_unit(self.city), make_unit(self.city)
        self.department = make_unit(self.county, Level.DEPARTMENT)
        self.towns = [make_unit(self.county, Level.TOWNSHIP) for _ in range(9)]
        self.demand = make_demand(self.department, people=1, minutes=60)
        for n, town in enumerate(self.towns):
            for _ in range(5):
                cadre = make_post(town, since=OLD.monday, until=THIS_WEEK.plus(1).monday).user
                for week in (OLD, LAST_WEEK):
                    make_entry(make_return(cadre, town, week), minutes=30 + n)
            make_target(self.demand, town, OLD)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (tasks, command):
        monkeypatch.setattr(module, "now", lambda: NOW)


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Place]:
    """The place after its first night."""
    with held(django_db_blocker), pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "now", lambda: NOW)
        place = Place()
        night()
        yield place


@pytest.fixture
def place(made: Place, db: None) -> Place:
    return copy.deepcopy(made)


def night() -> None:
    """Let the worker do what it does between two mornings."""
    with as_role("burden_worker"):
        tasks.sweep()
        tasks.sweep_demands()
        rollup.settle(now=NOW)
        tasks.count_asked()
        tasks.spread_returns()
        tasks.count_people()
        tasks.compare_peers()


def counted() -> dict[str, list[tuple]]:
    """All that is counted, but for rows that came to nothing."""
    found = {model._meta.db_table: sorted(model.every.values_list()) for model in COUNTED}
    found["source_period"] = [row for row in found["source_period"] if any(row[4:])]
    return found


def changed(since: dict[str, list[tuple]]) -> set[str]:
    return {table for table, rows in counted().items() if rows != since[table]}


def become(kind: str, unit: Unit, week: Week = OLD, **facts) -> None:
    events.register(by=None, change=Change(kind, unit, week.monday, "批复", **facts), now=NOW)


def move(place: Place) -> None:
    become("move", place.towns[0], parent=place.other)


def imported(place: Place) -> None:
    lines = [f"{town.code},沈洁,{OLD},form,台账,,1,45,0,10" for town in place.towns]
    import_history(by=None, file=io.BytesIO("\n".join([",".join(COLUMNS), *lines, ""]).encode()), name="x", now=NOW)


def filed_late(place: Place) -> None:
    make_entry(make_return(make_user(), place.towns[0], OLD), minutes=500, answer="done")


def renamed_kind(place: Place) -> None:
    for town in place.towns[:3]:
        become("rename", town, THIS_WEEK, facts={"name": "新街道", "kind": "street"})


def withdrawn(place: Place) -> None:
    Target.every.filter(unit=place.towns[0]).update(withdrawn=True)


def planned(place: Place) -> None:
    place.demand.plan_item = PlanItem.objects.create(issuer=place.department, year=2026, category="form", title="月报")
    place.demand.save()


def reestimated(place: Place) -> None:
    tariff = TariffVersion.objects.create(number=90, from_week=OLD.monday)
    Reestimate.every.create(demand=place.demand, week=OLD.monday, tariff=tariff, before_min=9, after_min=6, at=NOW)


def quoted(place: Place) -> None:
    at = dt.datetime.combine(OLD.monday, dt.time(12), dt.UTC)
    facts = {"of": place.demand, "fields": ["户数"], "asked_by": make_user(), "asked_at": at}
    QuoteRequest.objects.create(demand=place.demand, granted=True, answered_at=at, **facts)


def lightened(place: Place) -> None:
    at = dt.datetime.combine(OLD.monday, dt.time(12), dt.UTC)
    seen = {"price": {"year_min": 5000}, "lighter": {"price": {"year_min": 1200}}}
    DemandReview.every.create(demand=place.demand, version=1, seen=seen, chosen="lighter", by=make_user(), at=at)


def sampled(place: Place) -> None:
    Sample.objects.create(county=place.county, from_week=OLD.monday)
    night()
    for post in Post.objects.filter(unit=place.towns[0]):
        SamplePanel.objects.create(cadre_id=post.user_id, panel=0)


SUMS = {"rollup_sub", "rollup_source", "source_period"}


@pytest.mark.parametrize(
    ("happen", "expected"),
    [
        (move, SUMS | BESIDE),
        (imported, SUMS | BESIDE),
        (filed_late, SUMS | BESIDE),
        (withdrawn, {"rollup_sub", "rollup_source", "source_period", "rollup_asked"}),
        (renamed_kind, {"return_spread", "peer_stat"}),
        (planned, {"rollup_asked"}),
        (reestimated, {"rollup_asked"}),
        (quoted, {"rollup_asked"}),
        (lightened, {"rollup_asked"}),
        (sampled, {"return_spread"}),
    ],
)
def test_past_is_counted_anew_by_itself(place: Place, happen: Callable[[Place], None], expected: set[str]) -> None:
    before = counted()
    happen(place)
    night()
    assert changed(before) == expected
    kept = counted()
    assert verification.verify(now=NOW).differences == 0
    call_command("rollup", "rebuild", stdout=StringIO())
    assert counted() == kept


def test_week_is_noted_once_until_it_is_counted(place: Place) -> None:
    for _ in range(3):
        filed_late(place)
        tasks.sweep()
    assert set(Note.objects.filter(week=OLD.monday).values_list("what")) == {(what,) for what in BESIDE}
    assert Note.objects.filter(week=OLD.monday).count() == 4
    night()
    assert not Note.objects.filter(week=OLD.monday).exists()


def test_what_is_noted_during_a_recount_outlives_it(place: Place) -> None:
    filed_late(place)
    tasks.sweep()
    stale_weeks.take("peer_stat")  # by a recount that was killed
    filed_late(place)
    tasks.sweep()
    noted = stale_weeks.take("peer_stat", until=LAST_WEEK.monday)
    assert (noted.weeks, len(noted.notes)) == ([OLD.monday], 2)
    filed_late(place)
    tasks.sweep()
    noted.forget(OLD.monday, OLD.monday)
    assert Note.objects.get(what="peer_stat", week=OLD.monday).taken is False


@pytest.mark.parametrize("module", [asked, estimates, peer_stats], ids=lambda module: module.SQL.folder)
def test_recount_that_was_killed_goes_on_where_it_stopped(place: Place, monkeypatch, module: ModuleType) -> None:
    """Else one that takes longer than a task may would never end."""
    what = {asked: "rollup_asked", estimates: "return_spread", peer_stats: "peer_stat"}[module]
    older, forget, steps = OLD.plus(-52), stale_weeks.Noted.forget, []

    def killed_in_the_second(noted: stale_weeks.Noted, first: dt.date, last: dt.date) -> None:
        """Die in the last act of the transaction that counts a step."""
        steps.append(noted.weeks)
        if len(steps) == 2:
            raise ZeroDivisionError
        forget(noted, first, last)

    stale_weeks.note([older.monday, OLD.monday])
    monkeypatch.setattr(stale_weeks.Noted, "forget", killed_in_the_second)
    with pytest.raises(ZeroDivisionError):
        module.recount(now=NOW)
    notes = Note.objects.filter(what=what, week__lt=THIS_WEEK.monday)  # the running week's may wait
    assert [note.week for note in notes] == [OLD.monday]
    module.recount(now=NOW)
    assert OLD.monday in steps[2]
    assert older.monday not in steps[2]
    assert not notes.all().exists()


def test_hourly_recount_leaves_old_notes_to_the_night(place: Place) -> None:
    stale_weeks.note([OLD.monday, LAST_WEEK.monday])
    notes = Note.objects.filter(what="return_spread").values_list("week", "taken")
    tasks.spread_returns(weeks=1)
    assert list(notes) == [(OLD.monday, False)]
    tasks.spread_returns()
    assert not notes.all().exists()


def test_sample_that_begins_earlier_notes_the_weeks_between(place: Place) -> None:
    sample = Sample.objects.create(county=place.county, from_week=LAST_WEEK.monday)
    night()
    sample.from_week = OLD.monday
    sample.save()
    assert Note.objects.filter(what="return_spread", week=OLD.monday).exists()


def test_web_notes_no_weeks_by_hand(db: None) -> None:
    with as_role("burden_web"), connection.cursor() as cursor, pytest.raises(ProgrammingError), transaction.atomic():
        cursor.execute("SELECT note_sample_weeks('1900-01-01')")


def test_week_that_is_not_over_waits(place: Place) -> None:
    make_return(make_user(), place.towns[0], THIS_WEEK)
    night()
    assert set(Note.objects.values_list("what", "week")) == {
        (what, THIS_WEEK.monday) for what in ("peer_stat", "people_year")
    }


@pytest.fixture
def verified(place: Place) -> Callable[[], dict[str, int]]:
    def verify() -> dict[str, int]:
        tables = verification.verify(now=NOW).tables
        return {table: differences for table, (_rows, differences) in tables.items() if differences}

    return verify


@pytest.mark.parametrize(
    ("model", "spoilt"),
    [
        (RollupAsked, {"done": 99}),
        (ReturnSpread, {"n": 99}),
        (PeerStat, {"total_p90": 99}),
        (PeopleYear, {"people": 99}),
    ],
)
def test_spoilt_row_is_found(place: Place, verified, model, spoilt: dict[str, int]) -> None:
    assert verified() == {}
    table = model._meta.db_table
    one = model.every.filter(**{"year": 2026} if model is PeopleYear else {"week": OLD.monday}).first()
    kept = model.every.filter(pk=one.pk)
    kept.update(**spoilt)
    assert verified() == {table: 1}
    kept.delete()
    assert verified() == {table: 1}
    make_return(make_user(), place.towns[8], OLD)
    assert verified() == {}  # whatever is noted is left to its recount
    night()
    assert verified() == {}


def test_row_too_many_is_found_where_nothing_was_filed(place: Place, verified) -> None:
    week = OLD.plus(-9).monday
    row = RollupAsked.every.filter(unit=place.county).first()
    RollupAsked.every.create(
        **{f.name: getattr(row, f.name) for f in row._meta.fields if f.name != "pk"} | {"week": week}
    )
    assert verified() == {"rollup_asked": 1}


def test_claims_outside_the_weeks_of_filing_follow_a_move(place: Place) -> None:
    """What is asked for weeks to come, or was before anybody filed, stands where its unit stands then."""
    later, earlier = THIS_WEEK.plus(3), OLD.plus(-3)
    for week in (later, earlier):
        make_target(place.demand, place.towns[0], week)
    night()
    become("move", place.towns[0], OLD.plus(-4), parent=place.other)
    night()
    for week in (later, earlier):
        assert RollupAsked.every.get(unit=place.other, week=week.monday).targets == 1
        assert not RollupAsked.every.filter(unit=place.county, week=week.monday, targets__gt=0).exists()
    assert RollupSub.every.get(unit=place.other, week=earlier.monday).c_form == 60
    assert not RollupSub.every.filter(unit=place.county, week=earlier.monday, c_form__gt=0).exists()


def test_week_to_come_is_counted_when_it_opens(place: Place, verified) -> None:
    """A move marks no week to come: what changes there afterwards bears no mark, and would never be counted."""
    later = Week.at(clock.now()).plus(1)  # the database's own clock tells which weeks are to come
    make_target(place.demand, place.towns[1], later)
    night()
    become("move", place.towns[0], parent=place.other)
    night()
    make_target(place.demand, place.towns[0], later)
    make_post(place.towns[0], since=later.monday)
    assert not RollupSub.every.filter(week=later.monday).exists()
    assert verified() == {}
    rollup.open_weeks(now=dt.datetime.combine(later.monday, dt.time(1), dt.UTC))
    tasks.sweep()
    opened = RollupSub.every.get(unit=place.other, week=later.monday)
    assert (opened.c_form, opened.active) == (60, 1)


def test_what_is_asked_for_a_week_to_come_is_no_difference(place: Place, verified) -> None:
    later = Week.at(clock.now()).plus(1)
    make_target(place.demand, place.towns[0], later)
    make_target(place.demand, place.towns[1], later.plus(1))
    night()
    Target.every.filter(week=later.monday).update(withdrawn=True)
    Target.every.filter(week=later.plus(1).monday).delete()
    make_target(place.demand, place.towns[2], later)
    make_target(place.demand, place.towns[3], later)
    assert verified() == {}
    night()
    assert RollupAsked.every.get(unit=place.county, week=later.monday).targets == 2
    assert not RollupAsked.every.filter(week=later.plus(1).monday).exists()
