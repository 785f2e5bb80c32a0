"""What waits in this room for a person, and what of it belongs to things of other rooms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS, Role
from burden.demands.models import Demand
from burden.feedback.waits import ticket_links
from burden.kit import clock
from burden.kit.threads import MOST as MOST_LINKS
from burden.kit.threads import Key, Link
from burden.kit.waiting import MOST, Waiting
from burden.oversight import steps
from burden.oversight.clocks import edges
from burden.oversight.models import (
    WITH_ISSUER,
    Finding,
    FindingState,
    Order,
    OrderState,
    OrderStep,
    Requirement,
    Source,
)
from burden.oversight.queries.bulletins import waiting as bulletins_waiting
from burden.oversight.queries.findings import findings
from burden.oversight.queries.orders import escalated, relief_questions
from burden.oversight.queries.recognition import recognition_thread
from burden.oversight.queries.recognition import waiting as recognitions_waiting

S = OrderState
OFFICES = (S.DRAFT, S.EXTENSION, S.DONE)  # whose turn it is
KEEPERS = (S.ANSWERED, S.CLOSED)
TURNED = ("extend", "return", "reopen")  # steps after which another has to act
SOURCES: Mapping[str, Source] = {
    "signal": Source.SIGNAL,
    "ticket": Source.TICKET,
    "observation": Source.OBSERVER,
}  # by kind of thread


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return what waits for a person: bulletins, orders at the own step, findings without an order, what is overdue one level below, relief to confirm, recognitions."""
    today = clock.day_of(now)
    found = [*bulletins_waiting(actor, now), *_orders(actor, today), *_findings(actor), *_relief(actor, today)]
    found += recognitions_waiting(actor, now)
    if actor.post(*EXPORTERS):
        found += _escalated(actor, today)
    return found


def owed(actor: Actor) -> int:
    """Count what the top bar says beside the board: orders at the own step, and findings without an order. One query at most."""
    led, reviews = _led(actor), actor.post(*EXPORTERS) is not None
    if not led and not reviews:
        return 0
    found = _at_own_step(actor, led, clock.day_of(clock.now())).order_by().values("pk")
    return (found.union(_open_findings(actor).order_by().values("pk"), all=True) if reviews else found).count()


def _led(actor: Actor) -> list[int]:
    return [post.unit_id for post in actor.posts if post.role in steps.ISSUERS]


def _at_own_step(actor: Actor, led: Collection[int], today: dt.date) -> QuerySet[Order]:
    """Return the orders whose next step is the actor's. Shape: led are the units for which the actor answers as an issuer."""
    mine = Q(pk=None)
    if led:
        mine |= Q(issuer_id__in=led, state__in=WITH_ISSUER)
        mine |= Q(Exists(_left_open(actor)), issuer_id__in=led, state=S.ANSWERED)
    post, office = actor.post(*EXPORTERS), actor.post(Role.OFFICE)
    if post:
        mine |= Q(unit_id=post.unit_id, state__in=KEEPERS)
    if office:
        mine |= Q(unit_id=office.unit_id, state__in=OFFICES)
    ripe = Q(ripe_on=None) | Q(ripe_on__lte=today)
    found: QuerySet[Order] = Order.objects.visible_to(actor).filter(mine, ripe)
    return found


def _orders(actor: Actor, today: dt.date) -> Iterator[Waiting]:
    """One query at most."""
    led = _led(actor)
    if not led and not actor.post(*EXPORTERS):
        return
    found = _at_own_step(actor, led, today).annotate(turned_at=Subquery(_turned(actor)))
    found = found.select_related("issuer").order_by("due_on", "pk")
    for each in found[: MOST + 1]:
        yield _order(each, is_issuers=each.issuer_id in led)


def _turned(actor: Actor) -> QuerySet[OrderStep, Any]:
    """Return when an order was last sent back, or a later day last asked for: since then it waits."""
    steps: QuerySet[OrderStep] = OrderStep.objects.visible_to(actor)
    return steps.filter(order=OuterRef("pk"), act__in=TURNED).order_by("-at").values("at")[:1]


def _left_open(actor: Actor) -> QuerySet[Requirement]:
    """Return what an issuer left unanswered of an order that is judged already."""
    left = Q(answered_at=None) | ~Q(returned="")
    found: QuerySet[Requirement] = Requirement.objects.visible_to(actor)
    return found.filter(left, order=OuterRef("pk"), verified_at=None)


def _order(each: Any, *, is_issuers: bool) -> Waiting:
    begun = {
        S.DRAFT: each.opened_at, S.SENT: each.sent_at, S.WORKING: each.signed_at, S.ANSWERED: each.answered_at,
        S.EXTENSION: each.turned_at, S.RETURNED: each.turned_at,
    }.get(OrderState(each.state))  # fmt: skip
    return Waiting(
        kind=_("回头看") if each.state == S.CLOSED else _("督办单"),
        title=f"{each.name} {each.title}",
        note=_("%(issuer)s，%(state)s") % {"issuer": each.issuer.name, "state": each.get_state_display()},
        url=reverse("order", args=[each.pk]),
        act=_("答复") if is_issuers and each.state == S.ANSWERED else _act(each.state),
        since=clock.day_of(begun or each.sent_at or each.opened_at) if each.ripe_on is None else each.ripe_on,
        due=each.due_on,
    )


def _act(state: str) -> str:
    words = {
        S.DRAFT: _("签发"), S.SENT: _("签收"), S.WORKING: _("答复"), S.RETURNED: _("重新答复"), S.EXTENSION: _("批延期"),
        S.ANSWERED: _("审核"), S.DONE: _("销号"), S.CLOSED: _("看结果"),
    }  # fmt: skip
    return words[OrderState(state)]


def _open_findings(actor: Actor) -> QuerySet[Finding]:
    """Return what was found in the very unit in which the actor reviews, and has neither an order nor a reason against it."""
    post, found = actor.post(*EXPORTERS), findings(actor, FindingState.OPEN)
    return (found.filter(unit_id=post.unit_id) if post else found.none()).order_by("raised_at")


def _findings(actor: Actor) -> Iterator[Waiting]:
    for each in _open_findings(actor)[: MOST + 1]:
        yield Waiting(
            kind=_("问题"),
            title=each.title,
            note=each.issuer.name,
            url=reverse("finding", args=[each.pk]),
            act=_("立项"),
            since=clock.day_of(each.raised_at),
        )


def _escalated(actor: Actor, today: dt.date) -> Iterator[Waiting]:
    for each in escalated(actor, edges(today))[: MOST + 1]:
        assert each.due_on is not None  # red
        yield Waiting(
            kind=_("下级逾期"),
            title=f"{each.name} {each.title}",
            note=_("%(unit)s督办，%(issuer)s办，%(state)s")
            % {"unit": each.unit.name, "issuer": each.issuer.name, "state": each.get_state_display()},
            url=reverse("order", args=[each.pk]),
            act=_("过问"),
            since=each.due_on,
            due=each.due_on,
        )


def _relief(actor: Actor, today: dt.date) -> Iterator[Waiting]:
    if not actor.homes:
        return
    for each in relief_questions(actor, today).select_related("order__issuer").order_by("asked_on", "pk")[: MOST + 1]:
        yield Waiting(
            kind=_("回头看"),
            title=each.order.title,
            note=_("%(issuer)s说改了。少了没有，点一下就行，不答也行") % {"issuer": each.order.issuer.name},
            url=reverse("order_relief", args=[each.order_id]),
            act=_("答一下"),
            since=each.asked_on,
        )


# --- one thread ---


def thread(actor: Actor, kind: str, key: Key) -> list[Link]:
    """Return this room's links to a thing: findings and orders about it; of a finding or an order also its demands."""
    if kind == "demand":
        return _of_demand(actor, int(key))
    if kind in SOURCES:
        raised = Finding.objects.visible_to(actor).filter(source=SOURCES[kind], source_key=str(key))
        ordered = Order.objects.visible_to(actor).filter(finding__source=SOURCES[kind], finding__source_key=str(key))
        return [*_finding_links(raised), *_order_links(ordered)]
    if kind == "issuer":
        return _of_issuer(actor, int(key))
    if kind == "finding":
        chosen = Finding.objects.visible_to(actor).filter(pk=key)
        return [*_order_links(_orders_of(actor, chosen)), *_around(actor, chosen.first())]
    if kind == "order":
        held = Order.objects.visible_to(actor).filter(pk=key).select_related("finding").first()
        about = Finding.objects.visible_to(actor).filter(pk=held.finding_id if held else None)
        recognised = recognition_thread(actor, kind, int(key))
        return [*_finding_links(about), *_around(actor, held.finding if held else None), *recognised]
    if kind in ("practice", "recognition"):
        return [*recognition_thread(actor, kind, int(key))]
    return []


def _of_issuer(actor: Actor, pk: int) -> list[Link]:
    """Return what was found and ordered of what an issuer asks, and how it was recognised."""
    found = Finding.objects.visible_to(actor).filter(issuer_id=pk)
    orders = Order.objects.visible_to(actor).filter(issuer_id=pk)
    return [*_finding_links(found), *_order_links(orders), *recognition_thread(actor, "issuer", pk)]


def _of_demand(actor: Actor, pk: int) -> list[Link]:
    """Return what is about a demand itself, or about what its issuer asks under its title."""
    demand = Demand.objects.visible_to(actor).filter(pk=pk).first()
    if demand is None:
        return []
    about = Q(issuer_id=demand.issuer_id, titles__contains=[demand.title])
    found = Finding.objects.visible_to(actor).filter(about | Q(demand_id=pk))
    seen = Order.objects.visible_to(actor).filter(about | Q(finding__demand_id=pk))
    return [*_finding_links(found), *_order_links(seen)]


def _orders_of(actor: Actor, found: QuerySet[Finding]) -> QuerySet[Order]:
    orders: QuerySet[Order] = Order.objects.visible_to(actor).filter(finding_id__in=found.values("pk"))
    return orders


def _finding_links(found: QuerySet[Finding]) -> Iterator[Link]:
    for each in found.defer("seen").order_by("-raised_at", "-pk")[:MOST_LINKS]:
        yield Link(
            kind=_("问题"),
            label=each.title,
            url=reverse("finding", args=[each.pk]),
            note=str(each.get_state_display()),
            at=clock.day_of(each.raised_at),
        )


def _order_links(found: QuerySet[Order]) -> Iterator[Link]:
    for each in found.order_by("-opened_at", "-pk")[:MOST_LINKS]:
        yield Link(
            kind=_("督办单"),
            label=f"{each.name} {each.title}",
            url=reverse("order", args=[each.pk]),
            note=_note(each),
            at=clock.day_of(each.opened_at),
        )


def _note(each: Order) -> str:
    """Say where an order stands, and what it saved once that is known."""
    state, saved_min = each.standing, each.lasting_min
    if saved_min is None or saved_min <= 0:
        return state
    return _("%(state)s，一年少 %(hours)d 人时") % {"state": state, "hours": round(saved_min / 60)}


def _around(actor: Actor, found: Finding | None) -> Iterator[Link]:
    """Yield the demands a finding is about, and the ticket it was raised from; its signal is linked by who counts signals."""
    if found is None:
        return
    about = Q(issuer_id=found.issuer_id, title__in=found.titles) | Q(pk=found.demand_id)
    demands = Demand.objects.visible_to(actor).filter(about).order_by(F("issued_at").desc(nulls_last=True), "-pk")
    for each in demands[:MOST_LINKS]:
        yield Link(
            kind=_("下达事项"),
            label=each.title,
            url=reverse("demand", args=[each.pk]),
            note=str(each.get_state_display()),
            at=clock.day_of(each.issued_at or each.created_at),
        )
    if found.source == Source.TICKET:
        yield from ticket_links(actor, int(found.source_key))
