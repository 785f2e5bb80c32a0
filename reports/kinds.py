"""Which kinds of units say that a demand does not apply to them: counted every night over half a year, told of many alone.

A kind is told where at least five cadres of three units answered; what is left untold at a level is as many, or nothing: else it
would follow from the level's sums.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from burden.demands.duplicates import plain_title
from burden.entries.models import Reason
from burden.kit.clock import last_closed
from reports.models import KindAnswers
from reports.peers import MIN_RETURNS
from reports.statements import Statements

SQL = Statements("kinds")
WEEKS = 26
MIN_CADRES, MIN_UNITS = MIN_RETURNS, 3


@dataclass
class Tally:
    """What one kind answered to one thing. Units: counts; minutes are person-minutes asked of those to whom it does not apply."""

    cadres: set[int] = field(default_factory=set)
    units: set[int] = field(default_factory=set)
    answers: int = 0
    not_applicable: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    minutes: int = 0
    newest: tuple[int, str, str] = (0, "", "")  # demand, its title and category
    weeks: list[dt.date] = field(default_factory=list)

    def add(self, row: tuple[Any, ...]) -> None:
        _issuer, title, category, _level, _kind, cadres, units, answers, no, reasons, minutes, demand, first, last = row
        self.cadres.update(cadres)
        self.units.update(units)
        self.answers += answers
        self.not_applicable += no
        for reason, count in zip(Reason.values, reasons, strict=True):
            self.reasons[reason] = self.reasons.get(reason, 0) + count
        self.minutes += int(minutes)
        self.newest = max(self.newest, (demand, title, category))
        self.weeks += [first, last]


Series = tuple[int, str, str]  # issuer, plain title, level


@transaction.atomic
def recount(*, now: dt.datetime) -> int:
    """Put what is told of kinds in the place of what was known; the number of rows."""
    SQL.alone()
    closed = last_closed(now)
    found = tallies(SQL.fetch("answers", since=closed.plus(1 - WEEKS).monday, until=closed.monday))
    KindAnswers.every.all().delete()
    rows = [_row(series, kind, kinds) for series, kinds in found.items() for kind in told(kinds)]
    KindAnswers.every.bulk_create(rows, batch_size=1_000)
    return len(rows)


def tallies(rows: Iterable[tuple[Any, ...]]) -> dict[Series, dict[str, Tally]]:
    """Put titles together that say the same of one issuer, by level and kind. Shape: rows as sql/kinds/answers.sql."""
    found: dict[Series, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for row in rows:
        found[row[0], plain_title(row[1]), row[3]][row[4]].add(row)
    return found


def told(kinds: dict[str, Tally]) -> Iterator[str]:
    """Yield the kinds of one level that may be told: enough people each, and enough, or nobody, in what is left."""
    kept = [kind for kind, each in kinds.items() if _enough([each])]
    kept.sort(key=lambda kind: -kinds[kind].not_applicable / kinds[kind].answers)  # the telling ones are left out last
    left = [each for kind, each in kinds.items() if kind not in kept]
    while kept and left and not _enough(left):
        left.append(kinds[kept.pop()])
    return iter(kept)


def _enough(some: Iterable[Tally]) -> bool:
    cadres, units = set[int](), set[int]()
    for each in some:
        cadres |= each.cadres
        units |= each.units
    return len(cadres) >= MIN_CADRES and len(units) >= MIN_UNITS


def _row(series: Series, kind: str, kinds: dict[str, Tally]) -> KindAnswers:
    issuer, plain, level = series
    each = kinds[kind]
    demand, title, category = each.newest
    return KindAnswers(
        issuer_id=issuer, plain=plain[:200], title=title, category=category, level=level, kind=kind, kinds=len(kinds),
        cadres=len(each.cadres), units=len(each.units), answers=each.answers, not_applicable=each.not_applicable,
        reasons={reason: n for reason, n in each.reasons.items() if n >= MIN_CADRES}, person_min=each.minutes,
        demand_id=demand, first_week=min(each.weeks), last_week=max(each.weeks),
    )  # fmt: skip
