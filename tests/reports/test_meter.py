"""The portal's own burden: medians of groups, nothing of fewer than five, and nothing left of single times."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from burden.entries.models import FilingTime
from burden.entries.services import file_week
from burden.kit import clock
from burden.kit.clock import Week
from burden.standards.queries import turn
from burden.standards.sampling import PANELS
from burden.standards.services import start_sample
from burden.units.models import Kind, Level, Unit, UnitPath
from reports import footer, meter
from reports.models import PortalTime
from tests.database import as_role
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor, make_unit


@pytest.fixture
def county(db: None) -> Unit:
    return make_unit()


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    meter.county_median.cache_clear()


def take(unit: Unit, *seconds: int, week=LAST_WEEK) -> None:
    FilingTime.objects.bulk_create(FilingTime(unit=unit, week=week.monday, seconds=each) for each in seconds)


def recount(now: dt.datetime = NOW) -> int:
    with as_role("burden_worker"):
        return meter.recount(now=now)


def kept(unit: Unit, week=LAST_WEEK) -> tuple[int, int, int] | None:
    return PortalTime.every.filter(unit=unit, week=week.monday).values_list("n", "median_s", "total_s").first()


def test_times_are_summed_for_the_unit_and_all_above(county: Unit) -> None:
    towns = [make_unit(county, Level.TOWNSHIP) for _ in range(2)]
    take(towns[0], 30, 40, 50, 60, 300)
    take(towns[1], 10, 20, 20, 20, 20)
    assert recount() == 3
    assert (kept(towns[0]), kept(towns[1]), kept(county)) == ((5, 50, 480), (5, 20, 90), (10, 20, 570))


def test_fewer_than_five_are_kept_only_within_a_larger_group(county: Unit) -> None:
    towns = [make_unit(county, Level.TOWNSHIP) for _ in range(2)]
    take(towns[0], 30, 40, 50)
    take(towns[1], 60, 70)
    recount()
    assert (kept(towns[0]), kept(towns[1]), kept(county)) == (None, None, (5, 50, 250))


def test_database_itself_keeps_no_small_group(county: Unit) -> None:
    with pytest.raises(IntegrityError, match="portal_time_group"), transaction.atomic():
        PortalTime.every.create(unit=county, week=LAST_WEEK.monday, n=4, median_s=1, total_s=4)


def test_row_is_replaced_once_five_more_have_filed(county: Unit) -> None:
    """Else two readings an hour apart would tell the time of the one who filed between them."""
    take(county, 30, 30, 30, 30, 30)
    recount()
    take(county, 50, 50, 50, 50)
    assert recount() == 0
    assert kept(county) == (5, 30, 150)
    take(county, 50)
    assert recount() == 1
    assert kept(county) == (10, 30, 400)


def test_second_run_changes_nothing(county: Unit) -> None:
    take(county, 30, 40, 50, 60, 70)
    assert (recount(), recount()) == (1, 0)


def test_single_times_go_when_their_week_is_over_and_the_median_stays(county: Unit) -> None:
    before = LAST_WEEK.plus(-1)
    take(county, 30, 40, 50, 60, 70, week=before)
    take(county, 30)
    take(county, 30, week=THIS_WEEK)
    recount()
    assert kept(county, before) == (5, 50, 250)
    assert set(FilingTime.objects.values_list("week", flat=True)) == {LAST_WEEK.monday, THIS_WEEK.monday}
    recount()
    assert kept(county, before) == (5, 50, 250)


def test_times_are_summed_in_the_tree_of_their_week(county: Unit) -> None:
    other = make_unit()
    town = make_unit(county, Level.TOWNSHIP)
    UnitPath.objects.create(
        unit=town, from_week=THIS_WEEK.monday, path=f"{other.path}{town.pk}.", ancestors=[other.pk, town.pk]
    )
    take(town, 30, 40, 50, 60, 70)
    recount()
    assert (kept(county) is not None, kept(other)) == (True, None)


def test_footer_says_last_weeks_median_of_the_readers_county(county: Unit, monkeypatch, client) -> None:
    monkeypatch.setattr("burden.kit.clock.now", lambda: NOW)
    town = make_unit(county, Level.TOWNSHIP)
    take(county, 30, 40, 50, 60, 70)
    take(county, 1, 1, 1, 1, 1, week=THIS_WEEK)
    recount()
    client.force_login(make_actor(town, "lead").user)
    assert "上周提交中位用时 50 秒" in client.get(f"/reports/{town.code}/").content.decode()
    client.force_login(make_actor(make_unit(), "lead").user)
    assert "上周提交中位用时" not in client.get("/reports/", follow=True).content.decode()


def test_footer_asks_once_an_hour(county: Unit, rf, django_assert_num_queries) -> None:
    request = rf.get("/")
    request.actor = make_actor(county, "lead")
    with django_assert_num_queries(1):
        for _page in range(3):
            assert footer.own_burden(request)["own_seconds"]() is None


def test_footer_of_a_stranger_asks_nothing(rf, db, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert footer.own_burden(rf.get("/"))["own_seconds"]() is None


def test_sample_saves_three_quarters_of_what_filing_costs(county: Unit) -> None:
    """Whoever is asked files, through the services that pages use: over four weeks the meter counts a quarter of filing weekly."""
    kinds = (Kind.VILLAGE, Kind.COMMUNITY, Kind.TOWN, Kind.DEPARTMENT)
    levels = (Level.VILLAGE, Level.VILLAGE, Level.TOWNSHIP, Level.DEPARTMENT)
    units = [make_unit(county, level, kind=kind) for level, kind in zip(levels, kinds, strict=True)]
    cadres = [make_actor(unit, "cadre") for unit, size in zip(units, (8, 8, 3, 1), strict=True) for _ in range(size)]

    def filed(week: Week) -> list[int]:
        """Let everybody file who is asked; return who was."""
        asked = [at for at, each in enumerate(cadres) if turn(each, each.posts[0].unit, week) is None]
        now = clock.midnight(week.monday) + dt.timedelta(days=4)
        for at in asked:
            facts = {"week": week, "client_key": uuid4(), "base_version": 0, "nil": True, "entries": []}
            file_week(by=cadres[at], seconds=30 + 7 * at, now=now, **facts)
        recount(now)
        return asked

    assert len(filed(THIS_WEEK)) == len(cadres)
    weeks = [THIS_WEEK.plus(n) for n in range(1, 1 + PANELS)]
    start_sample(by=make_actor(county, "office"), county=county, from_=weeks[0].monday, now=NOW)
    asked = [filed(week) for week in weeks]
    assert sorted(at for those in asked for at in those) == [*range(len(cadres))]  # each once
    costs = [kept(county, week)[2] for week in weeks]
    assert sum(costs) * PANELS == kept(county, THIS_WEEK)[2] * len(weeks)
    assert sum(kept(county, week)[0] for week in weeks) == len(cadres)
