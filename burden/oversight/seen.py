"""The numbers of a finding as they are seen when it is raised: frozen into it, drawn from it for ever.

Shape: plain data: `as_of` an instant, `first_week` and `last_week` Mondays, `points` sentences, `rows` (week, title, registered,
units, person_min), `clauses` (citation, words).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils import translation

from burden.demands.checks import cite, named
from burden.kit import figures
from burden.kit.clock import Week, last_closed
from burden.standards.models import Rule

WEEKS = 26  # closed weeks that are looked back
STATED_LANGUAGE = "zh-hans"  # what is frozen is a document: in Chinese, whoever raised it


def weeks_seen(now: dt.datetime) -> list[dt.date]:
    """Return the Mondays that are looked at: half a year, and the week that runs."""
    last = last_closed(now)
    return [last.plus(n).monday for n in range(1 - WEEKS, 2)]


def asked(*, issuer_id: int, titles: Collection[str], now: dt.datetime) -> tuple[list[dict[str, Any]], int | None]:
    """Return what an issuer asked under these titles, line by line, and what it took in all. Units: person-minutes."""
    found = figures.asked(issuer_id=issuer_id, titles=titles, weeks=weeks_seen(now))
    rows = [
        {"week": str(each.week), "title": each.title, "registered": each.demand_id is not None, "units": each.units, "person_min": each.person_min}
        for each in found
    ]  # fmt: skip
    return rows, sum(each.person_min for each in found) if found else None


def total(seen: Mapping[str, Any]) -> int:
    """Return what the lines took together; what a finding involves may be another figure, of its signal's weeks. Units: person-minutes."""
    return sum(row["person_min"] for row in seen["rows"])


def frozen(
    *,
    now: dt.datetime,
    rows: Sequence[Mapping[str, Any]] = (),
    points: Sequence[str] = (),
    rules: Sequence[Rule] = (),
    note: str = "",
    weeks: tuple[dt.date, dt.date] | None = None,
) -> dict[str, Any]:
    """Return the numbers as a finding keeps them."""
    first, last = weeks or (weeks_seen(now)[0], Week.at(now).monday)
    with translation.override(STATED_LANGUAGE):
        clauses = [{"code": rule.code, "citation": cite(rule), "words": named(rule)} for rule in rules]
    return {
        "as_of": now.isoformat(), "first_week": str(first), "last_week": str(last), "points": list(points),
        "rows": [dict(row) for row in rows], "clauses": clauses, "note": note,
    }  # fmt: skip


def citation(seen: Mapping[str, Any]) -> str:
    """Return in one line which provisions the numbers speak of."""
    return "、".join(clause["citation"] for clause in seen["clauses"])
