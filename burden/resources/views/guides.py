"""Short answers: written by issuers, read and rated by whoever fills the form; and which meetings are training."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS, Role
from burden.demands.queries import demand as demand_of
from burden.demands.queries import target as target_of
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import query_of
from burden.kit.errors import Refused
from burden.kit.forms import done
from burden.resources import queries, services
from burden.resources.forms import GuideForm

PAGE = 30


@access(*READERS, Role.CADRE)
def guides(request: ActedRequest) -> HttpResponse:
    """List the guides of issuers in the actor's range, and of what the actor's units are asked."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:60]
    page = Paginator(queries.guides(request.actor, text), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "rows": queries.told(request.actor, list(page)), "text": text, "query": query_of(q=text),
        "here": _here(request.actor),
    }  # fmt: skip
    return render(request, "resources/guides.html", context)


def _here(actor: Actor) -> str:
    """Return which page of resources is open; "" to whoever has no other of them."""
    return "guides" if actor.roles & READERS else ""


@access(*READERS, Role.CADRE, methods=("GET", "POST"))
@never_cache
def guide(request: ActedRequest, pk: int) -> HttpResponse:
    """Show a guide; its issuer may write other words. Refuses (404): a foreign one."""
    found = queries.guide(request.actor, pk)
    is_own = found.demand.issuer_id in request.actor.issuing
    form = GuideForm(request.POST or None, initial={"question": found.question, "answer": found.answer})
    if request.method == "POST":
        facts = {"by": request.actor, "demand": found.demand, "guide": found, "now": clock.now()}
        if done(form, services.write_guide, **facts):
            messages.success(request, _("改好了；评价从头算起"))
            return redirect("guide", pk)
    low, high = request.actor.read_range
    context = {
        "row": queries.told(request.actor, [found])[0], "form": form, "is_own": is_own, "here": _here(request.actor),
        "is_readable": is_own or low <= found.demand.issuer.path < high,
    }  # fmt: skip
    return render(request, "resources/guide.html", context, status=422 if form.errors else 200)


@access(Role.ISSUER, methods=("GET", "POST"))
@never_cache
def guide_new(request: ActedRequest, pk: int) -> HttpResponse:
    """Write how to fill one's own demand. Refuses (404): a foreign demand."""
    found = demand_of(request.actor, pk)
    form = GuideForm(request.POST or None)
    facts = {"by": request.actor, "demand": found, "guide": None, "now": clock.now()}
    if request.method == "POST" and done(form, services.write_guide, **facts):
        messages.success(request, _("写好了；要填的人在自己的一周里看得到"))
        return redirect("demand", pk)
    context = {"demand": found, "form": form, "here": "guides"}
    return render(request, "resources/guide_new.html", context, status=422 if form.errors else 200)


@access(Role.ISSUER, methods=("POST",))
def training_mark(request: ActedRequest, pk: int) -> HttpResponse:
    """Say that a meeting of one's own is training, or that it is not. Refuses (404): a foreign demand."""
    found = demand_of(request.actor, pk)
    service = services.unmark_training if request.POST.get("do") == "no" else services.mark_training
    try:
        service(by=request.actor, demand=found, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("改好了"))
    return redirect("demand", pk)


@access(Role.CADRE, Role.LEAD, methods=("GET", "POST"))
@never_cache
def target_guides(request: ActedRequest, pk: int) -> HttpResponse:
    """Show how to fill what one's unit is asked, and take ratings. Refuses (404): what another unit is asked; a guide of something else."""
    actor, target = request.actor, target_of(request.actor, pk)
    if target.unit_id not in actor.homes:
        raise Http404
    found = queries.guides_for(actor, [target.demand_id]).get(target.demand_id, [])
    if request.method == "POST":
        chosen = next((each for each in found if str(each.pk) == request.POST.get("guide")), None)
        if chosen is None or request.POST.get("useful") not in ("yes", "no"):
            messages.error(request, _("这一条已经不在了"))
            return redirect("target_guides", pk)
        useful, version = request.POST["useful"] == "yes", _version_of(request)
        try:
            services.rate_guide(by=actor, target=target, guide=chosen, useful=useful, version=version, now=clock.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("记下了：别人只看得到次数；想改再点一次"))
        return redirect("target_guides", pk)
    rated = queries.rated_already(actor, found)
    rows = [(row, rated.get(row.guide.pk)) for row in queries.told(actor, found)]
    context = {"target": target, "rows": rows}
    return render(request, "resources/target_guides.html", context)


def _version_of(request: ActedRequest) -> int:
    """Return which words were read; 0, which none are, where the form does not say."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
