"""What could be asked less, and what to raise with those above: of registered demands, by their own figures."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from burden.demands.duplicates import grams
from burden.kit import clock
from burden.units.models import Level, Unit
from reports import issued, league
from reports.league import issuers_at
from reports.models import RollupDemand
from reports.periods import Period
from reports.relief import Relief, eased, relief, year_of
from tests.factories import LAST_WEEK, NOW, make_actor, make_demand, make_unit
from tests.reports.sums import add_source, add_sums
from tests.reports.test_league import ask


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db: None) -> Unit:
    return make_unit(make_unit(level="city"), name="临溪县")


@pytest.fixture
def office(county: Unit) -> Unit:
    return make_unit(county, Level.DEPARTMENT, name="县农业农村局")


def found(county: Unit) -> Relief:
    actor = make_actor(county, "reviewer")
    return relief(actor, county, issuers_at(actor, county, year_of(LAST_WEEK)), LAST_WEEK, clock.day_of(NOW))


def weekly(office: Unit, weeks: int, **facts) -> None:
    """Let one demand have been asked in so many weeks, 1,000 minutes each."""
    demand = make_demand(office, category="meeting", **facts)
    for n in range(weeks):
        ask(office, 500, LAST_WEEK.plus(-n), demand=demand)


@pytest.mark.parametrize(("weeks", "spared"), [(40, 28_000), (12, 8_000), (9, 0)])
def test_what_is_asked_often_could_be_asked_less_often(county: Unit, office: Unit, weeks: int, spared: int) -> None:
    weekly(office, weeks)
    asks = found(county).cut
    assert sum(each.spared_min for each in asks) == spared
    assert [each.total_min for each in asks if each.spared_min] == ([weeks * 1000] if spared else [])


def test_what_is_withdrawn_already_is_not_advised(county: Unit, office: Unit) -> None:
    weekly(office, 40, title="还在要")
    weekly(office, 40, title="已经撤了", state="withdrawn", issued_at=NOW, withdrawn_at=NOW)
    weekly(office, 12, title="上级要的，撤了", origin="city", state="withdrawn", issued_at=NOW, withdrawn_at=NOW)
    lists = found(county)
    assert [ask.demand.title for ask in (*lists.cut, *lists.upward) if ask.demand] == ["还在要"]


def test_first_lead_says_what_the_lists_say(county: Unit, office: Unit, django_assert_num_queries) -> None:
    for n, weeks in enumerate((40, 12, 9)):
        weekly(office, weeks, title=f"第{n}项")
    actor = make_actor(county, "reviewer")
    eased(actor, county, lambda: issuers_at(actor, county, year_of(LAST_WEEK)), LAST_WEEK)
    with django_assert_num_queries(2):  # the cache's, and the demands'
        asks = eased(actor, county, list, LAST_WEEK)
    assert [(each.demand_id, each.spared_min) for each in asks] == [
        (each.demand_id, each.spared_min) for each in found(county).cut if each.spared_min
    ]
    assert asks[0].best.text == "一年有 40 周要；改成一年 12 次"
    assert eased(make_actor(office, "issuer"), office, list, LAST_WEEK) == []


def test_answers_that_say_it_does_not_apply_are_a_reason(county: Unit, office: Unit) -> None:
    ask(office, 300, category="meeting", answers=10, answered=5, done=5, not_applicable=5, open_min=600)
    (each,) = found(county).cut
    assert (each.total_min, each.spared_min) == (300 + 600, 300)


def test_answers_that_say_it_was_asked_before_are_a_reason(county: Unit, office: Unit) -> None:
    ask(office, 800, category="meeting", answers=10, answered=5, done=10, repeated=4)
    (each,) = found(county).cut
    assert each.spared_min == 320


def test_few_answers_are_no_reason_and_tell_nothing(county: Unit, office: Unit) -> None:
    ask(office, 800, category="meeting", answers=4, answered=4, done=1, repeated=1, not_applicable=3)
    assert [reason.text for each in found(county).cut for reason in each.reasons if "份答复" in reason.text] == []


def test_what_is_hidden_on_the_issuers_page_is_hidden_here(county: Unit, office: Unit) -> None:
    """Four answers to a demand that was withdrawn hide the next one too: less it, the issuer's week would be theirs."""
    weekly(office, 10)
    ask(office, 900, category="meeting", title="撤回的会", state="withdrawn", withdrawn_at=NOW, answers=4, answered=4)
    actor = make_actor(county, "reviewer")
    cells = issued.cells(actor, office, Period.of("year", LAST_WEEK, until=LAST_WEEK))
    (each,) = found(county).cut
    assert each.confirmed_min == issued.total(cells).confirmed_min == 9 * 500
    assert each.answers == 9 * 5


def test_form_that_others_have_is_a_reason(county: Unit, office: Unit) -> None:
    other = make_unit(county, Level.DEPARTMENT, name="县民政局")
    fields = [f"{name}面积" for name in ("耕地", "林地", "水面", "果园", "茶园", "大棚", "草地", "菜地")]
    for issuer, title in ((office, "耕地情况表"), (other, "土地台账")):
        ask(issuer, 500, title=title, category="form", fields=fields, grams=grams(title, fields))
    said = [reason.text for each in found(county).cut for reason in each.reasons]
    assert any("县民政局《土地台账》已经有" in text for text in said)


def test_forms_of_different_counties_are_not_to_be_merged(db: None) -> None:
    """Nobody could ask for both: their own province is told neither."""
    city = make_unit(make_unit(level="province"), "city")
    fields = [f"{name}面积" for name in ("耕地", "林地", "水面", "果园", "茶园", "大棚", "草地", "菜地")]
    said = []
    for place in (make_unit(city), make_unit(city), city):
        issuer = make_unit(place, Level.DEPARTMENT)
        ask(issuer, 500, title="耕地情况表", category="form", fields=fields, grams=grams("耕地情况表", fields))
        for unit in (city.parent, city) if place == city else (city.parent, city, place):
            add_source(unit, issuer, minutes=500)
        reasons = [reason.text for each in found(city.parent).cut for reason in each.reasons]
        said.append(sum("已经有" in text for text in reasons))
    assert said == [0, 0, 3]  # what the city's office asks, each county's form could be part of


def test_what_comes_from_above_is_raised_and_not_cut(county: Unit, office: Unit) -> None:
    weekly(office, 30, origin="province", basis="省农发〔2026〕1号")
    asks = found(county)
    assert asks.cut == []
    assert [(each.total_min, each.weeks, each.times) for each in asks.upward] == [(30_000, 30, 300)]


def test_same_title_asked_again_is_one(county: Unit, office: Unit) -> None:
    for n in range(12):
        ask(office, 500, LAST_WEEK.plus(-4 * n), category="meeting", title=f"2026年{n + 1}月工作例会")
    (each,) = found(county).cut
    assert (each.weeks, each.total_min) == (12, 12_000)


def test_week_in_which_a_thing_was_asked_under_two_names_is_one(county: Unit, office: Unit) -> None:
    for n in range(12):
        for title in ("例会", f"{n + 1}月例会"):
            ask(office, 500, LAST_WEEK.plus(-4 * n), category="meeting", title=title)
    (each,) = found(county).cut
    assert (each.weeks, each.times, each.total_min) == (12, 240, 24_000)


def test_province_says_what_its_counties_could_ask_less(db: None) -> None:
    city = make_unit(make_unit(level="province"), "city")
    counties = [make_unit(city) for _ in range(2)]
    for county in counties:
        issuer = make_unit(county, Level.DEPARTMENT)
        weekly(issuer, 40)
        weekly(issuer, 12, origin="central")
        for unit in (city.parent, city, county):
            add_source(unit, issuer, minutes=500)
    parts = [found(county) for county in counties]
    for unit in (city.parent, city):
        whole = found(unit)
        assert {ask.demand_id for ask in whole.cut} == {ask.demand_id for part in parts for ask in part.cut}
        assert whole.spared_min == sum(part.spared_min for part in parts) == 2 * 28_000
        assert whole.upward_min == sum(part.upward_min for part in parts) == 2 * 12_000


@pytest.mark.parametrize(
    ("origin", "cut_at"),
    [
        ("own", ("nation", "province", "city", "county")),
        ("county", ("nation", "province", "city", "county")),
        ("city", ("nation", "province", "city")),
        ("province", ("nation", "province")),
        ("central", ("nation",)),
    ],
)
def test_only_what_was_decided_above_is_raised(db: None, origin: str, cut_at: tuple[str, ...]) -> None:
    """A county's office passes on what its province decided: the province is not told to raise that with those above."""
    nation = make_unit(level="nation")
    city = make_unit(make_unit(nation, "province"), "city")
    county = make_unit(city)
    issuer = make_unit(county, Level.DEPARTMENT)
    places = {"nation": nation, "province": city.parent, "city": city, "county": county}
    weekly(issuer, 12, origin=origin)
    for unit in places.values():
        add_source(unit, issuer, minutes=500)
    asks = {level: found(unit) for level, unit in places.items()}
    assert tuple(level for level, each in asks.items() if each.cut) == cut_at
    assert [level for level, each in asks.items() if each.upward] == [level for level in places if level not in cut_at]
    here = league.league(make_actor(county, "reviewer"), county, Period.of("week", LAST_WEEK)).rows[0].now
    assert bool(here.own.demands) == ("county" in cut_at) != bool(here.passed.demands)


def test_page_says_who_decided_what_is_only_passed_on(client: Client, county: Unit, office: Unit) -> None:
    weekly(office, 12, origin="county")
    assert "县委县政府定，转下" in show(client, county, f"/reports/{county.code}/relief/")


def test_answers_of_hidden_units_are_not_counted_among_those_heard(client: Client, county: Unit, office: Unit) -> None:
    """Of ten who did it six work where nobody is told of: what the four others said would be few people's."""
    facts = {"answers": 16, "done": 16, "of_hidden": 6, "of_hidden_min": 480}
    ask(office, 1_600, repeated=10, origin="city", title="转下的表", **facts)
    ask(
        office,
        800,
        LAST_WEEK.plus(-1),
        repeated=4,
        origin="city",
        title="转下的表",
        **facts | {"answers": 10, "done": 10},
    )
    (each,) = found(county).upward
    assert (each.repeated, each.heard, each.heard_min) == (10, 10, 1_600 - 480)
    page = show(client, county, f"/reports/{county.code}/relief/")
    assert "说重复 100.0%" in page
    RollupDemand.every.filter(done=16).delete()
    assert "说重复" not in show(client, county, f"/reports/{county.code}/relief/")


def test_only_minutes_of_those_heard_are_spared(county: Unit, office: Unit) -> None:
    ask(office, 800, answers=10, done=10, repeated=5, of_hidden=5, of_hidden_min=600)
    (each,) = found(county).cut
    assert each.spared_min == 200


def show(client: Client, unit: Unit, path: str) -> str:
    client.force_login(make_actor(unit, "reviewer").user)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_of_an_empty_county_says_so(client: Client, county: Unit) -> None:
    text = show(client, county, f"/reports/{county.code}/relief/")
    assert "没有看出能少要的" in text
    assert "近一年没有登记过上级转办的事项" in text


def test_rows_lead_to_the_demand_and_queries_do_not_grow(client: Client, county: Unit, office: Unit) -> None:
    counted, path = [], f"/reports/{county.code}/relief/"
    for n in range(3):
        weekly(office, 12, title=f"事项甲乙丙丁{'春夏秋'[n]}")
        weekly(office, 3, title=f"转办甲乙丙丁{'春夏秋'[n]}", origin="city")
        text = show(client, county, path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        counted.append(len(seen))
    assert text.count('href="/reports/demands/') >= 6
    assert counted[0] == counted[2]


def test_advice_is_of_the_year_until_the_week_shown(client: Client, county: Unit, office: Unit) -> None:
    """A printed page can be got again; weeks without data are said, and what was asked later is in none."""
    demand = make_demand(office, category="meeting", title="月调度会")
    town, shown = make_unit(county, "township"), LAST_WEEK.plus(-10)
    for n in range(40):
        ask(office, 500, shown.plus(-n), demand=demand)
    add_sums(town, shown)
    client.force_login(make_actor(county, "reviewer").user)
    page = f"/reports/{county.code}/"
    before = client.get(page, {"week": str(shown)}).context
    for n in range(10):
        ask(office, 500, LAST_WEEK.plus(-n), demand=demand)
    cache.clear()
    answer = client.get(page, {"week": str(shown)})
    assert (
        [each.spared_min for each in before["asks"]] == [28_000] == [each.spared_min for each in answer.context["asks"]]
    )
    text = answer.content.decode()
    assert "能少的按到2026年第 37 周为止的一年算，其中 51 周没有周报" in text
    lists = re.search(rf"/reports/{county.code}/relief/\?week={shown}", text)[0]
    assert [each.spared_min for each in client.get(lists).context["relief"].cut] == [28_000]
    assert client.get(f"/reports/{county.code}/relief/").context["relief"].cut[0].spared_min != 28_000


def test_issuer_sees_what_it_could_ask_less(client: Client, county: Unit, office: Unit) -> None:
    weekly(office, 40)
    text = show(client, county, f"/issued/{office.code}/")
    assert "可以少要的" in text
    assert "改成一年 12 次" in text
