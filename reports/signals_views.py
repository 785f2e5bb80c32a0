"""The page of signals: what looks wrong in the numbers about a unit and all below it, every filter in its address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from burden.accounts.roles import READERS
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.kit.clock import last_closed
from burden.standards.models import Category
from burden.units.models import Unit
from reports.frames import chosen_or_404, unit_or_404
from reports.models import Signal
from reports.panels.signals import RECENT, line
from reports.signals import read
from reports.signals.declared import THRESHOLDS, WEEKS

LINES = 20  # signals on one page
SPANS = (RECENT, WEEKS)


@dataclass(frozen=True)
class State:
    """What the address says beside the unit: kind, the unit a signal is about, category, weeks that are looked back."""

    kind: str
    issuer: str
    category: str
    weeks: int

    def query(self, **changes: str | int) -> str:
        """Return the parameters of this state with other values, without those that are the default."""
        said = vars(self) | changes
        return query_of(**{name: value for name, value in said.items() if (name, value) != ("weeks", RECENT)})


@access(*READERS)
def signals(request: ActedRequest, code: str) -> HttpResponse:
    """Show the signals about a unit and all below it. Refuses (404): a foreign or missing unit, no such kind, category or weeks."""
    actor, now = request.actor, clock.now()
    unit, state = unit_or_404(actor, code), _state(request)
    if state.issuer:
        unit_or_404(actor, state.issuer)
    found = read.signals(actor, unit, last_closed(now).plus(1 - state.weeks))
    context = _frame(unit, state, now) | {"issuers": read.units_of(found)}
    if state.issuer:
        found = found.filter(unit__code=state.issuer)
    if state.category:
        found = found.filter(category=state.category)
    counts = read.counts(found)
    if state.kind:
        found = found.filter(kind=state.kind)
    page = Paginator(found, LINES).get_page(request.GET.get("page", "1"))
    shown = read.told(page.object_list)
    readable = read.readable(actor, shown)
    context |= {"page": page, "lines": [line(each, readable) for each in shown], "kinds": _kinds(state, counts)}
    return render(request, "reports/signals.html", context)


def _state(request: ActedRequest) -> State:
    """Read the address. Refuses (Absent): what there is not."""
    known = {"kind": Signal.Kind.values, "category": Category.values, "weeks": [str(span) for span in SPANS]}
    asked = {name: chosen_or_404(request, name, values) for name, values in known.items()}
    return State(asked["kind"], request.GET.get("issuer", ""), asked["category"], int(asked["weeks"] or RECENT))


def _frame(unit: Unit, state: State, now: dt.datetime) -> dict[str, Any]:
    """Return breadcrumb, filters and thresholds."""
    return {
        "unit": unit,
        "state": state,
        "crumbs": [{"label": unit.name, "url": address("report", unit.code)}, {"label": _("信号")}],
        "query": state.query(),
        "categories": Category.choices,
        "spans": [(span, _("近 %d 周") % span) for span in SPANS],
        "last": last_closed(now),
        "thresholds": [(Signal.Kind(each.kind).label, each) for each in THRESHOLDS],
    }


def _kinds(state: State, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Return the kinds there are as links, all of them first."""
    rows = [("", _("全部"), sum(counts.values())), *((kind, Signal.Kind(kind).label, n) for kind, n in counts.items())]
    return [
        {"label": label, "count": n, "url": f"?{state.query(kind=kind)}", "current": kind == state.kind}
        for kind, label, n in rows
    ]
