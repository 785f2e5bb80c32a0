"""The sums of demands: what each claims and what was answered, by week and kind of receiver; never by unit or person.

Kept beside the sums of units (reports.rollup) because issuers read them by demand. Statements lie in sql/demand_sums.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from django.db import connection, transaction

SQL = Path(__file__).parent / "sql" / "demand_sums"
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
    _run("lock")
    _run("clear")
    return _run("count")


@transaction.atomic
def verify() -> tuple[int, int]:
    """Recount everything beside the stored sums, after a refresh; nothing is repaired. Shape: rows, differences."""
    refresh()
    _run("lock")
    rows, differences = _fetch("verify")
    return rows, differences


@transaction.atomic
def _step(limit: int) -> tuple[int, int]:
    """Take the lock, then marks and sums in one statement, whose snapshot is later than the lock."""
    _run("lock")
    marks, keys = _fetch("refresh", limit=limit)
    return marks, keys


def _run(name: str, **facts: Any) -> int:
    """Execute one file; the rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(name), facts)
        touched: int = cursor.rowcount
        return touched


def _fetch(name: str, **facts: Any) -> tuple[Any, ...]:
    """Execute one file; its only row."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(name), facts)
        row: tuple[Any, ...] = cursor.fetchone()
        return row


@functools.cache
def _statement(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
