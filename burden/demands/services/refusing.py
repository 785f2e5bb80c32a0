"""The right to send back what the duty list says was recalled (上级收回), or what is on no list and was not admitted (准入)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.demands.checkers import GRASSROOTS, duty
from burden.demands.checks import cite
from burden.demands.models import Demand, Refusal, Target
from burden.demands.queries import duty_items
from burden.demands.seen import Seen, day_out
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.ledger.services import record
from burden.standards.models import Duty, DutyItem
from burden.standards.rules.book import rulebook
from burden.units.models import Level, Unit

UNLISTED = "DUTY-UNLISTED"  # the rule that what is on no list is admitted first
OVERSEEING = (Role.OFFICE, Role.REVIEWER)
CLAIM_NO_MORE = """
UPDATE target t SET withdrawn = true FROM unit u
WHERE t.demand_id = %(demand)s AND t.week >= %(since)s AND NOT t.withdrawn
      AND u.id = t.unit_id AND u.path >= %(low)s AND u.path < %(high)s
"""


@dataclass(frozen=True)
class Ground:
    """On what ground something is sent back. Shape: `item` is the recalled one; None for what is on no list."""

    citation: str
    item: DutyItem | None = None

    @property
    def code(self) -> str:
        return self.item.code if self.item else UNLISTED


def ground_of(*, by: Actor, demand: Demand, unit: Unit, today: dt.date) -> Ground | None:
    """Return on what ground a unit may send a demand back; None where it has none. Two queries at most.

    What went out under an item keeps it, whatever becomes of the item later.
    """
    item, day = demand.duty_item, day_out(demand, today)
    if item is not None and item.kind == Duty.RECALLED:
        return Ground(item.citation, item) if item.holds_on(today) else None
    source = demand.parent or demand
    if item is not None or not demand.active or source.issuer.level in GRASSROOTS:
        return None
    rule = rulebook().of(UNLISTED, day, unit.path)
    if rule is None or not duty_items(by, unit).exists():
        return None
    found = duty(rule, Seen(demand, day, levels=frozenset({unit.level}), duty_list=True))
    return Ground(cite(rule)[:200]) if found and found.hit else None


@transaction.atomic
def send_back(*, by: Actor, target: Target, now: dt.datetime) -> Refusal:
    """Send a demand back from a target's week on, citing the item under which it was recalled, or that it is on no list.

    The unit's targets of this and later weeks claim nothing any more; what was answered of them stays counted. The issuer and
    the office see it. Refuses: PermissionDenied; refusal.no_ground, refusal.past (the week can be filed in time no more);
    Conflict target.withdrawn, refusal.twice.
    """
    if target.unit_id not in by.homes:
        raise PermissionDenied
    same = Target.objects.visible_to(by).filter(demand_id=target.demand_id, unit_id=target.unit_id)
    later = same.filter(week__gte=target.week)  # held in one order, whichever week somebody else begins with
    list(later.select_for_update(of=("self",)).order_by("week", "pk").values_list("pk"))
    named = ("demand__duty_item", "demand__issuer", "demand__parent__issuer", "unit")
    held: Target = same.select_related(*named).get(pk=target.pk)
    ground = ground_of(by=by, demand=held.demand, unit=held.unit, today=clock.day_of(now))
    if refused_before(by, held):
        raise Conflict("refusal.twice", why_withdrawn(by, held))
    if held.withdrawn or not held.demand.active:
        raise Conflict("target.withdrawn", why_withdrawn(by, held))
    if ground is None:
        raise _no_ground()
    if Week(held.week).is_late(now):
        raise Refused("refusal.past", _("这一周已经过了，不能再退回；以后几周的照样可以"))
    made = _keep(by, held.demand, held.unit, ground, held.week, now)
    count = later.filter(withdrawn=False).update(withdrawn=True)
    record(by=by, what="demand.refused", on=made, now=now, code=ground.code, targets=count)
    return made


@transaction.atomic
def send_back_for_all(*, by: Actor, demand: Demand, now: dt.datetime) -> Refusal:
    """Send a demand back in the name of all units below the reviewer's, from this week on, with the same ground and effect.

    Refuses: refusal.office, refusal.no_ground; Conflict refusal.twice, demand.state; DoesNotExist out of scope.
    """
    unit = overseen(by=by, demand=demand)
    if unit is None:
        raise Refused("refusal.office", _("由下达单位上面的机制办或专班退回"))
    seen = Demand.objects.visible_to(by).select_related("duty_item", "issuer", "parent__issuer")
    held: Demand = seen.get(pk=demand.pk)
    if not held.active:
        raise Conflict("demand.state", _("这一项现在没有在派，不用退回"))
    if Refusal.objects.visible_to(by).filter(demand=held, unit=unit).exists():
        raise Conflict("refusal.twice", _("已经退回下达单位了"))
    ground = _for_all(by, held, unit, clock.day_of(now))
    if ground is None:
        raise _no_ground()
    since = Week.at(now).monday
    made = _keep(by, held, unit, ground, since, now, whole=True)
    low, high = unit.range
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_NO_MORE, {"demand": held.pk, "since": since, "low": low, "high": high})
        count = int(cursor.rowcount)
    record(by=by, what="demand.returned", on=made, now=now, code=ground.code, targets=count)
    return made


def may_send_back_for_all(*, by: Actor, demand: Demand, today: dt.date) -> Ground | None:
    """Return on what ground the actor may send a demand back for all; None where the actor may not. Three queries at most."""
    unit = overseen(by=by, demand=demand)
    if unit is None or not demand.active or Refusal.objects.visible_to(by).filter(demand=demand, unit=unit).exists():
        return None
    return _for_all(by, demand, unit, today)


def overseen(*, by: Actor, demand: Demand) -> Unit | None:
    """Return the county or higher unit as whose office or reviewer the actor stands above the issuer."""
    for role in OVERSEEING:
        post = by.post(role)
        if (
            post
            and post.unit.level not in (*GRASSROOTS, Level.DEPARTMENT)
            and demand.issuer.path.startswith(post.unit.path)
        ):
            return post.unit
    return None


def refused_before(by: Actor, target: Target) -> Refusal | None:
    """Return how the demand of a target was sent back already: by its own unit, or for all by a reviewer above."""
    found = (
        Refusal.objects.visible_to(by).filter(demand_id=target.demand_id).select_related("item").order_by("whole", "pk")
    )
    return next((each for each in found if each.unit_id == target.unit_id or each.whole), None)


def why_withdrawn(by: Actor, target: Target) -> str:
    """Say why a target that was taken back claims nothing."""
    found = refused_before(by, target)
    if found is None:
        return _("这一项已由下达单位撤回")
    return _("机制办或专班已经把这一项退回下达单位了") if found.whole else _("本单位已经按清单退回这一项了")


def _for_all(by: Actor, demand: Demand, unit: Unit, today: dt.date) -> Ground | None:
    """Look at a demand as the first of those would whom it still asks; None where it asks nobody from this week on."""
    levels = {*demand.receivers.get("levels", ())} & GRASSROOTS
    low, high = unit.range
    still = {"week__gte": Week.on(today).monday, "withdrawn": False}
    asked = Target.objects.visible_to(by).filter(demand=demand, unit__path__gte=low, unit__path__lt=high, **still)
    town = asked.filter(unit__level__in=levels or GRASSROOTS).select_related("unit").first()
    return ground_of(by=by, demand=demand, unit=town.unit, today=today) if town else None


def _no_ground() -> Refused:
    return Refused("refusal.no_ground", _("它既没有被列为上级收回，也不是清单外没有准入的，不能按清单退回"))


def _keep(
    by: Actor, demand: Demand, unit: Unit, ground: Ground, week: dt.date, now: dt.datetime, *, whole: bool = False
) -> Refusal:
    """Refuses: Conflict refusal.twice, where somebody else sent it back for the same unit meanwhile."""
    facts = {
        "item": ground.item,
        "citation": ground.citation,
        "from_week": week,
        "by": by.user,
        "at": now,
        "whole": whole,
    }
    try:
        with transaction.atomic():
            made: Refusal = Refusal.every.create(demand=demand, unit=unit, **facts)
    except IntegrityError as error:
        raise Conflict("refusal.twice", _("刚才有人已经退回了这一项")) from error
    return made
