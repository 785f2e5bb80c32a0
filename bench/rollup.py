"""The sums at a million entries, against the bare GROUP BY of the same rows in the same run."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections import defaultdict
from typing import Any

from bench.cluster import admin, cluster
from bench.report import Line, report
from bench.world import FIRST_WEEK, fill

WEEKS = 8
WEEKS_OF_IT = [FIRST_WEEK + dt.timedelta(weeks=n) for n in range(WEEKS)]
NOW = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
ROUNDS = 5
TREE = ("fresh_own", "fresh_sub", "climb_sub", "deepest", "clear_own", "clear_sub", "replace_own", "replace_sub")
BARE = "SELECT count(*), sum(n), sum(m) FROM (SELECT count(*) AS n, sum(person_min) AS m FROM entry GROUP BY {}) groups"
TOUCH = """
UPDATE entry SET minutes = minutes %% 300 + 1 WHERE id IN (
    SELECT min(id) FROM entry TABLESAMPLE bernoulli(2) GROUP BY unit_id, week ORDER BY random() LIMIT %s
)
"""


class Watch:
    """Times each statement of the rollup by its file, from outside."""

    def __init__(self, rollup: Any) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.run = rollup._run
        rollup._run = self

    def __call__(self, name: str, **facts: Any) -> Any:
        begun = time.perf_counter()
        rows = self.run(name, **facts)
        self.seconds[name] += time.perf_counter() - begun
        return rows

    def take(self, *names: str) -> float:
        """Return the seconds of some files since the last time, and forget all."""
        spent = sum(self.seconds[name] for name in names)
        self.seconds.clear()
        return spent


def seconds(act: Any, *args: Any, **facts: Any) -> float:
    begun = time.perf_counter()
    act(*args, **facts)
    return time.perf_counter() - begun


def execute(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []


def rebuilds(rollup: Any) -> list[Line]:
    """Rebuild everything from nothing, each time beside the bare statements."""
    watch, tree, whole = Watch(rollup), [], []
    execute("SET work_mem = '128MB'")  # what a rebuild gives itself
    for _ in range(ROUNDS):
        execute("TRUNCATE rollup_own, rollup_own_source, rollup_sub, rollup_source")
        kinds = seconds(execute, BARE.format("unit_id, week, category"))
        issuers = seconds(execute, BARE.format("unit_id, week, issuer_id, category"))
        spent = seconds(rollup.rebuild, weeks=WEEKS_OF_IT, now=NOW)
        tree.append(watch.take(*TREE) / kinds)
        whole.append(spent / (kinds + issuers))
    rollup._run = watch.run
    return [
        Line("rebuilt, rollup_own and rollup_sub / bare GROUP BY unit, week, category", 2, statistics.median(tree)),
        Line("rebuilt, the issuers too / both bare GROUP BYs, the second by issuer too", 4, statistics.median(whole)),
    ]


def refreshes(rollup: Any) -> list[Line]:
    """Refresh one stale key many times, then a thousand at once, and count the drift."""
    rollup.refresh()
    execute("VACUUM ANALYZE")
    single = sorted(one_key(rollup) for _ in range(100))
    many = []
    for _ in range(ROUNDS):
        execute(TOUCH, 1000)
        many.append(seconds(rollup.refresh))
    drift = rollup.verify(weeks=WEEKS_OF_IT, now=NOW).differences
    return [
        Line("one stale key to the root, SQL p95, ms", 10, single[94] * 1000),
        Line("1,000 stale keys, ms", 400, statistics.median(many) * 1000),
        Line("rows that differ afterwards", 0, drift),
    ]


def one_key(rollup: Any) -> float:
    execute(TOUCH, 1)
    shard, newest = execute("SELECT shard, id FROM stale")[0]
    return seconds(rollup._refresh_shard, shard, newest, rollup.MARKS, True)


def main() -> int:
    """Run it on a cluster of its own; the exit status is 1 where a bound is missed."""
    with cluster() as running:
        from reports import rollup

        with admin(running) as link:
            entries = fill(link, WEEKS)
        lines = [*rebuilds(rollup), *refreshes(rollup)]
    return 0 if report(f"rollup: {entries:,} entries, {WEEKS} weeks", lines) else 1
