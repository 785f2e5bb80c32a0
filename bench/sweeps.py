"""The sweep of demands' sums on demo data: a week's demands counted anew, beside a bare statement over the same targets and answers.

The last closed week; the started one, in which most units are hidden; and that again while every unit that filed awaits its recount,
which no sweep may do more than once a demand, and which leaves no mark when it is over.
Run: .venv/bin/python -m bench.run sweeps
"""

from __future__ import annotations

import datetime as dt

from bench.cluster import cluster
from bench.report import FREE, Line, percentile, report
from bench.rollup import execute, seconds

WEEKS, ROUNDS = 13, 7
BARE = """
SELECT t.demand_id, u.level, count(*), count(e.id), sum(e.person_min), sum(t.people * (t.minutes + t.travel_minutes) + t.prep_minutes)
FROM target t JOIN unit u ON u.id = t.unit_id LEFT JOIN entry e ON e.target_id = t.id
WHERE t.week = %s GROUP BY 1, 2
"""
ASKED = "SELECT count(DISTINCT demand_id), count(*) FROM target WHERE week = %s"
HIDDEN = "SELECT count(*) FROM hidden_week WHERE week = %s AND own"
AWAITED = "SELECT mark_stale(array_agg(unit_id), array_agg(week)) FROM (SELECT DISTINCT unit_id, week FROM weekly_return WHERE week = %s) k"
MARKS = "SELECT count(*) FROM stale_demand"


def main() -> int:
    """Measure and print; the exit status is 1 where a bound is missed."""
    with cluster():
        from django.core.management import call_command

        from burden.kit import clock
        from burden.kit.clock import Week, last_closed

        call_command("seed_demo", weeks=WEEKS)
        execute("VACUUM ANALYZE")
        started, closed = Week.at(clock.now()).monday, last_closed(clock.now()).monday
        lines = [counted("the last closed week", closed), counted("the started week", started), *awaited(started)]
    return 0 if report("demands' sums: a week counted anew by a sweep, demo data", lines) else 1


def counted(name: str, week: dt.date) -> Line:
    """Sweep all demands of a week, by turns with the bare statement."""
    (demands, targets), hidden = execute(ASKED, week)[0], execute(HIDDEN, week)[0][0]
    print(f"{name}: {demands} demands, {targets:,} targets; {hidden} units hidden", flush=True)
    swept, bare = turns(week)
    return Line(f"{name} / bare GROUP BY of the same rows, medians", FREE, swept / bare)


def turns(week: dt.date) -> tuple[float, float]:
    """Sweep all demands of a week and run the bare statement. Shape: medians of both. Units: milliseconds."""
    from reports import demand_sums

    swept, bare = [], []
    for _ in range(ROUNDS):
        demand_sums.SQL.fetch("mark_weeks", weeks=[week])
        swept.append(seconds(demand_sums.refresh))
        bare.append(seconds(execute, BARE, week))
    print(f"  swept in {percentile(0.5, swept):.0f} ms, bare {percentile(0.5, bare):.0f} ms, medians", flush=True)
    return percentile(0.5, swept), percentile(0.5, bare)


def awaited(week: dt.date) -> list[Line]:
    """Sweep while all units that filed await their recount, then after it."""
    from reports import demand_sums, rollup

    demands = execute(ASKED, week)[0][0]
    execute(AWAITED, week)
    swept, bare = turns(week)
    waiting = execute(MARKS)[0][0]
    rollup.refresh()
    demand_sums.refresh()
    return [
        Line("the started week while its units await a recount / bare, medians", FREE, swept / bare),
        Line("marks left meanwhile / demands of the week", 1, waiting / demands),
        Line("marks left after the recount", 0, execute(MARKS)[0][0]),
    ]
