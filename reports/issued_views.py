"""What an issuer makes others do (本局造成的负担): its own page, and the same for those who read its sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS, Role
from burden.demands.hits import rule_hits
from burden.demands.models import Origin
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.kit.clock import last_closed
from burden.kit.templatetags.show import category_css
from burden.standards.models import Category
from burden.units.models import Level, Unit
from reports import issued
from reports.frames import chosen_or_404, period_bar, period_or_404, unit_or_404
from reports.issued import OPEN, PLANNED, Cell, Cut, Issued
from reports.periods import Period, month_name, month_of
from reports.relief import relief
from reports.unregistered import WEEKS

LISTED = 20  # demands on a page of their list
RULES = 10  # that most of them may violate
LEVELS = (Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT)
CUTS: dict[
    str, tuple[str | Promise, dict[str, str | Promise]]
] = {  # what the list may be of: what it is called, its values
    "category": (gettext_lazy("类别"), dict(Category.choices)),
    "level": (gettext_lazy("落到谁身上"), {each.value: each.label for each in LEVELS}),
    "origin": (gettext_lazy("谁先要求的"), dict(Origin.choices)),
    "decided": (gettext_lazy("这一级和下级自定"), dict(Level.choices)),
    "above": (gettext_lazy("这一级的上级定的"), dict(Level.choices)),
    "which": (
        gettext_lazy("只看"),
        {PLANNED: gettext_lazy("计划内"), OPEN: gettext_lazy("没人或太少人答复，按登记计")},
    ),
}


@access(Role.ISSUER)
def issued_own(request: ActedRequest) -> HttpResponse:
    """Open the page of the unit that one registers for."""
    post = request.actor.post(Role.ISSUER)
    if post is None:
        raise Http404
    kept = {name: request.GET[name] for name in ("period", "week") if name in request.GET}
    return redirect(address("issued_by", post.unit.code, **kept))


@access(*READERS)
def issued_by(request: ActedRequest, code: str) -> HttpResponse:
    """Show what an issuer's demands take over a period. Refuses (404): a foreign or missing unit, no such period or part."""
    actor, now = request.actor, clock.now()
    unit = unit_or_404(actor, code)
    period = period_or_404(request, now, "year")
    cut = {name: chosen_or_404(request, name, values) for name, (_label, values) in CUTS.items()}
    context = _frame(unit, period, now, cut) | _figures(actor, unit, period)
    context |= _lists(request, unit, period, context["found"], Cut(**cut))
    return render(request, "reports/issued.html", context)


def _frame(unit: Unit, period: Period, now: dt.datetime, cut: dict[str, str]) -> dict[str, Any]:
    def to(**changes: str) -> str:
        return address("issued_by", unit.code, **period.query | cut | changes)

    return period_bar(period, now, to) | {
        "unit": unit,
        "tree": _("当时区划"),
        "when": query_of(**period.query),
        "list_query": query_of(**period.query | cut),
        "chips": [
            (label, values[cut[name]], f"{to(**{name: ''})}#demands")
            for name, (label, values) in CUTS.items()
            if cut[name]
        ],
        "crumbs": [{"label": unit.name, "url": address("report", unit.code)}, {"label": ""}],
    }


def _figures(actor: Actor, unit: Unit, period: Period) -> dict[str, Any]:
    found = issued.cells(actor, unit, period)
    last_year = period.last_year
    before = issued.cells(actor, unit, last_year)
    is_known = unit.pk in issued.known_of([unit], [*last_year.mondays])
    alone = issued.unregistered(actor, unit, period)
    sums, own = issued.total(found), issued.total(cell for cell in found if cell.origin == Origin.OWN)
    planned = issued.total(cell for cell in found if cell.is_planned)
    ids = {cell.demand_id for cell in found}
    return {
        "sums": sums,
        "own": own,
        "planned": planned,
        "unregistered_min": alone,
        "in_all": sums.total_min + alone,
        "is_empty": not (found or alone),
        "in_all_before": issued.total(before).total_min + issued.unregistered(actor, unit, last_year)
        if is_known
        else None,
        "reestimated": issued.reestimated(actor, unit, period),
        "left_out": sum(cell.is_hidden for cell in found),
        "is_partly": issued.is_partly(found),
        "bars": _bars(sums),
        "parts": [("x-brand", sums.confirmed_min), ("x-self", sums.as_claimed_min), ("x-self2", alone)],
        "origins": _named(issued.grouped(found, lambda cell: cell.origin), Origin.choices),
        "levels": _named(issued.grouped(found, lambda cell: cell.level), [(x.value, x.label) for x in LEVELS]),
        "categories": _named(issued.grouped(found, lambda cell: cell.category), Category.choices),
        "found": found,
        "count": len(ids),
        "relief": relief(actor, unit, [unit.pk], last_closed(clock.now()), clock.day_of(clock.now())),
        "hits": rule_hits(actor, unit, ids)[:RULES],
        "months": _months(found, before),
        "budget": issued.budget(actor, unit, period.last.year) if period.kind == "year" else None,
    }


def _bars(sums: Issued) -> dict[str, Any]:
    """Return both sides of what was answered, on one scale."""
    return {
        "claimed": [("x-self", sums.compared_min)],
        "confirmed": [("x-brand", sums.confirmed_min)],
        "most": max(sums.compared_min, sums.confirmed_min),
    }


def _named(
    groups: Mapping[str, Issued], choices: Sequence[tuple[str, Any]]
) -> list[tuple[str, str, Issued, list[tuple[str, int]]]]:
    """Return code, label, sums and bar of each group there is, in the order of the choices."""
    return [
        (code, str(label), groups[code], [(_colour(code), groups[code].total_min)])
        for code, label in choices
        if code in groups
    ]


def _colour(code: str) -> str:
    return category_css(code) if code in Category.values else "x-brand"


def _lists(request: ActedRequest, unit: Unit, period: Period, found: Sequence[Cell], cut: Cut) -> dict[str, Any]:
    """Return what was asked, or a part of it, and what was never registered, the heaviest first, each a page of its own."""
    found = [cell for cell in found if cut.has(cell)]
    sums = issued.grouped(found, lambda cell: cell.demand_id)
    heaviest = sorted(sums, key=lambda pk: -sums[pk].total_min)
    page = Paginator(heaviest, LISTED).get_page(request.GET.get("page", "1"))
    alone = Paginator(issued.unregistered_demands(request.actor, unit), LISTED // 2)
    unregistered = alone.get_page(request.GET.get("unregistered", "1"))
    return {
        "page": page,
        "demands": _demands(found, sums, [*page]),
        "listed": len(sums),
        "listed_sums": issued.total(found),
        "unregistered": unregistered,
        "recorded": [(each, each.minutes_in(period.mondays)) for each in unregistered],
        "unregistered_weeks": WEEKS,
    }


def _demands(found: Sequence[Cell], sums: Mapping[int, Issued], listed: Sequence[int]) -> list[dict[str, Any]]:
    """Return some demands, what each takes."""
    first = {cell.demand_id: cell for cell in reversed(found)}
    gone = {cell.demand_id for cell in found if cell.is_hidden}
    origins, categories = dict(Origin.choices), dict(Category.choices)
    return [
        {
            "cell": first[pk],
            "origin": origins[first[pk].origin],
            "category": categories[first[pk].category],
            "sums": sums[pk],
            "is_hidden": pk in gone and not sums[pk].confirmed_min,
        }
        for pk in listed
    ]


def _months(found: Sequence[Cell], before: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return the months of a year beside those of the year before; nothing for shorter periods."""
    now, then = (_by_month(each) for each in (found, before))
    months = sorted({month for _year, month in (*now, *then)})
    this, last = ({month: sums for (_year, month), sums in each.items()} for each in (now, then))
    most = max((sums.total_min for sums in (*now.values(), *then.values())), default=0)
    return [
        _month(month, this.get(month, Issued()).total_min, last.get(month, Issued()).total_min, most)
        for month in months
    ]


def _month(month: int, now: int, before: int, most: int) -> dict[str, Any]:
    return {
        "name": month_name(dt.date(2000, month, 1)),
        "now": now,
        "before": before,
        "now_bar": [("x-brand", now)],
        "before_bar": [("x-self", before)],
        "most": most,
    }


def _by_month(found: Sequence[Cell]) -> dict[tuple[int, int], Issued]:
    return issued.grouped(found, lambda cell: month_of(clock.Week(cell.week)))
