"""Who is told of what is overdue: the nearest unit above in which somebody reviews, however many levels lie between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from burden.accounts.models import Post
from burden.accounts.roles import EXPORTERS
from burden.units.models import Unit, steps_of


def reviewed(unit_ids: Collection[int], today: dt.date) -> set[int]:
    """Return those of some units in which somebody reviews today."""
    posts = Post.objects.filter(unit__in=unit_ids, role__in=EXPORTERS, valid__contains=today, user__is_active=True)
    return set(posts.filter(unit__closed_on=None).values_list("unit", flat=True))


def told_above(paths: Mapping[int, str], today: dt.date) -> dict[int, int]:
    """Return by unit which one above is told; a unit with nobody above is left out. One query. Shape: paths by unit."""
    above = {unit_id: steps_of(path)[:-1] for unit_id, path in paths.items()}
    desks = reviewed({step for some in above.values() for step in some}, today)
    nearest = {unit_id: [step for step in some if step in desks] for unit_id, some in above.items()}
    return {unit_id: some[-1] for unit_id, some in nearest.items() if some}


def above(unit: Unit, today: dt.date) -> int | None:
    """Return which unit is told of what one leaves overdue; None where nobody reviews above it."""
    return told_above({unit.pk: unit.path}, today).get(unit.pk)
