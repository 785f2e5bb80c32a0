"""Who acts: a person with the posts in force today, resolved once per request."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponseBase

from burden.accounts.models import ApiToken, Post, User
from burden.accounts.roles import PRECEDENCE, READERS, TRIO, Role
from burden.kit import clock
from burden.units.models import Level, Unit

NOWHERE = ("", "")  # no path lies in this range


@dataclass(frozen=True)
class Actor:
    """A person and the posts held on one day."""

    user: User
    posts: tuple[Post, ...]

    @property
    def user_id(self) -> int:
        return self.user.pk

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def is_active(self) -> bool:
        return self.user.is_active and bool(self.posts)

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(post.role for post in self.posts)

    @cached_property
    def main(self) -> Post | None:
        """The post whose page opens first."""
        order = {role: i for i, role in enumerate(PRECEDENCE)}
        return min(self.posts, key=lambda post: order[Role(post.role)], default=None)

    @property
    def unit(self) -> Unit | None:
        return self.main.unit if self.main else None

    @property
    def unit_id(self) -> int | None:
        return self.main.unit_id if self.main else None

    def post(self, *roles: str) -> Post | None:
        """The post held in one of the roles, the topmost unit first."""
        held = [post for post in self.posts if post.role in roles]
        return min(held, key=lambda post: post.unit.depth, default=None)

    @cached_property
    def read_range(self) -> tuple[str, str]:
        """Half-open range of unit paths whose sums the actor may read: the subtree of the topmost reading post."""
        post = self.post(*READERS)
        return post.unit.range if post else NOWHERE

    @cached_property
    def manage_range(self) -> tuple[str, str]:
        """Half-open range of unit paths whose people and units one of the 三员 keeps."""
        post = self.post(*TRIO)
        return post.unit.range if post else NOWHERE

    def keeps(self, role: str, unit: Unit) -> bool:
        """Whether a post lies below one of the 三员; a post of the 三员 strictly below, so that no equal is made or unmade."""
        low, high = self.manage_range
        return low <= unit.path < high and (role not in TRIO or unit.path != low)

    @property
    def managed_units(self) -> models.QuerySet[Unit]:
        """Units whose people one of the 三员 keeps, closed ones too."""
        low, high = self.manage_range
        return Unit.every.filter(path__gte=low, path__lt=high)

    @cached_property
    def homes(self) -> frozenset[int]:
        """Units in which the actor works or leads: their targets are the actor's business."""
        return frozenset(post.unit_id for post in self.posts if post.role in (Role.CADRE, Role.LEAD))

    @cached_property
    def lineage(self) -> frozenset[int]:
        """Units in which the actor has a post, and all above them."""
        return frozenset(step for post in self.posts for step in post.unit.steps)

    @cached_property
    def issuing(self) -> frozenset[int]:
        """Units in whose name the actor registers demands."""
        return frozenset(post.unit_id for post in self.posts if post.role == Role.ISSUER)

    @cached_property
    def remit(self) -> tuple[str, str]:
        """Half-open range of unit paths to which the actor may send demands, in the name of the topmost issuing unit."""
        post = self.post(Role.ISSUER)
        return post.unit.remit if post else NOWHERE

    @cached_property
    def neighbourhood(self) -> tuple[str, str]:
        """Half-open range of unit paths whose issued demands the actor compares: the county around, above counties the remit."""
        post = self.post(*READERS)
        if post is None:
            return NOWHERE
        county = Unit.every.filter(pk__in=post.unit.steps, level=Level.COUNTY).first()
        return county.range if county else post.unit.remit


def actor_of(user: Any, at: dt.datetime | None = None) -> Actor | None:
    """Resolve a logged-in person; None for a stranger. One query."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return None
    day = clock.day_of(at or clock.now())
    posts = Post.objects.filter(user=user, valid__contains=day).select_related("unit__parent")
    return Actor(user, tuple(posts))


def digest_of(secret: str) -> str:
    """Return what is stored of a token or a one-time link. The secrets are random, so a plain hash suffices."""
    return hashlib.sha256(secret.encode()).hexdigest()


def user_of_token(token: str) -> User | None:
    """Return whose API token this is; None when unknown, expired or revoked."""
    held = ApiToken.objects.filter(digest=digest_of(token), revoked_at=None, expires_at__gt=clock.now())
    found = held.select_related("user").first()
    return found.user if found else None


class ActorMiddleware:
    """Put `request.actor` on every request that reaches a view; None without login."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_given: Any) -> None:
        if getattr(view, "_non_atomic_requests", None):  # a health check: it asks the database nothing, or copes itself
            return
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        request.by_token = scheme == "Token"  # type: ignore[attr-defined]
        user = user_of_token(token) if request.by_token else request.user  # type: ignore[attr-defined]
        request.actor = actor_of(user)  # type: ignore[attr-defined]
