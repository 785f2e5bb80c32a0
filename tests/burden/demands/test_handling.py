"""What receivers do with targets: whose business they are, taking, assigning, passing on."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from burden.accounts.actor import Actor
from burden.demands.models import Demand, Handler, Target
from burden.demands.queries import targets_of_week
from burden.demands.services import assign, learn_handlers, pass_on, take
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.units.models import Unit
from tests.database import as_role
from tests.factories import (
    LAST_WEEK,
    LONG_AGO,
    NOW,
    THIS_WEEK,
    make_actor,
    make_demand,
    make_post,
    make_target,
    make_unit,
)


@pytest.fixture
def county(db) -> Unit:
    return make_unit()


@pytest.fixture
def bureau(county) -> Unit:
    return make_unit(county, "department")


@pytest.fixture
def town(county) -> Unit:
    return make_unit(county, "township")


@pytest.fixture
def villages(town) -> list[Unit]:
    return [make_unit(town, "village") for _ in range(2)]


@pytest.fixture
def cadre(town) -> Actor:
    return make_actor(town)


@pytest.fixture
def asked(bureau, town) -> Target:
    return make_target(make_demand(bureau), town)


def handling(actor: Actor, week=THIS_WEEK) -> dict[str, str]:
    return {row.title: row.handling for row in targets_of_week(actor, actor.unit_id, week)}


def learn(actor: Actor, *targets: Target, week=LAST_WEEK) -> None:
    learn_handlers(by=actor, unit_id=actor.unit_id, targets=targets, week=week)


# whose business


def test_nobody_handles_what_nobody_answered(cadre, asked):
    (row,) = targets_of_week(cadre, cadre.unit_id, THIS_WEEK)
    assert (row.handling, row.handlers, row.person_min) == ("nobodys", (), 180)
    assert (row.id, row.issuer, row.minutes) == (asked.pk, asked.issuer.code, 90)


def test_target_is_of_who_answered_this_issuer_and_category(cadre, asked, town):
    learn(cadre, asked)
    assert handling(cadre) == {asked.demand.title: "mine"}
    assert handling(make_actor(town)) == {asked.demand.title: "others"}


def test_answer_of_another_category_teaches_nothing(cadre, asked, bureau, town):
    learn(cadre, make_target(make_demand(bureau, category="meeting"), town, LAST_WEEK))
    assert handling(cadre) == {asked.demand.title: "nobodys"}


def test_last_answer_counts(cadre, asked, town):
    successor = make_actor(town)
    learn(cadre, asked, week=LAST_WEEK.plus(-1))
    learn(successor, asked, week=LAST_WEEK)
    assert (handling(cadre), handling(successor)) == ({asked.demand.title: "others"}, {asked.demand.title: "mine"})


def test_late_answer_of_an_old_week_does_not_undo_a_newer_one(cadre, asked):
    learn(cadre, asked, week=LAST_WEEK)
    learn(cadre, asked, week=LAST_WEEK.plus(-5))
    assert Handler.objects.get().week == LAST_WEEK.monday


def test_who_has_left_handles_nothing(cadre, asked, town):
    gone = make_post(town, user=None, until=LAST_WEEK.monday).user
    Handler.objects.create(unit=town, issuer=asked.issuer, category="form", cadre=gone, week=LAST_WEEK.monday)
    assert handling(cadre) == {asked.demand.title: "nobodys"}


def test_named_post_comes_before_habit(cadre, asked, town):
    learn(cadre, asked)
    Demand.every.filter(pk=asked.demand_id).update(post_title="统计员")
    clerk = make_actor(town)
    clerk.user.posts.update(title="统计员")
    assert (handling(cadre), handling(clerk)) == ({asked.demand.title: "others"}, {asked.demand.title: "mine"})


def test_post_that_nobody_holds_leaves_it_to_habit(cadre, asked):
    Demand.every.filter(pk=asked.demand_id).update(post_title="统计员")
    learn(cadre, asked)
    assert handling(cadre) == {asked.demand.title: "mine"}


def test_withdrawn_target_is_not_listed(cadre, asked):
    Target.every.update(withdrawn=True)
    assert handling(cadre) == {}


def test_targets_of_a_foreign_unit_are_none(cadre, asked, county):
    stranger = make_actor(make_unit(county, "township"))
    assert targets_of_week(stranger, cadre.unit_id, THIS_WEEK) == []


@pytest.mark.parametrize("count", [1, 3, 30])
def test_number_of_queries_is_constant(cadre, bureau, town, count, django_assert_num_queries):
    for _ in range(count):
        learn(cadre, make_target(make_demand(bureau, post_title="统计员"), town))
    with django_assert_num_queries(3):
        targets_of_week(cadre, town.pk, THIS_WEEK)


def test_two_weeks_of_answers_leave_each_cadre_a_short_list(county, town):
    """92 targets a week of 20 departments for 37 cadres: after two weeks at most 15 rows each, and nothing unclaimed."""
    dice = random.Random(7)
    cadres = [make_actor(town) for _ in range(37)]
    pairs = [
        (make_unit(county, "department"), category)
        for _ in range(20)
        for category in ("meeting", "form", "document", "inspection")
    ]
    work = {pair: dice.choice(cadres) for pair in pairs}
    weights = [1 / (1 + place) for place in range(len(pairs))]
    for week in (LAST_WEEK.plus(-1), LAST_WEEK, THIS_WEEK):
        chosen = pairs + dice.choices(pairs, weights, k=12)
        made = [make_target(make_demand(unit, category=category), town, week) for unit, category in chosen]
        if week != THIS_WEEK:
            for actor in cadres:
                learn(actor, *(t for t, pair in zip(made, chosen, strict=True) if work[pair] is actor), week=week)
    shown = [[row.handling for row in targets_of_week(actor, town.pk, THIS_WEEK)] for actor in cadres]
    assert max(rows.count("mine") for rows in shown) <= 15
    assert sum(rows.count("mine") for rows in shown) == 92
    assert all("nobodys" not in rows for rows in shown)


def test_web_role_learns_and_reads(cadre, asked):
    with as_role("burden_web"):
        act_as(cadre.user_id)
        learn(cadre, asked)
        assert handling(cadre) == {asked.demand.title: "mine"}


# taking and assigning


def test_taken_target_is_mine(cadre, asked, town):
    other = make_actor(town)
    learn(other, asked)
    take(by=cadre, target=asked, now=NOW)
    assert (handling(cadre), handling(other)) == ({asked.demand.title: "mine"}, {asked.demand.title: "others"})


def test_lead_assigns_to_who_works_there(cadre, asked, town):
    assign(by=make_actor(town, "lead"), target=asked, cadre=cadre.user, now=NOW)
    assert handling(cadre) == {asked.demand.title: "mine"}


def test_only_the_lead_of_the_unit_assigns(cadre, asked, county):
    for actor in (cadre, make_actor(county, "lead")):
        with pytest.raises(PermissionDenied):
            assign(by=actor, target=asked, cadre=cadre.user, now=NOW)


def test_target_is_not_assigned_to_strangers(asked, town, county):
    lead = make_actor(town, "lead")
    for person in (
        make_actor(county).user,
        make_post(town, "observer").user,
        make_post(town, until=LAST_WEEK.monday).user,
    ):
        with pytest.raises(Http404):
            assign(by=lead, target=asked, cadre=person, now=NOW)


def test_withdrawn_target_is_neither_taken_nor_passed_on(cadre, asked, villages):
    Target.every.update(withdrawn=True)
    for act in (
        lambda: take(by=cadre, target=asked, now=NOW),
        lambda: pass_on(by=cadre, target=asked, units=[villages[0].code], now=NOW),
    ):
        with pytest.raises(Conflict, check=lambda error: error.code == "target.withdrawn"):
            act()


def test_foreign_target_is_not_taken(asked, county):
    with pytest.raises(PermissionDenied):
        take(by=make_actor(make_unit(county, "township")), target=asked, now=NOW)


# passing on


def test_passed_on_demand_keeps_its_parent(cadre, asked, villages):
    made = pass_on(by=cadre, target=asked, units=[village.code for village in villages], now=NOW)
    assert (made.parent, made.issuer, made.lead) == (asked.demand, cadre.unit, cadre.unit)
    assert (made.origin, made.title, made.state) == ("county", asked.demand.title, "issued")
    sent = Target.every.filter(demand=made).order_by("unit_id")
    assert [(each.unit, each.week, each.due_on) for each in sent] == [
        (village, asked.week, asked.due_on) for village in villages
    ]


def test_origin_above_the_issuer_stays(bureau, town, cadre, villages):
    asked = make_target(make_demand(bureau, origin="province"), town)
    assert pass_on(by=cadre, target=asked, units=[villages[0].code], now=NOW).origin == "province"


def test_village_gets_it_once(cadre, asked, villages, town):
    pass_on(by=cadre, target=asked, units=[villages[0].code], now=NOW)
    again = pass_on(by=make_actor(town), target=asked, units=[village.code for village in villages], now=NOW)
    assert [each.unit for each in Target.every.filter(demand=again)] == [villages[1]]
    with pytest.raises(Refused, check=lambda error: error.code == "target.passed_on"):
        pass_on(by=cadre, target=asked, units=[villages[0].code], now=NOW)


def test_passing_on_reaches_below_alone(cadre, asked, county):
    beside = make_unit(make_unit(county, "township"), "village")
    for code in (beside.code, cadre.unit.code, "000000000000"):
        with pytest.raises(Http404):
            pass_on(by=cadre, target=asked, units=[code], now=NOW)
    with pytest.raises(Refused, check=lambda error: error.code == "demand.no_receivers"):
        pass_on(by=cadre, target=asked, units=[], now=NOW)


def test_web_role_of_a_cadre_passes_on(cadre, asked, villages):
    with as_role("burden_web"):
        act_as(cadre.user_id)
        made = pass_on(by=cadre, target=asked, units=[villages[0].code], now=NOW)
        assert Target.objects.visible_to(cadre).filter(demand=made).count() == 1


def test_old_handlers_do_not_outlive_their_post(cadre, asked, town):
    learn(cadre, asked)
    cadre.user.posts.update(valid=(LONG_AGO, LAST_WEEK.monday))
    assert handling(make_actor(town)) == {asked.demand.title: "nobodys"}


def test_order_is_that_of_the_days(cadre, bureau, town):
    for title, day, at in (("三", 27, None), ("二", 26, dt.time(15)), ("一", 26, dt.time(9))):
        make_target(make_demand(bureau, title=title, at=at), town, due_on=dt.date(2026, 11, day))
    assert list(handling(cadre)) == ["一", "二", "三"]
