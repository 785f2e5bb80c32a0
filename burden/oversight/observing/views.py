"""The observers' page, and one observation with its answer."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.errors import Refused
from burden.kit.forms import done
from burden.oversight import queries as oversight
from burden.oversight.observing import queries, services
from burden.oversight.observing.forms import AnswerForm, ObserveForm
from burden.oversight.observing.models import Observation, State

LINES = 20
FEW = 5


@access(Role.OBSERVER, Role.REVIEWER, Role.OFFICE, methods=("GET", "POST"))
@never_cache
def observing(request: ActedRequest) -> HttpResponse:
    """Show an observer what is open to them and what they left; take one more. Reviewers find all that was left."""
    actor, now, form = request.actor, clock.now(), None
    if Role.OBSERVER in actor.roles:
        units = queries.observed_units(actor, clock.day_of(now))
        initial = {"week": clock.day_of(now), "unit": request.GET.get("unit", "")}
        form = ObserveForm(request.POST or None, units=units, initial=initial)
        if request.method == "POST" and done(form, services.observe, by=actor, now=now):
            messages.success(request, _("记下了，专班会看；答复在这一页"))
            return redirect("observing")
    page = Paginator(queries.observations(actor), LINES).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "unit": actor.unit,
        "bulletins": oversight.bulletins(actor)[:FEW] if form else (),
    }
    return render(request, "oversight/observing.html", context, status=422 if form is not None and form.errors else 200)


@access(Role.OBSERVER, Role.REVIEWER, Role.OFFICE)
@never_cache
def observation(request: ActedRequest, pk: int) -> HttpResponse:
    """Show one, with its answer or the form for it."""
    return _show(request, queries.observation(request.actor, pk))


@access(Role.REVIEWER, Role.OFFICE, methods=("POST",))
def observation_settle(request: ActedRequest, pk: int) -> HttpResponse:
    """Answer it."""
    found, form = queries.observation(request.actor, pk), AnswerForm(request.POST)
    if done(form, services.settle_observation, by=request.actor, observation=found, now=clock.now()):
        messages.success(request, _("答复了，监督员看得到"))
        return redirect("observation", pk)
    return _show(request, found, form)


@access(Role.OBSERVER, methods=("POST",))
def observation_withdraw(request: ActedRequest, pk: int) -> HttpResponse:
    """Take the own one back."""
    try:
        services.withdraw_observation(
            by=request.actor, observation=queries.observation(request.actor, pk), now=clock.now()
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("撤回了"))
    return redirect("observing")


def _show(request: ActedRequest, found: Observation, form: forms.Form | None = None) -> HttpResponse:
    context = {
        "observation": found,
        "form": form or AnswerForm(),
        "answers": queries.may_answer(request.actor, found),
        "may_withdraw": found.state == State.OPEN and found.by_id == request.actor.user_id,
    }
    return render(request, "oversight/observation.html", context, status=422 if form else 200)
