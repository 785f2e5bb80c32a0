"""API of findings and supervision orders: what the ledger and their pages show, to those who may open them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS, READERS
from burden.kit import clock
from burden.kit.api import ApiView, problems
from burden.kit.errors import Absent
from burden.kit.reading import one_of, read_one, text
from burden.oversight import queries
from burden.oversight.clocks import COLOURS, Edges, edges
from burden.oversight.models import (
    Finding,
    FindingState,
    Order,
    OrderState,
    OrderStep,
    Outcome,
    Requirement,
    Source,
    Why,
)
from burden.oversight.queries import CANCELLED, Chosen
from burden.units.models import Unit

CODE_LENGTH, MOST_TEXT = 20, 60
LISTED = ("year", "number", "title", "category", "citation", "state", "outcome", "person_min", "due_on", "took_days")
KEPT = (
    "titles", "standard", "days", "responsible", "section", "deadline_on", "asked_until", "was_extended", "in_time", "opened_at", "sent_at",
    "signed_at", "answered_at", "finished_at", "closed_at", "looked_at", "before_min", "before_weeks", "after_min", "after_weeks",
)  # fmt: skip
READS = {
    "tab": one_of((*queries.COLUMNS, CANCELLED)), "colour": one_of(COLOURS), "issuer": text(CODE_LENGTH), "text": text(MOST_TEXT),
    "state": one_of(FindingState.values),
}  # fmt: skip
REFUSALS = {401: "No login", 403: "Not one of the roles", 422: "A sentence per parameter"}
PK = OpenApiParameter("pk", int, OpenApiParameter.PATH)


class OrderLineSerializer(serializers.Serializer[Any]):
    """One order of the ledger. Units: person-minutes; took_days and left working days, left negative where overdue."""

    id = serializers.IntegerField()
    unit = serializers.CharField(help_text="Code of the unit that keeps it")
    issuer = serializers.CharField(help_text="Code of the unit that has to change something")
    year = serializers.IntegerField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    category = serializers.CharField(allow_blank=True)
    citation = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(OrderState.choices)
    outcome = serializers.ChoiceField(Outcome.choices, allow_blank=True, help_text="What looking back found")
    person_min = serializers.IntegerField(allow_null=True, help_text="What the finding involves")
    due_on = serializers.DateField(allow_null=True, help_text="Last day of the step it stands at")
    colour = serializers.ChoiceField(COLOURS, allow_null=True, help_text="null: nothing is due")
    left = serializers.IntegerField(allow_null=True)
    took_days = serializers.IntegerField(allow_null=True)
    saved_min = serializers.IntegerField(
        allow_null=True,
        help_text="Of a year, once it is struck off; null also where in too few weeks enough filed, or looking back found that it did not last",
    )


class OrderPageSerializer(serializers.Serializer[Any]):
    """One page of the ledger."""

    results = OrderLineSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class RequirementSerializer(serializers.Serializer[Any]):
    """One thing demanded, and its answer."""

    number = serializers.IntegerField()
    text = serializers.CharField()
    answer = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    returned = serializers.CharField(allow_blank=True, help_text="Why it was sent back")


class StepSerializer(serializers.Serializer[Any]):
    """One step that was taken."""

    at = serializers.DateTimeField()
    unit = serializers.CharField(help_text="Unit code")
    act = serializers.CharField()
    note = serializers.CharField(allow_blank=True)


class ReliefSerializer(serializers.Serializer[Any]):
    """What receivers say: counts of units, by fives and never by name; null: too few, or it would tell who said what."""

    asked = serializers.IntegerField()
    told = serializers.IntegerField(allow_null=True)
    less = serializers.IntegerField(allow_null=True)
    same = serializers.IntegerField(allow_null=True)
    more = serializers.IntegerField(allow_null=True)


class OrderSerializer(OrderLineSerializer):
    """One order as its page shows it."""

    titles = serializers.ListField(child=serializers.CharField(), help_text="What the issuer called it")
    standard = serializers.CharField()
    days = serializers.IntegerField(help_text="Working days it was given")
    responsible = serializers.CharField(allow_blank=True)
    section = serializers.CharField(allow_blank=True)
    deadline_on = serializers.DateField(allow_null=True)
    asked_until = serializers.DateField(allow_null=True)
    was_extended = serializers.BooleanField()
    in_time = serializers.BooleanField(allow_null=True)
    opened_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    looked_at = serializers.DateTimeField(allow_null=True)
    before_min = serializers.IntegerField(allow_null=True, help_text="Asked in the weeks before it was opened")
    before_weeks = serializers.IntegerField(allow_null=True)
    after_min = serializers.IntegerField(allow_null=True, help_text="Asked in the weeks after the answer")
    after_weeks = serializers.IntegerField(allow_null=True)
    requirements = RequirementSerializer(many=True)
    steps = StepSerializer(many=True, help_text="The newest first")
    relief = ReliefSerializer()
    seen = serializers.DictField(help_text="The numbers as they were seen, in Chinese: as_of, rows, points, clauses")


class FindingLineSerializer(serializers.Serializer[Any]):
    """One finding of the list. Units: person-minutes."""

    id = serializers.IntegerField()
    unit = serializers.CharField(help_text="Code of the unit that raised it")
    issuer = serializers.CharField(help_text="Unit code")
    source = serializers.ChoiceField(Source.choices)  # type: ignore[assignment]  # DRF keeps fields apart from attributes
    title = serializers.CharField()
    category = serializers.CharField(allow_blank=True)
    titles = serializers.ListField(child=serializers.CharField(), help_text="What the issuer called it")
    person_min = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(FindingState.choices)
    raised_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    why = serializers.ChoiceField(Why.choices, allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    quiet_until = serializers.DateField(allow_null=True)


class FindingPageSerializer(serializers.Serializer[Any]):
    """One page of findings."""

    results = FindingLineSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class FindingSerializer(FindingLineSerializer):
    """One finding with its numbers."""

    demand = serializers.IntegerField(allow_null=True)
    order = serializers.IntegerField(allow_null=True, help_text="The order that was opened from it")
    seen = serializers.DictField(help_text="The numbers as they were seen, in Chinese: as_of, rows, points, clauses")


class Orders(ApiView):
    """The ledger of supervision orders."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(
        operation_id="orders",
        parameters=[
            OpenApiParameter("tab", str, enum=[*queries.COLUMNS, CANCELLED], description="A column of the board"),
            OpenApiParameter("issuer", str, description="Unit code"),
            OpenApiParameter("colour", str, enum=COLOURS),
            OpenApiParameter("text", str, description="Part of a title"),
            OpenApiParameter("page", int),
        ],
        responses={200: OrderPageSerializer, **problems(REFUSALS | {404: "No such unit in your scope"})},
    )
    def get(self, request: Request) -> Response:
        """List orders in the order of the ledger: what is due first."""
        chosen = Chosen(**_taken(self.parameters("tab", "issuer", "colour", "text")))
        if chosen.issuer and not Unit.objects.visible_to(self.actor).filter(code=chosen.issuer).exists():
            raise Absent({"issuer": _("没有这个单位，或者不在你能看的范围")})
        at = edges(clock.day_of(clock.now()))
        return self.paged(queries.chosen_orders(self.actor, chosen, at), partial(order_line, at=at))


class OneOrder(ApiView):
    """One supervision order."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(
        operation_id="order",
        parameters=[PK],
        responses={200: OrderSerializer, **problems(REFUSALS | {404: "No such order in your scope"})},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Read an order with its requirements, its steps, and the numbers as they were seen."""
        self.parameters(is_list=False)
        return Response(order_body(self.actor, queries.order(self.actor, pk)))


class Findings(ApiView):
    """The findings one may see."""

    roles: ClassVar[frozenset[str]] = EXPORTERS

    @extend_schema(
        operation_id="findings",
        parameters=[OpenApiParameter("state", str, enum=FindingState.values), OpenApiParameter("page", int)],
        responses={200: FindingPageSerializer, **problems(REFUSALS)},
    )
    def get(self, request: Request) -> Response:
        """List findings, the newest first."""
        state = _taken(self.parameters("state")).get("state", "")
        return self.paged(queries.findings(self.actor, state), finding_line)


class OneFinding(ApiView):
    """One finding."""

    roles: ClassVar[frozenset[str]] = EXPORTERS

    @extend_schema(
        operation_id="finding",
        parameters=[PK],
        responses={200: FindingSerializer, **problems(REFUSALS | {404: "No such finding in your scope"})},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Read a finding with the numbers as they were seen."""
        self.parameters(is_list=False)
        found = queries.finding(self.actor, pk)
        more = {"demand": found.demand_id, "order": queries.order_from(self.actor, found), "seen": found.seen}
        return Response(finding_line(found) | more)


def _taken(given: Mapping[str, str]) -> dict[str, Any]:
    """Read parameters. Refuses: parameter_invalid."""
    return {
        name: read_one(READS[name], value, field=name, label=name, code="parameter_invalid")
        for name, value in given.items()
    }


def order_line(order: Order, at: Edges) -> dict[str, Any]:
    """Return an order as the ledger shows it."""
    shown = at.clock(order)
    ticking = {"colour": shown.colour if shown else None, "left": shown.left if shown else None}
    units = {"id": order.pk, "unit": order.unit.code, "issuer": order.issuer.code, "saved_min": order.lasting_min}
    return units | {name: getattr(order, name) for name in LISTED} | ticking


def order_body(actor: Actor, order: Order) -> dict[str, Any]:
    """Return an order as its page shows it."""
    kept = {name: getattr(order, name) for name in KEPT}
    return (
        order_line(order, edges(clock.day_of(clock.now())))
        | kept
        | {
            "requirements": [_requirement(each) for each in queries.requirements(actor, order)],
            "steps": [_step(each) for each in queries.order_steps(actor, order)],
            "relief": _relief(order),
            "seen": {name: said for name, said in order.finding.seen.items() if name != "reported"},
        }
    )


def _requirement(each: Requirement) -> dict[str, Any]:
    return {
        name: getattr(each, name) for name in ("number", "text", "answer", "answered_at", "verified_at", "returned")
    }


def _step(each: OrderStep) -> dict[str, Any]:
    return {"at": each.at, "unit": each.unit.code, "act": each.act, "note": each.note}


def _relief(order: Order) -> dict[str, int | None]:
    said = {name: getattr(order, name) if order.is_split else None for name in ("less", "same", "more")}
    return {"asked": order.asked, "told": order.told if order.told >= queries.FEW_ANSWERS else None, **said}


def finding_line(found: Finding) -> dict[str, Any]:
    """Return a finding as the list shows it."""
    names = ("source", "title", "category", "titles", "person_min", "state", "raised_at", "decided_at", "why", "reason", "quiet_until")  # fmt: skip
    units = {"id": found.pk, "unit": found.unit.code, "issuer": found.issuer.code}
    return units | {name: getattr(found, name) for name in names}
