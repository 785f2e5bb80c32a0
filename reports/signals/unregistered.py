"""Unregistered demands (未登记) that take much: those of the read side's list above a size."""

from __future__ import annotations

from collections.abc import Iterator

from burden.demands.duplicates import plain_title
from reports.models import UnregisteredDemand
from reports.periods import Span
from reports.signals.declared import UNREGISTERED_MIN, Found, Kind, strength


def find(span: Span) -> Iterator[Found]:
    """Yield what cadres recorded and nobody registered, where it takes enough time and went on in the span."""
    kept = UnregisteredDemand.every.filter(person_min__gte=UNREGISTERED_MIN, last_week__range=span)
    for each in kept.order_by("issuer_id", "category", "title"):
        yield Found(
            kind=Kind.UNREGISTERED,
            unit_id=each.issuer_id,
            subject=f"{each.category}:{plain_title(each.title)}",
            category=each.category,
            first_week=each.first_week,
            last_week=each.last_week,
            strength=strength(each.person_min, UNREGISTERED_MIN),
            person_min=each.person_min,
            evidence={"title": each.title, "cadres": each.cadres, "units": each.units, "n": each.n},
        )
