"""Files: a large export as CSV and as xlsx in a process of its own, beside a plain fetch of the same rows."""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.report import FREE, Line
from burden import embedded

RATIO, XLSX, RSS = 1.0, 100_000, 300  # times a plain fetch; rows a second; MB
MOST = 1_000_000  # rows of a sheet


def lines(_running: embedded.Running) -> list[Line]:
    """Export the weeks of all villages in both formats."""
    found = []
    for kind in ("csv", "xlsx"):
        ran = subprocess.run([sys.executable, "-m", "bench.taking", kind], capture_output=True, text=True, check=False)
        if ran.returncode:
            print(ran.stderr[-2000:], flush=True)
            return [*found, Line(f"{kind} export failed", 0, 1)]
        seen = json.loads(ran.stdout.splitlines()[-1])
        rows, speed = seen["rows"], seen["rows"] / seen["written"]
        found += [
            Line(
                f"{kind}, {rows:,} rows: rows a second / those of a plain fetch into csv",
                *_ratio(kind),
                speed * seen["plain"] / rows,
                least=True,
            ),
            Line(f"{kind}, rows a second", XLSX if kind == "xlsx" and rows > 50_000 else FREE, speed, least=True),
            Line(f"{kind}, the whole export with collecting and hiding, seconds", FREE, seen["job"]),
            Line(f"{kind}, memory of the process at its most, MB", RSS, seen["memory"]),
            Line(f"{kind}, of it for the export, MB", FREE, seen["memory"] - seen["before"]),
        ]
    return found


def _ratio(kind: str) -> tuple[float]:
    return (RATIO if kind == "csv" else FREE,)


def memory() -> float:
    """Return the most memory this process ever had. Units: MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Timed:
    """A writer whose time is taken; at its end the same rows are fetched plainly."""

    written = plain = 0.0
    rows = 0

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def add(self, table: Any, first: int, last: int) -> None:
        """Write a slice."""
        begun = time.perf_counter()
        self.inner.add(table, first, last)
        Timed.written += time.perf_counter() - begun
        Timed.rows += last - first + 1

    def close(self) -> None:
        """Finish the file; how long it took belongs to the writing."""
        begun = time.perf_counter()
        self.inner.close()
        Timed.written += time.perf_counter() - begun


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

    settings.EXPORT_DIR = Path(tempfile.mkdtemp(dir=os.environ["BURDEN_STATE_DIR"]))
    province = Unit.every.get(level="province")
    weeks = sorted(RollupSub.every.filter(unit=province).values_list("week", flat=True))
    villages = Unit.every.filter(level="village").count()
    weeks = weeks[-max(1, min(len(weeks), MOST // villages)) :]
    made = writers.WRITERS[kind]

    class Maker(type(made) if isinstance(made, type) else object):
        """Makes writers whose time is taken, with what is asked of the class itself."""

    def make(*args: Any, **facts: Any) -> Timed:
        return Timed(made(*args, **facts))

    for name in ("slice", "max_rows"):
        if hasattr(made, name):
            setattr(make, name, getattr(made, name))
    writers.WRITERS[kind] = make
    exports.WRITERS[kind] = make
    now, before = clock.now(), memory()
    exports.request_export(
        by=actor_of(reader(province)), unit=province, level="village", from_week=Week(weeks[0]), to_week=Week(weeks[-1]),
        tables=["unit_weeks"], file_format=kind, now=now,
    )  # fmt: skip
    begun = time.perf_counter()
    exports.run_waiting()
    spent, most = time.perf_counter() - begun, memory()
    job = ExportJob.every.latest("pk")
    if job.state != ExportJob.State.DONE:
        raise SystemExit(f"{job.state}: {job.error}")
    Timed.plain = plainly(weeks[0], weeks[-1], Timed.rows)
    print(
        json.dumps(
            {
                "rows": Timed.rows,
                "written": Timed.written,
                "plain": Timed.plain,
                "job": spent,
                "memory": most,
                "before": before,
            }
        )
    )


def plainly(since: Any, until: Any, rows: int) -> float:
    """Fetch as many rows of the same figures and write them with csv, as a page by hand would. Units: seconds."""
    from django.db import connection

    fields = "u.code, u.name, s.week, " + ", ".join(
        f"s.{letter}_{name}" for letter in "nm" for name in ("meeting", "document", "form", "inspection", "other")
    )
    begun = time.perf_counter()
    with connection.cursor() as cursor, tempfile.TemporaryFile("w", encoding="utf-8") as out:
        cursor.execute(
            f"SELECT {fields}, s.self_min, s.returns, s.active FROM rollup_sub s JOIN unit u ON u.id = s.unit_id"
            " WHERE u.level = 'village' AND s.week BETWEEN %s AND %s ORDER BY u.path, s.week LIMIT %s",
            [since, until, rows],
        )
        writer = csv.writer(out)
        writer.writerows(blocks(cursor))
    return time.perf_counter() - begun


def blocks(cursor: Any) -> Iterator[Any]:
    """Yield rows, some at a time from the cursor."""
    while rows := cursor.fetchmany(5_000):
        yield from rows


if __name__ == "__main__":
    export(sys.argv[1])
