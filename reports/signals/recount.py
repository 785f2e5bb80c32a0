"""The nightly recount of all signals: every detector over half a year, in the place of what was known.

A signal that goes on keeps what names it, so that what a person later says of it stays with it; after deleting all, a sliding one
begins with its window.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from django.db import transaction

from burden.kit import clock
from burden.kit.clock import last_closed
from reports.models import Signal
from reports.periods import Span
from reports.signals import channels, forms, meetings, outliers, relays, uniform, unregistered
from reports.signals.declared import SQL, WEEKS, Found

DETECTORS: tuple[Callable[[Span], Iterator[Found]], ...] = (
    outliers.find,
    meetings.find,
    forms.find,
    channels.find,
    relays.find,
    unregistered.find,
    uniform.find,
)
Key = tuple[str, int, str]


@transaction.atomic
def recount(*, now: dt.datetime) -> int:
    """Put what the detectors find in the place of what was known; the number of signals."""
    SQL.alone()
    closed = last_closed(now)
    span = closed.plus(1 - WEEKS).monday, closed.monday
    found = [each for detect in DETECTORS for each in detect(span)]
    known: dict[Key, list[Signal]] = defaultdict(list)
    for signal in Signal.every.order_by("since"):
        known[signal.kind, signal.unit_id, signal.subject].append(signal)
    rows = list(named(found, known, clock.day_of(now)))
    Signal.every.all().delete()
    Signal.every.bulk_create(rows, batch_size=1_000)
    return len(rows)


def named(found: Iterable[Found], known: dict[Key, list[Signal]], today: dt.date) -> Iterator[Signal]:
    """Give every signal its name: that of a known one whose weeks it shares, each once; else its own first week."""
    taken: set[tuple[str, int, str, dt.date]] = set()
    for each in sorted(found, key=lambda one: (one.kind, one.unit_id, one.subject, one.first_week)):
        key = each.kind, each.unit_id, each.subject
        old = next((one for one in known.get(key, ()) if _overlaps(one, each) and (*key, one.since) not in taken), None)
        since, seen = (old.since, old.first_seen) if old else (each.first_week, today)
        taken.add((*key, since))
        yield Signal(
            kind=each.kind, unit_id=each.unit_id, subject=each.subject, since=since, category=each.category,
            first_week=each.first_week, last_week=each.last_week, strength=each.strength, person_min=each.person_min,
            evidence=dict(each.evidence), first_seen=seen,
        )  # fmt: skip


def _overlaps(old: Signal, new: Found) -> bool:
    return old.since <= new.last_week and new.first_week <= old.last_week
