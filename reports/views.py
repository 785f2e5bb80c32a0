"""The dashboard: one page for every unit a reader may see, every state in its address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.kit.clock import Week, last_closed
from burden.standards.models import Category
from burden.units.models import Level, Unit
from reports import league, listed, queries
from reports.calendar import calendar
from reports.calendar_views import shown
from reports.exports import is_offered
from reports.frames import chosen_or_404, is_told, period_bar, period_or_404, told_elsewhere, unit_or_404, why_hidden
from reports.indicators import INDICATORS, Figures, Source
from reports.league import OWN
from reports.panels import comparison, standing, summary
from reports.panels.ability import ability
from reports.panels.items import LEVELS, items
from reports.panels.portal import portal
from reports.panels.signals import newest
from reports.peer_stats import SCOPES, Stats
from reports.periods import Period, Span, year_before
from reports.relief import eased, year_of
from reports.restated import BASES, REPORTED, RESTATED, TREES, hidden_in
from reports.values import strip, uncovered
from reports.verification import incident

LINES = 50  # units on one page of the table
FIRST = 2  # of what could be asked less
EXPLAINED = (  # indicators on this page; all others are explained on the page of the method
    "person_hours", "per_head", "imposed_per_head", "records", "change", "unregistered_share", "coverage", "estimate", "shown",
)  # fmt: skip
TABS = {
    Level.PROVINCE: _("省"),
    Level.CITY: _("市"),
    Level.COUNTY: _("县"),
    Level.TOWNSHIP: _("乡镇"),
    Level.VILLAGE: _("村社区"),
    Level.DEPARTMENT: _("直属部门"),
}


@dataclass(frozen=True)
class State:
    """What the address says: unit, period, level of the units compared, and the tree its sums are made in."""

    unit: Unit
    period: Period
    level: str
    basis: str
    sort: str = "imposed"  # what the units are in order of
    peers: str = ""  # whose units they are compared with: those of the place above of this level, or just each other

    @property
    def said(self) -> dict[str, str]:
        """The parameters of the list, to turn its pages."""
        return self.kept | {"kind": self.level} | self._order

    @property
    def _order(self) -> dict[str, str]:
        return ({"sort": self.sort} if self.sort != "imposed" else {}) | ({"peers": self.peers} if self.peers else {})

    @property
    def kept(self) -> dict[str, str]:
        """The parameters that every page keeps: period and tree; the usual tree goes without saying."""
        return self.period.query | ({"basis": self.basis} if self.basis != REPORTED else {})

    def url(self, **changes: str) -> str:
        """Return the address of this state with other parameters."""
        return address("report", self.unit.code, **self.said | changes)

    def of(self, unit: Unit) -> str:
        """Return the address of another unit's page at the same time."""
        return address("report", unit.code, **self.kept)


@access(*READERS)
def reports(request: ActedRequest) -> HttpResponse:
    """Open the reader's own unit, at the week and period that were asked for."""
    post = request.actor.post(*READERS)
    if post is None:
        raise Http404
    return redirect(address("report", post.unit.code, **request.GET.dict()))


@access(*READERS)
def report(request: ActedRequest, code: str) -> HttpResponse:
    """Show a unit's burden over a period; another day than a Monday leads to its week.

    Refuses (404): a foreign or missing unit, no such period or kind.
    """
    actor, now = request.actor, clock.now()
    unit = unit_or_404(actor, code)
    if monday := _monday_of(request.GET.get("week", "")):
        return redirect(address("report", code, **request.GET.dict() | {"week": monday}))
    period, basis = period_or_404(request, now), chosen_or_404(request, "basis", BASES, REPORTED)
    below = listed.below(actor, unit, period.span, basis)
    state = _state(request, unit, below, period, basis)
    context = _frame(actor, state, below, now) | _bases(state, below, now)
    panels, here = _panels(actor, state, now)
    context |= panels
    context |= newest(actor, unit, state.period.last, last_closed(now))
    context |= ability(actor, unit, state.period, state.basis, clock.day_of(now)) | {
        "period_query": query_of(**state.period.query)
    }
    if unit.level in LEVELS and state.period.kind == "week":
        context |= _own(actor, state, whole=request.GET.get("items") == "all")
    units = below.get(state.level, [])
    known = standing.known(actor, unit, units, state.period) if state.basis == REPORTED else {}
    context |= _standing(actor, state, here, known)
    if state.level:
        context |= _table(actor, state, units, known, request.GET.get("page", "1"))
    return render(request, "reports/report.html", context | _laid_out(context))


def _laid_out(context: Mapping[str, Any]) -> dict[str, bool]:
    """Say what stands beside the trend and beside the issuers: nothing has an empty place beside it."""
    has_figures, has_items = "headline" in context, "items" in context
    is_advised = any(context.get(name) for name in ("asks", "overlaps", "signals"))
    is_side = is_advised and not has_items and bool(context.get("issuers"))
    is_beside = has_figures and (is_advised or not has_items)
    return {"is_advised": is_advised, "is_side": is_side, "is_beside": is_beside}


def _monday_of(text: str) -> str:
    """Return the Monday of a day that is none; empty for a Monday, and for what is no day at all."""
    try:
        day = clock.read_day(text)
    except ValueError:
        return ""
    return "" if day.isoweekday() == 1 else str(Week.on(day))


def _state(request: ActedRequest, unit: Unit, below: dict[str, list[Unit]], period: Period, basis: str) -> State:
    level = chosen_or_404(request, "kind", Level.values)
    sort, peers = chosen_or_404(request, "sort", comparison.SORTS, "imposed"), chosen_or_404(request, "peers", SCOPES)
    listed = level if level in below else next((found for found in below if found != unit.level), "")
    return State(unit, period, listed, basis, sort, peers)


# --- around the panels ---


def _frame(actor: Actor, state: State, below: dict[str, list[Unit]], now: dt.datetime) -> dict[str, Any]:
    """Return breadcrumb, tabs, period, links to the weeks around."""
    return period_bar(state.period, now, state.url) | {
        "unit": state.unit,
        "crumbs": _crumbs(actor, state),
        "tabs": [_tab(state, level, units) for level, units in below.items()],
        "export_url": _export_url(state) if is_offered(actor, state.unit) else "",
        "query": query_of(**state.kept, kind=state.level),
        "part_query": query_of(**{name: value for name, value in state.said.items() if name not in state.period.query}),
        "legend": [(category.value, category.label) for category in Category],
        "as_of": queries.as_of(actor, now),
        "indicators": INDICATORS,
        "incident": incident(actor),
        "explained": [INDICATORS[code] for code in EXPLAINED],
    }


def _crumbs(actor: Actor, state: State) -> list[dict[str, Any]]:
    """Return the way down to the unit, from the one right above the reader's range, which is named but not linked."""
    low, high = actor.read_range
    crumbs: list[dict[str, Any]] = [{"label": state.unit.name}]
    above = state.unit.parent
    while above is not None:
        seen = low <= above.path < high
        url = address("report", above.code, **state.kept) if seen else ""
        crumbs.append({"label": above.name, "url": url, "far": not seen})
        above = above.parent if seen else None
    return crumbs[::-1]


def _tab(state: State, level: str, units: Sequence[Unit]) -> dict[str, Any]:
    return {
        "label": _named(state.unit, level),
        "count": len(units),
        "url": state.url(kind=level),
        "current": level == state.level,
    }


def _named(unit: Unit, level: str) -> str:
    """Name a group of units as people of that unit do."""
    if level == unit.level:
        return gettext("本级")
    if unit.level == Level.COUNTY and level == Level.DEPARTMENT:
        return gettext("县直")
    return str(TABS[Level(level)])


def _bases(state: State, below: dict[str, list[Unit]], now: dt.datetime) -> dict[str, Any]:
    """Return the two trees to choose from, where a unit that moved makes them differ in the weeks of the page."""
    trees = queries.trees(state.unit, below.get(state.level, []), _span(state.period, last_closed(now)))
    if trees.is_one:
        return {}
    return {
        "bases": [(label, state.url(basis=basis), basis == state.basis) for basis, label in TREES.items()],
        "is_restated": state.basis == RESTATED,
        "is_estimated": state.basis == RESTATED and bool(trees.estimated),
        "is_split": state.basis == RESTATED
        and state.period.first.monday < trees.estimated.get(state.unit.pk, dt.date.min),
    }


def _export_url(state: State) -> str:
    basis = state.basis if state.basis != REPORTED else ""
    return address("exports", unit=state.unit.code, since=state.period.first, until=state.period.last, basis=basis)


# --- the panels ---


def _panels(actor: Actor, state: State, now: dt.datetime) -> tuple[dict[str, Any], Figures | None]:
    """Return headline, trend, categories, issuers of the unit and all below it; and the sums they show."""
    unit, period, closed = state.unit, state.period, last_closed(now)
    span = _span(period, closed)
    figures = queries.weekly(actor, unit, span, state.basis)
    gone = hidden_in(state.basis, [unit.pk], span)[unit.pk]
    here = queries.of_period(figures, gone, period)
    apart = queries.aside(figures, gone, period)
    previous, last_year = (
        queries.comparable(figures, gone, each, apart) for each in (period.previous, period.last_year)
    )
    points = summary.trend(period, figures, gone, closed)
    context: dict[str, Any] = {
        "points": points,
        "trend_festival": summary.festival_in(points),
        "has_trend": any(point.now is not None for point in points),
        **_advised(actor, state, figures, closed),
    }
    if here is None:
        return context | why_hidden(actor, unit, period, figures, state.basis, state.url, state.of), here
    if not here.returns:
        return context | told_elsewhere(actor, unit, period, state.basis, state.url), here
    spark = [point.now for point in points if not point.is_open]
    asked = queries.leading(actor, unit, period, {*gone, *apart}, summary.TOP_ISSUERS, state.basis)
    context |= {
        **_left_out(state, figures, gone, span),
        "unlike": [*period.unlike, *uncovered(here, previous, last_year)],
        "claimed_min": queries.claimed(figures, period),
        "people": queries.people(actor, unit, period, figures, gone) if state.basis == REPORTED else 0,
        "headline": summary.headline(here, previous, last_year, spark),
        "slices": summary.slices(here, previous),
        "heaviest": max(here.minutes),
        "split": summary.split(here, asked[0]),
        # medians and different people do not add up: they are known in the tree of their week alone
        "portal": portal(queries.portal_times(actor, unit, period, gone)) if state.basis == REPORTED else None,
        **_issuers(actor, state, asked, (here, previous), gone),
        "previous_alike": state.url(week=str(period.previous.last)),
        "last_year_alike": state.url(week=str(period.last_year.last)),
        "own_label": OWN.get(unit.level, gettext("本级自定")),
        **strip(actor, unit, period, gone, here, state.basis, closed),
    }
    return context, here


def _left_out(
    state: State, figures: Mapping[dt.date, Figures], gone: Collection[dt.date], span: Span
) -> dict[str, int]:
    """Count the weeks that are not shown, those of them hidden only because a few people moved, and those without data."""
    left = queries.left_out(figures, gone, state.period)
    moved = 0
    if left and state.basis == RESTATED:
        before = hidden_in(REPORTED, [state.unit.pk], span)[state.unit.pk]
        moved = queries.left_out(figures, set(gone) - set(before), state.period)
    unfiled = len(queries.unfiled(figures, state.period))
    return {"left_out": left, "left_moved": moved, "left_few": left - moved, "unfiled": unfiled}


def _own(actor: Actor, state: State, *, whole: bool) -> dict[str, Any]:
    """Return what is asked of the unit itself in the week, and what meets in the next."""
    week = state.period.last
    ahead = calendar(actor, [state.unit.pk], week.plus(1))
    found = items(actor, state.unit, week, whole=whole)
    return shown(actor, ahead) | {
        "items": found,
        "told": queries.readable(actor, {item.row.issuer_id for item in found.listed}),
        "all_url": state.url(items="all"),
        "ahead": week.plus(1),
        "calendar_url": address("calendar_of", state.unit.code, week=week.plus(1)),
    }


def _span(period: Period, closed: Week) -> Span:
    """Return the weeks that the page needs: the trend's and the period's, with a year before."""
    weeks = summary.trend_weeks(period, closed)
    oldest = min(year_before(weeks[0]), period.previous.first, period.last_year.first)
    return oldest.monday, max(weeks[-1], period.last).monday


def _issuers(
    actor: Actor,
    state: State,
    asked: tuple[Sequence[Source], Mapping[int, Source], int],
    heads: tuple[Figures, Figures | None],
    gone: Collection[dt.date],
) -> dict[str, Any]:
    """Return the issuers' panel, and whether the page of all of them has anything of these weeks."""
    found, before, others = asked
    if not found:
        return {}
    asking = [each.issuer_id for each in found if each.issuer_id > 0 and (each.total or each.claimed_min)]
    units = queries.issuer_names(actor, asking[: summary.TOP_ISSUERS])
    low, high = actor.read_range
    visible = {pk for pk, unit in units.items() if low <= unit.path < high}
    top = [(units[each.issuer_id], each.total - each.unregistered_min) for each in found if each.issuer_id in units]
    weeks = [*state.period.mondays]
    known = [week for week in weeks if week not in gone]
    # what a demand took is known in the tree of its week alone
    decided = league.decided(actor, state.unit, top, weeks, known) if state.basis == REPORTED else {}
    returns = (heads[0].returns, heads[1].returns if heads[1] else 0)
    panel = summary.issuers(found, before, units, returns, visible, decided, others)
    # the issuers side by side are known in the tree of their weeks alone
    is_leading = state.basis == REPORTED or is_told(actor, state.unit, state.period.weeks, REPORTED)
    return {"issuers": panel, "is_leading": is_leading}


def _advised(actor: Actor, state: State, figures: Mapping[dt.date, Figures], closed: Week) -> dict[str, Any]:
    """Return what could be asked less here first, by the year until the week shown: a page of it says the same later.

    Weeks of that year without data are counted beside: they are not zero.
    """
    unit, until = state.unit, min(state.period.last, closed)
    if unit.level == Level.VILLAGE:  # no issuer stands below it
        return {"asks": []}
    year = year_of(until)
    found = eased(actor, unit, lambda: league.issuers_at(actor, unit, year), until)[:FIRST]
    lack = sum(week not in figures or not figures[week].returns for week in year)
    return {"asks": found, "asks_until": until, "asks_lack": lack}


def _table(actor: Actor, state: State, units: Sequence[Unit], known: Stats, number: str) -> dict[str, Any]:
    """Return the units side by side, one page of them; of many units, the weeks of a year are read for that page alone."""
    weeks, before = comparison.heat_weeks(state.period), (state.period.previous, state.period.last_year)
    spans = [each.weeks for each in (state.period, *before)] + ([] if len(units) > LINES else [tuple(weeks)])
    asked = {week.monday for each in spans for week in each}
    rows = queries.compared(actor, units, (min(asked), max(asked)), state.basis, weeks=asked)
    then = comparison.Then(*(queries.beside(rows, rows, state.period, each) for each in before))
    # medians do not add up: they are known in the tree of their week alone
    is_told = state.basis == REPORTED and state.unit not in units
    places = standing.places(known, state.unit, units) if is_told else {}
    wider = standing.spreads(places.get(state.peers), rows, state.period)
    table = comparison.table(rows, state.period, then, state.sort, wider)
    page = Paginator(table.lines, LINES).get_page(number)
    on_page = [line.unit for line in page]
    if page.has_other_pages():
        rows = queries.compared(actor, on_page, (weeks[0].monday, weeks[-1].monday), state.basis)
    if is_below_children := any(unit.parent_id != state.unit.pk for unit in units) and state.unit not in units:
        queries.name_parents(on_page)
    return {
        "table": table,
        "page": page,
        "heat": comparison.heat(rows, weeks),
        "is_below_children": is_below_children,
        "is_themselves": state.level == Level.TOWNSHIP,
        "level": _named(state.unit, state.level),
        "units": len(units),
        "places": _places(state, places),
        "orders": {name: (state.url(sort=name) + "#compare", name == state.sort) for name in comparison.SORTS},
        "pager_query": query_of(**state.said),
    }


def _standing(actor: Actor, state: State, here: Figures | None, known: Stats) -> dict[str, Any]:
    """Return where the unit itself stands among its peers, in each place it lies in."""
    if state.basis != REPORTED or not standing.is_compared(state.unit):
        return {}
    load = here.load if here else None
    if state.unit.level == Level.TOWNSHIP:  # its own people alone are compared
        span = state.period.span
        load = queries.compared(actor, [state.unit], span)[0].over(state.period)
    found = standing.standing(known, state.unit, load)
    is_compared = any(each.count for each in found)
    is_told = is_compared or state.unit.level in (Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT)
    return {"standing": found if is_told else [], "is_compared": is_compared}


def _places(state: State, places: Mapping[str, standing.Place]) -> list[tuple[str, str, bool]]:
    """Return the places whose units may be the peers: name, address, whether it is chosen; empty where there is but one."""
    if not places:
        return []
    named = [(state.unit.name, "")] + [(place.scope.name, level) for level, place in places.items()]
    chosen = state.peers if state.peers in places else ""
    return [(name, state.url(peers=level) + "#compare", level == chosen) for name, level in named]
