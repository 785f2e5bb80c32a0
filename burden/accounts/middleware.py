"""How long a login lasts: long for who sees only own rows, short for everybody else.

Source: SECURITY design section 2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.kit import clock

BEGAN, SEEN = "began", "seen"
NOTED_EVERY = 60  # seconds: a session row is not written at each click


@dataclass(frozen=True)
class Span:
    """How long a session may idle, and how long it lasts at most. Units: seconds."""

    idle: float | None
    most: float


LONG = Span(idle=None, most=dt.timedelta(days=30).total_seconds())
SHORT = Span(idle=dt.timedelta(minutes=30).total_seconds(), most=dt.timedelta(hours=12).total_seconds())


def span_of(actor: Actor | None) -> Span:
    """Return how long this actor stays logged in; one post beyond the cadre's makes it short."""
    return LONG if actor and actor.roles <= {Role.CADRE} else SHORT


def begin(request: HttpRequest, actor: Actor | None, *, remember: bool) -> None:
    """Start the clock of a session that has just logged in; not remembered, it also ends with the browser."""
    now = clock.now().timestamp()
    request.session[BEGAN] = request.session[SEEN] = now
    request.session.set_expiry(int(span_of(actor).most) if remember else 0)


class SessionMiddleware:
    """Log out whose time is over; after ActorMiddleware, because the roles of today decide."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        actor: Actor | None = request.actor  # type: ignore[attr-defined]
        if actor is None or request.by_token:  # type: ignore[attr-defined]
            return
        if _is_over(request, span_of(actor)):
            logout(request)
            request.actor = None  # type: ignore[attr-defined]


def _is_over(request: HttpRequest, span: Span) -> bool:
    """Whether the session's time is over; if not, note that it was seen where that matters."""
    now = clock.now().timestamp()
    began = request.session.get(BEGAN)
    if began is not None and now - began > span.most:
        return True
    if span.idle is None:
        return False
    seen = request.session.get(SEEN)
    if seen is not None and now - seen > span.idle:
        return True
    if seen is None or began is None or now - seen > NOTED_EVERY:
        request.session[BEGAN] = began if began is not None else now
        request.session[SEEN] = now
    return False
