"""Issuers side by side (谁在下达负担): who imposes most by its own decision, who asks for less; every state in its address."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.clock import Week, last_closed
from burden.standards.models import Category
from burden.units.models import Unit
from reports import queries
from reports.league import OWN, RECEIVERS, SORTS, Choice, Entrant, issuers_at, league
from reports.periods import KINDS, Period
from reports.relief import relief, year_until

HEADS: dict[str, str | Promise] = {  # what a column is in order of, in the order of the columns
    "total": _("合计"),
    "own": _("自定"),
    "passed": _("上级转办"),
    "unregistered": _("未登记"),
    "more": _("同比"),
    "demands": _("项数"),
    "each": _("每单位每次"),
}

MINOR = ("unregistered", "demands", "each")  # left out on a phone


@access(*READERS)
def issuers(request: ActedRequest, code: str) -> HttpResponse:
    """Show all issuers of a county, city or province side by side.

    Refuses (404): a foreign or missing unit; no such period, order or filter.
    """
    unit, period = asked_of(request, request.actor, code, clock.now())
    sort, choice = _chosen(request)
    found = league(request.actor, unit, period, choice, sort)
    said = {"sort": sort, "category": choice.category, "level": choice.level}
    query = period.query | {name: value for name, value in said.items() if value}
    context = frame(unit, period, clock.now(), reverse("issuers", args=[code]), query) | {
        "league": found,
        "rows": [_row(row) for row in found.rows],
        "heads": _heads(unit, sort, query),
        "choice": choice,
        "sort": sort,
        "categories": _options(query, "category", Category.choices, choice.category),
        "levels": _options(query, "level", [(each.value, each.label) for each in RECEIVERS], choice.level),
        "period_query": urlencode(period.query),
    }
    return render(request, "reports/issuers.html", context)


@access(*READERS)
def relief_of(request: ActedRequest, code: str) -> HttpResponse:
    """Show what issuers of a place could ask less, and what to raise with those above. Refuses (404): a foreign unit."""
    actor, now = request.actor, clock.now()
    unit = queries.unit_by_code(actor, code)
    if unit is None:
        raise Http404
    closed = last_closed(now)
    found = relief(actor, unit, issuers_at(actor, unit), closed, clock.day_of(now))
    since, until = year_until(closed)
    return render(request, "reports/relief.html", {"unit": unit, "relief": found, "since": since, "until": until})


def asked_of(request: HttpRequest, actor: Actor, code: str, now: dt.datetime) -> tuple[Unit, Period]:
    """Read unit and period of an address. Refuses (404): see issuers."""
    unit = queries.unit_by_code(actor, code)
    if unit is None:
        raise Http404
    try:
        return unit, Period.parse(kind=request.GET.get("period", ""), week=request.GET.get("week", ""), at=now)
    except ValueError:
        raise Http404 from None


def _chosen(request: HttpRequest) -> tuple[str, Choice]:
    sort = request.GET.get("sort", "") or "own"
    choice = Choice(request.GET.get("category", ""), request.GET.get("level", ""))
    if sort not in SORTS or choice.category not in ("", *Category.values) or choice.level not in ("", *RECEIVERS):
        raise Http404
    return sort, choice


def frame(unit: Unit, period: Period, now: dt.datetime, page: str, query: dict[str, str]) -> dict[str, Any]:
    """Return breadcrumb and the addresses of other periods, all else kept."""

    def to(**changes: str) -> str:
        return f"{page}?{urlencode(query | changes)}"

    running = Week.at(now)
    following = period.following(until=running if period.kind == "week" else last_closed(now))
    return {
        "unit": unit,
        "period": period,
        "kinds": [(label, to(period=kind), kind == period.kind) for kind, label in KINDS.items()],
        "previous_url": to(week=str(period.before.last)),
        "next_url": to(week=str(following.last)) if following else "",
        "is_provisional": clock.day_of(now) <= period.last.open_until,
    }


def _heads(unit: Unit, sort: str, query: dict[str, str]) -> list[dict[str, Any]]:
    """Return the columns one may sort by; the change is turned round by a second click."""
    names = HEADS | {"own": OWN.get(unit.level, _("本级自定"))}
    found = []
    for key, label in names.items():
        aim = "less" if key == "more" and sort == "more" else key
        order = "descending" if sort == key else "ascending" if key == "more" and sort == "less" else ""
        url = f"?{urlencode(query | {'sort': aim})}"
        found.append({"key": key, "label": label, "url": url, "order": order, "is_minor": key in MINOR})
    return found


def _options(query: dict[str, str], name: str, choices: Any, chosen: str) -> list[tuple[Any, str, bool]]:
    """Return label, address and whether it is chosen, of all and of each."""
    rest = {key: value for key, value in query.items() if key != name}
    found = [(_("全部"), f"?{urlencode(rest)}", not chosen)]
    return found + [(label, f"?{urlencode(rest | {name: code})}", code == chosen) for code, label in choices]


def _row(row: Entrant) -> dict[str, Any]:
    now = row.now
    parts = [
        ("x-brand", now.own.sums.total_min),
        ("x-self", now.passed.sums.total_min),
        ("x-self2", now.unregistered_min or 0),
    ]
    return {"row": row, "parts": parts, "now": now, "last_year_min": row.last_year.decided_min + row.reestimated_min}
