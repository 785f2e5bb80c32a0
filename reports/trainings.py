"""Training beside capacity: counted as burden like any meeting, listed apart as an investment."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum

from burden.accounts.actor import Actor
from burden.demands.models import Target
from burden.demands.queries import Answered, answers_of_unit
from burden.kit.clock import DAY, Week
from burden.resources import queries as resources
from burden.resources.models import Training
from burden.units.models import Unit
from reports import issued
from reports.models import RollupDemand


@dataclass(frozen=True)
class Trained:
    """One training. Units: people; person-minutes, as confirmed where enough answered, else as claimed.

    Shape: `attended` is None where nobody answered yet, or too few to tell.
    """

    training: Training
    offered: int
    attended: int | None
    total_min: int


def trained(actor: Actor, unit: Unit, year: int) -> list[Trained]:
    """Return the training of a calendar year by issuers of a unit and below it, the newest first. Three queries."""
    since, until = dt.date(year, 1, 1), dt.date(year, 12, 31)
    found = list(resources.trainings(actor, unit, since, until)[:200])
    if not found:
        return []
    demands = {each.demand_id for each in found}
    targets = Target.objects.visible_to(actor).filter(demand__in=demands, withdrawn=False)
    offered = dict(targets.values_list("demand_id").annotate(n=Sum("people")))
    cells = _cells(actor, found)
    return [_trained(each, offered.get(each.demand_id, 0), cells.get(each.demand_id, [])) for each in found]


@dataclass(frozen=True)
class Attended:
    """One training that a unit's own people were asked to. Units: `answered` people; person-minutes, None where it is not told."""

    training: Training
    target: Target
    answered: int
    person_min: int | None


def attended(actor: Actor, unit: Unit, year: int) -> list[Attended]:
    """Return the training of a calendar year that a unit was asked to, the newest first: sums for its lead, nobody by name. Three queries.

    Hours are told where five and more did it, and where no colleague's can be subtracted (answers_of_unit).
    """
    asked = resources.trainings_asked(actor, unit, dt.date(year, 1, 1), dt.date(year, 12, 31))
    weeks = sorted({target.week for _training, target in asked})
    told = answers_of_unit(actor, unit.pk, *map(Week, weeks)) if weeks else {}
    found = ((training, target, told.get(target.pk, Answered())) for training, target in asked)
    return [Attended(training, target, made.answers, made.person_min) for training, target, made in found]


def _cells(actor: Actor, found: Sequence[Training]) -> dict[int, list[issued.Cell]]:
    """Return the sums of some demands in the weeks in which they begin."""
    weeks = {
        each.demand.first_on - DAY * (each.demand.first_on.isoweekday() - 1) for each in found if each.demand.first_on
    }
    rows = RollupDemand.objects.visible_to(actor).filter(demand__in={each.demand_id for each in found}, week__in=weeks)
    of_demand: dict[int, list[issued.Cell]] = defaultdict(list)
    for cell in issued.cells_of(rows):
        of_demand[cell.demand_id].append(cell)
    return of_demand


def _trained(training: Training, offered: int, cells: Sequence[issued.Cell]) -> Trained:
    is_told = bool(cells) and not any(cell.is_hidden for cell in cells)
    attended = sum(cell.done for cell in cells) if is_told else 0
    return Trained(training, offered, attended or None, issued.total(cells).total_min)
