"""Receivers that an approved adaptation excuses: what nobody answered yet is taken out of their weeks, what was answered stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection
from django.db.models import Q

from burden.accounts.actor import Actor
from burden.demands.adaptations.models import Adaptation, Kind
from burden.demands.adaptations.reading import in_force, speaks_of
from burden.demands.models import ACTIVE, Demand
from burden.demands.price import due_days
from burden.demands.receivers import stored, units_of

EXCUSE = "SELECT excuse_targets(%s, %s::bigint[], %s)"
RESTORE = "SELECT restore_targets(%s, %s, %s::bigint[], %s::date[])"
EXCUSING = (Kind.RECEIVERS, Kind.FREQUENCY)


def excuse(*, by: Actor, adaptation: Adaptation, since: dt.date) -> int:
    """Take the receivers of an adaptation out of what is out already, from a Monday on; the number of targets that went."""
    if adaptation.kind not in EXCUSING:
        return 0
    lasting = Q(until__gte=adaptation.from_week) | Q(until=None, first_on__gte=adaptation.from_week)
    seen = Demand.objects.visible_to(by).filter(lasting, issuer=adaptation.issuer, state__in=ACTIVE)
    return _excuse(adaptation, [each.pk for each in seen if speaks_of(adaptation, each)], since)


def excuse_receivers(*, demand: Demand, days: Sequence[dt.date], since: dt.date) -> int:
    """Take out of a demand that goes out, or changes, whoever an adaptation excuses; the number of targets that went."""
    held = in_force(demand.issuer, days[0], days[-1]) if days else []
    chosen = [each for each in held if each.kind in EXCUSING and speaks_of(each, demand)]
    return sum(_excuse(each, [demand.pk], since) for each in chosen)


def restore(*, adaptation: Adaptation, units: Sequence[int], since: dt.date) -> int:
    """Ask units again, from a Monday on, what an adaptation that holds for them no more had excused; the number of targets put back.

    Whoever another adaptation excuses stays excused, and who sent the demand back is asked for nothing.
    """
    if adaptation.kind not in EXCUSING or not units:
        return 0
    # whoever led a unit out of what was asked of it leads it back, wherever the issuer stands
    out = Demand.every.filter(issuer=adaptation.issuer, state__in=ACTIVE, first_on__isnull=False)
    lasting = out.filter(Q(until__gte=since) | Q(until=None, first_on__gte=since)).select_related("issuer__parent")
    return sum(_restore(adaptation, each, units, since) for each in lasting if speaks_of(adaptation, each))


def _restore(adaptation: Adaptation, demand: Demand, units: Sequence[int], since: dt.date) -> int:
    assert demand.first_on is not None
    due = due_days(demand.first_on, demand.frequency, demand.until)
    days = [day for day in due if since <= day <= adaptation.until]
    asked = units_of(demand.issuer, stored(demand.receivers)).filter(pk__in=units).values_list("pk", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(RESTORE, [adaptation.pk, demand.pk, list(asked), days])
        back = int(cursor.fetchone()[0])
    return back - excuse_receivers(demand=demand, days=days, since=since)


def _excuse(adaptation: Adaptation, ids: Sequence[int], since: dt.date) -> int:
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(EXCUSE, [adaptation.pk, list(ids), since])
        return int(cursor.fetchone()[0])
