"""Weeks of which something is to be counted anew beside the sums: noted until it is, however old they are.

Triggers note a week for every table below where a recount takes marks of it (a late filing, an import, a unit that moved
long ago), and where facts change that bear no mark. A note is forgotten in the transaction that counts its week: a recount that
is killed goes on from there. Statements lie in sql/stale_weeks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from burden.kit.clock import WEEK
from reports.statements import Statements

SQL = Statements("stale_weeks")
STEP = 4  # weeks counted in one transaction
Span = tuple[dt.date, dt.date]
TABLES = ("rollup_asked", "return_spread", "peer_stat", "people_year")


@dataclass(frozen=True)
class Noted:
    """Notes that were taken for a table. Shape: id and Monday of each."""

    notes: Collection[tuple[int, dt.date]]

    @property
    def weeks(self) -> list[dt.date]:
        """The weeks that are noted, in order."""
        return sorted({week for _pk, week in self.notes})

    def forget(self, first: dt.date, last: dt.date) -> None:
        """Delete the notes of some weeks: the last thing in the transaction that counted them."""
        if ids := [pk for pk, week in self.notes if first <= week <= last]:
            SQL.execute("done", ids=ids)


@dataclass(frozen=True)
class Counted:
    """A table that is counted anew by spans of weeks. Shape: the folder that has count, clear, replace, verify and drop; what count needs to know."""

    sql: Statements
    facts: Mapping[str, int] = field(default_factory=dict)

    @transaction.atomic
    def replace(self, span: Span, noted: Noted) -> int:
        """Put a fresh count in the place of what is stored, and forget the notes of its weeks. Returns rows written."""
        self._count(span)
        self.sql.execute("clear", since=span[0], until=span[1])
        written = self.sql.execute("replace")
        self.sql.execute("drop")
        noted.forget(*span)
        return written

    def verify(self, spans: Iterable[Span]) -> tuple[int, int]:
        """Count beside what is stored, a span at a time. Shape: rows, differences."""
        found = [self._differ(span) for span in spans]
        return sum(rows for rows, _odd in found), sum(odd for _rows, odd in found)

    @transaction.atomic
    def _differ(self, span: Span) -> tuple[int, int]:
        self._count(span)
        rows, differences = self.sql.fetch("verify", since=span[0], until=span[1])[0]
        self.sql.execute("drop")
        return rows, differences

    def _count(self, span: Span) -> None:
        self.sql.alone()
        self.sql.execute("count", since=span[0], until=span[1], **self.facts)


@transaction.atomic
def take(what: str, *, since: dt.date = dt.date.min, until: dt.date = dt.date.max) -> Noted:
    """Take the notes of a table in a short transaction of its own: recounts of sums wait for it.

    Shape: those of the weeks from one Monday to another. What was written before a note was taken, a later transaction sees.
    """
    SQL.alone()
    return Noted(SQL.fetch("take", what=what, since=since, until=until))


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
