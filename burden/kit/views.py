"""Views that belong to no room: display modes, language, and the pages for what went wrong.

The error pages read no database, no session and no account, so that they work when those do not.
"""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language as django_set_language

from burden.kit.access import Access, public
from burden.kit.assets import release
from burden.kit.display import MODES, brand, modes
from burden.kit.errors import Absent

YEAR = 366 * 24 * 60 * 60
WEEKLY = {"week", "since", "until"}  # fields of an address without which a page shows the newest week


@public(methods=("POST",))
def display(request: HttpRequest) -> HttpResponse:
    """Keep a display mode on this device and go back. Refuses (400): a mode that does not exist."""
    chosen = {name: request.POST[name] for name in MODES if name in request.POST}
    if any(value not in MODES[name] for name, value in chosen.items()):
        raise BadRequest("display mode")
    response = redirect(_back(request))
    for name, value in chosen.items():
        response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


def _back(request: HttpRequest) -> str:
    """Return the page to go back to; an address outside the portal becomes the front page."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"


set_language = public(methods=("POST",))(django_set_language)


@transaction.non_atomic_requests
@public()
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker from the root, whose pages it keeps. It asks no database: browsers fetch it at every page."""
    script = render_to_string("sw.js", {"release": release()})
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@dataclass(frozen=True)
class Words:
    """What an error page says: the conclusion, then what it means and what to do."""

    code: str
    heading: str | Promise
    sentences: tuple[str | Promise, ...]


BAD_REQUEST = Words("bad_request", _("这个请求看不懂"), (_("什么都没有存。请返回上一页再试。"),))
NOT_FOUND = Words("not_found", _("没有这一页"), (_("地址可能写错了，或者这一项不在你的范围内。"),))
FORBIDDEN = Words(
    "forbidden",
    _("你的角色用不了这一页"),
    (_("你已登录，账号没有问题。工作需要的话，请管账号的人加任职。"),),
)
NOT_ALLOWED = Words("not_allowed", _("这个地址只收提交"), (_("打开它什么也不会改。要看这一项，请打开它的页面。"),))
CSRF = Words(
    "csrf",
    _("这一页放得太久了"),
    (
        _("为了安全，这次提交没有收下，也没有存一半。"),
        _("请返回上一页，刷新后再交；没提交的草稿还在这台设备上。"),
    ),
)
TOO_MANY = Words(
    "too_many",
    _("试的次数太多了"),
    (_("这个账号暂时不能登录，同一单位的其他人不受影响。"), _("请过几分钟再试，或者请安全管理员解锁。")),
)
TOO_LARGE = Words(
    "too_large",
    _("文件太大"),
    (_("一次最多上传 10 MB，什么都没有存。请返回上一页，把文件分成几个或者压小一点再传。"),),
)
SERVER_ERROR = Words(
    "server_error",
    _("平台这边出错了"),
    (_("不是你填错了，问题已经记下。"), _("已提交的都在；没提交的草稿还在这台设备上。请过一会儿再试。")),
)
UNAVAILABLE = Words(
    "unavailable",
    _("平台暂时连不上数据库"),
    (
        _("什么都没丢：已提交的都已存好，没提交的草稿还在这台手机上，不用重填。"),
        _("请过一会儿再试。"),
    ),
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    return _page(request, BAD_REQUEST, 400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404, the same bytes for what does not exist and what is out of scope; a bad field of the address is named."""
    if not isinstance(exception, Absent):
        return _page(request, NOT_FOUND, 404)
    named = (format_lazy(_("{name}：{words}"), name=name, words=words) for name, words in exception.errors.items())
    words = Words(NOT_FOUND.code, _("地址里有一项不对"), tuple(named))
    return _page(request, words, 404, without=tuple(exception.errors))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return _page(request, FORBIDDEN, 403)


def not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """Answer 405, with the way to the nearest page above."""
    response = _page(request, NOT_ALLOWED, 405, above=_page_above(request.path))
    response["Allow"] = allowed
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form whose token has gone stale."""
    return _page(request, CSRF, 403)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 429 to an account that was tried too often."""
    return _page(request, TOO_MANY, 429)


def too_large(request: HttpRequest) -> HttpResponse:
    """Answer 413 to a body that no form of the portal asks for."""
    return _page(request, TOO_LARGE, 413)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 where it is the database that failed, whether in a view or on the way to it."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return _page(request, SERVER_ERROR, 500, retry=True)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database is away."""
    response = _page(request, UNAVAILABLE, 503, retry=True)
    response["Retry-After"] = "30"
    return response


def _page(
    request: HttpRequest,
    words: Words,
    status: int,
    *,
    retry: bool = False,
    without: tuple[str, ...] = (),
    above: str = "",
) -> HttpResponse:
    """Render one error, as a page for people, with the address `without` its bad fields or `above`, and as a problem for scripts."""
    if request.path.startswith("/api/"):
        problem = {"code": words.code, "detail": " ".join(map(str, words.sentences)), "errors": {}}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    context = {
        "words": words,
        "languages": sorted(dict(settings.LANGUAGES), key=lambda code: code != get_language()),
        "retry": request.get_full_path() if retry and request.method == "GET" else "",
        "again": _address_without(request, without),
        "above": above,
        "is_weekly": bool(WEEKLY & set(without)),
        "display": modes(request.COOKIES),
        "brand": brand(),
    }
    return HttpResponse(render_to_string("errors/page.html", context), status=status)


def _address_without(request: HttpRequest, names: tuple[str, ...]) -> str:
    """Return the address without these fields, where that is another one; else nothing."""
    kept = request.GET.copy()
    dropped = [kept.pop(name) for name in names if name in kept]
    if not dropped or request.method != "GET":
        return ""
    return f"{request.path}?{kept.urlencode()}" if kept else request.path


def _page_above(path: str) -> str:
    """Return the nearest address above that is a page; the front page, which offers itself anyway, is nothing."""
    parts = path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        address = f"/{'/'.join(parts[:length])}/"
        with contextlib.suppress(Resolver404):
            declared: Access = getattr(resolve(address).func, "access")  # noqa: B009 (a view is typed as any callable)
            if "GET" in declared.methods:
                return address
    return ""
