"""API of exports: ask for a file, see how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.roles import EXPORTERS
from burden.kit import clock
from burden.kit.api import ApiView
from burden.kit.clock import Week
from reports import exports
from reports.api import REFUSALS, no_unit, unit_or_404
from reports.extents import LEVELS
from reports.models import ExportJob
from reports.restated import BASES
from reports.tables import TABLES


class ExportInput(serializers.Serializer[Any]):
    """What to export; unknown fields are refused."""

    unit = serializers.CharField(max_length=20)
    level = serializers.ChoiceField(list(LEVELS), default="own")
    from_week = serializers.DateField()
    to_week = serializers.DateField()
    tables = serializers.ListField(child=serializers.ChoiceField(list(TABLES)), allow_empty=False)
    format = serializers.ChoiceField(["csv", "xlsx"], default="csv")
    basis = serializers.ChoiceField(list(BASES), default=BASES[0], help_text="The tree of each week, or today's")

    def to_internal_value(self, data: Any) -> Any:
        """Read the fields. Refuses: what is wrong and what is unknown, all named at once."""
        unknown = (
            {name: [_("没有这个字段")] for name in set(data) - set(self.fields)} if isinstance(data, Mapping) else {}
        )
        try:
            found = super().to_internal_value(data)
        except serializers.ValidationError as refused:
            raise serializers.ValidationError({**refused.detail, **unknown}) from None  # type: ignore[dict-item]
        if unknown:
            raise serializers.ValidationError(unknown)
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse days that are no Monday."""
        wrong = {
            name: [_("%(day)s 不是星期一") % {"day": attrs[name]}]
            for name in ("from_week", "to_week")
            if attrs[name].isoweekday() != 1
        }
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs


class ExportSerializer(serializers.Serializer[Any]):
    """How far an export is."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(ExportJob.State.choices)
    progress = serializers.IntegerField(help_text="Per cent")
    rows = serializers.IntegerField()
    url = serializers.URLField(allow_null=True)
    error = serializers.CharField(allow_null=True)


class ExportPageSerializer(serializers.Serializer[Any]):
    """One page of the caller's exports."""

    results = ExportSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class IdSerializer(serializers.Serializer[Any]):
    """The export that was queued."""

    id = serializers.IntegerField()


class Exports(ApiView):
    """The caller's exports, and a new one."""

    roles: ClassVar[frozenset[str]] = EXPORTERS

    @extend_schema(
        operation_id="exports",
        parameters=[OpenApiParameter("page", int)],
        responses={200: ExportPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return the caller's exports, the newest first."""
        self.parameters()
        return self.paged(exports.mine(self.actor), partial(_exported, request))

    @extend_schema(operation_id="export_request", request=ExportInput, responses={202: IdSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        """Put an export into the queue."""
        asked = ExportInput(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        unit = unit_or_404(self.actor, data["unit"])
        if not exports.may_export(self.actor, unit):
            raise no_unit()
        job = exports.request_export(
            by=self.actor,
            unit=unit,
            level=data["level"],
            from_week=Week(data["from_week"]),
            to_week=Week(data["to_week"]),
            tables=data["tables"],
            file_format=data["format"],
            basis=data["basis"],
            now=clock.now(),
        )
        return Response({"id": job.pk}, status=202)


class Export(ApiView):
    """One export of the caller."""

    roles: ClassVar[frozenset[str]] = EXPORTERS

    @extend_schema(operation_id="export_read", responses={200: ExportSerializer, **REFUSALS})
    def get(self, request: Request, pk: int) -> Response:
        """Return how far it is, and where the file is when it is done."""
        self.parameters(is_list=False)
        job: ExportJob | None = ExportJob.objects.visible_to(self.actor).filter(pk=pk).first()
        if job is None:
            raise Http404
        return Response(_exported(request, job))


def _exported(request: Request, job: ExportJob) -> dict[str, Any]:
    done = job.state == ExportJob.State.DONE
    return {
        "id": job.pk,
        "state": job.state,
        "progress": 100 if done else 100 * job.rows_done // max(job.rows_total, 1),
        "rows": job.rows_total,
        "url": request.build_absolute_uri(reverse("export_download", args=[job.pk])) if done else None,
        "error": job.error or None,
    }
