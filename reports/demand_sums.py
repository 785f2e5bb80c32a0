"""The sums of demands: what each claims and what was answered, by week and kind of receiver; never by unit or person.

Kept beside the sums of units (reports.rollup) because issuers read them by demand. Statements lie in sql/demand_sums.
"""

from __future__ import annotations

from django.db import transaction

from reports.statements import Statements

SQL = Statements("demand_sums")
MARKS = 2_000  # taken at a time


def refresh(*, limit: int = MARKS) -> int:
    """Recount the demands that the marks of this moment name; safe to run twice, at once, and to kill.

    Units: `limit` is marks a transaction; the number of demands x weeks recounted.
    """
    done = 0
    while (step := _step(limit))[0]:
        done += step[1]
    return done


@transaction.atomic
def rebuild() -> int:
    """Count all demands anew. Units: rows written."""
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
