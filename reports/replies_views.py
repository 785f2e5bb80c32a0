"""The page of those who answer reports: how soon they replied, and whether that solved it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from burden.accounts.roles import READERS
from burden.kit import clock
from burden.kit.access import ActedRequest, access
from burden.kit.clock import last_closed
from reports.frames import unit_or_404
from reports.replies import FEWEST, responders


@access(*READERS)
def replies(request: ActedRequest, code: str) -> HttpResponse:
    """Show who replied how soon in a place's year so far. Refuses (404): a foreign or missing unit."""
    unit = unit_or_404(request.actor, code)
    until = last_closed(clock.now())
    context = {"unit": unit, "lines": responders(request.actor, unit, until), "until": until, "fewest": FEWEST}
    return render(request, "reports/replies.html", context)
