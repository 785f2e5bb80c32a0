"""What Celery runs: each a shim, safe to run twice and to kill."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from burden.resources.services import read_next_file

SECONDS = 45  # reading stops itself after thirty; what does not is ended with its worker's child


@shared_task(name="resources.read_files", time_limit=SECONDS)
def read_files(**_future: Any) -> None:
    """Read the oldest workbook that somebody brought."""
    read_next_file()
