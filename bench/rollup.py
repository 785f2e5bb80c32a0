"""The sums at a size: rebuilt beside the bare GROUP BY of the same rows, refreshed, and read as the dashboard reads them."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections import defaultdict
from typing import Any

from bench.cluster import admin, cluster
from bench.report import FREE, Line, report
from bench.world import SIZES, fill, weeks_before_now

SIZED = True  # main takes a size
ROUNDS = {"100K": 3, "1M": 5, "10M": 3, "30M": 1}
TREE = ("fresh_own", "fresh_sub", "climb_sub", "deepest", "clear_own", "clear_sub", "replace_own", "replace_sub")
BARE = (
    "SELECT count(*), sum(n), sum(m) FROM (SELECT count(*) AS n, sum(person_min) AS m FROM entry {} GROUP BY {}) groups"
)
# what rollup_own has of entries, as anybody would write it down: thirteen figures instead of two; see docs/adr/0018
SAME = """
SELECT count(*) FROM (
    SELECT unit_id, week, {}, sum(person_min) FILTER (WHERE issuer_id = unit_id) AS a,
           sum(person_min) FILTER (WHERE after_hours) AS b, sum(person_min) FILTER (WHERE evidence = 2) AS c
    FROM entry WHERE answer = 'done' GROUP BY unit_id, week OFFSET 0
) groups WHERE groups IS NOT NULL
""".format(
    ", ".join(
        f"count(*) FILTER (WHERE category = '{kind}') AS n{kind}, sum(person_min) FILTER (WHERE category = '{kind}') AS m{kind}"
        for kind in ("meeting", "document", "form", "inspection", "other")
    )
)
BY_KIND, BY_ISSUER = "unit_id, week, category", "unit_id, week, issuer_id, category"
# any units and weeks, whatever their size, and no page of theirs read beforehand but the one that changes
TOUCH = """
UPDATE entry SET minutes = minutes %% 300 + 1 WHERE id IN (
    SELECT (SELECT id FROM entry WHERE unit_id = k.unit_id AND week = k.week LIMIT 1)
    FROM (SELECT unit_id, week FROM rollup_own ORDER BY random() LIMIT %s) k
)
"""
FETCH = """
SELECT count(*), sum(n), sum(m)
FROM (SELECT DISTINCT week, unit_id FROM stale ORDER BY week, unit_id) k
CROSS JOIN LATERAL (
    SELECT sum(n) AS n, sum(m) AS m
    FROM (
        SELECT count(*) AS n, sum(person_min) AS m FROM entry WHERE unit_id = k.unit_id AND week = k.week
        GROUP BY issuer_id, category
    ) groups
) one
"""
KEYS = 10_000  # refreshed at once: more than half of all at 1M
LARGE = 5_000_000  # entries from which refreshes have ratios alone


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
    """Time one call."""
    begun = time.perf_counter()
    act(*args, **facts)
    return time.perf_counter() - begun


def execute(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run one statement as the owner."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []


def rebuilds(weeks: list[dt.date], rounds: int) -> list[Line]:
    """Rebuild everything from nothing, each time beside the bare statements."""
    from burden.kit import clock
    from reports import rollup

    watch, tree, alike, whole, spent = Watch(rollup), [], [], [], 0.0
    execute("SET work_mem = '128MB'")  # what a rebuild gives itself
    for number in range(rounds):
        execute("TRUNCATE rollup_own, rollup_own_source, rollup_sub, rollup_source, source_period, source_span")
        kinds = seconds(execute, BARE.format("", BY_KIND))
        issuers = seconds(execute, BARE.format("", BY_ISSUER))
        same = seconds(execute, SAME)
        spent = seconds(rollup.rebuild, weeks=weeks, now=clock.now())
        levels = watch.take(*TREE)
        tree.append(levels / kinds)
        alike.append(levels / same)
        whole.append(spent / (kinds + issuers))
        print(
            f"  rebuilt {number + 1} of {rounds}: {spent:.1f} s, all levels {levels:.1f} s;"
            f" bare {kinds:.1f} s, the same figures {same:.1f} s, by issuer {issuers:.1f} s",
            flush=True,
        )
    rollup._run = watch.run
    return [
        Line("rebuilt, rollup_own and rollup_sub / bare GROUP BY unit, week, category", 2, statistics.median(tree)),
        Line("rebuilt, rollup_own and rollup_sub / GROUP BY of the same figures", FREE, statistics.median(alike)),
        Line("rebuilt, the issuers too / both bare GROUP BYs, the second by issuer too", 4, statistics.median(whole)),
        Line("rebuilt, everything, seconds", FREE, spent),
    ]


def week_rebuild(weeks: list[dt.date]) -> list[Line]:
    """Rebuild single weeks, as unit events and crowds of marks do, beside the bare statements of those weeks."""
    from burden.kit import clock
    from reports import rollup

    tree, whole = [], []
    for week in weeks[len(weeks) // 2 :][:3]:
        where = f"WHERE week = '{week}'"
        kinds, issuers = (seconds(execute, BARE.format(where, by)) for by in (BY_KIND, BY_ISSUER))
        watch = Watch(rollup)
        rollup.rebuild(weeks=[week], now=clock.now())
        rollup._run = watch.run
        whole.append(sum(watch.seconds.values()) / (kinds + issuers))
        tree.append(watch.take(*TREE) / kinds)
    return [
        Line("one week rebuilt, rollup_own and rollup_sub / bare GROUP BY of that week", 4, statistics.median(tree)),
        Line("one week rebuilt, with issuers / both bare GROUP BYs of that week", 4, statistics.median(whole)),
    ]


def refreshes(weeks: list[dt.date], entries: int) -> list[Line]:
    """Refresh one stale key many times, a thousand, ten thousand, each beside a bare fetch of as many; then count the drift."""
    from burden.kit import clock
    from reports import rollup

    rollup.refresh()
    execute("VACUUM ANALYZE")
    single = sorted(one_key(rollup) for _ in range(100))
    some = [many_keys(rollup, 1000) for _ in range(5)]
    thousand = statistics.median(spent for _keys, spent, _bare in some) * 1000
    keys, spent, bare = many_keys(rollup, KEYS)
    drift = rollup.verify(weeks=weeks, now=clock.now()).differences
    return [
        Line("one stale key to the root, SQL p95, ms", 10, single[94] * 1000),
        Line("1,000 stale keys, ms", FREE if entries > LARGE else 400, thousand),
        Line(
            "1,000 stale keys / bare fetch of as many",
            8,
            statistics.median(spent / bare for _keys, spent, bare in some),
        ),
        Line(f"{keys:,} stale keys, one worker / bare fetch of as many", 5, spent / bare),
        Line("refresh, one worker, keys a second", FREE if entries > LARGE else 5_000, keys / spent, least=True),
        Line("rows that differ afterwards", 0, drift),
        *verification(),
    ]


def many_keys(rollup: Any, count: int) -> tuple[int, float, float]:
    """Refresh many keys, and fetch as many others barely: neither finds its pages in memory because the other was there.

    Units: keys, seconds of the refresh, seconds of a bare fetch of as many.
    """
    execute(TOUCH, count)
    keys = 0
    begun = time.perf_counter()
    while (done := rollup.refresh()).marks:
        keys += done.keys
    spent = time.perf_counter() - begun
    execute(TOUCH, count)
    begun = time.perf_counter()
    fetched = execute(FETCH)[0][0]
    bare = time.perf_counter() - begun
    rollup.refresh()
    return keys, spent, bare / fetched * keys


def verification() -> list[Line]:
    """Compare every table that is counted from what was filed, as is done every night; all were counted before."""
    from django.core.management import call_command

    from burden.kit import clock
    from reports import verification

    call_command("rollup", "rebuild")
    begun = time.perf_counter()
    found = verification.verify(now=clock.now())
    spent = time.perf_counter() - begun
    return [
        Line("nightly verification of all tables, rows that differ", 0, found.differences),
        Line("nightly verification of all tables, seconds", FREE, spent),
    ]


def one_key(rollup: Any) -> float:
    """Change one entry and refresh its unit and week. Units: seconds."""
    execute(TOUCH, 1)
    shard, newest = execute("SELECT shard, id FROM stale")[0]
    return seconds(rollup._refresh_shard, shard, newest, rollup.MARKS, True)


def main(size: str) -> int:
    """Run it on a cluster of its own; the exit status is 1 where a bound is missed."""
    from bench import reading

    with cluster() as running:
        with admin(running) as link:
            begun = time.perf_counter()
            entries = fill(link, SIZES[size].weeks, SIZES[size].counties)
        print(f"  {entries:,} entries in {time.perf_counter() - begun:.0f} s", flush=True)
        weeks = weeks_before_now(SIZES[size].weeks)
        parts = [(rebuilds, weeks, ROUNDS[size]), (week_rebuild, weeks), (refreshes, weeks, entries)]
        lines = [line for act, *facts in parts for line in act(*facts)]
        held = report(f"rollup at {size}: {entries:,} entries, {len(weeks)} weeks", lines)
        held &= reading.at(running, size)
    return 0 if held else 1
