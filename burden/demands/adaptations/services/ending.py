"""Taking back: a draft, a request, or what holds."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.adaptations.excusing import restore
from burden.demands.adaptations.models import TRANSITIONS, Act, Adaptation, State
from burden.demands.adaptations.reading import covered
from burden.demands.adaptations.services.checking import line, lock, may_ask
from burden.demands.adaptations.services.deciding import release
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.ledger.services import record


@transaction.atomic
def withdraw_adaptation(*, by: Actor, adaptation: Adaptation, note: str, now: dt.datetime) -> Adaptation:
    """Take it back, a request or what holds: from next week on its units are asked as before; what fell away meanwhile stays away.

    Who joined it goes on: what was decided stays, what waits asks alone, and what was never sent leaves no word. Refuses: adaptation.unit, adaptation.text; Conflict adaptation.state.
    """
    held = lock(by, adaptation, Act.WITHDRAW, clock.day_of(now))
    if not may_ask(by, held.unit):
        raise Refused("adaptation.unit", _("只有申请单位的负责人，或者上面的机制办能撤回"))
    held.note = line("note", _("理由"), note, 300, needed=held.state != State.DRAFT)
    was, held.kept = held.state, {}
    held.state = TRANSITIONS[held.state, Act.WITHDRAW]
    held.save(update_fields=["state", "note", "kept"])
    if was == State.REQUESTED:
        release(by=by, adaptation=held)
    back = (
        restore(adaptation=held, units=_units(held), since=Week.at(now).plus(1).monday) if was == State.APPROVED else 0
    )
    record(by=by, what="adaptation.withdrawn", on=held, now=now, targets=back)
    return held


def may_withdraw(*, by: Actor, adaptation: Adaptation, today: dt.date) -> bool:
    """Whether the actor may take it back as it stands."""
    is_open = (adaptation.state, Act.WITHDRAW) in TRANSITIONS and not adaptation.is_over(today)
    return is_open and may_ask(by, adaptation.unit)


def _units(held: Adaptation) -> list[int]:
    return list(covered(held).values_list("pk", flat=True))
