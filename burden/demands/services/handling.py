"""What a receiver does with a target besides answering it: takes it, has it assigned, passes it on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import Post, User
from burden.accounts.roles import Role
from burden.demands.models import Demand, Origin, State, Target
from burden.demands.receivers import Receivers, receiving_ids
from burden.demands.services.refusing import why_withdrawn
from burden.demands.services.targets import HeldTarget, put_targets
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.ledger.services import record
from burden.units.models import Unit

RELAYED = (
    "title", "category", "subkind", "basis", "channel", "people", "minutes", "travel_minutes", "prep_minutes", "facts",
    "fields", "grams", "at", "duty_item",
)  # fmt: skip
LEARN = """
INSERT INTO handler (unit_id, issuer_id, category, cadre_id, week)
SELECT DISTINCT %(unit)s, issuer_id, category, %(cadre)s, %(week)s::date
FROM unnest(%(issuers)s::bigint[], %(categories)s::text[]) AS pair (issuer_id, category)
ON CONFLICT (unit_id, issuer_id, category, cadre_id) DO UPDATE SET week = greatest(handler.week, excluded.week)
"""


@transaction.atomic
def take(*, by: Actor, target: Target, now: dt.datetime) -> Target:
    """Take a target of the own unit over (我来), whoever had it. Refuses: PermissionDenied; Conflict target.withdrawn."""
    held = _lock(by, target)
    held.handler = by.user
    held.save(update_fields=["handler"])
    record(by=by, what="target.taken", on=held, now=now)
    return held


@transaction.atomic
def assign(*, by: Actor, target: Target, cadre: User, now: dt.datetime) -> Target:
    """Give a target to somebody who works in the unit; its lead alone may.

    Refuses: PermissionDenied; Http404 for a person who holds no post there; Conflict target.withdrawn.
    """
    held = _lock(by, target)
    if not any(post.role == Role.LEAD and post.unit_id == held.unit_id for post in by.posts):
        raise PermissionDenied
    day = clock.day_of(now)
    works_here = Post.objects.filter(
        user=cadre, unit_id=held.unit_id, role__in=(Role.CADRE, Role.LEAD), valid__contains=day
    )
    if not works_here.exists():
        raise Http404
    held.handler = cadre
    held.save(update_fields=["handler"])
    record(by=by, what="target.assigned", on=held, now=now, cadre=cadre.pk)
    return held


def _lock(by: Actor, target: Target) -> Target:
    """Take a target of the actor's own unit for a change. Refuses: PermissionDenied; Conflict target.withdrawn."""
    if target.unit_id not in by.homes:
        raise PermissionDenied
    held: Target = Target.objects.visible_to(by).select_for_update(of=("self",)).get(pk=target.pk)
    if held.withdrawn:
        raise Conflict("target.withdrawn", why_withdrawn(by, held))
    return held


@transaction.atomic
def pass_on(*, by: Actor, target: Target, units: Sequence[str], now: dt.datetime) -> Demand:
    """Pass a target on to units below (转到村): a demand of the own unit, under the one it comes from.

    Each gets it once a week. Shape: units are codes. Refuses: PermissionDenied; Http404 for a code that does not lie
    below; demand.no_receivers; target.passed_on where all have it already; Conflict target.withdrawn.
    """
    held = _lock(by, target)
    if not held.demand.active:
        raise Conflict("target.withdrawn", why_withdrawn(by, held))
    issuer = Unit.every.select_related("parent").get(pk=held.unit_id)
    chosen = _chosen(issuer, units)
    unit_ids = _without_it(by, receiving_ids(issuer, chosen), held)
    if not unit_ids:
        sentence = _("所选单位这一周都已经收到这一项")
        raise Refused("target.passed_on", sentence, {"units": sentence})
    made = _relayed(by, held, issuer, chosen, now)
    put_targets(demand=made, unit_ids=unit_ids, days=[held.due_on])
    record(by=by, what="demand.passed_on", on=made, now=now, parent=made.parent_id, receivers=len(unit_ids))
    return made


def _chosen(issuer: Unit, codes: Sequence[str]) -> Receivers:
    """Return a list of codes as receivers. Refuses: Http404."""
    low, high = issuer.range
    below = Unit.every.filter(code__in=codes, path__gt=low, path__lt=high, closed_on=None)
    if below.count() < len(set(codes)):
        raise Http404
    return Receivers(units=tuple(dict.fromkeys(codes)))


def _without_it(by: Actor, unit_ids: Sequence[int], target: Target) -> list[int]:
    """Leave out the units to which this unit has passed the same demand on in the same week."""
    passed = Target.objects.visible_to(by).filter(
        demand__parent_id=target.demand_id, issuer_id=target.unit_id, week=target.week, unit_id__in=unit_ids
    )
    having = set(passed.values_list("unit_id", flat=True))
    return [unit_id for unit_id in unit_ids if unit_id not in having]


def _relayed(by: Actor, target: Target, issuer: Unit, chosen: Receivers, now: dt.datetime) -> Demand:
    """Write the demand of the unit that passes on; who asked first stays who asked first."""
    parent = target.demand
    made = Demand(
        **{name: getattr(parent, name) for name in RELAYED},
        issuer=issuer,
        lead=issuer,
        parent=parent,
        state=State.ISSUED,
        origin=Origin.COUNTY if parent.origin == Origin.OWN else parent.origin,
        first_on=target.due_on,
        receivers=chosen.body(),
        late_reason=parent.late_reason,
        created_by=by.user,
        created_at=now,
        changed_at=now,
        issued_at=now,
    )
    made.save(force_insert=True)
    return made


@transaction.atomic
def learn_handlers(*, by: Actor, unit_id: int, targets: Iterable[Target | HeldTarget], week: Week) -> None:
    """Remember that the actor answers these issuers in these categories; filing a week calls it and records for both."""
    pairs = {(target.issuer_id, target.category) for target in targets}
    if not pairs:
        return
    issuers, categories = zip(*sorted(pairs), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            LEARN,
            {
                "unit": unit_id,
                "cadre": by.user_id,
                "week": week.monday,
                "issuers": list(issuers),
                "categories": list(categories),
            },
        )
