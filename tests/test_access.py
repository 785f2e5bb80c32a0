"""Who may use which route: every route x role, and every object x own, child, parent, sibling, cousin, other root.

A route that declares nothing, or whose objects this file does not know, fails.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.demands.models import Estimate, QuoteRequest, Target
from burden.feedback.models import Ticket, TicketForward, TicketPhoto, TicketReporter
from burden.feedback.notices.models import Notice
from burden.feedback.sealing import Case, reporter_mark, sealed_identity
from burden.kit.access import Access
from burden.ledger.models import StaleMark
from burden.oversight.models import Bulletin, Order, Recognition, ReliefAsked
from burden.oversight.observing.models import Observation
from burden.resources.models import Guide, SupportRequest
from burden.standards.models import ListFile
from burden.units.models import Unit, UnitEvent
from reports.models import ExportJob
from reports.tables import TABLES
from tests.database import held
from tests.factories import (
    LAST_WEEK,
    NOW,
    make_actor,
    make_adaptation,
    make_admission,
    make_bulletin,
    make_demand,
    make_duty,
    make_finding,
    make_notice,
    make_order,
    make_plan,
    make_post,
    make_practice,
    make_recognition,
    make_target,
    make_ticket,
    make_unit,
)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Route:
    """One declared route."""

    name: str
    access: Access | None
    parameters: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api_")


def walk(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern)
        else:
            yield pattern


def routes() -> list[Route]:
    found = [
        Route(p.name or str(p.pattern), getattr(p.callback, "access", None), tuple(p.pattern.converters))
        for p in walk(get_resolver())
    ]
    return sorted(found, key=lambda route: route.name)


def session_of(actor: Actor) -> SimpleCookie:
    """Log in for all tests at once: it takes as long as a page."""
    client = Client()
    client.force_login(actor.user)
    return client.cookies


class World:
    """Two counties under two roots, and somebody in each role in the middle of the first."""

    def __init__(self) -> None:
        city = make_unit(level="city")
        self.county = make_unit(city, "county")
        self.town = make_unit(self.county, "township")
        self.units = {
            "own": self.county,
            "child": self.town,
            "grandchild": make_unit(self.town, "village"),
            "parent": city,
            "sibling": make_unit(city, "county"),
            "other root": make_unit(level="city"),
        }
        self.units["cousin"] = make_unit(self.units["sibling"], "township")
        self.posts = {name: make_post(unit, "cadre") for name, unit in self.units.items()}
        self.readers = {role: self.actor(role) for role in Role.values}
        self.sessions = {role: session_of(reader) for role, reader in self.readers.items()}

    def actor(self, role: str) -> Actor:
        return make_actor(self.county, role)

    def enter(self, client: Client, role: str) -> Actor:
        """Go on as the one reader of this role."""
        client.cookies = copy.deepcopy(self.sessions[role])
        return self.readers[role]

    def export_of(self, actor: Actor) -> ExportJob:
        facts = {"unit": self.county, "from_week": LAST_WEEK.monday, "to_week": LAST_WEEK.monday, "created_at": NOW}
        return ExportJob.every.create(
            requested_by=actor.user, tables=["unit_weeks"], format="csv", token=uuid4().hex, **facts
        )

    def event_of(self, unit: Unit) -> UnitEvent:
        facts = {"unit": unit, "from_week": LAST_WEEK.monday, "reason": "批复", "created_at": NOW}
        effects = {"units": 1, "people": 0, "weeks": 0, "past": []}
        return UnitEvent.every.create(kind="close", effects=effects, **facts)

    def observed(self, where: str, actor: Actor) -> Observation:
        """An observer reads the own ones alone: who reviews, those of all below."""
        by = actor if "observer" in actor.roles and where in INSIDE else self.readers["lead"]
        facts = {"unit": self.units[where], "week": LAST_WEEK.monday, "text": "排队盖章", "at": NOW}
        return Observation.every.create(by=by.user, **facts)

    def list_of(self, actor: Actor) -> ListFile:
        facts = {"year": 2026, "state": "read", "lines": [[1, ["条目", "事项", "类别"]], [2, ["1", "防汛", "配合"]]]}
        return ListFile.every.create(county=self.county, kind="duties", brought_by=actor.user, brought_at=NOW, **facts)

    def estimate_of(self, unit: Unit) -> Estimate:
        facts = {"asked_at": NOW, "until": LAST_WEEK.sunday}
        return Estimate.every.create(demand=make_demand(self.county, state="review"), unit=unit, **facts)

    def target_of(self, unit: Unit) -> Target:
        return make_target(make_demand(make_unit(unit, "department")), unit)

    def bulletin_of(self, unit: Unit) -> Bulletin:
        return Bulletin.every.filter(unit=unit).first() or make_bulletin(unit, "published")

    def order_of(self, unit: Unit) -> Order:
        return Order.every.filter(unit=unit).first() or make_order(unit, unit, "sent")

    def order_asked(self, unit: Unit) -> Order:
        order = self.order_of(unit)
        ReliefAsked.every.get_or_create(order=order, unit=unit, defaults={"asked_on": LAST_WEEK.sunday})
        return order

    def notice_of(self, where: str) -> Notice:
        """Whatever lies inside is the county's own, and to it; what is said to the city is said to the county, too."""
        unit = self.county if where in INSIDE else self.units["other root" if where == "parent" else where]
        return Notice.every.filter(unit=unit).first() or make_notice(unit)

    def recognition_of(self, where: str) -> Recognition:
        """What the county recognises is read by all in it; what the city nominates, by nobody below before it is public."""
        unit = self.county if where in INSIDE else self.units[where]
        state = "nominated" if where == "parent" else "published"
        held = Recognition.every.filter(unit=unit).first()
        return held or make_recognition(unit, self.units["child"], state)

    def ticket_of(self, desk: Unit) -> Ticket:
        ticket = make_ticket(desk, "accepted", photos=1)
        photo = Case.of(ticket).seal_file(b"a picture")
        TicketPhoto.objects.create(ticket=ticket, number=1, sealed=photo)
        return ticket

    def forward_of(self, unit: Unit) -> TicketForward:
        facts = {"topic": "repeat", "title": "题", "text": "稿", "sent_on": NOW, "due_on": NOW}
        return TicketForward.every.create(ticket=make_ticket(unit), unit=unit, sent_by_unit=unit, **facts)

    def reported_by(self, actor: Actor) -> Ticket:
        ticket = make_ticket(self.county, named=True)
        mark = reporter_mark(actor.user_id)
        TicketReporter.objects.create(ticket=ticket, mark=mark, sealed=sealed_identity(actor.user_id, actor.name))
        return ticket

    def request_of(self, unit: Unit, responder: Actor | None = None) -> SupportRequest:
        facts = {"kind": "people", "title": "添人", "made_on": LAST_WEEK.monday, "asked_on": LAST_WEEK.monday}
        if responder:
            named = {"responder": responder.user, "responder_unit": unit, "named_on": LAST_WEEK.monday}
            facts |= named | {"due_on": LAST_WEEK.sunday, "state": "named"}
        return SupportRequest.every.create(
            unit=make_unit(level="county") if responder else unit, made_by=make_post(unit).user, changed_at=NOW,
            **{"state": "asked"} | facts,
        )  # fmt: skip

    def guide_of(self, unit: Unit) -> Guide:
        facts = {"written_by": make_post(unit).user, "written_at": NOW, "changed_at": NOW}
        return Guide.every.create(demand=make_demand(unit), question="怎么填", answer="这样填", **facts)

    def quote_of(self, unit: Unit) -> QuoteRequest:
        facts = {"fields": ["面积"], "asked_by": make_post(self.town).user, "asked_at": NOW}
        return QuoteRequest.objects.create(demand=make_demand(self.town), of=make_demand(unit), **facts)


# what stands in a route's parameters: a function of the world, the unit and the acting person
Objects = Callable[[World, str, Actor], dict[str, Any]]
OBJECTS: dict[str, Objects] = {
    **dict.fromkeys(
        (
            "report",
            "indicators",
            "indicators_file",
            "issued_by",
            "calendar_of",
            "calendar_file",
            "parts",
            "issuers",
            "signals",
            "signal_judge",
            "relief",
            "capacity",
            "replies",
        ),
        lambda world, where, actor: {"code": world.units[where].code},
    ),
    "indicator": lambda world, where, actor: {"code": world.units[where].code, "key": "coverage"},
    **dict.fromkeys(
        ("person", "post_add", "person_switch", "person_link", "person_unlock", "person_tokens"),
        lambda world, where, actor: {"pk": world.posts[where].user_id},
    ),
    **dict.fromkeys(("post_edit", "post_end"), lambda world, where, actor: {"pk": world.posts[where].pk}),
    **dict.fromkeys(
        (
            "unit",
            "unit_add",
            "unit_edit",
            "unit_rename",
            "unit_move",
            "unit_merge",
            "unit_split",
            "unit_close",
            "posts_end",
        ),
        lambda world, where, actor: {"code": world.units[where].code},
    ),
    "unit_event_undo": lambda world, where, actor: {"pk": world.event_of(world.units[where]).pk},
    **dict.fromkeys(
        ("export_cancel", "export_retry", "export_download", "api_export"),
        lambda world, where, actor: {"pk": world.export_of(actor if where == "own" else world.actor("office")).pk},
    ),
    **dict.fromkeys(
        (
            "api_demand",
            "api_demand_review",
            "api_demand_issue",
            "api_demand_withdraw",
            "demand",
            "demand_sums",
            "demand_edit",
            "demand_change",
            "demand_copy",
            "demand_withdraw",
            "demand_return",
            "guide_new",
            "training_mark",
        ),
        lambda world, where, actor: {"pk": make_demand(world.units[where]).pk},
    ),
    **dict.fromkeys(("week_of", "api_week"), lambda world, where, actor: {"day": str(LAST_WEEK)}),
    "asked_answer": lambda world, where, actor: {"pk": world.estimate_of(world.units[where]).pk},
    **dict.fromkeys(
        ("target", "target_guides", "target_take", "target_assign", "target_refuse", "target_pass_on"),
        lambda world, where, actor: {"pk": world.target_of(world.units[where]).pk},
    ),
    **dict.fromkeys(
        (
            "bulletin",
            "bulletin_edit",
            "bulletin_file",
            "bulletin_refresh",
            "bulletin_check",
            "bulletin_return",
            "bulletin_publish",
            "bulletin_correct",
            "api_bulletin",
            "bulletin_delete",
        ),
        lambda world, where, actor: {"pk": world.bulletin_of(world.units[where]).pk},
    ),
    **dict.fromkeys(
        ("practice", "practice_decide", "practice_adopt", "practice_withdraw"),
        lambda world, where, actor: {"pk": make_practice(world.units[where]).pk},
    ),
    **dict.fromkeys(
        (
            "adaptation",
            "adaptation_ask",
            "adaptation_decide",
            "adaptation_join",
            "adaptation_opinion",
            "adaptation_withdraw",
        ),
        lambda world, where, actor: {"pk": make_adaptation(world.units[where]).pk},
    ),
    **dict.fromkeys(
        ("order", "order_file", "api_order"), lambda world, where, actor: {"pk": world.order_of(world.units[where]).pk}
    ),
    "order_act": lambda world, where, actor: {"pk": world.order_of(world.units[where]).pk, "act": "sign"},
    **dict.fromkeys(
        ("recognition", "recognition_file", "api_recognition"),
        lambda world, where, actor: {"pk": world.recognition_of(where).pk},
    ),
    "recognition_act": lambda world, where, actor: {"pk": world.recognition_of(where).pk, "act": "object"},
    "order_relief": lambda world, where, actor: {"pk": world.order_asked(world.units[where]).pk},
    **dict.fromkeys(
        ("finding", "finding_dismiss", "finding_order", "api_finding"),
        lambda world, where, actor: {"pk": make_finding(world.units[where], world.units[where]).pk},
    ),
    **dict.fromkeys(
        ("notice", "notice_publish", "notice_return", "notice_withdraw"),
        lambda world, where, actor: {"pk": world.notice_of(where).pk},
    ),
    **dict.fromkeys(
        ("observation", "observation_settle", "observation_withdraw"),
        lambda world, where, actor: {"pk": world.observed(where, actor).pk},
    ),
    **dict.fromkeys(
        ("admission", "admission_decide", "admission_withdraw"),
        lambda world, where, actor: {"pk": make_admission(world.units[where]).pk},
    ),
    **dict.fromkeys(
        ("ticket", "ticket_act", "api_ticket"),
        lambda world, where, actor: {"pk": world.ticket_of(world.units[where]).pk},
    ),
    "ticket_photo": lambda world, where, actor: {"pk": world.ticket_of(world.units[where]).pk, "number": 1},
    "feedback_forward": lambda world, where, actor: {"pk": world.forward_of(world.units[where]).pk},
    "feedback_own": lambda world, where, actor: {
        "pk": world.reported_by(actor if where == "own" else world.actor("cadre")).pk
    },
    "board_endorse": lambda world, where, actor: {"pk": 2**40},
    "support_request": lambda world, where, actor: {"pk": world.request_of(world.units[where]).pk},
    "support_answer": lambda world, where, actor: {
        "pk": world.request_of(world.units[where], actor if where == "own" else world.actor("office")).pk
    },
    "guide": lambda world, where, actor: {"pk": world.guide_of(world.units[where]).pk},
    "quote_answer": lambda world, where, actor: {"pk": world.quote_of(world.units[where]).pk},
    **dict.fromkeys(
        ("duty_item", "duty_retire", "duty_restore"),
        lambda world, where, actor: {"pk": make_duty(world.units[where]).pk},
    ),
    "plan_item": lambda world, where, actor: {"pk": make_plan(world.units[where]).pk},
    **dict.fromkeys(
        ("list_file", "list_file_store", "list_file_faults"),
        lambda world, where, actor: {"pk": world.list_of(actor if where == "own" else world.actor("office")).pk},
    ),
    **dict.fromkeys(
        ("rule", "rule_edit", "rule_confirm", "rule_switch"), lambda world, where, actor: {"code": "MTG-LENGTH"}
    ),
    "api_table": lambda world, where, actor: {"key": "unit_weeks"},
    "bulletin_extract": lambda world, where, actor: {"code": world.units[where].code},
    "login_link": lambda world, where, actor: {"secret": "nobody-has-this-secret"},
}
OWN_ONLY = (
    "export_",
    "api_export",
    "api_ticket",
    "asked_answer",
    "quote_answer",
    "target",
    "list_file",
    "order_relief",
    "ticket",
    "feedback_forward",
    "feedback_own",
    "support_answer",
)  # of the person or the own unit, never of one below
SELF_ONLY = {  # the parameter names no unit's object; rules of other counties: tests/burden/standards/rules
    "week_of",
    "api_week",
    "login_link",
    "api_table",
    "board_endorse",
    "rule",
    "rule_edit",
    "rule_confirm",
    "rule_switch",
}
INSIDE = {"own", "child", "grandchild"}
FROM_ABOVE = {"observation", "observation_settle"}  # never read in the very unit that they are about
ROUTES = routes()
every_route = pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
with_objects = pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.parameters and r.name not in SELF_ONLY], ids=lambda route: route.name
)


def call(client: Client, route: Route, world: World, where: str, actor: Actor, method: str | None = None):
    assert route.access is not None
    given = OBJECTS[route.name](world, where, actor) if route.parameters else {}
    chosen = method or ("GET" if "GET" in route.access.methods else route.access.methods[0])
    return client.generic(chosen, reverse(route.name, kwargs=given))


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with held(django_db_blocker):
        yield World()


@pytest.fixture
def world(made: World, db: None) -> World:
    return made


@every_route
def test_route_declares_its_access(route: Route) -> None:
    assert route.access is not None, "declare @access or @public"
    assert set(route.access.methods) <= {*METHODS, "HEAD"}
    assert not route.parameters or route.name in OBJECTS, "say in OBJECTS what this route's objects are"


@every_route
def test_unlisted_method_is_405(route: Route, client: Client, world: World) -> None:
    actor = world.enter(client, sorted(route.access.roles or {"cadre"})[0])
    for method in METHODS:
        if method not in route.access.methods:
            assert call(client, route, world, "own", actor, method).status_code == 405, method


@every_route
def test_stranger_is_sent_to_login(route: Route, client: Client, world: World) -> None:
    if route.access.roles is None:
        assert call(client, route, world, "own", world.actor("office")).status_code not in {403, 500}
        return
    for method in route.access.methods:
        response = call(client, route, world, "own", world.actor("office"), method)
        if route.is_api:
            assert response.status_code == 401, method
        else:
            assert response.status_code == 302, method
            assert response["Location"].startswith("/login/")


@every_route
def test_role_without_right_is_403(route: Route, client: Client, world: World) -> None:
    if route.name == "readyz":
        StaleMark.objects.all().delete()  # it minds marks that wait for minutes, as the world's would
    for role in Role.values:
        actor = world.enter(client, role)
        may = route.access.roles is None or role in route.access.roles
        for method in route.access.methods:
            status = call(client, route, world, "own", actor, method).status_code
            right = status not in {401, 403, 405} and status < 500 if may else status == 403
            assert right, (role, method, status)


@with_objects
def test_object_outside_scope_is_404(route: Route, client: Client, world: World) -> None:
    for role in sorted(route.access.roles):
        actor = world.enter(client, role)
        for where, method in product(world.units, route.access.methods):
            inside = where == "own" if route.name.startswith(OWN_ONLY) else where in INSIDE
            if route.name in FROM_ABOVE and role != Role.OBSERVER:
                inside = where in INSIDE - {"own"}
            if route.name == "guide" and role == Role.CADRE:
                inside = False  # those of what the own unit is asked alone; these are of what units ask
            response = call(client, route, world, where, actor, method)
            if not inside:
                assert response.status_code == 404, (role, where, method)
            elif not route.name.startswith("export_download"):
                assert response.status_code != 404, (role, where, method)


def _missing(route: Route) -> dict[str, Any]:
    named = {"pk": 2**40} if "pk" in route.parameters else {"code": "000000000000"}
    more = {"act": "sign", "number": 1, "key": "coverage"}
    return named | {name: value for name, value in more.items() if name in route.parameters}


@with_objects
def test_foreign_object_answers_as_a_missing_one(route: Route, client: Client, world: World) -> None:
    actor = world.enter(client, sorted(route.access.roles)[0])
    method = "GET" if "GET" in route.access.methods else "POST"
    foreign = call(client, route, world, "other root", actor)
    missing = client.generic(method, reverse(route.name, kwargs=_missing(route)))
    assert (foreign.status_code, foreign.content) == (404, missing.content)


def test_unit_parameter_of_the_api_is_scoped(client: Client, world: World) -> None:
    client.force_login(world.actor("reviewer").user)
    for where, unit in world.units.items():
        for route in ("summaries", "parts", "goals", "people", "extracts", *(f"tables/{key}" for key in TABLES)):
            status = client.get(f"/api/v1/{route}/", {"unit": unit.code}).status_code
            assert status == (200 if where in INSIDE else 404), (route, where)


def test_cadres_never_read_each_others_weeks(client: Client, world: World) -> None:
    """Nothing but the own return is reachable: the route names no person."""
    assert [route for route in ROUTES if "week" in route.name and {"pk", "code"} & set(route.parameters)] == []
