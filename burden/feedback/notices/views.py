"""Notices as pages: the list, one, writing it, publishing it, taking it back; and how one wants to hear of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import READERS, Role
from burden.feedback.notices import queries, services
from burden.feedback.notices.forms import ChannelForm, NoticeForm, ReasonForm
from burden.feedback.notices.models import SUMMARY_LENGTH, TITLE_LENGTH, TRANSITIONS, Act, Notice, State
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import query_of
from burden.kit.errors import Refused
from burden.kit.forms import done
from burden.units.models import Kind

PEOPLE = (*sorted(READERS), Role.CADRE)
WRITERS = (Role.ISSUER, Role.OFFICE)
LINES = 30
VIEWS = ("", "old", "ours")


def _or_404(request: ActedRequest, pk: int) -> Notice:
    found = queries.notice(request.actor, pk)
    if found is None:
        raise Http404
    return found


@access(*PEOPLE)
@never_cache
def notices(request: ActedRequest) -> HttpResponse:
    """List what is said to the reader, what has run out, or what the reader's unit wrote."""
    actor, today = request.actor, clock.day_of(clock.now())
    is_writer = bool(actor.roles & {*WRITERS})
    view = request.GET.get("view", "")
    view = view if view in VIEWS and (view != "ours" or is_writer) else ""
    found = queries.written(actor) if view == "ours" else queries.notices(actor, today, old=view == "old")
    context = {
        "page": Paginator(found, LINES).get_page(request.GET.get("page")),
        "view": view,
        "query": query_of(view=view),
        "is_writer": is_writer,
        "today": today,
        "channel": queries.channel(actor),
    }
    return render(request, "feedback/notices/notices.html", context)


@access(*PEOPLE)
@never_cache
def notice(request: ActedRequest, pk: int) -> HttpResponse:
    """Show a notice, its plain words first; nobody notes that it was opened."""
    return _show(request, _or_404(request, pk))


def _show(request: ActedRequest, found: Notice, form: ReasonForm | None = None) -> HttpResponse:
    actor = request.actor
    is_office = queries.keeps(actor, found)
    is_own = found.unit_id in actor.issuing
    acts = {act for act in Act if (found.state, act) in TRANSITIONS and (is_office or (is_own and act == Act.WITHDRAW))}
    context = {
        "notice": found,
        "is_known": is_office or is_own,
        "is_over": found.until < clock.day_of(clock.now()),
        "is_out": found.state == State.PUBLISHED,
        "may_publish": Act.PUBLISH in acts,
        "may_return": Act.RETURN in acts,
        "may_withdraw": Act.WITHDRAW in acts,
        "kinds": [Kind(kind).label for kind in found.kinds],
        "roles": [Role(role).label for role in found.roles],
        "form": form or ReasonForm(),
    }
    return render(request, "feedback/notices/notice.html", context, status=422 if form else 200)


@access(*WRITERS, methods=("GET", "POST"))
@never_cache
def notice_new(request: ActedRequest) -> HttpResponse:
    """Write a notice: the office's is out at once, a department's waits for the office."""
    actor = request.actor
    form = NoticeForm(request.POST or None, roots=queries.roots(actor), initial=_initial(request))
    if request.method == "POST" and done(form, services.write_notice, by=actor, now=clock.now()):
        messages.success(request, _("发了") if actor.post(Role.OFFICE) else _("送到机制办了，核发后对方看得到"))
        return redirect(f"/notices/?{query_of(view='ours')}")
    context = {"form": form, "is_office": actor.post(Role.OFFICE) is not None}
    return render(request, "feedback/notices/write.html", context, status=422 if form.errors else 200)


def _initial(request: ActedRequest) -> dict[str, Any]:
    """Return what a form begins with: a week to stand, and what the address says, as far as there is room."""
    asked = request.GET
    return {
        "title": asked.get("title", "")[:TITLE_LENGTH],
        "summary": asked.get("summary", "")[:SUMMARY_LENGTH],
        "root": asked.get("root", ""),
        "roles": asked.getlist("roles"),
        "until": clock.day_of(clock.now()) + clock.WEEK,
    }


@access(Role.OFFICE, methods=("POST",))
def notice_publish(request: ActedRequest, pk: int) -> HttpResponse:
    """Publish what a department proposed."""
    found = _or_404(request, pk)
    try:
        services.publish_notice(by=request.actor, notice=found, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("发了"))
    return redirect("notice", pk)


@access(Role.OFFICE, methods=("POST",))
def notice_return(request: ActedRequest, pk: int) -> HttpResponse:
    """Send a proposed notice back with a reason."""
    return _end(request, pk, Act.RETURN, services.return_notice, _("退回了，写的单位看得到原因"))


@access(*WRITERS, methods=("POST",))
def notice_withdraw(request: ActedRequest, pk: int) -> HttpResponse:
    """Take a notice back."""
    return _end(request, pk, Act.WITHDRAW, services.withdraw_notice, _("撤回了，没有人再看到它"))


def _end(request: ActedRequest, pk: int, act: str, service: Callable[..., Notice], words: str) -> HttpResponse:
    """End a notice with a reason; where it stands otherwise by now, its page has no field for one."""
    found, form = _or_404(request, pk), ReasonForm(request.POST)
    if (found.state, act) not in TRANSITIONS:
        messages.error(request, str(services.not_from_here(state=found.state, act=act)))
        return redirect("notice", pk)
    if not done(form, service, by=request.actor, notice=found, now=clock.now()):
        return _show(request, found, form)
    messages.success(request, words)
    return redirect("notice", pk)


@access(*PEOPLE, methods=("GET", "POST"))
@never_cache
def notice_channel(request: ActedRequest) -> HttpResponse:
    """Choose a channel for one word a week; off unless chosen."""
    actor = request.actor
    form = ChannelForm(request.POST or None)
    if request.method == "POST" and done(form, services.choose_channel, by=actor, now=clock.now()):
        messages.success(request, _("开了：每周最多一次，只说有几条新的"))
        return redirect("notice_channel")
    kept = queries.channel(actor)
    context = {"form": form, "channel": kept, "has_failed": queries.failed(actor, kept)}
    return render(request, "feedback/notices/channel.html", context, status=422 if form.errors else 200)


@access(*PEOPLE, methods=("POST",))
def notice_channel_drop(request: ActedRequest) -> HttpResponse:
    """Want no word any more."""
    services.drop_channel(by=request.actor, now=clock.now())
    messages.success(request, _("关了，地址也删了"))
    return redirect("notice_channel")
