"""What the portal itself costs, in the footer of every page: how long filing took last week in the reader's county."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest

from burden.accounts.actor import Actor
from burden.kit import clock
from burden.kit.clock import last_closed
from reports.meter import county_median

HOUR = 3_600  # seconds


def own_burden(request: HttpRequest) -> dict[str, Callable[[], int | None]]:
    """Give templates `own_seconds`, asked for only where a footer is drawn."""
    return {"own_seconds": partial(_seconds, getattr(request, "actor", None))}


def _seconds(actor: Actor | None) -> int | None:
    if actor is None or actor.unit is None:
        return None
    now = clock.now()
    return county_median(actor.unit.path, last_closed(now).monday, int(now.timestamp()) // HOUR)
