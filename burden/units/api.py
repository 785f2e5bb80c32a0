"""`GET /api/v1/units/`: the tree, one level a request."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.kit.api import ApiView, problems
from burden.kit.errors import Absent
from burden.units import queries
from burden.units.models import Kind, Level, Unit

# who reads the sums of a subtree; roles are named in a room above
ROLES = frozenset({"lead", "issuer", "reviewer", "office", "observer"})
REFUSALS = problems(
    {401: "No login", 403: "Not one of the roles", 404: "No such unit in your scope", 422: "A sentence"}
)


class UnitSerializer(serializers.Serializer[Any]):
    """One unit."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    level = serializers.ChoiceField(Level.choices)
    parent = serializers.CharField(  # type: ignore[assignment]  # DRF keeps fields apart from attributes
        allow_null=True, help_text="Code of the unit above; null at the top of what you may see"
    )
    children = serializers.IntegerField(help_text="How many units stand right below")


class UnitPageSerializer(serializers.Serializer[Any]):
    """A page of units."""

    results = UnitSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class UnitsApi(ApiView):
    """Units right below one; without `parent`, where the tree of the reader begins."""

    roles = ROLES

    @extend_schema(
        parameters=[OpenApiParameter("parent", str, description="Code of a unit"), OpenApiParameter("page", int)],
        responses={200: UnitPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List units by code. A code that is foreign or unknown is a 404."""
        code = self.parameters("parent").get("parent")
        try:
            parent = queries.unit(self.actor, code) if code else None
        except Http404:
            raise Absent({"parent": _("没有这个单位，或者不在你能看的范围")}) from None
        rows = queries.children(self.actor, parent)

        def show(unit: Unit) -> dict[str, Any]:
            return {
                "code": unit.code,
                "name": unit.name,
                "kind": unit.kind,
                "level": unit.level,
                "parent": parent.code if parent else None,
                "children": unit.child_count,  # type: ignore[attr-defined]
            }

        return self.paged(rows, show)
