"""A unit's own page: what was asked of it in a week, as claimed; for its lead also how many answered, and who usually does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.demands.queries import Answered, TargetRow, answers_of_unit, targets_of_week
from burden.kit.clock import Week
from burden.units.models import Level, Unit

LEVELS = frozenset({Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT})
LISTED = 8
NOTICE = dt.timedelta(hours=24)  # less than that is no notice: 临时通知


@dataclass(frozen=True)
class Item:
    """One line: a target and what the unit made of it."""

    row: TargetRow
    answered: Answered

    @property
    def bar(self) -> list[tuple[str, int]]:
        return [("x-self", self.answered.answers)]

    @property
    def people(self) -> int:
        return max(self.row.people, self.answered.answers)


@dataclass(frozen=True)
class Items:
    """What was asked of a unit in a week, the heaviest claim first. Units: counts, person-minutes."""

    listed: tuple[Item, ...]
    count: int
    claimed_min: int
    late: int  # asked less than 24 hours before it was due
    repeated: int  # answers that say somebody else had it already
    repeating: int  # issuers of those
    is_inside: bool

    @property
    def is_short(self) -> bool:
        return self.count > len(self.listed)


def leads(actor: Actor, unit: Unit) -> bool:
    """Say whether the actor leads the unit itself: what its people answered is for nobody above."""
    return any(post.role == Role.LEAD and post.unit_id == unit.pk for post in actor.posts)


def items(actor: Actor, unit: Unit, week: Week, *, whole: bool) -> Items:
    """Return what was asked of a unit in a week. Four queries at most."""
    rows, inside = targets_of_week(actor, unit.pk, week), leads(actor, unit)
    answers = answers_of_unit(actor, unit.pk, week) if inside and rows else {}
    return _items(rows, answers, inside=inside, whole=whole)


def _items(rows: Sequence[TargetRow], answers: Mapping[int, Answered], *, inside: bool, whole: bool) -> Items:
    found = [Item(row, answers.get(row.id, Answered())) for row in rows]
    found.sort(key=lambda item: (-item.row.person_min, item.row.due_on, item.row.id))
    return Items(
        listed=tuple(found if whole else found[:LISTED]),
        count=len(found),
        claimed_min=sum(row.person_min for row in rows),
        late=sum(is_late(row) for row in rows),
        repeated=sum(item.answered.repeated for item in found),
        repeating=len({item.row.issuer_id for item in found if item.answered.repeated}),
        is_inside=inside,
    )


def is_late(row: TargetRow) -> bool:
    """Say whether less than a day lay between its being issued and its being due; a day without a time ends at midnight."""
    if row.issued_at is None:
        return False
    due = dt.datetime.combine(row.due_on, row.at or dt.time.max, timezone.get_default_timezone())
    return due - row.issued_at < NOTICE
