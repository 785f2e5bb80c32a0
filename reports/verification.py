"""Compares all sums with what was filed and keeps the outcome: a difference is an incident until a later comparison is clean."""

from __future__ import annotations

import datetime as dt

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.ledger.models import Verification
from burden.ledger.services import keep_verification
from reports import demand_sums, rollup


def verify(*, now: dt.datetime, progress: rollup.Progress | None = None) -> Verification:
    """Recount everything beside the stored sums and keep what differs; nothing is repaired."""
    found = rollup.verify(now=now, progress=progress) + rollup.Verified(*demand_sums.verify())
    return keep_verification(rows=found.rows, differences=found.differences, now=now)


def incident(actor: Actor) -> Verification | None:
    """Return the newest comparison where sums differed, for the office alone; None where all is well."""
    newest = Verification.objects.order_by("pk").last() if Role.OFFICE in actor.roles else None
    return newest if newest and newest.differences else None
