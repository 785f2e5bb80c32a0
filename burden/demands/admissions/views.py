"""The pages of admissions: all of them, one with its decision, and a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import READERS, Role
from burden.demands import queries as demands
from burden.demands.admissions import queries, services
from burden.demands.admissions.forms import AskForm, GrantForm, RefuseForm
from burden.demands.admissions.models import Admission, State
from burden.demands.models import Demand
from burden.demands.views.listing import spoken
from burden.demands.views.register import own_demand
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address
from burden.kit.errors import Refused
from burden.kit.forms import done

LINES = 30
TABS = {"open": _("待定"), "granted": _("准入了"), "not": _("没准入")}


@access(*READERS)
@never_cache
def admissions(request: ActedRequest) -> HttpResponse:
    """List what departments asked to give to townships, by what came of it."""
    actor, now, tab = request.actor, clock.now(), request.GET.get("tab", "open")
    tab = tab if tab in TABS else "open"
    page = Paginator(queries.admissions(actor, tab, now), LINES).get_page(request.GET.get("page"))
    counts = queries.counts(actor, now)
    context = {
        "page": page,
        "rows": queries.with_due(actor, page, clock.day_of(now)),
        "tab": tab,
        "states": [(address("admissions", tab=name), label, counts[name], name == tab) for name, label in TABS.items()],
        "query": f"tab={tab}",
        "asks": Role.ISSUER in actor.roles,
        "tabs": [
            (address("duty"), _("履职清单"), False),
            (address("plans"), _("年度计划"), False),
            (address("unlisted"), _("清单外"), False),
            ("", _("准入申请"), True),
        ],
    }
    return render(request, "demands/admissions.html", context)


@access(Role.ISSUER, methods=("GET", "POST"))
@never_cache
def admission_new(request: ActedRequest) -> HttpResponse:
    """Ask for one, perhaps from a draft that names no item of the duty list. Refuses (404): a draft of others."""
    number = request.GET.get("demand", "")
    demand = own_demand(request.actor, int(number[:18])) if number.isascii() and number.isdigit() else None
    form = AskForm(request.POST or None, initial=_initial(request, demand))
    if request.method == "POST" and done(
        form, services.ask_admission, by=request.actor, demand=demand, now=clock.now()
    ):
        messages.success(request, _("申请提交了，机制办 10 个工作日内定"))
        return redirect("admissions")
    return render(
        request, "demands/admission_new.html", {"form": form, "demand": demand}, status=422 if form.errors else 200
    )


def _initial(request: ActedRequest, demand: Demand | None) -> dict[str, Any]:
    if demand is None:
        return {"title": request.GET.get("title", "")[:200].replace("\0", "")}
    price = demands.price(request.actor, demand)
    whom = spoken(demand.receivers)[:100]
    return {"title": demand.title, "basis": demand.basis, "whom": whom, "hours": round(price.once_min / 60, 1)}


@access(*READERS)
@never_cache
def admission(request: ActedRequest, pk: int) -> HttpResponse:
    """Show one, with its decision or the forms for it."""
    return _show(request, queries.admission(request.actor, pk))


@access(Role.OFFICE, methods=("POST",))
def admission_decide(request: ActedRequest, pk: int) -> HttpResponse:
    """Grant or refuse it."""
    found = queries.admission(request.actor, pk)
    grants = request.POST.get("do") == "grant"
    form: forms.Form = GrantForm(request.POST, prefix="grant") if grants else RefuseForm(request.POST, prefix="refuse")
    service = services.grant_admission if grants else services.refuse_admission
    if done(form, service, by=request.actor, admission=found, now=clock.now()):
        messages.success(request, _("准入了，写进了履职清单") if grants else _("没有准入，理由申请单位看得到"))
        return redirect("admission", pk)
    return _show(request, found, **{"grant" if grants else "refuse": form})


@access(Role.ISSUER, methods=("POST",))
def admission_withdraw(request: ActedRequest, pk: int) -> HttpResponse:
    """Take the own unit's request back."""
    try:
        services.withdraw_admission(by=request.actor, admission=queries.admission(request.actor, pk), now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("撤回了"))
    return redirect("admission", pk)


def _show(request: ActedRequest, found: Admission, **given: forms.Form) -> HttpResponse:
    """Show the page, with the form that was refused as it was typed."""
    today = clock.day_of(clock.now())
    ((_found, due, lapsed),) = queries.with_due(request.actor, [found], today)
    is_open = found.state == State.ASKED and not lapsed
    context: dict[str, Any] = {
        "grant": GrantForm(prefix="grant"),
        "refuse": RefuseForm(prefix="refuse"),
        "admission": found,
        "due": due,
        "lapsed": lapsed,
        "may_decide": services.may_decide(by=request.actor, admission=found, today=today),
        "may_withdraw": is_open and found.unit_id in request.actor.issuing,
    } | given
    return render(request, "demands/admission.html", context, status=422 if given else 200)
