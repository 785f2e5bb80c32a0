"""API of what a unit is to come down to, and of how many different people filed in a year."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.roles import READERS
from burden.kit import clock
from burden.kit.api import ApiView
from reports import queries
from reports.api import REFUSALS, asked_unit, asked_year, basis_field
from reports.goals import goals_of, target_of
from reports.indicators import VALUED
from reports.restated import REPORTED, RESTATED, hidden_in


class UnitGoalSerializer(serializers.Serializer[Any]):
    """What an indicator is to come down to in a unit: beside the figure alone, never a grade."""

    indicator = serializers.CharField()
    name = serializers.CharField()
    most = serializers.IntegerField(help_text="Minutes a head and week, or per cent against last year")
    is_relative = serializers.BooleanField()
    cited = serializers.CharField(help_text="The notice, or what the county wrote")
    set_by = serializers.CharField(allow_null=True, help_text="Code of the county that set it; null: from the notice")


class UnitGoalsSerializer(serializers.Serializer[Any]):
    """All goals; one page."""

    results = UnitGoalSerializer(many=True)
    basis = basis_field()
    next = serializers.URLField(allow_null=True)


class PeopleSerializer(serializers.Serializer[Any]):
    """How many different people of a unit and all below it filed in a year, counted every night."""

    unit = serializers.CharField(help_text="Unit code")
    year = serializers.IntegerField()
    basis = basis_field()
    people = serializers.IntegerField(allow_null=True, help_text="null: not shown, or nobody")


class Goals(ApiView):
    """The goals that stand beside a unit's figures."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(
        operation_id="goals",
        parameters=[OpenApiParameter("unit", str, required=True, description="Unit code")],
        responses={200: UnitGoalsSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return the goals of a unit, in the order of the indicators."""
        unit = asked_unit(self.actor, self.parameters("unit"))
        own = goals_of(unit)
        found = [(each, target_of(each, own)) for each in VALUED.values()]
        rows = [
            {
                "indicator": each.code,
                "name": str(each.name),
                "most": goal.most,
                "is_relative": goal.is_relative,
                "cited": str(goal.source),
                "set_by": own[each.code].county.code if each.code in own else None,
            }
            for each, goal in found
            if goal
        ]
        return self.paged(rows, dict, basis=RESTATED)


class People(ApiView):
    """How many different people filed in a year."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(
        operation_id="people",
        parameters=[
            OpenApiParameter("unit", str, required=True, description="Unit code"),
            OpenApiParameter("year", int, description="Default: that of the last closed week"),
        ],
        responses={200: PeopleSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return the number that the page of the year shows."""
        given = self.parameters("unit", "year", is_list=False)
        unit, period = asked_unit(self.actor, given), asked_year(given, clock.now())
        span = period.span
        figures = queries.weekly(self.actor, unit, span)
        gone = hidden_in(REPORTED, [unit.pk], span)[unit.pk]
        people = queries.people(self.actor, unit, period, figures, gone)
        return Response({"unit": unit.code, "year": period.last.year, "basis": REPORTED, "people": people or None})
