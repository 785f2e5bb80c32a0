"""What was asked and how it was answered, by unit and week: plan, notice, relays, repeats, and what issuers there asked.

Recounted every night for the weeks that still move, and whole by `manage.py rollup rebuild`. Statements lie in sql/asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import transaction

from burden.kit.clock import Week
from burden.units.models import UnitEvent
from reports.statements import Statements

SQL = Statements("asked")
MOVING = 9  # weeks back in which answers and withdrawals still come
STEP = 4  # weeks counted in one transaction
LATELY = dt.timedelta(days=2)  # a nightly recount that was killed has another night

Span = tuple[dt.date, dt.date]


def recount(*, now: dt.datetime, whole: bool = False) -> int:
    """Count the weeks that still move anew, or all of them; all where nothing was counted yet. Returns rows written."""
    return sum(_replace(span) for span in _spans(now, whole=whole))


def moved_lately(*, now: dt.datetime) -> bool:
    """Whether an event of the last two days let units stand elsewhere: it may reach back further than weeks move."""
    kind, state = UnitEvent.Kind, UnitEvent.State
    moves = UnitEvent.every.filter(kind__in=[kind.MOVE, kind.MERGE], state=state.DONE)
    return moves.filter(created_at__gt=now - LATELY, created_at__lte=now).exists()


def _spans(now: dt.datetime, *, whole: bool) -> Iterator[Span]:
    """Cut the weeks to count into steps, the oldest first."""
    first, last, counted = SQL.fetch("weeks")[0]
    if first is None:
        return
    moving = Week.at(now).plus(-MOVING).monday
    since = Week(first if whole or counted is None else max(first, min(moving, counted)))
    while since.monday <= last:
        yield since.monday, min(since.plus(STEP - 1).monday, last)
        since = since.plus(STEP)


@transaction.atomic
def _replace(span: Span) -> int:
    SQL.alone()
    weeks = {"since": span[0], "until": span[1]}
    SQL.execute("count", **weeks)
    SQL.execute("clear", **weeks)
    written = SQL.execute("replace")
    SQL.execute("drop")
    return written
