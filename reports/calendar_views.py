"""Meetings and inspections of a week as pages: of a unit for its readers, of the own unit for who works there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS, Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address
from burden.kit.clock import Week
from burden.units.models import Unit
from reports import queries
from reports.calendar import CATEGORIES, DEEPEST, Calendar, calendar
from reports.frames import unit_or_404

AHEAD = 52  # weeks; demands are registered for two years, but nobody plans that far
LISTED, NAMED = 8, 20  # overlaps, and units named of one


@access(*READERS, Role.CADRE)
def calendar_own(request: ActedRequest) -> HttpResponse:
    """Show a cadre what is asked of the own unit; lead a reader to the page of the own unit."""
    actor, now = request.actor, clock.now()
    post = actor.post(*READERS)
    if post is not None:
        return redirect(address("calendar_of", post.unit.code, **request.GET.dict()))
    week, category = _asked(request, now)
    context = _frame(reverse("calendar"), week, category, now) | {
        "unit": actor.unit,
        "crumbs": [{"label": actor.unit and actor.unit.name}],
    }
    return render(
        request, "reports/calendar.html", context | shown(actor, calendar(actor, actor.homes, week, category))
    )


@access(*READERS)
def calendar_of(request: ActedRequest, code: str) -> HttpResponse:
    """Show what is asked of a unit and all below it in a week. Refuses (404): a foreign or missing unit, no such week."""
    actor, now = request.actor, clock.now()
    unit = unit_or_404(actor, code)
    week, category = _asked(request, now)
    context = _frame(reverse("calendar_of", args=[code]), week, category, now)
    crumbs = [{"label": unit.name, "url": address("report", code)}, {"label": _("会议检查日程")}]
    context |= {"unit": unit, "crumbs": crumbs}
    if unit.level in DEEPEST:
        context |= shown(actor, calendar(actor, unit, week, category))
    else:
        context["below"] = [each for units in queries.below(actor, unit).values() for each in units]
    return render(request, "reports/calendar.html", context)


def _asked(request: ActedRequest, now: dt.datetime) -> tuple[Week, str]:
    """Return the week, this one unless said otherwise, and the category."""
    text, category = request.GET.get("week", ""), request.GET.get("category", "")
    try:
        week = Week.parse(text) if text else Week.at(now)
    except ValueError:
        raise Http404 from None
    if week > Week.at(now).plus(AHEAD) or week.year < 2000 or category not in ("", *CATEGORIES):
        raise Http404
    return week, category


def _frame(page: str, week: Week, category: str, now: dt.datetime) -> dict[str, Any]:
    running = Week.at(now)
    kinds = [("", _("全部")), *((each.value, each.label) for each in CATEGORIES)]
    return {
        "week": week,
        "category": category,
        "kinds": [(label, address(page, week=str(week), category=code), code == category) for code, label in kinds],
        "previous_url": address(page, week=str(week.plus(-1)), category=category),
        "next_url": address(page, week=str(week.plus(1)), category=category) if week < running.plus(AHEAD) else "",
        "running_url": address(page, category=category) if week != running else "",
        "page_url": page,
    }


def shown(actor: Actor, found: Calendar) -> dict[str, Any]:
    """Return what the table and the list of overlaps read. One query, and none without an overlap."""
    units = _names(actor, found)
    is_one = len({pk for event in found.events for pk in event.units}) <= 1
    return {
        "calendar": found,
        "rows": [(_part(part), cells) for part, cells in found.rows],
        "overlaps": [
            (overlap, named[:NAMED], max(0, len(overlap.units) - NAMED))
            for overlap in found.overlaps[:LISTED]
            for named in [[units[pk] for pk in sorted(overlap.units & units.keys(), key=lambda pk: units[pk].path)]]
        ],
        "quieter": len(found.overlaps[LISTED:]),
        "is_one": is_one,
        "leads": is_one and bool(found.events) and found.events[0].units <= actor.homes,
    }


def _part(part: str) -> str:
    return {"morning": _("上午"), "afternoon": _("下午"), "untimed": _("时间未定")}[part]


def _names(actor: Actor, found: Calendar) -> Mapping[int, Unit]:
    hit = {pk for overlap in found.overlaps[:LISTED] for pk in overlap.units}
    units = Unit.objects.visible_to(actor).filter(pk__in=hit).only("code", "name", "path", "level") if hit else ()
    return {unit.pk: unit for unit in units}
