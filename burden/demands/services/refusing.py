"""The right to send back what the duty list says was recalled (上级收回)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.models import Refusal, Target
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.ledger.services import record
from burden.standards.models import Duty


@transaction.atomic
def refuse_recalled(*, by: Actor, target: Target, now: dt.datetime) -> Refusal:
    """Send a demand back from a target's week on, citing the item of the duty list under which it was recalled.

    The unit's targets of this and later weeks claim nothing any more; what was answered of them stays counted. The issuer and
    the office see it. Refuses: PermissionDenied; refusal.not_recalled, refusal.past (the week can be filed in time no more);
    Conflict target.withdrawn, refusal.twice.
    """
    if target.unit_id not in by.homes:
        raise PermissionDenied
    held: Target = (
        Target.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("demand__duty_item")
        .get(pk=target.pk)
    )
    item = held.demand.duty_item
    if item is None or item.kind != Duty.RECALLED:
        raise Refused("refusal.not_recalled", _("清单里没有把这一项列为上级收回，不能按清单退回"))
    if refused_before(by, held):
        raise Conflict("refusal.twice", _("本单位已经按清单退回这一项了"))
    if held.withdrawn:
        raise Conflict("target.withdrawn", _("这一项已由下达单位撤回"))
    if Week(held.week).is_late(now):
        raise Refused("refusal.past", _("这一周已经过了，不能再退回；以后几周的照样可以"))
    facts = {"item": item, "citation": item.citation, "from_week": held.week, "by": by.user, "at": now}
    made: Refusal = Refusal.every.create(demand=held.demand, unit_id=held.unit_id, **facts)
    later = Target.objects.visible_to(by).filter(demand=held.demand, unit_id=held.unit_id, week__gte=held.week)
    count = later.filter(withdrawn=False).update(withdrawn=True)
    record(by=by, what="demand.refused", on=made, now=now, code=item.code, targets=count)
    return made


def refused_before(by: Actor, target: Target) -> bool:
    """Tell whether the unit of a target sent its demand back already."""
    found: bool = Refusal.objects.visible_to(by).filter(demand_id=target.demand_id, unit_id=target.unit_id).exists()
    return found
