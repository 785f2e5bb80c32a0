"""Asking beforehand: the receiver's side of 先问三个乡镇, and the answer to another department that wants to quote."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import Role
from burden.demands import queries, services
from burden.demands.forms import number
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.errors import Refused

CHIPS = (15, 30, 60, 90, 120)


@access(Role.CADRE, Role.LEAD)
@never_cache
def asked(request: ActedRequest) -> HttpResponse:
    """Show what the own unit is asked to estimate; to answer is voluntary."""
    return _show(request)


@access(Role.CADRE, Role.LEAD, methods=("POST",))
def asked_answer(request: ActedRequest, pk: int) -> HttpResponse:
    """Say how long it would take, by one tap or a number."""
    actor, found = request.actor, queries.estimate(request.actor, pk)
    said = number(request.POST.get("chip") or request.POST.get("minutes", ""))
    facts: dict[str, Any] = {"minutes": said, "remark": request.POST.get("remark", "")}
    try:
        services.answer_estimate(by=actor, estimate=found, now=clock.now(), **facts)
    except Refused as refused:
        return _show(request, wrong={found.pk: str(refused)}, said={found.pk: request.POST})
    messages.success(request, _("记下了，谢谢；下达单位只看到分钟和说明"))
    return redirect("asked")


def _show(
    request: ActedRequest, wrong: dict[int, str] | None = None, said: dict[int, object] | None = None
) -> HttpResponse:
    found = queries.estimates_asked(request.actor, clock.day_of(clock.now()))
    rows = [(each, (wrong or {}).get(each.pk, ""), (said or {}).get(each.pk)) for each in found]
    problems = [(f"minutes-{pk}", words) for pk, words in (wrong or {}).items()]
    context = {"rows": rows, "chips": CHIPS, "problems": problems}
    return render(request, "demands/asked.html", context, status=422 if wrong else 200)


@access(Role.ISSUER, methods=("POST",))
def quote_answer(request: ActedRequest, pk: int) -> HttpResponse:
    """Let another department use the own data, or say why not."""
    actor, found = request.actor, queries.quote_request(request.actor, pk)
    if request.POST.get("granted") not in {"0", "1"}:
        raise BadRequest("granted")
    granted = request.POST["granted"] == "1"
    try:
        services.answer_quote(
            by=actor, quote=found, granted=granted, answer=request.POST.get("answer", ""), now=clock.now()
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("答复了，对方能看到"))
    return redirect("demands")
