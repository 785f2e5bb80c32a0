"""My week: the page a cadre files on, its receipt, and the titles that its quick add offers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.entries.forms import from_post, on_page, read_week
from burden.entries.lines import Line, groups_of, lines_of, pairs_of, totals_of, typed_lines, with_chips
from burden.entries.models import MAX_MINUTES, Answer
from burden.entries.offers import issuers, suggestions
from burden.entries.queries import WeekSheet, week_sheet
from burden.entries.services import file_week
from burden.entries.year import OwnCell, OwnYear, weeks_of, year_lines, year_of, years_of
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.clock import Week
from burden.kit.errors import Absent, Conflict, Refused, no_choice, no_week
from burden.kit.sheets import written_csv
from burden.kit.templatetags.draw import heat
from burden.kit.templatetags.show import category_css, hours, week_number
from burden.ledger.services import record_download
from burden.standards.measure import HEAD_WEEK_MIN, LARGE_MIN
from burden.standards.models import SUBKINDS, Category
from burden.standards.queries import turn

FIELD_IDS = {
    "minutes": "minutes",
    "people": "people",
    "travel_minutes": "travel",
    "prep_minutes": "prep",
    "title": "name",
    "note": "note",
    "reason": "reason",
}
CHIPS = (15, 30, 45, 60, 90, 120)
SUGGESTED = 3  # titles that leave room for the rest of the sheet
PLAIN_ROWS = 2  # empty rows of the page without script


# --- pages ---


@access("cadre", methods=("GET",))
@never_cache
def week(request: ActedRequest) -> HttpResponse:
    """Show the current week."""
    return _show(request, Week.at(clock.now()), clock.now())


@access("cadre", methods=("GET", "POST"))
@never_cache
def week_of(request: ActedRequest, day: str) -> HttpResponse:
    """Show or file the week of a Monday. Refuses (404): another day, or a week to come."""
    now = clock.now()
    try:
        asked = Week.parse(day)
    except ValueError:
        raise Absent({"day": no_week(now)}) from None
    if asked.is_future(now):
        raise Absent({"day": _("还没到这一周")})
    return _file(request, asked, now) if request.method == "POST" else _show(request, asked, now)


@access("cadre")
@never_cache
def week_suggestions(request: ActedRequest) -> HttpResponse:
    """Offer titles entered before, as list items for the quick add."""
    found = suggestions(request.actor, request.GET.get("q", ""))[:SUGGESTED]
    return render(request, "entries/_suggestions.html", {"suggestions": found})


@access("cadre")
@never_cache
def year(request: ActedRequest) -> HttpResponse:
    """Show the own weeks of a year, or the newest 52. Refuses (404): no such year."""
    actor, now, asked = request.actor, clock.now(), request.GET.get("year", "")
    weeks = _year(actor, asked, now)
    found = year_of(actor, weeks)
    rest = [found.others[1], found.own, found.unstated]
    context = {
        "year": found,
        "asked": asked,
        "years": [str(each) for each in years_of(actor, now)],
        "first": weeks[0],
        "last": weeks[-1],
        "cells": [_tile(cell, found) for cell in found.cells],
        "categories": [(share, [(category_css(share.code), share.person_min)]) for share in found.categories],
        "issuers": [(share, [("x-self", share.person_min)]) for share in found.issuers],
        "most_category": max(share.person_min for share in found.categories),
        "rest": [[("x-self", minutes)] for minutes in rest],
        "most_issuer": max([share.person_min for share in found.issuers] + rest),
        "today": clock.day_of(now),
    }
    return render(request, "entries/year.html", context)


@access("cadre")
@never_cache
def year_file(request: ActedRequest) -> HttpResponse:
    """Hand the cadre the own entries of a year as CSV. Recorded. Refuses (404): no such year."""
    weeks = _year(request.actor, request.GET.get("year", ""), clock.now())
    name = _("我的记录 %(first)s 至 %(last)s.csv") % {"first": weeks[0], "last": weeks[-1]}
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    data = written_csv(year_lines(request.actor, weeks))
    record_download(
        request=request,
        what="export.own_year",
        on=request.actor.user,
        from_week=str(weeks[0]),
        until_week=str(weeks[-1]),
    )
    return HttpResponse(data, content_type="text/csv; charset=utf-8", headers=headers)


def _year(actor: Actor, asked: str, now: dt.datetime) -> list[Week]:
    try:
        return weeks_of(asked, now)
    except ValueError:
        raise Absent({"year": no_choice(years_of(actor, now))}) from None


def _tile(cell: OwnCell, found: OwnYear) -> tuple[str, str, str, str]:
    """Return what the picture of the weeks draws: text, colour, address, words."""
    name = week_number(cell.week)
    page = reverse("week_of", args=[cell.week])
    if cell.state == "none":
        return str(cell.week.number), "na", page, _("%(week)s 没有记") % {"week": name}
    words = _("%(week)s %(hours)s 人时") % {"week": name, "hours": hours(cell.person_min)}
    return str(cell.week.number), heat(cell.person_min, found.most_min + 1), page, words


def _show(request: ActedRequest, asked: Week, now: dt.datetime) -> HttpResponse:
    """Show a week under its own address, whichever was asked for: the service worker keeps it under that."""
    response = _page(request, asked, now)
    response["Content-Location"] = reverse("week_of", args=[asked])
    return response


def _page(request: ActedRequest, asked: Week, now: dt.datetime) -> HttpResponse:
    actor = request.actor
    sheet = week_sheet(actor, asked, now)
    if sheet.unit is None:
        return render(request, "entries/week_no_post.html", _frame(sheet, actor, now))
    if sheet.state != "none" and "edit" not in request.GET:
        return _filed(request, sheet, now)
    copied = request.GET.get("copy", "")
    lines = lines_of(sheet.entries, sheet)
    for group, rows in (("targets", sheet.offered), ("last", sheet.routine)):
        lines += lines_of(rows, sheet, start=len(lines), copied=copied == group)
    return _form(request, sheet, lines, now)


def _file(request: ActedRequest, asked: Week, now: dt.datetime) -> HttpResponse:
    """File what was posted; on a refusal the page comes back with everything that was typed.

    A device's queue asks for JSON: the receipt and the version it made, or the refusal's code. What one person left in
    it is filed by nobody else (403).
    """
    actor = request.actor
    queued = request.headers.get("Accept") == "application/json"
    if request.POST.get("cadre", str(actor.user_id)) != str(actor.user_id):
        raise PermissionDenied
    try:
        read = read_week(from_post(request.POST), actor)
        filing = file_week(by=actor, week=asked, now=now, **vars(read))
    except Refused as refused:
        if queued:
            return JsonResponse({"code": refused.code}, status=refused.status)
        answer = _conflict if isinstance(refused, Conflict) else _refused
        return answer(request, week_sheet(actor, asked, now), refused, now)
    if queued:
        return JsonResponse({"receipt": filing.submission.receipt, "version": filing.submission.version})
    return redirect("week_of", str(asked))


def _refused(request: ActedRequest, sheet: WeekSheet, refused: Refused, now: dt.datetime) -> HttpResponse:
    if sheet.unit is None:
        return render(request, "entries/week_no_post.html", _frame(sheet, request.actor, now), status=refused.status)
    errors = on_page(refused.errors, request.POST)
    lines = typed_lines(request.POST, sheet, issuers(request.actor), errors)
    problems = [(_field_id(name), words) for name, words in errors.items()] or [("", refused.detail)]
    base = from_post(request.POST).get("base_version")
    return _form(request, sheet, lines, now, problems=problems, base=base if isinstance(base, int) else None)


def _field_id(name: str) -> str:
    """Return the element that an error's link leads to."""
    place, _dot, rest = name.removeprefix("entries.").partition(".")
    if not place.isdecimal():
        return ""
    return f"{FIELD_IDS.get(rest, 'row')}-{place}"


def _form(
    request: ActedRequest,
    sheet: WeekSheet,
    lines: list[Line],
    now: dt.datetime,
    *,
    problems: Sequence[tuple[str, str]] = (),
    base: int | None = None,
) -> HttpResponse:
    actor = request.actor
    offered = issuers(actor)
    first = max((int(line.number) for line in lines), default=-1) + 1
    context = _frame(sheet, actor, now) | {
        "turn": turn(actor, sheet.unit, sheet.week) if sheet.unit else None,
        "groups": groups_of(sheet, lines),
        "count": len(lines),
        "totals": totals_of(lines),
        "problems": problems,
        "client_key": uuid4(),
        "nil_key": uuid4(),
        "base_version": sheet.version if base is None else base,
        "issuers": offered,
        "offered": with_chips(offered),
        "categories": Category.choices,
        "subkinds": [(kind.value, kind.label) for kind in SUBKINDS[Category.OTHER]],
        "chips": CHIPS,
        "head_week": HEAD_WEEK_MIN,
        "large": LARGE_MIN,
        "most_minutes": MAX_MINUTES,
        "plain": [Line(first + i, {"key": f"plain-{uuid4().hex[:12]}"}) for i in range(PLAIN_ROWS)],
        "blank": Line("__i__", {"answer": Answer.DONE, "people": "1", "travel_minutes": "0", "prep_minutes": "0"}),
    }
    return render(request, "entries/week.html", context, status=422 if problems else 200)


def _filed(request: ActedRequest, sheet: WeekSheet, now: dt.datetime) -> HttpResponse:
    actor = request.actor
    lines = lines_of(sheet.entries, sheet)
    last = week_sheet(actor, sheet.week.plus(-1), now)
    before = last.person_min if last.state == "filed" else None
    context = _frame(sheet, actor, now) | {
        "lines": lines,
        "totals": totals_of(lines),
        "filed_at": sheet.filed_at and timezone.localtime(sheet.filed_at),
        "done": sum(not line.skipped for line in lines),
        "skipped": sum(line.skipped for line in lines),
        "alike": sum(line.maybe is not None for line in lines),
        "before": before,
        "difference": sheet.person_min - (before or 0),
        "less": (before or 0) - sheet.person_min,
    }
    return render(request, "entries/week_filed.html", context)


def _conflict(request: ActedRequest, sheet: WeekSheet, refused: Refused, now: dt.datetime) -> HttpResponse:
    """Show what is stored beside what was sent; the choice posts what was sent again, on top of what is stored."""
    actor = request.actor
    sent = [line for line in typed_lines(request.POST, sheet, (), {}) if line.sent]
    kept = ("csrfmiddlewaretoken", "client_key", "base_version")
    again = [(name, value) for name, value in request.POST.items() if name not in kept]
    context = _frame(sheet, actor, now) | {
        "pairs": pairs_of(lines_of(sheet.entries, sheet), sent),
        "stored_minutes": sheet.person_min,
        "sent_minutes": sum(line.counted for line in sent),
        "nil": "nil" in request.POST,
        "fields": [("client_key", uuid4()), ("base_version", sheet.version), *again],
    }
    return render(request, "entries/week_conflict.html", context, status=Conflict.status)


# --- what the templates read ---


def _frame(sheet: WeekSheet, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    after = sheet.week.plus(1)
    return {
        "sheet": sheet,
        "cadre": actor.user_id,
        "leads": any(post.role == Role.LEAD and post.unit_id == (sheet.unit and sheet.unit.pk) for post in actor.posts),
        "previous": sheet.week.plus(-1),
        "next": None if after.is_future(now) else after,
    }
