"""Split meetings (拆会): one topic, several short sittings in a week, together longer than one meeting may be.

Registered ones by the receivers that sit in all of them; unregistered ones where enough cadres recorded the same.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from rapidfuzz import fuzz

from burden.demands.duplicates import plain_title
from burden.kit.clock import Week
from burden.standards.models import Category
from burden.standards.rules.book import RuleBook, rulebook
from burden.units.models import Unit
from reports.periods import Span
from reports.signals.declared import (
    MIN_CADRES,
    MIN_UNITS,
    SAME_TOPIC,
    SITTINGS,
    SQL,
    Found,
    Kind,
    strength,
)

RULE = "MTG-LENGTH"


@dataclass
class Split:
    """One topic of one issuer and week. Units: minutes are of one person in all sittings, person_min of all."""

    sittings: dict[int, tuple[str, str, int]] = field(default_factory=dict)  # demand id -> title, day, minutes
    units: set[int] = field(default_factory=set)
    cadres: set[int] = field(default_factory=set)
    titles: Counter[str] = field(default_factory=Counter)  # cadres that wrote it
    counts: list[int] = field(default_factory=list)
    minutes: list[int] = field(default_factory=list)
    person_min: int = 0

    @property
    def is_told(self) -> bool:
        """Whether enough people recorded it, and enough of them the same title."""
        return (
            len(self.cadres) >= MIN_CADRES and len(self.units) >= MIN_UNITS and max(self.titles.values()) >= MIN_CADRES
        )


def limits(book: RuleBook) -> set[int]:
    """Return how long one meeting may be by any version of the rule that is on, anywhere. Units: minutes."""
    return {int(float(rule.threshold)) for rule in book.rows.get(RULE, []) if rule.active and rule.threshold}


def limit(book: RuleBook, week: dt.date, path: str) -> int | None:
    """Return how long a meeting of a unit may be by the rule in force there; None where there is none. Units: minutes."""
    rule = book.of(RULE, Week(week).sunday, path)
    return int(float(rule.threshold)) if rule and rule.threshold else None


def topics(titles: Sequence[str]) -> list[list[int]]:
    """Put the places of titles that speak of one topic together: each resembles the first of its group."""
    groups: list[list[int]] = []
    for place, title in enumerate(titles):
        plain = plain_title(title)
        for group in groups:
            if fuzz.ratio(plain, plain_title(titles[group[0]])) >= SAME_TOPIC:
                group.append(place)
                break
        else:
            groups.append([place])
    return groups


def find(span: Span) -> Iterator[Found]:
    """Yield the topics that were split, registered ones first; none where no rule says how long a meeting may be."""
    book = rulebook()
    for longest in sorted(limits(book)):
        found = list(_over_limit(span, longest))
        paths = dict(Unit.every.filter(pk__in={each.unit_id for each in found}).values_list("pk", "path"))
        yield from (each for each in found if limit(book, each.first_week, paths[each.unit_id]) == longest)


def _over_limit(span: Span, longest: int) -> Iterator[Found]:
    facts = {"since": span[0], "until": span[1], "longest": longest // 2, "limit": longest, "sittings": SITTINGS}
    found = registered(SQL.fetch("sittings", **facts), longest)
    for (issuer, week, topic), split in found.items():
        yield _signal(issuer, week, f"demand:{topic}", split, longest, _registered(split))
    for (issuer, week, topic), split in recorded(SQL.fetch("recorded_sittings", **facts), longest).items():
        if split.is_told:
            yield _signal(issuer, week, f"entry:{topic}", split, longest, _recorded(split))


Key = tuple[int, dt.date, str]


def registered(rows: Iterable[tuple[Any, ...]], longest: int) -> dict[Key, Split]:
    """Put receivers of the same sittings together. Shape: rows as sql/signals/sittings.sql."""
    found: dict[Key, Split] = defaultdict(Split)
    for issuer, week, unit, demands, titles, days, minutes, person_min in rows:
        for group in _over(titles, minutes, longest):
            split = found[issuer, week, min(plain_title(titles[at]) for at in group)]
            split.units.add(unit)
            split.counts.append(len(group))
            split.minutes.append(sum(minutes[at] for at in group))
            split.person_min += sum(person_min[at] for at in group)
            split.sittings.update({demands[at]: (titles[at], days[at], minutes[at]) for at in group})
    return dict(found)


def recorded(rows: Iterable[tuple[Any, ...]], longest: int) -> dict[Key, Split]:
    """Put cadres who recorded the same sittings together. Shape: rows as sql/signals/recorded_sittings.sql."""
    found: dict[Key, Split] = defaultdict(Split)
    for issuer, week, unit, cadre, titles, minutes, person_min in rows:
        for group in _over(titles, minutes, longest):
            split = found[issuer, week, min(plain_title(titles[at]) for at in group)]
            split.units.add(unit)
            split.cadres.add(cadre)
            split.titles.update({titles[at] for at in group})
            split.counts.append(len(group))
            split.minutes.append(sum(minutes[at] for at in group))
            split.person_min += sum(person_min[at] for at in group)
    return dict(found)


def _over(titles: Sequence[str], minutes: Sequence[int], longest: int) -> Iterator[list[int]]:
    """Yield the topics with enough sittings that take longer together than one meeting may."""
    for group in topics(titles):
        if len(group) >= SITTINGS and sum(minutes[at] for at in group) > longest:
            yield group


def _registered(split: Split) -> dict[str, Any]:
    rows = sorted(split.sittings.items(), key=lambda each: (each[1][1], each[0]))
    return {
        "demands": [{"id": pk, "title": title, "day": day, "minutes": minutes} for pk, (title, day, minutes) in rows],
        "title": rows[0][1][0],
        "sittings": max(split.counts),
    }


def _recorded(split: Split) -> dict[str, Any]:
    title, _cadres = max(split.titles.items(), key=lambda each: (each[1], each[0]))
    return {"title": title, "cadres": len(split.cadres), "sittings": round(median(split.counts))}


def _signal(issuer: int, week: dt.date, subject: str, split: Split, longest: int, evidence: dict[str, Any]) -> Found:
    minutes = round(median(split.minutes))
    return Found(
        kind=Kind.SPLIT,
        unit_id=issuer,
        subject=subject,
        category=Category.MEETING,
        first_week=week,
        last_week=week,
        strength=strength(minutes, longest),
        person_min=split.person_min,
        evidence=evidence | {"minutes": minutes, "limit": longest, "units": len(split.units), "rule": RULE},
    )
