"""Duty lists and annual plans with what is asked under them: whose, searched, counted, linked, at a constant number of queries."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from burden.demands import duty
from burden.kit import clock
from tests.factories import NOW, make_actor, make_demand, make_duty, make_plan, make_unit

TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def county(db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make_unit(make_unit(level="city"), "county", name="临溪县")


@pytest.fixture
def bureau(county):
    return make_unit(county, "department", name="县住建局")


@pytest.fixture
def office(county):
    return make_actor(county, "office")


def test_county_is_that_around_a_post_or_in_its_range(county):
    village = make_unit(make_unit(county, "township"), "village")
    for unit, role in ((village, "cadre"), (village, "lead"), (county, "office"), (county.parent, "reviewer")):
        assert duty.county_of(make_actor(unit, role), "") == county
    assert duty.county_of(make_actor(make_unit(level="city"), "office"), "") is None
    with pytest.raises(Http404):
        duty.county_of(make_actor(make_unit(level="county"), "office"), county.code)


def test_county_with_a_list_comes_first(county):
    later = make_unit(county.parent, "county")
    reader = make_actor(county.parent, "reviewer")
    assert duty.county_of(reader, "") == county
    make_duty(later)
    assert duty.county_of(reader, "") == later


def test_list_is_searched_by_title_note_owner_and_number(county, bureau, office):
    rows = [
        make_duty(county, code="1-2", title="消防安全宣传"),
        make_duty(county, code="1-10", title="道路劝导", note="村口安全"),
        make_duty(county, "recalled", code="3-05", title="电梯检查", owner=bureau),
    ]
    make_duty(make_unit(county.parent, "county"), title="别县安全")

    def found(text="", kind=""):
        return [item.code for item in duty.duty_list(office, county, NOW.date(), kind=kind, text=text)]

    assert found() == [row.code for row in rows]
    assert found("安全") == ["1-2", "1-10"]
    assert found("住建") == ["3-05"] == found("3-05") == found(kind="recalled")
    assert duty.duty_counts(office, county, "安全", NOW.date()) == {
        "basic": 2,
        "cooperating": 0,
        "recalled": 0,
        "retired": 0,
    }


def test_item_counts_what_is_out_around_the_reader(county, bureau, office):
    item = make_duty(county, "recalled")
    make_demand(bureau, duty_item=item)
    for state in ("draft", "withdrawn"):
        facts = {"withdrawn_at": NOW} if state == "withdrawn" else {}
        make_demand(bureau, duty_item=item, state=state, **facts)
    assert duty.duty_list(office, county, NOW.date()).get().linked == 1
    assert duty.linked_demands(office, item).count() == 1
    assert [(each.duty_item, each.refused) for each in duty.asked_again(office, county, NOW.date())] == [(item, 0)]
    lead = make_actor(make_unit(county, "township"), "lead")
    assert duty.duty_list(lead, county, NOW.date()).get().linked == 1
    assert duty.openable(lead, duty.linked_demands(lead, item)) == set()
    assert len(duty.openable(office, duty.linked_demands(office, item))) == 1


def test_plans_are_counted_until_today(county, bureau, office):
    once, weekly = make_plan(bureau, title="一次"), make_plan(bureau, title="每周", times=20)
    make_demand(bureau, category="meeting", plan_item=once, first_on=TODAY)
    make_demand(bureau, category="meeting", plan_item=once, first_on=TODAY + dt.timedelta(days=1))
    often = {"frequency": "weekly", "until": dt.date(2026, 12, 31)}
    make_demand(bureau, category="meeting", plan_item=weekly, first_on=TODAY - dt.timedelta(days=14), **often)
    make_demand(bureau, category="meeting", first_on=TODAY)
    make_demand(bureau, category="form", first_on=TODAY)
    assert duty.times_used(office, [once, weekly], TODAY) == {once.pk: 1, weekly.pk: 3}
    (used,) = duty.plan_totals(office, county, 2026, TODAY)
    assert (used.category, used.planned, used.used, used.beside) == ("meeting", 24, 4, 1)
    assert duty.plan_years(office, county) == [2026]


def test_plan_that_was_used_is_not_unused_by_withdrawing(county, bureau, office):
    plan, often = make_plan(bureau), {"frequency": "weekly", "until": dt.date(2026, 12, 31)}
    for first, facts in ((TODAY - dt.timedelta(days=14), often), (TODAY - dt.timedelta(days=1), {}), (TODAY, {})):
        gone = {"state": "withdrawn", "withdrawn_at": NOW, "issued_at": NOW - dt.timedelta(days=20)}
        make_demand(bureau, category="meeting", plan_item=plan, first_on=first, **gone, **facts)
    assert duty.times_used(office, [plan], dt.date(2026, 12, 20)) == {plan.pk: 3}
    (used,) = duty.plan_totals(office, county, 2026, dt.date(2026, 12, 20))
    assert (used.used, used.beside) == (3, 0)


def test_repeated_demand_counts_the_times_of_its_year_alone(county, bureau, office):
    plan = make_plan(bureau, year=2027, times=60)
    first, last = dt.date(2026, 12, 21), dt.date(2027, 12, 31)
    make_demand(bureau, plan_item=plan, first_on=first, frequency="weekly", until=last)
    assert duty.times_used(office, [plan], dt.date(2027, 1, 10)) == {plan.pk: 1}
    assert duty.times_used(office, [plan], dt.date(2028, 3, 1)) == {plan.pk: 52}


@pytest.mark.parametrize("name", ["duty", "plans", "duty_item", "plan_item"])
def test_page_takes_the_same_queries_for_one_row_and_three(client, county, bureau, office, name):
    client.force_login(office.user)
    counts = []
    for rows in (1, 2):
        for number in range(rows):
            item, plan = make_duty(county, "recalled", owner=bureau), make_plan(bureau)
            make_demand(bureau, duty_item=item, plan_item=plan, title=f"事项{number}")
        of = {"duty_item": [item.pk], "plan_item": [plan.pk]}.get(name, [])
        for _ in range(rows):
            make_demand(bureau, duty_item=item, plan_item=plan)
        client.get(reverse(name, args=of))  # what the footer asks once
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse(name, args=of)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] < 25


@pytest.mark.parametrize("role", ["cadre", "lead", "issuer", "reviewer", "office", "observer"])
def test_every_role_reads_the_lists(client, county, bureau, role):
    make_demand(
        bureau,
        duty_item=make_duty(county, "recalled", title="电梯检查", note="由部门承担"),
        plan_item=make_plan(bureau),
    )
    unit = {"cadre": make_unit(county, "township"), "issuer": bureau}.get(role, county)
    client.force_login(make_actor(unit, role).user)
    page = client.get(reverse("duty"))
    assert "电梯检查" in page.text and "由部门承担" in page.text
    assert ("导入 xlsx" in page.text) == (role == "office")
    assert ("1 项在派" in page.text) == (role != "cadre")
    assert ("转问题" in page.text) == (role in {"office", "reviewer"})
    assert bureau.name in client.get(reverse("plans")).text


def test_pages_without_a_list_or_a_county_say_so(client, county):
    client.force_login(make_actor(county, "office").user)
    assert "还没有履职清单" in client.get(reverse("duty")).text
    assert "还没有年度计划" in client.get(reverse("plans")).text
    make_duty(county)
    assert "没有这样的事项" in client.get(reverse("duty"), {"q": "没有"}).text
    client.force_login(make_actor(make_unit(level="city"), "office").user)
    for name in ("duty", "plans"):
        assert "这里没有县" in client.get(reverse(name)).text


def test_demand_leads_to_its_items(client, county, bureau, office):
    item, plan = make_duty(county), make_plan(bureau)
    demand = make_demand(bureau, duty_item=item, plan_item=plan)
    client.force_login(office.user)
    page = client.get(reverse("demand", args=[demand.pk])).text
    assert reverse("duty_item", args=[item.pk]) in page and reverse("plan_item", args=[plan.pk]) in page
    assert reverse("demand", args=[demand.pk]) in client.get(reverse("duty_item", args=[item.pk])).text
