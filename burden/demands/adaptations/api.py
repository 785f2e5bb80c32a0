"""`GET /api/v1/adaptations/` and `/practices/`: what units ask to do otherwise, and what they do and others take over, as on their pages."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.roles import READERS
from burden.demands.adaptations import queries
from burden.demands.adaptations.models import Adaptation, Kind, Opinion, State, Whom
from burden.demands.models import Frequency
from burden.demands.practices import queries as practices
from burden.demands.practices.models import Practice
from burden.demands.practices.models import State as PracticeState
from burden.demands.practices.reading import Effect, told_of
from burden.kit import clock
from burden.kit.api import ApiView, problems
from burden.kit.clock import day_of
from burden.kit.errors import Refused
from burden.standards.models import Category

TABS = ("waiting", "unsent", "held", "over", "not")
REFUSALS = problems({401: "No login", 403: "Not one of the roles", 422: "A sentence"})


class AdaptationSerializer(serializers.Serializer[Any]):
    """One adaptation."""

    id = serializers.IntegerField()
    number = serializers.CharField(help_text="As it is called: 2026-047")
    unit = serializers.CharField(help_text="Code of the unit that asks")
    area = serializers.CharField(help_text="Code of the unit within which it holds")
    whom = serializers.ChoiceField(Whom.choices)
    unit_kind = serializers.CharField(allow_blank=True)
    trait = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(Kind.choices)
    title = serializers.CharField(help_text="Of what is varied")
    issuer = serializers.CharField(allow_null=True, help_text="Code of who asks it")
    demand = serializers.IntegerField(allow_null=True)
    rule = serializers.CharField(allow_blank=True, help_text="Code of the rule that is varied")
    threshold = serializers.CharField(allow_blank=True)
    frequency = serializers.ChoiceField(Frequency.choices, allow_blank=True)
    change = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    evidence = serializers.CharField(allow_blank=True)
    from_week = serializers.DateField()
    until = serializers.DateField()
    state = serializers.ChoiceField(State.choices)
    asked = serializers.DictField(child=serializers.CharField(), help_text="What was asked where less was granted")
    note = serializers.CharField(allow_blank=True)
    opinion_of = serializers.CharField(allow_null=True, help_text="Code of the lead department that was asked")
    opinion = serializers.ChoiceField(Opinion.choices, allow_blank=True)
    opinion_words = serializers.CharField(allow_blank=True)
    joined = serializers.IntegerField(allow_null=True, help_text="The one it asks to hold here, too")
    practice = serializers.IntegerField(allow_null=True, help_text="The one it took over")
    requested_on = serializers.DateField()
    decided_on = serializers.DateField(allow_null=True)


class AdaptationPageSerializer(serializers.Serializer[Any]):
    """A page of adaptations."""

    results = AdaptationSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class Adaptations(ApiView):
    """The adaptations one may see."""

    roles: ClassVar[frozenset[str]] = frozenset(READERS)

    @extend_schema(
        operation_id="adaptations",
        parameters=[OpenApiParameter("tab", str, enum=TABS), OpenApiParameter("page", int)],
        responses={200: AdaptationPageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return one page of those that wait (the default), are not sent yet, hold, are over, or came to nothing."""
        tab = self.parameters("tab").get("tab", TABS[0])
        if tab not in TABS:
            words = _("没有这一栏，可以填：%(known)s") % {"known": "、".join(TABS)}
            raise Refused("tab_unknown", words, {"tab": words})
        found = queries.tab(self.actor, tab, day_of(clock.now())).select_related("opinion_of")
        return self.paged(found, _adaptation)


def _adaptation(each: Adaptation) -> dict[str, Any]:
    same = (
        "number",
        "whom",
        "unit_kind",
        "trait",
        "kind",
        "title",
        "threshold",
        "frequency",
        "change",
        "reason",
        "evidence",
    )
    more = ("from_week", "until", "state", "asked", "note", "opinion", "opinion_words")
    return {
        "id": each.pk,
        **{name: getattr(each, name) for name in same + more},
        "unit": each.unit.code,
        "area": each.area.code,
        "issuer": each.issuer.code if each.issuer else None,
        "demand": each.demand_id,
        "rule": each.rule_code,
        "opinion_of": each.opinion_of.code if each.opinion_of else None,
        "joined": each.joined_id,
        "practice": each.practice_id,
        "requested_on": day_of(each.requested_at),
        "decided_on": day_of(each.decided_at) if each.decided_at else None,
    }


class EffectSerializer(serializers.Serializer[Any]):
    """How time changed. Units: minutes a head and week, twelve weeks before and after."""

    before_min = serializers.IntegerField()
    after_min = serializers.IntegerField()


class PracticeSerializer(serializers.Serializer[Any]):
    """One local practice, with what it saved and who took it over."""

    id = serializers.IntegerField()
    unit = serializers.CharField(help_text="Code of the unit that wrote it")
    title = serializers.CharField()
    text = serializers.CharField()
    category = serializers.ChoiceField(Category.choices)
    since = serializers.DateField()
    state = serializers.ChoiceField(PracticeState.choices)
    template = serializers.IntegerField(allow_null=True, help_text="The demand that comes with it")
    in_use = serializers.IntegerField(help_text="Units that took it over and hold to it now")
    adopters = serializers.ListField(child=serializers.CharField(), help_text="Codes of who took it over")
    effect = EffectSerializer(allow_null=True, help_text="In its own unit; null where it cannot be told")
    peers = EffectSerializer(allow_null=True, help_text="Units of its kind that did not do so, in the same weeks")
    followed = EffectSerializer(allow_null=True, help_text="In those who took it over and hold to it, together")
    followed_peers = EffectSerializer(
        allow_null=True, help_text="Units that did not do so, beside those who took it over"
    )


class PracticePageSerializer(serializers.Serializer[Any]):
    """A page of practices."""

    results = PracticeSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class Practices(ApiView):
    """The practices one may see."""

    roles: ClassVar[frozenset[str]] = frozenset(READERS)

    @extend_schema(
        operation_id="practices",
        parameters=[OpenApiParameter("page", int)],
        responses={200: PracticePageSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Return one page of practices in the order of their page, with the same effects."""
        self.parameters()
        answer = self.paged(practices.practices(self.actor), lambda each: {"of": each})
        some: list[Practice] = [row["of"] for row in answer.data["results"]]
        adopted = practices.adoptions(self.actor, some)
        users = defaultdict(list)
        for each in adopted:
            users[each.practice_id].append(each.unit.code)
        now = clock.now()
        answer.data["results"] = [
            {
                "id": told.practice.pk,
                "unit": told.practice.unit.code,
                **{name: getattr(told.practice, name) for name in ("title", "text", "category", "since", "state")},
                "template": told.practice.template_id,
                "in_use": told.in_use,
                "adopters": users[told.practice.pk],
                "effect": _effect(told.effect),
                "peers": _effect(told.peers),
                "followed": _effect(told.followed),
                "followed_peers": _effect(told.followed_peers),
            }
            for told in told_of(some, adopted, now, day_of(now))
        ]
        return answer


def _effect(found: Effect | None) -> dict[str, int] | None:
    return {"before_min": found.before_min, "after_min": found.after_min} if found else None
