"""What Celery runs: each a shim, safe to run twice and to kill."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from burden.kit import clock
from burden.units import events


@shared_task(name="units.carry_out")
def carry_out(**_future: Any) -> None:
    """Carry out the planned events of units whose Monday has come."""
    events.carry_out_due(now=clock.now())
