"""The desk's inbox: the list by what is left of the time, and one ticket with all that can be done with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.accounts.roles import Role
from burden.demands.queries import demand as demand_of
from burden.feedback import hints, queries, routing, services
from burden.feedback.choices import DONE, MOST_REPLY, MOST_TEXT, MOST_TITLE, TRANSITIONS, Act, Conclusion
from burden.feedback.flow import keeps
from burden.feedback.models import KEEPERS, BoardEntry, Ticket
from burden.feedback.pages import clock_of, headline, lines, spent, tab_of, year
from burden.feedback.sealing import Case, added_to, text_of
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.addresses import address, query_of
from burden.kit.errors import Refused
from burden.standards.workdays import Workdays, workdays

LINES = 20
TABS = {"todo": gettext_lazy("待答复"), "checking": gettext_lazy("办理中"), "done": gettext_lazy("已答复")}


@access(Role.CADRE, Role.LEAD, Role.ISSUER, *KEEPERS)
@never_cache
def feedback(request: ActedRequest) -> HttpResponse:
    """Lead to the inbox who keeps a desk, everybody else to the own page."""
    if not request.actor.roles & set(KEEPERS):
        return redirect("feedback_mine")
    tab = request.GET.get("tab", "")
    return _show(request, tab if tab in TABS else "todo")


@access(*KEEPERS)
@never_cache
def ticket(request: ActedRequest, pk: int) -> HttpResponse:
    """Show one ticket beside the list it stands in; of one that went up, what the own desk answered."""
    found = queries.ticket(request.actor, pk)
    if found is None:
        sent = get_object_or_404(queries.sent_up(request.actor), pk=pk)
        return render(request, "feedback/sent_up.html", {"sent": sent})
    return _show(request, tab_of(found), found)


def _found(request: ActedRequest, pk: int) -> Ticket:
    found = queries.ticket(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _show(
    request: ActedRequest, tab: str, found: Ticket | None = None, problems: Mapping[str, str] | None = None
) -> HttpResponse:
    actor, days, today = request.actor, workdays(), clock.day_of(clock.now())
    (counts, came), keeper = queries.standing(actor, dt.date(today.year, 1, 1)), actor.post(*KEEPERS)
    pages = Paginator(queries.inbox(actor, tab), LINES)
    vars(pages)["count"] = counts[tab]  # counted already
    page = pages.get_page(request.GET.get("page"))
    shown = lines(page, days, today)
    opened = found or (queries.ticket(actor, shown[0].ticket.pk) if shown else None)
    context = {
        "tabs": [(address("feedback", tab=code), label, counts[code], code == tab) for code, label in TABS.items()],
        "tab": tab,
        "tab_label": TABS[tab],
        "unit": keeper.unit if keeper else None,
        "page": page,
        "lines": shown,
        "query": query_of(tab=tab),
        "base": address("feedback"),
        "year": year(came, days),
        "sent_up": queries.sent_up(actor)[:LINES] if tab == "done" else (),
        "ticket": opened,
        "said": request.POST,
        "errors": problems or {},
        "problems": list((problems or {}).items()),
        "form": None,
    }
    if opened:
        context |= _opened(request, opened, days, today)
    return render(request, "feedback/inbox.html", context, status=422 if problems else 200)


def _opened(request: ActedRequest, found: Ticket, days: Workdays, today: dt.date) -> dict[str, Any]:
    """Return what the page shows of one ticket, and which acts it offers."""
    actor, text = request.actor, text_of(found)
    mine = keeps(actor, found)
    may = {act.value: mine and found.state in states for act, (states, _to) in TRANSITIONS.items()}
    may["publish"] &= found.merged_into_id is None
    asked = queries.forwards_of(actor, found)
    entry = BoardEntry.objects.filter(ticket=found, shown_from__isnull=False).first()
    return {
        "title": headline(found),
        "clock": clock_of(found, days, today),
        "pieces": hints.pieces(text, hints.hints(text)),
        "added": added_to(found),
        "numbers": range(1, found.photos + 1),
        "steps": queries.steps(actor, found),
        "asked": asked,
        "spent": spent(found, asked, days, today),
        "alike": [(each, headline(each), _may_join(found, each, days)) for each in queries.alike(actor, found)],
        "removed": [gettext(why) for why in dict.fromkeys(found.removed) if why],
        "skipped": routing.skipped(found.desk, found.raised_to) if found.raised_to else [],
        "near": queries.demands_near(actor, found) if may[Act.REWRITE] else [],
        "responders": queries.responders(actor, found) if may[Act.FORWARD] else [],
        "conclusions": Conclusion.choices,
        "entry": entry,
        "may": may | {"publish": may["publish"] and entry is None, "unpublish": may["unpublish"] and entry is not None},
        "mine": mine,
        "owed": found.state not in DONE,
        "merged": queries.ticket(actor, found.merged_into_id) if found.merged_into_id else None,
        "identities": (asked_for := queries.identity_requests(actor, found) if found.named else []),
        "waits": any(each.granted is None for each in asked_for),
        "to_decide": any(each.granted is None and each.asked_by_id != actor.user_id for each in asked_for),
        "limits": {"title": MOST_TITLE, "text": MOST_TEXT, "reply": MOST_REPLY},
    }


def _may_join(found: Ticket, other: Ticket, days: Workdays) -> bool:
    return other.merged_into_id is None and other.desk_id == found.desk_id and services.may_lead(other, found, days)


def _accept(request: ActedRequest, found: Ticket, facts: dict[str, Any]) -> str:
    services.accept(**facts)
    return _("受理了")


def _rewrite(request: ActedRequest, found: Ticket, facts: dict[str, Any]) -> str:
    post = request.POST
    services.rewrite(**facts, title=post.get("title", ""), rewritten=post.get("rewritten", ""))
    return _("转出稿存好了")


def _forward(request: ActedRequest, found: Ticket, facts: dict[str, Any]) -> str:
    code = request.POST.get("unit", "")
    found_unit = next((unit for unit in queries.responders(request.actor, found) if unit.code == code), None)
    if found_unit is None:
        raise Refused("ticket.unit", _("选一个单位"), {"unit": _("选一个单位")})
    services.forward(**facts, unit=found_unit)
    return _("转出了，只有转出稿")


def _merge(request: ActedRequest, found: Ticket, facts: dict[str, Any]) -> str:
    into = queries.ticket(request.actor, _number(request, "into"))
    if into is None:
        raise Http404
    services.merge(**facts, into=into)
    return _("并案了，答复一次，两边都看得到")


def _link(request: ActedRequest, found: Ticket, facts: dict[str, Any]) -> str:
    services.link_demand(**facts, demand=demand_of(request.actor, _number(request, "demand")))
    return _("关联了")


def _reply(request: ActedRequest, found: Ticket, facts: dict[str, Any]) -> str:
    post = request.POST
    said: dict[str, Any] = {name: post.get(name, "") for name in ("conclusion", "words", "change")}
    services.reply(**facts, **said, public=post.get("public") == "1")
    return _("答复了")


def _publish(request: ActedRequest, found: Ticket, facts: dict[str, Any]) -> str:
    services.publish(**facts)
    return _("下周一起公开")


def _unpublish(request: ActedRequest, found: Ticket, facts: dict[str, Any]) -> str:
    services.unpublish(**facts)
    return _("从公开栏撤下了")


def _ask_identity(request: ActedRequest, found: Ticket, facts: dict[str, Any]) -> str:
    services.ask_identity(**facts, reason=request.POST.get("reason", ""))
    return _("提了，要另一个人同意")


def _decide_identity(request: ActedRequest, found: Ticket, facts: dict[str, Any]) -> str:
    asked = _request_of(request, found)
    granted, verdict = request.POST.get("granted") == "1", request.POST.get("verdict", "")
    services.decide_identity(by=request.actor, request=asked, granted=granted, verdict=verdict, now=facts["now"])
    return _("决定了，记在审计里")


def _open_identity(request: ActedRequest, found: Ticket, facts: dict[str, Any]) -> str:
    name = services.open_identity(by=request.actor, request=_request_of(request, found), now=facts["now"])
    return _("反映人：%(name)s。这次查看记在审计里") % {"name": name}


def _request_of(request: ActedRequest, found: Ticket) -> Any:
    number = _number(request, "request")
    for each in queries.identity_requests(request.actor, found):
        if each.pk == number:
            return each
    raise Http404


def _number(request: ActedRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isdecimal() or len(text) > 18:
        raise BadRequest(name)
    return int(text)


Doing = Callable[[ActedRequest, Ticket, dict[str, Any]], str]
ACTS: dict[str, Doing] = {
    "accept": _accept,
    "rewrite": _rewrite,
    "forward": _forward,
    "merge": _merge,
    "link": _link,
    "reply": _reply,
    "publish": _publish,
    "unpublish": _unpublish,
    "ask_identity": _ask_identity,
    "decide_identity": _decide_identity,
    "open_identity": _open_identity,
}


@access(*KEEPERS, methods=("POST",))
@never_cache
def act(request: ActedRequest, pk: int) -> HttpResponse:
    """Do one thing with a ticket. Refuses (400): no such act."""
    found, doing = _found(request, pk), ACTS.get(request.POST.get("act", ""))
    if doing is None:
        raise BadRequest("act")
    try:
        words = doing(request, found, {"by": request.actor, "ticket": found, "now": clock.now()})
    except Refused as refused:
        now = _found(request, pk)  # as it stands: somebody else may have done it meanwhile
        return _show(request, tab_of(now), now, refused.errors or {"": str(refused)})
    messages.success(request, words)
    if doing is _open_identity:  # said in this answer alone: until the next one a name would lie in a cookie
        return _show(request, tab_of(found), found)
    return redirect("ticket", pk)


@access(*KEEPERS)
@never_cache
def photo(request: ActedRequest, pk: int, number: int) -> HttpResponse:
    """Show one photo of a ticket, opened for this answer alone."""
    found = _found(request, pk)
    held = queries.photo(request.actor, found, number)
    if held is None:
        raise Http404
    return HttpResponse(Case.of(found).file(held.sealed), content_type="image/jpeg")
