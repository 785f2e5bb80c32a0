"""Deciding on what is asked: a lead department's opinion, a decision kept as it is typed, granted in whole or in part, sent back, refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.adaptations.excusing import excuse
from burden.demands.adaptations.models import TRANSITIONS, Act, Adaptation, Opinion, State
from burden.demands.adaptations.services.checking import (
    check_dates,
    check_decider,
    check_still_varied,
    line,
    lock,
    refused,
)  # fmt: skip
from burden.demands.adaptations.services.parts import grant_less
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import one_of, read_one
from burden.ledger.services import record
from burden.units.models import Unit

MOST_KEPT = 300  # characters of a field of a decision that is kept


# the lead department


@transaction.atomic
def ask_opinion(*, by: Actor, adaptation: Adaptation, now: dt.datetime) -> Adaptation:
    """Ask the department that leads what is varied what it thinks (牵头部门意见); the decision need not wait for it.

    Refuses: adaptation.office, adaptation.own, adaptation.above, adaptation.nobody; Conflict adaptation.state, adaptation.asked.
    """
    held = lock(by, adaptation, Act.ASK, clock.day_of(now))
    check_decider(by, held)
    lead = lead_of(held)
    if lead is None:
        raise Refused("adaptation.nobody", _("调的是一条规定，没有牵头部门可问"))
    if held.opinion_of_id is not None:
        raise Conflict("adaptation.asked", _("已经请%(unit)s提意见了") % {"unit": lead.name})
    held.opinion_of, held.opinion_asked_at = lead, now
    held.save(update_fields=["opinion_of", "opinion_asked_at"])
    record(by=by, what="adaptation.asked", on=held, now=now, unit=lead.code)
    return held


@transaction.atomic
def give_opinion(*, by: Actor, adaptation: Adaptation, opinion: str, words: str, now: dt.datetime) -> Adaptation:
    """Say for the department that was asked what it thinks; the first answer stands, and binds nobody.

    Shape: opinion is one of Opinion. Refuses: adaptation.opinion (not asked, or none chosen), adaptation.text; Conflict
    adaptation.state, adaptation.said.
    """
    held = lock(by, adaptation, Act.OPINE, clock.day_of(now))
    if held.opinion_of_id is None or held.opinion_of_id not in by.issuing:
        raise Refused("adaptation.opinion", _("没有请你们单位提意见"))
    if held.opinion:
        raise Conflict("adaptation.said", _("你们单位已经提过意见了"))
    chosen = read_one(one_of(Opinion.values), opinion, field="opinion", label=_("意见"), code="adaptation.opinion")
    held.opinion_words = line("words", _("理由或条件"), words, 300, needed=chosen != Opinion.AGREE)
    held.opinion, held.opinion_by, held.opinion_at = chosen, by.user, now
    held.save(update_fields=["opinion", "opinion_words", "opinion_by", "opinion_at"])
    record(by=by, what="adaptation.opined", on=held, now=now)
    return held


def lead_of(adaptation: Adaptation) -> Unit | None:
    """Return the department that leads what is varied; None where that is a rule."""
    return adaptation.demand.lead if adaptation.demand else adaptation.issuer


def may_ask_opinion(*, by: Actor, adaptation: Adaptation) -> bool:
    """Whether the actor may ask the lead department as it stands."""
    return (
        adaptation.opinion_of_id is None
        and lead_of(adaptation) is not None
        and may_decide(by=by, adaptation=adaptation)
    )


def may_opine(*, by: Actor, adaptation: Adaptation) -> bool:
    """Whether the actor may say what the lead department thinks as it stands."""
    is_open = adaptation.state == State.REQUESTED and not adaptation.opinion
    return is_open and adaptation.opinion_of_id is not None and adaptation.opinion_of_id in by.issuing


# the decision


@transaction.atomic
def keep_decision(*, by: Actor, adaptation: Adaptation, kept: Mapping[str, str], now: dt.datetime) -> Adaptation:
    """Keep a decision as it is typed, to go on with it later; whoever may decide sees it, nobody else.

    Refuses: adaptation.office, adaptation.own, adaptation.above; Conflict adaptation.state.
    """
    held = lock(by, adaptation, Act.KEEP, clock.day_of(now))
    check_decider(by, held)  # first of all: what is not sent yet belongs to its writer, who decides nothing
    if held.state != State.REQUESTED:
        raise _not_open(held, Act.KEEP)
    held.kept = {name: said[:MOST_KEPT] for name, said in kept.items()}
    held.save(update_fields=["kept"])
    return held


@transaction.atomic
def approve_adaptation(
    *, by: Actor, adaptation: Adaptation, from_week: dt.date, until: dt.date, note: str,
    less: Mapping[str, str] | None = None, now: dt.datetime,
) -> Adaptation:  # fmt: skip
    """Let it hold between two days; what it excuses and nobody answered goes out of the receivers' weeks.

    Whoever joined it meanwhile is granted the same. Shape: less says what is granted instead of what was asked (部分同意: whom,
    frequency, threshold, change), None where all of it is; shorter dates are less, too.
    Refuses: adaptation.office, adaptation.own, adaptation.above, adaptation.dates, adaptation.more, adaptation.same,
    adaptation.frequency, adaptation.threshold, adaptation.withdrawn, adaptation.hard, adaptation.text; Conflict
    adaptation.state, adaptation.gone, adaptation.first.
    """
    act = Act.APPROVE if less is None else Act.PARTLY
    held = lock(by, adaptation, act, clock.day_of(now))
    check_decider(by, held)
    check_dates(from_week, until, clock.day_of(now))
    _check_joined(held, until)
    check_still_varied(held, held.unit, clock.day_of(now))
    held.asked = grant_less(held, from_week, until, less, clock.day_of(now))
    held.note = line("note", _("附加条件和理由"), note, 300, needed=bool(held.asked))
    _decide(by, held, act, now)
    _let_hold(by, held, now)
    for each in _joining(by, held):
        for name in ("kind", "frequency", "threshold", "change", "from_week", "until", "note"):
            setattr(each, name, getattr(held, name))
        each.asked = {name: said for name, said in held.asked.items() if name != "whom"}
        _decide(by, each, act, now)
        _let_hold(by, each, now)
    return held


def _let_hold(by: Actor, held: Adaptation, now: dt.datetime) -> None:
    gone = excuse(by=by, adaptation=held, since=max(held.from_week, Week.at(now).monday))
    less = sorted(held.asked)
    record(by=by, what="adaptation.approved", on=held, now=now, targets=gone, until=str(held.until), less=less)


@transaction.atomic
def refuse_adaptation(*, by: Actor, adaptation: Adaptation, note: str, now: dt.datetime) -> Adaptation:
    """Say no, and why, to whoever joined it meanwhile too.

    Refuses: adaptation.office, adaptation.own, adaptation.above, adaptation.text; Conflict adaptation.state.
    """
    held = lock(by, adaptation, Act.REFUSE, clock.day_of(now))
    check_decider(by, held)
    held.note = line("note", _("附加条件和理由"), note, 300)
    for each in [held, *_joining(by, held)]:
        each.note = held.note
        _decide(by, each, Act.REFUSE, now)
        record(by=by, what="adaptation.refused", on=each, now=now)
    return held


@transaction.atomic
def return_adaptation(*, by: Actor, adaptation: Adaptation, note: str, now: dt.datetime) -> Adaptation:
    """Send it back for what is missing (退回补材料); whoever joined it meanwhile asks alone from now on.

    Refuses: adaptation.office, adaptation.own, adaptation.above, adaptation.text; Conflict adaptation.state.
    """
    held = lock(by, adaptation, Act.RETURN, clock.day_of(now))
    check_decider(by, held)
    held.note = line("note", _("缺什么"), note, 300)
    held.state, held.kept = TRANSITIONS[held.state, Act.RETURN], {}
    held.save(update_fields=["state", "note", "kept"])
    release(by=by, adaptation=held)
    record(by=by, what="adaptation.returned", on=held, now=now)
    return held


def release(*, by: Actor, adaptation: Adaptation) -> None:
    """Let those who joined what is decided no more ask alone. A part of another service's transaction."""
    waiting = Adaptation.objects.visible_to(by).filter(joined=adaptation, state=State.REQUESTED)
    waiting.update(joined=None)


def may_decide(*, by: Actor, adaptation: Adaptation) -> bool:
    """Whether the actor may approve or refuse it as it stands."""
    if adaptation.state != State.REQUESTED:
        return False
    try:
        check_decider(by, adaptation)
    except Refused:
        return False
    return True


def _decide(by: Actor, held: Adaptation, act: Act, now: dt.datetime) -> None:
    held.state, held.decided_by, held.decided_at, held.kept = TRANSITIONS[held.state, act], by.user, now, {}
    held.save()


def _joining(by: Actor, held: Adaptation) -> list[Adaptation]:
    """Return who joined it while it waited, for the same decision; what the decider asked for waits for another."""
    seen = Adaptation.objects.visible_to(by).filter(joined=held, state=State.REQUESTED).exclude(requested_by=by.user)
    named = ("unit", "area", "issuer", "demand__lead", "joined")
    return list(seen.select_related(*named).select_for_update(of=("self",)).order_by("pk"))


def _check_joined(held: Adaptation, until: dt.date) -> None:
    """What joins another is decided with it or after it, and holds no longer.

    Refuses: adaptation.dates; Conflict adaptation.gone, adaptation.first.
    """
    if held.joined is None:
        return
    number = {"number": held.joined.number}
    if held.joined.state == State.REQUESTED:
        raise Conflict("adaptation.first", _("先定它加入的 %(number)s，定了就一起定") % number)
    if held.joined.state != State.APPROVED:
        raise Conflict("adaptation.gone", _("它要加入的 %(number)s 已经撤回") % number)
    if until > held.joined.until:
        raise refused("dates", "until", _("它加入的那一项到 %(day)s，不能更晚") % {"day": held.joined.until})


def _not_open(held: Adaptation, act: Act) -> Conflict:
    words = {"is": held.get_state_display(), "act": act.label}
    return Conflict("adaptation.state", _("这一项现在是“%(is)s”，不能%(act)s") % words)
