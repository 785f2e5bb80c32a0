"""What Celery runs: each a shim, safe to run twice and to kill."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore


@shared_task(name="accounts.clear_sessions")
def clear_sessions(**_future: Any) -> None:
    """Delete sessions that are over."""
    SessionStore.clear_expired()
