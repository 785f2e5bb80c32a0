"""Middleware that belongs to no room: language by choice, and a database that is down."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django_structlog.middlewares import RequestMiddleware

log = structlog.get_logger()
Handler = Callable[[HttpRequest], HttpResponseBase]
LANGUAGES = dict(settings.LANGUAGES)
SECRET_BELOW = "/in/"  # one-time links


class LanguageMiddleware:
    """Chinese unless the reader chose English (cookie), or a script asks for it (Accept-Language, API only)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with translation.override(self._chosen(request)):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response

    @staticmethod
    def _chosen(request: HttpRequest) -> str:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen in LANGUAGES:
            return chosen
        if request.path.startswith("/api/"):
            return translation.get_language_from_request(request)
        return settings.LANGUAGE_CODE


class DatabaseDownMiddleware:
    """Answer 503, in plain words, while the database cannot be reached: nothing that was filed is lost."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            return self._unavailable(request, error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if isinstance(error, OperationalError | InterfaceError):
            return self._unavailable(request, error)
        return None

    @staticmethod
    def _unavailable(request: HttpRequest, error: Exception) -> HttpResponseBase:
        from burden.kit.views import unavailable

        log.error("database_down", error=str(error))
        return unavailable(request)


class RequestLogMiddleware(RequestMiddleware):
    """Log each request without what people searched for and without the secret of a one-time link."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Write method and path."""
        path = SECRET_BELOW if request.path.startswith(SECRET_BELOW) else request.path
        return f"{request.method} {path}"
