"""What the portal itself costs (平台自身负担): how long weeks take to file, of groups of five and more, of nobody in particular.

Phones send how long a first filing in time took. An hourly recount sums these by unit and all above it, and once a week can
no longer be filed in time deletes them: from then on only the groups' medians and totals are known.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.db import transaction

from burden.entries.models import FilingTime
from burden.kit.clock import Week
from burden.units.models import Level, steps_of
from reports.models import PortalTime
from reports.peers import MIN_RETURNS
from reports.statements import Statements

SQL = Statements("meter")
OPEN_WEEKS = 2  # the running week and the one before may still be filed in time


@transaction.atomic
def recount(*, now: dt.datetime) -> int:
    """Sum the times of filings by unit and week, and delete those of weeks that are over; the number of rows written."""
    written = SQL.execute("recount", least=MIN_RETURNS)
    FilingTime.objects.filter(week__lte=Week.at(now).plus(-OPEN_WEEKS).monday).delete()
    return written


@lru_cache(maxsize=4_096)
def county_median(path: str, week: dt.date, _hour: int) -> int | None:
    """Return the median of the county that a unit's path leads through; None where too few filed. Units: seconds.

    Asked once an hour for each path: the footer of every page reads it.
    """
    found = PortalTime.every.filter(unit__in=steps_of(path), unit__level=Level.COUNTY, week=week)
    return found.values_list("median_s", flat=True).first()
