"""The targets of a demand, all in one statement: one for each receiver and week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection

from burden.demands.models import Demand

PUT = """
INSERT INTO target (demand_id, unit_id, week, due_on, issuer_id, category,
                    people, minutes, travel_minutes, prep_minutes, withdrawn)
SELECT %(demand)s, unit_id, date_trunc('week', due_on)::date, due_on, %(issuer)s, %(category)s,
       %(people)s, %(minutes)s, %(travel_minutes)s, %(prep_minutes)s, false
FROM unnest(%(days)s::date[]) AS due_on CROSS JOIN unnest(%(units)s::bigint[]) AS unit_id
"""
# whoever files an answer meanwhile is waited for, and then seen by the statement that follows
LOCK = "SELECT count(*) FROM (SELECT FROM target WHERE demand_id = %(demand)s FOR UPDATE) AS held"
DROP = """
DELETE FROM target
WHERE demand_id = %(demand)s AND id NOT IN (SELECT * FROM answered_targets(%(demand)s))
"""
KEEP = "UPDATE target SET withdrawn = true WHERE demand_id = %(demand)s"


def put_targets(*, demand: Demand, unit_ids: Sequence[int], days: Sequence[dt.date]) -> int:
    """Write the targets of a demand that goes out; return how many."""
    numbers = ("people", "minutes", "travel_minutes", "prep_minutes", "category")
    facts = {name: getattr(demand, name) for name in numbers}
    with connection.cursor() as cursor:
        cursor.execute(
            PUT,
            facts | {"demand": demand.pk, "issuer": demand.issuer_id, "days": list(days), "units": list(unit_ids)},
        )
        return int(cursor.rowcount)


def take_back_targets(*, demand: Demand) -> int:
    """Delete the targets that nobody answered, and let the others claim nothing; return how many went."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"demand": demand.pk})
        cursor.execute(DROP, {"demand": demand.pk})
        gone = int(cursor.rowcount)
        cursor.execute(KEEP, {"demand": demand.pk})
        return gone
