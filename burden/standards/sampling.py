"""The rotating sample (四周只问你一周): which panel is whose, and which weeks are its; pure functions."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from burden.kit.clock import WEEK, Week

PANELS = 4
BEGIN = dt.date(2020, 1, 6)  # a Monday of panel 0; reports/sql/estimates counts from it too


def panel_of(week: Week) -> int:
    """Return whose week it is. Units: panels 0 to 3."""
    return (week.monday - BEGIN) // WEEK % PANELS


def next_turn(panel: int, week: Week) -> Week:
    """Return the first week of a panel after a week."""
    return week.plus((panel - panel_of(week) - 1) % PANELS + 1)


def deal(kinds: Mapping[int, str], dealt: Mapping[int, int]) -> dict[int, int]:
    """Return a panel for everybody who has none: the smallest among units of the same kind, then the smallest of all.

    Who has one keeps it, whoever comes and goes. Shape: kinds and panels by person; persons are dealt in order of id.
    """
    among: dict[str, Counter[int]] = {kind: Counter() for kind in kinds.values()}
    of_all: Counter[int] = Counter()
    for person, kind in kinds.items():
        if person in dealt:
            among[kind][dealt[person]] += 1
            of_all[dealt[person]] += 1
    found = {}
    for person in sorted(kinds.keys() - dealt.keys()):
        alike = among[kinds[person]]
        panel = min(range(PANELS), key=lambda each: (alike[each], of_all[each], each))
        alike[panel] += 1
        of_all[panel] += 1
        found[person] = panel
    return found
