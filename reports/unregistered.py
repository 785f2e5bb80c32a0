"""Unregistered demands (未登记事项): what several cadres record as asked by one issuer, which registered nothing like it.

Recounted every night from the entries of half a year, week by week from those of a year: what an order saves is held against
the year before it. Titles that say the same are one. Only what at least five cadres of
three units recorded is kept, under the title most of them used: a rare title could tell who wrote it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from burden.demands.duplicates import plain_title
from burden.kit.clock import Week
from reports.models import UnregisteredDemand
from reports.peers import MIN_RETURNS
from reports.statements import Statements

SQL = Statements("unregistered")
WEEKS, YEAR = 26, 52
MIN_CADRES = MIN_RETURNS
MIN_UNITS = 3
Key = tuple[int, str, str]  # issuer, category, plain title


@dataclass
class Cluster:
    """Titles of one issuer and category that say the same. Units: n counts entries; minutes are person-minutes."""

    cadres: set[int] = field(default_factory=set)
    units: set[int] = field(default_factory=set)
    n: int = 0
    minutes: int = 0
    weeks: list[dt.date] = field(default_factory=list)
    titles: list[tuple[int, str]] = field(default_factory=list)

    def add(self, row: tuple[Any, ...]) -> None:
        _issuer, _category, title, cadres, units, n, minutes, first, last = row
        self.cadres.update(cadres)
        self.units.update(units)
        self.n += n
        self.minutes += int(minutes)
        self.weeks += [first, last]
        self.titles.append((len(cadres), title))

    @property
    def is_told(self) -> bool:
        """Whether enough people wrote it, and enough of them the same title."""
        return len(self.cadres) >= MIN_CADRES and len(self.units) >= MIN_UNITS and max(self.titles)[0] >= MIN_CADRES


@dataclass
class Sitting:
    """One week of a cluster. Units: minutes are person-minutes."""

    cadres: set[int] = field(default_factory=set)
    units: set[int] = field(default_factory=set)
    minutes: int = 0

    @property
    def is_told(self) -> bool:
        return len(self.cadres) >= MIN_CADRES and len(self.units) >= MIN_UNITS

    def add(self, other: Sitting) -> None:
        self.cadres |= other.cadres
        self.units |= other.units
        self.minutes += other.minutes


@transaction.atomic
def recount(*, now: dt.datetime) -> int:
    """Put what was recorded without a demand in the place of what was known; the number of unregistered demands."""
    SQL.alone()
    since = Week.at(now).plus(-WEEKS).monday
    told = {key: each for key, each in clusters(SQL.fetch("titles", since=since)).items() if each.is_told}
    weeks = by_week(told, Week.at(now).plus(-YEAR).monday, since)
    UnregisteredDemand.every.all().delete()
    kept = [
        _row(issuer, category, each, weeks[issuer, category, plain]) for (issuer, category, plain), each in told.items()
    ]
    UnregisteredDemand.every.bulk_create(kept, batch_size=1_000)
    return len(kept)


def clusters(rows: Iterable[tuple[Any, ...]]) -> dict[Key, Cluster]:
    """Put titles together that say the same of one issuer and category. Shape: rows as sql/unregistered/titles.sql."""
    found: dict[Key, Cluster] = defaultdict(Cluster)
    for row in rows:
        issuer, category, title = row[:3]
        found[issuer, category, plain_title(title)].add(row)
    return found


def by_week(told: Mapping[Key, Cluster], since: dt.date, whole: dt.date) -> dict[Key, list[list[Any]]]:
    """Return the weeks of clusters that enough people stand behind, as the model keeps them.

    Shape: since is the first Monday of the weeks, whole that of those which are told as one sum too.
    """
    titles = [
        (issuer, category, title) for (issuer, category, _plain), each in told.items() for _n, title in each.titles
    ]
    found: dict[Key, dict[dt.date, Sitting]] = defaultdict(lambda: defaultdict(Sitting))
    columns = list(map(list, zip(*titles, strict=True))) if titles else [[], [], []]
    rows = SQL.fetch("weeks", since=since, issuers=columns[0], categories=columns[1], titles=columns[2])
    for issuer, category, title, week, cadres, units, minutes in rows:
        found[issuer, category, plain_title(title)][week].add(Sitting(set(cadres), set(units), int(minutes)))
    return {
        key: [[str(week), len(found[key][week].units), found[key][week].minutes] for week in shown(found[key], whole)]
        for key in told
    }


def shown(weeks: Mapping[dt.date, Sitting], whole: dt.date) -> list[dt.date]:
    """Return the weeks that are told: of those which are told as one sum too, enough people stand behind what is left of it.

    Beside weeks of a few the one before is left out, or the next, until they are enough together; weeks to come bring none of them out.
    """
    told: list[dt.date] = []
    rest = Sitting()
    for week in sorted(week for week in weeks if week >= whole):
        if weeks[week].is_told:
            told.append(week)
        else:
            rest.add(weeks[week])
        while rest.cadres and not rest.is_told and told:
            rest.add(weeks[told.pop()])
        if rest.is_told:
            rest = Sitting()
    return sorted(week for week, one in weeks.items() if week < whole and one.is_told) + told


def _row(issuer: int, category: str, each: Cluster, weeks: list[list[Any]]) -> UnregisteredDemand:
    return UnregisteredDemand(
        issuer_id=issuer, category=category, title=max(each.titles)[1], cadres=len(each.cadres), units=len(each.units),
        n=each.n, person_min=each.minutes, first_week=min(each.weeks), last_week=max(each.weeks), weeks=weeks,
    )  # fmt: skip
