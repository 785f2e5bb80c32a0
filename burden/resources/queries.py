"""What units have, what they ask for and what helps them, each in the actor's scope; and what of it waits for the actor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import Post
from burden.accounts.roles import Role
from burden.demands.checkers import GRASSROOTS
from burden.demands.models import ACTIVE, Demand, Target
from burden.kit.clock import day_of
from burden.kit.threads import Key, Link
from burden.kit.waiting import MOST, Waiting
from burden.resources.models import Capacity, CapacityFile, Guide, GuideRated, State, SupportRequest, Training
from burden.resources.models.helping import about_asked
from burden.standards.workdays import Workdays, workdays
from burden.units.models import Level, Unit

MIN_RATED = 5  # fewer ratings than this are not shown
POOR = (3, 10)  # more than this share that call an answer of no use ask for other words
ASKED = ("id", "title", "issuer_id", "parent__title", "parent__issuer_id")
MOST_SHOWN = 200  # guides of a week
DAYS_TO_NAME = 3  # working days in which the office says who answers
ASKED_FOR = dt.timedelta(days=28)  # how long a verdict is asked for


# --- people, money, tools ---


def capacities(actor: Actor, year: int) -> QuerySet[Capacity]:
    """Return what is known of units in a year, by code."""
    found = Capacity.objects.visible_to(actor).filter(year=year).select_related("unit__parent")
    return found.order_by("unit__code")


def capacity_years(actor: Actor) -> list[int]:
    """Return the years of which anything is known, the newest first."""
    found = Capacity.objects.visible_to(actor).order_by("-year").values_list("year", flat=True)
    return list(found.distinct())


def brought_file(actor: Actor) -> CapacityFile | None:
    """Return the file that the actor brought and has not stored."""
    return CapacityFile.objects.visible_to(actor).exclude(state=CapacityFile.State.STORED).order_by("-pk").first()


# --- requests for support ---


@dataclass(frozen=True)
class Clocked:
    """A request and how much time is left to answer it. Units: working days; negative is overdue, None where no day is set."""

    request: SupportRequest
    left: int | None

    @property
    def is_overdue(self) -> bool:
        return self.left is not None and self.left < 0


def requests(actor: Actor, which: str = "", unit: Unit | None = None) -> QuerySet[SupportRequest]:
    """Return requests, the newest first: all, those that go on, or those that are answered; of a unit and all below it, or all."""
    found = _with_names(actor)
    if which:
        going = (State.OFFERED, State.ASKED, State.NAMED)
        done = (State.GIVEN, State.REFUSED, State.SOLVED, State.UNSOLVED)
        found = found.filter(state__in=going if which == "open" else done)
    if unit is not None:
        low, high = unit.range
        found = found.filter(unit__path__gte=low, unit__path__lt=high)
    return found.order_by(F("asked_on").desc(nulls_first=True), "-pk")


def support_request(actor: Actor, pk: int) -> SupportRequest:
    """Return a request in the actor's scope; a foreign one is as absent as a missing one (Http404)."""
    found = _with_names(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def to_answer(actor: Actor, pk: int) -> SupportRequest:
    """Return a request that the actor is to answer: named in person, or leading or registering where the named one works (Http404)."""
    at = {post.unit_id for post in actor.posts}
    deputy = {post.unit_id for post in actor.posts if post.role in (Role.LEAD, Role.ISSUER)}
    mine = Q(responder_id=actor.user_id, responder_unit_id__in=at) | Q(responder_unit_id__in=deputy)
    found = _with_names(actor).filter(mine, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _with_names(actor: Actor) -> QuerySet[SupportRequest]:
    seen = SupportRequest.objects.visible_to(actor)
    return seen.select_related("unit__parent", "responder_unit", "responder", "answered_by", "demand__issuer")


def subject_url(actor: Actor, request: SupportRequest) -> str:
    """Return where the actor reads the demand that a request is about; empty where the actor may not. Two queries at most."""
    if request.demand_id is None:
        return ""
    if Demand.objects.visible_to(actor).filter(pk=request.demand_id).exists():
        return reverse("demand", args=[request.demand_id])
    if request.unit_id not in actor.homes:
        return ""
    asked = (
        Target.objects.visible_to(actor)
        .filter(demand=request.demand_id, unit=request.unit_id)
        .order_by("-week")
        .first()
    )
    return reverse("target", args=[asked.pk]) if asked else ""


def clocked(actor: Actor, found: Sequence[SupportRequest], today: dt.date) -> list[Clocked]:
    """Put beside requests that wait for an answer how much time is left. One query at most."""
    days = workdays() if any(each.state == State.NAMED for each in found) else Workdays({})
    return [
        Clocked(each, days.left(today, each.due_on) if each.state == State.NAMED and each.due_on else None)
        for each in found
    ]


@dataclass(frozen=True)
class SupportCounts:
    """How requests stand. Units: counts; `in_time` of `answered` were answered by the day promised, `solved` helped."""

    total: int
    open: int
    answered: int
    in_time: int
    solved: int
    due_soon: int


def support_counts(actor: Actor, unit: Unit | None, today: dt.date) -> SupportCounts:
    """Count the requests of a unit and all below it, or all that the actor sees. One query."""
    answered = Q(answered_on__isnull=False, state__in=(State.GIVEN, State.REFUSED, State.SOLVED, State.UNSOLVED))
    sunday = today + dt.timedelta(days=7 - today.isoweekday())
    return SupportCounts(
        **requests(actor, "", unit)
        .order_by()
        .aggregate(
            total=Count("pk"),
            open=Count("pk", filter=Q(state__in=(State.OFFERED, State.ASKED, State.NAMED))),
            answered=Count("pk", filter=answered),
            in_time=Count("pk", filter=answered & Q(answered_on__lte=F("due_on"))),
            solved=Count("pk", filter=Q(state=State.SOLVED)),
            due_soon=Count("pk", filter=Q(state=State.NAMED, due_on__lte=sunday)),
        )
    )


def open_requests(actor: Actor, units: Collection[int]) -> dict[int, int]:
    """Count by unit the requests that go on. One query."""
    going = SupportRequest.objects.visible_to(actor).filter(unit__in=units, state__in=(State.ASKED, State.NAMED))
    return dict(going.values_list("unit_id").annotate(n=Count("pk")))


def offices(actor: Actor) -> QuerySet[Unit]:
    """Return the open units whose people may be named to answer: the actor's own and its departments."""
    post = actor.post(Role.OFFICE)
    found = Unit.objects.visible_to(actor).filter(closed_on=None)
    here = Q(pk=post.unit_id) | Q(parent=post.unit_id, level=Level.DEPARTMENT) if post else Q(pk__in=())
    return found.filter(here).order_by("path")


def led_units(actor: Actor) -> QuerySet[Unit]:
    """Return the units that the actor leads, in whose name support is asked for."""
    led = [post.unit_id for post in actor.posts if post.role == Role.LEAD]
    return Unit.objects.visible_to(actor).filter(pk__in=led, closed_on=None).order_by("path")


# --- guides and training ---


@dataclass(frozen=True)
class Rated:
    """A guide and what receivers think of it. Shape: the counts are None where fewer than five rated it."""

    guide: Guide
    useful: int | None
    rated: int | None

    @property
    def parts(self) -> list[tuple[str, int]]:
        """Its bar: how many call it useful."""
        return [("x-self", self.useful or 0)]

    @property
    def is_poor(self) -> bool:
        """Whether too many call it of no use."""
        return self.rated is not None and (self.rated - (self.useful or 0)) * POOR[1] > self.rated * POOR[0]


def told(actor: Actor, found: Sequence[Guide]) -> list[Rated]:
    """Put beside guides what receivers think of them, few ratings left out."""
    return [
        Rated(each, each.useful, each.rated) if each.rated >= MIN_RATED else Rated(each, None, None) for each in found
    ]


def guides(actor: Actor, text: str = "", unit: Unit | None = None) -> QuerySet[Guide]:
    """Return guides of demands that are out, the newest first; of issuers of a unit and below it, for whoever fills forms there those of what it is asked, or all."""
    found = _guides(actor).filter(demand__state__in=ACTIVE)
    if text:
        found = found.filter(Q(question__icontains=text) | Q(demand__title__icontains=text))
    if unit is not None:
        low, high = unit.range
        if unit.level in GRASSROOTS:
            found = found.filter(
                about_asked(Target.objects.visible_to(actor).filter(unit__path__gte=low, unit__path__lt=high))
            )
        else:
            found = found.filter(demand__issuer__path__gte=low, demand__issuer__path__lt=high)
    return found.order_by("-changed_at", "-pk")


def guide(actor: Actor, pk: int) -> Guide:
    """Return a guide in the actor's scope (Http404)."""
    found = _guides(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _guides(actor: Actor) -> QuerySet[Guide]:
    return Guide.objects.visible_to(actor).select_related("demand__issuer")


def guides_for(actor: Actor, demands: Collection[int]) -> dict[int, list[Guide]]:
    """Return by demand the guides for whoever is asked it: its own, those of what it was passed on from, and of the same form before.

    A monthly form is registered anew each month; who wrote how to fill it once need not again. Two queries, whatever their number.
    """
    targets = Target.objects.visible_to(actor).filter(demand_id__in=demands, unit_id__in=actor.homes)
    asked = targets.values_list(*(f"demand__{name}" for name in ASKED)).distinct()
    meant = {pk: {(title, issuer), (above, first)} for pk, title, issuer, above, first in asked}
    about = {(title, issuer) for pairs in meant.values() for title, issuer in pairs if title}
    found = (
        list(Guide.objects.about(about).select_related("demand__issuer").order_by("pk")[:MOST_SHOWN]) if about else []
    )
    by_demand = {pk: [g for g in found if (g.demand.title, g.demand.issuer_id) in pairs] for pk, pairs in meant.items()}
    return {pk: of for pk, of in by_demand.items() if of}


def rated_already(actor: Actor, found: Sequence[Guide]) -> dict[int, bool]:
    """Return what the actor said of guides as they stand: whether each is useful."""
    rated = GuideRated.objects.visible_to(actor).filter(guide__in=found, version=F("guide__version"))
    return dict(rated.values_list("guide_id", "useful"))


def guides_of_form(actor: Actor, demand: Demand) -> list[Guide]:
    """Return what its issuer wrote of a demand and of the same form in other months, as who is asked it reads them."""
    seen = _guides(actor).filter(demand__title=demand.title, demand__issuer=demand.issuer_id)
    return list(seen.order_by("pk")[:MOST_SHOWN])


def training_of(actor: Actor, demand: Demand) -> Training | None:
    """Return the mark that a demand is training."""
    return Training.objects.visible_to(actor).filter(demand=demand).first()


def trainings(actor: Actor, unit: Unit, since: dt.date, until: dt.date) -> QuerySet[Training]:
    """Return the training of issuers of a unit and below it that is held in some days, the newest first."""
    low, high = unit.range
    found = Training.objects.visible_to(actor).filter(
        demand__issuer__path__gte=low, demand__issuer__path__lt=high, demand__first_on__range=(since, until),
        demand__state__in=ACTIVE,
    )  # fmt: skip
    return found.select_related("demand__issuer").order_by("-demand__first_on", "-pk")


def trainings_asked(actor: Actor, unit: Unit, since: dt.date, until: dt.date) -> list[tuple[Training, Target]]:
    """Return the training that a unit of the actor's was asked to in some days, the newest first. Two queries."""
    if unit.pk not in actor.homes:
        return []
    held = Training.objects.values("demand_id")
    found = Target.objects.visible_to(actor).filter(
        unit=unit, withdrawn=False, due_on__range=(since, until), demand__in=held, demand__state__in=ACTIVE
    )
    targets = list(found.order_by("-due_on", "-pk"))
    marked = Training.objects.asked_with(targets).select_related("demand") if targets else ()
    training = {each.demand_id: each for each in marked}
    return [(training[target.demand_id], target) for target in targets]


# --- what waits, and what belongs together ---


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return what of requests and guides waits for the actor. Six queries at most."""
    today = day_of(now)
    return [*_to_name(actor, today), *_to_answer(actor), *_to_judge(actor, today), *_to_rewrite(actor)]


def _item(
    request: SupportRequest, act: str, since: dt.date | None, due: dt.date | None = None, page: str = "support_request"
) -> Waiting:  # fmt: skip
    url = reverse(page, args=[request.pk])
    note = _("%(unit)s · %(kind)s") % {"unit": request.unit.place, "kind": request.get_kind_display()}
    return Waiting(_("支持请求"), request.title, note, url, act, since or request.made_on, due)


def _to_name(actor: Actor, today: dt.date) -> list[Waiting]:
    """Requests that nobody is named for, and those whose named one is late, or works there no longer."""
    post = actor.post(Role.OFFICE)
    if post is None:
        return []
    there = Post.objects.filter(user=OuterRef("responder"), unit=OuterRef("responder_unit"), valid__contains=today)
    stuck = Q(state=State.NAMED) & (Q(due_on__lt=today) | ~Exists(there))
    found = list(
        requests(actor, "", post.unit).filter(Q(state=State.ASKED) | stuck).order_by("asked_on", "pk")[: MOST + 1]
    )
    days = workdays() if found else Workdays({})
    return [
        _item(each, _("指定答复人"), each.asked_on, days.after(each.asked_on or each.made_on, DAYS_TO_NAME))
        if each.state == State.ASKED
        else _item(each, _("催办或换人"), each.named_on, each.due_on)
        for each in found
    ]


def _to_answer(actor: Actor) -> list[Waiting]:
    """Return the requests that the actor is named to answer, where the actor works still. One query."""
    mine = {"responder_id": actor.user_id, "responder_unit_id__in": {post.unit_id for post in actor.posts}}
    found = _with_names(actor).filter(state=State.NAMED, **mine).order_by("named_on", "pk")[: MOST + 1]
    return [_item(each, _("答复"), each.named_on, each.due_on, "support_answer") for each in found]


def _to_judge(actor: Actor, today: dt.date) -> list[Waiting]:
    led = [post.unit_id for post in actor.posts if post.role == Role.LEAD]
    if not led:
        return []
    answered = Q(state__in=(State.GIVEN, State.REFUSED), answered_on__gte=today - ASKED_FOR)
    found = _with_names(actor).filter(Q(state=State.OFFERED) | answered, unit_id__in=led)
    return [
        _item(each, _("说要不要"), each.made_on)
        if each.state == State.OFFERED
        else _item(each, _("说解决没有"), each.answered_on)
        for each in found.order_by("pk")[: MOST + 1]
    ]


def _to_rewrite(actor: Actor) -> list[Waiting]:
    if not actor.issuing:
        return []
    own = _guides(actor).filter(demand__issuer_id__in=actor.issuing, demand__state__in=ACTIVE, rated__gte=MIN_RATED)
    poor = own.alias(bad=(F("rated") - F("useful")) * POOR[1] - F("rated") * POOR[0]).filter(bad__gt=0)
    return [
        Waiting(
            _("填法"), each.question, each.demand.title, reverse("guide", args=[each.pk]), _("改写"), day_of(each.changed_at)
        )
        for each in poor.order_by("changed_at")[: MOST + 1]
    ]  # fmt: skip


def thread(actor: Actor, kind: str, key: Key) -> list[Link]:
    """Return the guides, the training and the requests for support of a demand. Three queries."""
    if kind != "demand":
        return []
    found = _guides(actor).filter(demand_id=key).order_by("pk")[:20]
    links = [
        Link(_("填法"), each.question, reverse("guide", args=[each.pk]), "", day_of(each.written_at)) for each in found
    ]
    marked = Training.objects.visible_to(actor).filter(demand_id=key).select_related("demand__issuer").first()
    if marked:
        url = reverse("capacity", args=[_place_of(marked.demand.issuer).code])
        links.append(Link(_("培训"), marked.demand.title, url, _("单列为投入"), day_of(marked.marked_at)))
    asked = _with_names(actor).filter(demand_id=key).order_by("pk")[:20]
    return links + [
        Link(
            _("支持请求"), each.title, reverse("support_request", args=[each.pk]), each.get_state_display(),
            each.asked_on or each.made_on,
        )
        for each in asked
    ]  # fmt: skip


def _place_of(issuer: Unit) -> Unit:
    """Return whose people an issuer trains: a department's are its parent's."""
    return issuer.parent if issuer.level == Level.DEPARTMENT and issuer.parent else issuer
