"""What the checks of a demand look at, and what one of them sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from burden.demands.adaptations.models import Adaptation
from burden.demands.adaptations.reading import Adapted
from burden.demands.duplicates import Similar
from burden.demands.models import Demand
from burden.kit.clock import day_of
from burden.standards.models import Rule

REASON, APPROVAL = "reason", "approval"


def day_out(demand: Demand, today: dt.date) -> dt.date:
    """Return the day on which a demand went out; today for what has not."""
    return day_of(demand.issued_at) if demand.issued_at else today


@dataclass(frozen=True)
class Overlap:
    """A meeting of the same receivers in the same week. Units: receivers a count of those in both."""

    demand: Demand
    receivers: int


@dataclass(frozen=True)
class Seen:
    """What checks look at, loaded once. Units: counts; a year is the calendar year of the demand's first day.

    Shape: `levels` of those who receive it; documents of this year and the last, comprehensive ones of its category this
    year, times used of its plan item: of the same issuer, without this demand. `visits` is the busiest receiver's month of
    inspections on site, this one included.
    """

    demand: Demand
    today: dt.date
    levels: frozenset[str] = frozenset()
    times: int = 1
    documents: tuple[int, int] = (0, 0)
    comprehensive: int = 0
    planned: int = 0
    visits: int = 0
    duty_list: bool = False
    similar: Sequence[Similar] = ()
    overlaps: Sequence[Overlap] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    of_rules: Sequence[Adaptation] = ()  # that vary a rule for this demand
    adapted: Sequence[Adapted] = ()  # that vary the demand for some of its receivers

    @property
    def year(self) -> int:
        return (self.demand.first_on or self.today).year

    @property
    def facts(self) -> dict[str, Any]:
        return dict(self.demand.facts)


@dataclass(frozen=True)
class Found:
    """What a check sees. Shape: `written` where the answer is already in the demand itself."""

    hit: bool
    sentence: str
    needs: str | None = REASON
    written: bool = False


Checker = Callable[[Rule, Seen], Found | None]  # None: the rule does not speak of this demand
