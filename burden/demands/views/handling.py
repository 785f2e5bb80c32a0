"""Whose business a target is: taken over, given to a colleague, passed on to villages, sent back; answered in my week."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import Role
from burden.demands import queries, services
from burden.demands.models import Target
from burden.demands.services.refusing import ground_of, refused_before
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.errors import Refused
from burden.kit.reading import bare
from burden.units.models import Level


@access(Role.CADRE, Role.LEAD)
@never_cache
def target(request: ActedRequest, pk: int) -> HttpResponse:
    """Show a target of the own unit, and to whom it may go."""
    return _show(request, _own(request, pk))


@access(Role.CADRE, Role.LEAD, methods=("POST",))
def target_take(request: ActedRequest, pk: int) -> HttpResponse:
    """Take it over (我来)."""
    found = _own(request, pk)
    try:
        services.take(by=request.actor, target=found, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("《%(title)s》归你办了，在上面核对") % {"title": bare(found.demand.title)})
    return _back(request, found)


@access(Role.CADRE, Role.LEAD, methods=("POST",))
def target_assign(request: ActedRequest, pk: int) -> HttpResponse:
    """Give it to a colleague; the unit's lead alone may."""
    found = _own(request, pk)
    cadre = request.POST.get("cadre", "")
    if not cadre.isdecimal():
        return _show(request, found, problems=[("cadres", _("还没选交给谁"))])
    chosen = get_object_or_404(queries.colleagues(request.actor, found.unit_id, _today()), pk=int(cadre[:18]))
    try:
        services.assign(by=request.actor, target=found, cadre=chosen, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, _("《%(title)s》交给%(name)s了") % {"title": bare(found.demand.title), "name": chosen.name}
        )
    return _back(request, found)


@access(Role.CADRE, Role.LEAD, methods=("POST",))
def target_refuse(request: ActedRequest, pk: int) -> HttpResponse:
    """Send it back, citing the item of the duty list under which it was recalled, or that it is on no list."""
    found = _own(request, pk)
    try:
        services.send_back(by=request.actor, target=found, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("target", found.pk)
    messages.success(request, _("《%(title)s》按清单退回了，不算用时") % {"title": bare(found.demand.title)})
    return _back(request, found)


@access(Role.CADRE, Role.LEAD, methods=("POST",))
def target_pass_on(request: ActedRequest, pk: int) -> HttpResponse:
    """Pass it on to villages (转到村); who asked first stays named."""
    found = _own(request, pk)
    codes = request.POST.getlist("units")
    if not codes:
        return _show(request, found, problems=[("pass", _("还没选转到哪些村"))])
    try:
        made = services.pass_on(by=request.actor, target=found, units=codes, now=clock.now())
    except Refused as refused:
        return _show(request, found, problems=[("pass", str(refused))])
    messages.success(request, _("《%(title)s》转下去了，村里在各自的本周里核对") % {"title": bare(made.title)})
    return _back(request, found)


def _own(request: ActedRequest, pk: int) -> Target:
    """Return a target of a unit the actor works in or leads (Http404)."""
    found = queries.target(request.actor, pk)
    if found.unit_id not in request.actor.homes:
        raise Http404
    return found


def _today() -> dt.date:
    return clock.day_of(clock.now())


def _back(request: ActedRequest, found: Target) -> HttpResponse:
    """Lead back to the week it is in; who only leads files none, and stays."""
    if Role.CADRE not in request.actor.roles:
        return redirect("target", found.pk)
    return redirect(reverse("week_of", args=[found.week]) + "?edit=1")


def _show(request: ActedRequest, found: Target, problems: list[tuple[str, str]] | None = None) -> HttpResponse:
    actor = request.actor
    leads = any(post.role == Role.LEAD and post.unit_id == found.unit_id for post in actor.posts)
    context = {
        "target": found,
        "ground": ground_of(by=actor, demand=found.demand, unit=found.unit, today=_today()),
        "refusal": refused_before(actor, found),
        "cadres": queries.colleagues(actor, found.unit_id, _today()) if leads else (),
        "villages": queries.villages_of(actor, found) if found.unit.level == Level.TOWNSHIP else (),
        "problems": problems or [],
        "files": Role.CADRE in actor.roles,
    }
    return render(request, "demands/target.html", context, status=422 if problems else 200)
