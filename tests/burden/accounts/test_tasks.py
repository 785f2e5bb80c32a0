"""What Celery runs for accounts, as the worker's database role."""

from __future__ import annotations

import datetime as dt

from django.contrib.sessions.models import Session

from burden.accounts.tasks import clear_sessions
from burden.kit import clock
from tests.database import as_role


def test_sessions_that_are_over_are_cleared_by_the_worker(db):
    for key, hours in (("over", -1), ("running", 1)):
        expires = clock.now() + dt.timedelta(hours=hours)
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    with as_role("burden_worker"):
        clear_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["running"]
