"""The sums of demands: what each claims and what was answered, by week and kind of receiver; never by unit or person.

Kept beside the sums of units (reports.rollup) because issuers read them by demand. Of units that are hidden together only what
tells of no few people is counted, so that a demand's sum less its issuer's rows elsewhere leaves none; and of a unit whose own
sums await a recount nothing, until it is known whether it is hidden.

What few answered is not told, and something beside it where the two could be taken apart: said here once, when sums are counted,
so that who reads thousands of them need not ask of each. Statements lie in sql/demand_sums.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction

from reports import hidden_weeks
from reports.peers import MIN_RETURNS
from reports.statements import Statements

SQL = Statements("demand_sums")
MARKS = 2_000  # taken at a time
ENOUGH = {"min_returns": MIN_RETURNS, "min_units": 3}  # answers, and receivers, behind a confirmed figure


def refresh(*, limit: int = MARKS, wait: bool = True) -> int:
    """Recount the demands that the marks of this moment name; safe to run twice, at once, and to kill.

    Units: `limit` is marks a transaction; the number of demands x weeks recounted. Shape: a demand answered by a unit that awaits a
    recount stays marked; without `wait`, what another works at is left to it.
    """
    hidden_weeks.refresh(wait=wait)
    until, done = SQL.fetch("newest_mark")[0][0], 0
    while (step := _step(until, limit, wait))[0]:
        done += step[1]
    return done


def rebuild(*, weeks: Collection[dt.date] | None = None) -> int:
    """Find what is hidden and count all demands anew, or those asked in some weeks. Units: rows written, or demands x weeks."""
    hidden_weeks.rebuild(weeks=weeks)
    if weeks is None:
        return _recount()
    SQL.fetch("mark_weeks", weeks=list(weeks))
    return refresh()


@transaction.atomic
def _recount() -> int:
    SQL.execute("lock")
    SQL.execute("clear")
    rows: int = SQL.fetch("count", min_returns=MIN_RETURNS)[0][0]
    SQL.execute("judge_all", **ENOUGH)
    return rows


def verify() -> tuple[int, int]:
    """Recount everything beside the stored sums, after a refresh; nothing is repaired. Shape: rows, differences."""
    refresh()
    return _compare()


@transaction.atomic
def _compare() -> tuple[int, int]:
    SQL.execute("lock")
    rows, differences = SQL.fetch("verify", **ENOUGH)[0]
    return rows, differences


@transaction.atomic
def _step(until: int, limit: int, wait: bool) -> tuple[int, int]:
    """Take the lock, then marks and sums in one statement, whose snapshot is later than the lock; then say what they must hide."""
    (*_settings, held), *_ = SQL.fetch("lock" if wait else "try_lock")
    if held is False:
        return 0, 0
    marks, demands, weeks, _marked_again = SQL.fetch("refresh", until=until, limit=limit, min_returns=MIN_RETURNS)[0]
    if demands:
        judge(demands, weeks)
    return marks, len(demands or ())


def judge(demands: Sequence[int], weeks: Sequence[dt.date]) -> int:
    """Say which sums must be hidden of all that the issuers of some demands asked in their weeks. Shape: beside each other."""
    return SQL.execute("judge", demands=demands, weeks=weeks, **ENOUGH)
