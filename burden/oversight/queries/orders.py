"""Scoped reads of supervision orders: one, a board of the newest by column, a ledger page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Avg, Count, F, Min, Q, QuerySet, Sum
from django.http import Http404

from burden.accounts.actor import Actor
from burden.accounts.models import Question
from burden.accounts.queries import put_to
from burden.accounts.roles import EXPORTERS
from burden.kit import clock
from burden.kit.clock import DAY
from burden.oversight.clocks import ASKED_FOR, COLOURS, RED, Edges
from burden.oversight.levels import told_above
from burden.oversight.models import (
    RUNNING,
    TOLD_AT_ONCE,
    UNKEPT,
    Order,
    OrderState,
    OrderStep,
    ReliefAsked,
    Requirement,
)
from burden.oversight.steps import STEPS
from burden.units.models import Unit

S = OrderState
COLUMNS: Mapping[str, tuple[OrderState, ...]] = {  # the nine steps in four columns
    "open": (S.DRAFT,),
    "work": (S.SENT, S.WORKING, S.EXTENSION, S.RETURNED),
    "judge": (S.ANSWERED,),
    "done": (S.DONE, S.CLOSED, S.LOOKED),
}
CANCELLED = "cancelled"  # beside the columns of a ledger
CARDS = 3  # of a column
FEW_ANSWERS = TOLD_AT_ONCE
RECENT = 90 * DAY
CARD = (
    "year", "number", "state", "title", "category", "citation", "person_min", "due_on", "ripe_on", "saved_min", "took_days", "outcome",
    "issuer__name", "issuer__code", "unit__name", "unit__code", "unit_id", "issuer_id",
)  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """What a ledger or board is filtered by; empty is all. Shape: `tab` a column of the board, or cancelled."""

    tab: str = ""
    issuer: str = ""
    colour: str = ""
    text: str = ""


def orders(actor: Actor) -> QuerySet[Order]:
    """Return the orders of a board: of the very unit in which one reviews; for all others those they may see."""
    kept = Order.objects.kept_by(actor) if actor.post(*EXPORTERS) else Order.objects.visible_to(actor)
    found: QuerySet[Order] = kept.select_related("issuer", "unit").only(*CARD)
    return found


def chosen_orders(actor: Actor, chosen: Chosen, edges: Edges) -> QuerySet[Order]:
    """Return the orders of a ledger, what is due first; those that wait for nothing last, newest first."""
    found = orders(actor)
    if chosen.tab:
        found = found.filter(state__in=COLUMNS.get(chosen.tab, (S.CANCELLED,)))
    if chosen.issuer:
        found = found.filter(issuer__code=chosen.issuer)
    if chosen.colour in COLOURS:
        found = found.filter(edges.of(chosen.colour))
    if chosen.text:
        found = found.filter(title__icontains=chosen.text)
    return found.order_by(F("due_on").asc(nulls_last=True), "-year", "-number", "pk")


def opened_orders(actor: Actor, unit: Unit, days: tuple[dt.date, dt.date]) -> QuerySet[Order]:
    """Return the orders of a ledger that were opened within some days, both inclusive, to a unit or one below it, as they were opened."""
    low, high = unit.range
    first, last = clock.midnight(days[0]), clock.midnight(days[1] + DAY)
    within = orders(actor).defer(None).filter(opened_at__gte=first, opened_at__lt=last)
    return within.filter(issuer__path__gte=low, issuer__path__lt=high).order_by("opened_at", "pk")


def column(actor: Actor, name: str, issuer: str, edges: Edges) -> list[Order]:
    """Return the first cards of a column: what is due first, of what is done the newest."""
    found = chosen_orders(actor, Chosen(tab=name, issuer=issuer), edges)
    if name == "done":
        found = found.order_by(F("finished_at").desc(nulls_last=True), "-pk")
    first = list(found.values_list("pk", flat=True)[:CARDS])  # sorted without their words
    cards = {each.pk: each for each in orders(actor).filter(pk__in=first)}
    return [cards[pk] for pk in first]


def order_counts(actor: Actor, issuer: str) -> dict[str, int]:
    """Count orders by state."""
    found = orders(actor).filter(issuer__code=issuer) if issuer else orders(actor)
    return dict(found.order_by().values_list("state").annotate(n=Count("pk")))


def board_sums(actor: Actor, issuer: str, edges: Edges, now: dt.datetime) -> dict[str, int | float | dt.date | None]:
    """Return what stands above a board. Units: counts; took_days working days, of ninety days and of the ninety before; saved person-minutes a year."""
    found = orders(actor).filter(issuer__code=issuer) if issuer else orders(actor)
    running = Q(state__in=RUNNING)
    recent = Q(finished_at__gte=now - RECENT)
    before = Q(finished_at__gte=now - 2 * RECENT, finished_at__lt=now - RECENT)
    red = edges.of(RED)
    return found.order_by().aggregate(
        running=Count("pk", filter=running),
        issuers=Count("issuer_id", filter=running, distinct=True),
        red=Count("pk", filter=red),
        oldest=Min("due_on", filter=red),
        finished=Count("pk", filter=recent),
        in_time=Count("pk", filter=recent & Q(in_time=True)),
        took=Avg("took_days", filter=recent),
        took_before=Avg("took_days", filter=before),
        saved_min=Sum("saved_min", filter=~Q(outcome__in=UNKEPT) | Q(saved_min__lt=0)),
    )


def issuers_of(actor: Actor) -> list[tuple[str, str]]:
    """Return code and name of the issuers that have orders on a board, by name."""
    ids = orders(actor).order_by().values_list("issuer_id", flat=True).distinct()  # few, of many orders
    found = Unit.objects.visible_to(actor).filter(pk__in=list(ids)).order_by("name", "code")
    return list(found.values_list("code", "name"))


def escalated(actor: Actor, edges: Edges) -> QuerySet[Order]:
    """Return what is overdue one level below, the longest first: of units above which the actor is the first to review.

    Three queries, however many orders there are.
    """
    post = actor.post(*EXPORTERS)
    low, high = post.unit.range if post else ("", "")
    red: QuerySet[Order] = Order.objects.visible_to(actor).filter(edges.of(RED))
    paths = dict(
        red.filter(unit__path__gt=low, unit__path__lt=high).order_by().values_list("unit", "unit__path").distinct()
    )
    told = told_above(paths, edges.today) if post else {}
    mine = [unit_id for unit_id, desk_id in told.items() if post and desk_id == post.unit_id]
    return red.filter(unit__in=mine).select_related("issuer", "unit").order_by("due_on", "pk")


def order(actor: Actor, pk: int) -> Order:
    """Return an order in the actor's scope (Http404)."""
    found: Order | None = (
        Order.objects.visible_to(actor)
        .select_related("unit", "issuer", "finding__demand", "opened_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def requirements(actor: Actor, found: Order) -> QuerySet[Requirement]:
    """Return an order's requirements, by number."""
    rows: QuerySet[Requirement] = Requirement.objects.visible_to(actor).filter(order=found).order_by("number")
    return rows


def order_steps(actor: Actor, found: Order) -> QuerySet[OrderStep]:
    """Return what happened to an order, the newest first."""
    rows: QuerySet[OrderStep] = OrderStep.objects.visible_to(actor).filter(order=found).select_related("unit")
    return rows.order_by("-at", "-pk")


def relief_asked(actor: Actor, pk: int) -> Order:
    """Return an order about whose effect the actor's unit is asked (Http404)."""
    found: Order | None = Order.objects.asked_of(actor).select_related("unit", "issuer").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def relief_questions(actor: Actor, today: dt.date) -> QuerySet[ReliefAsked]:
    """Return what was put to the actor for a unit of theirs these four weeks, and nobody there has answered yet."""
    mine = put_to(actor, Question.RELIEF).values("subject")
    found: QuerySet[ReliefAsked] = _unanswered(actor, today).filter(order__in=mine)
    return found.filter(order__state__in=STEPS["confirm"].starts)


def has_to_confirm(actor: Actor, found: Order, today: dt.date) -> bool:
    """Say whether one of the actor's units was asked these four weeks and has not answered."""
    return bool(_unanswered(actor, today).filter(order=found).exists())


def _unanswered(actor: Actor, today: dt.date) -> QuerySet[ReliefAsked]:
    found: QuerySet[ReliefAsked] = ReliefAsked.objects.visible_to(actor)
    return found.filter(has_answered=False, asked_on__gt=today - ASKED_FOR)
