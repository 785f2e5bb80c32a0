"""Findings and orders behind both walls: random trees, posts and orders against a naive oracle that walks up the tree."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from burden.accounts.actor import Actor, actor_of
from burden.accounts.models import Post
from burden.kit.db import act_as
from burden.oversight.merits import issuers
from burden.oversight.models import Finding, Order, OrderStep, ReliefAsked, ReliefTally, Requirement
from burden.units.models import Unit
from tests.burden.feedback.test_routing import BELOW
from tests.database import as_role
from tests.factories import NOW, make_finding, make_order, make_post, make_unit

pytestmark = pytest.mark.django_db
ROLES = ("cadre", "lead", "issuer", "reviewer", "office", "observer", "sysadmin", "auditor")
DESKS, READERS = ("reviewer", "office"), ("lead", "issuer", "reviewer", "office", "observer")
Made = tuple[int, int, str, int]  # of an order: keeping unit, issuer, state, unit that is asked


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[tuple[int, str]], list[tuple[int, str]], list[Made]]:
    """Units as parent and level; posts as unit and role; orders."""
    units = [(-1, draw(st.sampled_from(["province", "city", "county"])))]
    for _turn in range(draw(st.integers(2, 9))):
        parent = draw(st.integers(0, len(units) - 1))
        if BELOW[units[parent][1]]:
            units.append((parent, draw(st.sampled_from(BELOW[units[parent][1]]))))
    places = st.integers(0, len(units) - 1)
    posts = draw(st.lists(st.tuples(places, st.sampled_from(ROLES)), min_size=1, max_size=6))
    state = st.sampled_from(["draft", "sent", "answered", "closed"])
    return units, posts, draw(st.lists(st.tuples(places, places, state, places), min_size=1, max_size=4))


class World:
    """What the database holds of a drawn world, and what an oracle says of it."""

    def __init__(self, units: list[tuple[int, str]], posts: list[tuple[int, str]], orders: list[Made]) -> None:
        self.parents = [parent for parent, _level in units]
        self.units: list[Unit] = []
        for parent, level in units:
            self.units.append(make_unit(self.units[parent] if parent >= 0 else None, level))
        self.drawn = orders
        self.orders, self.findings = [], []
        for unit, issuer, state, asked in orders:
            made = make_order(self.units[unit], self.units[issuer], state, requirements=1, asked=1)
            OrderStep.every.create(order=made, at=NOW, unit=made.unit, act="open")
            ReliefAsked.every.create(order=made, unit=self.units[asked], asked_on=NOW.date())
            ReliefTally.every.create(order=made)
            self.orders.append(made)
            self.findings.append(make_finding(self.units[unit], self.units[issuer]))
        self.people = list(self._people(posts))

    def _people(self, posts: list[tuple[int, str]]) -> Any:
        """Every second post is of the person before where both may be held."""
        before: Post | None = None
        for turn, (place, role) in enumerate(posts):
            apart = {"sysadmin", "auditor"}
            shared = turn % 2 and before and role != before.role and not apart & {role, before.role}
            before = make_post(self.units[place], role, before.user if shared and before else None)
        for user in {post.user for post in Post.objects.select_related("user").filter(unit__in=self.units)}:
            actor = actor_of(user, NOW)
            assert actor
            yield actor

    def is_over(self, post: Post, place: int) -> bool:
        while place != -1:
            if self.units[place].pk == post.unit_id:
                return True
            place = self.parents[place]
        return False

    def keeps(self, actor: Actor, place: int) -> bool:
        return any(post.role in DESKS and self.is_over(post, place) for post in actor.posts)

    def reads(self, actor: Actor, place: int) -> bool:
        return any(post.role in READERS and self.is_over(post, place) for post in actor.posts)

    def works(self, actor: Actor, place: int) -> bool:
        return any(post.role in ("cadre", "lead") and post.unit_id == self.units[place].pk for post in actor.posts)

    def oracle(self, actor: Actor) -> dict[type, set[int]]:
        """Return by model which rows the law lets an actor read."""
        found: dict[type, set[int]] = {Order: set(), Finding: set(), ReliefAsked: set(), ReliefTally: set()}
        for (unit, issuer, state, asked), order, loose in zip(self.drawn, self.orders, self.findings, strict=True):
            if self.keeps(actor, unit):
                found[Finding] |= {loose.pk, order.finding_id}
            if self.keeps(actor, unit) or (state != "draft" and self.reads(actor, issuer)):
                found[Order].add(order.pk)
            if self.works(actor, asked):
                found[ReliefAsked] |= set(ReliefAsked.every.filter(order=order).values_list("pk", flat=True))
                found[ReliefTally].add(order.pk)
        return found


def by_database(actor: Actor, model: Any) -> set[int]:
    with as_role("burden_web"):
        act_as(actor.user_id)
        return set(model.every.values_list("pk", flat=True))


def by_code(actor: Actor, model: Any) -> set[int]:
    return set(model.objects.visible_to(actor).values_list("pk", flat=True))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=worlds())
def test_neither_wall_lets_through_what_the_law_does_not(drawn: Any) -> None:
    held = connection.savepoint()
    try:
        world = World(*drawn)
        for actor in world.people:
            law = world.oracle(actor)
            asked = law[ReliefTally]
            orders = law[Order] | asked  # a receiver adds to the counts of an order it is asked about
            # of what became an order, whoever reads that may read what was found
            seen = law[Finding] | {order.finding_id for order in world.orders if order.pk in orders}
            struck_off = {
                order.pk for order in world.orders if order.state == "closed"
            }  # reckoned with for whoever asks
            assert by_database(actor, Order) == orders | struck_off
            assert by_database(actor, Finding) == seen
            assert by_database(actor, ReliefAsked) == law[ReliefAsked]
            assert by_database(actor, ReliefTally) == asked
            for model in (Requirement, OrderStep):
                parts = set(model.every.filter(order__in=orders).values_list("pk", flat=True))
                assert by_database(actor, model) == parts
            one_post = len(actor.posts) == 1  # of several posts the code reads by the topmost
            for model in (Order, Finding, ReliefAsked, ReliefTally):
                found = by_code(actor, model)
                assert found <= law[model]
                assert not one_post or found == law[model]
            for model in (Requirement, OrderStep):
                assert by_code(actor, model) <= set(
                    model.every.filter(order__in=law[Order]).values_list("pk", flat=True)
                )
    finally:
        connection.savepoint_rollback(held)
        connection.clean_savepoints()


def test_nobody_sees_nothing() -> None:
    county = make_unit(make_unit(level="city"), "county")
    make_order(county, make_unit(county, "department"), "answered")
    with as_role("burden_web"):
        act_as(None)
        for model in (Finding, Order, Requirement, OrderStep, ReliefAsked, ReliefTally):
            assert not model.every.exists()
    with as_role("burden_worker"):
        assert (Order.every.count(), Finding.every.count(), Requirement.every.count()) == (1, 1, 2)
        assert not ReliefAsked.every.exists()


def test_who_keeps_a_unit_waiting_is_the_same_for_whoever_asks() -> None:
    county = make_unit(make_unit(level="city"), "county")
    late, other = make_unit(county, "department"), make_unit(county, "department")
    make_order(county, late, "working", due_on=NOW.date() - dt.timedelta(9))
    make_order(county, other, "working")
    for unit, role in ((county, "office"), (make_unit(county, "township"), "cadre"), (other, "lead")):
        with as_role("burden_web"):
            act_as(make_post(unit, role).user_id)
            assert issuers._late(county, NOW.date()) == {late.pk}
