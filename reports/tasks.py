"""What Celery runs: each a shim, safe to run twice and to kill."""

from __future__ import annotations

from typing import Any

import structlog
from celery import shared_task

from burden.kit.clock import now
from reports import (
    asked,
    demand_sums,
    estimates,
    exports,
    kinds,
    meter,
    peer_stats,
    people,
    rollup,
    unregistered,
    verification,
)
from reports.signals import recount as signals

log = structlog.get_logger("reports")


@shared_task(name="reports.sweep")
def sweep(**_future: Any) -> None:
    """Bring the sums up to date; shards that another worker holds are left to it."""
    done = rollup.refresh(wait=False)
    if done.weeks:
        rollup.settle(now=now())
    if done.marks:
        log.info("rollup.refreshed", marks=done.marks, keys=done.keys, weeks=done.weeks)


@shared_task(name="reports.sweep_demands")
def sweep_demands(**_future: Any) -> None:
    """Bring the sums of demands up to date; where another worker does, it is left to that."""
    if keys := demand_sums.refresh(wait=False):
        log.info("demand_sums.refreshed", keys=keys)


@shared_task(name="reports.find_signals")
def find_signals(**_future: Any) -> None:
    """Find what several cadres record and nobody registered, and then all that looks wrong in the numbers."""
    demand_sums.refresh()
    demands = unregistered.recount(now=now())
    kinds.recount(now=now())
    log.info("signals.found", signals=signals.recount(now=now()), unregistered=demands)


@shared_task(name="reports.count_asked")
def count_asked(**_future: Any) -> None:
    """Count what was asked of whom and how it was answered, for the weeks that still move and those noted."""
    log.info("asked.counted", rows=asked.recount(now=now()))


@shared_task(name="reports.spread_returns")
def spread_returns(*, weeks: int = estimates.MOVING, **_future: Any) -> None:
    """Sum how far the returns of the newest weeks differ, and of those noted."""
    log.info("estimates.counted", rows=estimates.recount(now=now(), weeks=weeks))


@shared_task(name="reports.meter_portal")
def meter_portal(**_future: Any) -> None:
    """Sum how long filing took, and delete the single times of weeks that are over."""
    log.info("meter.recounted", rows=meter.recount(now=now()))


@shared_task(name="reports.count_people")
def count_people(**_future: Any) -> None:
    """Count the different people of each year."""
    log.info("people.counted", rows=people.recount(now=now()))


@shared_task(name="reports.compare_peers")
def compare_peers(**_future: Any) -> None:
    """Count the medians of peer groups anew."""
    log.info("peer_stats.recounted", rows=peer_stats.recount(now=now()))


@shared_task(name="reports.verify")
def verify(**_future: Any) -> None:
    """Compare all sums with what was filed; a difference is an incident."""
    found = verification.verify(now=now())
    tell = log.error if found.differences else log.info
    odd = {table: differences for table, (_rows, differences) in found.tables.items() if differences}
    tell("rollup.verified", rows=found.rows, differences=found.differences, odd=odd)


@shared_task(name="reports.open_week")
def open_week(**_future: Any) -> None:
    """Let every unit with cadres have a row of the new week."""
    log.info("rollup.week_opened", keys=rollup.open_weeks(now=now()), spans=rollup.settle(now=now()))


@shared_task(name="reports.run_exports")
def run_exports(**_future: Any) -> None:
    """Run the exports that wait; their rows carry progress and failure."""
    if done := exports.run_waiting():
        log.info("exports.run", exports=done)


@shared_task(name="reports.expire_exports")
def expire_exports(**_future: Any) -> None:
    """Delete the files past their seven days."""
    if gone := exports.expire(now()):
        log.info("exports.expired", exports=gone)
