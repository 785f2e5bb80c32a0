"""One demand as claimed and as confirmed: by week and level, few answers hidden, in the issuer's scope."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.kit import clock
from burden.units.models import Level
from tests.factories import LAST_WEEK, NOW, make_actor, make_demand, make_target, make_unit
from tests.reports.sums import add_demand_sums


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def bureau(db):
    return make_unit(make_unit(name="临溪县"), Level.DEPARTMENT, name="县农业农村局")


@pytest.fixture
def reviewer(client, bureau):
    client.force_login(make_actor(bureau.parent, "reviewer").user)
    return client


def count(demand, week=LAST_WEEK, *, answers=9, answered=4, confirmed=540):
    numbers = {
        "targets": 12,
        "answered": answered,
        "answers": answers,
        "done": answers,
        "claim_min": 600,
        "open_min": 240,
    }
    add_demand_sums(demand, week, confirmed_min=confirmed, **numbers)


def show(client, demand, status=200, **query) -> str:
    response = client.get(f"/reports/demands/{demand.pk}/", query)
    assert response.status_code == status
    return response.content.decode()


def test_page_shows_claim_confirmed_and_how_many_answered(reviewer, bureau):
    demand = make_demand(bureau)
    count(demand)
    page = show(reviewer, demand, period="week")
    assert "4／12" in page
    assert "现行区划" in page
    assert "10.0<" in page
    assert "9.0<" in page


def test_few_answers_are_not_told(reviewer, bureau):
    demand = make_demand(bureau)
    count(demand, answers=4, confirmed=777)
    page = show(reviewer, demand, period="week")
    assert "人数太少，不显示" in page
    assert "13.0" not in page
    assert "—／12" in page  # as in the file, which does not say either how many of the receivers answered
    assert "4／12" not in page
    assert page.count("不显示") == 4  # the headline's three figures too: nothing was neither confirmed nor as claimed
    assert "答复的人太少" in page
    assert "持平" not in page
    assert "0／12" not in page


def test_both_sides_are_of_the_weeks_that_are_shown(reviewer, bureau):
    demand = make_demand(bureau)
    count(demand)
    count(demand, LAST_WEEK.plus(-1), answers=4)
    page = show(reviewer, demand)
    assert ">4／12</dd>" in page
    assert "1 行答复的人太少：上面的登记里有" in page
    assert "已答复的部分，登记 6.0" in page


def test_unanswered_is_neither_confirmed_nor_as_claimed(reviewer, bureau):
    demand = make_demand(bureau)
    count(demand, answers=0, answered=0, confirmed=0)
    page = show(reviewer, demand, period="week")
    assert "不显示" not in page
    assert "持平" not in page
    assert "0／12" in page


def test_week_beside_a_few_of_the_same_kind_is_not_told(reviewer, bureau):
    """The issuer's week by category is known elsewhere: less this demand it would be the other's four."""
    demand = make_demand(bureau)
    count(demand, confirmed=777)
    count(make_demand(bureau, title="一张小表"), answers=4)
    assert "13.0" not in show(reviewer, demand, period="week")


def test_draft_is_no_matter_of_sums(client, bureau):
    client.force_login(make_actor(bureau, "issuer").user)
    demand = make_demand(bureau, state="draft")
    assert client.get(f"/reports/demands/{demand.pk}/")["Location"] == f"/demands/{demand.pk}/"


def test_period_without_it_says_so(reviewer, bureau):
    assert "这一期没有这个事项" in show(reviewer, make_demand(bureau))


@pytest.mark.parametrize("query", [{"period": "day"}, {"week": "2026-11-17"}])
def test_unknown_state_is_404(reviewer, bureau, query):
    show(reviewer, make_demand(bureau), 404, **query)


def test_receivers_of_the_newest_week_are_listed_as_claimed(reviewer, bureau):
    demand = make_demand(bureau)
    towns = [make_unit(bureau.parent, Level.TOWNSHIP, name=name) for name in ("柳河镇", "白塔镇", "旧镇")]
    for town in towns[:2]:
        make_target(demand, town, LAST_WEEK, people=2, minutes=30, prep_minutes=15)
    make_target(demand, towns[2], LAST_WEEK.plus(-1), people=2, minutes=30)
    make_target(demand, make_unit(bureau.parent, Level.TOWNSHIP, name="撤回镇"), LAST_WEEK, withdrawn=True)
    count(demand)
    count(demand, LAST_WEEK.plus(-1))
    listed = show(reviewer, demand).split('id="units"')[1]
    assert listed.count(">1.3<") == 2 and "2 个单位" in listed
    assert f"/reports/{towns[0].code}/?" in listed
    assert "撤回镇" not in listed and "旧镇" not in listed
    assert "旧镇" in show(reviewer, demand, period="week", week=str(LAST_WEEK.plus(-1)))


def test_long_lists_of_a_demand_have_pages_and_one_query_count(reviewer, bureau, monkeypatch):
    monkeypatch.setattr("reports.demand_views.UNITS", 2)
    monkeypatch.setattr("reports.demand_views.LINES", 1)
    demand = make_demand(bureau)
    show(reviewer, demand)  # what is read once a process
    counted = []
    for n in range(1, 4):
        make_target(demand, make_unit(bureau.parent, Level.TOWNSHIP, name=f"第{n}镇"), LAST_WEEK)
        count(demand, LAST_WEEK.plus(1 - n))
        with CaptureQueriesContext(connection) as seen:
            page = show(reviewer, demand)
        counted.append(len(seen))
    assert counted[0] == counted[2]
    assert "units=2#units" in page and "page=2" in page
    assert "第3镇" not in page and "第3镇" in show(reviewer, demand, units="2")
    assert "3 个单位" in page
