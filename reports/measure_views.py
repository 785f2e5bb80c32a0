"""How every figure comes about (口径), and the table of all indicators of a unit, as a page and as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS, READERS, Role
from burden.demands.models import Reestimate
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.kit.sheets import WORKBOOK, written_csv, written_workbook
from burden.ledger.services import record_download
from burden.standards.models import Evidence, Tariff, TariffVersion
from burden.standards.tariffs import version_on
from burden.units.models import Level, Unit
from reports import listed, queries
from reports.frames import chosen_or_404, period_bar, period_or_404, unit_or_404
from reports.indicators import INDICATORS, VALUED
from reports.panels import measures
from reports.peers import MIN_ACTIVE, MIN_PEERS, MIN_RETURNS
from reports.periods import Period
from reports.restated import BASES, REPORTED, TREES
from reports.values import indicator_rows, unlike, values_below

LINES = 50  # units on a page

COSTS = ("people", "minutes", "travel_minutes", "prep_minutes")
LADDER = {  # what each step of the evidence means
    Evidence.TARIFF: gettext_lazy("没有人给数，按工时标准"),
    Evidence.CLAIM: gettext_lazy("下达时写的，还没有人答"),
    Evidence.BULK: gettext_lazy("“其余照此计”一起确认"),
    Evidence.SINGLE: gettext_lazy("一项一项点的"),
    Evidence.STATED: gettext_lazy("改过分钟，或自己记的"),
}


# --- how figures come about ---


@access(*Role.values)
def method(request: ActedRequest) -> HttpResponse:
    """Explain every figure: formulas, tariffs, what is not shown, what was re-estimated."""
    context = {
        "indicators": INDICATORS.values(),
        "ladder": LADDER.items(),
        "reestimates": _reestimates(request.actor),
        "least": {"returns": MIN_RETURNS, "active": MIN_ACTIVE, "peers": MIN_PEERS},
    }
    return render(request, "reports/method.html", context | _tariffs(clock.day_of(clock.now())))


@access(*Role.values)
def method_tariffs(request: ActedRequest) -> HttpResponse:
    """Hand out every version of the tariffs as a CSV file."""
    heads = ["version", "from_week", "category", "subkind", *COSTS, "source", "source_on"]
    rows = Tariff.objects.order_by("version__number", "category", "subkind").values_list(
        "version__number", "version__from_week", "category", "subkind", *COSTS, "source", "source_on"
    )
    return _file(written_csv([heads, *rows]), "text/csv; charset=utf-8", f"{_('工时标准')}.csv")


def _tariffs(today: dt.date) -> dict[str, Any]:
    """Return the tariffs in force, each beside the one of the version before."""
    version = version_on(today)
    before = TariffVersion.objects.filter(number__lt=version.number).order_by("-number").first() if version else None
    found = Tariff.objects.filter(version__in=[each for each in (version, before) if each]).order_by("pk")
    by_version: dict[int, dict[tuple[str, str], Tariff]] = {}
    for tariff in found:
        by_version.setdefault(tariff.version_id, {})[tariff.category, tariff.subkind] = tariff
    older = by_version.get(before.pk, {}) if before else {}
    now = by_version.get(version.pk, {}) if version else {}
    return {
        "version": version,
        "before": before,
        "tariffs": [(tariff, older.get(what)) for what, tariff in now.items()],
        "versions": TariffVersion.objects.order_by("number"),
    }


def _reestimates(actor: Actor) -> Sequence[Mapping[str, Any]]:
    """Return what each version of the tariffs changed of the claims that the actor may see."""
    found = Reestimate.objects.visible_to(actor).values(number=F("tariff__number"), since=F("tariff__from_week"))
    sums = {"before": Sum("before_min"), "after": Sum("after_min"), "demands": Count("demand", distinct=True)}
    return [row | {"changed": row["after"] - row["before"]} for row in found.annotate(**sums).order_by("number")]


# --- the indicators of a unit ---


@access(*READERS)
def indicators(request: ActedRequest, code: str) -> HttpResponse:
    """Show all indicators of a unit over a period. Refuses (404): a foreign or missing unit, no such period."""
    actor, now = request.actor, clock.now()
    unit, period, basis = _asked(request, code, now)
    context = _frame(actor, unit, period, basis, now)
    rows = indicator_rows(actor, unit, period, basis)
    context |= {"lines": measures.lines(rows), "unlike": unlike(period, rows)}
    return render(request, "reports/indicators.html", context)


@access(*EXPORTERS)
def indicators_file(request: ActedRequest, code: str) -> HttpResponse:
    """Hand the table out: CSV, or a workbook. Recorded. Refuses (404): as the page."""
    actor, now = request.actor, clock.now()
    unit, period, basis = _asked(request, code, now)
    found = measures.lines(indicator_rows(actor, unit, period, basis))
    rows = [measures.heads(), *measures.cells(found, period)]
    if request.GET.get("format") == "csv":
        data, kind, ending = written_csv(rows), "text/csv; charset=utf-8", "csv"
    else:
        data, kind, ending = written_workbook({_("指标"): rows}), WORKBOOK, "xlsx"
    record_download(
        request=request, what="export.indicators", on=unit, period=period.kind, week=str(period.last), basis=basis
    )
    return _file(data, kind, f"{unit.name} {period.label} {_('指标')}.{ending}")


@access(*READERS)
def indicator(request: ActedRequest, code: str, key: str) -> HttpResponse:
    """Show what one indicator of a unit is made of: its numbers, and those of the units below it, in the order of their codes.

    What nobody registered is made of issuers: it leads to them. Refuses (404): as the page of all; no such indicator or kind.
    """
    actor, now = request.actor, clock.now()
    unit, period, basis = _asked(request, code, now)
    if key not in VALUED:
        raise Http404
    if key == "unregistered_share":
        return redirect(address("issuers", code, **period.query, sort="unregistered"))
    below = {
        level: units for level, units in listed.below(actor, unit, period.span, basis).items() if level != unit.level
    }
    kind = chosen_or_404(request, "kind", Level.values)
    level = kind if kind in below else next(iter(below), "")
    kept = period.query | ({} if basis == REPORTED else {"basis": basis})

    def to(**changes: str) -> str:
        return address("indicator", code, key, **kept | {"kind": level} | changes)

    page = Paginator(below.get(level, []), LINES).get_page(request.GET.get("page"))
    found = values_below(actor, [*page], key, period, basis) if page.object_list else []
    rows = [row for row in indicator_rows(actor, unit, period, basis) if row.indicator.code == key]
    context = _frame(actor, unit, period, basis, now) | period_bar(period, now, to)
    context["crumbs"] = [
        context["crumbs"][0],
        {"label": _("全部指标"), "url": address("indicators", code, **kept)},
        {"label": VALUED[key].name},
    ]
    return render(
        request,
        "reports/indicator.html",
        context
        | {
            "line": measures.lines(rows)[0],
            "page": page,
            "below": [
                (each, now, measures.written(VALUED[key].kind, now), measures.written(VALUED[key].kind, then))
                for each, now, then in found
            ],
            "levels": [(Level(each).label, len(units), to(kind=each), each == level) for each, units in below.items()],
            "query": query_of(**kept),
            "pager_query": query_of(**kept, kind=level),
        },
    )


def _asked(request: ActedRequest, code: str, now: dt.datetime) -> tuple[Unit, Period, str]:
    unit = unit_or_404(request.actor, code)
    return unit, period_or_404(request, now), chosen_or_404(request, "basis", BASES, REPORTED)


def _frame(actor: Actor, unit: Unit, period: Period, basis: str, now: dt.datetime) -> dict[str, Any]:
    """Return what stands around the table: the way up, the period, the tree, the links to the periods around."""
    kept = period.query | ({} if basis == REPORTED else {"basis": basis})

    def to(**changes: str) -> str:
        return address("indicators", unit.code, **kept | changes)

    return period_bar(period, now, to) | {
        "unit": unit,
        "crumbs": [{"label": unit.name, "url": address("report", unit.code, **kept)}, {"label": _("全部指标")}],
        "tree": TREES[basis],
        "query": query_of(**kept),
        "file_url": address("indicators_file", unit.code, **kept) if actor.roles & EXPORTERS else "",
        "as_of": queries.as_of(actor, now),
    }


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    disposition = content_disposition_header(True, name) or ""
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": disposition})
