"""Issuers side by side: as their own pages say, own decision apart from what was passed on, fewer apart from re-estimated."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from burden.demands.models import Reestimate
from burden.kit import clock
from burden.standards.models import TariffVersion
from burden.units.models import Level, Unit
from reports import issued, league
from reports.extents import Extent
from reports.league import ALL, Choice
from reports.models import RollupDemand, RollupSource
from reports.periods import Period
from reports.table_rows import issuers_beside
from tests.factories import LAST_WEEK, NOW, make_actor, make_demand, make_unit
from tests.reports.sums import OF_DEMANDS, add_demand_sums, add_source, add_sums

WEEK = Period.of("week", LAST_WEEK)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db: None) -> Unit:
    return make_unit(make_unit(level="city"), name="临溪县")


def ask(issuer: Unit, confirmed: int = 600, week=LAST_WEEK, *, level: str = "township", **facts) -> RollupDemand:
    """Let a demand of an issuer have been answered: ten receivers, five answers of five of them, all of which did it."""
    numbers = {"targets": 10, "answered": 5, "answers": 5, "not_applicable": 0}
    numbers |= {"claim_min": 1000, "open_min": 500, "confirmed_min": confirmed}
    numbers |= {name: facts.pop(name) for name in OF_DEMANDS if name != "done" and name in facts}
    numbers["done"] = facts.pop("done", numbers["answers"] - numbers["not_applicable"])
    demand = facts.pop("demand", None) or make_demand(issuer, **facts)
    return add_demand_sums(demand, week, level=level, **numbers)


def rows(unit: Unit, period: Period = WEEK, choice: Choice = ALL, sort: str = "own"):
    return league.league(make_actor(unit, "reviewer"), unit, period, choice, sort).rows


def test_own_decision_stands_apart_from_what_was_passed_on(county: Unit) -> None:
    office = make_unit(county, Level.DEPARTMENT)
    ask(office, 600)
    ask(office, 900, origin="province")
    add_source(county, office, minutes=1500)
    (row,) = rows(county)
    assert (row.now.own.sums.total_min, row.now.passed.sums.total_min) == (600 + 500, 900 + 500)
    assert (row.now.demands, row.now.times, row.now.each_min) == (2, 20, 125)
    assert row.previous.total_min == 0


def test_page_does_not_say_who_decided_what_nobody_registered(client: Client, county: Unit) -> None:
    silent = make_unit(county, Level.DEPARTMENT, name="县民政局")
    add_sums(county, returns=9)
    add_source(county, silent, minutes=300, u_min=300, u_n=5)
    row = show(client, county).partition("县民政局</a>")[2].partition("</tr>")[0]
    assert row.count("<data") == 1
    assert row.count(">—</td>") >= 2


def test_unregistered_counts_where_five_recorded_it(county: Unit) -> None:
    office, other = (make_unit(county, Level.DEPARTMENT) for _ in range(2))
    for issuer, n in ((office, 5), (other, 4)):
        ask(issuer)
        add_source(county, issuer, minutes=900)
        issued.RollupSource.every.filter(issuer_id=issuer.pk).update(u_min=300, u_n=n)
    assert {row.unit: row.now.unregistered_min for row in rows(county)} == {office: 300, other: 0}


def untimed(cells: Iterable[issued.Cell]) -> issued.Issued:
    """Add up cells as the list does, which says nothing of when."""
    return replace(issued.total(cells), after_hours_min=0, timed_min=0)


def test_row_is_what_the_issuers_own_page_says(county: Unit) -> None:
    """Whatever is hidden there is hidden here: one issuer is added up in Python, many are in SQL."""
    choose = random.Random(7)
    actor = make_actor(county, "reviewer")
    offices = [make_unit(county, Level.DEPARTMENT) for _ in range(4)]
    for office in offices:
        for _ in range(6):
            demand = make_demand(
                office, category=choose.choice(["form", "meeting"]), origin=choose.choice(["own", "city"])
            )
            for level in choose.sample(["township", "village", "department"], 2):
                for week in (LAST_WEEK, LAST_WEEK.plus(-1)):
                    answers = choose.randrange(12)
                    answered = choose.randint(min(answers, 1), answers)
                    left_out = choose.randrange(answers + 1) if choose.random() < 0.5 else 0
                    ask(
                        office, choose.randrange(900), week, demand=demand, level=level, answers=answers, answered=answered,
                        open_min=choose.randrange(500), done=choose.randint(0, answers - left_out), left_out=left_out,
                        left_out_units=choose.randint(0, answered) if left_out else 0,
                        left_out_min=choose.randrange(300) if left_out else 0,
                    )  # fmt: skip
    period = Period.of("month", LAST_WEEK, until=LAST_WEEK)
    found = {row.unit.pk: row.now for row in rows(county, period)}
    assert len(found) == 4
    for office in offices:
        cells = issued.cells(actor, office, period)
        assert any(cell.is_hidden for cell in cells)
        assert found[office.pk].own.sums == untimed(cell for cell in cells if cell.origin == "own")
        assert found[office.pk].passed.sums == untimed(cell for cell in cells if cell.origin != "own")
    forms = {row.unit.pk: row.now for row in rows(county, period, Choice("form", "village"))}
    for pk, now in forms.items():
        cells = issued.cells(actor, next(each for each in offices if each.pk == pk), period)
        kept = issued.total(cell for cell in cells if cell.category == "form" and cell.level == "village")
        assert now.registered_min == kept.total_min
        assert now.unregistered_min is None


@pytest.mark.parametrize(("done", "is_hidden"), [(5, False), (1, True), (0, False)])
def test_answers_that_it_does_not_apply_stand_behind_no_minutes(county: Unit, done: int, is_hidden: bool) -> None:
    """Five and more answered; what one of them did is that one's. Where nobody did it there is nothing to hide."""
    office = make_unit(county, Level.DEPARTMENT)
    ask(office, 77 * done, answers=9, not_applicable=9 - done)
    (cell,) = issued.cells(make_actor(county, "reviewer"), office, WEEK)
    (row,) = rows(county)
    assert cell.is_hidden == is_hidden
    assert row.now.confirmed_min == (0 if is_hidden else 77 * done)


def test_year_before_is_that_of_last_year_and_told_as_both(county: Unit) -> None:
    """Periods with the same weeks are read once."""
    office = make_unit(county, Level.DEPARTMENT)
    year = Period.of("year", LAST_WEEK, until=LAST_WEEK)
    ask(office, 600)
    for week, confirmed in ((year.last_year.last, 70), (year.previous.first, 9)):
        ask(office, confirmed, week)
        add_source(county, office, week, minutes=40)
        RollupSource.every.filter(issuer_id=office.pk, week=week.monday).update(u_min=40, u_n=5)
    (row,) = rows(county, year)
    assert row.now.confirmed_min == 600
    assert row.last_year.confirmed_min == row.previous.confirmed_min == 79
    assert row.last_year.unregistered_min == row.previous.unregistered_min == 80


def test_fewer_is_told_apart_from_re_estimated(county: Unit) -> None:
    office, other = (make_unit(county, Level.DEPARTMENT) for _ in range(2))
    before = WEEK.last_year.last
    add_sums(county, before)
    for issuer in (office, other):
        ask(issuer, 600, before)
    now = ask(office, 100)
    ask(other, 400)
    tariff = TariffVersion.objects.latest("from_week")
    Reestimate.every.create(
        demand=now.demand, week=LAST_WEEK.monday, tariff=tariff, before_min=900, after_min=500, at=NOW
    )
    found = {row.unit.pk: row for row in rows(county)}
    assert (found[office.pk].reestimated_min, found[office.pk].more_min) == (-400, -100)
    assert found[other.pk].more_min == -200
    assert [row.unit for row in rows(county, sort="less")] == [other, office]
    assert [row.unit for row in rows(county, sort="more")] == [office, other]


def test_portal_that_began_since_is_not_compared_with_last_year(client: Client, county: Unit) -> None:
    few, many = (make_unit(county, Level.DEPARTMENT) for _ in range(2))
    ask(few, 100)
    ask(many, 900)
    assert [row.unit for row in rows(county, sort="less")] == [many, few]
    assert "上年同期的数据不全" in show(client, county)


@pytest.mark.parametrize("sort", league.SORTS)
def test_every_order_puts_the_most_first(county: Unit, sort: str) -> None:
    light, heavy = (make_unit(county, Level.DEPARTMENT) for _ in range(2))
    ask(light, 100)
    for origin in ("own", "own", "city"):
        ask(heavy, 900, origin=origin)
    add_source(county, heavy, minutes=900)
    issued.RollupSource.every.update(u_min=300, u_n=5)
    add_sums(county, WEEK.last_year.last)
    expected = [light, heavy] if sort == "less" else [heavy, light]
    assert [row.unit for row in rows(county, sort=sort)] == expected


def test_villages_are_not_listed(county: Unit) -> None:
    town = make_unit(county, Level.TOWNSHIP)
    station = make_unit(town, Level.DEPARTMENT)
    for issuer in (make_unit(town, Level.VILLAGE), station, town):
        ask(issuer)
        add_source(county, issuer, minutes=600)
    assert [row.unit for row in rows(county)] == [row.unit for row in rows(town)] == [town, station]


def ask_below(*above: Unit, confirmed: int = 600, **facts) -> Unit:
    """Let a new office of the last of these units have asked something of those below all of them."""
    office = make_unit(above[-1], Level.DEPARTMENT)
    ask(office, confirmed, **facts)
    for unit in above:
        add_source(unit, office, minutes=confirmed)
    return office


@pytest.fixture
def places(db: None) -> tuple[Unit, ...]:
    """Return a province, its city, and two counties of that."""
    city = make_unit(make_unit(level="province"), "city")
    return city.parent, city, make_unit(city), make_unit(city)


def test_province_and_city_list_the_offices_of_every_county(places: tuple[Unit, ...]) -> None:
    province, city, *counties = places
    for county in counties:
        for confirmed in (900, 600):
            ask_below(province, city, county, confirmed=confirmed)
    parts = [row for county in counties for row in rows(county)]
    for unit in (province, city):
        found = rows(unit)
        assert {row.unit: row.now for row in found} == {row.unit: row.now for row in parts}
        assert league.added(row.now for row in found) == league.added(row.now for row in parts)
    extent = Extent(province, "own", LAST_WEEK, LAST_WEEK)
    assert {row[0] for row in issuers_beside(make_actor(province, "office"), extent)} == {
        row.unit.code for row in parts
    }


def test_who_asks_no_more_is_told_at_every_level(places: tuple[Unit, ...]) -> None:
    province, city, county, _other = places
    office = make_unit(county, Level.DEPARTMENT)
    ask(office, 600, WEEK.last_year.last)
    for unit in (province, city, county):
        add_source(unit, office, WEEK.last_year.last, minutes=600)
    assert [[row.more_min for row in rows(unit)] for unit in (province, county)] == [[-1100], [-1100]]


def test_unregistered_of_a_county_whose_week_is_hidden_is_hidden_above_it(places: tuple[Unit, ...]) -> None:
    province, city, *counties = places
    actor = make_actor(province, "reviewer")
    for county, returns in zip((*counties, make_unit(city)), (20, 9, 4), strict=True):
        add_sums(county, returns=returns)
        ask_below(province, city, county)
    issued.RollupSource.every.update(u_min=300, u_n=5)
    found = rows(province)
    assert sorted(row.now.unregistered_min or 0 for row in found) == [
        0,
        0,
        300,
    ]  # and one beside the hidden one, which could be told from it
    assert [row.now.unregistered_min for row in found] == [issued.unregistered(actor, row.unit, WEEK) for row in found]


def test_who_asks_for_little_far_below_is_left_out_and_the_page_says_so(
    client: Client, places: tuple[Unit, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    province, city, county, other = places
    heavy, light = (
        ask_below(province, city, unit, confirmed=confirmed) for unit, confirmed in ((other, 900), (county, 600))
    )
    assert "隔级的下达单位只列" not in show(client, province)
    monkeypatch.setattr(league, "LISTED", 1)
    assert [row.unit for row in rows(province)] == [heavy]
    assert [row.unit for row in rows(county)] == [light]
    assert "隔级的下达单位只列" in show(client, province)


def test_who_stands_near_takes_no_place_of_those_deeper(
    places: tuple[Unit, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    province, city, county, _other = places
    monkeypatch.setattr(league, "LISTED", 1)
    near = make_unit(province, Level.DEPARTMENT)
    for issuer in (near, city, province):
        ask(issuer, 5_000)
        add_source(province, issuer, minutes=5_000)
    deeper = ask_below(province, city, county, confirmed=900)
    found = league.league(make_actor(province, "reviewer"), province, WEEK)
    assert ({row.unit for row in found.rows}, found.is_whole) == ({province, near, city, deeper}, True)


def test_what_nobody_answered_yet_counts_for_who_is_listed(
    places: tuple[Unit, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    province, city, county, other = places
    ask_below(province, city, county, confirmed=900)
    claiming = ask_below(province, city, other, confirmed=100)
    RollupSource.every.filter(issuer_id=claiming.pk).update(c_min=100_000)
    monkeypatch.setattr(league, "LISTED", 1)
    assert [row.unit for row in rows(province)] == [claiming]


def test_file_lists_whom_the_page_lists(places: tuple[Unit, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    province, city, county, other = places
    ask_below(province, city, county, confirmed=900)
    once = ask_below(province, city, other, confirmed=600)
    for unit in (province, city, other):
        add_source(unit, once, WEEK.last_year.last, minutes=5_000)
    monkeypatch.setattr(league, "LISTED", 1)
    extent = Extent(province, "own", LAST_WEEK, LAST_WEEK)
    listed = [row[0] for row in issuers_beside(make_actor(province, "office"), extent)]
    assert listed == [row.unit.code for row in rows(province)] == [once.code]


def test_offices_of_other_counties_are_not_listed_to_whoever_may_see_them(places: tuple[Unit, ...]) -> None:
    """Offices of two counties once asked each other's people: read by the province, each county's page is still its own."""
    province, _city, *counties = places
    offices = [ask_below(county) for county in counties]
    for county, foreign in zip(counties, reversed(offices), strict=True):
        add_source(county, foreign, minutes=900)
    for county, own in zip(counties, offices, strict=True):
        found = league.league(make_actor(province, "reviewer"), county, WEEK)
        assert [row.unit for row in found.rows] == [own]


def test_county_that_began_since_is_not_compared_and_comes_last(client: Client, places: tuple[Unit, ...]) -> None:
    province, city, old, new = places
    for county, weeks in ((old, (LAST_WEEK, WEEK.last_year.last)), (new, (LAST_WEEK,))):
        for week in weeks:
            add_sums(county, week, returns=9)
    grown = ask_below(province, city, old)
    ask(grown, 100, WEEK.last_year.last)
    fresh = ask_below(province, city, new, confirmed=9_000)
    for sort in league.CHANGES:
        found = league.league(make_actor(province, "reviewer"), province, WEEK, sort=sort)
        assert [(row.unit, row.is_comparable) for row in found.rows] == [(grown, True), (fresh, False)]
    page = show(client, province)
    assert "上年同期的数据不全" in page
    cells = [cell.split("</td>")[0] for cell in page.partition(f"{fresh.name}</a>")[2].split('<td class="r">')[1:3]]
    assert cells[1] == "—"


def test_what_was_not_registered_of_one_kind_is_known_to_be_nothing(client: Client, county: Unit) -> None:
    office = make_unit(county, Level.DEPARTMENT, name="县民政局")
    add_sums(county, returns=9)
    ask(office, 600, category="meeting")
    ask(office, 600, WEEK.last_year.last, category="form")
    row = show(client, county, category="form").partition("县民政局</a>")[2].partition("</tr>")[0]
    assert row.count('value="0"') == 3  # in all, decided here, passed on


def test_queries_do_not_grow_with_counties(places: tuple[Unit, ...], client: Client) -> None:
    province, city, *counties = places
    counted = []
    for county in (*counties, make_unit(city)):
        add_sums(county, returns=9)
        ask_below(province, city, county)
        issued.RollupSource.every.update(u_min=300, u_n=5)
        show(client, province)
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/reports/{province.code}/issuers/")
        counted.append(len(seen))
    assert counted[0] == counted[2]


def test_issuers_above_stand_apart_without_hidden_weeks(county: Unit) -> None:
    above = make_unit(county.parent, Level.DEPARTMENT, name="市农业农村局")
    for week, returns in ((LAST_WEEK, 9), (LAST_WEEK.plus(-1), 4)):
        add_sums(county, week, returns=returns)
        add_source(county, above, week, minutes=300)
    found = league.league(make_actor(county, "reviewer"), county, Period.of("month", LAST_WEEK, until=LAST_WEEK))
    assert [(each.unit.name, each.confirmed_min) for each in found.above] == [("市农业农村局", 300)]


def show(client: Client, unit: Unit, status: int = 200, **query: str) -> str:
    client.force_login(make_actor(unit, "reviewer").user)
    answer = client.get(f"/reports/{unit.code}/issuers/", query)
    assert answer.status_code == status
    return answer.content.decode()


def test_page_of_a_county_without_demands_says_so(client: Client, county: Unit) -> None:
    assert "这段时间没有下达单位登记过事项" in show(client, county)


def test_hidden_week_says_so_and_is_no_zero(client: Client, county: Unit) -> None:
    above = make_unit(county.parent, Level.DEPARTMENT, name="市农业农村局")
    add_sums(county, returns=4)
    add_source(county, above, minutes=300)
    page = show(client, county)
    assert "人数太少，不显示" in page and "没有下达单位登记过" not in page
    row = page.split("市农业农村局")[1].split("</tr>")[0]
    assert "不显示" in row and ">0.0<" in row  # nothing is claimed: that is no sum of people
    add_sums(county, LAST_WEEK.plus(-1), returns=9)
    assert "人数太少，不显示" not in show(client, county, period="month")


@pytest.mark.parametrize(
    "query", [{"sort": "name"}, {"category": "x"}, {"level": "county"}, {"period": "day"}, {"week": "x"}]
)
def test_unknown_state_is_404(client: Client, county: Unit, query: dict[str, str]) -> None:
    show(client, county, 404, **query)


def test_page_links_every_issuer_and_keeps_the_period(client: Client, county: Unit) -> None:
    office = make_unit(county, Level.DEPARTMENT)
    ask(office, 600)
    page = show(client, county, period="month", category="form")
    assert f"/issued/{office.code}/?week={LAST_WEEK}&amp;period=month" in page
    assert 'id="own" value="1100"' in page
    assert "category=form&amp;sort=total" in page or "sort=total&amp;category=form" in page


def test_cells_lead_to_the_demands_they_are_made_of(client: Client, county: Unit) -> None:
    """Own and passed on, cut as the table is: the list behind each says the cell's sum."""
    office = make_unit(county, Level.DEPARTMENT)
    for at, origin in enumerate(("own", "county", "city", "central")):
        ask(office, 600 + at, origin=origin, category="form" if at % 2 else "meeting")
    for query in ({}, {"category": "form"}, {"level": "township"}, {"level": "village"}):
        page = show(client, county, **query)
        for name, cell in (("decided", "own"), ("above", "passed")) if query.get("level") != "village" else ():
            url = re.search(rf'href="(/issued/{office.code}/[^"#]*{name}=county)#demands"', page)[1].replace(
                "&amp;", "&"
            )
            listed = client.get(url).content.decode()
            value = re.search(rf'<data id="{cell}" value="(\d+)"', page)[1]
            assert f'<data id="listed" value="{value}"' in listed and value != "0"
    add_sums(county, returns=9)
    add_source(county, office, minutes=2000)
    shown = client.get(f"/reports/{county.code}/").content.decode()
    assert all(f"{name}=county#demands" in shown for name in ("decided", "above"))
    assert f"issuer={office.code}#units" in shown  # and what nobody answered to the units it was asked of


def test_queries_do_not_grow_with_issuers(client: Client, county: Unit) -> None:
    counted = []
    for _ in range(3):
        ask(make_unit(county, Level.DEPARTMENT), 600)
        show(client, county)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(f"/reports/{county.code}/issuers/")
        counted.append(len(seen))
    assert counted[0] == counted[2] <= 24


def test_dashboard_says_what_was_decided_here(client: Client, county: Unit) -> None:
    office, above = make_unit(county, Level.DEPARTMENT), make_unit(county.parent, Level.DEPARTMENT)
    silent = [make_unit(each, Level.DEPARTMENT) for each in (county, county.parent)]  # they registered nothing
    add_sums(county, returns=9)
    ask(office, 600)
    ask(office, 300, origin="province")
    add_source(county, office, minutes=900)
    add_source(county, above, minutes=120, u_min=20)
    for each in silent:
        add_source(county, each, minutes=60, u_min=60)
    waiting = make_unit(county, Level.DEPARTMENT)  # nobody answered yet what it registered
    ask(waiting, 0, answers=0, answered=0, open_min=1000)
    add_source(county, waiting, minutes=30, u_min=30)
    client.force_login(make_actor(county, "reviewer").user)
    found = client.get(f"/reports/{county.code}/").context["issuers"].top
    assert [(row.own_min, row.passed_min) for row in found] == [
        (600, 300),
        (None, 100),
        (None, None),
        (None, None),
        (0, 0),
    ]


def test_file_says_what_the_page_says(county: Unit) -> None:
    offices = [make_unit(county, Level.DEPARTMENT) for _ in range(2)]
    for office, confirmed in zip(offices, (300, 700), strict=True):
        ask(office, confirmed)
        ask(office, 100, origin="city")
    extent = Extent(county, "own", LAST_WEEK, LAST_WEEK)
    found = issuers_beside(make_actor(county, "office"), extent)
    of_page = [
        (row.unit.code, row.now.total_min, row.now.own.sums.total_min, row.now.passed.sums.total_min)
        for row in rows(county)
    ]
    assert [(row[0], *row[2:5]) for row in found] == of_page
