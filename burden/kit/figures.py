"""Figures for the write side: a seam, because rooms never import the read side. Its provider is named in settings.FIGURES.

Shape: functions take plain ids and Mondays. Units: whole person-minutes. Whatever law 5 hides is hidden by the provider.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

Spans = Mapping[str, Sequence[dt.date]]  # Mondays by the name of a span


@dataclass(frozen=True)
class Asked:
    """One thing that an issuer asked of others in a week. Units: `units` receivers, `person_min` what it took, or is claimed to.

    Shape: `demand_id` is None where nobody registered it.
    """

    week: dt.date
    title: str
    units: int
    person_min: int
    demand_id: int | None = None


@dataclass(frozen=True)
class KindShare:
    """How many of one kind of units said that something does not apply to them. Units: counts; reasons of five answers and more."""

    kind: str
    units: int
    answers: int
    not_applicable: int
    reasons: Mapping[str, int]


@dataclass(frozen=True)
class Spent:
    """What a unit's cadres spent in a week that may be shown. Units: person-minutes by category; `returns` a count."""

    person_min: Mapping[str, int]
    returns: int


@dataclass(frozen=True)
class Imposed:
    """What an issuer asked in some weeks by a decision that nobody above made.

    Units: person-minutes: `claim_min` of all that was registered, `answered_min` the claim of what was answered and may be shown,
    `confirmed_min` what was confirmed of that; `changed_min` what a change of the tariffs alone added to the claim;
    `unregistered_min` what was never registered. `is_known` tells whether there is data of all the weeks.
    """

    claim_min: int = 0
    answered_min: int = 0
    confirmed_min: int = 0
    changed_min: int = 0
    unregistered_min: int = 0
    is_known: bool = True


@dataclass(frozen=True)
class Manned:
    """How many cadres there were in a unit and below it. Units: cadre-weeks; of the weeks that may be shown `returns` of `shown` have data."""

    active: int
    weeks: int
    returns: int
    shown: int


class Provider(Protocol):
    """What the module named in settings.FIGURES has."""

    def asked(self, *, issuer_id: int, titles: Collection[str], weeks: Collection[dt.date]) -> list[Asked]: ...

    def not_applicable(self, *, issuer_id: int, title: str) -> list[KindShare]: ...

    def spent(
        self, *, unit_ids: Collection[int], since: dt.date, until: dt.date
    ) -> dict[int, dict[dt.date, Spent]]: ...

    def imposed(self, *, unit_id: int, issuer_ids: Collection[int], spans: Spans) -> dict[tuple[int, str], Imposed]: ...

    def claimed(
        self, *, titles: Mapping[int, Collection[str]], weeks: Collection[dt.date]
    ) -> dict[tuple[int, dt.date], int]: ...

    def manned(self, *, unit_id: int, weeks: Collection[dt.date]) -> Manned: ...

    def filed(self, *, issuer_ids: Collection[int], weeks: Collection[dt.date]) -> dict[int, set[dt.date]]: ...


def asked(*, issuer_id: int, titles: Collection[str], weeks: Collection[dt.date]) -> list[Asked]:
    """Return what an issuer asked under these titles in some weeks, registered or not, the oldest first."""
    return _provider().asked(issuer_id=issuer_id, titles=titles, weeks=weeks) if titles and weeks else []


def asked_in(*, issuer_id: int, titles: Collection[str], weeks: Collection[dt.date]) -> dict[dt.date, int]:
    """Return by week what an issuer asked under these titles; a week without any is 0. Units: person-minutes."""
    found = dict.fromkeys(sorted(weeks), 0)
    for each in asked(issuer_id=issuer_id, titles=titles, weeks=weeks):
        found[each.week] += each.person_min
    return found


def not_applicable(*, issuer_id: int, title: str) -> list[KindShare]:
    """Return by kind of unit how an issuer's last rounds of a title were answered, the least fitting first; told of many alone."""
    return _provider().not_applicable(issuer_id=issuer_id, title=title) if title else []


def spent(*, unit_ids: Collection[int], since: dt.date, until: dt.date) -> dict[int, dict[dt.date, Spent]]:
    """Return by unit and week what it and all below it spent, of the weeks from one Monday to another that may be shown. Two queries."""
    return _provider().spent(unit_ids=unit_ids, since=since, until=until) if unit_ids else {}


def imposed(*, unit_id: int, issuer_ids: Collection[int], spans: Spans) -> dict[tuple[int, str], Imposed]:
    """Return by issuer and span what issuers below a unit asked by a decision that nobody above it made."""
    return _provider().imposed(unit_id=unit_id, issuer_ids=issuer_ids, spans=spans) if issuer_ids and spans else {}


def claimed(*, titles: Mapping[int, Collection[str]], weeks: Collection[dt.date]) -> dict[tuple[int, dt.date], int]:
    """Return by issuer and week what it claims now of what it asked under these titles. Units: person-minutes."""
    return _provider().claimed(titles=titles, weeks=weeks) if titles and weeks else {}


def manned(*, unit_id: int, weeks: Collection[dt.date]) -> Manned:
    """Return how many cadres there were in a unit and below it in some weeks, filed or not."""
    return _provider().manned(unit_id=unit_id, weeks=weeks)


def filed(*, issuer_ids: Collection[int], weeks: Collection[dt.date]) -> dict[int, set[dt.date]]:
    """Return by issuer the weeks in which at least one in five filed where it asks: of another week nothing can be said. One query."""
    return _provider().filed(issuer_ids=issuer_ids, weeks=weeks) if issuer_ids and weeks else {}


def _provider() -> Provider:
    return cast(Provider, import_module(settings.FIGURES))
