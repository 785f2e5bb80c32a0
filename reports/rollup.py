"""The sums of the read side: refreshed where a mark lies, rebuilt by spans of weeks, verified against the entries.

Refreshed and rebuilt sums are equal to the last minute; a unit with nobody active and nothing filed has no row.
Every statement lies in sql/rollup, one a file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from burden.kit.clock import Week
from reports import source_periods
from reports.peers import MIN_RETURNS
from reports.statements import Statements

SQL = Statements("rollup")
TABLES = ("own", "own_source", "sub", "source")
MARKS = 2_000  # taken at a time
SPAN = 150_000  # returns, about a million entries, rebuilt in one transaction: two or three seconds
WEEK = dt.timedelta(weeks=1)
OPEN_WEEKS = 2  # the running week and the one before may still be filed in time
CROWDED = 5_000  # units of one week past which the week is rebuilt: cheaper than refreshing them one by one

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: marks taken, units x weeks recounted singly, whole weeks rebuilt."""

    marks: int = 0
    keys: int = 0
    weeks: int = 0

    def __add__(self, other: Refreshed) -> Refreshed:
        return Refreshed(self.marks + other.marks, self.keys + other.keys, self.weeks + other.weeks)


@dataclass(frozen=True)
class Verified:
    """What a verification compared, and how many rows differ, are missing or too many: all but 0 is an incident.

    Shape: rows and differences by table.
    """

    tables: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(rows for rows, _differences in self.tables.values())

    @property
    def differences(self) -> int:
        return sum(differences for _rows, differences in self.tables.values())

    def __add__(self, other: Verified) -> Verified:
        both = dict(self.tables)
        for table, (rows, differences) in other.tables.items():
            known = both.get(table, (0, 0))
            both[table] = known[0] + rows, known[1] + differences
        return Verified(both)


def refresh(*, limit: int = MARKS, wait: bool = True) -> Refreshed:
    """Recount what the marks of this moment name; safe to run twice, at once, and to kill.

    Units: `limit` is marks a transaction. Shape: without `wait`, shards in other hands are left to them.
    """
    until = _run("newest_mark")[0][0]
    if until is None:
        return Refreshed()
    done = Refreshed()
    for (week,) in _run("whole_weeks", many=CROWDED):
        done += _rebuild_marked(week)
    for (shard,) in _run("shards"):
        done += _drain(shard, until, limit, wait)
    return done


def rebuild(*, weeks: Iterable[dt.date] | None = None, now: dt.datetime, progress: Progress | None = None) -> int:
    """Count weeks anew from the entries; readers keep the old rows meanwhile, and a stop keeps the weeks that are done.

    Shape: without `weeks`, every week with anything to count, up to the current one; the number of weeks.
    Units: `progress` is told weeks done and weeks in all.
    """
    chosen, done = _weeks(now) if weeks is None else sorted(set(weeks)), 0
    for span in _spans(chosen):
        with transaction.atomic():
            _run("lock_all")
            _run("take_weeks", weeks=span)
            _replace(span)
        done += len(span)
        if progress:
            progress(done, len(chosen))
    settle(now=now)
    return done


@transaction.atomic
def settle(*, now: dt.datetime) -> int:
    """Keep periods by issuer as far as nobody files their weeks any more.

    Units: the number of spans that were not kept. Shape: readers are exact with or without it.
    """
    _run("lock_all")
    return source_periods.fill(Week.at(now).plus(-OPEN_WEEKS).monday)


def verify(*, weeks: Iterable[dt.date] | None = None, now: dt.datetime, progress: Progress | None = None) -> Verified:
    """Recount everything beside the stored sums and compare, after a refresh; nothing is repaired.

    Shape: what was marked meanwhile is taken as stored; a span of weeks whose tree just changed is left out.
    Units: rows and differences are rows of the five tables; `progress` is told weeks done and weeks in all.
    """
    refresh()
    settle(now=now)
    chosen, done = _weeks(now) if weeks is None else sorted(set(weeks)), 0
    found = Verified()
    for span in _spans(chosen):
        found += _verify_span(span)
        done += len(span)
        if progress:
            progress(done, len(chosen))
    return found + _verify_periods()


def open_weeks(*, now: dt.datetime) -> int:
    """Mark every unit with an active cadre and no row of the current week, or of a week missed in the year before.

    Units: units x weeks marked. Shape: a second run before the refresh marks them again, which costs a recount.
    """
    marked: int = _run("open_weeks", week=Week.at(now).monday)[0][0]
    return marked


def _run(name: str, **facts: Any) -> list[tuple[Any, ...]]:
    return SQL.fetch(name, **facts)


def _weeks(now: dt.datetime) -> list[dt.date]:
    return [week for (week,) in _run("weeks", week=Week.at(now).monday)]


def _spans(weeks: list[dt.date]) -> Iterator[list[dt.date]]:
    """Cut weeks into spans without a gap, of so many returns: one transaction each, for which sweeps wait."""
    weights = dict(_run("weights", weeks=weeks))
    span: list[dt.date] = []
    carried = 0
    for week in weeks:
        if span and (week - span[-1] > WEEK or carried + weights.get(week, 0) > SPAN):
            yield span
            span, carried = [], 0
        span.append(week)
        carried += weights.get(week, 0)
    if span:
        yield span


def _drain(shard: int, until: int, limit: int, wait: bool) -> Refreshed:
    """Take a shard's marks, a transaction at a time, until fewer are left than fit in one or another worker holds the shard."""
    done = Refreshed()
    while True:
        step = _refresh_shard(shard, until, limit, wait)
        done += step
        if step.marks < limit:
            return done


@transaction.atomic
def _refresh_shard(shard: int, until: int, limit: int, wait: bool) -> Refreshed:
    """Take the lock, then marks and sums in one statement, whose snapshot is later than the lock."""
    (*_settings, held), *_ = _run("lock_shard" if wait else "try_shard", shard=shard)
    if held is False:
        return Refreshed()
    marks, keys, empty_sub, empty_source = SQL.prepared(
        "refresh", shard=shard, until=until, limit=limit, min_returns=MIN_RETURNS
    )[0]
    if empty_sub:
        _run("prune_sub", keys=empty_sub)
    if empty_source:
        _run("prune_source", keys=empty_source)
    return Refreshed(marks, keys)


@transaction.atomic
def _rebuild_marked(week: dt.date) -> Refreshed:
    """Rebuild a week, unless another worker took its marks while we waited."""
    _run("lock_all")
    marks = _run("take_weeks", weeks=[week])[0][0]
    if not marks:
        return Refreshed()
    _replace([week])
    return Refreshed(marks, weeks=1)


def _replace(weeks: list[dt.date]) -> None:
    """Put freshly counted rows in the place of the stored. The lock is held, and the marks are taken already."""
    _count(weeks)
    _climb()
    source_periods.drop(weeks)
    for table in TABLES:
        _run(f"clear_{table}", weeks=weeks)
        _run(f"replace_{table}")
    _run("drop_fresh")


@transaction.atomic
def _verify_span(weeks: list[dt.date]) -> Verified:
    _run("lock_all")
    _count(weeks)
    awaits_rebuild = _run("verify_marked", weeks=weeks)[0][0]
    found = Verified()
    if not awaits_rebuild:
        _climb()
        for table in TABLES:
            found += Verified({f"rollup_{table}": _run(f"verify_{table}", weeks=weeks)[0]})
    _run("drop_fresh")
    return found


@transaction.atomic
def _verify_periods() -> Verified:
    _run("lock_all")
    return Verified({"source_period": source_periods.verify_spans()})


def _count(weeks: list[dt.date]) -> None:
    """Count claims, entries, returns and cadres of a span into temporary tables."""
    since, until = weeks[0], weeks[-1]
    _run("fresh_claimed", since=since, until=until)
    _run("fresh_own", weeks=weeks, since=since, until=until)
    _run("fresh_counted", since=since, until=until)


def _climb() -> None:
    """Carry the counts to the root, depth by depth: some townships hang directly under cities, so levels do not tell."""
    _run("fresh_sub")
    _run("fresh_source")
    for depth in range(_run("deepest")[0][0], 1, -1):
        _run("climb_sub", depth=depth)
        _run("climb_source", depth=depth)
