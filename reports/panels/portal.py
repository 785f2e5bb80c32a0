"""What the portal itself took: a category of its own, beside the five and in no sum with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.models import PortalTime


@dataclass(frozen=True)
class Portal:
    """Units: weeks filed, whole person-minutes, seconds; the median of several weeks is not known."""

    filings: int
    person_min: int
    median_s: int | None


def portal(times: Sequence[PortalTime]) -> Portal | None:
    """Add up the weeks of a period; None where too few filed in each."""
    if not times:
        return None
    seconds = sum(time.total_s for time in times)
    median = times[0].median_s if len(times) == 1 else None
    return Portal(sum(time.n for time in times), (seconds + 30) // 60, median)
