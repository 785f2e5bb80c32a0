"""The units page: the tree one level at a time, and the panel in which a unit is opened, renamed or closed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.clock import Week
from burden.kit.forms import done
from burden.units import queries, services
from burden.units.forms import CloseForm, FilterForm, OpenForm, RenameForm
from burden.units.models import Unit

PAGE_SIZE = 25
KEEPER, DECIDER = "sysadmin", "secadmin"  # roles are named in a room above


@access(KEEPER, DECIDER)
@never_cache
def units(request: ActedRequest) -> HttpResponse:
    """List the units right below one, or those found by name or code."""
    return _show(request)


def _show(request: ActedRequest, panel: str = "", **context: Any) -> HttpResponse:
    actor = request.actor
    text, code, closed = FilterForm(request.GET).read()
    root = queries.kept_root(actor)
    parent = queries.kept_unit(actor, code) if code else root
    found = queries.kept(actor, parent=parent, text=text, closed=closed)
    query = _query(text, code, closed)
    context |= {
        "panel": panel,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "parent": parent,
        "crumbs": _crumbs(parent, root),
        "filter": {"q": text, "closed": closed},
        "query": query,
        "may_change": KEEPER in actor.roles,
    }
    return render(request, "units/units.html", context)


def _crumbs(unit: Unit, root: Unit) -> list[dict[str, str]]:
    """Return the way from the keeper's topmost unit down to this one, whose own crumb has no link."""
    steps = Unit.every.in_bulk([int(step) for step in unit.path.rstrip(".").split(".")])
    way = sorted((step for step in steps.values() if step.depth >= root.depth), key=lambda step: step.depth)
    return [
        {"label": step.name, "url": "" if step == unit else f"{reverse('units')}?parent={step.code}"} for step in way
    ]


def _query(text: str, code: str, closed: bool) -> str:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in (("q", text), ("parent", code)) if value})
    if closed:
        query["closed"] = "on"
    return query.urlencode()


def _back(request: ActedRequest) -> HttpResponse:
    query = _query(*FilterForm(request.GET).read())
    return redirect(f"{reverse('units')}?{query}" if query else reverse("units"))


@access(KEEPER, methods=("GET", "POST"))
@never_cache
def unit_add(request: ActedRequest, code: str) -> HttpResponse:
    """Open a unit below another."""
    parent, now = queries.kept_unit(request.actor, code), clock.now()
    form = OpenForm(request.POST or None, parent=parent, initial={"from_": Week.at(now).monday})
    if request.method == "POST" and done(form, services.open_unit, by=request.actor, parent=parent, now=now):
        messages.success(request, _("设好了"))
        return _back(request)
    return _show(request, "add", form=form, unit=parent)


@access(KEEPER, methods=("GET", "POST"))
@never_cache
def unit_rename(request: ActedRequest, code: str) -> HttpResponse:
    """Give a unit another name, kind or headcount."""
    unit, now = queries.kept_unit(request.actor, code), clock.now()
    today = {"name": unit.name, "kind": unit.kind, "headcount": unit.headcount, "from_": Week.at(now).monday}
    form = RenameForm(request.POST or None, initial=today)
    if request.method == "POST" and done(form, services.rename_unit, by=request.actor, unit=unit, now=now):
        messages.success(request, _("改好了"))
        return _back(request)
    return _show(request, "rename", form=form, unit=unit)


@access(KEEPER, methods=("GET", "POST"))
@never_cache
def unit_close(request: ActedRequest, code: str) -> HttpResponse:
    """Close a unit."""
    unit, now = queries.kept_unit(request.actor, code), clock.now()
    form = CloseForm(request.POST or None, initial={"from_": Week.at(now).monday})
    if request.method == "POST" and done(form, services.close_unit, by=request.actor, unit=unit, now=now):
        messages.success(request, _("%(name)s撤销了") % {"name": unit.name})
        return _back(request)
    return _show(request, "close", form=form, unit=unit)
