"""Requests for support: the list, one of them with what may be done, asking, offering, answering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import EXPORTERS, READERS, Role
from burden.demands.models import Target
from burden.demands.queries import target as target_of
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import query_of
from burden.kit.forms import done
from burden.resources import queries, services
from burden.resources.forms import AcceptForm, AnswerForm, AskForm, NameForm, OfferForm, VerdictForm
from burden.resources.models import Kind, SupportRequest
from burden.resources.services.support import leads, may
from burden.units.models import Unit

PAGE = 30
WHICH = ("", "open", "answered")


@access(*READERS)
def support(request: ActedRequest) -> HttpResponse:
    """List the requests that the actor sees, or those of a unit and all below it. Refuses (404): a foreign unit."""
    actor, today = request.actor, clock.day_of(clock.now())
    which = request.GET.get("which", "")
    which = which if which in WHICH else ""
    unit, code = None, request.GET.get("unit", "").replace("\0", "")
    if code and (unit := Unit.objects.visible_to(actor).select_related("parent").filter(code=code).first()) is None:
        raise Http404
    page = Paginator(queries.requests(actor, which, unit), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "rows": queries.clocked(actor, list(page), today), "which": which, "unit": unit,
        "query": query_of(which=which, unit=code), "counts": queries.support_counts(actor, unit, today), "may_ask": Role.LEAD in actor.roles, "here": "support",
    }  # fmt: skip
    return render(request, "resources/support.html", context)


@access(Role.LEAD, methods=("GET", "POST"))
@never_cache
def support_ask(request: ActedRequest) -> HttpResponse:
    """Ask for support in the name of a unit one leads, also with one thing it is asked. Refuses (404): what another unit is asked."""
    kind, target = request.GET.get("kind", ""), _asked_or_404(request)
    initial = {"kind": kind if kind in Kind.values else Kind.GUIDANCE, "unit": target and target.unit.code}
    form = AskForm(request.POST or None, units=queries.led_units(request.actor), initial=initial)
    facts = {"by": request.actor, "now": clock.now(), "demand": target and target.demand}
    if request.method == "POST" and done(form, services.ask_support, **facts):
        messages.success(request, _("提出了；3 个工作日内告诉你谁来答、哪天答"))
        return redirect("support")
    context = {"form": form, "is_offer": False, "target": target, "here": "support"}
    return render(request, "resources/ask.html", context, status=422 if form.errors else 200)


def _asked_or_404(request: ActedRequest) -> Target | None:
    """Return what the address says it is about."""
    asked = request.GET.get("target", "")
    if not asked:
        return None
    found = target_of(request.actor, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    if found is None or not leads(request.actor, found.unit):
        raise Http404
    return found


@access(Role.OFFICE, methods=("GET", "POST"))
@never_cache
def support_offer(request: ActedRequest) -> HttpResponse:
    """Ask a strained unit whether it needs something. Refuses (404): a unit that is not the office's."""
    post = request.actor.post(Role.OFFICE)
    assert post
    units = Unit.objects.visible_to(request.actor).under(post.unit).filter(closed_on=None).select_related("parent")
    asked = request.GET.get("unit", "").replace("\0", "")
    if asked and not units.filter(code=asked).exists():
        raise Http404
    initial = {"unit": asked, "kind": Kind.PEOPLE, "title": _("负担偏重，需要添人手还是减事项？")}
    form = OfferForm(request.POST or None, units=units.order_by("path"), initial=initial)
    if request.method == "POST" and done(form, services.offer_support, by=request.actor, now=clock.now()):
        messages.success(request, _("问了；由单位负责人说要不要"))
        return redirect("support")
    context = {"form": form, "is_offer": True, "here": "support"}
    return render(request, "resources/ask.html", context, status=422 if form.errors else 200)


@access(*READERS, methods=("GET", "POST"))
@never_cache
def support_request(request: ActedRequest, pk: int) -> HttpResponse:
    """Show a request, and what the actor may do with it. Refuses (404): a foreign one."""
    found = queries.support_request(request.actor, pk)
    deed = DEEDS.get(request.POST.get("do", "")) if request.method == "POST" else None
    if request.method != "POST":
        return _show(request, found)
    if deed is None:
        messages.error(request, _("这个请求看不懂"))
        return redirect("support_request", pk)
    service, form_class, given = deed
    form = form_class(request.POST, **_units_of(request, form_class)) if form_class else forms.Form(request.POST)
    if done(form, service, by=request.actor, request=found, now=clock.now(), **given):
        messages.success(request, _("改好了"))
        return redirect("support_request", pk)
    return _show(request, found, form)


@access(Role.CADRE, *READERS, methods=("GET", "POST"))
@never_cache
def support_answer(request: ActedRequest, pk: int) -> HttpResponse:
    """Answer a request that the actor is to answer. Refuses (404): one that is not."""
    found = queries.to_answer(request.actor, pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        given = {"yes": True, "no": False}.get(request.POST.get("given", ""))
        if given is None:
            form.full_clean()
            form.add_error(None, _("选一个：给，还是给不了"))
        elif done(form, services.answer_request, by=request.actor, request=found, given=given, now=clock.now()):
            messages.success(request, _("答复了；提出的单位会说解决没有"))
            return redirect("support_answer", pk)
    shown = queries.clocked(request.actor, [found], clock.day_of(clock.now()))[0]
    subject = queries.subject_url(request.actor, found)
    context = {"row": shown, "form": form, "may": may(request.actor, found), "subject": subject, "here": "support"}
    return render(request, "resources/answer.html", context, status=422 if form.errors else 200)


# what a button of the page does: the service, the form beside it, what the button itself says
Deed = tuple[Callable[..., Any], type[forms.Form] | None, dict[str, Any]]
DEEDS: dict[str, Deed] = {
    "accept": (services.accept_offer, AcceptForm, {}),
    "decline": (services.decline_offer, None, {}),
    "retract": (services.retract_offer, None, {}),
    "name": (services.name_responder, NameForm, {}),
    "withdraw": (services.withdraw_request, None, {}),
    "solved": (services.judge_answer, VerdictForm, {"solved": True}),
    "unsolved": (services.judge_answer, VerdictForm, {"solved": False}),
    "again": (services.ask_again, None, {}),
}


def _units_of(request: ActedRequest, form_class: type[forms.Form]) -> dict[str, Any]:
    return {"units": queries.offices(request.actor)} if form_class is NameForm else {}


def _show(request: ActedRequest, found: SupportRequest, refused: forms.Form | None = None) -> HttpResponse:
    """Show the page, with the form that was refused as it was typed."""
    actor = request.actor
    shown = queries.clocked(actor, [found], clock.day_of(clock.now()))[0]
    made: dict[str, Any] = {
        "name_form": NameForm(units=queries.offices(actor)), "accept_form": AcceptForm(), "verdict_form": VerdictForm(),
    }  # fmt: skip
    for name, form_class in (("name_form", NameForm), ("accept_form", AcceptForm), ("verdict_form", VerdictForm)):
        if isinstance(refused, form_class):
            made[name] = refused
    context = {
        "row": shown, "may": may(actor, found), "refused": refused, "is_office": bool(actor.roles & EXPORTERS),
        "is_mine": found.responder_id == actor.user_id, "here": "support", "subject": queries.subject_url(actor, found),
    } | made  # fmt: skip
    return render(request, "resources/request.html", context, status=422 if refused is not None else 200)
