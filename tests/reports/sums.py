"""Makes rows of the read side as a recount would: a unit's own sums, added to all above it."""

from __future__ import annotations

from django.db.models import F

from burden.demands.models import Demand
from burden.kit.clock import Week
from burden.units.models import Unit
from reports import demand_sums
from reports.indicators import CATEGORIES
from reports.models import RollupAsked, RollupDemand, RollupOwn, RollupOwnSource, RollupSource, RollupSub
from tests.factories import LAST_WEEK

NUMBERS = [field.name for field in RollupSub._meta.fields if field.name not in ("pk", "unit", "week")]
OF_ASKED = [field.name for field in RollupAsked._meta.fields if field.name not in ("pk", "unit", "week")]
OF_DEMANDS = [
    field.name
    for field in RollupDemand._meta.fields
    if field.name not in ("pk", "demand", "level", "week", "is_hidden")
]


def add_sums(
    unit: Unit, week: Week = LAST_WEEK, *, returns: int = 6, active: int = 8, per_head: int = 600, **facts: int
) -> None:
    """Let `returns` of `active` cadres of a unit have filed `per_head` minutes each, in equal categories."""
    each = per_head * returns // len(CATEGORIES)
    sums = dict.fromkeys(NUMBERS, 0) | {f"m_{name}": each for name in CATEGORIES}
    sums |= {f"n_{name}": returns for name in CATEGORIES} | {"returns": returns, "active": active} | facts
    RollupOwn.every.create(unit=unit, week=week.monday, **sums)
    RollupOwnSource.every.create(unit=unit, week=week.monday, sources=[])
    for pk in unit.path.rstrip(".").split("."):
        found = RollupSub.every.filter(unit_id=pk, week=week.monday)
        if not found.update(**{name: F(name) + value for name, value in sums.items()}):
            RollupSub.every.create(unit_id=pk, week=week.monday, **sums)


def add_source(unit: Unit, issuer: Unit | None, week: Week = LAST_WEEK, *, minutes: int, **unregistered: int) -> None:
    """Let a unit's subtree have spent some minutes on forms for an issuer, of them u_min in u_n records unregistered."""
    numbers = {f"m_{name}": 0 for name in CATEGORIES} | {"m_form": minutes}
    RollupSource.every.create(
        unit=unit, week=week.monday, issuer_id=issuer.pk if issuer else 0, n=1, c_min=0, **numbers, **unregistered
    )


def add_asked(unit: Unit, week: Week = LAST_WEEK, **numbers: int) -> None:
    """Let this have been asked of a unit and all below it, and by issuers there."""
    facts = dict.fromkeys(OF_ASKED, 0) | numbers
    RollupAsked.every.create(unit=unit, week=week.monday, **facts)


def add_demand_sums(demand: Demand, week: Week = LAST_WEEK, *, level: str = "township", **numbers: int) -> RollupDemand:
    """Let a demand have been answered so in a week; it is hidden, or another one beside it, as after a recount."""
    facts = dict.fromkeys(OF_DEMANDS, 0) | numbers
    row = RollupDemand.every.create(demand=demand, level=level, week=week.monday, **facts)
    demand_sums.judge([demand.pk], [week.monday])
    return row
