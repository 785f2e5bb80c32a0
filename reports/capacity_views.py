"""Resources and ability (资源与能力): burden beside capacity, requests for support, guides and training of a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS, Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.kit.clock import last_closed
from burden.kit.templatetags.show import category_css
from burden.resources import queries as resources
from burden.standards.models import Category
from burden.units.models import Kind, Level, Unit
from reports import listed, queries
from reports.capacity import Beside, after_hours, beside
from reports.frames import chosen_or_404, period_bar, period_or_404, trees_bar, unit_or_404
from reports.panels.items import leads
from reports.periods import Period
from reports.restated import BASES, REPORTED
from reports.trainings import attended, trained

PAGE = 40
LISTED_REQUESTS, LISTED_GUIDES, LISTED_TRAININGS = 6, 4, 8


@access(*READERS)
def capacity(request: ActedRequest, code: str) -> HttpResponse:
    """Show a place's people beside what is asked of them. Refuses (404): a foreign or missing unit; no such period or kind."""
    actor, now = request.actor, clock.now()
    unit, period = unit_or_404(actor, code), period_or_404(request, now)
    basis = chosen_or_404(request, "basis", BASES, REPORTED)
    below = _open(listed.below(actor, unit, period.span, basis)) or {unit.level: [unit]}
    usual = Level.TOWNSHIP.value if Level.TOWNSHIP in below else next(iter(below))
    kind = chosen_or_404(request, "kind", Level.values, usual)
    level = kind if kind in below else usual
    kept = period.query | ({"basis": basis} if basis != REPORTED else {})
    said = kept | ({"kind": level} if level != usual else {})
    if level == Level.VILLAGE:
        queries.name_parents(below[level])

    def to(**changes: str) -> str:
        return address("capacity", code, **said | changes)

    found = beside(actor, below[level], period, basis)
    after = after_hours(actor, unit, level, period)
    page = Paginator(found.lines, PAGE).get_page(request.GET.get("page"))
    context = period_bar(period, now, to, is_yearly=False) | _others(actor, unit, period, now) | {
        "unit": unit, "beside": found, "page": page, "level": Level(level).label,
        "levels": [(Level(each).label, to(kind=each), each == level) for each in below], "query": query_of(**said),
        "period_query": query_of(**kept), "peers": _peers(found), "is_closed": period.last <= last_closed(now),
        "people": {name: found.people(name) for name in ("quota", "in_post", "lent")},
        "after": [(code, Category(code).label, [(category_css(code), minutes)], minutes) for code, minutes in after.items()],
        "after_most": max(after.values(), default=0), "after_min": sum(after.values()),
        "may_offer": Role.OFFICE in actor.roles, "led": {post.unit_id for post in actor.posts if post.role == Role.LEAD},
    }  # fmt: skip
    return render(request, "reports/capacity.html", context | trees_bar(unit, below[level], period, basis, to))


def _open(below: Mapping[str, list[Unit]]) -> dict[str, list[Unit]]:
    """Leave out units that closed: there nobody is to be added and nothing taken away."""
    still = {level: [unit for unit in units if unit.closed_on is None] for level, units in below.items()}
    return {level: units for level, units in still.items() if units}


def _others(actor: Actor, unit: Unit, period: Period, now: Any) -> dict[str, Any]:
    """Return what stands below the table: requests for support, guides, training of the year."""
    today = clock.day_of(now)
    requests = list(resources.requests(actor, "", unit)[:LISTED_REQUESTS])
    guides = list(resources.guides(actor, "", unit).order_by("-rated", "-changed_at")[:LISTED_GUIDES])
    trainings = trained(actor, unit, period.year)
    is_lead = leads(actor, unit)
    own = attended(actor, unit, period.year) if is_lead else []
    return {
        "rows": resources.clocked(actor, requests, today),
        "counts": resources.support_counts(actor, unit, today),
        "guides": resources.told(actor, guides),
        "trainings": trainings[:LISTED_TRAININGS],
        "training_min": sum(each.total_min for each in trainings),
        "is_lead": is_lead,
        "attended": own,
        "attended_min": sum(each.person_min or 0 for each in own),
        "today": today,
    }


def _peers(found: Beside) -> list[tuple[Any, Any]]:
    """Return the groups that are compared, with their names and per mille."""
    names = {Kind.TOWNSHIP.value: Level.TOWNSHIP.label}  # towns and townships are one group
    return [
        (
            names.get(kind, Kind(kind).label),
            {name: round(1_000 * getattr(of, name)) for name in ("low", "median", "high")} | {"count": of.count},
        )
        for kind, of in found.peers.items()
    ]
