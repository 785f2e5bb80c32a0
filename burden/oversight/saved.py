"""Person-hours that an order saved: what an issuer asked under these titles before, and after it answered.

The year before the order was opened, frozen when it was, is held against the weeks since the issuer answered: a quarter taken
four times would say of a thing with seasons that more was saved than it ever took. Weeks for which fewer than one in
five filed where the issuer asks count on neither side; no data is not zero.
The figures come through kit.figures: a change of method is no saving, what law 5 hides is as claimed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from burden.kit import figures
from burden.kit.clock import Week, last_closed
from burden.oversight.models import Order

BEFORE = YEAR = 52  # weeks
AFTER = (4, 13)  # at least, at most


@dataclass(frozen=True)
class Saved:
    """Units: person-minutes; weeks a count."""

    before_min: int
    before_weeks: int
    after_min: int
    after_weeks: int

    @property
    def year_min(self) -> int | None:
        """What is saved in a year, half a minute away from zero; negative where it became more, None where too little is known."""
        if not self.before_weeks or self.after_weeks < AFTER[0]:
            return None
        parts = YEAR * (self.before_min * self.after_weeks - self.after_min * self.before_weeks)
        whole = self.before_weeks * self.after_weeks
        size = (abs(parts) * 2 + whole) // (whole * 2)
        return size if parts >= 0 else -size


def weeks_before(opened: dt.datetime) -> list[dt.date]:
    """Return the Mondays of the year before an order was opened, the oldest first."""
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
    """Return what was asked in the year before an order was opened, and in how many weeks that is known. Units: person-minutes."""
    return _asked(order, weeks_before(order.opened_at))


def by_order(order: Order, now: dt.datetime) -> Saved:
    """Return what an order saved until now."""
    return beside(order, weeks_after(order.answered_at or now, now))


def beside(order: Order, later: Sequence[dt.date]) -> Saved:
    """Return what an order saved in some weeks, against what was frozen when it was opened."""
    before_min, weeks = order.before_min, order.before_weeks
    if before_min is None or weeks is None:  # opened before this was frozen at the opening
        before_min, weeks = before(order)
    return Saved(before_min, weeks, *_asked(order, later))


def _asked(order: Order, weeks: Sequence[dt.date]) -> tuple[int, int]:
    known = figures.filed(issuer_ids=[order.issuer_id], weeks=weeks).get(order.issuer_id, set())
    asked = figures.asked_in(issuer_id=order.issuer_id, titles=order.titles, weeks=known)
    return sum(asked.values()), len(known)
