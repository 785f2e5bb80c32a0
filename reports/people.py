"""How many different people filed in a year: people do not add up over weeks or units, so they are counted every night."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.db import connection, transaction

from burden.kit.clock import last_closed

ALONE = "SELECT pg_advisory_xact_lock(hashtext('reports.people'), 0)"  # two recounts would put everything twice
SQL = Path(__file__).parent / "sql" / "people"
CLEAR, COUNT = ((SQL / f"{name}.sql").read_text(encoding="utf-8") for name in ("clear", "count"))


@transaction.atomic
def recount(*, now: dt.datetime) -> int:
    """Count all years anew, without weeks that are not over; readers keep the old rows meanwhile. Units: rows written."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        cursor.execute(CLEAR)
        cursor.execute(COUNT, {"until": last_closed(now).monday})
        return int(cursor.rowcount)
