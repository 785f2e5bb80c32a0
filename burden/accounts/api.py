"""API: who am I."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from burden.accounts.roles import Role
from burden.kit.api import ApiView, problems


class PostSerializer(serializers.Serializer[object]):
    """One post of the caller."""

    role = serializers.ChoiceField(choices=Role.choices)
    title = serializers.CharField()
    code = serializers.CharField(source="unit.code", help_text="Unit code")
    name = serializers.CharField(source="unit.name", help_text="Unit name")


class MeSerializer(serializers.Serializer[object]):
    """The caller and the posts in force today."""

    username = serializers.CharField(source="user.username")
    name = serializers.CharField()
    role = serializers.CharField(source="main.role", help_text="The role whose page opens first")
    units = PostSerializer(source="posts", many=True)


class Me(ApiView):
    """Who the token or session belongs to."""

    roles = frozenset(Role.values)

    @extend_schema(responses={200: MeSerializer, **problems({401: "No login", 403: "No post today"})})
    def get(self, request: Request) -> Response:
        """Return the caller's name, main role and units."""
        self.parameters()
        return Response(MeSerializer(self.actor).data)
