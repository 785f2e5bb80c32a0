"""Relays (快转, 层层转发): what units passed on unchanged within a day of getting it, for the level below to do in less time.

Told of the issuer whose demand it was, or of the county where that issuer stands above it; claims alone, nothing that cadres filed.
"""

from __future__ import annotations

from collections.abc import Iterator

from reports.periods import Span
from reports.signals.declared import RELAY_HOURS, RELAY_UNITS, SQL, Found, Kind, strength


def find(span: Span) -> Iterator[Found]:
    """Yield the demands that several units passed on within a day."""
    since, until = span
    for (
        unit, demand, title, category, issuer, issued_at, units, quickest, slowest, depth, sooner, days, minutes, first, last,
    ) in SQL.fetch("relays", since=since, until=until, hours=RELAY_HOURS, units=RELAY_UNITS):  # fmt: skip
        yield Found(
            kind=Kind.RELAY,
            unit_id=unit,
            subject=f"demand:{demand}",
            category=category,
            first_week=first,
            last_week=last,
            strength=strength(units, RELAY_UNITS),
            person_min=minutes,
            evidence={
                "demands": [{"id": demand, "title": title, "issuer": issuer}],
                "title": title,
                "issued_at": issued_at.isoformat(),
                "units": units,
                "quickest_min": quickest // 60,
                "slowest_min": slowest // 60,
                "depth": depth,
                "sooner": sooner,
                "days": days,
            },
        )
