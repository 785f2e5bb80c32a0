"""Adaptations as an actor finds them, what of them waits for whom, and what they belong to."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS, Role
from burden.demands.adaptations.models import OPINION_TERM, REMIND, TERM, UNSENT, Adaptation, Kind, State
from burden.demands.models import ACTIVE, Demand, Target
from burden.kit.clock import day_of
from burden.kit.threads import MOST as LINKS
from burden.kit.threads import Key, Link
from burden.kit.waiting import MOST, Waiting
from burden.standards.models import Rule, Strength
from burden.standards.rules.book import rulebook
from burden.standards.workdays import workdays
from burden.units.models import Level, Unit

OFFERED = 60  # demands that a request may choose from
LOOK_BACK = dt.timedelta(weeks=12)


def adaptations(actor: Actor) -> QuerySet[Adaptation]:
    """Return the adaptations an actor may see, the newest first."""
    seen: QuerySet[Adaptation] = Adaptation.objects.visible_to(actor)
    return seen.select_related("unit__parent", "area", "issuer").order_by("-requested_at", "-pk")


def tab(actor: Actor, name: str, today: dt.date) -> QuerySet[Adaptation]:
    """Return those that wait (the longest first), are not sent yet, hold, are over, or came to nothing."""
    found = adaptations(actor)
    approved = found.filter(state=State.APPROVED)
    if name == "held":
        return approved.filter(until__gte=today)
    if name == "over":
        return approved.filter(until__lt=today)
    if name == "not":
        return found.filter(state__in=(State.REFUSED, State.WITHDRAWN)).exclude(reason="")
    if name == "unsent":
        return found.filter(state__in=UNSENT)
    return found.filter(state=State.REQUESTED).order_by("requested_at", "pk")


def counts(actor: Actor, today: dt.date) -> dict[str, int]:
    """Count the tabs."""
    return {name: tab(actor, name, today).count() for name in ("waiting", "unsent", "held", "over", "not")}


def adaptation(actor: Actor, pk: int) -> Adaptation:
    """Return one; a foreign one is as absent as a missing one (Http404)."""
    named = ("demand__issuer", "demand__lead", "requested_by", "decided_by", "opinion_of", "joined__unit__parent")
    found = adaptations(actor).select_related(*named).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def joins(actor: Actor, adaptation: Adaptation) -> QuerySet[Adaptation]:
    """Return who joined one, or asks to, that the actor may see, the first first."""
    found = Adaptation.objects.visible_to(actor).filter(joined=adaptation, state__in=(State.REQUESTED, State.APPROVED))
    return found.select_related("unit__parent").order_by("requested_at", "pk")


def asking_units(actor: Actor) -> QuerySet[Unit]:
    """Return the units for which the actor may ask: those the actor leads, and for an office those below it."""
    led = {post.unit_id for post in actor.posts if post.role == Role.LEAD}
    chosen, office = Q(pk__in=led), actor.post(Role.OFFICE)
    if office:
        low, high = office.unit.range
        chosen |= Q(path__gt=low, path__lt=high, level=Level.TOWNSHIP)
    seen = Unit.objects.visible_to(actor).filter(chosen, closed_on=None)
    return seen.select_related("parent").order_by("path")


def received(actor: Actor, unit: Unit, today: dt.date, text: str = "") -> list[Demand]:
    """Return what goes on and was asked of a unit lately, each title of an issuer once: the newest, in the order of their issuers."""
    asked = Target.objects.visible_to(actor).filter(unit=unit, week__gte=today - LOOK_BACK, week__lte=today)
    # what one is asked one may read, wherever its issuer stands
    out = Demand.every.filter(pk__in=asked.values("demand_id"), state__in=ACTIVE)
    if text:
        out = out.filter(Q(title__icontains=text) | Q(issuer__name__icontains=text))
    rows = out.select_related("issuer").order_by("-first_on", "-pk")
    once: dict[tuple[int, str], Demand] = {}
    for each in rows[: OFFERED * 4]:
        once.setdefault((each.issuer_id, each.title), each)
    return sorted(list(once.values())[:OFFERED], key=lambda each: (each.issuer.code, each.title))


def soft_rules(actor: Actor, unit: Unit, today: dt.date) -> list[Rule]:
    """Return the rules in force for a unit that may be varied: what is 一律 or 不得 may not."""
    return [rule for rule in rulebook().on(today, unit.path) if rule.strength == Strength.SOFT and actor.is_active]


def demand_of(actor: Actor, pk: int) -> Demand | None:
    """Return a demand that is out or was, of which the actor sees the targets or the issuer."""
    asked = Target.objects.visible_to(actor).filter(demand_id=pk).values("demand_id")
    seen = Demand.every.filter(Q(pk__in=asked) | Q(pk__in=Demand.objects.visible_to(actor).filter(pk=pk).values("pk")))
    found: Demand | None = seen.filter(pk=pk, issued_at__isnull=False).select_related("issuer").first()
    return found


def unsent(actor: Actor, pk: str) -> Adaptation | None:
    """Return what the actor keeps, or got back, to go on with it."""
    found = adaptations(actor).filter(state__in=UNSENT, requested_by=actor.user_id)
    known = pk.isascii() and pk.isdigit() and len(pk) < 19
    kept: Adaptation | None = found.select_related("demand__issuer").filter(pk=int(pk)).first() if known else None
    return kept


def held(actor: Actor, today: dt.date) -> list[Adaptation]:
    """Return what holds today and the actor may see. One query."""
    return list(adaptations(actor).filter(state=State.APPROVED, from_week__lte=today, until__gte=today))


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return the requests that an office is to decide or a department to speak of, and to the leads what came back or ends soon."""
    return [*_to_decide(actor), *_to_opine(actor), *_returned(actor), *_ending(actor, day_of(now))]


def _to_decide(actor: Actor) -> list[Waiting]:
    office = actor.post(Role.OFFICE)
    if office is None:
        return []
    low, high = office.unit.range
    found = adaptations(actor).filter(state=State.REQUESTED, unit__path__gte=low, unit__path__lt=high)
    rows = list(found.exclude(requested_by=actor.user_id).order_by("requested_at", "pk")[: MOST + 1])
    days = workdays() if rows else None
    return [
        Waiting(
            _("因地制宜"), str(each), _("%(unit)s：%(change)s") % {"unit": each.unit.place, "change": each.change},
            reverse("adaptation", args=[each.pk]), _("决定"), since=day_of(each.requested_at),
            due=days.after(day_of(each.requested_at), TERM),
        )
        for each in rows if days
    ]  # fmt: skip


def _to_opine(actor: Actor) -> list[Waiting]:
    if not actor.issuing:
        return []
    found = adaptations(actor).filter(opinion_of_id__in=actor.issuing, opinion="", state=State.REQUESTED)
    rows = list(found.order_by("opinion_asked_at", "pk")[: MOST + 1])
    days = workdays() if rows else None
    return [
        Waiting(
            _("因地制宜"), str(each), _("%(unit)s：%(change)s") % {"unit": each.unit.place, "change": each.change},
            reverse("adaptation", args=[each.pk]), _("提意见"), since=day_of(each.opinion_asked_at),
            due=days.after(day_of(each.opinion_asked_at), OPINION_TERM),
        )
        for each in rows if days and each.opinion_asked_at
    ]  # fmt: skip


def _returned(actor: Actor) -> list[Waiting]:
    if not actor.roles & {Role.LEAD, Role.OFFICE}:
        return []
    found = adaptations(actor).filter(requested_by=actor.user_id, state=State.RETURNED)
    return [
        Waiting(
            _("因地制宜"), str(each), _("退回补材料：%(note)s") % {"note": each.note}, reverse("adaptation", args=[each.pk]),
            _("补好再提交"), since=day_of(each.requested_at),
        )
        for each in found.order_by("requested_at", "pk")[: MOST + 1]
    ]  # fmt: skip


def _ending(actor: Actor, today: dt.date) -> list[Waiting]:
    led = {post.unit_id for post in actor.posts if post.role == Role.LEAD}
    if not led:
        return []
    found = adaptations(actor).filter(unit_id__in=led, state=State.APPROVED, from_week__lte=today)
    rows = found.filter(until__gte=today, until__lte=today + REMIND).order_by("until", "pk")[: MOST + 1]
    return [
        Waiting(
            _("因地制宜"), str(each), _("到期就照原来的办；还需要就再申请"), reverse("adaptation", args=[each.pk]), _("看一看"),
            since=each.until - REMIND, due=each.until,
        )
        for each in rows
    ]  # fmt: skip


def thread(actor: Actor, kind: str, key: Key) -> list[Link]:
    """Return the adaptations of a demand, or the demand of an adaptation, where the actor may open them."""
    if kind == "adaptation":
        found = Adaptation.objects.visible_to(actor).exclude(kind=Kind.WAY).filter(pk=key).first()
        return _varied(actor, found) if found and actor.post(*READERS) else []
    if kind != "demand":
        return []
    of = Demand.objects.visible_to(actor).filter(pk=key)
    same = Q(issuer__in=of.values("issuer"), title__in=of.values("title"))
    sent = adaptations(actor).exclude(kind=Kind.WAY).exclude(reason="")
    rows = sent.filter(Q(demand_id=key) | same)[:LINKS]
    return [
        Link(
            _("因地制宜"), f"{each.unit.place}：{each.change}", reverse("adaptation", args=[each.pk]),
            each.standing, day_of(each.requested_at),
        )
        for each in rows
    ]  # fmt: skip


def _varied(actor: Actor, found: Adaptation) -> list[Link]:
    """Return the demands that an adaptation varies: the one it was asked from, and what the issuer asks under its title."""
    about = Q(pk=found.demand_id)
    if found.issuer_id and found.title:
        about |= Q(issuer_id=found.issuer_id, title=found.title)
    shown = (
        Demand.objects.visible_to(actor).filter(about).select_related("issuer").order_by("-created_at", "-pk")[:LINKS]
    )
    return [
        Link(_("下达事项"), each.title, reverse("demand", args=[each.pk]), each.issuer.name, day_of(each.created_at))
        for each in shown
    ]
