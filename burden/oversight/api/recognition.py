"""`GET /api/v1/recognitions/`: what was open to objections, decided and published, as on its pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.roles import READERS, Role
from burden.kit.api import ApiView, problems
from burden.kit.clock import day_of, now
from burden.kit.errors import Refused
from burden.oversight import merits, queries
from burden.oversight.merits import words
from burden.oversight.models import Bulletin, Objection, Recognition, RecognitionKind, RecognitionState

REFUSALS = problems(
    {401: "No login", 403: "Not one of the roles", 404: "Nothing like it in your scope", 422: "A sentence"}
)


class RecognitionSerializer(serializers.Serializer[Any]):
    """One recognition of the list."""

    id = serializers.IntegerField()
    unit = serializers.CharField(help_text="Code of the unit that recognises")
    subject = serializers.CharField(help_text="Code of the unit that is recognised")
    kind = serializers.ChoiceField(RecognitionKind.choices)
    state = serializers.ChoiceField(RecognitionState.choices)
    title = serializers.CharField()
    year_min = serializers.IntegerField(allow_null=True, help_text="Person-minutes less in a year")
    adopters = serializers.IntegerField(allow_null=True, help_text="Units that took a practice over")
    authors = serializers.ListField(child=serializers.CharField(), help_text="Those who chose to be named")
    objections = serializers.IntegerField()
    announced_on = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True, help_text="The last day on which one may object")
    published_on = serializers.DateField(allow_null=True)
    bulletin = serializers.IntegerField(allow_null=True, help_text="The newest one that lists it and that one may see")


class ReckonedSerializer(serializers.Serializer[Any]):
    """One line of a reckoning, as its page says it."""

    label = serializers.CharField()  # type: ignore[assignment]  # DRF keeps fields apart from attributes
    weeks = serializers.CharField(allow_blank=True)
    how = serializers.CharField()
    minutes = serializers.IntegerField(help_text="Person-minutes; of a practice minutes a head and week")


class ObjectionSerializer(serializers.Serializer[Any]):
    """What somebody holds against it, and the answer; who said it is kept nowhere."""

    on = serializers.DateField()
    words = serializers.CharField()
    answer = serializers.CharField(allow_blank=True)
    answered_on = serializers.DateField(allow_null=True)


class LastingSerializer(serializers.Serializer[Any]):
    """Whether what was recognised lasts, as measured now: of as many weeks on both sides, in minutes as the reckoning has them."""

    first_week = serializers.DateField()
    last_week = serializers.DateField()
    before_min = serializers.IntegerField(allow_null=True, help_text="null where too little is known")
    now_min = serializers.IntegerField(allow_null=True)
    kept = serializers.BooleanField(allow_null=True)


class WholeRecognitionSerializer(RecognitionSerializer):
    """One recognition with its reckoning as it was kept, what was held against it and why it was decided so."""

    reason = serializers.CharField()
    rule = serializers.IntegerField(help_text="Version of the rule it was reckoned by")
    as_of = serializers.DateTimeField(help_text="When it was reckoned")
    lines = ReckonedSerializer(many=True)
    points = serializers.ListField(child=serializers.CharField(), help_text="What else was held to")
    held_against = ObjectionSerializer(many=True)
    verdict = serializers.CharField(allow_blank=True)
    ended = serializers.CharField(allow_blank=True, help_text="Why it was withdrawn or revoked")
    lasting = LastingSerializer(allow_null=True, help_text="null before four weeks are closed since it was published")


class RecognitionPageSerializer(serializers.Serializer[Any]):
    """One page of recognitions."""

    results = RecognitionSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class Recognitions(ApiView):
    """The recognitions one may see."""

    roles: ClassVar[frozenset[str]] = frozenset({*READERS, Role.CADRE})

    @extend_schema(
        operation_id="recognitions",
        parameters=[OpenApiParameter("state", str, enum=RecognitionState.values), OpenApiParameter("page", int)],
        responses={200: RecognitionPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return one page of recognitions, the newest first: no order ranks them."""
        state = self.parameters("state").get("state")
        if state is not None and state not in RecognitionState.values:
            words = _("没有这一项")
            raise Refused("state_unknown", words, {"state": words})
        found = queries.recognitions(self.actor)
        answer = self.paged(found.filter(state=state) if state else found, lambda each: {"of": each})
        rows = [row["of"] for row in answer.data["results"]]
        names, listed = queries.bylines(self.actor, rows), queries.listed_in(self.actor, rows)
        answer.data["results"] = [_line(each, names.get(each.pk, []), listed.get(each.pk)) for each in rows]
        return answer


class OneRecognition(ApiView):
    """One recognition."""

    roles: ClassVar[frozenset[str]] = frozenset({*READERS, Role.CADRE})

    @extend_schema(operation_id="recognition", responses={200: WholeRecognitionSerializer, **REFUSALS})
    def get(self, request: Request, pk: int) -> Response:
        """Return how it was reckoned, what was held against it, how it was decided."""
        self.parameters(is_list=False)
        found = queries.recognition(self.actor, pk)
        against = [each for each, _is_mine in queries.objections(self.actor, found)]
        found.objections = len(against)  # type: ignore[attr-defined]  # as the list counts them
        listed = queries.listed_in(self.actor, [found]).get(pk)
        body = {
            "reason": found.reason,
            "rule": found.reckoned["rule"],
            "as_of": found.reckoned["as_of"],
            "lines": [vars(line) for line in words.lines(found.reckoned)],
            "points": words.points(found.reckoned),
            "held_against": [_objection(each) for each in against],
            "verdict": found.verdict,
            "ended": found.ended,
            "lasting": _lasting(merits.lasting(found, now())),
        }
        return Response(_line(found, queries.byline(self.actor, found)[0], listed) | body)


def _line(each: Recognition, authors: list[str], listed: Bulletin | None) -> dict[str, Any]:
    return {
        "id": each.pk, "unit": each.unit.code, "subject": each.subject.code, "kind": each.kind, "state": each.state,
        "title": each.headline, "year_min": each.year_min, "adopters": each.adopters, "authors": authors,
        "objections": each.objections or 0,  # type: ignore[attr-defined]
        "announced_on": day_of(each.announced_at) if each.announced_at else None, "until": each.until,
        "published_on": day_of(each.published_at) if each.published_at else None, "bulletin": listed.pk if listed else None,
    }  # fmt: skip


def _lasting(looked: merits.Lasting | None) -> dict[str, Any] | None:
    if looked is None:
        return None
    before, is_now = looked.sides or (None, None)
    return {
        "first_week": looked.weeks[0], "last_week": looked.weeks[-1], "before_min": before, "now_min": is_now,
        "kept": looked.is_kept if looked.sides or looked.is_refuted else None,
    }  # fmt: skip


def _objection(each: Objection) -> dict[str, Any]:
    return {
        "on": each.on, "words": each.words, "answer": each.answer,
        "answered_on": day_of(each.answered_at) if each.answered_at else None,
    }  # fmt: skip
