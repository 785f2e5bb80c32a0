"""Reading the ledger."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from burden.ledger.models import AuditEvent

if TYPE_CHECKING:
    from burden.accounts.actor import Actor

# when somebody filed is nobody's business: no one of the 三员 reads returns, not even that they exist
PRIVATE = ("weeklyreturn", "submission", "entry")


def events(actor: Actor, *, day: dt.date | None = None, what: str = "", person: str = "") -> QuerySet[AuditEvent]:
    """Acts of the units an auditor keeps, newest first; acts of the system itself for the auditor of the root alone.

    `what` is a code or the beginning of one (`post.`); `person` a piece of the name of who acted.
    """
    scope = Q(unit_id__in=actor.managed_units.values("pk"))
    if actor.managed_units.filter(parent=None).exists():
        scope |= Q(unit_id=None)
    found = AuditEvent.objects.filter(scope).exclude(subject__in=PRIVATE)
    if day:
        start = timezone.make_aware(dt.datetime.combine(day, dt.time()))
        found = found.filter(at__gte=start, at__lt=start + dt.timedelta(days=1))
    if what:
        found = found.filter(what__startswith=what)
    if person:
        found = found.filter(actor_name__icontains=person)
    return found.order_by("-at", "-pk")
