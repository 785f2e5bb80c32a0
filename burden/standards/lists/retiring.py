"""Items of the duty list that the office takes off it from a day on, and puts back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import read_one, text
from burden.ledger.services import record
from burden.standards.models import DutyItem

AHEAD = dt.timedelta(days=731)


@transaction.atomic
def retire_item(*, by: Actor, item: DutyItem, on: dt.date, reason: str, now: dt.datetime) -> DutyItem:
    """Take an item off the list from a day on; what went out under it before keeps it, and its citation.

    Refuses: duty.office, duty.reason, duty.day; Conflict duty.retired.
    """
    held = _held(by, item)
    if held.retired_on is not None:
        raise Conflict("duty.retired", _("这一条 %(day)s 起已经停用") % {"day": held.retired_on})
    today = clock.day_of(now)
    if not today <= on <= today + AHEAD:
        sentence = _("最早从今天起，最迟两年内：以前下达的还按当时的清单")
        raise Refused("duty.day", sentence, {"on": sentence})
    held.retired_reason = str(
        read_one(text(200), " ".join(reason.split()), field="reason", label=_("理由"), code="duty.reason")
    )
    held.retired_on = on
    held.save(update_fields=["retired_on", "retired_reason"])
    record(by=by, what="duty.retired", on=held, now=now, code=held.code, day=str(on))
    return held


@transaction.atomic
def restore_item(*, by: Actor, item: DutyItem, now: dt.datetime) -> DutyItem:
    """Put an item back on the list. Refuses: duty.office; Conflict duty.listed, duty.title (another has its name by now)."""
    held = _held(by, item)
    if held.retired_on is None:
        raise Conflict("duty.listed", _("这一条没有停用"))
    same = (
        DutyItem.objects.on(clock.day_of(now)).filter(county=held.county, title=held.title).exclude(pk=held.pk).first()
    )
    if same is not None:
        raise Conflict("duty.title", _("清单里 %(code)s 已经是这一事项") % {"code": same.code})
    held.retired_on, held.retired_reason = None, ""
    held.save(update_fields=["retired_on", "retired_reason"])
    record(by=by, what="duty.restored", on=held, now=now, code=held.code)
    return held


def may_retire(*, by: Actor, item: DutyItem) -> bool:
    """Whether the actor keeps the list an item is on."""
    office = by.post(Role.OFFICE)
    return office is not None and item.county.path.startswith(office.unit.path)


def _held(by: Actor, item: DutyItem) -> DutyItem:
    """Return the row for a change. Refuses: duty.office."""
    held: DutyItem = DutyItem.objects.select_related("county").select_for_update(of=("self",)).get(pk=item.pk)
    if not may_retire(by=by, item=held):
        raise Refused("duty.office", _("履职清单由县里或更上级的机制办管"))
    return held
