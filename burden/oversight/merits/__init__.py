"""Who may be nominated for recognition: reckoned from what was measured before and after, beside peers, line by line.

Never from filing (how many, how fast, whether at all) nor from how low a figure is; listed by code, so that no order ranks them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils import translation

from burden.kit import figures
from burden.kit.clock import last_closed
from burden.oversight.merits.issuers import AFTER, BEFORE, WEEKS, YEAR, Looked, of_issuers
from burden.oversight.merits.lasting import Lasting, lasting, with_past
from burden.oversight.merits.practices import of_practices
from burden.oversight.merits.reckoning import LEAST, MIN_PEERS, MOST_MOVED, VERSION, Candidate, Left, Line, Why
from burden.oversight.seen import STATED_LANGUAGE
from burden.units.models import Unit

__all__ = [
    "AFTER",
    "BEFORE",
    "LEAST",
    "MIN_PEERS",
    "MOST_MOVED",
    "VERSION",
    "Candidate",
    "Lasting",
    "Left",
    "Line",
    "Looked",
    "Merits",
    "Why",
    "lasting",
    "merits",
    "quarter",
    "with_past",
]


@dataclass
class Merits:
    """All that was looked at. Shape: `looked` the two quarters of issuers."""

    looked: Looked
    candidates: list[Candidate] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def merits(unit: Unit, now: dt.datetime) -> Merits:
    """Return who below a unit may be nominated, and who not and why: the same for whoever asks."""
    with translation.override(STATED_LANGUAGE):  # what a title keeps is written in Chinese
        spans = quarter(now)
        manned = {name: figures.manned(unit_id=unit.pk, weeks=weeks) for name, weeks in spans.items()}
        found = Merits(Looked(spans, manned))
        for each in (*of_issuers(unit, found.looked, now), *of_practices(unit, now)):
            if isinstance(each, Candidate):
                found.candidates.append(each)
            else:
                found.left.append(each)
    return found


def quarter(now: dt.datetime) -> dict[str, list[dt.date]]:
    """Return the thirteen weeks that closed last, and the same of a year before."""
    last = last_closed(now)
    weeks = [last.plus(-n) for n in range(WEEKS - 1, -1, -1)]
    return {BEFORE: [week.plus(-YEAR).monday for week in weeks], AFTER: [week.monday for week in weeks]}
