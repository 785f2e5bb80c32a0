"""Medians of peer groups (同类中位数) by place and span of weeks: counted every night, read by key.

A group is units of one kind below a county, city, province or the nation, at least eight of them that are shown: what is
hidden of a unit (law 5) is in no median. Nothing but order statistics is kept, and never by unit.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count

from burden.accounts.actor import Actor
from burden.kit.clock import Week, last_closed
from burden.units.models import Kind, Level, Unit
from reports.models import PeerStat
from reports.peers import MIN_PEERS, alike, hidden
from reports.periods import KINDS, Period
from reports.stale_weeks import Noted, mondays, take
from reports.statements import Statements

SQL = Statements("peer_stats")
Stats = Mapping[tuple[int, str], PeerStat]  # by place and peer group
SCOPES = (Level.COUNTY, Level.CITY, Level.PROVINCE, Level.NATION)
OPEN_WEEKS = 3  # a week may be filed in time for so long; what comes later is noted


def recount(*, now: dt.datetime, weeks: int = OPEN_WEEKS) -> int:
    """Count the spans of the last closed weeks and of those noted anew, a year at a time; readers keep the old rows meanwhile.

    Units: weeks back from the last closed one; the number of rows written.
    """
    closed = last_closed(now)
    noted = take("peer_stat", until=closed.monday)
    chosen = {closed.plus(-n) for n in range(weeks)} | {Week(week) for week in noted.weeks}
    return sum(_replace(of_year, noted) for of_year in _years(_spans(sorted(chosen), closed)))


def verify(*, now: dt.datetime) -> tuple[int, int]:
    """Recount every span beside what is stored; one with a week that is noted is left to its recount. Shape: rows, differences."""
    first, closed = SQL.fetch("first")[0][0], last_closed(now)
    weeks = [Week(week) for week in mondays(first, closed.monday)] if first else []
    found = [_verify(of_year, closed) for of_year in _years(_spans(weeks, closed))]
    return sum(rows for rows, _odd in found), sum(odd for _rows, odd in found)


def _spans(weeks: Iterable[Week], closed: Week) -> Collection[Period]:
    """Return the spans that hold some weeks, each as far as its weeks are over."""
    spans = (Period.of(kind, week, until=closed) for week in weeks for kind in KINDS)
    return {(span.kind, span.first): span for span in spans}.values()


def _years(spans: Iterable[Period]) -> list[list[Period]]:
    """Put spans together that lie in one year: its weeks are read once."""
    years: dict[int, list[Period]] = {}
    for span in spans:
        years.setdefault(span.year, []).append(span)
    return list(years.values())


@transaction.atomic
def _replace(spans: Collection[Period], noted: Noted) -> int:
    """Count the spans of a year in the place of what was known of them: all that hold one of its weeks."""
    _count(spans)
    known = _columns(spans)
    SQL.execute("clear", kinds=known["kinds"], firsts=known["firsts"])
    written = SQL.execute("replace")
    SQL.execute("drop")
    noted.forget(min(known["firsts"]), max(known["untils"]))
    return written


@transaction.atomic
def _verify(spans: Collection[Period], closed: Week) -> tuple[int, int]:
    _count(spans)
    rows, differences = SQL.fetch("verify", closed=closed.monday, **_columns(spans))[0]
    SQL.execute("drop")
    return rows, differences


def _count(spans: Collection[Period]) -> None:
    """Count some spans into a temporary table."""
    SQL.alone()
    for name in ("begin", "fresh"):
        SQL.execute(name)
    for week in sorted({week for span in spans for week in span.weeks}):
        for own in (True, False):
            _show(week, own=own)
    for span in spans:
        SQL.execute("count", span=span.kind, since=span.first.monday, until=span.last.monday, least=MIN_PEERS)


def _columns(spans: Collection[Period]) -> dict[str, list[Any]]:
    firsts, untils = zip(*((span.first.monday, span.last.monday) for span in spans), strict=True)
    return {"kinds": [span.kind for span in spans], "firsts": list(firsts), "untils": list(untils)}


def _show(week: Week, *, own: bool) -> None:
    """Put the units of a week that may be shown beside each other."""
    units = [unit for (unit,) in SQL.fetch("units", week=week.monday, own=own)]
    if not units:
        return
    gone = [unit for unit, weeks in hidden(units, (week.monday, week.monday), own=own).items() if weeks]
    SQL.execute("shown", week=week.monday, own=own, hidden=gone)


# --- reading ---


def group_of(kind: str, parent_level: str) -> str:
    """Return the peer group of a unit: its kind; a department's goes by the level it works for."""
    return f"{kind}_{parent_level}" if kind == Kind.DEPARTMENT else alike(kind)


def stats(actor: Actor, scopes: Collection[int], groups: Collection[str], period: Period) -> Stats:
    """Return what is known of peer groups in a period, by place and group.

    A place beyond the actor's range is told where eight units and more of the group lie outside it: else its median would
    say what a single foreign unit does. Two queries at most, one where all places are the actor's own.
    """
    found = PeerStat.objects.visible_to(actor).filter(
        scope__in=scopes, kind__in=groups, span=period.kind, week=period.first.monday, until=period.last.monday
    )
    low, high = actor.read_range
    known = list(found.select_related("scope"))
    beyond = [each for each in known if not low <= each.scope.path < high]
    own = _own(actor) if beyond else {}
    told = [each for each in known if each not in beyond or each.n - own.get(each.kind, 0) >= MIN_PEERS]
    return {(each.scope_id, each.kind): each for each in told}


def _own(actor: Actor) -> Mapping[str, int]:
    """Count the actor's own units by peer group, closed ones too: they may have been peers then."""
    counted: Counter[str] = Counter()
    units = Unit.objects.visible_to(actor).filter(parent__isnull=False)
    for kind, parent_level, n in units.values_list("kind", "parent__level").annotate(n=Count("pk")):
        counted[group_of(kind, parent_level)] += n
    return counted
