"""The pages of goals, samples and working days: what the office of a county sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.kit.forms import done
from burden.standards import queries, services
from burden.standards.forms import DayForm, GoalForm, SampleForm
from burden.standards.workdays import exceptions, is_arranged

M = TypeVar("M", bound=Model)
LINES = 50
MONTHS = 12


@access(Role.OFFICE)
@never_cache
def standards(request: ActedRequest) -> HttpResponse:
    """Show goals and samples of the office's counties."""
    return _show(request)


@access(Role.OFFICE, methods=("POST",))
def sample_start(request: ActedRequest) -> HttpResponse:
    """Ask one week in four from a Monday on."""
    return _act(request, "start", SampleForm, services.start_sample)


@access(Role.OFFICE, methods=("POST",))
def sample_stop(request: ActedRequest) -> HttpResponse:
    """Ask everybody again from a Monday on."""
    return _act(request, "stop", SampleForm, services.stop_sample)


@access(Role.OFFICE, methods=("POST",))
def sample_take_back(request: ActedRequest) -> HttpResponse:
    """Forget a sample that has not begun. Refuses (404): none of the office's."""
    sample = _sent(request, "sample", queries.samples(request.actor))
    try:
        services.take_back_sample(by=request.actor, sample=sample, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("收回了，那一次不会开始"))
    return redirect("standards")


@access(Role.OFFICE, methods=("POST",))
def goal_set(request: ActedRequest) -> HttpResponse:
    """Set a goal of a county."""
    return _act(request, "goal", GoalForm, services.set_goal)


@access(Role.OFFICE, methods=("POST",))
def goal_drop(request: ActedRequest) -> HttpResponse:
    """Give up a goal. Refuses (404): none of the office's."""
    goal = _sent(request, "goal", queries.goals(request.actor))
    services.drop_goal(by=request.actor, goal=goal, now=clock.now())
    messages.success(request, _("改好了"))
    return redirect("standards")


@access(Role.OFFICE, methods=("GET", "POST"))
@never_cache
def days(request: ActedRequest) -> HttpResponse:
    """Show which days are worked other than Monday to Friday, and let the office correct the calendar."""
    form = DayForm(request.POST or None)
    if request.method == "POST" and done(form, services.set_day, by=request.actor, now=clock.now()):
        messages.success(request, _("改好了，期限都按新的算"))
        return redirect("days")
    today = clock.day_of(clock.now())
    context = {
        "form": form,
        "today": today,
        "page": Paginator(queries.day_overrides(request.actor), LINES).get_page(request.GET.get("page")),
        "exceptions": exceptions(today, MONTHS),
        "unknown": [year for year in (today.year, today.year + 1) if not is_arranged(year)],
    }
    return render(request, "standards/days.html", context, status=422 if form.errors else 200)


@access(Role.OFFICE, methods=("POST",))
def day_drop(request: ActedRequest) -> HttpResponse:
    """Let the calendar hold again for a day. Refuses (404): no such correction."""
    override = _sent(request, "override", queries.day_overrides(request.actor))
    try:
        services.drop_day(by=request.actor, override=override, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("去掉了，这一天照日历算"))
    return redirect("days")


def _sent(request: ActedRequest, name: str, found: QuerySet[M]) -> M:
    """Return what a button was pressed for (Http404)."""
    pk = request.POST.get(name, "")
    return get_object_or_404(found, pk=int(pk[:18]) if pk.isascii() and pk.isdigit() else 0)


def _act(request: ActedRequest, name: str, form_class: type[Any], service: Callable[..., Any]) -> HttpResponse:
    form = form_class(request.POST, counties=queries.counties(request.actor), prefix=name)
    if done(form, service, by=request.actor, now=clock.now()):
        messages.success(request, _("改好了"))
        return redirect("standards")
    return _show(request, **{name: form})


def _show(request: ActedRequest, **given: forms.Form) -> HttpResponse:
    """Show the page, with the form that was refused as it was typed."""
    actor, monday = request.actor, Week.at(clock.now()).plus(1).monday
    counties = queries.counties(actor)
    made: dict[str, Any] = {
        "start": SampleForm(counties=counties, prefix="start", initial={"from_": monday}),
        "stop": SampleForm(counties=counties, prefix="stop", initial={"from_": monday}),
        "goal": GoalForm(counties=counties, prefix="goal"),
    }
    found = list(queries.samples(actor))
    to_come = set(queries.samples(actor).to_come(clock.day_of(clock.now())).values_list("pk", flat=True))
    context = (
        made
        | given
        | {
            "samples": [(sample, sample.pk in to_come) for sample in found],
            "is_any_on": any(sample.until_week is None for sample in found),
            "goals": list(queries.goals(actor)),
            "has_counties": counties.exists(),
        }
    )
    return render(request, "standards/standards.html", context)
