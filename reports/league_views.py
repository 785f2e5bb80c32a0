"""Issuers side by side (谁在下达负担): who imposes most by its own decision, who asks for less; every state in its address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.kit.clock import last_closed
from burden.standards.models import Category
from burden.units.models import Unit
from reports.frames import chosen_or_404, is_told, period_bar, period_or_404, told_elsewhere, unit_or_404
from reports.league import LISTED, OWN, RECEIVERS, SORTS, Choice, Entrant, issuers_at, league
from reports.periods import Period
from reports.relief import relief, year_of, year_until
from reports.restated import REPORTED

HEADS: dict[str, str | Promise] = {  # what a column is in order of, in the order of the columns
    "total": _("合计"),
    "own": _("自定"),
    "passed": _("上级转办"),
    "unregistered": _("未登记"),
    "more": _("同比"),
    "demands": _("项数"),
    "each": _("每单位每次"),
}

MINOR = ("passed", "unregistered", "demands", "each")  # left out on a phone


@access(*READERS)
def issuers(request: ActedRequest, code: str) -> HttpResponse:
    """Show all issuers of a county, city or province side by side.

    Refuses (404): a foreign or missing unit; no such period, order or filter.
    """
    now = clock.now()
    unit, period = unit_or_404(request.actor, code), period_or_404(request, now)
    sort, choice = _chosen(request)
    found = league(request.actor, unit, period, choice, sort)
    said = {"sort": sort, "category": choice.category, "level": choice.level}
    query = period.query | said

    def to(**changes: str) -> str:
        return address("issuers", code, **query | changes)

    context = period_bar(period, now, to) | {
        "unit": unit,
        "tree": _("当时区划"),
        "league": found,
        "listed": LISTED,
        "rows": [_row(row) for row in found.rows],
        "is_hidden": choice.is_all and found.left_out > 0 and not is_told(request.actor, unit, period.weeks, REPORTED),
        "restated_url": "" if found.rows else _restated(request.actor, unit, period),
        "heads": _heads(unit, sort, query),
        "choice": choice,
        "sort": sort,
        "categories": _options(query, "category", Category.choices, choice.category),
        "levels": _options(query, "level", [(each.value, each.label) for each in RECEIVERS], choice.level),
        "period_query": query_of(**period.query),
        "list_query": query_of(**period.query, category=choice.category, level=choice.level),
    }
    return render(request, "reports/issuers.html", context)


@access(*READERS)
def relief_of(request: ActedRequest, code: str) -> HttpResponse:
    """Show what issuers of a place could ask less, and what to raise with those above, of the year until a week.

    Refuses (404): a foreign unit, no such week.
    """
    actor, now = request.actor, clock.now()
    unit = unit_or_404(actor, code)
    closed = min(period_or_404(request, now).last, last_closed(now))
    found = relief(actor, unit, issuers_at(actor, unit, year_of(closed)), closed, clock.day_of(now))
    since, until = year_until(closed)
    context = {"unit": unit, "relief": found, "since": since, "until": until}
    if not found.cut and not found.upward:
        context["restated_url"] = _restated(actor, unit, Period.of("year", closed, until=closed))
    return render(request, "reports/relief.html", context)


def _restated(actor: Actor, unit: Unit, period: Period) -> str:
    """Return the page that has figures of a period in today's tree alone: issuers are known in the tree of each week."""

    def to(basis: str) -> str:
        return address("report", unit.code, **period.query, basis=basis)

    if is_told(actor, unit, period.weeks, REPORTED):
        return ""
    return told_elsewhere(actor, unit, period, REPORTED, to).get("elsewhere_url", "")


def _chosen(request: HttpRequest) -> tuple[str, Choice]:
    category, level = chosen_or_404(request, "category", Category.values), chosen_or_404(request, "level", RECEIVERS)
    return chosen_or_404(request, "sort", SORTS, "own"), Choice(category, level)


def _heads(unit: Unit, sort: str, query: dict[str, str]) -> list[dict[str, Any]]:
    """Return the columns one may sort by; the change is turned round by a second click."""
    names = HEADS | {"own": OWN.get(unit.level, _("本级自定"))}
    found = []
    for key, label in names.items():
        aim = "less" if key == "more" and sort == "more" else key
        order = "descending" if sort == key else "ascending" if key == "more" and sort == "less" else ""
        url = f"?{query_of(**query | {'sort': aim})}"
        found.append({"key": key, "label": label, "url": url, "order": order, "is_minor": key in MINOR})
    return found


def _options(query: dict[str, str], name: str, choices: Any, chosen: str) -> list[tuple[Any, str, bool]]:
    """Return label, address and whether it is chosen, of all and of each."""
    rest = {key: value for key, value in query.items() if key != name}
    found = [(_("全部"), f"?{query_of(**rest)}", not chosen)]
    return found + [(label, f"?{query_of(**rest | {name: code})}", code == chosen) for code, label in choices]


def _row(row: Entrant) -> dict[str, Any]:
    now = row.now
    parts = [
        ("x-brand", now.own.sums.total_min),
        ("x-self", now.passed.sums.total_min),
        ("x-self2", now.unregistered_min or 0),
    ]
    return {"row": row, "parts": parts, "now": now, "last_year_min": row.last_year.decided_min + row.reestimated_min}
