"""The page of signals: what looks wrong in the numbers about a unit and all below it, every filter in its address."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS, READERS, Role
from burden.demands.adaptations.queries import held as held_adaptations
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.kit.clock import last_closed
from burden.kit.errors import Refused
from burden.oversight import seen, services
from burden.oversight.models import Finding, FindingState, Source, Why
from burden.oversight.queries import judged as judged_by
from burden.standards.models import Category
from burden.units.models import Level, Unit
from reports.frames import chosen_or_404, unit_or_404
from reports.models import Signal
from reports.panels.signals import RECENT, Line, line, question
from reports.signals import read
from reports.signals.declared import THRESHOLDS, WEEKS
from reports.signals.read import Told

LINES = 20  # signals on one page
DIGITS = re.compile(r"[0-9]{1,18}")
MOST_QUERY = 300  # characters of the filters one comes back to
SPANS = (RECENT, WEEKS)


@dataclass(frozen=True)
class State:
    """What the address says beside the unit: kind, the unit a signal is about, category, weeks that are looked back, judged or not."""

    kind: str
    issuer: str
    category: str
    weeks: int
    show: str

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
    judges = actor.post(*EXPORTERS) is not None
    context = _frame(unit, state, now) | {"issuers": read.units_of(found), "judges": judges}
    found = read.shown(actor, found, state.show if judges else read.ALL, clock.day_of(now))
    if state.issuer:
        found = found.filter(unit__code=state.issuer)
    if state.category:
        found = found.filter(category=state.category)
    counts = read.counts(found)
    if state.kind:
        found = found.filter(kind=state.kind)
    page = Paginator(found, LINES).get_page(request.GET.get("page") or _page_of(found, request.GET.get("signal", "")))
    shown = read.told(page.object_list)
    readable = read.readable(actor, shown)
    keys = [each.signal.key for each in shown]
    held = held_adaptations(actor, clock.day_of(now)) if shown else []
    weeks = read.weekly(actor, shown)
    judged = judged_by(actor, Source.SIGNAL, keys) if judges else {}
    context |= {
        "page": page,
        "lines": [
            (said, judged.get(each.signal.key), _question(actor, said))
            for each in shown
            for said in [line(each, readable, held, weeks.get(each.signal.pk))]
        ],
        "kinds": _kinds(state, counts),
        "shows": _shows(state),
        "whys": Why.choices,
        "chosen": request.GET.get("signal", ""),
    }
    return render(request, "reports/signals.html", context)


def _question(actor: Actor, said: Line) -> str:
    """Return where the office asks a department of its own what a signal is about; nothing where it cannot, or nothing is told."""
    office, about = actor.post(Role.OFFICE), said.signal.unit
    if office is None or said.told.person_min is None or about.level != Level.DEPARTMENT:
        return ""
    return question(said) if about.parent_id == office.unit_id else ""


def _page_of(found: QuerySet[Signal], asked: str) -> int:
    """Return the page of the list that holds a signal: other pages link to one, wherever it stands by now."""
    one = found.filter(pk=int(asked)).first() if DIGITS.fullmatch(asked) else None
    if one is None:
        return 1
    before = Q(person_min__gt=one.person_min) | Q(person_min=one.person_min, pk__lt=one.pk)
    return found.filter(before).count() // LINES + 1


def _state(request: ActedRequest) -> State:
    """Read the address. Refuses (Absent): what there is not."""
    known = {
        "kind": Signal.Kind.values, "category": Category.values, "weeks": [str(span) for span in SPANS], "show": [*read.STATES, read.ALL],
    }  # fmt: skip
    asked = {name: chosen_or_404(request, name, values) for name, values in known.items()}
    return State(
        asked["kind"], request.GET.get("issuer", ""), asked["category"], int(asked["weeks"] or RECENT), asked["show"]
    )


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


def _shows(state: State) -> list[dict[str, Any]]:
    """Return what may be looked at: still to be judged, raised, dismissed."""
    rows = (("", _("待核")), ("raised", _("已立问题")), ("dismissed", _("不成立")))
    return [
        {"label": label, "url": f"?{state.query(show=show, kind='')}", "current": show == state.show}
        for show, label in rows
    ]


# --- judged by a person ---


@access(*EXPORTERS, methods=("POST",))
def signal_judge(request: ActedRequest, code: str) -> HttpResponse:
    """Raise a finding from a signal, with the numbers as they are told now, or say why it does not stand.

    Refuses (404): a foreign or missing unit; a signal that is gone, or that too few people stand behind now, is said on the page.
    """
    actor = request.actor
    unit_or_404(actor, code)
    found = read.by_key(actor, request.POST.get("signal", ""))
    back = redirect(f"{address('signals', code)}?{request.POST.get('query', '')[:MOST_QUERY]}")
    if found is None:
        messages.error(request, _("这条信号已经没有了，请刷新再看"))
        return back
    try:
        with transaction.atomic():
            raised = _judge(request, read.told([found])[0])
    except Refused as refused:
        messages.error(request, refused.detail)
        return back
    if raised.state == FindingState.DISMISSED:
        messages.success(request, _("记为不成立，理由留着"))
        return back
    messages.success(request, _("问题立了，数字已按现在看到的封存"))
    return redirect("finding", raised.pk)


def _judge(request: ActedRequest, told: Told) -> Finding:
    """Raise a finding, and dismiss it where that is asked. Refuses: signal.hidden, signal.outlier, and as the services do."""
    actor, signal, now = request.actor, told.signal, clock.now()
    dismisses = request.POST.get("do") == "dismiss"
    if told.person_min is None:
        raise Refused("signal.hidden", _("人数太少，现在不显示，也就不能立问题"))
    if signal.kind == Signal.Kind.OUTLIER and not dismisses:
        raise Refused("signal.outlier", _("偏重的是基层单位，督办对象是下达方：请查清是谁要求的，再人工立项"))
    raised = _raise(actor, told, now)
    if not dismisses:
        return raised
    until = request.POST.get("quiet_until", "")
    try:
        day = clock.read_day(until) if until else None
    except ValueError as error:
        raise Refused("finding.quiet_until", _("要是日期，如 2026-11-16")) from error
    why, reason = request.POST.get("why", ""), request.POST.get("reason", "")
    return services.dismiss_finding(by=actor, finding=raised, why=why, reason=reason, quiet_until=day, now=now)


def _raise(actor: Actor, told: Told, now: dt.datetime) -> Finding:
    signal, titles = told.signal, read.titles_of(told)
    with translation.override(seen.STATED_LANGUAGE):
        words = line(told).words
    rows = [] if signal.kind == Signal.Kind.OUTLIER else seen.asked(issuer_id=signal.unit_id, titles=titles, now=now)[0]
    weeks = None if rows else (signal.first_week, signal.last_week)  # lines are of the weeks that are looked back
    frozen = seen.frozen(now=now, rows=rows, points=words.points, weeks=weeks)
    return services.raise_finding(
        by=actor, issuer=signal.unit, source=Source.SIGNAL, source_key=signal.key, category=signal.category, title=words.title,
        titles=titles, seen=frozen, person_min=told.person_min, now=now,
    )  # fmt: skip
