"""What Celery runs: each a shim, safe to run twice and to kill."""

from __future__ import annotations

from typing import Any

import structlog
from celery import shared_task

from burden.kit.clock import now
from burden.standards.lists import read_next
from burden.standards.services import deal_panels

log = structlog.get_logger("standards")


@shared_task(name="standards.deal_panels")
def deal(**_future: Any) -> None:
    """Give a panel to who came into a sampled county since."""
    if dealt := deal_panels(now=now()):
        log.info("sample.dealt", people=dealt)


@shared_task(name="standards.read_lists", time_limit=45)
def read_lists(**_future: Any) -> None:
    """Read a workbook that somebody brought; one that takes longer is ended with its worker's child, and refused by the next."""
    if file := read_next(now=now()):
        log.info("list.read", file=file)
