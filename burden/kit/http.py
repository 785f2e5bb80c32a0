"""Middleware that belongs to no room: what is answered to whom without a view, language by choice, the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.utils import translation
from django_structlog.middlewares import RequestMiddleware

from burden.kit.display import MODES
from burden.kit.logs import is_faceless
from burden.kit.views import not_allowed, too_large

Handler = Callable[[HttpRequest], HttpResponseBase]
LANGUAGES = dict(settings.LANGUAGES)
# what a request without a face keeps: where it goes, what it carries, that it comes from this portal's own page
FACELESS_KEEPS = {"HTTP_HOST", "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_X_FORWARDED_PROTO", "HTTP_ACCEPT_ENCODING"}
LOOKS = dict(MODES) | {settings.LANGUAGE_COOKIE_NAME: frozenset(LANGUAGES)}


class FacelessMiddleware:
    """Take away whatever tells one reader of the anonymous channel from another, before anybody can look at it; before all others.

    No address, browser, cookie or key comes in, none goes out. How pages look (language, type, contrast) may be chosen by the
    address or the display cookies, which everybody shares.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_faceless(request.path):
            return self.get_response(request)
        chosen = {name: request.GET.get(name) or request.COOKIES.get(name, "") for name in LOOKS}
        for name in [
            name for name in request.META if name.startswith(("HTTP_", "REMOTE_")) and name not in FACELESS_KEEPS
        ]:
            del request.META[name]
        request.COOKIES = {name: value for name, value in chosen.items() if value in LOOKS[name]}
        structlog.contextvars.clear_contextvars()  # of whoever this thread served before
        response = self.get_response(request)
        response.cookies.clear()
        response.headers["Cache-Control"] = "no-store"
        return response


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


class HeadMiddleware:
    """Answer HEAD with the headers alone: over HTTP/2 the web server hands out whatever body there is.

    Downloads are not recorded for a HEAD, so it must not be one.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = ()  # what it had is closed with the response
            elif isinstance(response, HttpResponse):
                response.content = b""
        return response


class UploadLimitMiddleware:
    """Refuse (413) a body larger than any file the portal takes, before a byte of it is read."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > settings.MAX_BODY:
            return too_large(request)
        return self.get_response(request)


class MethodMiddleware:
    """Answer 405 with words: a refused step leaves its address standing, and whoever opens that again wants a way back."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return not_allowed(request, response["Allow"])
        return response


class NulMiddleware:
    """Know no address that holds a NUL: PostgreSQL keeps none in a text, so nothing is called so."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404
        return self.get_response(request)


class RequestLogMiddleware(RequestMiddleware):
    """Log each request without what people searched for; of the anonymous channel nothing, not even when it was used."""

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if is_faceless(request.path) else super().__call__(request)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Write method and path."""
        return f"{request.method} {request.path}"
