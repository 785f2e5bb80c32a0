"""The targets of a demand, all in one statement: one for each receiver and week; and holding those a filing answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from burden.demands.facts import defaults
from burden.demands.models import Demand
from burden.kit import clock
from burden.kit.clock import Week
from burden.standards.measure import Cost
from burden.standards.models import Evidence
from burden.standards.tariffs import version_on

NUMBERS = ("category", "people", "minutes", "travel_minutes", "prep_minutes")
MINUTES = ("minutes", "travel_minutes", "prep_minutes")
PUT = """
INSERT INTO target (demand_id, unit_id, week, due_on, issuer_id, category,
                    people, minutes, travel_minutes, prep_minutes, evidence, tariff_id, withdrawn)
SELECT %(demand)s, unit_id, date_trunc('week', due_on)::date, due_on, %(issuer)s, %(category)s,
       %(people)s, %(minutes)s, %(travel_minutes)s, %(prep_minutes)s, %(evidence)s, %(tariff)s, false
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
    travel_minutes = excluded.travel_minutes, prep_minutes = excluded.prep_minutes,
    evidence = excluded.evidence, tariff_id = excluded.tariff_id
WHERE target.id NOT IN (SELECT * FROM answered_targets(%(demand)s))
"""
# who sent the demand back is asked for it no more, on whichever days it falls now
STILL_REFUSED = """
UPDATE target t SET withdrawn = true FROM demand_refusal r JOIN unit above ON above.id = r.unit_id, unit u
WHERE r.demand_id = %(demand)s AND t.demand_id = r.demand_id AND u.id = t.unit_id
      AND (u.id = above.id OR r.whole AND u.path >= above.path AND u.path < left(above.path, -1) || '/')
      AND t.week >= greatest(r.from_week, %(since)s) AND NOT t.withdrawn
"""
# what was due before the day it is taken back was asked, and stays so
TAKE_BACK = """
DELETE FROM target
WHERE demand_id = %(demand)s AND due_on >= %(day)s AND id NOT IN (SELECT * FROM answered_targets(%(demand)s))
"""
KEEP = "UPDATE target SET withdrawn = true WHERE demand_id = %(demand)s AND due_on >= %(day)s"
# whoever withdraws meanwhile is waited for, whoever answers beside is not
HOLD = """
SELECT t.id, t.issuer_id, t.category, d.title, d.subkind, t.withdrawn,
       t.people, t.minutes, t.travel_minutes, t.prep_minutes
FROM target t JOIN demand d ON d.id = t.demand_id
WHERE t.id = ANY (%(ids)s) AND t.unit_id = %(unit)s AND t.week = %(week)s
ORDER BY t.id FOR KEY SHARE OF t
"""
GONE = "SELECT * FROM gone_targets(%s)"


@dataclass(frozen=True)
class HeldTarget:
    """A target that cannot be withdrawn until the transaction ends."""

    id: int
    issuer_id: int
    category: str
    title: str
    subkind: str
    withdrawn: bool
    cost: Cost


def put_targets(*, demand: Demand, unit_ids: Sequence[int], days: Sequence[dt.date]) -> None:
    """Write the targets of a demand that goes out."""
    with connection.cursor() as cursor:
        cursor.execute(PUT, _facts(demand, unit_ids, days))


def renew_targets(*, demand: Demand, unit_ids: Sequence[int], days: Sequence[dt.date], since: dt.date) -> None:
    """Let the targets from a Monday on follow a changed demand; what was answered stays as it is, what was sent back too."""
    facts = _facts(demand, unit_ids, [day for day in days if day >= since]) | {"since": since}
    with connection.cursor() as cursor:
        for statement in (LOCK, DROP + OTHERS, PUT + RENEWED, STILL_REFUSED):
            cursor.execute(statement, facts)


def _facts(demand: Demand, unit_ids: Sequence[int], days: Sequence[dt.date]) -> dict[str, Any]:
    numbers = {name: getattr(demand, name) for name in NUMBERS} | evidence_of(demand)
    return numbers | {"demand": demand.pk, "issuer": demand.issuer_id, "days": list(days), "units": list(unit_ids)}


def evidence_of(demand: Demand) -> dict[str, int | None]:
    """Say where a demand's numbers come from: the tariff in force where they are its own, else the issuer's claim."""
    usual = defaults(demand.category, demand.subkind, demand.facts)
    version = version_on(clock.day_of(clock.now()))
    if version is None or any(getattr(demand, name) != getattr(usual, name) for name in MINUTES):
        return {"evidence": Evidence.CLAIM, "tariff": None}
    return {"evidence": Evidence.TARIFF, "tariff": version.pk}


def take_back_targets(*, demand: Demand, day: dt.date) -> int:
    """Delete the targets due from a day on that nobody answered, and let the others of these claim nothing; return how many went."""
    facts: dict[str, Any] = {"demand": demand.pk, "since": Week.on(day).monday, "day": day}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, facts)
        cursor.execute(TAKE_BACK, facts)
        gone = int(cursor.rowcount)
        cursor.execute(KEEP, facts)
        return gone


def hold_targets(*, ids: Collection[int], unit_id: int, week: dt.date) -> dict[int, HeldTarget]:
    """Return by id those that are targets of a unit in a week, and hold them."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"ids": list(ids), "unit": unit_id, "week": week})
        rows = cursor.fetchall()
    return {
        pk: HeldTarget(pk, issuer_id, category, title, subkind, withdrawn, Cost(*numbers))
        for pk, issuer_id, category, title, subkind, withdrawn, *numbers in rows
    }


def gone_targets(*, ids: Collection[int]) -> set[int]:
    """Return the ids that once were targets and are no more: withdrawn before they were due and anybody answered."""
    with connection.cursor() as cursor:
        cursor.execute(GONE, [list(ids)])
        return {pk for (pk,) in cursor.fetchall()}
