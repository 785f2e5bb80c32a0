"""Which figures of units are hidden, week by week, as peers.hidden says of the sums: kept for what counts by it.

A demand's sums hold answers of several units: of hidden ones only where that tells of no few people (reports.demand_sums). So
whenever what is hidden changes, the demands that were answered there are marked. Statements lie in sql/hidden_weeks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

from django.db import transaction

from reports.peers import hidden
from reports.statements import Statements

SQL = Statements("hidden_weeks")
NOTES = 20_000  # taken at a time

Figure = tuple[int, dt.date, bool]  # unit id, Monday; whether its own figure, or that with all below it
LONGEST = 52  # weeks looked at together


def refresh(*, limit: int = NOTES) -> int:
    """Find anew what is hidden where sums were counted; safe to run twice, at once, and to kill. Units: figures that changed."""
    changed = 0
    while (step := _step(limit))[0]:
        changed += step[1]
    return changed


def rebuild() -> int:
    """Find all anew, some weeks a transaction. Units: figures that changed."""
    return sum(_whole(weeks) for weeks in _spans([week for (week,) in SQL.fetch("weeks")]))


def verify() -> tuple[int, int]:
    """Compare all that is kept with what the sums say now, after a refresh. Shape: figures, differences.

    What was counted anew meanwhile is taken as stored.
    """
    figures = differences = 0
    refresh()
    for weeks in _spans([week for (week,) in SQL.fetch("weeks")]):
        now = _found([unit for (unit,) in SQL.fetch("of_weeks", weeks=weeks)], weeks)
        stored = set(SQL.fetch("stored", weeks=weeks))
        stale = {week for (week,) in SQL.fetch("noted", weeks=weeks)}
        figures += len(now)
        differences += sum(week not in stale for _unit, week, _own in now ^ stored)
    return figures, differences


@transaction.atomic
def _step(limit: int) -> tuple[int, int]:
    """Take notes, then look: the sums are those of a later snapshot. Units: notes, figures that changed."""
    SQL.fetch("lock")
    notes = SQL.fetch("take", limit=limit)
    whole = sorted({week for week, unit in notes if unit is None})
    singly = sorted({week for week, unit in notes if unit is not None} - set(whole))
    units = {unit for _week, unit in notes if unit is not None}
    changed = sum(_whole(weeks) for weeks in _spans(whole)) + sum(_settle(units, weeks) for weeks in _spans(singly))
    return len(notes), changed


def _spans(weeks: Sequence[dt.date]) -> Iterator[Sequence[dt.date]]:
    """Cut weeks into lists, each within a year: what lies between them is read too."""
    while weeks:
        near = [week for week in weeks if week - weeks[0] < LONGEST * dt.timedelta(weeks=1)]
        yield near
        weeks = weeks[len(near) :]


@transaction.atomic
def _whole(weeks: Sequence[dt.date]) -> int:
    SQL.fetch("lock")
    return _marked(_keep([unit for (unit,) in SQL.fetch("of_weeks", weeks=weeks)], weeks))


def _settle(units: Collection[int], weeks: Sequence[dt.date]) -> int:
    """Look at the families of some units and of all above; then below what changed, where one may be hidden beside."""
    todo = [unit for (unit,) in SQL.fetch("families", units=list(units))]
    changed: set[Figure] = set()
    while todo:
        found = _keep(todo, weeks)
        changed |= found
        todo = [unit for (unit,) in SQL.fetch("below", units=list({unit for unit, _week, own in found if not own}))]
    return _marked(changed)


def _found(units: Collection[int], weeks: Sequence[dt.date]) -> set[Figure]:
    chosen = set(weeks)
    return {
        (unit, week, own)
        for own in (False, True)
        for unit, gone in hidden(units, (weeks[0], weeks[-1]), own=own).items()
        for week in chosen.intersection(gone)
    }


def _keep(asked: Collection[int], weeks: Sequence[dt.date]) -> set[Figure]:
    """Store what is hidden of some units, and return what changed."""
    found = list(_found(asked, weeks))
    columns = {name: [each[i] for each in found] for i, name in enumerate(("units", "of_weeks", "own"))}
    return set(SQL.fetch("keep", asked=list(asked), weeks=list(weeks), **columns))


def _marked(changed: Collection[Figure]) -> int:
    """Mark the demands that were asked of units whose answers now stand with others, or alone."""
    if changed:
        figures = list({(unit, week) for unit, week, _own in changed})
        SQL.fetch("mark", units=[unit for unit, _week in figures], weeks=[week for _unit, week in figures])
    return len(changed)
