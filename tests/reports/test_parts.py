"""What a burden is made of: each cut adds up to the unit's own page, in its scope, and tells nothing hidden."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.kit import clock
from burden.units.models import Level
from reports.models import RollupOwnSource, RollupSource
from reports.source_periods import SELF
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor, make_demand, make_target, make_unit
from tests.reports.sums import add_source, add_sums
from tests.reports.trees import move


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db):
    return make_unit(make_unit(level=Level.CITY), name="临溪县")


@pytest.fixture
def town(county):
    return make_unit(county, Level.TOWNSHIP, name="柳河镇")


@pytest.fixture
def bureau(county):
    return make_unit(county, Level.DEPARTMENT, name="县农业农村局")


@pytest.fixture
def reviewer(client, county):
    client.force_login(make_actor(county, "reviewer").user)
    return client


def show(client, unit, status=200, **query) -> str:
    response = client.get(f"/reports/{unit.code}/parts/", query)
    assert response.status_code == status
    return response.content.decode()


def total(page: str) -> int:
    return int(re.search(r'<data id="total" value="(\d+)"', page)[1])


def values(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'<data value="(\d+)"', page)]


def test_category_is_a_part_of_the_whole(reviewer, county, town):
    add_sums(town, returns=10, per_head=600)
    assert total(show(reviewer, county)) == 6000
    page = show(reviewer, county, category="form")
    assert total(page) == 1200
    assert "占全部 20.0%" in page
    assert values(page) == [1200]


def test_issuer_shows_which_units_carry_it(reviewer, county, town, bureau):
    other = make_unit(county, Level.TOWNSHIP, name="白塔镇")
    for unit in (town, other):
        add_sums(unit, returns=10)
    add_source(county, bureau, minutes=900)
    add_source(town, bureau, minutes=600)
    add_source(other, bureau, minutes=300)
    page = show(reviewer, county, issuer=bureau.code)
    assert total(page) == 900
    assert values(page) == [600, 300]
    assert f'href="/reports/{town.code}/parts/?week={LAST_WEEK}&amp;period=week&amp;issuer={bureau.code}"' in page
    assert show(reviewer, county, issuer=bureau.code, category="meeting").count('value="0"') == 3


def test_issuer_is_found_in_villages(reviewer, town, bureau):
    village = make_unit(town, Level.VILLAGE, name="青石村")
    add_sums(village, returns=9)
    RollupOwnSource.every.filter(unit=village).update(sources=[[bureau.pk, 3, 0, 0, 240, 0, 0, 0, 0, 0]])
    add_source(town, bureau, minutes=240)
    assert values(show(reviewer, town, issuer=bureau.code)) == [240]
    assert total(show(reviewer, village, issuer=bureau.code)) == 240


def test_what_nobody_asked_for_by_name_and_own_work_are_cut_as_issuers_are(reviewer, county, town, bureau):
    village = make_unit(town, Level.VILLAGE, name="青石村")
    add_sums(village, returns=9)
    sources = [
        [bureau.pk, 3, 0, 0, 240, 0, 0, 0, 0, 0],
        [0, 2, 30, 0, 0, 0, 0, 0, 0, 0],
        [village.pk, 4, 0, 0, 0, 0, 70, 0, 0, 0],
    ]
    RollupOwnSource.every.filter(unit=village).update(sources=sources)
    for issuer, minutes in ((bureau.pk, 240), (0, 30), (SELF, 70)):
        RollupSource.every.create(
            unit=town, week=LAST_WEEK.monday, issuer_id=issuer, n=3, m_meeting=0, m_document=0, m_form=minutes, m_inspection=0,
            m_other=0, u_n=0, u_min=0, c_min=0,
        )  # fmt: skip
    page = show(reviewer, town)
    for code, minutes, name in (("unstated", 30, "未注明"), ("self", 70, "各单位自定")):
        assert f"issuer={code}" in page and name in page
        assert total(show(reviewer, town, issuer=code)) == total(show(reviewer, village, issuer=code)) == minutes
        assert values(show(reviewer, town, issuer=code)) == [minutes]
        assert "登记未答复" not in show(reviewer, town, issuer=code)


def test_hidden_unit_is_hidden_in_every_part(reviewer, county, town, bureau):
    small = make_unit(county, Level.TOWNSHIP, name="小镇")
    third = make_unit(county, Level.TOWNSHIP, name="云峰乡")
    add_sums(town, returns=10)
    add_sums(third, returns=12)
    add_sums(small, returns=3)
    add_source(county, bureau, minutes=90)
    add_source(small, bureau, minutes=90)
    for query in ({}, {"category": "form"}, {"issuer": bureau.code}):
        page = show(reviewer, county, **query)
        row = page[page.index("小镇") :]
        assert "不显示" in row[: row.index("</tr>")]
        assert len(values(page)) == 1  # and the least of the others, or subtraction would tell
    assert "人数太少" in show(reviewer, small, category="form")


def test_what_an_issuer_claims_is_told_of_every_unit(reviewer, county, town, bureau):
    """A claim is the issuer's own word: it stands beside units that are not shown too, and adds up to the dashboard's."""
    small, village = make_unit(county, Level.TOWNSHIP, name="小镇"), make_unit(town, Level.VILLAGE)
    for unit, returns in ((town, 10), (make_unit(county, Level.TOWNSHIP), 12), (small, 3), (village, 9)):
        add_sums(unit, returns=returns)
    for unit, claimed in ((county, 500), (town, 300), (small, 200)):
        add_source(unit, bureau, minutes=60)
        RollupSource.every.filter(unit=unit).update(c_min=claimed)
    RollupOwnSource.every.filter(unit=village).update(sources=[[bureau.pk, 3, 0, 0, 60, 0, 0, 90, 0, 0]])
    page = show(reviewer, county, issuer=bureau.code)
    assert re.search(r'id="claimed"\s+value="500"', page)
    lines = {line.unit: (line.claimed, line.total) for line in lines_of(reviewer, county, issuer=bureau.code)}
    assert (lines[town], lines[small], sum(claimed for claimed, _total in lines.values())) == (
        (300, 60),
        (200, None),
        500,
    )
    assert [line.claimed for line in lines_of(reviewer, town, issuer=bureau.code)] == [90]
    assert f"{small.code},小镇,,,,,,,,200,人数太少，不显示" in show(reviewer, county, issuer=bureau.code, format="csv")
    for query in ({}, {"issuer": bureau.code, "category": "form"}):  # claims are not kept by category
        assert {line.claimed for line in lines_of(reviewer, county, **query)} == {None}
        assert "登记未答复" not in show(reviewer, county, **query)


def lines_of(client, unit, **query):
    return client.get(f"/reports/{unit.code}/parts/", query).context["lines"].paginator.object_list


def test_demands_of_the_week_are_listed_by_claim(reviewer, county, town, bureau):
    demand = make_demand(bureau, title="秋种进度表")
    make_target(demand, town, LAST_WEEK)
    make_target(make_demand(bureau, title="一次会议", category="meeting"), town, LAST_WEEK)
    make_target(make_demand(bureau, title="下周的表"), town, THIS_WEEK)
    add_sums(town)
    page = show(reviewer, county, category="form")
    assert f'<a href="/reports/demands/{demand.pk}/?week={LAST_WEEK}&amp;period=week">秋种进度表</a>' in page
    assert "一次会议" not in page
    assert "下周的表" not in page


def test_long_list_of_demands_has_pages(reviewer, county, town, bureau, monkeypatch):
    monkeypatch.setattr("reports.parts_views.DEMANDS", 2)
    titles = [f"第{n}张表" for n in range(3)]
    for title in titles:
        make_target(make_demand(bureau, title=title), town, LAST_WEEK)
    add_sums(town)
    first, second = show(reviewer, county), show(reviewer, county, asked="2")
    assert "部门登记 3 项" in first and "asked=2#asked" in first
    assert sorted(title for title in titles for page in (first, second) if title in page) == titles


def test_other_issuers_are_counted_with_what_they_asked(reviewer, county, town, bureau, monkeypatch):
    monkeypatch.setattr("reports.parts_views.ISSUERS", 1)
    add_sums(town, returns=10)
    for issuer, minutes in (
        (bureau, 600),
        (make_unit(county, Level.DEPARTMENT), 300),
        (make_unit(county, Level.DEPARTMENT), 120),
    ):
        add_source(county, issuer, minutes=minutes)
    context = reviewer.get(f"/reports/{county.code}/parts/").context
    assert ([row["minutes"] for row in context["issuers"]], context["others"], context["others_min"]) == ([600], 2, 420)
    page = show(reviewer, county)
    assert "其余 2 个单位" in page and f"/reports/{county.code}/issuers/" in page


@pytest.mark.parametrize(
    "query", [{"category": "x"}, {"issuer": "0"}, {"kind": "x"}, {"week": "2026-11-17"}, {"period": "day"}]
)
def test_unknown_state_is_404(reviewer, county, query):
    show(reviewer, county, 404, **query)


def test_village_is_no_issuer_to_choose(reviewer, county, town):
    show(reviewer, county, 404, issuer=make_unit(town, Level.VILLAGE).code)


def test_chips_lead_back_without_their_part(reviewer, county, town, bureau):
    add_sums(town)
    page = show(reviewer, county, category="form", issuer=bureau.code)
    assert (
        f'href="/reports/{county.code}/parts/?week={LAST_WEEK}&amp;period=week&amp;kind=township&amp;issuer={bureau.code}"'
        in page
    )
    assert (
        f'href="/reports/{county.code}/parts/?week={LAST_WEEK}&amp;period=week&amp;kind=township&amp;category=form"'
        in page
    )


def test_file_leaves_hidden_units_empty_and_is_for_exporters(reviewer, client, county, town):
    small = make_unit(county, Level.TOWNSHIP, name="=小镇")
    for unit, returns in ((town, 10), (make_unit(county, Level.TOWNSHIP), 12), (small, 3)):
        add_sums(unit, returns=returns)
    text = show(reviewer, county, format="csv")
    assert f"{small.code},'=小镇,,,,,,,,人数太少，不显示" in text
    client.force_login(make_actor(county, "observer").user)
    show(client, county, 404, format="csv")


@pytest.mark.parametrize("kind", ["township", "village"])
def test_queries_do_not_grow(reviewer, county, bureau, kind):
    def count(more: int) -> int:
        for _ in range(more):
            town = make_unit(county, Level.TOWNSHIP)
            for unit in (town, make_unit(town, Level.VILLAGE)):
                add_sums(unit, returns=9)
            add_source(town, bureau, minutes=10)
            make_target(make_demand(bureau), town, LAST_WEEK)
        with CaptureQueriesContext(connection) as seen:
            show(reviewer, county, kind=kind, issuer=bureau.code)
        return len(seen)

    count(1)
    assert count(1) == count(2)


def test_parts_follow_todays_tree_where_it_is_asked_for(reviewer, county, town, bureau):
    """What a unit that came later filed before counts here in today's tree, in every cut; in that week's it does not."""
    other = make_unit(make_unit(county.parent), Level.TOWNSHIP)
    for unit, minutes in ((town, 600), (other, 60)):
        add_sums(unit, returns=10, per_head=minutes)
        add_source(unit, bureau, minutes=minutes)
    add_source(county, bureau, minutes=600)
    move(other, county, THIS_WEEK)
    both = {"basis": "restated"}
    for cut, reported, restated in (({}, 6_000, 6_600), ({"issuer": bureau.code}, 600, 660)):
        page = show(reviewer, county, **cut)
        assert (total(page), "当时区划" in page) == (reported, True), cut
        page = show(reviewer, county, **cut | both)
        assert total(page) == restated, cut
        assert "现行区划" in page
        assert "basis=restated" in page
    show(reviewer, county, status=404, basis="elsewhere")


def test_issuer_from_elsewhere_is_404_unless_it_asked_here(reviewer, county, town, bureau):
    other = make_unit(county.parent, level=Level.COUNTY)
    foreign, sibling = make_unit(other, Level.DEPARTMENT, name="邻县水利局"), make_unit(county.parent, Level.DEPARTMENT)
    village = make_unit(town, Level.VILLAGE)
    for unit in (county, town, village):
        add_sums(unit)
    for unit in (county, town):
        show(reviewer, unit, 404, issuer=foreign.code)
        show(reviewer, unit, 404, issuer=other.code)
        for near in (bureau, sibling, county, county.parent):
            show(reviewer, unit, issuer=near.code)
    assert reviewer.get("/api/v1/parts/", {"unit": county.code, "issuer": foreign.code}).status_code == 404
    add_source(town, foreign, minutes=30)
    for unit in (town, village):
        assert "邻县水利局" in show(reviewer, unit, issuer=foreign.code)
    show(reviewer, county, 404, issuer=foreign.code)


def test_issuer_from_elsewhere_that_asked_where_it_is_hidden_is_404(reviewer, county, town):
    foreign = make_unit(make_unit(county.parent, level=Level.COUNTY), Level.DEPARTMENT)
    add_sums(town, returns=3)
    add_source(town, foreign, minutes=30)
    show(reviewer, town, 404, issuer=foreign.code)
    add_source(town, foreign, THIS_WEEK, minutes=0)
    RollupSource.every.filter(unit=town, week=THIS_WEEK.monday).update(c_min=60)
    show(reviewer, town, issuer=foreign.code)


def test_issuer_of_a_unit_that_came_is_known_in_todays_tree(reviewer, county):
    old = make_unit(county.parent, level=Level.COUNTY)
    moved, foreign = make_unit(old, Level.TOWNSHIP), make_unit(old, Level.DEPARTMENT)
    add_sums(moved)
    add_source(moved, foreign, minutes=30)
    show(reviewer, county, 404, issuer=foreign.code)
    move(moved, county, THIS_WEEK)
    show(reviewer, county, issuer=foreign.code, basis="restated")


def test_unit_without_data_has_no_figure(reviewer, county, town):
    add_sums(town, returns=10)
    make_unit(county, Level.TOWNSHIP, name="云峰乡")
    page = show(reviewer, county)
    row = page[page.index("云峰乡") :]
    assert "0.0" not in row[: row.index("</tr>")]
