"""A unit's own page: what its lead learns of the answers, what nobody above does, and that subtraction tells nothing more."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from types import SimpleNamespace

import pytest

from burden.demands.queries import answers_of_unit
from burden.kit import clock
from burden.kit.db import act_as
from burden.units.models import Level
from reports.panels.items import is_late
from tests.database import as_role
from tests.factories import LAST_WEEK, NOW, make_actor, make_demand, make_entry, make_return, make_target, make_unit
from tests.reports.sums import add_sums


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
def returns(town):
    return [make_return(make_actor(town).user, town) for _ in range(7)]


def ask(issuer, unit, title="农田台账", **facts):
    return make_target(make_demand(issuer, title=title, **facts), unit, LAST_WEEK)


def answer(target, returns, minutes=30, **facts):
    for filed in returns:
        make_entry(filed, target=target, issuer_id=target.issuer_id, category=target.category, minutes=minutes, **facts)


def told(unit, role="lead", of=None):
    actor = make_actor(of or unit, role)
    act_as(actor.user_id)
    with as_role("burden_web"):
        return answers_of_unit(actor, unit.pk, LAST_WEEK)


# --- what the database tells ---


def test_lead_is_told_sums_of_five(town, bureau, returns):
    target = ask(bureau, town)
    answer(target, returns[:5], repeated=True)
    found = told(town)[target.pk]
    assert (found.answers, found.repeated, found.person_min) == (5, 5, 150)


def test_fewer_than_five_are_counted_and_no_more(town, bureau, returns):
    target = ask(bureau, town)
    answer(target, returns[:4], repeated=True)
    found = told(town)[target.pk]
    assert (found.answers, found.repeated, found.person_min) == (4, 0, None)


def test_sum_of_one_who_did_it_among_five_answers_is_not_told(town, bureau, returns):
    target = ask(bureau, town)
    answer(target, returns[:4], answer="not_applicable")
    answer(target, returns[4:5])
    assert told(town)[target.pk].person_min is None


@pytest.mark.parametrize("rest", ["another item", "no item", "another issuer"])
def test_sum_that_leaves_a_few_people_over_is_not_told(town, county, bureau, returns, rest):
    """The issuer's and the category's minutes of the unit are known: less this sum they would be one person's."""
    target = ask(bureau, town)
    answer(target, returns[:6])
    if rest == "no item":
        make_entry(returns[6], issuer=bureau)
    else:
        answer(ask(bureau if rest == "another item" else county, town, title="一张表"), returns[6:])
    assert told(town)[target.pk].person_min is None


def test_sum_beside_another_category_is_told(town, bureau, returns):
    target = ask(bureau, town)
    answer(target, returns[:6])
    make_entry(returns[6], category="meeting", issuer=bureau)
    assert told(town)[target.pk].person_min == 180


@pytest.mark.parametrize(
    ("role", "where"), [("reviewer", "above"), ("lead", "above"), ("cadre", "own"), ("issuer", "own")]
)
def test_nobody_but_the_lead_is_told(town, county, bureau, returns, role, where):
    answer(ask(bureau, town), returns)
    assert told(town, role, county if where == "above" else town) == {}


@pytest.mark.parametrize("seed", range(6))
def test_what_is_told_leaves_nobody_over(town, county, bureau, returns, seed):
    chance = random.Random(seed)
    targets = [
        ask(chance.choice([county, bureau]), town, title=f"表{n}", category=chance.choice(["form", "meeting"]))
        for n in range(5)
    ]
    did = defaultdict(set)
    for filed in returns:
        for target in targets:
            if chance.random() < 0.7:
                answer(target, [filed])
                did[target.issuer_id, target.category, target.pk].add(filed.cadre_id)
        if chance.random() < 0.15:
            make_entry(filed, issuer=bureau)
            did[bureau.pk, "form", None].add(filed.cadre_id)
    shown = {pk for pk, found in told(town).items() if found.person_min is not None}
    for group in ({key[:2] for key in did}, {key[1:2] for key in did}):
        for name in group:
            inside = {key: who for key, who in did.items() if name in (key[:2], key[1:2])}
            beside = set().union(*(who for key, who in inside.items() if key[2] not in shown), set())
            assert len(beside) in (0, *range(5, 9)) or not shown & {key[2] for key in inside}
    assert all(len(who) >= 5 for key, who in did.items() if key[2] in shown)


# --- short notice ---


@pytest.mark.parametrize(
    ("hours", "at", "late"), [(2, dt.time(9), True), (26, dt.time(9), False), (2, None, True), (20, None, False)]
)
def test_less_than_a_day_is_short_notice(hours, at, late):
    due = dt.datetime(2026, 11, 18, 1, tzinfo=dt.UTC)  # 9:00 in Shanghai
    row = SimpleNamespace(issued_at=due - dt.timedelta(hours=hours), due_on=due.date(), at=at)
    assert is_late(row) is late


# --- the page ---


def show(client, unit, actor, **query) -> str:
    client.force_login(actor.user)
    response = client.get(f"/reports/{unit.code}/", query)
    assert response.status_code == 200
    return response.content.decode()


def test_lead_sees_who_usually_does_it_and_reviewers_do_not(client, town, county, bureau, returns):
    target = ask(bureau, town, people=12)
    answer(target, returns[:5])
    add_sums(town, returns=7)
    inside, above = (
        show(client, town, make_actor(unit, role)) for unit, role in ((town, "lead"), (county, "reviewer"))
    )
    assert "5／12" in inside
    assert f'href="/targets/{target.pk}/"' in inside
    assert "农田台账" in above
    assert "5／12" not in above
    assert "/targets/" not in above
    assert f'href="/reports/demands/{target.demand_id}/"' in above


def test_items_are_shown_where_figures_are_hidden(client, town, bureau):
    ask(bureau, town)
    add_sums(town, returns=2)
    page = show(client, town, make_actor(town, "lead"))
    assert "农田台账" in page
    assert "这一期人数太少" in page


def test_list_is_short_until_all_is_asked_for(client, town, bureau):
    for n in range(10):
        ask(bureau, town, title=f"台账甲{n}")
    actor = make_actor(town, "lead")
    assert (show(client, town, actor).count("台账甲"), show(client, town, actor, items="all").count("台账甲")) == (
        16,
        20,
    )


def test_county_and_longer_periods_have_no_items(client, county, town, bureau):
    ask(bureau, town)
    add_sums(town)
    actor = make_actor(county, "reviewer")
    assert "农田台账" not in show(client, county, actor)
    assert "农田台账" not in show(client, town, actor, period="month")
