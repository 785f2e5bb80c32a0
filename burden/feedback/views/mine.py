"""A person's own page: the week's code of the anonymous channel, and what was written under the own name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import Role
from burden.demands.models import Demand
from burden.feedback import queries, services
from burden.feedback.choices import MOST_TEXT, About, Size, Topic
from burden.feedback.codes import FEWEST, group_of
from burden.feedback.flow import ahead
from burden.feedback.models import Ticket
from burden.feedback.pages import headline
from burden.feedback.photos import MOST, redraw_all
from burden.feedback.services.sending import Words
from burden.feedback.subjects import chosen, rules_around
from burden.feedback.views.following import followed, is_asked_again
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.standards.models import Rule
from burden.units.models import Level

LINES = 20
WRITERS = (Role.CADRE, Role.LEAD, Role.ISSUER)


@access(*WRITERS)
@never_cache
def mine(request: ActedRequest) -> HttpResponse:
    """Show the week's code, the two ways to write, and the own tickets."""
    now = clock.now()
    group = group_of(request.actor, clock.day_of(now))
    page = Paginator(queries.own(request.actor), LINES).get_page(request.GET.get("page"))
    own = list(page)
    ahead(own)
    context = {
        "code": group.code(Week.at(now)) if group else "",
        "group": _spoken(group.area.name, group.level) if group else "",
        "is_cadre": Role.CADRE in request.actor.roles,
        "fewest": FEWEST,
        "week": Week.at(now),
        "page": page,
        "rows": [(each, headline(each), is_asked_again(each, clock.day_of(now))) for each in own],
        "forwards": queries.asked(request.actor).count(),
    }
    return render(request, "feedback/mine.html", context)


def _spoken(area: str, level: str) -> str:
    return _("%(area)s · %(level)s的干部") % {"area": area, "level": Level(level).label} if level else area


@access(*WRITERS, methods=("GET", "POST"))
@never_cache
def new(request: ActedRequest) -> HttpResponse:
    """Write under the own name: about a demand, a unit, a rule, the portal, or nobody."""
    demand = _demand(request)
    rules = [] if demand else rules_around(request.actor.unit, clock.day_of(clock.now()))
    if request.method != "POST":
        return _form(request, demand, rules)
    said = {name: request.POST.get(name, "") for name in ("topic", "text", "issuer", "size", "about")}
    try:
        photos = redraw_all(request.FILES.getlist("photos"))
        words = Words(**said, photos=photos)
        rule = chosen(rules, request.POST.get("rule", ""))
        sent = services.send_named(by=request.actor, words=words, demand=demand, rule=rule, now=clock.now())
    except Refused as refused:
        return _form(request, demand, rules, refused.errors or {"": str(refused)})
    messages.success(request, _("收到了。明天和别的反映一起开封，在这里看办理和答复"))
    return redirect("feedback_own", sent.pk)


def _demand(request: ActedRequest) -> Demand | None:
    """Return the demand the address names; a foreign one is as absent as a missing one (Http404)."""
    named = request.GET.get("demand", "")
    if not named:
        return None
    found = queries.demand_to_report(request.actor, int(named)) if named.isdecimal() and len(named) < 19 else None
    if found is None:
        raise Http404
    return found


def _form(
    request: ActedRequest, demand: Demand | None, rules: list[Rule], errors: dict[str, str] | None = None
) -> HttpResponse:
    context = {
        "topics": Topic.choices,
        "sizes": Size.choices,
        "most": MOST_TEXT,
        "most_photos": MOST,
        "portal": About.PORTAL,
        "said": request.POST or {"rule": request.GET.get("rule", "")},
        "rules": rules,
        "demand": demand,
        "errors": errors or {},
        "problems": list((errors or {}).items()),
        "form": None,
    }
    return render(request, "feedback/new.html", context, status=422 if errors else 200)


ACTS: dict[str, Callable[[ActedRequest, Ticket], Any]] = {
    "judge": lambda request, found: services.judge(
        verdict=request.POST.get("verdict", ""), by=request.actor, ticket=found, now=clock.now()
    ),
    "later": lambda request, found: services.judge_later(
        verdict=request.POST.get("verdict", ""), by=request.actor, ticket=found, now=clock.now()
    ),
    "reopen": lambda request, found: services.reopen(
        words=request.POST.get("words", ""), by=request.actor, ticket=found, now=clock.now()
    ),
}


@access(*WRITERS, methods=("GET", "POST"))
@never_cache
def own(request: ActedRequest, pk: int) -> HttpResponse:
    """Show one of the own tickets, and take what its reporter says of the reply."""
    found: Ticket | None = queries.own(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    act, errors = ACTS.get(request.POST.get("act", "")), {}
    if act:
        try:
            act(request, found)
        except Refused as refused:
            errors = refused.errors or {"": str(refused)}
        else:
            messages.success(request, _("记下了"))
            return redirect("feedback_own", pk)
    context = followed(found, clock.now()) | {
        "title": headline(found),
        "errors": errors,
        "problems": list(errors.items()),
        "form": None,
        "said": request.POST,
    }
    return render(request, "feedback/own.html", context, status=422 if errors else 200)
