"""Other ways to the same figures, in the same run: the ORM unit by unit, and a denormalised table as DHIS2's analytics has it."""

from __future__ import annotations

import time
from typing import Any

from bench.report import FREE, Line
from bench.rollup import execute, seconds

UNITS = 100  # units that the ORM adds up, of which all are reckoned
LEVELS = ("nation", "province", "city", "county", "township", "village", "department")
# DHIS2 keeps a row per value with a column for each level of the tree and each kind of period, and an index on each
ANALYTICS = f"""
CREATE TABLE analytics AS
SELECT e.id, e.week, to_char(e.week, 'IYYY"W"IW') AS weekly, to_char(e.week + 3, 'YYYYMM') AS monthly,
       to_char(e.week + 3, 'YYYY"Q"Q') AS quarterly, to_char(e.week + 3, 'YYYY') AS yearly, u.level, e.unit_id,
       {", ".join(f"p.ancestors[{n}] AS uid{n}" for n in range(1, 7))}, e.category, e.issuer_id, e.person_min
FROM entry e JOIN unit u ON u.id = e.unit_id JOIN unit_path p ON p.unit_id = e.unit_id
WHERE e.answer = 'done'
"""
INDEXED = [f"uid{n}" for n in range(1, 7)] + ["weekly", "monthly", "quarterly", "yearly", "category"]
TREND = "SELECT weekly, category, count(*), sum(person_min) FROM analytics WHERE uid4 = %s GROUP BY 1, 2"
OURS = "SELECT week, n_meeting, n_document, n_form, n_inspection, n_other, m_meeting, m_document, m_form, m_inspection, m_other FROM rollup_sub WHERE unit_id = %s"


def lines() -> list[Line]:
    """Build and read each, beside the rollup's rebuild and read."""
    from burden.kit import clock
    from burden.units.models import Unit
    from reports import rollup

    ours = seconds(rollup.rebuild, now=clock.now())
    county = Unit.every.filter(level="county").order_by("path")[0].pk
    trend = best(execute, OURS, county)
    orm = by_orm() * Unit.every.exclude(level__in=["nation", "province", "city", "county"]).count() / UNITS
    begun = time.perf_counter()
    execute("DROP TABLE IF EXISTS analytics")
    execute(ANALYTICS)
    for column in INDEXED:
        execute(f"CREATE INDEX ON analytics ({column})")
    execute("VACUUM ANALYZE analytics")
    built = time.perf_counter() - begun
    other = best(execute, TREND, county)
    execute("DROP TABLE analytics")
    return [
        Line("ORM aggregate per unit and week, all units / rebuild of all sums", FREE, orm / ours),
        Line("denormalised analytics table, built / rebuild of all sums", FREE, built / ours),
        Line("county's trend from it / from rollup_sub", FREE, other / trend),
    ]


def best(act: Any, *args: Any) -> float:
    """Time the best of ten. Units: seconds."""
    return min(seconds(act, *args) for _ in range(10))


def by_orm() -> float:
    """Add up some units as a page without sums would: one aggregate each. Units: seconds."""
    from django.db.models import Count, Sum

    from burden.entries.models import Entry
    from burden.units.models import Unit

    units = Unit.every.filter(level="village").order_by("path").values_list("pk", flat=True)[:UNITS]
    begun = time.perf_counter()
    for unit in units:
        list(
            Entry.every.filter(unit=unit, answer="done")
            .values("week", "category")
            .annotate(Count("pk"), Sum("person_min"))
        )
    return time.perf_counter() - begun
