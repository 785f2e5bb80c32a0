"""Meetings and inspections of a week as pages: of a unit for its readers, of the own unit for who works there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS, Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address
from burden.kit.clock import Week
from burden.kit.errors import Absent, no_week
from burden.kit.sheets import WORKBOOK, written_csv, written_workbook
from burden.ledger.services import record_download
from burden.units.models import Unit
from reports import ics, listed
from reports.calendar import CATEGORIES, DEEPEST, Calendar, calendar
from reports.frames import chosen_or_404, unit_or_404
from reports.table_rows import met
from reports.tables import MEETINGS

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
        "file_url": address("calendar_file_own", week=str(week), category=category),
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
        context["file_url"] = address("calendar_file", code, week=str(week), category=category)
        context |= shown(actor, calendar(actor, unit, week, category))
    else:
        context["below"] = [
            each for units in listed.below(actor, unit, (week.monday, week.monday)).values() for each in units
        ]
    return render(request, "reports/calendar.html", context)


@access(*READERS, Role.CADRE)
def calendar_file_own(request: ActedRequest) -> HttpResponse:
    """Hand a cadre the week of the own unit as a file; lead a reader to that of the own unit. Refuses (404): no such week or format."""
    actor = request.actor
    post = actor.post(*READERS)
    if post is not None:
        return redirect(address("calendar_file", post.unit.code, **request.GET.dict()))
    week, category = _asked(request, clock.now())
    found = calendar(actor, actor.homes, week, category)
    return _file(request, actor.unit, found)


@access(*READERS)
def calendar_file(request: ActedRequest, code: str) -> HttpResponse:
    """Hand the week of a unit and all below it out as a file. Recorded. Refuses (404): as the page; another format."""
    unit = unit_or_404(request.actor, code)
    if unit.level not in DEEPEST:
        raise Http404
    week, category = _asked(request, clock.now())
    return _file(request, unit, calendar(request.actor, unit, week, category))


def _file(request: ActedRequest, unit: Unit | None, found: Calendar) -> HttpResponse:
    file_format = request.GET.get("format", "ics")
    name = f"{unit.name if unit else ''} {MEETINGS.title} {found.week}".strip()
    if file_format == "ics":
        data, kind = ics.written(name, found.events, clock.now()), "text/calendar; charset=utf-8"
    elif file_format in ("csv", "xlsx"):
        heads = [str(column.title) for column in MEETINGS.columns]
        rows = [
            heads,
            *([str(cell) if isinstance(cell, dt.date) else cell for cell in met(each)] for each in found.events),
        ]
        is_csv = file_format == "csv"
        data = written_csv(rows) if is_csv else written_workbook({str(MEETINGS.title): rows})
        kind = "text/csv; charset=utf-8" if is_csv else WORKBOOK
    else:
        raise Http404
    record_download(
        request=request,
        what="export.calendar",
        on=unit or request.actor.user,
        week=str(found.week),
        format=file_format,
        rows=len(found.events),
    )
    headers = {"Content-Disposition": content_disposition_header(True, f"{name}.{file_format}") or ""}
    return HttpResponse(data, content_type=kind, headers=headers)


def _asked(request: ActedRequest, now: dt.datetime) -> tuple[Week, str]:
    """Return the week, this one unless said otherwise, and the category."""
    text, category = request.GET.get("week", ""), chosen_or_404(request, "category", CATEGORIES)
    try:
        week = Week.parse(text) if text else Week.at(now)
    except ValueError:
        raise Absent({"week": no_week(now)}) from None
    if week > Week.at(now).plus(AHEAD) or week.year < 2000:
        raise Absent({"week": no_week(now)})
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
