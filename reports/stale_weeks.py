"""Weeks of which something is to be counted anew beside the sums: noted until it is, however old they are.

Triggers note a week for every table below where a recount takes marks of it (a late filing, an import, a unit that moved
long ago), and where facts change that bear no mark. A note outlives a recount that is killed. Statements lie in sql/stale_weeks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import transaction

from burden.kit.clock import WEEK
from reports.statements import Statements

SQL = Statements("stale_weeks")
STEP = 4  # weeks counted in one transaction
Span = tuple[dt.date, dt.date]
TABLES = ("rollup_asked", "return_spread", "peer_stat", "people_year")


@contextmanager
def taken(what: str, *, until: dt.date = dt.date.max) -> Iterator[list[dt.date]]:
    """Hand over the weeks noted for a table, and forget the notes where the block ends well.

    Shape: Mondays in order, none after `until`. What was written before a note was taken, the block sees.
    """
    ids, weeks = _take(what, until)
    yield sorted(set(weeks))
    SQL.execute("done", ids=ids)


def mondays(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the weeks from one to another."""
    return [first + WEEK * n for n in range((last - first) // WEEK + 1)]


def steps(weeks: list[dt.date]) -> Iterator[Span]:
    """Cut weeks into steps without a gap, the oldest first: one transaction each. Shape: first and last Monday of each."""
    while weeks:
        step = [week for n, week in enumerate(weeks[:STEP]) if week == weeks[0] + WEEK * n]
        yield step[0], step[-1]
        weeks = weeks[len(step) :]


def note(weeks: Collection[dt.date]) -> None:
    """Note some weeks for every table."""
    SQL.execute("note", tables=list(TABLES), weeks=list(weeks))


@transaction.atomic
def _take(what: str, until: dt.date) -> tuple[list[int], list[dt.date]]:
    """Take notes in a short transaction of its own: recounts of sums wait for it."""
    SQL.alone()
    rows = SQL.fetch("take", what=what, until=until)
    return [pk for pk, _week in rows], [week for _pk, week in rows]
