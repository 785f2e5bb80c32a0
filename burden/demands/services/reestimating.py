"""A new version of the tariffs: what was claimed by tariff alone is claimed anew, and kept apart from what was spared."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction

from burden.demands.facts import defaults
from burden.demands.models import ACTIVE, Demand, Target
from burden.demands.services.targets import LOCK, MINUTES
from burden.kit import clock
from burden.kit.clock import Week
from burden.standards.models import Evidence
from burden.standards.tariffs import version_on

CLAIM_ANEW = """
WITH held AS (
    SELECT id, people * (minutes + travel_minutes) + prep_minutes AS person_min FROM target
    WHERE demand_id = %(demand)s AND week >= %(since)s AND tariff_id <> %(tariff)s AND NOT withdrawn
          AND id NOT IN (SELECT * FROM answered_targets(%(demand)s))
), changed AS (
    UPDATE target t
    SET minutes = %(minutes)s, travel_minutes = %(travel_minutes)s, prep_minutes = %(prep_minutes)s, tariff_id = %(tariff)s
    FROM held WHERE t.id = held.id
    RETURNING t.week, held.person_min AS before, t.people * (t.minutes + t.travel_minutes) + t.prep_minutes AS after
)
INSERT INTO reestimate (demand_id, week, tariff_id, before_min, after_min, at)
SELECT %(demand)s, week, %(tariff)s, sum(before), sum(after), %(now)s FROM changed GROUP BY week
"""


@transaction.atomic
def reestimate(*, now: dt.datetime) -> int:
    """Let the unanswered targets from this week on follow the tariffs in force, where nothing but a tariff stands behind them.

    What an issuer claimed, what was answered and what is past stays. Returns how many demands x weeks were re-estimated.
    """
    today = clock.day_of(now)
    version, since = version_on(today), Week.on(today).monday
    if version is None:
        return 0
    older = Target.every.filter(evidence=Evidence.TARIFF, week__gte=since).exclude(tariff=version)
    demands = Demand.every.filter(state__in=ACTIVE, pk__in=older.values("demand")).select_for_update().order_by("pk")
    return sum(_claim_anew(demand, {"since": since, "tariff": version.pk, "now": now}) for demand in demands)


def _claim_anew(demand: Demand, facts: dict[str, Any]) -> int:
    usual = defaults(demand.category, demand.subkind, demand.facts)
    numbers = {name: getattr(usual, name) for name in MINUTES}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, facts | {"demand": demand.pk})
        cursor.execute(CLAIM_ANEW, facts | numbers | {"demand": demand.pk})
        weeks = int(cursor.rowcount)
    Demand.every.filter(pk=demand.pk).update(**numbers)
    return weeks
