"""What a responder is asked to check: the rewritten words, a day, and one answer."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from burden.feedback import queries, services
from burden.feedback.choices import MOST_REPLY
from burden.feedback.models import RESPONDERS
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.errors import Refused

LINES = 20


@access(*RESPONDERS)
@never_cache
def forwards(request: ActedRequest) -> HttpResponse:
    """List what the own units are asked to check, what is unanswered first."""
    return _show(request)


@access(*RESPONDERS, methods=("POST",))
def answer(request: ActedRequest, pk: int) -> HttpResponse:
    """Say what was found, once."""
    found = queries.forwards(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    words = request.POST.get("answer", "")
    try:
        services.respond(by=request.actor, forward=found, answer=words, now=clock.now())
    except Refused as refused:
        return _show(request, pk, str(refused), words)
    messages.success(request, _("回了，受理的办公室能看到"))
    return redirect("feedback_forwards")


def _show(request: ActedRequest, wrong: int = 0, problem: str = "", words: str = "") -> HttpResponse:
    today = clock.day_of(clock.now())
    page = Paginator(queries.forwards(request.actor), LINES).get_page(request.GET.get("page"))
    typed = {wrong: (problem, words)} if problem else {}
    rows = [
        (each, not each.answered_on and not each.ended_on and each.due_on < today, *typed.get(each.pk, ("", "")))
        for each in page
    ]
    context = {
        "page": page, "rows": rows, "most": MOST_REPLY, "form": None,
        "problems": [(f"answer-{wrong}", problem)] if problem else [],
    }  # fmt: skip
    return render(request, "feedback/forwards.html", context, status=422 if problem else 200)
