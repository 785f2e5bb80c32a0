"""My week for scripts: `GET` and `PUT /api/v1/weeks/YYYY-MM-DD/`."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.roles import Role
from burden.demands.queries import MINE, NOBODYS, OTHERS, TargetRow
from burden.entries.forms import read_week
from burden.entries.models import (
    KEY_LENGTH,
    MAX_MINUTES,
    MAX_PEOPLE,
    MAX_SECONDS,
    NOTE_LENGTH,
    TITLE_LENGTH,
    Answer,
    Reason,
)
from burden.entries.queries import WeekSheet, week_sheet
from burden.entries.services import MAX_ENTRIES, Filing, file_week
from burden.kit import clock
from burden.kit.api import ApiView, ProblemSerializer, problems
from burden.kit.clock import Week
from burden.kit.errors import Absent, Refused
from burden.standards.models import Category, Subkind

TARGET_SHOWN = (
    "title", "category", "issuer", "people", "minutes", "travel_minutes", "prep_minutes", "handling",
)  # fmt: skip
STATES = ("none", "filed", "nil")


class EntrySerializer(serializers.Serializer[Any]):
    """One entry, for the schema; `burden.entries.forms` reads it. Units: whole minutes, each person."""

    key = serializers.CharField(max_length=KEY_LENGTH, help_text="Names the row within its week")
    target = serializers.CharField(
        allow_null=True, required=False, help_text="Id of one of `targets`; null for own work"
    )
    answer = serializers.ChoiceField(Answer.choices)
    bulk = serializers.BooleanField(required=False, default=False)
    repeated = serializers.BooleanField(required=False, default=False)
    after_hours = serializers.BooleanField(required=False, default=False)
    category = serializers.ChoiceField(Category.choices)
    subkind = serializers.ChoiceField(Subkind.choices, required=False, allow_blank=True)
    title = serializers.CharField(max_length=TITLE_LENGTH)
    issuer = serializers.CharField(allow_null=True, required=False, help_text="Unit code")
    people = serializers.IntegerField(min_value=1, max_value=MAX_PEOPLE, required=False, default=1)
    minutes = serializers.IntegerField(min_value=0, max_value=MAX_MINUTES)
    travel_minutes = serializers.IntegerField(min_value=0, max_value=MAX_MINUTES, required=False, default=0)
    prep_minutes = serializers.IntegerField(min_value=0, max_value=MAX_MINUTES, required=False, default=0)
    note = serializers.CharField(
        max_length=NOTE_LENGTH, required=False, allow_blank=True, default="", help_text="Why, where a size is unusual"
    )
    reason = serializers.ChoiceField(
        Reason.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text="Why it does not apply, if somebody wants to say so",
    )


class WeekInputSerializer(serializers.Serializer[Any]):
    """The whole week as it should be."""

    client_key = serializers.UUIDField(help_text="New for every filing; the same key again replays its receipt")
    base_version = serializers.IntegerField(
        min_value=0, help_text="The version that was changed; 0 where none was filed"
    )
    nil = serializers.BooleanField(required=False, default=False)
    entries = serializers.ListField(child=EntrySerializer(), required=False, max_length=MAX_ENTRIES)
    seconds = serializers.IntegerField(
        min_value=0,
        max_value=MAX_SECONDS,
        required=False,
        help_text="How long filing took; only the median of many is kept",
    )


class TargetSerializer(serializers.Serializer[Any]):
    """What an issuer asks of the unit this week. Units: whole minutes, each person."""

    id = serializers.CharField()
    title = serializers.CharField()
    category = serializers.ChoiceField(Category.choices)
    issuer = serializers.CharField(help_text="Unit code")
    due_on = serializers.DateField()
    people = serializers.IntegerField()
    minutes = serializers.IntegerField()
    travel_minutes = serializers.IntegerField()
    prep_minutes = serializers.IntegerField()
    handling = serializers.ChoiceField((MINE, OTHERS, NOBODYS), help_text="Whose business it is")
    handlers = serializers.ListField(child=serializers.CharField(), help_text="Names, as far as answers tell")


class WeekSerializer(serializers.Serializer[Any]):
    """One own week."""

    week = serializers.DateField()
    state = serializers.ChoiceField(STATES)
    late = serializers.BooleanField()
    version = serializers.IntegerField()
    receipt = serializers.CharField(allow_null=True)
    entries = EntrySerializer(many=True)
    prefilled = EntrySerializer(many=True)
    targets = TargetSerializer(many=True)


class ReceiptSerializer(serializers.Serializer[Any]):
    """What a filing is answered with."""

    week = serializers.DateField()
    state = serializers.ChoiceField(STATES[1:])
    late = serializers.BooleanField()
    version = serializers.IntegerField()
    receipt = serializers.CharField()
    unlinked = serializers.ListField(
        child=serializers.CharField(), help_text="Keys of rows whose target was withdrawn: kept as own work"
    )


class VersionSerializer(serializers.Serializer[Any]):
    """One of two versions in conflict."""

    version = serializers.IntegerField()
    nil = serializers.BooleanField()
    entries = EntrySerializer(many=True)


class ConflictSerializer(ProblemSerializer):
    """`key_reused`, or `version_conflict` with both versions."""

    sent = VersionSerializer(required=False)
    stored = VersionSerializer(required=False)


REFUSALS = {400: "The body is no JSON", 401: "No login", 403: "No cadre", 404: "No date"}
CONFLICT = {409: "version_conflict (`sent` and `stored`) or key_reused"}
MONDAY = OpenApiParameter("day", dt.date, OpenApiParameter.PATH, description="The week's Monday")


class WeekView(ApiView):
    """One week of the acting cadre."""

    roles: ClassVar[frozenset[str]] = frozenset({Role.CADRE})

    @extend_schema(
        operation_id="week_read",
        parameters=[MONDAY],
        responses={200: WeekSerializer, **problems(REFUSALS | {422: "No Monday"})},
    )
    def get(self, request: Request, day: str) -> Response:
        """Read one own week."""
        self.parameters()
        return Response(week_body(week_sheet(self.actor, read_monday(day), clock.now())))

    @extend_schema(
        operation_id="week_file",
        parameters=[MONDAY],
        request=WeekInputSerializer,
        responses={
            201: OpenApiResponse(ReceiptSerializer, "Filed"),
            200: OpenApiResponse(ReceiptSerializer, "The same key and body again: the receipt of then"),
            **problems(CONFLICT, ConflictSerializer),
            **problems(REFUSALS | {422: "A message per field; nothing is stored"}),
        },
    )
    def put(self, request: Request, day: str) -> Response:
        """File one own week as it should be."""
        week = read_monday(day)
        given = read_week(request.data, self.actor)
        filing = file_week(by=self.actor, week=week, now=clock.now(), **vars(given))
        return Response(receipt_body(week, filing), status=200 if filing.replayed else 201)


def read_monday(day: str) -> Week:
    """Read the week of a URL. Refuses: 404 for what is no date, week.not_monday."""
    try:
        date = clock.read_day(day)
    except ValueError as error:
        raise Absent({"week": _("要是日期，如 2026-11-16")}) from error
    monday = Week.on(date)
    if monday.monday != date:
        sentence = _("%(day)s 不是星期一，这一周是 %(monday)s") % {"day": day, "monday": monday}
        raise Refused("week.not_monday", sentence, {"week": sentence})
    return monday


def week_body(sheet: WeekSheet) -> dict[str, Any]:
    """Return a sheet as the API shows it: `entries` and `prefilled` can be sent back as they are."""
    return {
        "week": str(sheet.week),
        "state": sheet.state,
        "late": sheet.late,
        "version": sheet.version,
        "receipt": sheet.receipt or None,
        "entries": [row.body() for row in sheet.entries],
        "prefilled": [row.body() for row in sheet.prefilled],
        "targets": [target_body(target) for target in sheet.targets],
    }


def target_body(target: TargetRow) -> dict[str, Any]:
    """Return a target as the API shows it."""
    return {name: getattr(target, name) for name in TARGET_SHOWN} | {
        "id": str(target.id),
        "due_on": target.due_on.isoformat(),
        "handlers": list(target.handlers),
    }


def receipt_body(week: Week, filing: Filing) -> dict[str, Any]:
    """Return the receipt of the filing that the key stands for, which may be an old one."""
    kept = filing.submission
    return {
        "week": str(week),
        "state": "nil" if kept.body["nil"] else "filed",
        "late": filing.weekly_return.late,
        "version": kept.version,
        "receipt": kept.receipt,
        "unlinked": filing.unlinked,
    }
