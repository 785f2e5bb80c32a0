"""What stands around every page of figures: the unit and the period its address names, and the bar of periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

from django.http import Http404, HttpRequest

from burden.accounts.actor import Actor
from burden.kit import clock
from burden.kit.clock import Week, last_closed
from burden.kit.errors import Absent, no_choice, no_week
from burden.units.models import Unit
from reports import queries
from reports.periods import KINDS, Period
from reports.restated import REPORTED, RESTATED, hidden_in


def unit_or_404(actor: Actor, code: str) -> Unit:
    """Return the unit of an address. Refuses (404): a foreign or missing one."""
    unit = queries.unit_by_code(actor, code)
    if unit is None:
        raise Http404
    return unit


def period_or_404(request: HttpRequest, now: dt.datetime, kind: str = "week") -> Period:
    """Return the period of an address, of this kind unless it says another. Refuses (Absent): no such kind or week."""
    asked = chosen_or_404(request, "period", KINDS, kind)
    try:
        return Period.parse(kind=asked, week=request.GET.get("week", ""), at=now)
    except ValueError:
        raise Absent({"week": no_week(now)}) from None


def chosen_or_404(request: HttpRequest, name: str, known: Collection[str], usual: str = "") -> str:
    """Return what an address chooses, or what is usual where it does not. Refuses (Absent): none of those known."""
    chosen = request.GET.get(name, "") or usual
    if chosen != usual and chosen not in known:
        raise Absent({name: no_choice(known)})
    return chosen


def period_bar(period: Period, now: dt.datetime, to: Callable[..., str]) -> dict[str, Any]:
    """Return what reports/_period.html shows: the period, the ones around it, whether its figures may still change.

    Shape: `to` returns the address of the page with another `period` or `week`, all else kept.
    """
    running = Week.at(now)
    following = period.following(until=running if period.kind == "week" else last_closed(now))
    return {
        "period": period,
        "period_name": period.named(running),
        "kinds": [(label, to(period=kind), kind == period.kind) for kind, label in KINDS.items()],
        "previous_url": to(week=str(period.before.last)),
        "next_url": to(week=str(following.last)) if following else "",
        "running_url": to(period="week", week=str(running)) if period.last < running else "",
        "running": running,
        "is_provisional": clock.day_of(now) <= period.last.open_until,
    }


def told_as_reported(actor: Actor, unit: Unit, period: Period, basis: str, to: Callable[..., str]) -> dict[str, str]:
    """Return where figures that today's tree hides are shown as they were reported; nothing where they are not."""
    if basis != RESTATED:
        return {}
    span = period.first.monday, period.last.monday
    figures = queries.weekly(actor, unit, span)
    found = queries.of_period(figures, hidden_in(REPORTED, [unit.pk], span)[unit.pk], period)
    return {"as_reported_url": to(basis=REPORTED)} if found and found.returns else {}
