"""What stands around every page of figures: the unit and the period its address names, and the bar of periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest

from burden.accounts.actor import Actor
from burden.kit import clock
from burden.kit.clock import Week, last_closed
from burden.kit.errors import Absent, no_choice, no_week
from burden.units.models import Unit
from reports import queries
from reports.indicators import Figures
from reports.peers import MIN_ACTIVE, MIN_RETURNS
from reports.periods import KINDS, Period
from reports.restated import REPORTED, RESTATED, TREES, hidden_in


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


def period_bar(period: Period, now: dt.datetime, to: Callable[..., str], *, is_yearly: bool = True) -> dict[str, Any]:
    """Return what reports/_period.html shows: the period, the ones around it, whether its figures may still change.

    Shape: `to` returns the address of the page with another `period` or `week`, all else kept; `is_yearly` where it compares with last year.
    """
    running = Week.at(now)
    following = period.following(until=running if period.kind == "week" else last_closed(now))
    return {
        "period": period,
        "period_name": period.named(running),
        "unlike": period.unlike if is_yearly else [],
        "kinds": [(label, to(period=kind), kind == period.kind) for kind, label in KINDS.items()],
        "previous_url": to(week=str(period.before.last)),
        "next_url": to(week=str(following.last)) if following else "",
        "running_url": to(period="week", week=str(running)) if period.last < running else "",
        "running": running,
        "is_provisional": clock.day_of(now) <= period.last.open_until,
    }


def trees_bar(unit: Unit, units: Sequence[Unit], period: Period, basis: str, to: Callable[..., str]) -> dict[str, Any]:
    """Return the trees to choose from where they differ for a unit and those listed below it, else the one it is.

    Shape: `bases` and `tree` as reports/_period.html shows them; `to` as for period_bar.
    """
    if queries.trees(unit, units, period.span).is_one:
        return {"tree": TREES[basis]}
    return {"bases": [(label, to(basis=each), each == basis) for each, label in TREES.items()]}


def is_told(actor: Actor, unit: Unit, weeks: Sequence[Week], basis: str) -> bool:
    """Say whether figures of a unit are shown in any of some consecutive weeks, in this tree."""
    span = weeks[0].monday, weeks[-1].monday
    gone = hidden_in(basis, [unit.pk], span)[unit.pk]
    return any(each.returns and week not in gone for week, each in queries.weekly(actor, unit, span, basis).items())


def told_elsewhere(actor: Actor, unit: Unit, period: Period, basis: str, to: Callable[..., str]) -> dict[str, str]:
    """Return where the other tree tells figures that this one does not; nothing where it does not either."""
    other = RESTATED if basis == REPORTED else REPORTED
    if queries.trees(unit, [], period.span).is_one:
        return {}
    return {"elsewhere_url": to(basis=other)} if is_told(actor, unit, period.weeks, other) else {}


def why_hidden(
    actor: Actor,
    unit: Unit,
    period: Period,
    figures: Mapping[dt.date, Figures],
    basis: str,
    to: Callable[..., str],
    above: Callable[[Unit], str],
) -> dict[str, Any]:
    """Return why no week of a period is shown, and where there is something to see: in the other tree, or above.

    A unit is hidden where few people filed, or beside those where few did. Shape: `to` as for period_bar; `above` addresses the unit above.
    """
    few = (week.returns < MIN_RETURNS or week.active < MIN_ACTIVE for week in _filed(figures, period))
    found: dict[str, Any] = {"is_hidden": True, "is_few": all(few), **told_elsewhere(actor, unit, period, basis, to)}
    if found.get("elsewhere_url") or unit.parent is None:
        return found
    return found | ({"above_url": above(unit.parent)} if is_told(actor, unit.parent, period.weeks, basis) else {})


def _filed(figures: Mapping[dt.date, Figures], period: Period) -> list[Figures]:
    return [figures[week] for week in period.mondays if week in figures and figures[week].returns]
