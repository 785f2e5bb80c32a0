"""What Celery runs: a shim, safe to run twice and to kill."""

from __future__ import annotations

from typing import Any

import structlog
from celery import shared_task

from burden.feedback.notices.digests import send_digests
from burden.kit.clock import now

log = structlog.get_logger("notices")


@shared_task(name="notices.send_digests")
def send(**_future: Any) -> None:
    """Send this week's digests to those who have none yet."""
    if told := send_digests(now=now()):
        log.info("digest.sent", people=told)
