"""What was asked and how it was answered, by unit and week: plan, notice, relays, repeats, and what issuers there asked.

Recounted every night for the weeks that still move and those noted (reports.stale_weeks). Statements lie in sql/asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from burden.kit.clock import Week
from reports.stale_weeks import Counted, mondays, steps, take
from reports.statements import Statements

SQL = Statements("asked")
COUNTED = Counted(SQL)
MOVING = 9  # weeks back in which answers and withdrawals still come


def recount(*, now: dt.datetime, whole: bool = False) -> int:
    """Count the weeks that still move or were noted anew, or all of them; all where nothing was counted yet. Returns rows written."""
    noted = take("rollup_asked")
    weeks = {*noted.weeks, *_weeks(now, whole=whole)}
    return sum(COUNTED.replace(span, noted) for span in steps(sorted(weeks)))


def verify(*, now: dt.datetime) -> tuple[int, int]:
    """Recount every week up to the running one beside what is stored; what is noted is left to its recount.

    Shape: rows, differences. Changes of weeks to come are neither marked nor noted: all of these are counted every night.
    """
    known = [week for week in SQL.fetch("weeks")[0] if week]
    if not known:
        return 0, 0
    return COUNTED.verify(steps(mondays(min(known), Week.at(now).monday)))


def _weeks(now: dt.datetime, *, whole: bool) -> Iterable[dt.date]:
    """Return the weeks that are counted every night, or all."""
    first, last, _oldest, counted = SQL.fetch("weeks")[0]
    if first is None:
        return ()
    last = max(last, counted or last)  # what was asked for weeks to come may be gone
    moving = Week.at(now).plus(-MOVING).monday
    return mondays(first if whole or counted is None else max(first, min(moving, counted)), last)
