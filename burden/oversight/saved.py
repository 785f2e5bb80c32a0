"""Person-hours that an order saved: what an issuer asked under these titles before, and after it answered.

A quarter before the order was opened, frozen when it was, is held against the weeks since the issuer answered, both scaled to a
year of 52 weeks.
The figures come through kit.figures: a change of method is no saving, what law 5 hides is as claimed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from burden.kit import figures
from burden.kit.clock import Week, last_closed
from burden.oversight.models import Order

BEFORE = 13  # weeks
AFTER = (4, 13)  # at least, at most
YEAR = 52


@dataclass(frozen=True)
class Saved:
    """Units: person-minutes; weeks a count."""

    before_min: int
    before_weeks: int
    after_min: int
    after_weeks: int

    @property
    def year_min(self) -> int:
        """What is saved in a year, half a minute away from zero; negative where it became more."""
        parts = YEAR * (self.before_min * self.after_weeks - self.after_min * self.before_weeks)
        whole = self.before_weeks * self.after_weeks
        size = (abs(parts) * 2 + whole) // (whole * 2)
        return size if parts >= 0 else -size


def weeks_before(opened: dt.datetime) -> list[dt.date]:
    """Return the Mondays of the quarter before an order was opened, the oldest first."""
    return [Week.at(opened).plus(-n).monday for n in range(BEFORE, 0, -1)]


def weeks_after(answered: dt.datetime, now: dt.datetime) -> list[dt.date]:
    """Return the Mondays of closed weeks since the issuer answered, its own week left out."""
    first, last = Week.at(answered).plus(1), last_closed(now)
    found = [first.plus(n) for n in range(AFTER[1])]
    return [week.monday for week in found if week <= last]


def ripe_on(answered: dt.datetime) -> dt.date:
    """Return the first day on which enough weeks are closed to say what was saved."""
    return Week.at(answered).plus(1 + AFTER[0]).monday


def before(order: Order) -> tuple[int, int]:
    """Return what was asked in the quarter before an order was opened, and of how many weeks. Units: person-minutes."""
    weeks = weeks_before(order.opened_at)
    return _asked(order, weeks), len(weeks)


def by_order(order: Order, now: dt.datetime) -> Saved:
    """Return what an order saved until now, against what was frozen when it was opened."""
    before_min, weeks = order.before_min, order.before_weeks
    if before_min is None or weeks is None:  # opened before this was frozen at the opening
        before_min, weeks = before(order)
    after = weeks_after(order.answered_at or now, now)
    return Saved(before_min, weeks, _asked(order, after), len(after))


def _asked(order: Order, weeks: Sequence[dt.date]) -> int:
    return sum(figures.asked_in(issuer_id=order.issuer_id, titles=order.titles, weeks=weeks).values())
