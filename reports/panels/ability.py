"""The panel of a unit's own page: who works there beside what is asked of them, and what it asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.resources import queries as resources
from burden.units.models import Unit
from reports.capacity import beside
from reports.panels.items import LEVELS
from reports.periods import Period

LISTED = 3  # requests


def ability(actor: Actor, unit: Unit, period: Period, basis: str, today: dt.date) -> dict[str, Any]:
    """Return what the panel shows of a unit that is asked itself; nothing of places above."""
    if unit.level not in LEVELS:
        return {}
    listed = resources.requests(actor, "", unit).select_related(None).select_related("responder_unit")
    requests = list(listed[:LISTED])
    return {
        "ability": beside(actor, [unit], period, basis).lines[0],
        "requests": resources.clocked(actor, requests, today),
        "may_ask": any(post.role == Role.LEAD and post.unit_id == unit.pk for post in actor.posts),
    }
