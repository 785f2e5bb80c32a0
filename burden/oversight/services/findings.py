"""Writing findings: raised with the numbers as seen, dismissed for a reason. An order is opened in services.orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS
from burden.demands.models import OPEN, Demand
from burden.demands.models import State as DemandState
from burden.feedback.models import Ticket
from burden.feedback.services import keep_from
from burden.feedback.telling import check_untold
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import many, maybe, one_of, read_one, text
from burden.ledger.services import record
from burden.oversight.models import LINE_LENGTH, Finding, FindingState, Source, Why
from burden.oversight.models.findings import KEY_LENGTH, TITLE_LENGTH
from burden.oversight.observing.models import Observation, reviewed_by
from burden.oversight.observing.models import State as ObservationState
from burden.standards.models import Category
from burden.units.models import Unit

MOST_TITLES = 10


@transaction.atomic
def raise_finding(
    *,
    by: Actor,
    issuer: Unit,
    source: str,
    title: str,
    titles: Sequence[str],
    seen: Mapping[str, Any],
    person_min: int | None,
    now: dt.datetime,
    source_key: str = "",
    category: str = "",
    demand: Demand | None = None,
) -> Finding:
    """Raise a finding about what an issuer asked, with the numbers as they are seen now (oversight.seen).

    Refuses: PermissionDenied unless the actor reviews; finding.issuer (outside what the actor supervises), finding.title,
    finding.titles, finding.category, finding.demand (another's, not out, or withdrawn); Conflict finding.exists (`finding`: its id).
    """
    post = by.post(*EXPORTERS)
    if post is None:
        raise PermissionDenied
    low, high = post.unit.range
    if not low < issuer.path < high:
        raise _refused("issuer", _("只能对本级以下的单位立问题：督办对象是你这一级管的下达单位"))
    if demand is not None:
        _check_demand(demand, issuer)
    raised = Finding(
        unit=post.unit, issuer=issuer, source=Source(source), source_key=source_key[:KEY_LENGTH], demand=demand,
        category=read_one(maybe(one_of(Category.values), ""), category, field="category", label=_("类别"), code="finding.category"),
        title=read_one(text(TITLE_LENGTH), title, field="title", label=_("问题"), code="finding.title"),
        titles=list(read_one(many(text(TITLE_LENGTH), MOST_TITLES), list(titles), field="titles", label=_("事项名称"), code="finding.titles")),
        seen=dict(seen), person_min=person_min, raised_by=by.user, raised_at=now,
    )  # fmt: skip
    _keep_new(by, raised)
    record(by=by, what="finding.raised", on=raised, now=now, source=source)
    return raised


@transaction.atomic
def raise_from_ticket(*, by: Actor, ticket: Ticket, seen: Mapping[str, Any], **facts: Any) -> Finding:
    """Raise a finding from what somebody reported: it says what was rewritten, and no piece of the original that may tell who wrote it.

    The ticket is kept from the issuer from now on, whomever it named.
    Refuses: Ticket.DoesNotExist out of scope, finding.ticket (nothing is rewritten yet), ticket.title, ticket.titles, ticket.note
    (one of them tells), finding.issuer (not under the ticket's desk, or asked to check), and what raise_finding refuses.
    """
    held: Ticket = Ticket.objects.visible_to(by).select_for_update(of=("self",)).get(pk=ticket.pk)
    if not held.rewritten:
        raise _refused("ticket", _("先写转出稿：督办线索只带转出稿，不带原文"))
    for field, words in (("title", facts["title"]), ("titles", "\n".join(facts["titles"])), ("note", seen["note"])):
        check_untold(held, words, field=field)
    told = {
        **seen,
        "reported": " ".join(held.rewritten.split()),
    }  # beside the numbers: an order, which its issuer reads, says none of it
    raised = raise_finding(by=by, source=Source.TICKET, source_key=str(held.pk), seen=told, **facts)
    if not keep_from(by=by, held=held, units=[raised.issuer]):
        raise _refused("issuer", _("受理的办公室不管这个单位，或者已经请它核实过：不能从这一条反映立，请另外立一条"))
    return raised


@transaction.atomic
def raise_from_observation(*, by: Actor, observation: Observation, seen: Mapping[str, Any], **facts: Any) -> Finding:
    """Raise a finding from what an observer left for the actor to review.

    Refuses: Observation.DoesNotExist out of scope; Conflict observation.state (taken back); finding.title, finding.note (they repeat
    the observer's words, which the unit they are about must not read), and what raise_finding refuses.
    """
    seen_by = Observation.objects.visible_to(by).filter(reviewed_by(by)).select_related("unit")
    held: Observation = seen_by.select_for_update(of=("self",)).get(pk=observation.pk)
    if held.state == ObservationState.WITHDRAWN:
        raise Conflict("observation.state", _("监督员撤回了这一条，不能从它立：请另外立一条"))
    if facts["issuer"].path.startswith(held.unit.path):
        for field, words in (("title", facts["title"]), ("note", seen["note"])):
            if held.text in " ".join(words.split()):
                raise _refused(field, _("不照抄监督员写的：写的是这个单位，督办单它看得到。写核实到的"))
    return raise_finding(by=by, source=Source.OBSERVER, source_key=str(held.pk), seen=seen, **facts)


def _check_demand(demand: Demand, issuer: Unit) -> None:
    """Refuses: finding.demand."""
    if demand.issuer_id != issuer.pk:
        raise _refused("demand", _("这一项不是这个单位下达的"))
    if demand.state == DemandState.WITHDRAWN:
        raise _refused("demand", _("这一项已经撤回了，不用再立；要查以前的，请写明事项名称，不选这一项"))
    if demand.state in OPEN:
        raise _refused("demand", _("这一项还没有下达"))


def _keep_new(by: Actor, raised: Finding) -> None:
    try:
        with transaction.atomic():
            raised.save(force_insert=True)
    except IntegrityError as error:
        same = Finding.objects.visible_to(by).filter(
            unit=raised.unit, source=raised.source, source_key=raised.source_key, state=FindingState.OPEN
        )
        there = same.values_list("pk", flat=True).first()
        if there is None:
            raise
        raise Conflict("finding.exists", _("这一条已经立了问题，正等立项"), {"finding": there}) from error


@transaction.atomic
def dismiss_finding(
    *, by: Actor, finding: Finding, why: str, reason: str, now: dt.datetime, quiet_until: dt.date | None = None
) -> Finding:
    """Say that a finding does not stand, and why; the reason is kept, and its source is not shown again until a day.

    Refuses: finding.why, finding.reason, finding.quiet_until (not after today, or beyond a year); Conflict finding.state.
    """
    held: Finding = Finding.objects.visible_to(by).select_for_update(of=("self",)).get(pk=finding.pk)
    if held.state != FindingState.OPEN:
        raise Conflict("finding.state", _("这个问题现在是“%(is)s”，不能再定") % {"is": held.get_state_display()})
    held.why = read_one(one_of(Why.values), why, field="why", label=_("理由"), code="finding.why")
    held.reason = read_one(text(LINE_LENGTH), reason, field="reason", label=_("写一句"), code="finding.reason")
    today = clock.day_of(now)
    if quiet_until is not None and not today < quiet_until <= today + 366 * clock.DAY:
        raise _refused("quiet_until", _("要是明天到一年内的一天"))
    held.quiet_until, held.state = quiet_until, FindingState.DISMISSED
    held.decided_by, held.decided_at = by.user, now
    held.save(update_fields=["why", "reason", "quiet_until", "state", "decided_by", "decided_at"])
    record(by=by, what="finding.dismissed", on=held, now=now, reason=held.why)
    return held


def _refused(field: str, sentence: str) -> Refused:
    return Refused(f"finding.{field}", sentence, {field: sentence})
