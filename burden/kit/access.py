"""Who may use a route: every view declares it, or tests/test_access.py fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed

from burden.kit.db import act_as

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

View = Callable[..., HttpResponseBase]


class ActedRequest(HttpRequest):
    """What a view under `access` is given: a request on which somebody acts (for type checkers)."""

    actor: Actor
    by_token: bool


@dataclass(frozen=True)
class Access:
    """A route's declaration: the roles that may use it (None: everybody, also without login) and its methods."""

    roles: frozenset[str] | None
    methods: tuple[str, ...]


def access(*roles: str, methods: Sequence[str] = ("GET",)) -> Callable[[View], View]:
    """Let only actors with one of the roles in, and tell the database who acts.

    Without login the reader is sent to the login page; an actor without the role gets 403; another method 405.
    """
    declared = Access(frozenset(roles), _with_head(methods))

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in declared.methods:
                return HttpResponseNotAllowed(declared.methods)
            actor = request.actor  # type: ignore[attr-defined]
            if actor is None:
                return _to_login(request)
            act_as(actor.user_id)
            if not actor.roles & declared.roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = declared  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(*, methods: Sequence[str] = ("GET",)) -> Callable[[View], View]:
    """Declare a route open to everybody, also without login."""
    declared = Access(None, _with_head(methods))

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in declared.methods:
                return HttpResponseNotAllowed(declared.methods)
            return view(request, *args, **kwargs)

        guarded.access = declared  # type: ignore[attr-defined]
        return guarded

    return decorate


def _with_head(methods: Sequence[str]) -> tuple[str, ...]:
    return (*methods, "HEAD") if "GET" in methods else tuple(methods)


def _to_login(request: HttpRequest) -> HttpResponse:
    """Send to the login page and back; a fragment request is told to reload the whole page there."""
    response = redirect_to_login(request.get_full_path())
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": response.url})
    return response
