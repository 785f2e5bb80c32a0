"""Demands as their issuers see them, and targets as a unit finds them in its week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.http import Http404

from burden.accounts.actor import Actor
from burden.accounts.models import Post, Question, User
from burden.accounts.queries import put_to
from burden.accounts.roles import Role
from burden.demands import receivers
from burden.demands.models import ACTIVE, OPEN, Demand, Estimate, Handler, QuoteRequest, Refusal, Target
from burden.demands.price import Price, cost_of, price_of
from burden.kit import clock
from burden.kit.clock import Week
from burden.standards.measure import Cost, person_minutes
from burden.standards.models import BurdenBudget, Category, DutyItem, PlanItem
from burden.units.models import Level, Unit

VILLAGES = receivers.Receivers(levels=(Level.VILLAGE,))
MINE, OTHERS, NOBODYS = "mine", "others", "nobodys"
SHOWN = (  # columns that a row of a week shows: a demand has thirty more, and some are long
    "category", "due_on", "people", "minutes", "travel_minutes", "prep_minutes", "handler__name", "issuer__code", "issuer__name",
    *(f"demand__{name}" for name in ("title", "subkind", "basis", "at", "post_title", "issued_at", "state")),
)  # fmt: skip


@dataclass(frozen=True)
class TargetRow:
    """One target as a week shows it. Units: whole minutes, each person; person_min what the issuer claims in all.

    Shape: `handling` says whose it is, as far as the unit's answers tell: mine, others or nobodys.
    """

    id: int
    demand_id: int
    title: str
    category: str
    subkind: str
    basis: str
    issuer_id: int
    issuer: str  # unit code
    issuer_name: str
    due_on: dt.date
    at: dt.time | None
    people: int
    minutes: int
    travel_minutes: int
    prep_minutes: int
    person_min: int
    post_title: str
    handling: str
    handlers: tuple[str, ...]  # names
    asked_first: str = ""  # name of who asked the issuer, where it was passed on (层层转发)
    issued_at: dt.datetime | None = None
    is_over: bool = False  # its demand was withdrawn after it was due: what was done of it may still be said

    @property
    def category_label(self) -> str:
        return str(Category(self.category).label)


@dataclass(frozen=True)
class Peers:
    """What others made of a target. Units: minutes each person's median, of `units` units; both 0 where fewer than five answered.

    Shape: `answered` tells whether a colleague in the own unit did.
    """

    units: int
    minutes: int
    answered: bool


@dataclass(frozen=True)
class Answered:
    """What a unit made of one of its targets. Units: answers and repeated are cadres; person_min None where it is not told."""

    answers: int = 0
    repeated: int = 0
    person_min: int | None = None


@dataclass(frozen=True)
class Budget:
    """A year of an issuer's own demands. Units: person-minutes; `used_min` what it has claimed of its receivers."""

    year: int
    person_min: int
    used_min: int

    @property
    def left_min(self) -> int:
        """What is left; negative where more was claimed."""
        return self.person_min - self.used_min


# demands


def demands_of(actor: Actor, *, state: str = "", category: str = "", text: str = "") -> QuerySet[Demand]:
    """Return the demands of the actor's issuing units, newest change first."""
    found = _with_units(actor).filter(issuer_id__in=actor.issuing)
    chosen = {"state": state, "category": category, "title__icontains": text}
    return found.filter(**{name: value for name, value in chosen.items() if value}).order_by("-changed_at", "-pk")


def demand(actor: Actor, pk: int) -> Demand:
    """Return a demand in the actor's scope; a foreign one is as absent as a missing one (Http404)."""
    found: Demand | None = _with_units(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _with_units(actor: Actor) -> QuerySet[Demand]:
    return Demand.objects.visible_to(actor).select_related("issuer__parent", "lead", "duty_item", "plan_item")


def published(actor: Actor, *, category: str = "") -> QuerySet[Demand]:
    """Return what is out in the actor's remit, whoever issued it: its title and fields are no secret between issuers."""
    found = Demand.objects.published_to(actor).filter(state__in=ACTIVE).select_related("issuer")
    return found.filter(category=category) if category else found


def published_demand(actor: Actor, pk: int) -> Demand:
    """Return a demand that is out in the actor's remit, to copy it or to ask for its data (Http404)."""
    found: Demand | None = published(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def price(actor: Actor, demand: Demand) -> Price:
    """Return what a demand of the actor's would cost as it stands, with the receivers of today and the claim of a draft."""
    cost = claim(actor, demand) if demand.state in OPEN else cost_of(demand)
    return price_of(demand, receivers.units_of(demand.issuer, receivers.stored(demand.receivers)).count(), cost)


def budget_left(actor: Actor, issuer: Unit, year: int) -> Budget | None:
    """Return the budget of an issuer's own demands in a calendar year, None where it has none.

    What was passed on from above does not count: see demands.models.Origin.
    """
    held = BurdenBudget.objects.filter(issuer=issuer, year=year).first()
    if held is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT claimed_in_year(%s, %s)", [issuer.pk, year])
        return Budget(year, held.person_min, int(cursor.fetchone()[0]))


def duty_items(actor: Actor, issuer: Unit) -> QuerySet[DutyItem]:
    """Return the duty list (履职事项清单) of today of the issuer's county, by code."""
    return DutyItem.objects.on(clock.day_of(clock.now())).filter(county_id__in=issuer.steps).order_by("code")


def plan_items(actor: Actor, issuer: Unit, year: int) -> QuerySet[PlanItem]:
    """Return the issuer's plan of a year."""
    return PlanItem.objects.filter(issuer=issuer, year=year).order_by("category", "title")


# asking first, and asking each other


def estimates(actor: Actor, demand: Demand) -> QuerySet[Estimate]:
    """Return who was asked beforehand about a demand of the actor's, and what they said."""
    return Estimate.objects.visible_to(actor).filter(demand=demand).select_related("unit").order_by("unit__path")


def claim(actor: Actor, demand: Demand) -> Cost:
    """Return what a demand claims of each receiver: the median of those asked beforehand takes the place of its minutes.

    Units: the lower median, so that it is a number somebody gave.
    """
    said = sorted(each.minutes for each in estimates(actor, demand) if each.minutes is not None)
    cost = cost_of(demand)
    return replace(cost, minutes=said[(len(said) - 1) // 2]) if said else cost


def estimates_asked(actor: Actor, today: dt.date) -> QuerySet[Estimate]:
    """Return what the actor was asked beforehand for a unit of theirs, and nobody there has answered yet."""
    mine = put_to(actor, Question.ESTIMATE).values("subject")
    asked = Estimate.objects.asked_of(actor).filter(pk__in=mine, answered_at=None, until__gte=today)
    return asked.select_related("demand__issuer", "unit").order_by("until", "pk")


def estimate(actor: Actor, pk: int) -> Estimate:
    """Return what one of the actor's units is asked beforehand (Http404)."""
    found: Estimate | None = (
        Estimate.objects.asked_of(actor).select_related("demand__issuer", "unit").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found


def quote_requests(actor: Actor, *, received: bool) -> QuerySet[QuoteRequest]:
    """Return requests for data of the actor's demands, or those the actor's unit made; the open ones first."""
    side = "of" if received else "demand"
    found = QuoteRequest.objects.filter(**{f"{side}__issuer_id__in": actor.issuing})
    return found.select_related("demand__issuer", "of__issuer").order_by(F("answered_at").desc(nulls_first=True), "-pk")


def quote_request(actor: Actor, pk: int) -> QuoteRequest:
    """Return a request for data of one of the actor's demands (Http404)."""
    found: QuoteRequest | None = quote_requests(actor, received=True).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


# targets


def target(actor: Actor, pk: int) -> Target:
    """Return a target in the actor's scope (Http404)."""
    found: Target | None = (
        Target.objects.visible_to(actor)
        .select_related("demand__duty_item", "demand__issuer", "demand__parent__issuer", "unit", "issuer")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def refusals(actor: Actor, demand: Demand) -> QuerySet[Refusal]:
    """Return who sent a demand back, the first first."""
    found: QuerySet[Refusal] = Refusal.objects.visible_to(actor).filter(demand=demand)
    return found.select_related("unit", "item").order_by("at", "pk")


def targets_of_week(actor: Actor, unit_id: int, week: Week) -> list[TargetRow]:
    """Return what issuers ask of a unit in a week, and whose business each is. Three queries at most.

    Nobody dispatches: a target is its taker's; else that of the post its issuer named; else of who in the unit last
    answered this issuer in this category and still works there.
    """
    found = list(
        Target.objects.visible_to(actor)
        .filter(unit_id=unit_id, week=week.monday, withdrawn=False)
        .select_related("demand", "issuer", "handler")
        .annotate(asked_first=F("demand__parent__issuer__name"))
        .only(*SHOWN)
        .order_by("due_on", F("demand__at").asc(nulls_last=True), "pk")
    )
    if not found:
        return []
    named = _named_posts({each.demand.post_title for each in found} - {""}, unit_id, week)
    learned = _learned(unit_id, week)
    return [_row_of(each, _handlers(each, named, learned), actor) for each in found]


def peers_of(actor: Actor, target_ids: Sequence[int]) -> dict[int, Peers]:
    """Return by target what others made of it, from the one SQL function that sees their answers and tells medians alone."""
    if not target_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT target_id, units, minutes, answered FROM target_peers(%s)", [list(target_ids)])
        return {pk: Peers(units, minutes, answered) for pk, units, minutes, answered in cursor.fetchall()}


def answers_of_unit(actor: Actor, unit_id: int, *weeks: Week) -> dict[int, Answered]:
    """Return by target what a unit answered, from the one SQL function that sees it; nothing but to the unit's lead."""
    told = """SELECT a.target_id, a.answers, a.repeated, a.minutes
              FROM unnest(%s::date[]) AS w (week) CROSS JOIN LATERAL unit_answers(%s, w.week) AS a"""
    with connection.cursor() as cursor:
        cursor.execute(told, [[week.monday for week in weeks], unit_id])
        return {pk: Answered(*told) for pk, *told in cursor.fetchall()}


def colleagues(actor: Actor, unit_id: int, day: dt.date) -> QuerySet[User]:
    """Return who works in one of the actor's units, by name: a target may be given to them."""
    posts = Post.objects.filter(role__in=(Role.CADRE, Role.LEAD), valid__contains=day, unit_id=unit_id)
    return User.objects.filter(pk__in=posts.filter(unit_id__in=actor.homes).values("user_id")).order_by("name", "pk")


def villages_of(actor: Actor, target: Target) -> list[tuple[Unit, bool]]:
    """Return the open units below a township that a target may be passed on to, and whether each has it already."""
    passed = Target.objects.visible_to(actor).filter(
        demand__parent_id=target.demand_id, issuer_id=target.unit_id, week=target.week
    )
    having = set(passed.values_list("unit_id", flat=True))
    return [(unit, unit.pk in having) for unit in receivers.units_of(target.unit, VILLAGES).order_by("code")]


def _named_posts(titles: Iterable[str], unit_id: int, week: Week) -> dict[str, dict[int, str]]:
    """Return id and name of those who hold a post of each title."""
    if not titles:
        return {}
    posts = Post.objects.filter(
        unit_id=unit_id, title__in=titles, role__in=(Role.CADRE, Role.LEAD), valid__contains=week.monday
    )
    found: dict[str, dict[int, str]] = {}
    for title, user_id, name in posts.values_list("title", "user_id", "user__name"):
        found.setdefault(title, {})[user_id] = name
    return found


def _learned(unit_id: int, week: Week) -> dict[tuple[int, str], dict[int, str]]:
    """Return by issuer and category who answered last: several, where they answered in the same week."""
    rows = Handler.objects.filter(
        unit_id=unit_id, cadre__posts__unit_id=unit_id, cadre__posts__valid__contains=week.monday
    )
    ordered = rows.order_by("issuer_id", "category", "-week").distinct()
    found = {}
    listed = ordered.values_list("issuer_id", "category", "week", "cadre_id", "cadre__name")
    for (issuer_id, category), group in groupby(listed, key=lambda row: row[:2]):
        answered = list(group)
        found[issuer_id, category] = {row[3]: row[4] for row in answered if row[2] == answered[0][2]}
    return found


def _handlers(
    target: Target, named: Mapping[str, dict[int, str]], learned: Mapping[tuple[int, str], dict[int, str]]
) -> dict[int, str]:
    if target.handler is not None:
        return {target.handler.pk: target.handler.name}
    return named.get(target.demand.post_title) or learned.get((target.issuer_id, target.category), {})


def _row_of(target: Target, handlers: Mapping[int, str], actor: Actor) -> TargetRow:
    numbers: dict[str, Any] = {
        name: getattr(target, name) for name in ("people", "minutes", "travel_minutes", "prep_minutes")
    }
    return TargetRow(
        id=target.pk,
        demand_id=target.demand_id,
        title=target.demand.title,
        category=target.category,
        subkind=target.demand.subkind,
        basis=target.demand.basis,
        issuer_id=target.issuer_id,
        issuer=target.issuer.code,
        issuer_name=target.issuer.name,
        due_on=target.due_on,
        at=target.demand.at,
        **numbers,
        person_min=person_minutes(**numbers),
        post_title=target.demand.post_title,
        handling=MINE if actor.user_id in handlers else OTHERS if handlers else NOBODYS,
        handlers=tuple(handlers.values()),
        asked_first=target.asked_first or "",  # type: ignore[attr-defined]  # annotated
        issued_at=target.demand.issued_at,
        is_over=not target.demand.active,
    )
