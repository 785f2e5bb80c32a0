"""Requests for support: offered or asked, given to somebody by name and day, answered, and judged by whoever asked.

Every act names the states it begins in and who may do it, both held against the row as it is locked; whatever else is tried is
refused, twice or out of order alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import Post, User
from burden.accounts.roles import TRIO, Role
from burden.accounts.services import take_turn
from burden.demands.models import Demand, Target
from burden.kit.clock import day_of
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import unfit
from burden.ledger.services import record
from burden.resources.models import DETAIL_LENGTH, TITLE_LENGTH, Kind, State, SupportRequest
from burden.standards.workdays import workdays
from burden.units.models import Unit

# act: the states it begins in, and the one it leads to
ACTS: dict[str, tuple[frozenset[State], State]] = {
    "accept": (frozenset({State.OFFERED}), State.ASKED),
    "decline": (frozenset({State.OFFERED}), State.DECLINED),
    "retract": (frozenset({State.OFFERED}), State.WITHDRAWN),
    "name": (frozenset({State.ASKED, State.NAMED}), State.NAMED),
    "withdraw": (frozenset({State.ASKED, State.NAMED}), State.WITHDRAWN),
    "give": (frozenset({State.NAMED}), State.GIVEN),
    "refuse": (frozenset({State.NAMED}), State.REFUSED),
    "solved": (frozenset({State.GIVEN, State.REFUSED}), State.SOLVED),
    "unsolved": (frozenset({State.GIVEN, State.REFUSED}), State.UNSOLVED),
    "again": (frozenset({State.UNSOLVED}), State.ASKED),
}
# what is empty once a request is asked again
UNANSWERED: dict[str, Any] = {
    "responder": None, "responder_unit": None, "named_on": None, "due_on": None, "answered_by": None, "answered_on": None,
    "answer": "", "verdict": "",
}  # fmt: skip
USUAL_DAYS, MOST_DAYS = 10, 60  # working days to answer in
MOST_AGAIN = 1
MOST_OPEN = 50  # of one unit at a time: more is a slip, or a list that belongs elsewhere


@transaction.atomic
def offer_support(*, by: Actor, unit: Unit, kind: str, title: str, now: dt.datetime) -> SupportRequest:
    """Ask a strained unit whether it needs something; its lead says yes or no. Refuses: support.office, support.kind, support.title, support.many."""
    if not _keeps(by, unit):
        raise Refused("support.office", _("这一步由机制办做"))
    offered = SupportRequest(
        unit=unit, kind=_kind(kind), title=_line("title", title), state=State.OFFERED, made_by=by.user,
        made_on=day_of(now), changed_at=now,
    )  # fmt: skip
    return _made(offered, by, now, "support.offered")


@transaction.atomic
def ask_support(
    *, by: Actor, unit: Unit, kind: str, title: str, detail: str, now: dt.datetime, demand: Demand | None = None
) -> SupportRequest:
    """Ask for support in the name of a unit one leads, also with something that the unit is asked.

    Refuses: support.lead, support.demand, support.kind, support.title, support.detail, support.same, support.many.
    """
    if not leads(by, unit):
        raise Refused("support.lead", _("这一步由提出的单位负责人做"))
    if demand and not Target.objects.visible_to(by).filter(demand=demand, unit=unit).exists():
        raise Refused("support.demand", _("这一项没有下达给这个单位"))
    today = day_of(now)
    asked = SupportRequest(
        unit=unit, kind=_kind(kind), title=_line("title", title), detail=_text("detail", detail, needed=False),
        state=State.ASKED, made_by=by.user, made_on=today, asked_by=by.user, asked_on=today, demand=demand, changed_at=now,
    )  # fmt: skip
    return _made(asked, by, now, "support.asked")


def _made(request: SupportRequest, by: Actor, now: dt.datetime, what: str) -> SupportRequest:
    """Store a new one. Refuses: support.many, support.same (the same is on its way)."""
    take_turn(by=by)
    going = SupportRequest.objects.visible_to(by).filter(
        unit=request.unit, state__in=(State.OFFERED, State.ASKED, State.NAMED)
    )
    titles = list(going.values_list("title", "kind")[: MOST_OPEN + 1])
    if (request.title, request.kind) in titles:
        raise Refused("support.same", _("同样的一项还在办，不用再提"), {"title": _("同样的一项还在办，不用再提")})
    if len(titles) >= MOST_OPEN:
        raise Refused("support.many", _("在办的已有 %(most)d 项，先等答复") % {"most": MOST_OPEN})
    request.save(force_insert=True)
    record(by=by, what=what, on=request, now=now, unit=request.unit_id)
    return request


@transaction.atomic
def accept_offer(*, by: Actor, request: SupportRequest, detail: str, now: dt.datetime) -> SupportRequest:
    """Say yes to an offer, and what exactly is needed. Refuses: support.lead, support.detail; Conflict support.state."""
    facts = {"asked_by": by.user, "asked_on": day_of(now), "detail": _text("detail", detail, needed=False)}
    return _move("accept", by, request, now, **facts)


@transaction.atomic
def decline_offer(*, by: Actor, request: SupportRequest, now: dt.datetime) -> SupportRequest:
    """Say no to an offer; no reason is asked. Refuses: support.lead; Conflict support.state."""
    return _move("decline", by, request, now)


@transaction.atomic
def retract_offer(*, by: Actor, request: SupportRequest, now: dt.datetime) -> SupportRequest:
    """Take back an offer that nobody answered. Refuses: support.office; Conflict support.state."""
    return _move("retract", by, request, now)


@transaction.atomic
def name_responder(
    *, by: Actor, request: SupportRequest, unit: Unit, person: str, days: int, now: dt.datetime
) -> SupportRequest:
    """Name who answers, and in how many working days; also somebody else later.

    Refuses: support.office, support.person (nobody, or several, of this name there), support.days; Conflict support.state.
    """
    if not 1 <= days <= MOST_DAYS:
        raise _refused("days", _("请填 1 到 %(most)d 个工作日") % {"most": MOST_DAYS})
    low, high = by.read_range
    if not low <= unit.path < high:
        raise _refused("unit", _("没有这个单位"))
    today = day_of(now)
    facts = {
        "responder": _person(unit, person, today), "responder_unit": unit, "named_on": today,
        "due_on": workdays().after(today, days),
    }  # fmt: skip
    return _move("name", by, request, now, **facts)


def _person(unit: Unit, name: str, today: dt.date) -> User:
    """Return who in a unit is called so today. Refuses: support.person."""
    posts = Post.objects.filter(unit=unit, valid__contains=today, user__name=name.strip(), user__is_active=True)
    inside = posts.exclude(role__in=TRIO | {Role.OBSERVER})  # who looks on from outside has nothing to give
    found = {post.user_id: post.user for post in inside.select_related("user")[:50]}
    facts = {"unit": unit.name, "name": name.strip()[:20]}
    if not found:
        raise _refused("person", _("%(unit)s没有叫“%(name)s”的人") % facts)
    if len(found) > 1:
        raise _refused("person", _("%(unit)s有几个人叫“%(name)s”，请写另一位") % facts)
    return next(iter(found.values()))


@transaction.atomic
def answer_request(*, by: Actor, request: SupportRequest, given: bool, answer: str, now: dt.datetime) -> SupportRequest:
    """Answer: what is given and when, or why not and what comes next; also after the day promised, which then shows.

    Refuses: support.responder, support.answer; Conflict support.state.
    """
    facts = {"answer": _text("answer", answer), "answered_by": by.user, "answered_on": day_of(now)}
    return _move("give" if given else "refuse", by, request, now, **facts)


@transaction.atomic
def judge_answer(*, by: Actor, request: SupportRequest, solved: bool, verdict: str, now: dt.datetime) -> SupportRequest:
    """Say whether it helped, as whoever asked sees it. Refuses: support.lead, support.verdict; Conflict support.state."""
    words = verdict.strip()
    if len(words) > TITLE_LENGTH or unfit(words):
        raise _refused("verdict", _("最多 %(most)d 个字，一行") % {"most": TITLE_LENGTH})
    return _move("solved" if solved else "unsolved", by, request, now, verdict=words)


@transaction.atomic
def ask_again(*, by: Actor, request: SupportRequest, now: dt.datetime) -> SupportRequest:
    """Ask once more, because it did not help: somebody is named anew, and what was answered stays to be read.

    Refuses: support.lead, support.again (only once); Conflict support.state.
    """
    held = _locked("again", by, request)
    if held.again >= MOST_AGAIN:
        raise Refused("support.again", _("已经重提过一次；另提一项，写清这次要什么"))
    assert held.responder_unit
    assert held.answered_by
    answered = [str(held.answered_on), held.responder_unit.name, held.answered_by.name, held.answer, held.verdict]
    return _moved(
        "again",
        by,
        held,
        now,
        again=held.again + 1,
        asked_on=day_of(now),
        earlier=[*held.earlier, answered],
        **UNANSWERED,
    )


@transaction.atomic
def withdraw_request(*, by: Actor, request: SupportRequest, now: dt.datetime) -> SupportRequest:
    """Take a request back before it is answered. Refuses: support.lead; Conflict support.state."""
    return _move("withdraw", by, request, now)


# --- who may ---


def leads(by: Actor, unit: Unit) -> bool:
    """Whether one leads the unit itself."""
    return any(post.role == Role.LEAD and post.unit_id == unit.pk for post in by.posts)


def _keeps(by: Actor, unit: Unit) -> bool:
    post = by.post(Role.OFFICE)
    return post is not None and post.unit.path <= unit.path < post.unit.range[1]


def _answers(by: Actor, request: SupportRequest) -> bool:
    """Whether one is who was named and works there still; else whoever leads or registers there."""
    at = [post.role for post in by.posts if post.unit_id == request.responder_unit_id]
    return bool(at) and (request.responder_id == by.user_id or bool({Role.LEAD, Role.ISSUER} & set(at)))


RIGHTS: dict[str, Callable[[Actor, SupportRequest], bool]] = {
    "lead": lambda by, request: leads(by, request.unit),
    "office": lambda by, request: _keeps(by, request.unit),
    "responder": _answers,
}
DOERS = (
    dict.fromkeys(ACTS, "lead")
    | dict.fromkeys(("name", "retract"), "office")
    | dict.fromkeys(("give", "refuse"), "responder")
)


def may(by: Actor, request: SupportRequest) -> dict[str, bool]:
    """Say which acts one may do now: the role has the right, and the state allows it."""
    rights = {doer: has(by, request) for doer, has in RIGHTS.items()}
    found = {act: rights[DOERS[act]] and request.state in begins for act, (begins, _leads_to) in ACTS.items()}
    return found | {"again": found["again"] and request.again < MOST_AGAIN}


def _need(act: str, by: Actor, request: SupportRequest) -> None:
    doer = DOERS[act]
    if RIGHTS[doer](by, request):
        return
    words = {
        "lead": _("这一步由提出的单位负责人做"),
        "office": _("这一步由机制办做"),
        "responder": _("由指定的人答复；换人请找机制办"),
    }
    raise Refused(f"support.{doer}", words[doer])


# --- moving ---


def _move(act: str, by: Actor, request: SupportRequest, now: dt.datetime, **facts: Any) -> SupportRequest:
    return _moved(act, by, _locked(act, by, request), now, **facts)


def _locked(act: str, by: Actor, request: SupportRequest) -> SupportRequest:
    """Return the row for a change, once who acts may do it to the row as it is now. Refuses: as _need; Conflict support.state."""
    seen = SupportRequest.objects.visible_to(by).select_for_update(of=("self",)).select_related("unit")
    held: SupportRequest | None = seen.filter(pk=request.pk).first()
    if held is None:  # somebody else was named since it was opened
        raise Conflict("support.state", _("这一项刚才变了，请再打开看"))
    _need(act, by, held)
    if held.state not in ACTS[act][0]:
        words = _("这一项现在是“%(is)s”，这一步做不了") % {"is": held.get_state_display()}
        raise Conflict("support.state", words)
    return held


def _moved(act: str, by: Actor, held: SupportRequest, now: dt.datetime, **facts: Any) -> SupportRequest:
    facts |= {"state": ACTS[act][1], "changed_at": now}
    for name, value in facts.items():
        setattr(held, name, value)
    held.save(update_fields=list(facts))
    record(by=by, what=f"support.{act}", on=held, now=now)
    return held


# --- reading what was typed ---


def _kind(kind: str) -> str:
    if kind not in Kind.values:
        raise _refused("kind", _("要选一类"))
    return kind


def _line(field: str, words: str) -> str:
    line = words.strip()
    if not line or len(line) > TITLE_LENGTH or unfit(line):
        raise _refused(field, _("要写一行，最多 %(most)d 个字") % {"most": TITLE_LENGTH})
    return line


def _text(field: str, words: str, *, needed: bool = True) -> str:
    text = "\n".join(line.strip() for line in words.strip().splitlines())
    if (needed and not text) or len(text) > DETAIL_LENGTH or unfit(text.replace("\n", "")):
        raise _refused(field, _("要写，最多 %(most)d 个字") % {"most": DETAIL_LENGTH})
    return text


def _refused(field: str, words: str) -> Refused:
    return Refused(f"support.{field}", words, {field: words})
