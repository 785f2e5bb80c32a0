"""Renamed forms (换名): one that stopped, and another under a new title that asks mostly the same fields soon after."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from burden.demands.duplicates import plain_field, plain_title
from burden.kit.clock import Week
from burden.standards.models import Category
from reports.periods import Span
from reports.signals.declared import (
    GAP_WEEKS,
    MIN_FIELDS,
    NEW_WEEKS,
    SAME_FIELDS,
    SQL,
    Found,
    Kind,
    strength,
)


@dataclass
class Series:
    """All that one issuer asked under one title. Units: times a count, person_min claimed person-minutes."""

    issuer_id: int
    issuer: str
    title: str
    first_on: dt.date
    last_on: dt.date
    times: int
    demand_id: int
    fields: frozenset[str] = field(default_factory=frozenset)
    person_min: int = 0

    def add(self, other: Series) -> Series:
        """Put another title that says the same beside this one; the newest speaks for both."""
        newest = max(self, other, key=lambda each: (each.first_on, each.demand_id))
        return Series(
            self.issuer_id, self.issuer, newest.title, min(self.first_on, other.first_on),
            max(self.last_on, other.last_on), self.times + other.times, newest.demand_id, newest.fields,
            self.person_min + other.person_min,
        )  # fmt: skip


def find(span: Span) -> Iterator[Found]:
    """Yield the forms that began in a span of weeks and look like one that stopped shortly before."""
    begun, today = span[0], Week(span[1]).sunday
    since = Week(begun).plus(-NEW_WEEKS).monday
    around: dict[int, dict[tuple[int, str], Series]] = defaultdict(dict)
    for place, each in _read(SQL.fetch("forms", since=since, today=today, min_fields=MIN_FIELDS)):
        key = each.issuer_id, plain_title(each.title)
        before = around[place].get(key)
        around[place][key] = before.add(each) if before else each
    for forms in around.values():
        for old, new, same in renamed(forms.values(), begun, today):
            yield _signal(old, new, same)


def _read(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, Series]]:
    for place, issuer, name, title, first, last, times, demand, fields, minutes in rows:
        plain = frozenset(map(plain_field, json.loads(fields)))
        yield place, Series(issuer, name, title, first, last, times, demand, plain, minutes)


def renamed(forms: Iterable[Series], begun: dt.date, today: dt.date) -> Iterator[tuple[Series, Series, int]]:
    """Yield stopped and new form and the share of fields they have in common: each new one beside the most alike.

    Units: per cent (Dice).
    """
    forms = [each for each in forms if len(each.fields) >= MIN_FIELDS]
    having: dict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(forms):
        if each.last_on < today:
            for name in each.fields:
                having[name].append(place)
    for new in forms:
        if not begun <= new.first_on <= today:
            continue
        common = Counter(place for name in new.fields for place in having[name])
        alike = [
            (likeness(forms[at].fields, n, new.fields), at) for at, n in common.items() if _follows(forms[at], new)
        ]
        if alike and (best := max(alike))[0] >= SAME_FIELDS:
            yield forms[best[1]], new, best[0]


def likeness(fields: frozenset[str], common: int, others: frozenset[str]) -> int:
    """Return the share of fields that two forms have in common. Units: per cent, whole, rounded down."""
    return 200 * common // (len(fields) + len(others))


def _follows(old: Series, new: Series) -> bool:
    """Whether one stopped before the other began, and not long before."""
    return old.last_on < new.first_on <= old.last_on + dt.timedelta(weeks=GAP_WEEKS)


def _signal(old: Series, new: Series, same: int) -> Found:
    return Found(
        kind=Kind.RENAMED,
        unit_id=new.issuer_id,
        subject=f"{old.issuer_id}:{plain_title(old.title)}>{plain_title(new.title)}"[:250],
        category=Category.FORM,
        first_week=Week.on(new.first_on).monday,
        last_week=Week.on(new.last_on).monday,
        strength=strength(same, SAME_FIELDS),
        person_min=new.person_min,
        evidence={
            "demands": [_form(old), _form(new)],
            "title": new.title,
            "same": len(old.fields & new.fields),
            "likeness": same,
            "is_own": old.issuer_id == new.issuer_id,
        },
    )


def _form(each: Series) -> dict[str, object]:
    return {
        "id": each.demand_id,
        "title": each.title,
        "issuer": each.issuer,
        "first_on": str(each.first_on),
        "last_on": str(each.last_on),
        "times": each.times,
        "fields": len(each.fields),
    }
