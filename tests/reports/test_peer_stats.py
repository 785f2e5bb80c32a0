"""Medians of peer groups: of what is shown alone, in groups of eight and more, and none that tells of a foreign unit."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest
from django.test import Client

from burden.kit import clock
from burden.units.models import Level, Unit
from reports import peer_stats
from reports.indicators import per_head
from reports.models import PeerStat, RollupOwn
from reports.peers import hidden, spread
from reports.periods import Period
from tests.database import as_role
from tests.factories import LAST_WEEK, NOW, make_actor, make_unit
from tests.reports.sums import add_sums

WEEK = Period.of("week", LAST_WEEK)
MONTH = Period.of("month", LAST_WEEK, until=LAST_WEEK)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def city(db: None) -> Unit:
    return make_unit(level="city", name="沅州市")


def county_of(city: Unit, towns: int, per_head: int = 300, **facts) -> Unit:
    """A county whose townships bear 300, 310, 320… minutes a head."""
    county = make_unit(city)
    for n in range(towns):
        add_sums(make_unit(county, Level.TOWNSHIP, **facts), returns=6, per_head=per_head + 10 * n)
    return county


def recount() -> int:
    with as_role("burden_worker"):
        return peer_stats.recount(now=NOW)


def test_medians_are_those_of_every_place_around(city: Unit) -> None:
    first, second = county_of(city, 9), county_of(city, 8, 600)
    recount()
    found = {stat.scope_id: stat for stat in PeerStat.every.filter(span="week", week=LAST_WEEK.monday)}
    assert {pk: (stat.n, stat.imposed_median) for pk, stat in found.items()} == {
        first.pk: (9, 340), second.pk: (8, 635), city.pk: (17, 380),
    }  # fmt: skip
    assert (found[first.pk].total_low, found[first.pk].total_high, found[first.pk].total_p90) == (320, 360, 372)


def test_group_of_seven_has_no_median_and_kinds_are_apart(city: Unit) -> None:
    county_of(city, 7)
    county_of(city, 8, kind="street")
    recount()
    assert {(stat.kind, stat.n) for stat in PeerStat.every.filter(span="week")} == {("street", 8)}


def test_departments_are_peers_of_those_of_their_level(city: Unit) -> None:
    for parent, n in ((make_unit(city), 5), (make_unit(city), 4), (city, 8)):
        for _ in range(n):
            add_sums(make_unit(parent, Level.DEPARTMENT), returns=6)
    recount()
    found = PeerStat.every.filter(span="week").values_list("kind", "n")
    assert set(found) == {("department_county", 9), ("department_city", 8)}


def test_recount_twice_is_the_same_and_follows_what_changed(city: Unit) -> None:
    county = county_of(city, 8)
    assert recount() == recount() > 0
    kept = PeerStat.every.count()
    RollupOwn.every.filter(unit__parent=county).update(self_min=600)
    recount()
    stat = PeerStat.every.get(scope=county, span="week", week=LAST_WEEK.monday)
    assert (stat.imposed_median, stat.total_median) == (235, 335)
    assert PeerStat.every.count() == kept


def test_no_hidden_week_is_in_any_median(city: Unit) -> None:
    """An attacker who knows all other shown figures learns nothing: a median is that of shown figures, recounted here."""
    choose = random.Random(5)
    for _ in range(3):
        county = make_unit(city)
        for _ in range(9):
            town = make_unit(county, Level.TOWNSHIP)
            for week in (LAST_WEEK, LAST_WEEK.plus(-1)):
                add_sums(town, week, returns=choose.choice([0, 2, 4, 5, 6, 9]), per_head=choose.randrange(5, 900, 5))
    recount()
    span = (MONTH.first.monday, MONTH.last.monday)
    rows = RollupOwn.every.filter(unit__level=Level.TOWNSHIP, week__range=span).select_related("unit")
    gone = hidden([row.unit_id for row in rows], span, own=True)
    shown: dict[int, list[RollupOwn]] = defaultdict(list)
    for row in rows:
        if row.returns and row.week not in gone[row.unit_id]:
            shown[row.unit_id].append(row)
    assert len(shown) < 27
    places: dict[int, list[int]] = defaultdict(list)
    for weeks in shown.values():
        minutes = sum(
            sum(getattr(row, f"m_{name}") for name in ("meeting", "document", "form", "inspection", "other"))
            for row in weeks
        )
        load = per_head(minutes, sum(row.returns for row in weeks))
        for pk in (weeks[0].unit.parent_id, city.pk):
            places[pk].append(load)
    expected = {pk: spread(values) for pk, values in places.items()}
    found = {stat.scope_id: stat for stat in PeerStat.every.filter(span="month", week=span[0], kind="township")}
    assert set(found) == {pk for pk, each in expected.items() if each}
    for pk, stat in found.items():
        known = expected[pk]
        assert (stat.n, stat.total_median) == (known.count, int(known.median + 0.5))
        assert (stat.total_low, stat.total_p90) == (int(known.low + 0.5), int(known.p90 + 0.5))


def read(actor, scope: Unit, group: str = "township", period: Period = WEEK) -> int | None:
    found = peer_stats.stats(actor, [scope.pk], [group], period)
    return found[scope.pk, group].n if found else None


def test_wider_place_is_told_where_eight_lie_outside(city: Unit) -> None:
    county, other = county_of(city, 9), county_of(city, 7, 600)
    actor = make_actor(county, "reviewer")
    recount()
    assert read(actor, county) == 9
    assert read(actor, city) is None
    add_sums(make_unit(other, Level.TOWNSHIP), returns=6)
    recount()
    assert read(actor, city) == 17
    assert read(make_actor(city, "reviewer"), city) == 17


def test_place_beside_is_not_told(city: Unit) -> None:
    county, other = county_of(city, 9), county_of(city, 9)
    recount()
    assert read(make_actor(county, "reviewer"), other) is None
    assert read(make_actor(county, "cadre"), county) is None


def test_period_that_was_not_counted_to_its_end_is_not_told(city: Unit) -> None:
    county = county_of(city, 9)
    recount()
    actor = make_actor(county, "reviewer")
    assert read(actor, county, period=MONTH) == 9
    assert read(actor, county, period=Period.of("month", LAST_WEEK)) is None


def page(client: Client, reader: Unit, unit: Unit, status: int = 200, **query: str) -> str:
    client.force_login(make_actor(reader, "reviewer" if reader.level != "township" else "lead").user)
    answer = client.get(f"/reports/{unit.code}/", query)
    assert answer.status_code == status
    return answer.content.decode()


def test_lead_sees_the_own_unit_beside_its_peers(client: Client, city: Unit) -> None:
    county = county_of(city, 9)
    recount()
    town = Unit.every.filter(parent=county).order_by("pk").last()
    text = page(client, town, town)
    assert "高于中间一半" in text
    assert client.get(f"/reports/{town.code}/").context["standing"][0].imposed.gap == 40


def test_lead_among_eight_is_not_told_what_the_seven_others_are(client: Client, city: Unit) -> None:
    county = county_of(city, 8)
    recount()
    town = Unit.every.filter(parent=county).first()
    assert "能比的同类单位不到 8 个" in page(client, town, town)
    assert client.get(f"/reports/{town.code}/").context["standing"][0].count is None


def test_units_are_compared_with_those_of_the_city_where_asked(client: Client, city: Unit) -> None:
    county, _other = county_of(city, 9), county_of(city, 9, 600)
    recount()
    page(client, county, county, peers="city")
    table = client.get(f"/reports/{county.code}/", {"peers": "city"}).context["table"]
    assert (table.peers[0].count, table.peers[0].median) == (18, 490)
    assert client.get(f"/reports/{county.code}/").context["table"].peers[0].median == 340
    page(client, county, county, 404, peers="village")
    assert client.get(f"/reports/{county.code}/", {"peers": "nation"}).context["table"].peers[0].median == 340


@pytest.mark.parametrize(("sort", "first"), [("imposed", 2), ("previous", 0), ("last_year", 1)])
def test_table_is_in_the_order_asked_for(client: Client, city: Unit, sort: str, first: int) -> None:
    county = make_unit(city)
    towns = [make_unit(county, Level.TOWNSHIP) for _ in range(3)]
    weeks = (LAST_WEEK, WEEK.previous.last, WEEK.last_year.last)
    for town, loads in zip(towns, ((600, 300, 600), (600, 600, 300), (700, 700, 700)), strict=True):
        for week, load in zip(weeks, loads, strict=True):
            add_sums(town, week, returns=6, per_head=load)
    text = page(client, county, county, sort=sort)
    lines = client.get(f"/reports/{county.code}/", {"sort": sort}).context["table"].lines
    assert lines[0].unit == towns[first]
    assert "不评价乡镇，不用于考核" in text
    page(client, county, county, 404, sort="name")


def test_county_alone_and_an_empty_county_have_no_peers(client: Client, db: None) -> None:
    county = make_unit()
    assert "与同类单位比" not in page(client, county, county)
    add_sums(make_unit(county, Level.TOWNSHIP), returns=6)
    recount()
    assert PeerStat.every.count() == 0
    assert "同类单位不到 8 个的，只列数，不比较" in page(client, county, county)
