"""Who wrote a named ticket: one person of the desk asks with a reason, another agrees with one; its author is told, and each step is in the ledger."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.feedback.choices import Act
from burden.feedback.flow import need, note_step
from burden.feedback.models import OPEN_FOR, IdentityRequest, Ticket, TicketReporter
from burden.feedback.sealing import identity_of
from burden.kit.clock import day_of
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import read_one, text
from burden.ledger.services import record

REASON = 200


@transaction.atomic
def ask_identity(*, by: Actor, ticket: Ticket, reason: str, now: dt.datetime) -> IdentityRequest:
    """Ask to know who wrote a named ticket.

    Refuses: identity.anonymous, identity.reason; Conflict identity.asked (one waits to be decided); Ticket.DoesNotExist.
    """
    held: Ticket = Ticket.objects.visible_to(by).get(pk=ticket.pk)
    if not held.named:
        raise Refused("identity.anonymous", _("这一条是匿名的，平台也不知道是谁写的"))
    reason = read_one(text(REASON), reason, field="reason", label=_("原因"), code="identity.reason")
    try:
        with transaction.atomic():
            asked = IdentityRequest.objects.create(ticket=held, reason=reason, asked_by=by.user, asked_at=now)
    except IntegrityError as error:
        raise Conflict("identity.asked", _("已经有人提过，在等第二个人决定")) from error
    record(by=by, what="identity.asked", on=asked, now=now)
    return asked


@transaction.atomic
def decide_identity(
    *, by: Actor, request: IdentityRequest, granted: bool, verdict: str, now: dt.datetime
) -> IdentityRequest:
    """Agree or not, as somebody else than who asked, and say why; the author reads that the name was opened, and what for.

    Refuses: identity.own, identity.verdict; Conflict identity.decided; DoesNotExist.
    """
    held = (
        IdentityRequest.objects.select_for_update(of=("self",))
        .filter(ticket__in=Ticket.objects.visible_to(by))
        .get(pk=request.pk)
    )
    if held.granted is not None:
        raise Conflict("identity.decided", _("这一项已经有人决定了"))
    if held.asked_by_id == by.user_id:
        raise Refused("identity.own", _("自己提的，要由另一个人决定"))
    held.verdict = read_one(text(REASON), verdict, field="verdict", label=_("理由"), code="identity.verdict")
    held.decided_by, held.decided_at, held.granted = by.user, now, granted
    held.save(update_fields=["decided_by", "decided_at", "granted", "verdict"])
    if granted:
        need(held.ticket, Act.NAME)
        note_step(held.ticket, Act.NAME, day_of(now), unit_id=held.ticket.desk_id, words=held.reason)
    record(by=by, what="identity.decided", on=held, now=now, granted=granted)
    return held


@transaction.atomic
def open_identity(*, by: Actor, request: IdentityRequest, now: dt.datetime) -> str:
    """Return the name of who wrote it, to one of the two, for a week. Refuses: identity.closed, identity.over; DoesNotExist."""
    held = IdentityRequest.objects.filter(ticket__in=Ticket.objects.visible_to(by)).get(pk=request.pk)
    if not held.granted or by.user_id not in (held.asked_by_id, held.decided_by_id):
        raise Refused("identity.closed", _("要两个人都同意，而且只有这两个人能看"))
    assert held.decided_at is not None
    if now >= held.decided_at + OPEN_FOR:
        raise Refused("identity.over", _("同意满 %(days)d 天，不能再看；还要看就再提一次") % {"days": OPEN_FOR.days})
    reporter = TicketReporter.objects.get(ticket=held.ticket_id)
    record(by=by, what="identity.seen", on=held, now=now)
    return identity_of(reporter.sealed)[1]
