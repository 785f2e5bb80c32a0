"""The issuer's own demands by state, and the page of one that went out: its numbers, its review as seen, and what one may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import READERS, Role
from burden.demands import queries, services
from burden.demands.facts import FACTS
from burden.demands.models import ACTIVE, OPEN, Demand, DemandReview, Frequency, State
from burden.demands.services.refusing import may_send_back_for_all
from burden.demands.views.register import own_demand
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import query_of
from burden.kit.errors import Refused
from burden.kit.templatetags.show import NOTHING, listed
from burden.units.models import Kind, Level

LINES = 30
CLEAR = "clear"
MOST_TEXT = 60  # characters of a search
GROUPS = {
    "": (_("全部"), tuple(State.values)),
    "open": (_("草稿"), OPEN),
    "active": (_("已下达"), ACTIVE),
    "withdrawn": (_("已撤回"), (State.WITHDRAWN,)),
}


@access(Role.ISSUER)
@never_cache
def demands(request: ActedRequest) -> HttpResponse:
    """List the issuer's own demands by state, and what other departments ask of them."""
    actor = request.actor
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:MOST_TEXT]
    state = state if state in GROUPS else ""
    found = queries.demands_of(actor, text=text)
    counts = dict(found.order_by().values_list("state").annotate(count=Count("pk")))
    page = Paginator(found.filter(state__in=GROUPS[state][1]), LINES).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(demand, spoken(demand.receivers)) for demand in page],
        "tabs": [_tab(code, text, counts, code == state) for code in GROUPS],
        "text": text,
        "state": state,
        "query": query_of(state=state, q=text),
        "asked": queries.quote_requests(actor, received=True).filter(answered_at=None)[:LINES],
        "door": None,
    }
    return render(request, "demands/demands.html", context)


def _tab(code: str, text: str, counts: Mapping[str, int], current: bool) -> dict[str, Any]:
    label, states = GROUPS[code]
    query = query_of(state=code, q=text)
    return {
        "label": label,
        "count": sum(counts.get(state, 0) for state in states),
        "url": f"{reverse('demands')}{'?' if query else ''}{query}",
        "current": current,
    }


@access(*READERS)
@never_cache
def demand(request: ActedRequest, pk: int) -> HttpResponse:
    """Show a demand that went out; the issuer's draft goes on where it was left."""
    actor, found = request.actor, queries.demand(request.actor, pk)
    is_own = found.issuer_id in actor.issuing
    if is_own and found.state in OPEN:
        return redirect("demand_edit", pk)
    return _show(request, found, is_own=is_own)


@access(Role.ISSUER, methods=("POST",))
def demand_withdraw(request: ActedRequest, pk: int) -> HttpResponse:
    """Take back what is out; the reason is said to everybody who had it."""
    found, reason = own_demand(request.actor, pk), request.POST.get("reason", "")
    try:
        services.withdraw(by=request.actor, demand=found, reason=reason, now=clock.now())
    except Refused as refused:
        return _show(request, found, is_own=True, problem=str(refused), reason=reason)
    messages.success(request, gettext("撤回了：以后的不用办了，以前要过的照旧算数"))
    return redirect("demand", pk)


@access(Role.OFFICE, Role.REVIEWER, methods=("POST",))
def demand_return(request: ActedRequest, pk: int) -> HttpResponse:
    """Send it back to the issuer in the name of all units below, citing the duty list."""
    found = queries.demand(request.actor, pk)
    try:
        services.send_back_for_all(by=request.actor, demand=found, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("退回下达单位了：没答复的不用办了，已答复的照旧算数"))
    return redirect("demand", pk)


def _show(request: ActedRequest, found: Demand, *, is_own: bool, problem: str = "", reason: str = "") -> HttpResponse:
    price = queries.price(request.actor, found)
    reviews = DemandReview.objects.visible_to(request.actor).filter(demand=found).order_by("-version")
    context = {
        "demand": found,
        "price": price,
        "facts": _facts(found, price.times),
        "reviews": [_seen(review) for review in reviews],
        "refusals": queries.refusals(request.actor, found)[:LINES],
        "ground": may_send_back_for_all(by=request.actor, demand=found, today=clock.day_of(clock.now())),
        "admits": is_own and found.active and found.duty_item_id is None,
        "is_own": is_own,
        "problem": problem,
        "reason": reason,
        "problems": [("reason", problem)] if problem else [],
    }
    return render(request, "demands/demand.html", context, status=422 if problem else 200)


def _seen(review: DemandReview) -> dict[str, Any]:
    """Return a stored review with each check's answer beside it; what was clear is left out."""
    checks = [check for check in review.seen["checks"] if check["state"] != CLEAR]
    said = [check | {"answer": review.answers.get(check["code"], "")} for check in checks]
    named = ("version", "at", "chosen", "reason", "seen")
    return {name: getattr(review, name) for name in named} | {"checks": said}


def _facts(found: Demand, times: int) -> list[tuple[Any, str]]:
    """Return what is registered, line by line, without what was left empty."""
    supporting = listed(unit.name for unit in found.supporting.all())
    said = [
        (_("依据"), found.basis),
        (_("源头层级"), found.get_origin_display()),
        (_("发到哪里"), spoken(found.receivers)),
        (_("日期"), _dates(found, times)),
        (
            _("每个单位"),
            ngettext("%(people)d 人，每人 %(minutes)d 分钟", "%(people)d 人，每人 %(minutes)d 分钟", found.people)
            % vars(found),
        ),
        (_("下发方式"), found.get_channel_display()),
        (_("由哪个岗位办"), found.post_title),
        (_("牵头部门"), found.lead.name if found.lead_id != found.issuer_id else ""),
        (_("配合部门"), supporting),
        (_("履职事项"), found.duty_item.title if found.duty_item else ""),
        (_("年度计划"), found.plan_item.title if found.plan_item else gettext("计划外")),
        (_("转自"), found.parent.title if found.parent else ""),
        (_("事后才登记，因为"), found.late_reason),
        (_("撤回原因"), found.withdrawn_reason),
        *((fact.label, _said(found.facts[fact.name])) for fact in FACTS[found.category] if fact.name in found.facts),
    ]
    return [(label, str(words)) for label, words in said if words]


def _said(value: Any) -> str:
    return gettext("是") if value is True else str(value)


def _dates(found: Demand, times: int) -> str:
    """Say when it is due: the day and the time, how often, until when, and how many times that makes."""
    first = f"{found.first_on:%Y-%m-%d}" if found.first_on else NOTHING
    if found.at:
        first += f" {found.at:%H:%M}"
    if found.frequency == Frequency.ONCE or found.until is None:
        return first
    parts = {"first": first, "often": found.get_frequency_display(), "until": f"{found.until:%Y-%m-%d}", "n": times}
    return (
        ngettext(
            "%(often)s，%(first)s 起到 %(until)s，共 %(n)d 次",
            "%(often)s，%(first)s 起到 %(until)s，共 %(n)d 次",
            times,
        )
        % parts
    )


def spoken(receivers: Mapping[str, Any]) -> str:
    """Say who receives: 乡镇、村社区（山区），另 3 个单位."""
    levels = [str(Level(code).label) for code in receivers.get("levels", ())]
    kinds = [str(Kind(code).label) for code in receivers.get("kinds", ())]
    finer = [*kinds, *receivers.get("traits", ())] if levels else list(receivers.get("traits", ()))
    words = listed(levels or kinds)
    if finer:
        words += gettext("（%(which)s）") % {"which": listed(finer)}
    units = len(receivers.get("units", ()))
    if not units:
        return words
    named = ngettext("%(n)d 个单位", "%(n)d 个单位", units) % {"n": units}
    return listed([words, named]) if words else named
