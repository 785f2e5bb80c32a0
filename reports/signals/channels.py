"""Informal channels (非正式渠道): an issuer's chat groups and apps take more time while its documents take less.

Both have to move, and in opposite directions, so that more or fewer returns alone make no signal. What fewer than five cadres of three
units recorded is not told, and then nothing is said. Its weeks are kept to be drawn: sixteen of them, until the last.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from burden.kit.clock import Week
from burden.standards.models import Category
from reports.periods import Span, year_before
from reports.signals.declared import (
    CHANNEL_MIN,
    CHANNEL_WEEKS,
    LESS,
    MIN_CADRES,
    MIN_UNITS,
    MORE,
    MOST_STRENGTH,
    SQL,
    Found,
    Kind,
    strength,
)
from reports.unregistered import Sitting, shown

CURVES = {"groups": "other", "documents": "document"}  # what is drawn, by its category
Curve = list[tuple[str, int | None]]
Curves = dict[str, Curve]
Sum = tuple[int, int]  # person-minutes, records


@dataclass(frozen=True)
class Moved:
    """Chat groups and documents of one issuer, now and before. Units: person-minutes and records."""

    basis: str  # year or before
    groups: Sum
    groups_before: Sum
    documents: Sum
    documents_before: Sum

    @property
    def is_signal(self) -> bool:
        """Whether chat groups clearly rose and documents clearly fell, and neither the other way by number."""
        more, less = self.groups[0] - self.groups_before[0], self.documents_before[0] - self.documents[0]
        return (
            more >= CHANNEL_MIN
            and less > 0
            and self.groups[1] >= self.groups_before[1]
            and self.documents[1] <= self.documents_before[1]
            and self.groups[0] * 100 >= self.groups_before[0] * MORE
            and self.documents[0] * 100 <= self.documents_before[0] * LESS
        )

    @property
    def strength(self) -> int:
        """How far the rise lies beyond its threshold. Units: per cent."""
        before = self.groups_before[0]
        return strength(self.groups[0] * 100 / before, MORE) if before else MOST_STRENGTH


def moved(sums: Mapping[str, Sum | None]) -> Moved | None:
    """Compare with the same weeks of last year, or with the weeks before where no documents were recorded then.

    Shape: sums as sql/signals/channels.sql; None where too few people stand behind a figure that is needed.
    """
    basis = "before" if sums["year document"] == (0, 0) else "year"
    needed = [sums[name] for name in ("now other", f"{basis} other", "now document", f"{basis} document")]
    told = [each for each in needed if each is not None]
    return Moved(basis, *told) if len(told) == len(needed) else None


def find(span: Span) -> Iterator[Found]:
    """Yield the issuers whose chat groups rose while their documents fell, over the last weeks of a span."""
    last = Week(span[1])
    now = [last.plus(-n) for n in range(CHANNEL_WEEKS)][::-1]
    before = [each.plus(-CHANNEL_WEEKS) for each in now]
    weeks = {"now": now, "year": [year_before(each) for each in now], "before": before}
    mondays = {name: [each.monday for each in found] for name, found in weeks.items()}
    signals: dict[int, Moved] = {}
    for issuer, text in SQL.fetch("channels", **mondays, min_cadres=MIN_CADRES, min_units=MIN_UNITS):
        sums = {name: tuple(value) if value else None for name, value in json.loads(text).items()}
        found = moved(sums)
        if found and found.is_signal:
            signals[issuer] = found
    drawn = _drawn(signals, (mondays["before"], mondays["now"]))
    for issuer, found in signals.items():
        yield _signal(issuer, found, weeks["now"], weeks[found.basis], drawn[issuer])


def _drawn(issuers: Collection[int], spans: Sequence[list[dt.date]]) -> dict[int, Curves]:
    """Return week by week what issuers' chat groups and documents took, where enough people stand behind a week and behind all others.

    Shape: by issuer, then as CURVES. Units: person-minutes; None where too few people stand behind a week, 0 where nobody recorded any.
    """
    weeks = [week for span in spans for week in span]
    found: dict[tuple[int, str], dict[dt.date, Sitting]] = {}
    rows = SQL.fetch("channel_weeks", issuers=[*issuers], weeks=weeks) if issuers else []
    for issuer, category, week, cadres, units, minutes in rows:
        found.setdefault((issuer, category), {})[week] = Sitting(set(cadres), set(units), minutes)
    return {
        issuer: {name: _curve(found.get((issuer, category), {}), spans) for name, category in CURVES.items()}
        for issuer in issuers
    }


def _curve(sittings: Mapping[dt.date, Sitting], spans: Iterable[list[dt.date]]) -> Curve:
    """Say the weeks of each span whose sum is told too: nobody finds a few people by taking weeks away from it."""
    curve: Curve = []
    for span in spans:
        inside = {week: one for week, one in sittings.items() if week in span}
        told = shown(inside, span[0])
        curve += [(str(week), inside[week].minutes if week in told else None if week in inside else 0) for week in span]
    return curve


def _signal(issuer: int, found: Moved, now: list[Week], then: list[Week], drawn: Curves) -> Found:
    return Found(
        kind=Kind.INFORMAL,
        unit_id=issuer,
        subject="",
        category=Category.OTHER,
        first_week=now[0].monday,
        last_week=now[-1].monday,
        strength=found.strength,
        person_min=found.groups[0] - found.groups_before[0],
        evidence={
            "basis": found.basis,
            "then": [str(then[0]), str(then[-1])],
            "groups": [*found.groups_before, *found.groups],
            "documents": [*found.documents_before, *found.documents],
            "weekly": drawn,
        },
    )
