"""The anonymous channel: no login, no cookie, no session. A form carries a receipt signed by the portal; nothing else ties two
requests together.

Django's own guard against forged posts needs a cookie; here nothing is done in anybody's name, so that it would guard nothing.
Instead a post has to come from the portal's own page (Origin, Sec-Fetch-Site) with a form signed within the last two days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from burden.feedback import services
from burden.feedback.choices import MOST_TEXT, REPLY_DAYS, About, Size, Topic
from burden.feedback.codes import GROUPS, digest_of, is_receipt, new_receipt
from burden.feedback.models import Ticket
from burden.feedback.photos import MOST, InMemory, redraw_all
from burden.feedback.services.sending import Words
from burden.feedback.subjects import chosen, rules_around
from burden.feedback.views.following import followed
from burden.kit import clock
from burden.kit.access import public
from burden.kit.clock import DAY
from burden.kit.errors import Refused
from burden.standards.workdays import workdays

FRESH = 2  # days for which a form may lie open
View = Callable[..., HttpResponseBase]


def signer() -> Signer:
    """Return what signs forms, without the hour that Django's other signers write."""
    return Signer(salt="feedback.form")


def own_page(view: View) -> View:
    """Refuse (403) a post that another site's page sends. Shape: a browser says where a form stands; none says so falsely."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not _is_own(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def _is_own(request: HttpRequest) -> bool:
    origin, fetched = request.META.get("HTTP_ORIGIN"), request.META.get("HTTP_SEC_FETCH_SITE")
    if origin is not None:
        return urlsplit(origin).netloc == request.get_host() or origin in settings.CSRF_TRUSTED_ORIGINS
    return fetched in (None, "same-origin", "none")


@csrf_exempt
@own_page
@public(methods=("GET", "POST"))
def anonymous(request: HttpRequest) -> HttpResponse:
    """Take a ticket from nobody known, and show its receipt once."""
    if request.method != "POST":
        return _form(request)
    request.upload_handlers = [InMemory(request)]
    receipt = _receipt(request.POST.get("form", ""))
    if receipt is None:
        stale = _("这一页放得太久了，什么都没有收下。写的还在下面，请再交一次")
        return _form(request, {"": stale})
    said = {name: request.POST.get(name, "") for name in ("topic", "text", "issuer", "size", "about")}
    try:
        photos = redraw_all(request.FILES.getlist("photos"))
        services.send_anonymous(
            code=request.POST.get("code", ""), words=Words(**said, photos=photos), receipt=receipt, now=clock.now(),
            rule=chosen(rules_around(None, clock.day_of(clock.now())), request.POST.get("rule", "")),
        )  # fmt: skip
    except Refused as refused:
        return _form(request, refused.errors or {"": str(refused)}, receipt)
    return _received(request, receipt)


def _receipt(form: str) -> str | None:
    """Return the receipt a form was signed with; None where it was not signed here within the last two days."""
    try:
        receipt, day = signer().unsign_object(form)
        age = clock.day_of(clock.now()) - dt.date.fromisoformat(day)
    except (BadSignature, ValueError, TypeError):
        return None
    return receipt if 0 * DAY <= age <= FRESH * DAY else None


def _form(request: HttpRequest, errors: dict[str, str] | None = None, receipt: str = "") -> HttpResponse:
    today = clock.day_of(clock.now())
    context = {
        "topics": Topic.choices,
        "sizes": Size.choices,
        "most": MOST_TEXT,
        "most_photos": MOST,
        "portal": About.PORTAL,
        "rules": rules_around(None, today),
        "said": request.POST,
        "errors": errors or {},
        "problems": list((errors or {}).items()),
        "form": None,
        "signed": signer().sign_object([receipt or new_receipt(), today.isoformat()]),
    }
    return render(request, "feedback/anonymous.html", context, status=422 if errors else 200)


def _received(request: HttpRequest, receipt: str) -> HttpResponse:
    today, days = clock.day_of(clock.now()), workdays()
    context = {
        "groups": receipt.split(),
        "today": today,
        "opened": today + DAY,
        "due": days.after(today, REPLY_DAYS),
    }
    return render(request, "feedback/received.html", context, status=201)


@public()
def protection(request: HttpRequest) -> HttpResponse:
    """Say plainly what the channel protects from, and what it cannot."""
    return render(request, "feedback/protection.html")


ACTS: dict[str, Callable[[HttpRequest, str], Any]] = {
    "judge": lambda request, receipt: services.judge(
        verdict=request.POST.get("verdict", ""), receipt=receipt, now=clock.now()
    ),
    "later": lambda request, receipt: services.judge_later(
        verdict=request.POST.get("verdict", ""), receipt=receipt, now=clock.now()
    ),
    "reopen": lambda request, receipt: services.reopen(
        words=request.POST.get("words", ""), receipt=receipt, now=clock.now()
    ),
}


@csrf_exempt
@own_page
@public(methods=("GET", "POST"))
def receipt(request: HttpRequest) -> HttpResponse:
    """Show by a receipt how a ticket stands, and take what its reporter says of the reply.

    A receipt is posted, never in an address. A wrong one and a foreign one get one answer, after the same query; what cannot be one
    is told so, by its shape alone.
    """
    if request.method != "POST":
        return render(request, "feedback/receipt.html", {"groups": GROUPS})
    shown = request.POST.get("receipt", "")[:200]
    if not is_receipt(shown):
        return render(request, "feedback/receipt.html", {"groups": GROUPS, "unfit": True}, status=422)
    found: Ticket | None = Ticket.objects.by_receipt(digest_of(shown)).first()
    if found is None:
        return render(request, "feedback/receipt.html", {"groups": GROUPS, "missing": True}, status=404)
    act, errors = ACTS.get(request.POST.get("act", "")), {}
    if act:
        try:
            found = act(request, shown)
        except Refused as refused:
            errors = refused.errors or {"": str(refused)}
    return _followed(request, found, shown, errors)


def _followed(request: HttpRequest, found: Ticket, shown: str, errors: dict[str, str]) -> HttpResponse:
    context = followed(found, clock.now()) | {
        "receipt": shown,
        "errors": errors,
        "problems": list(errors.items()),
        "form": None,
        "said": request.POST,
    }
    return render(request, "feedback/followed.html", context, status=422 if errors else 200)
