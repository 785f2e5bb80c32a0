"""`GET /api/v1/duty/`, `/unlisted/` and `/admissions/`: a county's duty list, what is asked beside it, and what was asked to be put on it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.roles import READERS
from burden.demands import duty as lists
from burden.demands.admissions import queries
from burden.demands.admissions.models import Admission, State
from burden.demands.models import Demand, Frequency
from burden.kit import clock
from burden.kit.api import ApiView, problems
from burden.kit.clock import day_of
from burden.kit.errors import Absent, Refused
from burden.standards.models import Category, Duty, DutyItem
from burden.units.models import Unit

KINDS = (*Duty.values, lists.RETIRED)
REFUSALS = problems({401: "No login", 403: "Not one of the roles", 404: "No such county around you", 422: "A sentence"})
COUNTY = OpenApiParameter("county", str, description="Code; without it the first county around you that has a list")
TEXT = OpenApiParameter("q", str, description="What to look for")


class DutyItemSerializer(serializers.Serializer[Any]):
    """One item of a duty list."""

    id = serializers.IntegerField()
    county = serializers.CharField(help_text="Code")
    code = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(Duty.choices)
    owner = serializers.CharField(allow_null=True, help_text="Code of the department that keeps it")
    citation = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    retired_on = serializers.DateField(allow_null=True)
    retired_reason = serializers.CharField(allow_blank=True)
    linked = serializers.IntegerField(help_text="Demands that are out under it")


class DutyPageSerializer(serializers.Serializer[Any]):
    """A page of a duty list."""

    results = DutyItemSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class UnlistedSerializer(serializers.Serializer[Any]):
    """One demand that is on no list."""

    demand = serializers.IntegerField()
    title = serializers.CharField()
    issuer = serializers.CharField(help_text="Code")
    category = serializers.ChoiceField(Category.choices)
    frequency = serializers.ChoiceField(Frequency.choices)
    first_on = serializers.DateField()
    refused = serializers.IntegerField(help_text="Units you read that sent it back")
    admission = serializers.IntegerField(allow_null=True, help_text="The newest request to admit it that you may see")
    admission_state = serializers.ChoiceField(State.choices, allow_null=True)


class UnlistedPageSerializer(serializers.Serializer[Any]):
    """A page of what is on no list."""

    results = UnlistedSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class AdmissionSerializer(serializers.Serializer[Any]):
    """One request to put something on a duty list."""

    id = serializers.IntegerField()
    unit = serializers.CharField(help_text="Code of the department that asks")
    title = serializers.CharField()
    basis = serializers.CharField()
    reason = serializers.CharField()
    whom = serializers.CharField()
    person_min = serializers.IntegerField(help_text="Person-minutes each time, of all receivers")
    state = serializers.ChoiceField(State.choices)
    due_on = serializers.DateField(help_text="The last day for a decision")
    lapsed = serializers.BooleanField(help_text="Whether that passed without one: it is not admitted")
    demand = serializers.IntegerField(allow_null=True)
    item = serializers.CharField(allow_null=True, help_text="Code of the item that came of it")
    note = serializers.CharField(allow_blank=True)
    asked_on = serializers.DateField()
    decided_on = serializers.DateField(allow_null=True)


class AdmissionPageSerializer(serializers.Serializer[Any]):
    """A page of admissions."""

    results = AdmissionSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class ListView(ApiView):
    """What is read of a county's lists."""

    roles: ClassVar[frozenset[str]] = frozenset(READERS)

    def asked(self, *more: str) -> tuple[Unit | None, str, dict[str, str]]:
        """Return whose lists, what is looked for, and the other parameters. Refuses (404): a foreign county."""
        given = self.parameters("county", "q", *more)
        try:
            county = lists.county_of(self.actor, given.get("county", ""))
        except Http404:
            raise Absent({"county": _("没有这个县，或者不在你能看的范围")}) from None
        return county, given.get("q", "").replace("\0", "")[: lists.MOST_TEXT], given


class DutyList(ListView):
    """A county's duty list."""

    @extend_schema(
        operation_id="duty",
        parameters=[COUNTY, OpenApiParameter("kind", str, enum=KINDS), TEXT, OpenApiParameter("page", int)],
        responses={200: DutyPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return one page of what is on it today, or of what was retired."""
        county, text, given = self.asked("kind")
        kind = _one_of(given, "kind", KINDS)
        if county is None:
            return self.paged([], _item)
        found = lists.duty_list(self.actor, county, day_of(clock.now()), kind=kind, text=text)
        return self.paged(found.select_related("county"), _item)


def _item(each: DutyItem) -> dict[str, Any]:
    same = ("code", "title", "kind", "citation", "note", "retired_on", "retired_reason", "linked")
    return {
        "id": each.pk,
        "county": each.county.code,
        "owner": each.owner.code if each.owner else None,
        **{name: getattr(each, name) for name in same},
    }


class Unlisted(ListView):
    """What is asked in a county although no list names it."""

    @extend_schema(
        operation_id="unlisted",
        parameters=[COUNTY, TEXT, OpenApiParameter("page", int)],
        responses={200: UnlistedPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return one page of it, the newest first."""
        county, text, _given = self.asked()
        return self.paged(lists.unlisted(self.actor, county, text) if county else [], _demand)


def _demand(each: Demand) -> dict[str, Any]:
    same = ("title", "category", "frequency", "first_on", "refused", "admission", "admission_state")
    return {"demand": each.pk, "issuer": each.issuer.code, **{name: getattr(each, name) for name in same}}


class Admissions(ApiView):
    """The requests to admit something that one may see."""

    roles: ClassVar[frozenset[str]] = frozenset(READERS)

    @extend_schema(
        operation_id="admissions",
        parameters=[OpenApiParameter("tab", str, enum=queries.TABS), OpenApiParameter("page", int)],
        responses={200: AdmissionPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return one page of those that wait (the default), were granted, or came to nothing."""
        tab = _one_of(self.parameters("tab"), "tab", queries.TABS) or queries.TABS[0]
        now = clock.now()
        answer = self.paged(queries.admissions(self.actor, tab, now), lambda each: {"of": each})
        rows: list[Admission] = [row["of"] for row in answer.data["results"]]
        due = queries.with_due(self.actor, rows, day_of(now))
        answer.data["results"] = [
            {
                "id": each.pk,
                "unit": each.unit.code,
                **{
                    name: getattr(each, name)
                    for name in ("title", "basis", "reason", "whom", "person_min", "state", "note")
                },
                "due_on": last,
                "lapsed": lapsed,
                "demand": each.demand_id,
                "item": each.item.code if each.item else None,
                "asked_on": day_of(each.asked_at),
                "decided_on": day_of(each.decided_at) if each.decided_at else None,
            }
            for each, last, lapsed in due
        ]
        return answer


def _one_of(given: dict[str, str], name: str, known: tuple[str, ...]) -> str:
    """Return a parameter, "" where it was not given. Refuses: one that is none of these."""
    said = given.get(name, "")
    if said and said not in known:
        words = _("没有这一栏，可以填：%(known)s") % {"known": "、".join(known)}
        raise Refused(f"{name}_unknown", words, {name: words})
    return said
