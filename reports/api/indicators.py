"""API of the indicators: all of a unit and a period, as the page shows them."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.roles import READERS
from burden.kit import clock
from burden.kit.api import ApiView
from reports.api import REFUSALS, asked_period, asked_unit, basis_field, choice
from reports.periods import KINDS
from reports.restated import BASES
from reports.values import Row, indicator_rows, unlike


class ValueSerializer(serializers.Serializer[Any]):
    """A figure: `number`, or `number` of `of` where it is a share or a mean. Units: whole minutes, seconds, counts."""

    number = serializers.IntegerField(allow_null=True)
    of = serializers.IntegerField(allow_null=True)
    low = serializers.IntegerField(allow_null=True, help_text="Bound of an estimate's 95 % interval")
    high = serializers.IntegerField(allow_null=True)
    why = serializers.CharField(help_text="Why there is no figure")
    divided = serializers.BooleanField(help_text="A split unit's past is divided by published shares: an estimate")


class GoalSerializer(serializers.Serializer[Any]):
    """What a figure is to come down to: in its own unit, or per cent against last year."""

    most = serializers.IntegerField()
    is_relative = serializers.BooleanField()
    cited = serializers.CharField(help_text="Regulation, or what the county wrote")


class IndicatorSerializer(serializers.Serializer[Any]):
    """One indicator of a unit."""

    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField(help_text="Of the figure as pages write it")
    formula = serializers.CharField()
    cited = serializers.CharField(help_text="Where the rule was read")
    kind = serializers.CharField(help_text="hours (in minutes), minutes, seconds, count, share or mean")
    side = serializers.CharField(help_text="Who says it: issuers, cadres or both")
    now = ValueSerializer()
    previous = ValueSerializer()
    last_year = ValueSerializer()
    target = GoalSerializer(allow_null=True)
    reestimated = serializers.IntegerField(
        allow_null=True, help_text="Person-minutes of the change that a new version of the tariffs made"
    )


class IndicatorPageSerializer(serializers.Serializer[Any]):
    """One page of indicators."""

    results = IndicatorSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    basis = basis_field()
    unlike = serializers.ListField(
        child=serializers.CharField(),
        help_text="Why last year's period is not alike: where Spring Festival was, how many weeks, how many filed",
    )


class Indicators(ApiView):
    """All indicators of a unit and all below it."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(
        operation_id="indicators",
        parameters=[
            OpenApiParameter("unit", str, required=True, description="Unit code"),
            OpenApiParameter("period", str, enum=list(KINDS)),
            OpenApiParameter("week", dt.date, description="A Monday of the period; default: the last closed week"),
            OpenApiParameter("basis", str, enum=BASES, description="The tree of each week, or today's"),
            OpenApiParameter("page", int),
        ],
        responses={200: IndicatorPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return one page of indicators: the period, the one before, the same a year ago, and why that is not alike."""
        given = self.parameters("unit", "period", "week", "basis")
        unit = asked_unit(self.actor, given)
        period = asked_period(given, clock.now())
        basis = choice(given, "basis", BASES)
        rows = indicator_rows(self.actor, unit, period, basis)
        return self.paged(rows, indicator_body, basis=basis, unlike=unlike(period, rows))


def indicator_body(row: Row) -> dict[str, Any]:
    """Return an indicator as the API shows it. Units: as its kind says."""
    values = {name: asdict(getattr(row, name)) for name in ("now", "previous", "last_year")}
    for value in values.values():
        value["why"] = str(value["why"])
    goal = row.target
    target = {"most": goal.most, "is_relative": goal.is_relative, "cited": str(goal.source)} if goal else None
    said = {
        name: str(getattr(row.indicator, name))
        for name in ("code", "name", "unit", "formula", "source", "kind", "side")
    }
    return {**said, **values, "target": target, "reestimated": row.reestimated}
