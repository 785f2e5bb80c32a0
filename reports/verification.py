"""Compares all sums with what was filed and keeps the outcome: a difference is an incident until a later comparison is clean.

Every table that is counted from the entries is compared, but portal_time, whose single times are deleted, and what is found
anew every night: unregistered demands and signals.
"""

from __future__ import annotations

import datetime as dt

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.ledger.models import Verification
from burden.ledger.services import keep_verification
from reports import asked, demand_sums, estimates, hidden_weeks, peer_stats, people, rollup
from reports.rollup import Verified


def verify(*, now: dt.datetime, progress: rollup.Progress | None = None) -> Verified:
    """Recount everything beside the stored sums and keep what differs; nothing is repaired."""
    found = rollup.verify(now=now, progress=progress) + Verified(
        {
            "hidden_week": hidden_weeks.verify(),
            "rollup_demand": demand_sums.verify(),
            "rollup_asked": asked.verify(now=now),
            "return_spread": estimates.verify(now=now),
            "peer_stat": peer_stats.verify(now=now),
            "people_year": people.verify(now=now),
        }
    )
    keep_verification(rows=found.rows, differences=found.differences, now=now)
    return found


def incident(actor: Actor) -> Verification | None:
    """Return the newest comparison where sums differed, for the office alone; None where all is well."""
    newest = Verification.objects.order_by("pk").last() if Role.OFFICE in actor.roles else None
    return newest if newest and newest.differences else None
