"""The targets of a demand, all in one statement: one for each receiver and week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection

from burden.demands.models import Demand

NUMBERS = ("category", "people", "minutes", "travel_minutes", "prep_minutes")
PUT = """
INSERT INTO target (demand_id, unit_id, week, due_on, issuer_id, category,
                    people, minutes, travel_minutes, prep_minutes, withdrawn)
SELECT %(demand)s, unit_id, date_trunc('week', due_on)::date, due_on, %(issuer)s, %(category)s,
       %(people)s, %(minutes)s, %(travel_minutes)s, %(prep_minutes)s, false
FROM unnest(%(days)s::date[]) AS due_on CROSS JOIN unnest(%(units)s::bigint[]) AS unit_id
"""
# whoever files an answer meanwhile is waited for, and then seen by the statement that follows
LOCK = """
SELECT count(*) FROM (SELECT FROM target WHERE demand_id = %(demand)s AND week >= %(since)s FOR UPDATE) AS held
"""
DROP = """
DELETE FROM target
WHERE demand_id = %(demand)s AND week >= %(since)s AND id NOT IN (SELECT * FROM answered_targets(%(demand)s))
"""
OTHERS = """
AND (unit_id <> ALL (%(units)s::bigint[])
     OR week NOT IN (SELECT date_trunc('week', day)::date FROM unnest(%(days)s::date[]) AS day))
"""
RENEWED = """
ON CONFLICT (demand_id, unit_id, week) DO UPDATE
SET due_on = excluded.due_on, category = excluded.category, people = excluded.people, minutes = excluded.minutes,
    travel_minutes = excluded.travel_minutes, prep_minutes = excluded.prep_minutes
WHERE target.id NOT IN (SELECT * FROM answered_targets(%(demand)s))
"""
KEEP = "UPDATE target SET withdrawn = true WHERE demand_id = %(demand)s"
EVER = dt.date.min


def put_targets(*, demand: Demand, unit_ids: Sequence[int], days: Sequence[dt.date]) -> None:
    """Write the targets of a demand that goes out."""
    with connection.cursor() as cursor:
        cursor.execute(PUT, _facts(demand, unit_ids, days))


def renew_targets(*, demand: Demand, unit_ids: Sequence[int], days: Sequence[dt.date], since: dt.date) -> None:
    """Let the targets from a Monday on follow a changed demand; what was answered stays as it is."""
    facts = _facts(demand, unit_ids, [day for day in days if day >= since]) | {"since": since}
    with connection.cursor() as cursor:
        for statement in (LOCK, DROP + OTHERS, PUT + RENEWED):
            cursor.execute(statement, facts)


def _facts(demand: Demand, unit_ids: Sequence[int], days: Sequence[dt.date]) -> dict[str, Any]:
    numbers = {name: getattr(demand, name) for name in NUMBERS}
    return numbers | {"demand": demand.pk, "issuer": demand.issuer_id, "days": list(days), "units": list(unit_ids)}


def take_back_targets(*, demand: Demand) -> int:
    """Delete the targets that nobody answered, and let the others claim nothing; return how many went."""
    facts: dict[str, Any] = {"demand": demand.pk, "since": EVER}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, facts)
        cursor.execute(DROP, facts)
        gone = int(cursor.rowcount)
        cursor.execute(KEEP, facts)
        return gone
