"""What every API view shares: who acts, problem bodies, pages. The only place beside `api.py` files that knows DRF."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse
from drf_spectacular.views import SpectacularAPIView
from rest_framework import exceptions, serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from burden.kit.access import Access, ActedRequest, public
from burden.kit.db import act_as
from burden.kit.errors import Absent, Conflict, Refused

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

PAGE_SIZE = 100
METHODS = ("get", "post", "put", "patch", "delete")


# the portal's own words for what the framework finds wrong; each names its field, which is known where the answer is written
FIELD = "<field>"  # no % and no {}: the framework fills in both
NON_FIELD = "non_field_errors"  # where the framework puts what is wrong with the whole body
DEFAULTS: dict[type[serializers.Field[Any, Any, Any, Any]], dict[str, Any]] = {
    serializers.Field: {
        "required": gettext_lazy("要有 <field>"),
        "null": gettext_lazy("<field> 不能是 null"),
    },
    serializers.CharField: {
        "invalid": gettext_lazy("<field> 要是文字"),
        "blank": gettext_lazy("<field> 不能空着"),
        "max_length": gettext_lazy("<field> 最多 {max_length} 个字"),
        "min_length": gettext_lazy("<field> 最少 {min_length} 个字"),
    },
    serializers.IntegerField: {
        "invalid": gettext_lazy("<field> 要是整数"),
        "max_value": gettext_lazy("<field> 不能大于 {max_value}"),
        "min_value": gettext_lazy("<field> 不能小于 {min_value}"),
        "max_string_length": gettext_lazy("<field> 的数字太长"),
    },
    serializers.DateField: {
        "invalid": gettext_lazy("<field> 要是日期，如 2026-11-16"),
        "datetime": gettext_lazy("<field> 要是日期，如 2026-11-16"),
    },
    serializers.TimeField: {"invalid": gettext_lazy("<field> 要是时间，如 09:30")},
    serializers.BooleanField: {"invalid": gettext_lazy("<field> 要是 true 或 false")},
    serializers.UUIDField: {"invalid": gettext_lazy("<field> 要是 UUID")},
    serializers.ChoiceField: {"invalid_choice": gettext_lazy("<field> 没有“{input}”这一项")},
    serializers.ListField: {
        "not_a_list": gettext_lazy("<field> 要是列表"),
        "empty": gettext_lazy("<field> 至少要有一项"),
        "min_length": gettext_lazy("<field> 至少要有 {min_length} 项"),
        "max_length": gettext_lazy("<field> 最多 {max_length} 项"),
    },
    serializers.ListSerializer: {
        "not_a_list": gettext_lazy("<field> 要是列表"),
        "empty": gettext_lazy("<field> 至少要有一项"),
        "min_length": gettext_lazy("<field> 至少要有 {min_length} 项"),
        "max_length": gettext_lazy("<field> 最多 {max_length} 项"),
    },
    serializers.DictField: {
        "not_a_dict": gettext_lazy("<field> 要是对象"),
        "empty": gettext_lazy("<field> 至少要有一项"),
    },
    serializers.Serializer: {"invalid": gettext_lazy("<field> 要是 JSON 对象")},
}
for each, words in DEFAULTS.items():
    each.default_error_messages = each.default_error_messages | words
exceptions.MethodNotAllowed.default_detail = gettext_lazy("这个地址不收 {method}")
exceptions.UnsupportedMediaType.default_detail = gettext_lazy("请求的正文要是 application/json，收到的是 {media_type}")


class ProblemSerializer(serializers.Serializer[Any]):
    """The body of every refusal (`application/problem+json`), for the schema."""

    code = serializers.CharField(help_text="Stable code, e.g. version_conflict")
    detail = serializers.CharField(help_text="One sentence for people")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(), help_text="Field name to sentence"
    )


class JsonParser(JSONParser):
    """JSON, and a sentence in the reader's language for what is none, or is nested deeper than Python can follow."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except (exceptions.ParseError, RecursionError) as error:
            raise exceptions.ParseError(_not_json(error.__context__)) from error


def _not_json(cause: BaseException | None) -> str:
    if isinstance(cause, json.JSONDecodeError):
        place = {"line": cause.lineno, "column": cause.colno}
        return _("请求的正文不是 JSON，从第 %(line)d 行第 %(column)d 个字起看不懂") % place
    return _("请求的正文不是 JSON")


class TokenUnknown(exceptions.AuthenticationFailed):
    """The token was never given out, has run out or was revoked, or its account was stopped: not told apart."""

    default_code = "token_unknown"
    default_detail = gettext_lazy("没有这个令牌，或者它已到期、作废")


class NotLoggedIn(exceptions.NotAuthenticated):
    """Neither a token nor a session."""

    default_detail = gettext_lazy("先登录，或者带上请求头 Authorization: Token …")


PROBLEM = "application/problem+json"


def problems(described: Mapping[int, str], body: type[ProblemSerializer] = ProblemSerializer) -> dict[Any, Any]:
    """Return the refusals of an operation for the schema. Shape: status to what it means."""
    return {(status, PROBLEM): OpenApiResponse(body, text) for status, text in described.items()}


class ApiView(APIView):
    """A view that knows its actor, by token or session.

    Refuses: 401 without login or with a token that is not good, 403 without one of `roles`, 405 for another method.
    """

    roles: ClassVar[frozenset[str]]
    parser_classes = (JsonParser,)
    http_method_names = [*METHODS, "head"]  # DRF would answer OPTIONS, too

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., Any]:  # type: ignore[override]
        view = super().as_view(**initkwargs)
        methods = tuple(name.upper() for name in METHODS if hasattr(cls, name))
        view.access = Access(cls.roles, methods)  # type: ignore[attr-defined]
        return view

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        asked = cast(ActedRequest, request._request)
        self.actor: Actor = asked.actor
        if self.actor is None:
            raise TokenUnknown if asked.by_token else NotLoggedIn
        if not asked.by_token:
            SessionAuthentication().enforce_csrf(request)
        act_as(self.actor.user_id)
        if not self.actor.roles & self.roles:
            raise PermissionDenied

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"

    def parameters(self, *allowed: str, is_list: bool = True) -> dict[str, str]:
        """Return the query parameters; a list has pages. Refuses: parameter_unknown, naming each."""
        given = self.request.query_params
        unknown = sorted(set(given) - set(allowed) - ({"page"} if is_list else set()))
        if unknown:
            raise Refused(
                "parameter_unknown",
                _("没有这个查询参数：%(names)s") % {"names": "、".join(unknown)},
                {name: _("没有这个查询参数") for name in unknown},
            )
        return {name: given[name] for name in allowed if name in given}

    def paged(
        self, rows: QuerySet[Any] | Sequence[Any], show: Callable[[Any], Mapping[str, Any]], **beside: Any
    ) -> Response:
        """Answer one page of rows: `results`, the URL of the `next` page or null, and what stands beside them."""
        page = self._page()
        start = (page - 1) * PAGE_SIZE
        found = list(rows[start : start + PAGE_SIZE + 1])
        more = len(found) > PAGE_SIZE
        query = self.request.query_params.copy()
        query["page"] = str(page + 1)
        url = self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}") if more else None
        return Response({"results": [show(row) for row in found[:PAGE_SIZE]], "next": url, **beside})

    def _page(self) -> int:
        text = self.request.query_params.get("page", "1")
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
            raise Refused("page_invalid", _("页码要是 1 到 100000 的整数"), {"page": _("页码要是 1 到 100000 的整数")})
        return int(text)


def problem(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn a refusal into `application/problem+json`; what is none of ours stays a 500."""
    found = _known(error)
    if found is None:
        return None
    set_rollback()
    status, body, headers = found
    return Response(body, status=status, headers=headers, content_type=PROBLEM)


def _known(error: Exception) -> tuple[int, dict[str, Any], dict[str, str]] | None:
    if isinstance(error, Conflict):
        return error.status, _body(error.code, error.detail, error.errors) | error.both, {}
    if isinstance(error, Refused):
        return error.status, _body(error.code, error.detail, error.errors), {}
    if isinstance(error, Http404):
        return 404, _body("not_found", _("没有找到"), _said(error)), {}
    if isinstance(error, PermissionDenied):
        return 403, _body("forbidden", _("你的任职不能做这件事")), {}
    if isinstance(error, exceptions.ValidationError):
        return 422, _body("invalid", _("有的内容不对，见 errors"), flat(error.detail)), {}
    if isinstance(error, exceptions.APIException):
        headers = {"WWW-Authenticate": "Token"} if error.status_code == 401 else {}
        return error.status_code, _body(str(error.default_code), str(error.detail)), headers
    return None


def _said(error: Http404) -> dict[str, str]:
    return {name: str(words) for name, words in error.errors.items()} if isinstance(error, Absent) else {}


def _body(code: str, detail: str, errors: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {"code": code, "detail": detail, "errors": dict(errors or {})}


def flat(detail: Any, prefix: str = "") -> dict[str, str]:
    """Flatten DRF's nested messages to `entries.2.minutes` -> sentence."""
    if isinstance(detail, Mapping):
        pairs = [(f"{prefix}.{name}" if prefix else str(name), value) for name, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        pairs = [(f"{prefix}.{i}", item) for i, item in enumerate(detail) if item]
    else:
        text = " ".join(map(str, detail)) if isinstance(detail, list) else str(detail)
        return {prefix: text.replace(FIELD, _("请求的正文") if prefix == NON_FIELD else prefix)}
    return {key: text for name, value in pairs for key, text in flat(value, name).items()}


# the OpenAPI document; it names no unit and no person
schema = public()(SpectacularAPIView.as_view())
