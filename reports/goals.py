"""What indicators are to come down to: what a county set itself, else what a notice asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from burden.standards.models import Goal
from burden.units.models import Unit
from reports.indicators import Indicator


@dataclass(frozen=True)
class Target:
    """What an indicator is to come down to. Units: the indicator's own, or per cent against last year."""

    most: int
    is_relative: bool
    source: str | Promise


def goals_of(unit: Unit) -> dict[str, Goal]:
    """Return what the county of a unit set itself, by indicator; a city's own lies on the city."""
    found = Goal.objects.filter(county_id__in=unit.steps).select_related("county").order_by("county__depth")
    return {goal.code: goal for goal in found}


def target_of(indicator: Indicator, goals: Mapping[str, Goal]) -> Target | None:
    """Return an indicator's goal: the county's own, else the regulation's."""
    is_relative = indicator.code.startswith("issued_")
    if goal := goals.get(indicator.code):
        return Target(goal.value, is_relative, goal.source)
    return None if indicator.most is None else Target(indicator.most, is_relative, indicator.source)
