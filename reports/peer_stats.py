"""Medians of peer groups (同类中位数) by place and span of weeks: counted every night, read by key.

A group is units of one kind below a county, city, province or the nation, at least eight of them that are shown: what is
hidden of a unit (law 5) is in no median. Nothing but order statistics is kept, and never by unit.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from django.db import transaction
from django.db.models import Count

from burden.accounts.actor import Actor
from burden.kit.clock import Week, last_closed
from burden.units.models import Kind, Level, Unit
from reports.models import PeerStat
from reports.peers import MIN_PEERS, alike, hidden
from reports.periods import KINDS, Period
from reports.statements import Statements

SQL = Statements("peer_stats")
Stats = Mapping[tuple[int, str], PeerStat]  # by place and peer group
SCOPES = (Level.COUNTY, Level.CITY, Level.PROVINCE, Level.NATION)
OPEN_WEEKS = 3  # a week may be filed in time for so long; what comes later waits for a rebuild


def recount(*, now: dt.datetime, weeks: int = OPEN_WEEKS) -> int:
    """Count the spans of the last closed weeks anew, a year at a time; readers keep the old rows meanwhile.

    Units: weeks back from the last closed one; the number of rows written.
    """
    closed = last_closed(now)
    recent = [closed.plus(-n) for n in range(weeks)]
    found = {
        (kind, span.first): span for kind in KINDS for span in (Period.of(kind, each, until=closed) for each in recent)
    }
    return sum(_recount(of_year, closed) for of_year in _years(found.values()))


def _years(spans: Iterable[Period]) -> list[list[Period]]:
    """Put spans together that lie in one year: its weeks are read once."""
    years: dict[int, list[Period]] = {}
    for span in spans:
        years.setdefault(Period.of("year", span.first).first.plus(1).year, []).append(span)
    return list(years.values())


@transaction.atomic
def _recount(spans: Collection[Period], closed: Week) -> int:
    """Count some spans in the place of what was known of them."""
    written = 0
    SQL.alone()
    SQL.execute("begin")
    for week in sorted({week for span in spans for week in span.weeks}):
        for own in (True, False):
            _show(week, own=own)
    for span in spans:
        since, until = span.first.monday, span.last.monday
        PeerStat.every.filter(span=span.kind, week=since).delete()
        written += SQL.execute("count", span=span.kind, since=since, until=until, least=MIN_PEERS)
    SQL.execute("drop")
    return written


def _show(week: Week, *, own: bool) -> None:
    """Put the units of a week that may be shown beside each other."""
    units = [unit for (unit,) in SQL.fetch("units", week=week.monday, own=own)]
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
