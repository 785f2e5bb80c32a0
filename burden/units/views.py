"""The units page: the tree one level at a time, and the panel in which a unit is opened or changed by an event."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
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
from burden.kit.addresses import address, query_of
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.kit.forms import done, show_refusal
from burden.units import events, queries, services
from burden.units.forms import CloseForm, EventForm, FilterForm, MergeForm, MoveForm, OpenForm, RenameForm, SplitForm
from burden.units.models import Unit, UnitEvent

PAGE_SIZE = 25
Kind = UnitEvent.Kind
KEEPER, DECIDER, OFFICE = "sysadmin", "secadmin", "office"  # roles are named in a room above


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
    steps = Unit.every.in_bulk(unit.steps)
    way = sorted((step for step in steps.values() if step.depth >= root.depth), key=lambda step: step.depth)
    return [{"label": step.name, "url": "" if step == unit else address("units", parent=step.code)} for step in way]


def _query(text: str, code: str, closed: bool) -> str:
    return query_of(q=text, parent=code, closed="on" if closed else "")


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
    unit = queries.kept_unit(request.actor, code)
    return _event(request, RenameForm, unit, {"name": unit.name, "kind_": unit.kind, "headcount": unit.headcount})


@access(KEEPER, methods=("GET", "POST"))
@never_cache
def unit_move(request: ActedRequest, code: str) -> HttpResponse:
    """Let a unit stand under another."""
    actor, unit = request.actor, queries.kept_unit(request.actor, code)
    homes = queries.homes(actor, unit)
    return _event(request, MoveForm, unit, find=lambda text: queries.find_kept(actor, text), homes=homes)


@access(KEEPER, methods=("GET", "POST"))
@never_cache
def unit_merge(request: ActedRequest, code: str) -> HttpResponse:
    """Merge units beside it into a unit."""
    unit = queries.kept_unit(request.actor, code)
    return _event(request, MergeForm, unit, beside=queries.beside(request.actor, unit))


@access(KEEPER, methods=("GET", "POST"))
@never_cache
def unit_split(request: ActedRequest, code: str) -> HttpResponse:
    """Split a unit between those beside it."""
    unit = queries.kept_unit(request.actor, code)
    return _event(request, SplitForm, unit, beside=queries.beside(request.actor, unit))


@access(KEEPER, methods=("GET", "POST"))
@never_cache
def unit_close(request: ActedRequest, code: str) -> HttpResponse:
    """Close a unit."""
    return _event(request, CloseForm, queries.kept_unit(request.actor, code))


def _event(
    request: ActedRequest,
    kind: type[EventForm],
    unit: Unit,
    today: dict[str, Any] | None = None,
    homes: Sequence[Unit] = (),
    **facts: Any,
) -> HttpResponse:
    """Show an event's form; then what it would change; and do exactly what was shown, when it is sent again."""
    now, told = clock.now(), None
    initial = {"from_": Week.at(now).monday} | (today or {})
    form = kind(request.POST or None, unit=unit, initial=initial, **facts)
    seen = _digest(request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("told") == seen:
                event = events.register(by=request.actor, change=form.change(), now=now)
                messages.success(request, _said(event))
                return _back(request)
            told = events.preview(by=request.actor, change=form.change(), now=now)
        except Refused as refused:
            show_refusal(form, refused)
    return _show(
        request, kind.kind, form=form, unit=unit, told=told, seen=seen, homes=homes, is_event=True, staying=_staying(form),
        kinds=[(label, reverse(f"unit_{name}", args=[unit.code]), name == kind.kind) for name, label in Kind.choices],
    )  # fmt: skip


def _staying(form: EventForm) -> list[tuple[Unit, dt.date, int]]:
    """Return the units that end by an event, the Monday, and how many people hold posts there still from it on."""
    said = form.cleaned_data if form.is_bound else {}
    monday = said.get("from_") or form.initial["from_"]
    counted = [(unit, services.people_in_post(units=[unit.pk], from_=monday)) for unit in form.ending(said)]
    return [(unit, monday, people) for unit, people in counted if people]


def _digest(sent: QueryDict) -> str:
    """Return what stands for a form as it was sent: what is confirmed is what was shown."""
    facts = sorted((name, sent.getlist(name)) for name in sent if name not in ("told", "csrfmiddlewaretoken"))
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _said(event: UnitEvent) -> str:
    names = {"name": event.unit.name, "kind": event.get_kind_display(), "day": event.from_week}
    if event.state == UnitEvent.State.DONE:
        return _("%(name)s：%(kind)s办好了，从 %(day)s 起") % names
    return _("%(name)s：%(kind)s已登记，%(day)s 生效；生效前可以取消") % names


@access(KEEPER, DECIDER, OFFICE)
@never_cache
def unit_events(request: ActedRequest) -> HttpResponse:
    """List what changed in the tree and what is going to, with what each was said to change."""
    page = Paginator(queries.events(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    then = events.names_before(events=list(page))
    context = {
        "page": page,
        "lines": [_line(event, then) for event in page],
        "may_change": KEEPER in request.actor.roles,
    }
    return render(request, "units/events.html", context)


def _line(event: UnitEvent, then: Mapping[tuple[int, int], str]) -> dict[str, Any]:
    """Return one event with its units named as they were before it; a unit that was none yet, as it is today."""
    return {
        "event": event,
        "effects": events.effects_of(event=event),
        "place": then.get((event.pk, event.unit_id), event.unit.place),
        "parent": then.get((event.pk, event.parent.pk), event.parent.name) if event.parent else "",
        "shares": [
            (
                share,
                then.get((event.pk, share.of_id), share.of.name),
                then.get((event.pk, share.to_id), share.to.name),
            )
            for share in event.shares.all()
        ],
    }


@access(KEEPER, methods=("POST",))
def unit_event_undo(request: ActedRequest, pk: int) -> HttpResponse:
    """Take back an event that is not in force yet."""
    try:
        events.undo(by=request.actor, event=queries.event(request.actor, pk), now=clock.now())
    except Conflict as conflict:
        messages.error(request, conflict.detail)
    else:
        messages.success(request, _("取消了"))
    return redirect("unit_events")
