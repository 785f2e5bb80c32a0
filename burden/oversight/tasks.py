"""What Celery runs: a shim, safe to run twice and to kill."""

from __future__ import annotations

from typing import Any

import structlog
from celery import shared_task

from burden.kit.clock import now
from burden.oversight import services

log = structlog.get_logger("oversight")


@shared_task(name="oversight.escalate")
def escalate(**_future: Any) -> None:
    """Tell the level above of what is overdue, and ask receivers who could not be asked before."""
    at = now()
    told, asked = services.escalate(now=at), services.ask_later(now=at)
    if told or asked:
        log.info("orders.escalated", orders=told, asked=asked)
