"""Which demands an actor sees, and what is left of a budget."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import Http404

from burden.demands import queries
from burden.demands.models import Demand
from burden.standards.models import BurdenBudget
from tests.factories import (
    LAST_WEEK,
    THIS_WEEK,
    make_actor,
    make_demand,
    make_entry,
    make_return,
    make_target,
    make_unit,
    make_user,
)


@pytest.fixture
def tree(db):
    county = make_unit(make_unit(level="city"))
    town = make_unit(county, "township")
    units = {"county": county, "bureau": make_unit(county, "department"), "other": make_unit(county, "department")}
    return units | {"town": town, "village": make_unit(town, "village"), "foreign": make_unit()}


def seen(found, demands: dict[str, Demand]) -> set[str]:
    return {name for name, demand in demands.items() if demand in set(found)}


@pytest.mark.parametrize(
    ("role", "where", "expected"),
    [
        ("issuer", "bureau", {"bureau", "bureau draft"}),
        ("issuer", "county", {"county", "bureau", "other", "town"}),
        ("reviewer", "county", {"county", "bureau", "other", "town"}),
        ("lead", "town", {"town"}),
        ("cadre", "bureau", set()),
        ("issuer", "foreign", {"foreign"}),
    ],
)
def test_demands_are_seen_in_scope(tree, role, where, expected):
    demands = {name: make_demand(tree[name]) for name in ("county", "bureau", "other", "town", "foreign")}
    demands |= {f"{name} draft": make_demand(tree[name], state="draft") for name in ("bureau", "other")}
    actor = make_actor(tree[where], role)
    assert seen(Demand.objects.visible_to(actor), demands) == expected
    for name, demand in demands.items():
        if name in expected:
            assert queries.demand(actor, demand.pk) == demand
        else:
            with pytest.raises(Http404):
                queries.demand(actor, demand.pk)


def test_what_is_out_is_known_across_departments(tree):
    demands = {name: make_demand(tree[name]) for name in ("bureau", "other", "town", "foreign")}
    demands["draft"] = make_demand(tree["other"], state="draft")
    actor = make_actor(tree["bureau"], "issuer")
    assert seen(queries.published(actor), demands) == {"bureau", "other", "town"}
    assert seen(queries.published(make_actor(tree["town"], "cadre")), demands) == set()
    with pytest.raises(Http404):
        queries.published_demand(actor, demands["foreign"].pk)


def test_list_is_narrowed(tree):
    make_demand(tree["bureau"], title="防汛会", category="meeting")
    make_demand(tree["bureau"], title="防汛表", state="draft")
    actor = make_actor(tree["bureau"], "issuer")
    titles = [
        [demand.title for demand in queries.demands_of(actor, **chosen)]
        for chosen in ({"category": "meeting"}, {"state": "draft"}, {"text": "防汛"}, {"text": "抗旱"})
    ]
    assert titles == [["防汛会"], ["防汛表"], ["防汛表", "防汛会"], []]


def test_price_counts_the_receivers_of_today(tree):
    demand = make_demand(tree["bureau"], receivers={"levels": ["township", "village"]})
    price = queries.price(make_actor(tree["bureau"], "issuer"), demand)
    assert (price.receivers, price.once_min) == (2, 2 * 2 * 90)


def test_budget_counts_own_claims_of_the_year(tree):
    bureau, actor = tree["bureau"], make_actor(tree["bureau"], "issuer")
    assert queries.budget_left(actor, bureau, 2026) is None
    BurdenBudget.objects.create(issuer=bureau, year=2026, person_min=1_000)
    own, relayed = make_demand(bureau, prep_minutes=5), make_demand(bureau, origin="province")
    make_target(own, tree["town"])
    make_target(own, tree["village"], withdrawn=True)
    make_target(own, tree["town"], THIS_WEEK.plus(10), due_on=dt.date(2027, 2, 5))
    make_target(relayed, tree["town"])
    make_target(make_demand(tree["other"]), tree["town"], LAST_WEEK)
    budget = queries.budget_left(actor, bureau, 2026)
    assert (budget.used_min, budget.left_min) == (185, 815)


def test_withdrawn_demand_gives_back_what_nobody_answered(tree):
    """Two people of 90 minutes were asked, and one answered: that time is spent."""
    bureau, actor = tree["bureau"], make_actor(tree["bureau"], "issuer")
    BurdenBudget.objects.create(issuer=bureau, year=2026, person_min=1_000)
    target = make_target(make_demand(bureau, prep_minutes=5), tree["town"], withdrawn=True)
    assert queries.budget_left(actor, bureau, 2026).used_min == 0
    make_entry(make_return(make_user(), tree["town"], THIS_WEEK), target=target, minutes=30, issuer=bureau)
    assert queries.budget_left(actor, bureau, 2026).used_min == 95
