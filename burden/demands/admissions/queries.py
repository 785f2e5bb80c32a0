"""Admissions as an actor finds them, which wait for an office, and what they belong to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS, Role
from burden.demands.admissions.models import TERM, Admission, State
from burden.demands.models import OPEN, Demand
from burden.kit.clock import DAY, WEEK, day_of, midnight
from burden.kit.templatetags.show import brief_hours
from burden.kit.threads import MOST as LINKS
from burden.kit.threads import Key, Link
from burden.kit.waiting import MOST, Waiting
from burden.standards.workdays import Workdays, workdays

LONGEST_TERM = 5 * WEEK  # what was asked for longer ago cannot wait any more, whatever holidays lie between
TOLD = 2 * WEEK  # how long a decision on what is no draft is told to who asked
TABS = ("open", "granted", "not")


def admissions(actor: Actor, name: str, now: dt.datetime) -> QuerySet[Admission]:
    """Return those that wait, were granted, or came to nothing (among them what waited in vain), the newest first."""
    seen: QuerySet[Admission] = Admission.objects.visible_to(actor)
    found = seen.select_related("unit", "item").order_by("-asked_at", "-pk")
    if name == "granted":
        return found.filter(state=State.GRANTED)
    in_time = _in_time(now)
    if name == "not":
        return found.exclude(in_time).exclude(state=State.GRANTED)
    return found.filter(in_time)


def open_ones(actor: Actor, now: dt.datetime) -> QuerySet[Admission]:
    """Return those that an office can still decide. One query more, of the calendar."""
    seen: QuerySet[Admission] = Admission.objects.visible_to(actor)
    return seen.filter(_in_time(now))


def _in_time(now: dt.datetime) -> Q:
    return Q(state=State.ASKED, asked_at__gte=midnight(_first_in_time(workdays(), day_of(now))))


def _first_in_time(days: Workdays, today: dt.date) -> dt.date:
    """Return the first day of which a request can still be decided today."""
    asked = today
    while asked > today - LONGEST_TERM and days.after(asked - DAY, TERM) >= today:
        asked -= DAY
    return asked


def counts(actor: Actor, now: dt.datetime) -> dict[str, int]:
    """Count the tabs."""
    return {name: admissions(actor, name, now).count() for name in TABS}


def admission(actor: Actor, pk: int) -> Admission:
    """Return one; a foreign one is as absent as a missing one (Http404)."""
    seen = Admission.objects.visible_to(actor)
    found: Admission | None = (
        seen.select_related("unit", "county", "item", "asked_by", "decided_by").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found


def with_due(actor: Actor, rows: Iterable[Admission], today: dt.date) -> list[tuple[Admission, dt.date, bool]]:
    """Return each with its last day, and whether that passed without a decision. One query."""
    days = workdays()
    return [(each, due := _due(days, each), each.is_lapsed(due, today)) for each in rows]


def _due(days: Workdays, each: Admission) -> dt.date:
    return days.after(day_of(each.asked_at), TERM)


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return what an office is to decide while there is time, and to departments what was decided of what they asked."""
    return [*_to_decide(actor, now), *_decided(actor), *_answered(actor, now)]


def _decided(actor: Actor) -> list[Waiting]:
    """Return the drafts whose admission was decided, until they go out or are taken back."""
    if not actor.issuing:
        return []
    own = Admission.objects.visible_to(actor).filter(unit_id__in=actor.issuing, demand__state__in=OPEN)
    rows = own.filter(state__in=(State.GRANTED, State.REFUSED)).select_related("item").order_by("decided_at", "pk")
    return [
        _told(
            each, _("准入了，条目 %(code)s：可以下达"), reverse("demand_edit", args=[each.demand_id]), _("下达或撤回")
        )
        for each in rows[: MOST + 1]
        if each.demand_id
    ]


def _answered(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return what was decided lately of what is no draft: an item that is there to register under, or why there is none."""
    if not actor.issuing:
        return []
    own = Admission.objects.visible_to(actor).filter(unit_id__in=actor.issuing, decided_at__gte=now - TOLD)
    rows = own.exclude(demand__state__in=OPEN).select_related("item").order_by("decided_at", "pk")
    return [
        _told(each, _("准入了，条目 %(code)s"), reverse("admission", args=[each.pk]), _("看决定"))
        for each in rows[: MOST + 1]
    ]


def _told(each: Admission, granted: str, url: str, act: str) -> Waiting:
    """Say what was decided, and where to go on."""
    note = granted % {"code": each.item.code} if each.item else _("没有准入：%(note)s") % {"note": each.note}
    assert each.decided_at is not None
    return Waiting(_("准入申请"), each.title, note, url, act, since=day_of(each.decided_at))


def _to_decide(actor: Actor, now: dt.datetime) -> list[Waiting]:
    office = actor.post(Role.OFFICE)
    if office is None:
        return []
    low, high = office.unit.range
    found = admissions(actor, "open", now).filter(county__path__gte=low, county__path__lt=high)
    rows = list(found.exclude(asked_by=actor.user_id).order_by("asked_at", "pk")[: MOST + 1])
    return [
        Waiting(
            _("准入申请"),
            each.title,
            _("%(unit)s，给%(whom)s，每次 %(hours)s 人时")
            % {"unit": each.unit.name, "whom": each.whom, "hours": brief_hours(each.person_min)},
            reverse("admission", args=[each.pk]),
            _("决定"),
            since=day_of(each.asked_at),
            due=due,
        )
        for each, due, _lapsed in (with_due(actor, rows, day_of(now)) if rows else ())
    ]


def thread(actor: Actor, kind: str, key: Key) -> list[Link]:
    """Return the admissions of a demand, and the demands of an admission, where the actor may open them."""
    if kind == "admission" and actor.post(*READERS):
        of = Admission.objects.visible_to(actor).filter(pk=key)
        granted = Q(duty_item__in=of.filter(item__isnull=False).values("item"))
        found = Demand.objects.visible_to(actor).filter(granted | Q(pk__in=of.values("demand")))
        shown = found.select_related("issuer").order_by("-created_at", "-pk")[:LINKS]
        return [
            Link(
                _("下达事项"), each.title, reverse("demand", args=[each.pk]), each.issuer.name, day_of(each.created_at)
            )
            for each in shown
        ]
    if kind != "demand":
        return []
    item = Demand.objects.visible_to(actor).filter(pk=key, duty_item__isnull=False).values("duty_item")
    rows = Admission.objects.visible_to(actor).filter(Q(demand_id=key) | Q(item__in=item)).order_by("-asked_at", "-pk")
    return [
        Link(
            _("准入申请"),
            each.title,
            reverse("admission", args=[each.pk]),
            str(each.get_state_display()),
            day_of(each.asked_at),
        )
        for each in rows[:LINKS]
    ]
