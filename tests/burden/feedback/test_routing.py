"""A ticket never comes into the scope of whom it is about: random trees, posts and accused, against a naive oracle, behind either wall."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from burden.accounts.actor import Actor, actor_of
from burden.accounts.models import Post
from burden.feedback import routing
from burden.feedback.models import SentUp, Ticket, TicketForward
from burden.feedback.services import keep_from
from burden.kit.db import act_as
from burden.kit.errors import Refused
from burden.units.models import Unit
from tests.database import as_role
from tests.factories import NOW, make_actor, make_post, make_ticket, make_unit

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
BELOW = {
    "province": ("city", "department"),
    "city": ("county", "department", "township"),
    "county": ("township", "department"),
    "township": ("village",),
    "department": ("department",),
    "village": (),
}
ROLES = ("cadre", "lead", "issuer", "reviewer", "office", "observer", "auditor")


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[tuple[int, str]], list[tuple[int, str, bool]], list[int], int, int]:
    """Units as parent and level; posts as unit, role, inspectorate; accused; the area it came from; one found out later."""
    units = [(-1, draw(st.sampled_from(["province", "city", "county"])))]
    for _turn in range(draw(st.integers(2, 9))):
        parent = draw(st.integers(0, len(units) - 1))
        if BELOW[units[parent][1]]:
            units.append((parent, draw(st.sampled_from(BELOW[units[parent][1]]))))
    places = st.integers(0, len(units) - 1)
    posts = draw(st.lists(st.tuples(places, st.sampled_from(ROLES), st.booleans()), min_size=1, max_size=8))
    return units, posts, draw(st.lists(places, min_size=1, max_size=3)), draw(places), draw(places)


def naive_below(units: list[tuple[int, str]], place: int, accused: list[int]) -> bool:
    """Whether a unit is accused, or anything it stands under is: by walking up."""
    while place != -1:
        if place in accused:
            return True
        place = units[place][0]
    return False


def actors(made: list[Unit], posts: list[tuple[int, str, bool]]) -> list[tuple[int, Actor]]:
    """Let every second post be of the person before, so that some hold two."""
    found: list[tuple[int, Actor]] = []
    before: Post | None = None
    for turn, (place, role, flag) in enumerate(posts):
        shared = turn % 2 and before and role != before.role and "auditor" not in (role, before.role)
        before = make_post(made[place], role, before.user if shared and before else None)
        Post.objects.filter(pk=before.pk, role="reviewer").update(inspectorate=flag)
    for post in Post.objects.select_related("unit", "user"):
        actor = actor_of(post.user, NOW)
        assert actor
        found.append((post.unit_id, actor))
    return found


def routed(area: Unit, accused: list[Unit]) -> routing.Route | None:
    try:
        return routing.route(area, accused, TODAY)
    except Refused:  # nobody is above
        return None


def seen_by_database(actor: Actor, model: Any) -> set[int]:
    with as_role("burden_web"):
        act_as(actor.user_id)
        return set(model.every.values_list("pk", flat=True))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_ticket_never_reaches_whom_it_is_about(world: Any) -> None:
    units, posts, accused, area, later = world
    held = connection.savepoint()
    try:
        made: list[Unit] = []
        for parent, level in units:
            made.append(make_unit(made[parent] if parent >= 0 else None, level))
        people = actors(made, posts)
        route = routed(made[area], [made[place] for place in accused])
        if route is None:
            return
        place_of = {unit.pk: place for place, unit in enumerate(made)}
        assert not naive_below(units, place_of[route.desk.pk], accused)
        ticket = make_ticket(route.desk, kept_from=list(route.kept_from))
        days = dict.fromkeys(("received_on", "replied_on", "sent_on"), TODAY)
        SentUp.every.create(
            ticket=ticket, desk=route.desk, reviewer=route.desk, kept_from=route.kept_from, topic="repeat", conclusion="upheld", reply="答", **days
        )  # fmt: skip
        for unit in made:
            assert routing.within(unit, route.kept_from) == naive_below(units, place_of[unit.pk], accused)
            facts = {
                "ticket": ticket,
                "unit": unit,
                "kept_from": route.kept_from,
                "topic": "repeat",
                "title": "题",
                "text": "稿",
            }
            TicketForward.every.create(sent_by_unit=route.desk, sent_on=TODAY, due_on=TODAY, **facts)
        check_walls(units, place_of, people, route.desk, accused)
        below = [unit for unit in made if naive_below(units, place_of[unit.pk], [later])]
        TicketForward.every.filter(unit__in=below).delete()  # whoever was asked to check cannot be accused any more
        kept = keep_from(by=make_actor(route.desk, "office"), held=ticket, units=[made[later]])
        if not naive_below(units, later, accused):
            assert kept == (later != place_of[route.desk.pk] and naive_below(units, later, [place_of[route.desk.pk]]))
        check_walls(units, place_of, people, route.desk, [*accused, later] if kept else accused)
    finally:
        connection.savepoint_rollback(held)
        connection.clean_savepoints()


def check_walls(units: Any, place_of: dict[int, int], people: Any, desk: Unit, accused: list[int]) -> None:
    """Nobody who works in or below an accused unit sees a ticket, what was asked or once answered about it; the desk sees it."""
    for _unit, actor in people:
        theirs = [place_of[post.unit_id] for post in actor.posts]
        concerned = any(naive_below(units, place, accused) for place in theirs)
        by_code = set(Ticket.objects.visible_to(actor).values_list("pk", flat=True))
        forwards = set(TicketForward.objects.visible_to(actor).values_list("pk", flat=True))
        by_database = seen_by_database(actor, Ticket)
        answered = set(SentUp.objects.visible_to(actor).values_list("pk", flat=True))
        answered_by_database = seen_by_database(actor, SentUp)
        if concerned:
            assert not by_code and not by_database and not forwards
            assert not seen_by_database(actor, TicketForward)
            assert not answered and not answered_by_database
        assert by_code == by_database
        keeps = any(post.role in ("office", "reviewer") and post.unit_id == desk.pk for post in actor.posts)
        assert (keeps and not concerned) <= bool(by_code)
        assert bool(answered) == (keeps and not concerned)
        assert answered <= answered_by_database


def test_desk_without_anybody_is_passed_over() -> None:
    city = make_unit(make_unit(level="province"), "city")
    county = make_unit(city)
    bureau = make_unit(county, "department")
    with pytest.raises(Refused):
        routing.route(county, [bureau], TODAY)
    make_post(city, "reviewer", since=dt.date(2026, 12, 7))
    make_post(city.parent, "office")
    assert routing.route(county, [bureau], TODAY).desk == city.parent
    make_post(county, "office")
    assert routing.route(county, [bureau], TODAY).desk == county
    assert routing.route(county, [bureau, county], TODAY).desk == city.parent
    assert routing.next_desk(county, TODAY) == city.parent
    assert routing.next_desk(city.parent, TODAY) is None


def test_unit_is_found_by_the_name_people_write() -> None:
    city = make_unit(level="city", name="沅州市")
    county = make_unit(city, name="临溪县")
    bureau = make_unit(county, "department", name="县住建局")
    towns = [make_unit(county, "township", name=name) for name in ("柳河镇", "白塔镇")]
    villages = [make_unit(town, "village", name="青石村") for town in towns]
    found = {
        name: routing.named(county, name)
        for name in ("沅州市", "临溪县", " 县住建局 ", "白塔镇青石村", "青石村", "无名局")
    }
    assert list(found.values()) == [city, county, bureau, villages[1], None, None]
    assert routing.named(county, make_unit(make_unit(city), "department", name="外县局").name) is None
