"""`GET /api/v1/tickets/` and `/board/`: what the pages of the desk and the board show, but for the words and photos of reporters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.roles import TRIO, Role
from burden.feedback import board, queries
from burden.feedback.choices import Conclusion, State, Topic
from burden.feedback.flow import due_on
from burden.feedback.models import KEEPERS, BoardEntry, Ticket
from burden.kit import clock
from burden.kit.api import ApiView, problems
from burden.kit.errors import Absent
from burden.standards.workdays import Workdays, workdays

REFUSALS = {401: "No login", 403: "Not one of the roles", 422: "A sentence"}


class TicketSerializer(serializers.Serializer[Any]):
    """One ticket as its desk has written it anew; what the reporter wrote stays on the page."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(State.choices)
    topic = serializers.ChoiceField(Topic.choices)
    named = serializers.BooleanField()
    area = serializers.CharField(help_text="Code of the unit whose code it came with")
    desk = serializers.CharField(help_text="Code of the unit that answers")
    raised_to = serializers.CharField(
        allow_null=True, help_text="Code of the unit it was raised to when it was overdue"
    )
    issuer = serializers.CharField(allow_null=True, help_text="Code of the unit it is about")
    demand = serializers.IntegerField(allow_null=True)
    rule = serializers.CharField(allow_null=True)
    received_on = serializers.DateField()
    reopened_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(help_text="The last day for the reply")
    replied_on = serializers.DateField(allow_null=True)
    title = serializers.CharField(help_text="As the desk wrote it; empty until then")
    rewritten = serializers.CharField()
    conclusion = serializers.CharField(help_text=", ".join(Conclusion.values))
    reply = serializers.CharField()
    change = serializers.CharField()
    verdict = serializers.CharField(help_text="solved, unsolved, or nothing")
    later = serializers.CharField(help_text="The same, four weeks after the reply")
    merged_into = serializers.IntegerField(allow_null=True)


class TicketPageSerializer(serializers.Serializer[Any]):
    """A page of tickets."""

    results = TicketSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class AnswerSerializer(serializers.Serializer[Any]):
    """One entry of the public board."""

    kind = serializers.CharField(help_text="As the board calls it; kinds of fewer than ten are one")
    text = serializers.CharField()
    conclusion = serializers.ChoiceField(Conclusion.choices)
    desk = serializers.CharField(help_text="Unit code")
    reply = serializers.CharField()
    change = serializers.CharField()
    replied_on = serializers.DateField()
    workdays = serializers.IntegerField()
    people = serializers.IntegerField(allow_null=True, help_text="How many met the same; null below five")
    reviewer = serializers.CharField(
        allow_null=True,
        help_text="Code of the unit that looks again at what its reporter sent back; null where the reply stands",
    )


class AnswerPageSerializer(serializers.Serializer[Any]):
    """A page of the board."""

    results = AnswerSerializer(many=True)
    next = serializers.URLField(allow_null=True)


SAME = (
    "id", "state", "topic", "named", "received_on", "reopened_on", "replied_on", "title", "rewritten", "conclusion", "reply", "change",
    "verdict", "later",
)  # fmt: skip
CODED = ("area", "desk", "raised_to", "issuer", "rule")


def ticket_body(ticket: Ticket, days: Workdays) -> dict[str, Any]:
    """Return what is told of a ticket."""
    named = {name: found.code if (found := getattr(ticket, name)) else None for name in CODED}
    keys = {"demand": ticket.demand_id, "merged_into": ticket.merged_into_id, "due_on": due_on(ticket, days)}
    return {name: getattr(ticket, name) for name in SAME} | named | keys


def answer_body(entry: BoardEntry, labels: Mapping[str, str], today: dt.date) -> dict[str, Any]:
    """Return what is told of an entry of the board, as its page tells it."""
    names = ("text", "conclusion", "reply", "change", "replied_on", "workdays")
    people = board.told(entry.reports + entry.met)  # type: ignore[attr-defined]
    return {name: getattr(entry, name) for name in names} | {
        "kind": labels[entry.topic], "desk": entry.desk.code, "people": people,
        "reviewer": again.code if (again := board.reviewer(entry, today)) else None,
    }  # fmt: skip


class TicketsApi(ApiView):
    """The tickets of a desk, and those raised to it or inspected from it."""

    roles: ClassVar[frozenset[str]] = frozenset(KEEPERS)

    @extend_schema(
        operation_id="tickets",
        parameters=[OpenApiParameter("tab", str, enum=list(queries.TABS)), OpenApiParameter("page", int)],
        responses={200: TicketPageSerializer, **problems(REFUSALS | {404: "No such tab"})},
    )
    def get(self, request: Request) -> Response:
        """List them as the inbox does: `todo` (the default) and `checking` by what is left of their time, `done` by day."""
        tab = self.parameters("tab").get("tab", "todo")
        if tab not in queries.TABS:
            raise Absent({"tab": _("没有这一栏")})
        days = workdays()
        found = queries.inbox(self.actor, tab).select_related(*CODED)
        return self.paged(found, lambda each: ticket_body(each, days))


class TicketApi(ApiView):
    """One ticket."""

    roles: ClassVar[frozenset[str]] = frozenset(KEEPERS)

    @extend_schema(
        operation_id="ticket",
        responses={200: TicketSerializer, **problems(REFUSALS | {404: "No such ticket in your scope"})},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return it."""
        self.parameters(is_list=False)
        found = queries.ticket(self.actor, pk)
        if found is None:
            raise Http404
        return Response(ticket_body(found, workdays()))


class BoardApi(ApiView):
    """The public board."""

    roles: ClassVar[frozenset[str]] = frozenset(Role) - TRIO

    @extend_schema(
        operation_id="board",
        parameters=[OpenApiParameter("page", int)],
        responses={200: AnswerPageSerializer, **problems(REFUSALS)},
    )
    def get(self, request: Request) -> Response:
        """List what is public, the newest first; nothing below ten entries."""
        self.parameters()
        today = clock.day_of(clock.now())
        labels = board.labels(board.tabs(today))
        found = board.entries(today) if labels else board.entries(today).none()
        return self.paged(found.annotate(met=board.MET), lambda each: answer_body(each, labels, today))
