"""What Celery runs: each a shim, safe to run twice and to kill."""

from __future__ import annotations

from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from burden.feedback import services
from burden.feedback.services.batches import drawn
from burden.kit.clock import DAY, day_of, now

log = structlog.get_logger("feedback")


@shared_task(name="feedback.release")
def release(**_future: Any) -> None:
    """Open what came before today, in an hour drawn by chance, and take in what reporters did before today.

    What has waited for longer, as where the portal was off at the hour drawn, waits for no chance.
    """
    at = now()
    before = day_of(at) if drawn(timezone.localtime(at).hour) else day_of(at) - DAY
    opened, acts = services.release(now=at, before=before), services.note_acts(now=at, before=before)
    if opened or acts:
        log.info("tickets.released", tickets=opened, acts=acts)


@shared_task(name="feedback.escalate")
def escalate(**_future: Any) -> None:
    """Raise what is overdue, and count the board where the week's is not counted yet."""
    at = now()
    if raised := services.escalate(now=at):
        log.info("tickets.raised", tickets=raised)
    services.count_board(now=at)
