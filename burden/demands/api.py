"""Demands for issuers' own systems (OA, meeting systems): register, review, issue, change, withdraw, list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.demands import queries, services
from burden.demands.models import (
    FIELD_LENGTH,
    MAX_FIELDS,
    MAX_MINUTES,
    MAX_PEOPLE,
    OPEN,
    TITLE_LENGTH,
    Channel,
    Demand,
    Frequency,
    Origin,
    State,
)
from burden.demands.review import review
from burden.demands.services.reviewing import CHOSEN, ORIGINAL
from burden.demands.values import NAMES
from burden.kit import clock
from burden.kit.api import ApiView, ProblemSerializer, problems
from burden.kit.errors import Refused
from burden.kit.reading import NEEDED, Read, Reader, each_of, maybe, one_of, read_uuid, text, whole
from burden.standards.models import Category, Subkind

ROLES = frozenset({Role.ISSUER})
MAX_VERSION = 2**31 - 1


class ReceiversSerializer(serializers.Serializer[Any]):
    """Who receives: all open units that fit every filled list, and those listed; nothing filled means nobody."""

    levels = serializers.ListField(child=serializers.CharField(), required=False)
    kinds = serializers.ListField(child=serializers.CharField(), required=False)
    traits = serializers.ListField(child=serializers.CharField(), required=False)
    under = serializers.CharField(allow_null=True, required=False, help_text="Unit code: only below it")
    units = serializers.ListField(child=serializers.CharField(), required=False, help_text="Unit codes")


class ValuesSerializer(serializers.Serializer[Any]):
    """What a demand says, for the schema; `burden.demands.values` reads it. Units: whole minutes, each person."""

    title = serializers.CharField(max_length=TITLE_LENGTH, required=False, allow_blank=True)
    category = serializers.ChoiceField(Category.choices, required=False)
    subkind = serializers.ChoiceField(Subkind.choices, required=False, allow_blank=True)
    basis = serializers.CharField(max_length=TITLE_LENGTH, required=False, allow_blank=True)
    origin = serializers.ChoiceField(Origin.choices, required=False)
    post_title = serializers.CharField(max_length=50, required=False, allow_blank=True)
    channel = serializers.ChoiceField(Channel.choices, required=False)
    frequency = serializers.ChoiceField(Frequency.choices, required=False)
    first_on = serializers.DateField(required=False, allow_null=True)
    at = serializers.TimeField(required=False, allow_null=True, format="%H:%M", help_text="HH:MM")
    until = serializers.DateField(required=False, allow_null=True, help_text="Needed unless once")
    people = serializers.IntegerField(min_value=1, max_value=MAX_PEOPLE, required=False, help_text="Of each receiver")
    minutes = serializers.IntegerField(min_value=0, max_value=MAX_MINUTES, required=False)
    travel_minutes = serializers.IntegerField(min_value=0, max_value=MAX_MINUTES, required=False)
    prep_minutes = serializers.IntegerField(min_value=0, max_value=MAX_MINUTES, required=False)
    receivers = ReceiversSerializer(required=False)
    facts = serializers.DictField(required=False, help_text="What its category asks, see docs/api.md")
    fields = serializers.ListField(  # type: ignore[assignment]  # DRF keeps fields apart from attributes
        child=serializers.CharField(max_length=FIELD_LENGTH), max_length=MAX_FIELDS, required=False
    )
    afterwards = serializers.BooleanField(required=False)
    late_reason = serializers.CharField(max_length=TITLE_LENGTH, required=False, allow_blank=True)
    lead = serializers.CharField(required=False, help_text="Unit code")
    supporting = serializers.ListField(child=serializers.CharField(), required=False, help_text="Unit codes")
    duty_item = serializers.CharField(required=False, allow_null=True, help_text="Code of the duty list")
    plan_item = serializers.IntegerField(required=False, allow_null=True)


class RegisterSerializer(ValuesSerializer):
    """A draft under a key of the caller's; anything may still be missing."""

    client_key = serializers.UUIDField(help_text="New for every demand; the same key again finds the same demand")


class ChangeSerializer(ValuesSerializer):
    """What changes; once the demand is out, from which version, why, and what is written against its checks."""

    base_version = serializers.IntegerField(min_value=1, required=False)
    reason = serializers.CharField(max_length=TITLE_LENGTH, required=False)
    answers = serializers.DictField(child=serializers.CharField(), required=False)


class IssueSerializer(serializers.Serializer[Any]):
    """What was decided on the review."""

    chosen = serializers.ChoiceField(CHOSEN, required=False, default="original")
    reason = serializers.CharField(required=False, allow_blank=True, help_text="Why not the lighter alternative")
    answers = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Code of a check to the reason or approval"
    )


class WithdrawSerializer(serializers.Serializer[Any]):
    """Why it is withdrawn."""

    reason = serializers.CharField(max_length=TITLE_LENGTH)


class PriceSerializer(serializers.Serializer[Any]):
    """What everybody together spends. Units: counts; `_min` whole person-minutes."""

    receivers = serializers.IntegerField()
    times = serializers.IntegerField()
    times_a_year = serializers.IntegerField()
    once_min = serializers.IntegerField()
    year_min = serializers.IntegerField()


class DemandSerializer(ValuesSerializer):
    """One demand as it stands."""

    id = serializers.IntegerField()
    issuer = serializers.CharField(help_text="Unit code")
    state = serializers.ChoiceField(State.choices)
    version = serializers.IntegerField()
    parent = serializers.IntegerField(  # type: ignore[assignment]
        allow_null=True, help_text="The demand it was passed on from"
    )
    issued_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_reason = serializers.CharField(allow_blank=True)
    price = PriceSerializer(required=False, help_text="Absent in lists")


class DemandPageSerializer(serializers.Serializer[Any]):
    """A page of demands, newest change first."""

    results = DemandSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class ReviewSerializer(serializers.Serializer[Any]):
    """What an issuer sees before a demand goes out, see docs/api.md."""

    price = PriceSerializer()
    budget = serializers.DictField(allow_null=True, help_text="year, person_min, used_min, left_min")
    checks = serializers.ListField(
        child=serializers.DictField(), help_text="code, strength, title, sentence, citation, state, needs, link"
    )
    similar = serializers.ListField(child=serializers.DictField(), help_text="id, title, issuer, score, shared, pairs")
    overlaps = serializers.ListField(child=serializers.DictField(), help_text="id, title, issuer, receivers")
    lighter = serializers.DictField(allow_null=True, help_text="kind, values, price, of")
    estimates = serializers.DictField(allow_null=True, help_text="asked, answered, median")


class DemandConflictSerializer(ProblemSerializer):
    """`key_reused`, `demand.state`, or `version_conflict` with the version that is stored."""

    version = serializers.IntegerField(required=False)
    state = serializers.CharField(required=False)


SHOWN = (
    "state", "version", "title", "category", "subkind", "basis", "origin", "post_title", "channel", "frequency", "first_on",
    "until", "people", "minutes", "travel_minutes", "prep_minutes", "receivers", "facts", "fields", "afterwards",
    "late_reason", "issued_at", "withdrawn_at", "withdrawn_reason",
)  # fmt: skip
REFUSALS = {400: "The body is no JSON", 401: "No login", 403: "No issuer", 422: "A sentence per field"}
LIST_REFUSALS = problems(REFUSALS)
ONE_REFUSALS = problems(REFUSALS | {404: "No such demand", 403: "No issuer, or not of your issuing unit"})
PUT_REFUSALS = problems(
    REFUSALS
    | {
        404: "No such demand, or a receiver outside your remit",
        409: "demand.state, version_conflict (`version`) or key_reused",
    },
    DemandConflictSerializer,
)
PK = OpenApiParameter("pk", int, OpenApiParameter.PATH)
ANSWERS = each_of(text(TITLE_LENGTH))
LINE = maybe(text(TITLE_LENGTH), "")
LABELS = NAMES | {name: name for name in ("client_key", "base_version", "answers", "chosen", "state", "text")}
LABELS |= {"reason": gettext_lazy("原因")}


class DemandsApi(ApiView):
    """The demands of the acting issuer."""

    roles: ClassVar[frozenset[str]] = ROLES

    @extend_schema(
        operation_id="demands_list",
        parameters=[
            OpenApiParameter("state", str, enum=State.values),
            OpenApiParameter("category", str, enum=Category.values),
            OpenApiParameter("text", str, description="Part of a title"),
            OpenApiParameter("page", int),
        ],
        responses={200: DemandPageSerializer, **LIST_REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List own demands, newest change first."""
        reads = {"state": one_of(State.values), "category": one_of(Category.values), "text": text(TITLE_LENGTH)}
        chosen = taken(self.parameters(*reads), {name: (read, "") for name, read in reads.items()})
        return self.paged(queries.demands_of(self.actor, **chosen).prefetch_related("supporting"), demand_body)

    @extend_schema(
        operation_id="demand_register",
        request=RegisterSerializer,
        responses={
            201: OpenApiResponse(DemandSerializer, "Registered as a draft"),
            200: OpenApiResponse(DemandSerializer, "The same key and body again: the demand as it stands"),
            **PUT_REFUSALS,
        },
    )
    def post(self, request: Request) -> Response:
        """Register a draft."""
        values = body_of(request)
        key = taken(apart(values, "client_key"), {"client_key": (read_uuid, NEEDED)})["client_key"]
        made = services.register(by=self.actor, client_key=key, values=values, now=clock.now())
        return Response(whole_body(self.actor, made.demand.pk), status=200 if made.replayed else 201)


class DemandApi(ApiView):
    """One demand of the acting issuer, or of a unit below."""

    roles: ClassVar[frozenset[str]] = ROLES

    @extend_schema(operation_id="demand_read", parameters=[PK], responses={200: DemandSerializer, **ONE_REFUSALS})
    def get(self, request: Request, pk: int) -> Response:
        """Read one demand with its price."""
        self.parameters()
        return Response(whole_body(self.actor, pk))

    @extend_schema(
        operation_id="demand_change",
        parameters=[PK],
        request=ChangeSerializer,
        responses={200: DemandSerializer, **PUT_REFUSALS},
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change what is given. A demand that is out needs `base_version` and `reason`, and is reviewed again."""
        demand = queries.demand(self.actor, pk)
        values = body_of(request)
        held = apart(values, "base_version", "reason", "answers")
        if demand.state in OPEN:
            services.save_draft(by=self.actor, demand=demand, values=values, now=clock.now())
        else:
            reads = {"base_version": (whole(1, MAX_VERSION), NEEDED), "reason": (LINE, ""), "answers": (ANSWERS, {})}
            services.change(by=self.actor, demand=demand, values=values, now=clock.now(), **taken(held, reads))
        return Response(whole_body(self.actor, pk))


class DemandReviewApi(ApiView):
    """The consistency review (一致性评估) of a demand as it stands."""

    roles: ClassVar[frozenset[str]] = ROLES

    @extend_schema(
        operation_id="demand_review",
        parameters=[PK],
        responses={200: OpenApiResponse(ReviewSerializer, "Price, checks, similar demands"), **ONE_REFUSALS},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Review a demand: what it costs, which rules it may violate, which demands it repeats."""
        self.parameters()
        demand = queries.demand(self.actor, pk)
        return Response(review(self.actor, demand, clock.day_of(clock.now())).body())


class DemandIssueApi(ApiView):
    """Issuing."""

    roles: ClassVar[frozenset[str]] = ROLES

    @extend_schema(
        operation_id="demand_issue",
        parameters=[PK],
        request=IssueSerializer,
        responses={
            200: OpenApiResponse(DemandSerializer, "Issued; the same decision again answers the same"),
            **PUT_REFUSALS,
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        """Issue a draft: review it once more, and put it into the weeks of its receivers."""
        demand = queries.demand(self.actor, pk)
        reads = {"chosen": (one_of(CHOSEN), ORIGINAL), "reason": (LINE, ""), "answers": (ANSWERS, {})}
        services.issue(by=self.actor, demand=demand, now=clock.now(), **taken(body_of(request), reads))
        return Response(whole_body(self.actor, pk))


class DemandWithdrawApi(ApiView):
    """Withdrawing."""

    roles: ClassVar[frozenset[str]] = ROLES

    @extend_schema(
        operation_id="demand_withdraw",
        parameters=[PK],
        request=WithdrawSerializer,
        responses={
            200: OpenApiResponse(DemandSerializer, "Withdrawn; the same reason again answers the same"),
            **PUT_REFUSALS,
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        """Withdraw a demand: what nobody answered disappears from the weeks of its receivers."""
        demand = queries.demand(self.actor, pk)
        given = taken(body_of(request), {"reason": (LINE, "")})
        services.withdraw(by=self.actor, demand=demand, now=clock.now(), **given)
        return Response(whole_body(self.actor, pk))


def body_of(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request. Refuses: demand.invalid."""
    if not isinstance(request.data, Mapping):
        raise Refused("demand.invalid", _("正文要是一个 JSON 对象"))
    return dict(request.data)


def apart(values: dict[str, Any], *names: str) -> dict[str, Any]:
    """Take fields out of a body that are none of the demand's values."""
    return {name: values.pop(name) for name in names if name in values}


def taken(given: Mapping[str, Any], reads: Mapping[str, tuple[Read, Any]]) -> dict[str, Any]:
    """Read fields, each with what it is when absent. Refuses: demand.invalid, naming each."""
    errors: dict[str, str] = {}
    reader = Reader(given, {name: LABELS[name] for name in reads}, "", "", errors)
    reader.refuse_unknown()
    found = {name: reader.take(name, read, default) for name, (read, default) in reads.items()}
    if errors:
        raise Refused("demand.invalid", next(iter(errors.values())), errors)
    return found


def whole_body(actor: Actor, pk: int) -> dict[str, Any]:
    """Return a demand as it is stored, with its price."""
    demand = queries.demand(actor, pk)
    price = queries.price(actor, demand)
    names = ("receivers", "times", "times_a_year", "once_min", "year_min")
    return demand_body(demand) | {"price": {name: getattr(price, name) for name in names}}


def demand_body(demand: Demand) -> dict[str, Any]:
    """Return a demand as the API shows it; its values can be sent back as they are."""
    return {name: getattr(demand, name) for name in SHOWN} | {
        "id": demand.pk,
        "issuer": demand.issuer.code,
        "lead": demand.lead.code,
        "supporting": sorted(unit.code for unit in demand.supporting.all()),
        "at": demand.at.strftime("%H:%M") if demand.at else None,
        "duty_item": demand.duty_item.code if demand.duty_item else None,
        "plan_item": demand.plan_item_id,
        "parent": demand.parent_id,
    }
