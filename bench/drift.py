"""Do sums drift: 100,000 random changes of rows by writers, units moving, four workers at once, each a process of its own; then verified.

Bound: 0 rows differ, 0 deadlocks. OPERATIONS=20000 makes it shorter.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from bench.cluster import admin, cluster
from bench.report import FREE, Line, report
from bench.rollup import execute
from bench.world import fill, weeks_before_now

OPERATIONS = int(os.environ.get("OPERATIONS", "100000"))
WORKERS, WRITERS = 4, 2
WEEKS = 4
MOVE_EVERY = 4.0  # seconds
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
# writers keep to rows of their own, odd or even: what is measured is that they and the workers never stand in each other's way
FILE = """
WITH filed AS (
    INSERT INTO weekly_return (cadre_id, unit_id, week, nil, late, version, receipt, filed_at, changed_at)
    SELECT user_id, unit_id, %(week)s, false, false, 1, 'drift', now(), now()
    FROM post WHERE role = 'cadre' AND id >= %(at)s AND id %% 2 = %(odd)s ORDER BY id LIMIT 1
    ON CONFLICT DO NOTHING
    RETURNING id, unit_id, cadre_id, week
)
INSERT INTO entry (weekly_return_id, unit_id, cadre_id, week, key, answer, evidence, repeated, after_hours, category, subkind, title,
                   issuer_id, people, minutes, travel_minutes, prep_minutes)
SELECT f.id, f.unit_id, f.cadre_id, f.week, n::text, 'done', 4, false, false, 'form', '', '表', f.unit_id, 1, 10 * n, 0, 0
FROM filed f CROSS JOIN generate_series(1, 3) AS n
"""
CHANGE = """
UPDATE entry SET minutes = 1 + (minutes * 7 + 3) %% 300, after_hours = NOT after_hours,
                 category = CASE category WHEN 'form' THEN 'meeting' ELSE 'form' END
WHERE id IN (SELECT id FROM entry WHERE id >= %(at)s AND weekly_return_id %% 2 = %(odd)s ORDER BY id LIMIT 6)
"""
DROP = "DELETE FROM entry WHERE id IN (SELECT id FROM entry WHERE id >= %(at)s AND weekly_return_id %% 2 = %(odd)s ORDER BY id LIMIT 3)"
MOVE = """
UPDATE weekly_return SET unit_id = (SELECT id FROM unit WHERE level = 'village' AND id >= %(unit)s ORDER BY id LIMIT 1)
WHERE id = (SELECT id FROM weekly_return WHERE id >= %(at)s AND id %% 2 = %(odd)s ORDER BY id LIMIT 1)
"""
TAKE = """
WITH old AS (SELECT id FROM weekly_return WHERE id >= %(at)s AND id %% 2 = %(odd)s ORDER BY id LIMIT 1),
     entries AS (DELETE FROM entry USING old WHERE weekly_return_id = old.id RETURNING 1)
SELECT id, (SELECT count(*) FROM entries) FROM old
"""


def main() -> int:
    """Run it on a cluster of its own; the exit status is 1 where a bound is missed."""
    with cluster() as running:
        with admin(running) as link:
            entries = fill(link, WEEKS)
        lines = drift()
    return (
        0
        if report(f"drift: {OPERATIONS:,} changes to {entries:,} entries, {WRITERS} writers, {WORKERS} workers", lines)
        else 1
    )


def drift() -> list[Line]:
    """Let writers, workers and moving units run at once; then refresh, and compare everything."""
    from burden.kit import clock
    from reports import rollup

    rollup.rebuild(now=clock.now())
    before, begun = execute(DEADLOCKS)[0][0], time.perf_counter()
    stop = Path(os.environ["BURDEN_STATE_DIR"]) / "drift.stop"
    workers = [child("work", str(stop)) for _ in range(WORKERS)]
    writers = [child("write", str(number), str(OPERATIONS // WRITERS)) for number in range(WRITERS)]
    moves = 0
    while any(writer.poll() is None for writer in writers):
        time.sleep(MOVE_EVERY)
        moves += move_village()
    written = time.perf_counter() - begun
    stop.touch()
    failed = sum(process.wait() != 0 for process in workers + writers)
    rollup.refresh()
    spent = time.perf_counter() - begun
    found = rollup.verify(now=clock.now())
    execute("SELECT pg_stat_force_next_flush()")
    return [
        Line(f"of {found.rows:,} rows differ", 0, found.differences),
        Line("deadlocks", 0, execute(DEADLOCKS)[0][0] - before),
        Line("processes that failed", 0, failed),
        Line("changes a second while everybody works", FREE, OPERATIONS / written),
        Line("units that moved", FREE, moves),
        Line("seconds until all was counted after the last change", FREE, spent - written),
    ]


def child(*words: str) -> subprocess.Popen[bytes]:
    """Start a part of this bench in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "bench.drift", *words])


def move_village() -> int:
    """Let a village stand under another township from a week of the past on: a whole week's mark, and a rebuild."""
    from django.db import transaction
    from django.db.backends.postgresql.psycopg_any import DateRange

    from burden.kit import clock
    from burden.units.models import Placement, Unit
    from burden.units.services import mark_since, recompute_paths

    week = weeks_before_now(WEEKS)[-1]
    with transaction.atomic():
        village = Unit.every.filter(level="village").order_by("?")[0]
        town = Unit.every.filter(level="township").order_by("?")[0]
        last = Placement.objects.filter(unit=village).latest("valid")
        if last.valid.lower >= week:
            return 0
        last.valid = DateRange(last.valid.lower, week)
        last.save()
        Placement.objects.create(
            unit=village, parent=town, name=last.name, level=last.level, kind=last.kind, valid=DateRange(week, None)
        )
        recompute_paths(now=clock.now())
        mark_since(from_=week, now=clock.now())
    return 1


def work(stop: str) -> None:
    """Refresh until told to stop, as a Celery worker does, and keep long periods where weeks were rebuilt."""
    from burden.kit import clock
    from reports import rollup

    while not Path(stop).exists():
        done = rollup.refresh(wait=False)
        if done.weeks:
            rollup.settle(now=clock.now())
        if not done.marks:
            time.sleep(0.05)


def write(number: int, operations: int) -> None:
    """Change rows at random, a few statements in each transaction. Units: operations are rows written."""
    from django.db import connection, transaction

    dice, done, weeks = random.Random(number), 0, weeks_before_now(WEEKS)
    most = {
        table: execute(f"SELECT max(id) FROM {table}")[0][0] for table in ("entry", "weekly_return", "post", "unit")
    }
    acts = ((FILE, "post"), (CHANGE, "entry"), (DROP, "entry"), (MOVE, "weekly_return"))
    with connection.cursor() as cursor:
        while done < operations:
            with transaction.atomic():
                for statement, table in dice.sample(acts, 3):
                    facts = {
                        "at": dice.randrange(most[table]),
                        "unit": dice.randrange(most["unit"] // 2),
                        "odd": number,
                        "week": dice.choice(weeks),
                    }
                    cursor.execute(statement, facts)
                    done += cursor.rowcount
                cursor.execute(TAKE, {"at": dice.randrange(most["weekly_return"]), "odd": number})
                for taken, entries in cursor.fetchall():
                    cursor.execute("DELETE FROM weekly_return WHERE id = %s", [taken])
                    done += 1 + entries


def begin(words: list[str]) -> None:
    """Do one part in this process."""
    import django

    django.setup()
    if words[0] == "work":
        work(words[1])
    else:
        write(int(words[1]), int(words[2]))


if __name__ == "__main__":
    begin(sys.argv[1:])
