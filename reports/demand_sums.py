"""The sums of demands: what each claims and what was answered, by week and kind of receiver; never by unit or person.

Kept beside the sums of units (reports.rollup) because issuers read them by demand. Of units that are hidden together only what
tells of no few people is counted, so that a demand's sum less its issuer's rows elsewhere leaves none. Statements lie in sql/demand_sums.
"""

from __future__ import annotations

from django.db import transaction

from reports import hidden_weeks
from reports.statements import Statements

SQL = Statements("demand_sums")
MARKS = 2_000  # taken at a time


def refresh(*, limit: int = MARKS) -> int:
    """Recount the demands that the marks of this moment name; safe to run twice, at once, and to kill.

    Units: `limit` is marks a transaction; the number of demands x weeks recounted.
    """
    hidden_weeks.refresh()
    done = 0
    while (step := _step(limit))[0]:
        done += step[1]
    return done


def rebuild() -> int:
    """Find what is hidden and count all demands anew. Units: rows written."""
    hidden_weeks.rebuild()
    return _recount()


@transaction.atomic
def _recount() -> int:
    SQL.execute("lock")
    SQL.execute("clear")
    return SQL.execute("count")


@transaction.atomic
def verify() -> tuple[int, int]:
    """Recount everything beside the stored sums, after a refresh; nothing is repaired. Shape: rows, differences."""
    refresh()
    SQL.execute("lock")
    rows, differences = SQL.fetch("verify")[0]
    return rows, differences


@transaction.atomic
def _step(limit: int) -> tuple[int, int]:
    """Take the lock, then marks and sums in one statement, whose snapshot is later than the lock."""
    SQL.execute("lock")
    marks, keys = SQL.fetch("refresh", limit=limit)[0]
    return marks, keys
