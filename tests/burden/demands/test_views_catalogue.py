"""The catalogue page: who sees it, what it compares, what it hands out."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from burden.demands.duplicates import grams
from burden.kit import clock
from burden.ledger.models import AuditEvent
from tests.factories import make_actor, make_demand, make_target, make_unit

ASKED = ["户主姓名", "家庭人口", "残疾类别", "残疾等级", "低保金额", "务工地点"]
PAGE, FILE = "/demands/catalogue/", "/demands/catalogue/file/"


@pytest.fixture
def county(db):
    return make_unit()


@pytest.fixture
def form(county):
    town = make_unit(county, "township")

    def make(title, issuer=None, fields=ASKED, **facts):
        issuer = issuer or make_unit(county, "department")
        facts = {"category": "form", "first_on": clock.day_of(clock.now())} | facts
        demand = make_demand(issuer, title=title, fields=list(fields), grams=grams(title, fields), **facts)
        make_target(demand, town)
        return demand

    return make


@pytest.fixture
def office(county, client):
    actor = make_actor(county, "office")
    client.force_login(actor.user)
    return actor


def read(client, path=PAGE, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("issuer", 200),
        ("lead", 200),
        ("reviewer", 200),
        ("office", 200),
        ("cadre", 403),
        ("observer", 403),
        ("auditor", 403),
    ],
)
def test_catalogue_is_for_those_who_ask_and_those_who_review(client, county, form, role, status):
    form("防返贫核对表")
    client.force_login(make_actor(county, role).user)
    assert client.get(PAGE).status_code == status
    assert client.get(FILE).status_code == status


def test_lead_of_a_township_sees_what_the_county_asks(client, county, form):
    form("防返贫核对表")
    client.force_login(make_actor(make_unit(county, "township"), "lead").user)
    assert "防返贫核对表" in read(client)


def test_empty_catalogue_says_what_will_stand_here(client, office):
    assert "还没有在用的报表" in read(client)


def test_first_candidate_is_compared_unless_another_is_chosen(client, office, form):
    one, other = form("防返贫核对表"), form("低保复核表")
    third = form("残疾人台账", fields=["残疾证号"])
    assert "变更" not in read(client)
    assert read(client).count("相同</span>") == 6
    assert read(client, left=other.pk).count('aria-selected="true"') == 2
    assert read(client, left=one.pk, right=third.pk).count("只有一家</span>") == 7
    assert "没有可以对照的两张" in read(client, left=third.pk)


@pytest.mark.parametrize("pk", ["0", "999999999999", "x", "", "１"])
def test_form_that_is_not_listed_is_not_found(client, office, form, pk):
    form("防返贫核对表")
    assert client.get(PAGE, {"left": pk}).status_code == 404


def test_foreign_form_is_as_absent_as_a_missing_one(client, office, form):
    foreign = form("防返贫核对表", make_unit(make_unit(), "department"))
    assert client.get(PAGE, {"left": foreign.pk}).status_code == 404


def test_search_and_unit_narrow_the_list_and_stay_in_its_links(client, office, form):
    kept, gone = form("防返贫核对表"), form("低保复核表", fields=["保障类别"])
    page = read(client, q="返贫", issuer=kept.issuer.code)
    assert f"left={kept.pk}#compare" in page
    assert f"left={gone.pk}#compare" not in page
    assert f"q=%E8%BF%94%E8%B4%AB&amp;issuer={kept.issuer.code}&amp;left={kept.pk}" in page
    assert "没有这样的报表" in read(client, q="没有的词")


def test_issuer_may_change_the_own_form_that_goes_on(client, county, form):
    issuer = make_actor(make_unit(county, "department"), "issuer")
    today = clock.day_of(clock.now())
    own = form("防返贫核对表", issuer.unit, frequency="weekly", until=today.replace(year=today.year + 1, day=1))
    form("低保复核表")
    client.force_login(issuer.user)
    assert f"/demands/{own.pk}/change/" in read(client)


def test_only_the_page_one_is_on_is_current_in_the_bar(client, county):
    client.force_login(make_actor(make_unit(county, "department"), "issuer").user)
    assert read(client).count('aria-current="page"') == 1


def test_csv_is_the_filtered_catalogue_and_is_recorded(client, office, form):
    form("=防返贫核对表")
    form("低保复核表")
    answer = client.get(FILE, {"format": "csv", "q": "返贫"})
    assert answer["Content-Disposition"].startswith("attachment;")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "报表"
    assert [row[0] for row in rows[1:]] == ["'=防返贫核对表"]
    assert rows[1][5:11] == ["1", "1", "6", "6", "180", "180"]
    event = AuditEvent.objects.get(what="export.catalogue")
    assert (event.actor_id, event.detail) == (office.user_id, {"rows": 1})


def test_workbook_has_the_candidates_too(client, office, form):
    form("=防返贫核对表")
    form("低保复核表")
    book = load_workbook(io.BytesIO(client.get(FILE).content))
    assert book.sheetnames == ["报表目录", "合并候选"]
    assert {row[0].value for row in book["报表目录"].iter_rows(min_row=2)} == {"=防返贫核对表", "低保复核表"}
    assert {cell.data_type for row in book["报表目录"].iter_rows(min_row=2) for cell in row} <= {"s", "n"}
    assert [cell.value for cell in book["合并候选"][2]][4:] == [6, 100, 180]


def test_list_size_does_not_change_the_number_of_queries(client, office, form):
    read(client)
    counts = []
    for number in range(3):
        form(f"第{'一二三'[number]}种核对表")
        with CaptureQueriesContext(connection) as queries:
            read(client)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
