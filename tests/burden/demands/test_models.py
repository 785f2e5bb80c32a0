"""The second wall: what the database itself shows, takes and refuses, whatever the code asks for."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from burden.demands.models import Demand, DemandReview, Target
from burden.kit.db import Unscoped, act_as
from tests.database import as_role
from tests.factories import (
    NOW,
    THIS_WEEK,
    make_actor,
    make_demand,
    make_entry,
    make_post,
    make_return,
    make_target,
    make_unit,
)


@pytest.fixture
def tree(db):
    county = make_unit(make_unit(level="city"))
    town = make_unit(county, "township")
    units = {"county": county, "bureau": make_unit(county, "department"), "other": make_unit(county, "department")}
    return units | {"town": town, "village": make_unit(town, "village"), "beside": make_unit(county, "township")}


def rows(model, user) -> set:
    """What the web role finds without any scope."""
    with as_role("burden_web"):
        act_as(user.pk if user else None)
        return set(model.every.values_list("pk", flat=True))


@pytest.mark.parametrize("model", [Demand, Target, DemandReview])
def test_query_without_scope_does_not_run(db, model):
    with pytest.raises(Unscoped):
        list(model.objects.all())


def test_draft_is_its_issuers_alone(tree):
    draft = make_demand(tree["bureau"], state="draft")
    for where, role in (("other", "issuer"), ("county", "reviewer"), ("town", "lead"), ("county", "office")):
        assert rows(Demand, make_actor(tree[where], role).user) == set()
    assert rows(Demand, None) == set()
    assert rows(Demand, make_actor(tree["bureau"], "issuer").user) == {draft.pk}


@pytest.mark.parametrize(
    ("role", "where", "sees"),
    [
        ("issuer", "bureau", {"town", "village"}),
        ("issuer", "other", set()),
        ("reviewer", "county", {"town", "village"}),
        ("lead", "town", {"town", "village"}),
        ("cadre", "town", {"town"}),
        ("cadre", "village", {"village"}),
        ("cadre", "beside", set()),
        ("auditor", "county", set()),
    ],
)
def test_targets_are_shown_to_who_sends_receives_or_reads(tree, role, where, sees):
    demand = make_demand(tree["bureau"])
    made = {name: make_target(demand, tree[name]).pk for name in ("town", "village")}
    actor = make_actor(tree[where], role)
    assert rows(Target, actor.user) == {made[name] for name in sees}
    assert set(Target.objects.visible_to(actor).values_list("pk", flat=True)) == {made[name] for name in sees}


def test_former_issuer_sees_no_targets(tree):
    make_target(make_demand(tree["bureau"]), tree["town"])
    gone = make_post(tree["county"], "reviewer", until=dt.date(2026, 1, 5)).user
    assert rows(Target, gone) == set()


def test_target_in_anothers_name_is_refused(tree):
    demand = make_demand(tree["bureau"])
    stranger = make_actor(tree["other"], "issuer")
    with as_role("burden_web"):
        act_as(stranger.user_id)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            make_target(demand, tree["town"])


def test_review_is_never_altered(tree):
    demand = make_demand(tree["bureau"])
    kept = DemandReview.every.create(demand=demand, version=1, seen={}, chosen="original", by=demand.created_by, at=NOW)
    for change in (lambda: DemandReview.every.update(reason="改了"), kept.delete):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    "facts",
    [
        {"minutes": -1},
        {"people": 0},
        {"prep_minutes": 10_081},
        {"state": "lost"},
        {"issued_at": None},
        {"title": ""},
        {"first_on": None},
        {"state": "withdrawn"},
        {"state": "draft", "withdrawn_at": NOW},
    ],
)
def test_demand_that_cannot_be_is_refused(tree, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_demand(tree["bureau"], **facts)


def test_target_stands_once_a_week_on_a_monday(tree):
    demand = make_demand(tree["bureau"])
    made = make_target(demand, tree["town"])
    for facts in ({}, {"due_on": dt.date(2026, 11, 22)}, {"minutes": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_target(demand, tree["town"], **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.every.filter(pk=made.pk).update(week=THIS_WEEK.monday + dt.timedelta(1))


def test_answer_is_of_its_targets_unit(tree):
    target = make_target(make_demand(tree["bureau"]), tree["town"])
    filed = make_return(make_actor(tree["village"]).user, tree["village"], THIS_WEEK)
    with pytest.raises(IntegrityError, match="entry_of_target"), transaction.atomic():
        make_entry(filed, target=target)
