"""What one demand claims and what came back, week by week and by level of receivers; by unit what is claimed alone, and nothing by person."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS, READERS
from burden.demands.hits import rule_hits
from burden.demands.models import OPEN, Demand
from burden.demands.queries import demand as demand_of
from burden.demands.queries import price
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.units.models import Level
from reports import issued, parts, queries
from reports.frames import period_bar, period_or_404
from reports.issued import Cell
from reports.models import RollupDemand
from reports.periods import Period

LINES, UNITS = 30, 50  # weeks and levels, and receivers, on one page of their list


@access(*READERS)
def demand_sums(request: ActedRequest, pk: int) -> HttpResponse:
    """Show what a demand claims and what was answered in a period. Refuses (404): a foreign or missing demand, no such period."""
    actor, now = request.actor, clock.now()
    found = demand_of(actor, pk)
    if found.state in OPEN or found.issued_at is None:
        return redirect("demand", pk)
    period = period_or_404(request, now, "year")

    def to(**changes: str) -> str:
        return address("demand_sums", pk, **period.query | changes)

    context = period_bar(period, now, to, is_yearly=False) | _figures(request, found, period)
    context |= {
        "list_query": query_of(**period.query),
        "demand": found,
        "price": price(actor, found),
        "hits": rule_hits(actor, found.issuer, [found.pk]),
        "crumbs": _crumbs(actor, found, period),
        "judges": actor.post(*EXPORTERS) is not None and found.active,
    }
    return render(request, "reports/demand.html", context)


def _crumbs(actor: Actor, found: Demand, period: Period) -> list[dict[str, Any]]:
    """Return the way from the issuer's page, which is for those who read its sums."""
    low, high = actor.read_range
    url = address("issued_by", found.issuer.code, **period.query) if low <= found.issuer.path < high else ""
    return [{"label": found.issuer.name, "url": url}, {"label": found.title}]


def _figures(request: ActedRequest, found: Demand, period: Period) -> dict[str, Any]:
    """Return the weeks, newest first, and whom it asks in the newest: a page of each."""
    sums = RollupDemand.objects.visible_to(request.actor).filter(demand=found, week__range=period.span)
    cells = issued.cells_of(sums)
    targets = {(level, week): count for level, week, count in sums.values_list("level", "week", "targets")}
    shown = [cell for cell in cells if not cell.is_hidden]
    page = Paginator(cells[::-1], LINES).get_page(request.GET.get("page", "1"))
    most = max((max(each.claim_min, 0 if each.is_hidden else each.confirmed_min) for each in cells), default=0)
    return {
        "sums": issued.total(cells),
        "left_out": sum(cell.is_hidden for cell in cells),
        "is_partly": issued.is_partly(cells),
        "answered": sum(cell.answered for cell in shown),
        "targets": sum(targets.get((cell.level, cell.week), 0) for cell in shown or cells),
        "page": page,
        "rows": [_row(cell, targets.get((cell.level, cell.week), 0), most) for cell in page],
        **(_receivers(request, found, max(cell.week for cell in cells)) if cells else {}),
    }


def _receivers(request: ActedRequest, found: Demand, week: dt.date) -> dict[str, Any]:
    asked = parts.receivers(request.actor, found.pk, week)
    page = Paginator(asked, UNITS).get_page(request.GET.get("units", "1"))
    return {"receivers": page, "asked_in": week, "readable": queries.readable(request.actor, {x.unit_id for x in page})}


def _row(cell: Cell, targets: int, most: int) -> dict[str, Any]:
    return {
        "cell": cell,
        "level": str(Level(cell.level).label),
        "targets": targets,
        "answered": None if cell.is_hidden else cell.answered,
        "sums": issued.total([cell]),
        "bar": [("x-brand", 0 if cell.is_hidden else cell.confirmed_min)],
        "claim_bar": [("x-self", cell.claim_min)],
        "most": most,
    }
