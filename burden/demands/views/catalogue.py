"""The catalogue page: every form in use, which could be one, two of them field by field; and the same as a file."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import Role
from burden.demands.catalogue import Catalogue, Comparison, Form, catalogue_of, compare_forms, lines_of
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import query_of
from burden.kit.sheets import WORKBOOK, written_csv, written_workbook
from burden.ledger.services import record_download

READERS = (Role.ISSUER, Role.OFFICE, Role.REVIEWER, Role.LEAD)
LINES, MERGERS = 12, 8
MOST_TEXT = 60  # characters of a search


@access(*READERS)
@never_cache
def catalogue(request: ActedRequest) -> HttpResponse:
    """Show the forms in use around the actor, and two of them side by side."""
    whole = catalogue_of(request.actor, clock.day_of(clock.now()))
    text, issuer = _filter(request)
    found = whole.matching(text, issuer)
    page = Paginator(found, LINES).get_page(request.GET.get("page"))
    comparison = _comparison(request, whole)
    shown = (comparison.left, comparison.right) if comparison else ()
    context = {
        "whole": whole,
        "page": page,
        "text": text,
        "issuer": issuer,
        "query": query_of(q=text, issuer=issuer),
        "mergers": whole.mergers[:MERGERS],
        "comparison": comparison,
        "changeable": [form for form in shown if form.repeats and form.demand.issuer_id in request.actor.issuing],
    }
    return render(request, "demands/catalogue.html", context)


def _filter(request: ActedRequest) -> tuple[str, str]:
    return request.GET.get("q", "").strip()[:MOST_TEXT], request.GET.get("issuer", "")[:MOST_TEXT]


def _comparison(request: ActedRequest, whole: Catalogue) -> Comparison | None:
    """Compare the two forms that were chosen; of one, with what it could be merged with; else the first that could be one."""
    chosen = [_form_or_404(whole, request.GET[name]) for name in ("left", "right") if name in request.GET]
    if len(chosen) == 1:
        chosen += filter(None, [whole.best_for(chosen[0])])
    elif not chosen and whole.mergers:
        chosen = [whole.mergers[0].left, whole.mergers[0].right]
    return compare_forms(*chosen) if len(chosen) == 2 else None


def _form_or_404(whole: Catalogue, pk: str) -> Form:
    form = whole.form(int(pk)) if pk.isascii() and pk.isdigit() else None
    if form is None:
        raise Http404
    return form


@access(*READERS)
def catalogue_file(request: ActedRequest) -> HttpResponse:
    """Hand the catalogue out as it is filtered: CSV, or a workbook with the candidates for merging. Recorded."""
    actor, today = request.actor, clock.day_of(clock.now())
    whole = catalogue_of(actor, today)
    forms = whole.matching(*_filter(request))
    rows: list[Any] = [_headings(), *lines_of(forms)]
    if request.GET.get("format") == "csv":
        data, kind, ending = written_csv(rows), "text/csv; charset=utf-8", "csv"
    else:
        sheets = {_("报表目录"): rows, _("合并候选"): _merger_rows(whole)}
        data, kind, ending = written_workbook(sheets), WORKBOOK, "xlsx"
    unit = actor.post(*READERS).unit  # type: ignore[union-attr]  # one of the roles let it in
    record_download(request=request, what="export.catalogue", on=unit, rows=len(forms))
    name = f"{_('报表目录')} {today:%Y%m%d}.{ending}"
    return HttpResponse(
        data, content_type=kind, headers={"Content-Disposition": content_disposition_header(True, name) or ""}
    )


def _headings() -> list[str]:
    return [
        _("报表"), _("谁要"), _("源头层级"), _("依据"), _("频次"), _("一年次数"), _("对象单位数"), _("字段数"), _("别处已有"),
        _("最近一次人·分钟"), _("一年人·分钟"), _("字段"),
    ]  # fmt: skip


def _merger_rows(whole: Catalogue) -> list[list[Any]]:
    heads = [_("报表"), _("谁要"), _("另一张报表"), _("谁要"), _("相同字段"), _("重合 %"), _("一年少人·分钟")]
    return [heads] + [
        [
            each.left.demand.title, each.left.demand.issuer.name, each.right.demand.title, each.right.demand.issuer.name,
            each.shared, each.percent, each.saved_min,
        ]
        for each in whole.mergers
    ]  # fmt: skip
