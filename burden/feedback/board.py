"""What everybody may read: answered tickets, k-anonymous and by whole weeks.

Words are shown only among at least 10, kinds with fewer are pooled; what would be left over of a pool is pooled too. Entries become
public on a Monday, all of a week at once. The board holds rewritten words and replies alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from burden.accounts.actor import Actor
from burden.feedback.choices import Topic
from burden.feedback.models import BoardCount, BoardEntry, Endorsement
from burden.feedback.sealing import endorsement_mark
from burden.units.models import Unit

FEWEST_TEXTS, FEWEST_SCORES = 10, 5
MET = Coalesce(  # how many endorsed an entry, beside each of a long list
    Subquery(Endorsement.objects.filter(entry=OuterRef("pk")).values("entry").annotate(n=Count("pk")).values("n")), 0
)


@dataclass(frozen=True)
class Tab:
    """A kind that is shown by itself, or with code `other` all that are pooled."""

    code: str
    label: str
    count: int
    topics: tuple[str, ...]


def entries(today: dt.date) -> QuerySet[BoardEntry]:
    """Return what is public, the newest first."""
    return (
        BoardEntry.objects.filter(shown_from__lte=today)
        .select_related("desk", "reviewer")
        .order_by("-replied_on", "-pk")
    )


def tabs(today: dt.date) -> list[Tab]:
    """Return the kinds with at least 10 entries each, and one for the rest, which has as many; none below 10 in all."""
    counts = dict(entries(today).order_by().values_list("topic").annotate(count=Count("pk")))
    if sum(counts.values()) < FEWEST_TEXTS:
        return []
    alone, pooled = pool(counts)
    found = [Tab(topic, str(Topic(topic).label), counts[topic], (topic,)) for topic in Topic.values if topic in alone]
    if pooled:
        found.append(Tab("other", str(Topic.OTHER.label), sum(counts[topic] for topic in pooled), tuple(pooled)))
    return found


def labels(tabs: Sequence[Tab]) -> dict[str, str]:
    """Return what the board calls each kind: those that are pooled have one name, or they could be counted entry by entry."""
    return {topic: tab.label for tab in tabs for topic in tab.topics}


def pool(counts: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """Part the kinds into those shown alone and those pooled, so that no count of fewer than 10 can be told."""
    alone = sorted(
        (topic for topic in counts if counts[topic] >= FEWEST_TEXTS and topic != Topic.OTHER), key=counts.__getitem__
    )
    pooled = [topic for topic in counts if topic not in alone]
    while pooled and alone and sum(counts[topic] for topic in pooled) < FEWEST_TEXTS:
        pooled.append(alone.pop(0))
    return alone, pooled


def people(shown: list[BoardEntry]) -> dict[int, int | None]:
    """Return how many met what an entry tells; None below 5."""
    more = dict(Endorsement.objects.filter(entry__in=shown).order_by().values_list("entry").annotate(count=Count("pk")))
    return {entry.pk: told(entry.reports + more.get(entry.pk, 0)) for entry in shown}


def reviewer(entry: BoardEntry, today: dt.date) -> Unit | None:
    """Return who looks again at what its reporter sent back, once that is public; none where the reply stands."""
    return entry.reviewer if entry.reviewed_from and entry.reviewed_from <= today else None


def told(people: int) -> int | None:
    """Return a number of people as it may be told."""
    return people if people >= FEWEST_SCORES else None


def endorsed(actor: Actor, shown: Sequence[BoardEntry]) -> set[int]:
    """Return which of these entries the actor met too: only who bears a mark can tell that it is there."""
    marks = {endorsement_mark(entry, actor): entry.pk for entry in shown}
    seen = Endorsement.objects.filter(entry__in=shown, mark__in=marks)
    return {marks[mark] for mark in seen.values_list("mark", flat=True)}


def figures() -> dict[str, int] | None:
    """Return the year's figures as counted on the newest Monday, of all desks; None below 10 answered."""
    newest = BoardCount.objects.aggregate(newest=Max("monday"))["newest"]
    if newest is None:
        return None
    names = ("received", "replied", "in_time", "upheld")
    found: dict[str, int] = BoardCount.objects.filter(monday=newest).aggregate(**{name: Sum(name) for name in names})
    waiting = found["received"] - found["replied"]
    enough = found["replied"] >= FEWEST_TEXTS and (waiting == 0 or waiting >= FEWEST_SCORES)
    return found if enough else None
