"""API of what a unit's burden is made of: the units below it, cut by category and issuer, as the page shows them."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.roles import READERS
from burden.kit import clock
from burden.kit.api import ApiView
from burden.standards.models import Category
from burden.units.models import Level
from reports import listed, parts
from reports.api import REFUSALS, asked_period, asked_unit, basis_field, choice, no_unit
from reports.indicators import whole
from reports.parts import Part
from reports.periods import KINDS
from reports.restated import BASES, REPORTED

ANY = ("", *Category.values)


class PartLineSerializer(serializers.Serializer[Any]):
    """One unit below. Units: person-minutes of the chosen part; people x weeks; null: not shown."""

    unit = serializers.CharField(help_text="Unit code")
    name = serializers.CharField()
    minutes = serializers.DictField(child=serializers.IntegerField(), allow_null=True, help_text="By category")
    total = serializers.IntegerField(allow_null=True)
    per_head = serializers.IntegerField(allow_null=True, help_text="Minutes a head and week")
    returns = serializers.IntegerField(allow_null=True)
    claimed_min = serializers.IntegerField(
        allow_null=True,
        help_text="Of the chosen issuer: registered and not answered; null: no issuer, or a category, is chosen",
    )
    suppressed = serializers.BooleanField(help_text="Too few people stand behind the figures")
    estimated = serializers.BooleanField(help_text="A split unit's past is divided by published shares")


class PartPageSerializer(serializers.Serializer[Any]):
    """One page of units."""

    results = PartLineSerializer(many=True)
    basis = basis_field()
    next = serializers.URLField(allow_null=True)


class Parts(ApiView):
    """A part of a unit's burden, by the units below it."""

    roles: ClassVar[frozenset[str]] = READERS

    @extend_schema(
        operation_id="parts",
        parameters=[
            OpenApiParameter("unit", str, required=True, description="Unit code"),
            OpenApiParameter("period", str, enum=list(KINDS)),
            OpenApiParameter("week", dt.date, description="A Monday of the period; default: the last closed week"),
            OpenApiParameter("level", str, enum=Level.values, description="Default: that right below the unit"),
            OpenApiParameter("category", str, enum=Category.values),
            OpenApiParameter(
                "issuer",
                str,
                description="Unit code; `unstated`: nobody was named, `self`: what units asked of themselves",
            ),
            OpenApiParameter("basis", str, enum=BASES, description="The tree of each week, or today's"),
            OpenApiParameter("page", int),
        ],
        responses={200: PartPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return one page of units, the heaviest first, then those not shown."""
        given = self.parameters("unit", "period", "week", "level", "category", "issuer", "basis")
        unit = asked_unit(self.actor, given)
        period, basis = asked_period(given, clock.now()), choice(given, "basis", BASES)
        issuer = parts.issuer_at(self.actor, unit, given["issuer"]) if given.get("issuer") else None
        if given.get("issuer") and issuer is None:
            raise no_unit("issuer")
        below = listed.below(self.actor, unit, period.span, basis or REPORTED)
        usual = next((level for level in below if level != unit.level), "")
        level = choice(given, "level", tuple(Level.values)) if "level" in given else usual
        units = [each for each in below.get(level, []) if each.pk != unit.pk]
        part = Part(choice(given, "category", ANY), issuer.pk if issuer else None)
        lines = parts.lines(self.actor, units, period, part, basis) if units else []
        return self.paged(lines, part_body, basis=basis)


def part_body(line: parts.Line) -> dict[str, Any]:
    """Return a unit's line; nothing of one that is not shown."""
    minutes = None if line.minutes is None else dict(zip(Category.values, line.minutes, strict=True))
    return {
        "unit": line.unit.code,
        "name": line.unit.name,
        "minutes": minutes,
        "total": line.total,
        "per_head": whole(line.per_head),
        "returns": None if minutes is None else line.returns,
        "claimed_min": line.claimed,
        "suppressed": minutes is None,
        "estimated": line.is_estimated,
    }
