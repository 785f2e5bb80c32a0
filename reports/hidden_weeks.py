"""Which figures of units are hidden, week by week, as peers.hidden says of the sums: kept for what counts by it.

A demand's sums hold answers of several units: of hidden ones only where that tells of no few people (reports.demand_sums). So
whenever what is hidden changes, the demands that were answered there are marked. Statements lie in sql/hidden_weeks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db import transaction

from reports.peers import hidden
from reports.statements import Statements

SQL = Statements("hidden_weeks")
NOTES = 5_000  # of single units, taken at a time

Figure = tuple[int, dt.date, bool]  # unit id, Monday; whether its own figure, or that with all below it
LONGEST = 4  # weeks looked at together: of all units what a transaction holds in memory, and loses where it is killed


def refresh(*, limit: int = NOTES, wait: bool = True) -> int:
    """Find anew what is hidden where sums were counted; safe to run twice, at once, and to kill.

    Units: `limit` is notes a transaction; figures that changed. Shape: without `wait`, what another works at is left to it.
    """
    changed = 0
    for step in (_whole_step, _single_step):
        while (done := step(limit, wait))[0]:
            changed += done[1]
    return changed


def rebuild(*, weeks: Iterable[dt.date] | None = None) -> int:
    """Find all anew, or some weeks, a few a transaction. Units: figures that changed."""
    chosen = [week for (week,) in SQL.fetch("weeks")] if weeks is None else sorted(set(weeks))
    return sum(_whole(span) for span in _spans(chosen))


def verify() -> tuple[int, int]:
    """Compare all that is kept with what the sums say now, after a refresh. Shape: figures, differences.

    What was counted anew meanwhile is taken as stored.
    """
    figures = differences = 0
    refresh()
    for weeks in _spans([week for (week,) in SQL.fetch("weeks")]):
        of_span = _compare(weeks)
        figures, differences = figures + of_span[0], differences + of_span[1]
    return figures, differences


@transaction.atomic
def _compare(weeks: Sequence[dt.date]) -> tuple[int, int]:
    """Hold the lock, so that nothing is kept or noted off meanwhile; the notes are read last, as recounts go on. Shape: as verify."""
    SQL.fetch("lock")
    now = _found([unit for (unit,) in SQL.fetch("of_weeks", weeks=weeks)], weeks)
    stored = set(SQL.fetch("stored", weeks=weeks))
    stale = {week for (week,) in SQL.fetch("noted", weeks=weeks)}
    return len(now), sum(week not in stale for _unit, week, _own in now ^ stored)


@transaction.atomic
def _whole_step(_limit: int, wait: bool) -> tuple[int, int]:
    """Take a few weeks that were counted whole, then look: the sums are those of a later snapshot. Shape: as _single_step."""
    weeks = sorted({week for (week,) in SQL.fetch("take_whole", limit=LONGEST)}) if _held(wait) else []
    return len(weeks), sum(_whole(span) for span in _spans(weeks))


@transaction.atomic
def _single_step(limit: int, wait: bool) -> tuple[int, int]:
    """Take notes of single units, then look. Units: what was taken, figures that changed."""
    notes = SQL.fetch("take", limit=limit) if _held(wait) else []
    changed = 0
    for span in _spans(sorted({week for week, _unit in notes})):
        changed += _settle({unit for week, unit in notes if week in span}, span)
    return len(notes), changed


def _held(wait: bool) -> bool:
    return SQL.fetch("lock" if wait else "try_lock")[0][-1] is not False


def _spans(weeks: Sequence[dt.date]) -> Iterator[Sequence[dt.date]]:
    """Cut weeks into lists, each within a few weeks: what lies between them is read too."""
    while weeks:
        near = [week for week in weeks if week - weeks[0] < LONGEST * dt.timedelta(weeks=1)]
        yield near
        weeks = weeks[len(near) :]


@transaction.atomic
def _whole(weeks: Sequence[dt.date]) -> int:
    """Take the notes of some weeks, then look at all of them: a unit with a note awaits it, and tells no demand what it answered."""
    SQL.fetch("lock")
    SQL.execute("take_weeks", weeks=list(weeks))
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
