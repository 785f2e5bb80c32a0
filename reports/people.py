"""How many different people filed in a year: people do not add up over weeks or units, so they are counted every night."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from burden.kit.clock import last_closed
from reports.stale_weeks import Noted, take
from reports.statements import Statements

SQL = Statements("people")


def recount(*, now: dt.datetime) -> int:
    """Count all years anew, without weeks that are not over; readers keep the old rows meanwhile. Units: rows written."""
    closed = last_closed(now).monday
    return _replace(closed, take("people_year", until=closed))


@transaction.atomic
def verify(*, now: dt.datetime) -> tuple[int, int]:
    """Recount every year beside what is stored; one of which a week is noted is left to its recount. Shape: rows, differences."""
    until = last_closed(now).monday
    SQL.alone()
    SQL.execute("count", until=until)
    rows, differences = SQL.fetch("verify", until=until)[0]
    SQL.execute("drop")
    return rows, differences


@transaction.atomic
def _replace(until: dt.date, noted: Noted) -> int:
    SQL.alone()
    SQL.execute("count", until=until)
    SQL.execute("clear")
    written = SQL.execute("replace")
    SQL.execute("drop")
    noted.forget(dt.date.min, until)
    return written
