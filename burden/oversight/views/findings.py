"""Pages of findings: the list, one with its numbers as seen, raised by hand, dismissed for a reason, made an order."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS
from burden.demands import queries as demand_queries
from burden.demands.models import OPEN, Demand, State
from burden.feedback import queries as feedback_queries
from burden.feedback.choices import Topic
from burden.feedback.models import Ticket
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import query_of
from burden.kit.errors import Conflict, Refused
from burden.kit.forms import show_refusal
from burden.oversight import queries, seen, services
from burden.oversight.forms import ActForm, DismissForm, FindingForm, OrderForm, lines_of
from burden.oversight.models import Finding, FindingState, Source
from burden.oversight.models.findings import TITLE_LENGTH
from burden.oversight.observing import queries as observing
from burden.oversight.observing.models import Observation
from burden.standards.models import Category, Rule
from burden.units.models import Level

LINES = 30
TABS = (
    (FindingState.OPEN, _("待立项")), (FindingState.ORDERED, _("已立项")), (FindingState.DISMISSED, _("不成立")),
)  # fmt: skip
USUAL = {  # what an order begins with, to be written over
    "standard": _("每一条都核实，基层复核确有减少"),
}


@access(*EXPORTERS)
@never_cache
def findings(request: ActedRequest) -> HttpResponse:
    """List the findings by state, the newest first."""
    asked = request.GET.get("state", "")
    state = asked if asked in FindingState.values else FindingState.OPEN.value
    counts = queries.finding_counts(request.actor)
    page = Paginator(queries.findings(request.actor, state), LINES).get_page(request.GET.get("page"))
    tabs = [
        {"label": label, "count": counts.get(code, 0), "url": f"{reverse('findings')}?{query_of(state=code)}", "current": code == state}
        for code, label in TABS
    ]  # fmt: skip
    context = {"page": page, "tabs": tabs, "query": query_of(state=state), "state": state}
    return render(request, "oversight/findings.html", context)


@access(*EXPORTERS, methods=("GET", "POST"))
@never_cache
def finding_new(request: ActedRequest) -> HttpResponse:
    """Raise a finding by hand, from what a demand may violate, or from what somebody reported or an observer saw; the numbers
    are frozen as the portal has them now."""
    actor, ticket, observation = request.actor, _ticket(request), _observation(request)
    if ticket and not ticket.rewritten:
        messages.error(request, gettext("先写转出稿：督办线索只带转出稿，不带原文"))
        return redirect("ticket", ticket.pk)
    demand = _reported(actor, ticket) if ticket else _demand(request)
    initial = _initial(request, demand) | (_of_ticket(ticket) if ticket else _of_observation(observation))
    initial |= _of_order(request)
    form = FindingForm(request.POST or None, actor=actor, today=clock.day_of(clock.now()), initial=initial)
    if request.method == "POST" and form.is_valid():
        raised = _raise(actor, form, demand, ticket or observation)
        if raised is not None:
            _say_raised(request, raised)
            return redirect("finding", raised.pk)
    context = {"form": form, "ticket": ticket, "observation": observation, "units": form.units()}
    return render(request, "oversight/finding_new.html", context, status=422 if form.errors else 200)


def _say_raised(request: ActedRequest, raised: Finding) -> None:
    if raised.person_min is None:
        unknown = gettext("问题立了，但按这些事项名称没有查到要求过的记录：没有数字可以封存，以后也算不出省了多少")
        messages.warning(request, unknown)
    else:
        messages.success(request, gettext("问题立了，数字已按现在看到的封存"))


def _demand(request: ActedRequest) -> Demand | None:
    """Return the demand that an address names, in the actor's scope (Http404)."""
    pk = _named(request, "demand")
    return demand_queries.demand(request.actor, pk) if pk else None


def _named(request: ActedRequest, kind: str) -> int:
    """Return the id of a thing that an address names; 0 where it names none."""
    asked = request.GET.get(kind, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0


def _ticket(request: ActedRequest) -> Ticket | None:
    """Return the ticket that an address names, in the actor's scope (Http404)."""
    pk = _named(request, "ticket")
    found = feedback_queries.ticket(request.actor, pk) if pk else None
    if pk and found is None:
        raise Http404
    return found


def _observation(request: ActedRequest) -> Observation | None:
    """Return what an observer left, named by an address, of those that the actor reviews (Http404)."""
    pk = _named(request, "observation")
    return observing.reviewed(request.actor, pk) if pk else None


def _reported(actor: Actor, ticket: Ticket) -> Demand | None:
    """Return the demand that a ticket is about, where a finding may be about it: it is out."""
    out = Demand.objects.visible_to(actor).exclude(state__in=(*OPEN, State.WITHDRAWN))
    found: Demand | None = out.select_related("issuer").filter(pk=ticket.demand_id).first()
    return found


CATEGORY_OF = {
    Topic.REPEAT: Category.FORM, Topic.MEETING: Category.MEETING, Topic.DOCUMENT: Category.DOCUMENT, Topic.INSPECTION: Category.INSPECTION,
}  # fmt: skip


def _of_ticket(ticket: Ticket) -> dict[str, Any]:
    """Return what a finding takes from a ticket: what its desk wrote, never what its reporter did."""
    issuer = ticket.demand.issuer if ticket.demand else ticket.issuer
    return {
        "title": ticket.title,
        "category": CATEGORY_OF.get(Topic(ticket.topic), Category.OTHER),
        "titles": ticket.demand.title if ticket.demand else "",
        "issuer": issuer,
    }


def _of_observation(observation: Observation | None) -> dict[str, Any]:
    """Return what a finding takes from an observation: its words, unless the unit that they are about asked for it itself."""
    if observation is None:
        return {}
    if observation.unit.level == Level.DEPARTMENT:
        return {"issuer": observation.unit}
    return {"title": observation.text[:TITLE_LENGTH]}


def _of_order(request: ActedRequest) -> dict[str, Any]:
    """Return what a finding takes from an order that did not last, named by an address, in the actor's scope (Http404)."""
    pk = _named(request, "order")
    if not pk:
        return {}
    found = queries.order(request.actor, pk)
    if not found.is_unkept:
        raise Http404
    title = gettext("督办单 %(name)s 以后没有减少：%(title)s") % {"name": found.name, "title": found.title}
    return {
        "issuer": found.issuer,
        "category": found.category,
        "titles": "\n".join(found.titles),
        "title": title[:TITLE_LENGTH],
    }


def _initial(request: ActedRequest, demand: Demand | None) -> dict[str, Any]:
    chosen: dict[str, Any] = {"rule": request.GET.get("rule", "")}
    if demand is None:
        return chosen
    return chosen | {
        "issuer": demand.issuer,
        "titles": demand.title,
        "category": demand.category,
        "title": (gettext("%(title)s可能违反规定") % {"title": demand.title})[:TITLE_LENGTH],
    }


def _raise(
    actor: Actor, form: FindingForm, demand: Demand | None, reported: Ticket | Observation | None
) -> Finding | None:
    """Call the service with the numbers of now; a refusal goes into the form."""
    now, facts = clock.now(), form.facts()
    issuer, rule, titles = facts["issuer"], facts["rule"], lines_of(facts["titles"])
    by_rule = demand is not None and rule is not None and demand.issuer_id == issuer.pk
    try:
        rows, person_min = seen.asked(issuer_id=issuer.pk, titles=titles, now=now)
        told: dict[str, Any] = {
            "by": actor, "issuer": issuer, "title": facts["title"], "titles": titles, "category": facts["category"], "now": now,
            "demand": demand if demand and demand.issuer_id == issuer.pk else None, "person_min": person_min,
            "seen": seen.frozen(now=now, rows=rows, rules=_rules(rule), note=facts["note"]),
        }  # fmt: skip
        if isinstance(reported, Ticket):
            return services.raise_from_ticket(ticket=reported, **told)
        if reported:
            return services.raise_from_observation(observation=reported, **told)
        key = f"{demand.pk}:{rule.code}" if by_rule and demand else ""
        return services.raise_finding(**told, source=Source.RULE if by_rule else Source.HAND, source_key=key)
    except Refused as refused:
        show_refusal(form, refused)
        return None


def _rules(rule: Rule | None) -> list[Rule]:
    return [rule] if rule else []


@access(*EXPORTERS)
@never_cache
def finding(request: ActedRequest, pk: int) -> HttpResponse:
    """Show a finding with its numbers as seen, and what may become of it."""
    return _show(request, queries.finding(request.actor, pk))


@access(*EXPORTERS, methods=("POST",))
def finding_dismiss(request: ActedRequest, pk: int) -> HttpResponse:
    """Say that a finding does not stand; the reason stays with it."""
    found, form = queries.finding(request.actor, pk), DismissForm(request.POST, prefix="dismiss")
    if found.state != FindingState.OPEN:
        return _decided(request, found)
    if not form.is_valid():
        return _show(request, found, dismiss=form, status=422)
    try:
        services.dismiss_finding(by=request.actor, finding=found, now=clock.now(), **form.facts())
    except Refused as refused:
        show_refusal(form, refused)
        return _show(request, found, dismiss=form, status=refused.status)
    messages.success(request, gettext("记为不成立，理由留着"))
    return redirect("finding", pk)


@access(*EXPORTERS, methods=("POST",))
def finding_order(request: ActedRequest, pk: int) -> HttpResponse:
    """Open an order from a finding (立项)."""
    found, form = queries.finding(request.actor, pk), OrderForm(request.POST, prefix="order")
    if found.state != FindingState.OPEN:
        return _decided(request, found)
    if not form.is_valid():
        return _show(request, found, order=form, status=422)
    try:
        opened = services.open_order(by=request.actor, finding=found, now=clock.now(), **form.facts())
    except Conflict as conflict:
        messages.error(request, conflict.detail)
        return redirect("finding", pk)
    except Refused as refused:
        show_refusal(form, refused)
        return _show(request, found, order=form, status=refused.status)
    messages.success(request, gettext("立了项，等签发交办"))
    return redirect("order", opened.pk)


def _decided(request: ActedRequest, found: Finding) -> HttpResponse:
    """Say that it was decided already, whatever was written."""
    words = gettext("这个问题现在是“%(is)s”，不能再定") % {"is": found.get_state_display()}
    messages.error(request, words)
    return _show(request, found, status=409)


def _show(request: ActedRequest, found: Finding, *, status: int = 200, **written: ActForm) -> HttpResponse:
    initial = {"title": found.title, **USUAL}
    context = {
        "finding": found,
        "total": seen.total(found.seen),
        "is_open": found.state == FindingState.OPEN,
        "order_form": written.get("order") or OrderForm(prefix="order", initial=initial),
        "dismiss_form": written.get("dismiss") or DismissForm(prefix="dismiss"),
        "wrong": next(iter(written.values()), None),
        "crumbs": [
            {"label": gettext("问题与督办"), "url": reverse("oversight")},
            {"label": pgettext("list", "问题"), "url": reverse("findings")},
            {"label": found.title},
        ],
    }
    return render(request, "oversight/finding.html", context, status=status)
