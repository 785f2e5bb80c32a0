"""Groups as pages: those of a county, and who is in one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import READERS, Role
from burden.demands import duty as lists
from burden.demands.groups import queries, services
from burden.demands.groups.forms import GroupForm
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address
from burden.kit.forms import done


@access(*READERS)
@never_cache
def groups(request: ActedRequest) -> HttpResponse:
    """Show a county's groups of townships, with what was approved for each."""
    actor, county = request.actor, lists.county_of(request.actor, request.GET.get("county", ""))
    several = list(lists.counties(actor)[: lists.MOST_COUNTIES])
    today = clock.day_of(clock.now())
    context = {
        "county": county,
        "counties": several if len(several) > 1 else [],
        "groups": queries.groups(actor, county, today) if county else [],
        "may_change": county is not None and services.may_set(by=actor, county=county),
    }
    return render(request, "demands/groups.html", context)


@access(Role.OFFICE, methods=("GET", "POST"))
@never_cache
def group_edit(request: ActedRequest) -> HttpResponse:
    """Say which townships are in a group. Refuses (404): a foreign county, a group that is not there."""
    actor, name = request.actor, request.GET.get("group", "")
    county = lists.county_of(actor, request.GET.get("county", ""))
    if county is None or not services.may_set(by=actor, county=county):
        raise Http404
    towns = list(queries.townships(actor, county))
    members = [town.code for town in towns if name in town.traits]
    if name and not members:
        raise Http404
    sent = request.POST if request.method == "POST" else None  # nobody ticked says something, too
    form = GroupForm(sent, towns=towns, fixed=name, initial={"units": members})
    fixed = {"name": name} if name else {}
    if request.method == "POST" and done(form, services.set_group, by=actor, county=county, now=clock.now(), **fixed):
        messages.success(request, _("改好了：批准给这一组的调整下周一起照新的名单"))
        return redirect(address("groups", county=county.code))
    context = {"form": form, "county": county, "name": name}
    return render(request, "demands/group_edit.html", context, status=422 if form.errors else 200)
