"""The public board: answered tickets, what was not taken up included."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from burden.accounts.roles import Role
from burden.feedback import board as entries
from burden.feedback import services
from burden.kit import clock
from burden.kit.access import ActedRequest, access, public
from burden.kit.addresses import address, query_of
from burden.kit.errors import Refused

LINES = 20


@public()
def board(request: HttpRequest) -> HttpResponse:
    """List what is public, by kind, to everybody."""
    today = clock.day_of(clock.now())
    tabs = entries.tabs(today)
    chosen = next((tab for tab in tabs if tab.code == request.GET.get("topic")), None)
    found = entries.entries(today) if tabs else entries.entries(today).none()
    if chosen:
        found = found.filter(topic__in=chosen.topics)
    page = Paginator(found, LINES).get_page(request.GET.get("page"))
    people, labels = entries.people(list(page)), entries.labels(tabs)
    actor = getattr(request, "actor", None)
    may_endorse = actor is not None and Role.CADRE in actor.roles
    endorsed = entries.endorsed(actor, list(page)) if actor and may_endorse else set()
    context = {
        "page": page,
        "rows": [
            (each, labels[each.topic], people[each.pk], each.pk in endorsed, entries.reviewer(each, today))
            for each in page
        ],
        "tabs": tabs,
        "total": sum(tab.count for tab in tabs),
        "chosen": chosen,
        "query": query_of(topic=chosen.code if chosen else ""),
        "figures": entries.figures(),
        "fewest": entries.FEWEST_TEXTS,
        "may_endorse": may_endorse,
        "here": query_of(topic=chosen.code if chosen else "", page=page.number),
    }
    if actor is None:
        pages = (("board", _("公开答复")), ("anonymous", _("我要反映")), ("login", _("登录")))
        context["nav"] = [{"url": reverse(name), "label": label, "current": name == "board"} for name, label in pages]
    return render(request, "feedback/board.html", context)


@access(Role.CADRE, methods=("POST",))
def endorse(request: ActedRequest, pk: int) -> HttpResponse:
    """Say that one met the same, once."""
    entry = get_object_or_404(entries.entries(clock.day_of(clock.now())), pk=pk)
    try:
        services.endorse(by=request.actor, entry=entry, now=clock.now())
    except Refused as refused:
        messages.info(request, str(refused))
    else:
        messages.success(request, _("记下了：你也遇到。谁点的，平台不记"))
    return redirect(address("board", topic=request.GET.get("topic", ""), page=request.GET.get("page", "")))
