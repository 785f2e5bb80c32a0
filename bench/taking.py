"""Files: a million rows as CSV and as xlsx, each in a process of its own, beside a plain fetch of the same rows and columns.

The sums are made up: villages over years of weeks, as `unit_weeks` has them in its 28 columns. The bounds of rows and memory were set
with a program of the driver alone and a table of 5 columns. The wide table is held to them; of memory, what the export takes beyond
an idle worker, and a driver, is (docs/adr/0012-memory-of-exports.md).
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.cluster import admin, cluster
from bench.report import FREE, Line, report
from bench.world import grow, weeks_before_now

RATIO, SPEED = 1.0, 100_000  # times a plain fetch; rows a second
GROWTH = {"csv": 64, "xlsx": 100}  # MB, of the export and a driver
WHOLE = 300  # MB of a worker's process
COUNTIES, WEEKS = 24, 193  # 5,184 villages: 1,000,512 rows
SUMS = """
INSERT INTO {table} (unit_id, week, active, returns, nil_returns, n_meeting, n_document, n_form, n_inspection, n_other,
                     m_meeting, m_document, m_form, m_inspection, m_other, self_min, after_hours_min, bulk_min,
                     c_meeting, c_document, c_form, c_inspection, c_other)
SELECT u.id, week, 6, 5 + (random() < 0.85)::int - (random() < 0.01)::int, 0, 3 * random(), 4 * random(), 9 * random(), 2 * random(),
       5 * random(), 400 * random(), 300 * random(), 1500 * random(), 200 * random(), 400 * random(), 500 * random(), 200 * random(),
       100 * random(), 90 * random(), 60 * random(), 900 * random(), 90 * random(), 0
FROM unit u CROSS JOIN unnest(%(weeks)s::date[]) AS week WHERE u.level = 'village'
"""
ABOVE = """
INSERT INTO rollup_sub
SELECT (jsonb_populate_record(NULL::rollup_sub, to_jsonb(summed))).*
FROM (
    SELECT parent.id AS unit_id, r.week, {sums}
    FROM rollup_sub r
    JOIN unit u ON u.id = r.unit_id
    JOIN unit parent ON parent.id = u.parent_id
    WHERE u.level = %(below)s GROUP BY parent.id, r.week
) summed
"""


def fill(link: Any, counties: int, weeks: int) -> None:
    """Make the tree and its sums, from the villages up."""
    grow(link, counties)
    link.execute("SET session_replication_role = replica")
    for table in ("rollup_own", "rollup_sub"):
        link.execute(SUMS.format(table=table), {"weeks": weeks_before_now(weeks)})
    found = link.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'rollup_sub'::regclass AND attnum > 0 AND NOT attisdropped"
    )
    sums = ", ".join(f"sum({name}) AS {name}" for (name,) in found if name not in ("unit_id", "week"))
    for below in ("village", "township", "county", "city"):
        link.execute(ABOVE.format(sums=sums), {"below": below})
    link.execute("SET session_replication_role = origin")
    link.execute("VACUUM ANALYZE")


def lines() -> list[Line]:
    """Export all villages in both formats."""
    found = []
    for kind in ("csv", "xlsx"):
        ran = subprocess.run([sys.executable, "-m", "bench.taking", kind], capture_output=True, text=True, check=False)
        if ran.returncode:
            print(ran.stderr[-2000:], flush=True)
            return [*found, Line(f"{kind} export failed", 0, 1)]
        found += told(kind, json.loads(ran.stdout.splitlines()[-1]))
    return found


def told(kind: str, seen: dict[str, float]) -> list[Line]:
    """Put one export beside its bounds."""
    rows, columns = seen["rows"], seen["columns"]
    speed = rows / seen["written"]
    beside = speed * seen["plain"] / rows
    name = f"{kind}, {rows:,} rows of {columns} columns"
    return [
        Line(f"{name}: rows a second / those of a plain fetch", RATIO if kind == "csv" else FREE, beside, least=True),
        Line(f"{kind}, rows a second", SPEED if kind == "xlsx" else FREE, speed, least=True),
        Line(f"{kind}, rows a second of processor time, database and worker one after the other", FREE, rows / seen["cpu"], least=True),
        Line(f"{kind}, the whole export with collecting and hiding, seconds", FREE, seen["job"]),
        Line(f"{kind}, memory beyond the worker's before, and a bare driver's, MB", GROWTH[kind], seen["grown"] + seen["driver"]),
        Line(f"{kind}, memory of the whole process at its most, MB", WHOLE, seen["memory"]),
    ]  # fmt: skip


def memory(which: str = "VmHWM:") -> float:
    """Return the most memory this process ever had itself, or has (VmRSS): ru_maxrss tells that of whoever started it too. Units: MB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition(which)[2].split()[0]) / 1024


def driver() -> float:
    """Return the memory of a process that has but Python and the database driver. Units: MB."""
    code = "import psycopg; print(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0])"
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout) / 1024


def spent(pid: int) -> float:
    """Return the processor time of this process and of the server's that works for it. Units: seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + time.process_time()


class Timed:
    """A writer whose time is taken: it renders, packs and writes."""

    written = cpu = 0.0
    rows = 0

    def __init__(self, inner: Any) -> None:
        from django.db import connection

        self.inner = inner
        self.pid = connection.connection.info.backend_pid

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def add(self, table: Any, first: int, last: int) -> None:
        """Write a slice."""
        self.timed(self.inner.add, table, first, last)
        Timed.rows += last - first + 1

    def close(self) -> None:
        """Finish the file; how long it took belongs to the writing."""
        self.timed(self.inner.close)

    def timed(self, act: Any, *args: Any) -> None:
        """Add up what a step takes."""
        cpu, begun = spent(self.pid), time.perf_counter()
        act(*args)
        Timed.written += time.perf_counter() - begun
        Timed.cpu += spent(self.pid) - cpu


def export(kind: str) -> None:
    """Ask for an export and run it. Shape: prints one line of JSON."""
    import django

    django.setup()
    from django.conf import settings

    from bench.reading import reader
    from burden.accounts.actor import actor_of
    from burden.kit import clock
    from burden.kit.clock import Week
    from burden.units.models import Unit
    from reports import exports, writers
    from reports.models import ExportJob, RollupSub
    from reports.tables import TABLES

    settings.EXPORT_DIR = Path(tempfile.mkdtemp(dir=os.environ["BURDEN_STATE_DIR"]))
    province = Unit.every.get(level="province")
    weeks = sorted(RollupSub.every.filter(unit=province).values_list("week", flat=True))
    made = writers.WRITERS[kind]

    def make(*args: Any, **facts: Any) -> Timed:
        return Timed(made(*args, **facts))

    for name in ("slice", "max_rows"):
        setattr(make, name, getattr(made, name))
    exports.WRITERS[kind] = writers.WRITERS[kind] = make
    now, before = clock.now(), memory("VmRSS:")
    job = exports.request_export(
        by=actor_of(reader(province)), unit=province, level="village", from_week=Week(weeks[0]), to_week=Week(weeks[-1]),
        tables=["unit_weeks"], file_format=kind, now=now,
    )  # fmt: skip
    begun = time.perf_counter()
    exports.run_waiting()
    seen = {"job": time.perf_counter() - begun, "memory": memory(), "grown": memory() - before, "driver": driver()}
    job.refresh_from_db()
    if job.state != ExportJob.State.DONE:
        raise SystemExit(f"{job.state}: {job.error}")
    seen |= {"rows": Timed.rows, "written": Timed.written, "cpu": Timed.cpu}
    print(json.dumps(seen | {"columns": len(TABLES["unit_weeks"].columns), "plain": plainly()}))


def plainly() -> float:
    """Fetch the rows that were collected and write them with csv, as a page by hand would. Units: seconds."""
    from django.db import connection

    from reports.tables import TABLES

    fields = ", ".join(column.key for column in TABLES["unit_weeks"].columns)
    begun = time.perf_counter()
    with connection.cursor() as cursor, tempfile.TemporaryFile("w", encoding="utf-8") as out:
        writer, last = csv.writer(out), 0
        while rows := read(cursor, fields, last):
            writer.writerows(rows)
            last += len(rows)
    return time.perf_counter() - begun


def read(cursor: Any, fields: str, last: int) -> list[tuple[Any, ...]]:
    """Fetch some rows, as many at a time as a file's slice has."""
    cursor.execute(f"SELECT {fields} FROM export_unit_weeks WHERE n > %s AND n <= %s ORDER BY n", [last, last + 20_000])
    return list(cursor.fetchall())


def main(weeks: str = str(WEEKS)) -> int:
    """Run it on a cluster of its own; the exit status is 1 where a bound is missed."""
    with cluster() as running:
        with admin(running) as link:
            begun = time.perf_counter()
            fill(link, COUNTIES, int(weeks))
        print(f"  sums made in {time.perf_counter() - begun:.0f} s", flush=True)
        return 0 if report("files", lines()) else 1


if __name__ == "__main__":
    export(sys.argv[1])
