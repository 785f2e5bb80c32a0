"""Who replied how soon, and what reporters said of it: reply by reply, as the steps of tickets tell.

A reply that was sent back is judged unsolved, and stays with the desk that gave it, whoever answers next.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from burden.feedback.choices import Act, Verdict
from burden.feedback.models import TicketStep
from burden.standards.workdays import Workdays

TOLD = (Act.REPLY, Act.JUDGE, Act.REOPEN)
FEWEST_JUDGED = 5


@dataclass(frozen=True)
class Reply:
    """One reply. Units: days are working days since it was received or sent back."""

    days: int
    verdict: str = ""


def replies_until(monday: dt.date, days: Workdays) -> dict[int, list[Reply]]:
    """Return the replies of a desk to the tickets of the year before a day. One query. Shape: by the unit that replied."""
    seen = TicketStep.objects.filter(act__in=TOLD, on__lt=monday, ticket__received_on__year=monday.year)
    rows = seen.order_by("ticket", "turn").values_list("ticket", "ticket__received_on", "act", "on", "unit", "note")
    found: dict[int, list[Reply]] = defaultdict(list)
    last, began, desk = 0, monday, 0
    for ticket, received, act, on, unit, note in rows:
        if ticket != last:
            last, began = ticket, received
        if act == Act.REPLY:
            desk = unit
            found[desk].append(Reply(days.left(began, on)))
            continue
        if act == Act.REOPEN:
            began = on
        found[desk][-1] = replace(found[desk][-1], verdict=note if act == Act.JUDGE else Verdict.UNSOLVED)
    return found


def median_tenths(replies: Sequence[Reply]) -> int | None:
    """Return the median of the days to reply, none without replies. Units: tenths of working days."""
    days = sorted(reply.days for reply in replies)
    return 5 * (days[(len(days) - 1) // 2] + days[len(days) // 2]) if days else None


def judged(replies: Sequence[Reply], before: tuple[int, int]) -> tuple[int, int]:
    """Return how many replies were judged and solved it: as before, until five more were judged."""
    verdicts = [reply.verdict for reply in replies if reply.verdict]
    if len(verdicts) - before[0] < FEWEST_JUDGED:
        return before
    return len(verdicts), verdicts.count(Verdict.SOLVED)
