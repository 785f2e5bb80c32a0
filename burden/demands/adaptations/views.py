"""Adaptations as pages: the list, one with what it changes and the decision, and the request."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS, Role
from burden.demands.adaptations import queries, services
from burden.demands.adaptations.forms import DecisionForm, NoteForm, RequestForm
from burden.demands.adaptations.models import DECIDE, TERM, Adaptation, Kind, State
from burden.demands.adaptations.reading import covered, saving
from burden.demands.models import Demand
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.kit.figures import KindShare, not_applicable
from burden.kit.forms import done, show_refusal
from burden.standards.models import Rule
from burden.standards.rules.book import rulebook
from burden.standards.rules.words import bound
from burden.standards.workdays import workdays
from burden.units.models import Kind as UnitKind
from burden.units.models import Unit

LINES, MOST_JOINS = 30, 20
ASKING = (Role.LEAD, Role.OFFICE)
HALF_A_YEAR = dt.timedelta(weeks=26)


@access(*READERS)
@never_cache
def adaptations(request: ActedRequest) -> HttpResponse:
    """List what waits, what holds, what is over and what came to nothing."""
    actor, today = request.actor, clock.day_of(clock.now())
    counts = queries.counts(actor, today)
    names = {"waiting": _("待定"), "held": _("生效"), "over": _("已到期"), "not": _("没批和撤回")}
    chosen = request.GET.get("tab", "")
    chosen = chosen if chosen in names else "waiting" if counts["waiting"] else "held"
    page = Paginator(queries.tab(actor, chosen, today), LINES).get_page(request.GET.get("page"))
    days = workdays()
    context = {
        "page": page,
        "rows": [(each, _due(each, days) if each.state == State.REQUESTED else None) for each in page],
        "tabs": [(name, label, counts[name], name == chosen) for name, label in names.items()],
        "tab": chosen,
        "query": f"tab={chosen}",
        "may_ask": bool(actor.roles & set(ASKING)),
        "is_office": Role.OFFICE in actor.roles,
    }
    return render(request, "demands/adaptations.html", context)


def _due(each: Adaptation, days: Any) -> dt.date:
    due: dt.date = days.after(clock.day_of(each.requested_at), TERM)
    return due


@access(*READERS)
@never_cache
def adaptation(request: ActedRequest, pk: int) -> HttpResponse:
    """Show one: what it changes, for whom, why, and what became of it."""
    return _show(request, queries.adaptation(request.actor, pk))


def _show(request: ActedRequest, found: Adaptation, status: int = 200, **given: Any) -> HttpResponse:
    actor, today = request.actor, clock.day_of(clock.now())
    units = covered(found)
    count = units.count()
    demand, led = found.demand, actor.post(Role.LEAD)
    joins = queries.joins(actor, found)
    context = {
        "adaptation": found,
        "today": today,
        "is_over": found.is_over(today),
        "units": list(units.select_related("parent").order_by("path")[:20]),
        "count": count,
        "demand": demand,
        "is_readable": demand is not None and actor.read_range[0] <= demand.issuer.path < actor.read_range[1],
        "rule": _rule_now(found, today),
        "kinds": _kinds(found),
        "saving": saving(found, demand, count),
        "due": _due(found, workdays()),
        "may_decide": services.may_decide(by=actor, adaptation=found),
        "is_own": found.requested_by_id == actor.user_id,
        "joins": joins[:MOST_JOINS],
        "joined_by": joins.count(),
        "may_join": services.may_join(by=actor, adaptation=found, unit=led.unit if led else None, today=today),
        "may_withdraw": services.may_withdraw(by=actor, adaptation=found, today=today),
        "form": DecisionForm(initial={"from_week": max(found.from_week, Week.on(today).monday), "until": found.until}),
        "withdraw": NoteForm(prefix="withdraw"),
    }
    return render(request, "demands/adaptation.html", context | given, status=status)


def _kinds(found: Adaptation) -> list[tuple[str, KindShare]]:
    """Return which kinds said that it does not apply to them, as far as enough answered."""
    if found.issuer is None:
        return []
    shares = not_applicable(issuer_id=found.issuer.pk, title=found.title)
    return [(str(UnitKind(each.kind).label), each) for each in shares if each.not_applicable]


def _rule_now(found: Adaptation, today: dt.date) -> tuple[Rule, str] | None:
    """Return the rule as it holds there now, and its bound."""
    rule = rulebook().of(found.rule_code, today, found.unit.path) if found.kind == Kind.RULE else None
    return (rule, bound(rule)) if rule else None


@access(Role.OFFICE, methods=("POST",))
def adaptation_decide(request: ActedRequest, pk: int) -> HttpResponse:
    """Approve or refuse a request."""
    found, form = queries.adaptation(request.actor, pk), DecisionForm(request.POST)
    act = request.POST.get("do", "")
    if act not in DECIDE:
        form.add_error(None, _("选同意，还是不同意"))
    elif form.is_valid():
        try:
            if act == "approve":
                services.approve_adaptation(by=request.actor, adaptation=found, now=clock.now(), **form.cleaned_data)
            else:
                note = form.cleaned_data["note"]
                services.refuse_adaptation(by=request.actor, adaptation=found, note=note, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
    if form.errors:
        return _show(request, queries.adaptation(request.actor, pk), status=422, form=form)
    said = _("同意了：评估和信号里自动照此，到期自动停") if act == "approve" else _("没有同意，理由申请单位能看到")
    messages.success(request, said)
    return redirect("adaptation", pk)


@access(Role.LEAD, methods=("POST",))
def adaptation_join(request: ActedRequest, pk: int) -> HttpResponse:
    """Ask that what was approved for a unit like the own one holds here too."""
    found, post = queries.adaptation(request.actor, pk), request.actor.post(Role.LEAD)
    assert post is not None
    try:
        made = services.join_adaptation(by=request.actor, adaptation=found, unit=post.unit, now=clock.now())
    except Refused as refused:
        return _show(request, found, refused.status, problems=[("", refused.detail)])
    messages.success(request, _("提出加入了，%(days)d 个工作日内答；和原来那一项一起到期") % {"days": TERM})
    return redirect("adaptation", made.pk)


@access(*ASKING, methods=("POST",))
def adaptation_withdraw(request: ActedRequest, pk: int) -> HttpResponse:
    """Take a request back, or what holds."""
    found, form = queries.adaptation(request.actor, pk), NoteForm(request.POST, prefix="withdraw")
    if done(form, services.withdraw_adaptation, by=request.actor, adaptation=found, now=clock.now()):
        messages.success(request, _("撤回了"))
        return redirect("adaptation", pk)
    return _show(request, queries.adaptation(request.actor, pk), status=422, withdraw=form)


# --- the request ---


@access(*ASKING, methods=("GET", "POST"))
@never_cache
def adaptation_new(request: ActedRequest) -> HttpResponse:
    """Choose what to vary, then say how; an office chooses first for which unit."""
    actor, today = request.actor, clock.day_of(clock.now())
    units = queries.asking_units(actor)
    unit = _unit(units, request.GET.get("unit", ""))
    if unit is None:
        return render(request, "demands/adaptation_new.html", {"units": list(units[:200])})
    demand, rule = _demand(actor, request.GET.get("demand", "")), _rule(unit, request.GET.get("rule", ""), today)
    if demand is None and rule is None:
        context = {
            "unit": unit, "demands": queries.received(actor, unit, today), "rules": queries.soft_rules(actor, unit, today),
        }  # fmt: skip
        return render(request, "demands/adaptation_new.html", context)
    monday = Week.at(clock.now()).plus(1).monday
    initial = {"from_week": monday, "until": monday + HALF_A_YEAR, "kind": Kind.RULE if rule else Kind.RECEIVERS}
    form = RequestForm(request.POST or None, unit=unit, demand=demand, rule=rule, initial=initial | {"whom": "unit"})
    if request.method == "POST" and form.is_valid():
        made = _request(actor, form, unit, demand, rule)
        if made:
            messages.success(request, _("提出了，%(days)d 个工作日内答") % {"days": TERM})
            return redirect("adaptation", made.pk)
    context = {
        "form": form,
        "unit": unit,
        "demand": demand,
        "rule": rule,
        "bound": bound(rule) if rule else "",
        "days": TERM,
    }
    return render(request, "demands/adaptation_request.html", context, status=422 if form.errors else 200)


def _request(actor: Actor, form: forms.Form, unit: Unit, demand: Demand | None, rule: Rule | None) -> Adaptation | None:
    try:
        return services.request_adaptation(
            by=actor, unit=unit, demand=demand, rule=rule, now=clock.now(), **form.cleaned_data
        )
    except Refused as refused:
        show_refusal(form, refused)
        return None


def _unit(units: Any, code: str) -> Unit | None:
    """Return the unit that is asked for; the only one there is needs no asking. Refuses (404): a foreign one."""
    if code:
        found: Unit | None = units.filter(code=code).first()
        if found is None:
            raise Http404
        return found
    few = list(units[:2])
    return few[0] if len(few) == 1 else None


def _demand(actor: Actor, pk: str) -> Demand | None:
    """Return what is to be varied. Refuses (404): a foreign one."""
    if not pk:
        return None
    found = queries.demand_of(actor, int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None
    if found is None:
        raise Http404
    return found


def _rule(unit: Unit, code: str, today: dt.date) -> Rule | None:
    """Return the rule that is to be varied. Refuses (404): none that holds."""
    if not code:
        return None
    found = rulebook().of(code, today, unit.path)
    if found is None:
        raise Http404
    return found
