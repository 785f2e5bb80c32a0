"""Who answers a ticket: the office of the unit above whom it is about, never one inside it.

Tested with random trees: tests/burden/feedback/test_routing.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from burden.accounts.models import Post
from burden.feedback.codes import AREAS
from burden.feedback.models import KEEPERS
from burden.kit.errors import Refused
from burden.units.models import Unit


@dataclass(frozen=True)
class Route:
    """The desk that answers, and the units it is kept from."""

    desk: Unit
    kept_from: tuple[int, ...]


def route(area: Unit, accused: Collection[Unit], today: dt.date) -> Route:
    """Return where a ticket about these units goes: to the nearest office above all of them; about nobody, to the area's.

    Refuses: ticket.nobody_above where no office is above them.
    """
    above = _common([unit.steps[:-1] for unit in accused]) if accused else area.steps
    desk = _nearest(above, today)
    if desk is None:
        words = _("在它上面没有能绕开它来办的人，所以没有收下。请走 12345 或者纪检监察的渠道")
        raise Refused("ticket.nobody_above", words, {"issuer": words})
    return Route(desk, tuple(sorted({unit.pk for unit in accused})))


def _nearest(above: Collection[int], today: dt.date) -> Unit | None:
    """Return the lowest of these units where somebody answers tickets today."""
    kept = Post.objects.filter(role__in=KEEPERS, valid__contains=today, user__is_active=True, unit__in=above)
    found = Unit.every.filter(pk__in=kept.values("unit"), level__in=AREAS, closed_on=None)
    return found.order_by("-depth").first()


def _common(paths: Iterable[list[int]]) -> list[int]:
    """Return what all paths begin with."""
    shared, *others = paths
    for path in others:
        same = [one for one, other in zip(shared, path, strict=False) if one == other]
        shared = shared[: len(same)]
    return shared


def next_desk(desk: Unit, today: dt.date) -> Unit | None:
    """Return the desk further up, to which what is overdue or reopened is raised; None at the top."""
    return _nearest(desk.steps[:-1], today)


def skipped(desk: Unit, above: Unit) -> list[Unit]:
    """Return the levels between a desk and the one further up where nobody answers."""
    between = [step for step in desk.steps[:-1] if step not in above.steps]
    return list(Unit.every.filter(pk__in=between, level__in=AREAS, closed_on=None).order_by("depth"))


def within(unit: Unit, kept_from: Collection[int]) -> bool:
    """Whether a unit is one of those, or lies below one."""
    return bool(set(unit.steps) & set(kept_from))


def named(area: Unit, words: str) -> Unit | None:
    """Find the unit that somebody names, around an area: the ones above it, itself, and all below.

    Shape: its whole name, or a village's with its township before it; a name that several bear is none.
    """
    low, high = area.range
    wanted = words.strip().replace(" ", "")
    above = [unit for unit in Unit.every.filter(pk__in=area.steps) if unit.name == wanted]
    below = Unit.every.filter(path__gt=low, path__lt=high, closed_on=None).select_related("parent")
    found = [*above, *below.filter(name=wanted)[:3]]
    if not found:
        found = [unit for unit in below.filter(level="village") if unit.place == wanted][:3]
    return found[0] if len(found) == 1 else None
