"""The tariff in force: what an activity costs when nobody knows better."""

from __future__ import annotations

import datetime as dt

from burden.kit import clock
from burden.standards.measure import Cost
from burden.standards.models import Tariff, TariffVersion


def tariff_of(category: str, subkind: str = "", day: dt.date | None = None) -> Cost:
    """Return the tariff of an activity on a day, today unless said; nothing for one that has none.

    Units: whole minutes, each person.
    """
    on = day or clock.day_of(clock.now())
    found = (
        Tariff.objects.filter(category=category, subkind=subkind, version__from_week__lte=on)
        .order_by("-version__from_week")
        .first()
    )
    if found is None:
        return Cost(people=1, minutes=0)
    return Cost(found.people, found.minutes, found.travel_minutes, found.prep_minutes)


def version_on(day: dt.date) -> TariffVersion | None:
    """Return the version in force on a day, None before the first."""
    return TariffVersion.objects.filter(from_week__lte=day).order_by("-from_week").first()
