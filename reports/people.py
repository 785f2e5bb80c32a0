"""How many different people filed in a year: people do not add up over weeks or units, so they are counted every night."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from burden.kit.clock import last_closed
from reports.statements import Statements

SQL = Statements("people")


@transaction.atomic
def recount(*, now: dt.datetime) -> int:
    """Count all years anew, without weeks that are not over; readers keep the old rows meanwhile. Units: rows written."""
    SQL.alone()
    SQL.execute("clear")
    return SQL.execute("count", until=last_closed(now).monday)
