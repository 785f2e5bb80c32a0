"""What a unit's burden is made of, as a page: cut by category, issuer, kind of unit and period, each of them in the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS, READERS
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.kit.clock import Week, last_closed
from burden.kit.sheets import written_csv
from burden.kit.templatetags.show import category_css
from burden.ledger.services import record_download
from burden.standards.models import Category
from burden.units.models import Level, Unit
from reports import listed, parts, queries
from reports.calendar import DEEPEST
from reports.frames import chosen_or_404, period_bar, period_or_404, told_elsewhere, unit_or_404, why_hidden
from reports.indicators import Figures, per_head
from reports.panels import summary
from reports.parts import NOBODY, Cells, Part, Whose
from reports.periods import Period, year_before
from reports.restated import BASES, REPORTED, estimated_in, hidden_in
from reports.values import estimated

LINES, ISSUERS, DEMANDS = 50, 12, 30  # units on a page, issuers and demands listed


@dataclass(frozen=True)
class State:
    """What the address says."""

    unit: Unit
    period: Period
    level: str
    category: str
    issuer: Unit | Whose | None
    basis: str

    @property
    def kept(self) -> dict[str, str]:
        """The parameters that every page keeps: period and tree; the usual tree goes without saying."""
        return self.period.query | ({"basis": self.basis} if self.basis != REPORTED else {})

    @property
    def part(self) -> Part:
        return Part(self.category, self.issuer.pk if self.issuer else None)

    @property
    def claims(self) -> bool:
        return self.part.has_claims

    def url(self, **changes: str) -> str:
        """Return the address of this state with other parameters; an empty one is dropped."""
        said = self.kept | {
            "kind": self.level, "category": self.category, "issuer": self.issuer.code if self.issuer else "",
        }  # fmt: skip
        code = changes.pop("code", self.unit.code)
        return address("parts", code, **said | changes)

    def of(self, unit: Unit) -> str:
        """Return the address of the same part of another unit."""
        return self.url(code=unit.code, kind="")


@access(*READERS)
def parts_of(request: ActedRequest, code: str) -> HttpResponse:
    """Show what makes up a unit's burden in a period. Refuses (404): a foreign or missing unit or issuer, no such state."""
    actor, now = request.actor, clock.now()
    unit = unit_or_404(actor, code)
    period, basis = period_or_404(request, now), chosen_or_404(request, "basis", BASES, REPORTED)
    below = listed.below(actor, unit, period.span, basis)
    state = _state(request, unit, below, period, basis)
    units = [each for each in below.get(state.level, []) if each.pk != unit.pk]
    lines = parts.lines(actor, units, state.period, state.part, state.basis) if units else []
    if request.GET.get("format") == "csv":
        return _file(request, state, lines)
    context = _frame(state, below, now) | _figures(actor, state, now) | _demands(request, state)
    page = Paginator(lines, LINES).get_page(request.GET.get("page", "1"))
    query = state.url().partition("?")[2]
    context["file_url"] = f"{state.url()}&format=csv" if actor.roles & EXPORTERS else ""
    context |= {
        "lines": page,
        "page": page,
        "pager_query": query,
        "most": max((line.total or 0 for line in lines), default=0),
    }
    return render(request, "reports/parts.html", context)


def _state(request: ActedRequest, unit: Unit, below: Mapping[str, list[Unit]], period: Period, basis: str) -> State:
    category, kind = (
        chosen_or_404(request, name, known) for name, known in (("category", Category.values), ("kind", Level.values))
    )
    asked = request.GET.get("issuer", "")
    issuer = parts.issuer_at(request.actor, unit, asked) if asked else None
    if asked and issuer is None:
        raise Http404
    level = kind if kind in below else next((each for each in below if each != unit.level), "")
    return State(unit, period, level, category, issuer, basis)


def _frame(state: State, below: Mapping[str, list[Unit]], now: dt.datetime) -> dict[str, Any]:
    crumb = {"label": state.unit.name, "url": address("report", state.unit.code, **state.kept)}
    return period_bar(state.period, now, state.url) | {
        "unit": state.unit,
        "title": " · ".join(_chosen(state)) or _("全部"),
        "crumbs": [crumb, {"label": " · ".join(_chosen(state)) or _("构成")}],
        "categories": [("", _("全部"), state.url(category=""), not state.category)]
        + [(each.value, each.label, state.url(category=each.value), state.category == each.value) for each in Category],
        "levels": [
            (Level(level).label, len(units), state.url(kind=level), level == state.level)
            for level, units in below.items()
            if level != state.unit.level
        ],
        "chips": _chips(state),
        "when": query_of(**state.period.query),
        "issuers_query": query_of(**state.period.query, category=state.category, sort="total"),
        "is_restated": state.basis != REPORTED,
        "claims": state.claims,
        "part_query": query_of(**_part(state)),
        "down": query_of(**_kept(state)),
    }


def _kept(state: State) -> dict[str, str]:
    return state.kept | _part(state)


def _part(state: State) -> dict[str, str]:
    basis = state.basis if state.basis != REPORTED else ""
    return {"category": state.category, "issuer": state.issuer.code if state.issuer else "", "basis": basis}


def _chosen(state: State) -> list[str]:
    category = str(Category(state.category).label) if state.category else ""
    return [each for each in (category, state.issuer.name if state.issuer else "") if each]


def _chips(state: State) -> list[tuple[str, str, str]]:
    """Return what is chosen: its name, its value, the address without it."""
    chips = []
    if state.category:
        chips.append((_("类别"), str(Category(state.category).label), state.url(category="")))
    if state.issuer:
        chips.append((_("下达单位"), state.issuer.name, state.url(issuer="")))
    return chips


# --- the unit's own part ---


def _figures(actor: Actor, state: State, now: dt.datetime) -> dict[str, Any]:
    unit, period, closed = state.unit, state.period, last_closed(now)
    weeks = summary.trend_weeks(period, closed)
    oldest = min(year_before(weeks[0]), period.previous.first, period.last_year.first)
    span = oldest.monday, max(weeks[-1], period.last).monday
    figures = queries.weekly(actor, unit, span, state.basis)
    gone = hidden_in(state.basis, [unit.pk], span)[unit.pk]
    split = estimated_in(state.basis, [unit.pk], span)
    minutes = parts.cells(actor, [unit], span, state.part.issuer_id, state.basis)
    returns = {week: each.returns for week, each in figures.items()}
    left = {*gone, *queries.aside(figures, gone, period)}
    now_, before, last_year = (
        parts.over(minutes, unit.pk, [*each.mondays], returns, left)
        for each in (period, period.previous, period.last_year)
    )
    points = [_point(state, week, (minutes, figures), gone, closed) for week in weeks]
    context: dict[str, Any] = {"points": points, "has_trend": any(point.now is not None for point in points)}
    context["claimed"] = parts.claimed(minutes, unit.pk, [*period.mondays], state.part)
    context["trend_festival"] = summary.festival_in(points)
    if now_ is None:
        return context | why_hidden(actor, unit, period, figures, state.basis, state.url, state.of)
    if not now_[1]:
        return context | told_elsewhere(actor, unit, period, state.basis, state.url)
    taken = state.part.of(now_[0])
    everything = queries.of_period(figures, gone, period)
    is_whole = state.part == Part() and state.basis == REPORTED
    return context | {
        "estimate": estimated(actor, unit, period, gone, everything) if is_whole else None,
        "is_split": period.first.monday < split.get(unit.pk, dt.date.min),
        "sums": {"minutes": taken, "per_head": per_head(taken, now_[1]), "of": everything.total if everything else 0},
        "previous": _changed(state, now_, before),
        "last_year": _changed(state, now_, last_year),
        "by_category": [
            (each.value, each.label, value, [(category_css(each.value), value)], state.url(category=each.value))
            for each, value in zip(Category, now_[0], strict=True)
        ],
        "heaviest": max(now_[0]),
        **({} if state.issuer else _issuers(actor, state, gone)),
    }


def _changed(
    state: State, now: tuple[tuple[int, ...], int], then: tuple[tuple[int, ...], int] | None
) -> summary.Change:
    before = (state.part.of(then[0]), then[1]) if then else (None, 0)
    return summary.changed(state.part.of(now[0]), now[1], *before)


def _point(
    state: State, week: Week, found: tuple[Cells, Mapping[dt.date, Figures]], gone: Collection[dt.date], closed: Week
) -> summary.Point:
    minutes, figures = found

    def value(of: Week) -> float | None:
        here = figures.get(of.monday)
        if here is None or of.monday in gone:
            return None
        return per_head(state.part.of(minutes.get((state.unit.pk, of.monday), parts.NOTHING)[:5]), here.returns)

    return summary.Point(week, value(week), value(year_before(week)), week.monday in gone, week > closed)


def _issuers(actor: Actor, state: State, gone: Collection[dt.date]) -> dict[str, Any]:
    """Return who asked for the part, the most costly first, units themselves as one of them; and how many others, for how much."""
    found, _before = queries.sources(actor, state.unit, state.period, gone, state.basis)
    taken = sorted(((state.part.of(each.minutes), each) for each in found), key=lambda pair: -pair[0])
    asking = [(value, each) for value, each in taken if value]
    listed, others = asking[:ISSUERS], asking[ISSUERS:]
    asked = queries.issuer_names(actor, [each.issuer_id for _value, each in listed if each.issuer_id > 0])
    named: Mapping[int, Unit | Whose] = {**asked, **{each.pk: each for each in NOBODY.values()}}
    rows = [
        {
            "name": named[each.issuer_id].name,
            "url": state.url(issuer=named[each.issuer_id].code),
            "minutes": value,
            "segments": [(category_css(state.category), value)] if state.category else parts.segments(each.minutes),
        }
        for value, each in listed
    ]
    return {"issuers": rows, "others": len(others), "others_min": sum(value for value, _each in others)}


def _demands(request: ActedRequest, state: State) -> dict[str, Any]:
    """Return what was asked in a week, a page of it; longer periods and wider units have too many to say."""
    if state.period.kind != "week" or state.unit.level not in DEEPEST:
        return {}
    found = parts.asked(request.actor, state.unit, state.period.last.monday, state.part)
    page = Paginator(found, DEMANDS).get_page(request.GET.get("asked", "1"))
    told = queries.readable(request.actor, {each.issuer_id for each in page})
    return {"asked": [(each, each.issuer_id in told) for each in page], "asked_page": page}


def _file(request: ActedRequest, state: State, lines: Sequence[parts.Line]) -> HttpResponse:
    """Hand the units out as CSV, hidden ones without figures. Recorded; refused (404) to who exports nothing."""
    if not request.actor.roles & EXPORTERS:
        raise Http404
    heads = [
        _("单位代码"),
        _("单位"),
        *(str(each.label) for each in Category),
        _("合计 人·分钟"),
        _("周报份数"),
        *([_("预计未答 人·分钟")] if state.claims else []),
        _("说明"),
    ]
    rows = [heads, *(_row(line) for line in lines)]
    record_download(request=request, what="export.parts", on=state.unit, rows=len(lines), basis=state.basis)
    tree = "" if state.basis == REPORTED else f" {_('现行区划')}"
    name = f"{state.unit.name} {' '.join(_chosen(state))} {state.period.first}{tree}.csv"
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(written_csv(rows), content_type="text/csv; charset=utf-8", headers=headers)


def _row(line: parts.Line) -> list[Any]:
    claimed = [] if line.claimed is None else [line.claimed]
    if line.minutes is None:
        return [line.unit.code, line.unit.name, *[""] * 7, *claimed, _("人数太少，不显示")]
    remark = _("含估算") if line.is_estimated else ""
    return [line.unit.code, line.unit.name, *line.minutes, line.total, line.returns, *claimed, remark]
