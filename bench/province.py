"""A whole province for one week: 28 thousand townships and villages, 300 thousand cadres, 3.6 million entries.

The tree down to the townships is real where DIVISIONS names the list of 2023 (code, name, level, parent_code), by default the
copy beside the repository; villages and departments are made up. PROVINCE is the code's first two digits.
Bound: the week rolls up in 10 s of work.
"""

from __future__ import annotations

import os
import resource
from pathlib import Path

from bench.cluster import admin, cluster
from bench.report import FREE, Line, percentile, report
from bench.rollup import BARE, BY_ISSUER, BY_KIND, execute, seconds
from bench.world import fill_real

DIVISIONS = Path(os.environ.get("DIVISIONS", str(Path(__file__).parents[2] / "shared" / "data" / "divisions-2023.csv")))
PROVINCE = os.environ.get("PROVINCE", "43")
VILLAGES = 13  # of a township
CADRES = {"township": 32, "village": 9}
BOUND = 10.0  # seconds


def main() -> int:
    """Run it on a cluster of its own; the exit status is 1 where the bound is missed, and where there is no tree."""
    if not DIVISIONS.exists():
        print(f"no real tree: DIVISIONS={DIVISIONS} is missing (code, name, level, parent_code); nothing was measured")
        return 1
    with cluster() as running:
        with admin(running) as link:
            entries = fill_real(link, DIVISIONS, PROVINCE, VILLAGES, CADRES)
        units, cadres = (
            execute(f"SELECT count(*) FROM {what}")[0][0]
            for what in ("unit WHERE level IN ('township', 'village')", "post")
        )
        print(f"  {units:,} townships and villages, {cadres:,} cadres, {entries:,} entries", flush=True)
        lines = week()
    return 0 if report(f"a province's week: {units:,} units, {cadres:,} cadres, {entries:,} entries", lines) else 1


def by_issuer(level: str) -> float:
    """Read who asked for most of a level's first unit in the week and in the one before, as its page does. Units: ms, p95."""
    from burden.kit import clock
    from burden.kit.clock import last_closed
    from burden.units.models import Unit
    from reports import source_periods
    from reports.panels.summary import TOP_ISSUERS

    week, unit = last_closed(clock.now()), Unit.every.filter(level=level).order_by("path")[0]
    slots = [([each.monday], [each.monday]) for each in (week, week.plus(-1))]
    return percentile(0.95, [seconds(source_periods.leading, unit.pk, level, slots, TOP_ISSUERS) for _ in range(20)])


def week() -> list[Line]:
    """Roll the week up from nothing and again, beside the bare statements; then as the sums by issuer are read."""
    from burden.kit import clock
    from burden.kit.clock import last_closed
    from reports import rollup

    monday = last_closed(clock.now()).monday
    bare = sum(seconds(execute, BARE.format("", by)) for by in (BY_KIND, BY_ISSUER))
    spent = [seconds(rollup.rebuild, weeks=[monday], now=clock.now()) for _ in range(2)]
    execute("VACUUM ANALYZE")
    read = max(by_issuer(level) for level in ("province", "city", "county"))
    return [
        Line("one week rolled up, seconds", BOUND, min(spent)),
        Line("one week rolled up / both bare GROUP BYs", 4, min(spent) / bare),
        Line("a week by issuer: province, city, county, slowest p95, ms", 10, read),
        Line("memory of this process at its most, MB", FREE, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    ]
