"""What an issuer makes others do: claimed, confirmed, never registered; nothing that tells of a few people."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from burden.demands.models import Demand, Reestimate
from burden.demands.queries import budget_left
from burden.kit import clock
from burden.standards.models import BurdenBudget, Rule, TariffVersion
from burden.units.models import Level, Unit
from reports import demand_sums, issued, league, rollup, unregistered
from reports.issued import Cell
from reports.models import RollupSource, UnregisteredDemand
from reports.peers import MIN_RETURNS
from reports.periods import Period
from tests.database import held
from tests.factories import (
    LAST_WEEK,
    NOW,
    THIS_WEEK,
    make_actor,
    make_demand,
    make_entry,
    make_post,
    make_return,
    make_target,
    make_unit,
    make_user,
)
from tests.reports.sums import add_demand_sums, add_source, add_sums

YEAR = Period.of("year", LAST_WEEK, until=LAST_WEEK)


cells = st.builds(
    Cell,
    demand_id=st.integers(1, 9),
    level=st.just("township"),
    week=st.sampled_from([LAST_WEEK.monday, LAST_WEEK.plus(-1).monday]),
    answers=st.integers(0, 8),
    answered=st.integers(0, 8),
    done=st.integers(0, 8),
    claim_min=st.integers(100, 200),
    open_min=st.integers(0, 100),
    confirmed_min=st.integers(0, 500),
    after_hours_min=st.just(0),
    title=st.just(""),
    category=st.just("form"),
    origin=st.just("own"),
    is_planned=st.booleans(),
    is_passed_on=st.booleans(),
    of_hidden=st.integers(0, 8),
    is_hidden=st.booleans(),
)


@given(st.lists(cells, max_size=12))
def test_share_after_hours_stands_on_five_people_of_each_week(found: list[Cell]) -> None:
    """Weeks can be taken away from each other: a limit on their sum would not do."""
    for cell in (replace(each, after_hours_min=1) for each in found):
        sums = issued.total([cell])
        enough = not cell.of_hidden or cell.done - cell.of_hidden >= MIN_RETURNS
        assert not sums.after_hours_min or enough
        assert bool(sums.after_hours_min) == (enough and not cell.is_hidden)


@given(st.lists(cells, max_size=12))
def test_sums_hold_what_is_shown_and_all_claims(found: list[Cell]) -> None:
    sums = issued.total(found)
    assert sums.claim_min == sum(c.claim_min for c in found)
    assert sums.confirmed_min == sum(c.confirmed_min for c in found if not c.is_hidden)
    assert sum((issued.total([c]) for c in found), issued.Issued()) == sums


class Place:
    """A department that asked six townships, five of which answered; and one thing it never registered."""

    def __init__(self) -> None:
        self.county = make_unit()
        self.department = make_unit(self.county, Level.DEPARTMENT, name="县农业农村局")
        self.towns = [make_unit(self.county, Level.TOWNSHIP) for _ in range(6)]
        self.demand = make_demand(self.department, people=1, minutes=60)
        self.answer(self.demand, 90)
        for town in self.towns:
            filed = make_return(make_post(town).user, town)
            make_entry(filed, issuer=self.department, minutes=30, title="工作群接龙")
        rollup.refresh()
        demand_sums.refresh()

    def answer(self, demand: Demand, minutes: int, receivers: int = 5) -> None:
        for number, town in enumerate(self.towns):
            target = make_target(demand, town, LAST_WEEK)
            if number < receivers:
                make_entry(
                    make_return(make_user(), town),
                    target=target,
                    issuer=self.department,
                    minutes=minutes,
                    category="form",
                )


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Place]:
    with held(django_db_blocker):
        yield Place()


@pytest.fixture
def place(made: Place, db: None) -> Place:
    return copy.deepcopy(made)


def page(client: Client, unit: Unit, role: str = "issuer", of: Unit | None = None, query: str = "") -> str:
    client.force_login(make_post(unit, role).user)
    return client.get(f"/issued/{(of or unit).code}/{query}").content.decode()


def test_page_shows_claimed_confirmed_open_and_unregistered(place: Place, client: Client) -> None:
    text = page(client, place.department)
    values = {"in-all": 450 + 60 + 180, "compared": 300, "confirmed": 450, "open": 60}
    assert [name for name, value in values.items() if f'id="{name}" value="{value}"' not in text] == []
    assert "26.1%" in text  # 180 of 690 never registered


def test_lists_lead_on(place: Place, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.issued_views.LISTED", 2)
    for n in range(3):
        place.answer(make_demand(place.department, title=f"第{n}张表"), 60)
        facts = {"category": "form", "title": f"没登记的{n}", "units": 3, "cadres": 5, "n": 5, "person_min": 60}
        weeks = {"first_week": LAST_WEEK.monday, "last_week": LAST_WEEK.monday}
        UnregisteredDemand.every.create(issuer=place.department, **facts, **weeks)
    demand_sums.refresh()
    first, *others = (
        page(client, place.department, query=f"?period=year&page={n}&unregistered={n}") for n in (1, 2, 3)
    )
    assert "页，共 2 页" in first
    assert "page=2#demands" in first
    assert "unregistered=2#unregistered-list" in first
    names = [f"第{n}张表" for n in range(3)] + [f"没登记的{n}" for n in range(3)]
    assert all(name in first + "".join(others) for name in names)


def number(text: str, name: str) -> int:
    return int(text.partition(f'id="{name}" value="')[2].partition('"')[0])


def test_every_figure_leads_to_the_demands_it_is_made_of(place: Place, client: Client) -> None:
    """Each list says its own sum: the shares by category, receivers and origin, what is planned, own, and counted as claimed."""
    for at, (category, origin) in enumerate([("form", "province"), ("meeting", "county"), ("form", "city")]):
        asked = make_demand(
            place.department, people=1, minutes=40 + at, category=category, origin=origin, title=f"第{at}项"
        )
        place.answer(asked, 60 + 7 * at, receivers=5 if at else 2)
    demand_sums.refresh()
    client.force_login(make_post(place.department, "issuer").user)
    url = f"/issued/{place.department.code}/"
    first = client.get(url)
    text, seen = first.content.decode(), first.context
    for name in ("origin", "level", "category"):
        for code, _label, group, _bar in seen[
            "origins" if name == "origin" else "levels" if name == "level" else "categories"
        ]:
            assert f"{name}={code}#demands" in text
            assert number(client.get(url, {name: code}).content.decode(), "listed") == group.total_min > 0
    listed = {which: client.get(url, {"which": which}).content.decode() for which in ("planned", "open", "")}
    assert number(listed["open"], "listed-open") == number(text, "open") == seen["sums"].as_claimed_min > 0
    assert number(listed["planned"], "listed") == seen["planned"].total_min == 0
    assert "没有这样的事项" in listed["planned"] and "which=planned" in text and "which=open" in text
    assert number(text, "listed-confirmed") == number(text, "confirmed")
    both = client.get(url, {"decided": "county", "category": "form", "period": "year"}).content.decode()
    assert (
        number(both, "listed")
        == issued.total(
            cell for cell in seen["found"] if cell.origin in ("own", "county") and cell.category == "form"
        ).total_min
    )
    assert "第0项" not in both.partition('id="demands"')[2]
    assert "decided=county" in both.partition("</nav>")[0] + both.partition('id="demands"')[2]  # kept on the way
    assert client.get(url, {"above": "moon"}).status_code == 404


def test_few_answers_are_left_out_of_confirmed(place: Place, client: Client) -> None:
    other = make_demand(place.department, title="三个人填过的表", people=1, minutes=60)
    place.answer(other, 77, receivers=2)
    demand_sums.refresh()
    text = page(client, place.department)
    assert "人数太少" in text
    assert 'id="confirmed" value="0"' in text  # two answers alone would be found by subtraction: five more go with them


def test_budget_is_the_one_beside_the_register_form(place: Place, client: Client) -> None:
    BurdenBudget.objects.create(issuer=place.department, year=LAST_WEEK.monday.year, person_min=600)
    left = budget_left(make_actor(place.department, "issuer"), place.department, LAST_WEEK.monday.year)
    assert left is not None
    assert left.left_min == 600 - 6 * 60
    shown = page(client, place.department, query="?period=year")
    assert f'<dd class="v num">{left.left_min / 60:.1f}<small>' in shown.partition("自定额度还剩")[2][:200]


def test_reviewer_reads_it_and_another_issuer_does_not(place: Place, client: Client) -> None:
    assert "县农业农村局" in page(client, place.county, "reviewer", of=place.department)
    client.force_login(make_post(make_unit(place.county, Level.DEPARTMENT), "issuer").user)
    assert client.get(f"/issued/{place.department.code}/").status_code == 404


def test_unregistered_is_told_to_the_issuer_and_above_alone(place: Place) -> None:
    stranger = make_actor(make_unit(place.county, Level.DEPARTMENT), "issuer")
    told = [
        issued.unregistered(actor, place.department, YEAR)
        for actor in (make_actor(place.department, "issuer"), stranger)
    ]
    assert told == [180, 0]


def test_unregistered_of_a_week_that_is_hidden_is_told_nowhere(db: None) -> None:
    """Two people with three records each are no five people: what the county's page hides, its issuers' must not tell."""
    county = make_unit(make_unit(level=Level.CITY))
    department, town = make_unit(county, Level.DEPARTMENT), make_unit(county, Level.TOWNSHIP)
    for _ in range(2):
        filed = make_return(make_post(town).user, town)
        for _ in range(3):
            make_entry(filed, issuer=department, minutes=30)
    rollup.refresh()
    assert RollupSource.every.get(unit=county, issuer_id=department.pk).u_n == 6
    reviewer = make_actor(county, "reviewer")
    assert issued.unregistered(reviewer, department, YEAR) == 0
    assert league.league(reviewer, county, YEAR).rows == []
    assert league.asked_in(reviewer, county, Period.of("week", LAST_WEEK)) == []


def test_what_nobody_registered_is_listed_with_a_way_to_do_it(place: Place, client: Client) -> None:
    unregistered.recount(now=NOW)
    text = page(client, place.department)
    assert "工作群接龙" in text and "door=afterwards" in text
    assert "door=afterwards" not in page(client, place.county, "reviewer", of=place.department)


def test_what_nobody_registered_says_what_of_it_is_of_the_period(place: Place, client: Client) -> None:
    facts = {"category": "form", "title": "工作群接龙", "units": 3, "cadres": 5, "n": 10, "person_min": 600}
    span = {"first_week": LAST_WEEK.plus(-1).monday, "last_week": LAST_WEEK.monday}
    weeks = [[str(LAST_WEEK.plus(-1)), 3, 480], [str(LAST_WEEK), 3, 90]]
    UnregisteredDemand.every.create(issuer=place.department, **facts, **span, weeks=weeks)

    def minutes(query: str) -> list[str]:
        row = page(client, place.department, query=query).split("工作群接龙")[1].split("</tr>")[0]
        return re.findall(r'data-l="[^"]+">([^<]+)<', row)

    assert minutes(f"?period=week&week={LAST_WEEK}") == ["10.0", "1.5"]
    assert minutes("?period=year") == ["10.0", "10.0"]  # all of it, few people's weeks too
    UnregisteredDemand.every.update(weeks=weeks[:1])
    assert minutes(f"?period=week&week={LAST_WEEK}") == ["10.0", "—"]  # too few people stand behind that week


def test_unregistered_leads_to_what_it_is_made_of_of_the_same_period(place: Place, client: Client) -> None:
    text = page(client, place.department, query=f"?period=week&week={LAST_WEEK}")
    assert 'href="#unregistered-list"' in text and "不列名称" in text  # of too few people: said
    client.force_login(make_post(place.county, "reviewer").user)
    issuers = client.get(f"/reports/{place.county.code}/issuers/?period=week&week={LAST_WEEK}").content.decode()
    assert re.search(
        rf"/issued/{place.department.code}/[^\"]*week={LAST_WEEK}&amp;period=week#unregistered-list", issuers
    )


def test_own_page_is_where_the_door_leads(place: Place, client: Client) -> None:
    client.force_login(make_post(place.department, "issuer").user)
    assert client.get("/issued/").url == f"/issued/{place.department.code}/"


def test_wrong_period_is_missing(place: Place, client: Client) -> None:
    client.force_login(make_post(place.department, "issuer").user)
    assert client.get(f"/issued/{place.department.code}/?period=decade").status_code == 404


def test_page_of_an_issuer_that_registered_nothing_leaves_empty_panels_out(place: Place, client: Client) -> None:
    panels = [*(f"<h2>{name}</h2>" for name in ("自定还是转办", "下达的事项")), ">确认比登记 "]
    text = page(client, place.department)
    assert [panel for panel in panels if panel not in text] == []
    county = make_unit(make_unit())
    office = make_unit(county, Level.DEPARTMENT)
    add_sums(county, returns=9)
    add_source(county, office, minutes=300, u_min=300, u_n=5)
    text = page(client, office)
    assert 'id="in-all" value="300"' in text
    assert "这段时间没有登记过事项" in text
    assert [panel for panel in panels if panel in text] == []


def test_page_without_demands_says_what_to_do(db: None, client: Client) -> None:
    unit = make_unit(make_unit(), Level.DEPARTMENT)
    assert "/demands/new/" in page(client, unit)


def test_query_count_does_not_grow_with_demands(place: Place, client: Client) -> None:
    client.force_login(make_post(place.department, "issuer").user)
    url = f"/issued/{place.department.code}/?week={LAST_WEEK}"
    client.get(url)
    counts = []
    for more in (0, 2):
        for _ in range(more):
            place.answer(make_demand(place.department), 60)
        demand_sums.refresh()
        with CaptureQueriesContext(connection) as seen:
            client.get(url)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_months_stand_beside_those_of_the_year_before(place: Place, client: Client) -> None:
    year_ago = LAST_WEEK.plus(-52)
    add_demand_sums(place.demand, year_ago, targets=6, answered=6, answers=6, done=6, claim_min=600, confirmed_min=1200)
    text = page(client, place.department, query=f"?week={LAST_WEEK}")
    assert ">20.0<" in text


def test_running_week_is_one_tap_away_and_kept_on_the_way(place: Place, client: Client) -> None:
    assert f"?week={THIS_WEEK}&amp;period=week" in page(client, place.department)
    assert "暂定" in page(client, place.department, query=f"?period=week&week={THIS_WEEK}").partition("<main")[0]
    client.force_login(make_post(place.department, "issuer").user)
    answer = client.get("/issued/", {"week": str(THIS_WEEK), "period": "week"})
    assert answer["Location"] == f"/issued/{place.department.code}/?period=week&week={THIS_WEEK}"


def test_rules_that_demands_may_violate_are_counted(place: Place, client: Client) -> None:
    Demand.every.update(category="meeting", facts={"speech_minutes": 90})
    text = page(client, place.department)
    assert "可能违反的规定" in text and "主要负责同志讲话或主报告不超过1小时" in text
    Rule.objects.update(active=False)
    assert "可能违反的规定" not in page(client, place.department)


def test_reestimate_is_told_apart(place: Place, client: Client) -> None:
    assert "其中口径重估" not in page(client, place.department)
    version = TariffVersion.objects.latest("from_week")
    facts = {"week": LAST_WEEK.monday, "tariff": version, "at": NOW}
    Reestimate.every.create(demand=place.demand, before_min=600, after_min=420, **facts)
    assert "−3.0" in page(client, place.department).partition("其中口径重估")[2][:200]


def test_one_cadres_record_among_answers_is_not_told(place: Place, client: Client) -> None:
    """Five answered what was registered; one wrote 37 minutes by hand: that figure is one person's."""
    other = make_unit(place.county, Level.DEPARTMENT)
    place.answer(make_demand(other, people=1, minutes=60), 60)
    make_entry(make_return(make_user(), place.towns[0]), issuer=other, minutes=37)
    rollup.refresh()
    demand_sums.refresh()
    assert issued.unregistered(make_actor(other, "issuer"), other, YEAR) == 0
    assert issued.unregistered(make_actor(place.department, "issuer"), place.department, YEAR) == 6 * 30


def test_few_answers_count_as_claimed_and_the_page_is_not_empty(place: Place, client: Client) -> None:
    small = make_unit(place.county, Level.DEPARTMENT)
    demand = make_demand(small, people=1, minutes=60)
    for town in place.towns[:3]:
        target = make_target(demand, town, LAST_WEEK)
        make_entry(make_return(make_user(), town), target=target, issuer=small, minutes=90, category="form")
    rollup.refresh()
    demand_sums.refresh()
    text = page(client, small)
    assert 'id="in-all" value="180"' in text
    assert 'id="confirmed" value="0"' in text


def test_query_that_is_not_of_the_page_is_dropped_on_the_way(place: Place, client: Client) -> None:
    client.force_login(make_post(place.department, "issuer").user)
    assert client.get("/issued/?code=x")["Location"] == f"/issued/{place.department.code}/"
