"""Different people of a year: each counted once wherever and how often they filed, and not told where weeks are hidden."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from burden.accounts.models import User
from burden.kit.clock import Week
from burden.units.models import Level, Unit
from reports import people, queries, rollup, tasks
from reports.models import PeopleYear
from reports.peers import hidden
from reports.periods import Period
from tests.database import as_role, in_threads
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor, make_post, make_return, make_unit, make_user
from tests.reports.trees import move

YEAR = Period.of("year", LAST_WEEK, until=LAST_WEEK)


def counted() -> dict[tuple[int, int], int]:
    people.recount(now=NOW)
    return {(row.unit_id, row.year): row.people for row in PeopleYear.every.all()}


@pytest.fixture
def county(db: None) -> Unit:
    return make_unit(make_unit(level=Level.CITY))


def file(users: list[User], unit: Unit, *weeks: Week) -> None:
    for user in users:
        for week in weeks:
            make_return(user, unit, week)


def test_person_counts_once_a_year_at_every_level(county: Unit) -> None:
    here, there = (make_unit(county, Level.TOWNSHIP) for _ in range(2))
    users = [make_user() for _ in range(3)]
    file(users, here, LAST_WEEK, LAST_WEEK.plus(-1))
    file(users[:1], there, LAST_WEEK.plus(-2))
    found = counted()
    assert [found[unit.pk, 2026] for unit in (here, there, county, county.parent)] == [3, 1, 3, 3]


def test_week_belongs_to_the_year_of_its_thursday(county: Unit) -> None:
    file([make_user()], county, Week(dt.date(2024, 12, 30)), Week(dt.date(2026, 1, 5)))
    assert {year for _unit, year in counted()} == {2025, 2026}


def test_running_week_is_left_out(county: Unit) -> None:
    file([make_user()], county, THIS_WEEK)
    assert counted() == {}


def test_moved_unit_counts_where_it_stood(county: Unit) -> None:
    old, new = (make_unit(county, Level.TOWNSHIP) for _ in range(2))
    village = make_unit(old, Level.VILLAGE)
    file([make_user()], village, LAST_WEEK.plus(-1))
    file([make_user()], village, LAST_WEEK)
    move(village, new, LAST_WEEK)
    found = counted()
    assert [found[unit.pk, 2026] for unit in (village, old, new, county)] == [2, 1, 1, 2]


@pytest.mark.parametrize(("many", "few", "told"), [(6, 6, 6), (6, 3, 0), (4, 4, 0)])
def test_people_are_told_where_no_week_is_hidden(county: Unit, client: Client, many: int, few: int, told: int) -> None:
    users = [make_user() for _ in range(many)]
    for user in users:
        make_post(county, user=user, since=LAST_WEEK.plus(-1).monday)
    file(users, county, LAST_WEEK)
    file(users[:few], county, LAST_WEEK.plus(-1))
    rollup.refresh()
    with as_role("burden_worker"):
        tasks.count_people()
        people.recount(now=NOW)
    actor, span = make_actor(county, "reviewer"), (YEAR.first.monday, YEAR.last.monday)
    figures, gone = queries.weekly(actor, county, span), hidden([county.pk], span)[county.pk]
    assert queries.people(actor, county, YEAR, figures, gone) == told
    client.force_login(actor.user)
    page = client.get(f"/reports/{county.code}/?period=year&week={LAST_WEEK}").content.decode()
    assert (f"填过的有 {told} 人" in page) == bool(told)


def test_shorter_period_tells_no_people(county: Unit) -> None:
    assert queries.people(make_actor(county, "reviewer"), county, Period.of("month", LAST_WEEK), {}, ()) == 0


def test_recounts_at_once_count_once(transactional_db: None) -> None:
    unit = make_unit()
    file([make_user()], unit, LAST_WEEK)
    assert in_threads(4, lambda _: people.recount(now=NOW), role="burden_worker") == [1] * 4
