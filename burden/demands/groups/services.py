"""What is done with groups: the office says which townships are in one, and what was approved for it follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.adaptations.excusing import excuse, restore
from burden.demands.adaptations.services import is_office_over
from burden.demands.groups.queries import resting, townships
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import read_one, text
from burden.ledger.services import record
from burden.units.models import Level, Unit

NAME_LENGTH = 20


@dataclass(frozen=True)
class Moved:
    """What setting a group changed. Units: counts of townships."""

    joined: int
    left: int


@transaction.atomic
def set_group(*, by: Actor, county: Unit, name: str, units: Collection[str], now: dt.datetime) -> Moved:
    """Say which townships of a county are in a group; what was approved for it holds for them from next week on, and no more for who left.

    Shape: units are codes; none leaves the group without anybody, which ends it. Refuses: group.office, group.name,
    group.units; Conflict group.in_use.
    """
    if not may_set(by=by, county=county):
        raise Refused("group.office", _("由县里或更上级的机制办分组"))
    words = str(read_one(text(NAME_LENGTH), name, field="name", label=_("组名"), code="group.name"))
    towns = list(townships(by, county).select_for_update(no_key=True))
    if not {*units} <= {town.code for town in towns}:
        raise Refused("group.units", _("有的单位不是这个县的乡镇"), {"units": _("有的单位不是这个县的乡镇")})
    wanted = [town for town in towns if town.code in units]
    joined = [town for town in wanted if words not in town.traits]
    left = [town for town in towns if words in town.traits and town not in wanted]
    if not joined and not left:
        return Moved(0, 0)
    held = list(resting(by, county, clock.day_of(now)).filter(trait=words).select_related("area", "issuer", "unit"))
    if held and not wanted:
        sentence = _("还有 %(count)d 项批准了的调整按这一组，先撤回或等到期") % {"count": len(held)}
        raise Conflict("group.in_use", sentence)
    for town in [*joined, *left]:
        town.traits = [*town.traits, words] if town in joined else [each for each in town.traits if each != words]
        town.save(update_fields=["traits"])
    since = Week.at(now).plus(1).monday
    for each in held:
        excuse(by=by, adaptation=each, since=max(since, each.from_week))
        restore(adaptation=each, units=[town.pk for town in left], since=since)
    record(
        by=by, what="group.set", on=county, now=now, group=words, joined=len(joined), left=len(left), units=len(wanted)
    )
    return Moved(len(joined), len(left))


def may_set(*, by: Actor, county: Unit) -> bool:
    """Whether the actor is the office of a county, or one above it."""
    return county.level == Level.COUNTY and is_office_over(by=by, unit=county)
