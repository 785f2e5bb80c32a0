"""Scoped reads of notices."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, QuerySet, When
from django.urls import reverse
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.feedback.notices.models import NEWEST_FIRST, Notice, NoticeChannel, NoticeDigest, State, Told
from burden.kit import clock
from burden.kit.news import News
from burden.kit.waiting import MOST, Waiting
from burden.units.models import Level, Unit

NEW_DAYS = 7  # how long a notice counts as new: nobody is asked to say that it was read


def notices(actor: Actor, today: dt.date, *, old: bool = False) -> QuerySet[Notice]:
    """Return what is published to the actor, the newest first: what holds, or what has run out."""
    found = Notice.objects.meant_for(actor)
    found = found.filter(until__lt=today) if old else found.in_force(today)
    return found.select_related("unit", "root").defer("body").order_by(*NEWEST_FIRST)


def written(actor: Actor) -> QuerySet[Notice]:
    """Return what the actor's units wrote, and for the office all below it, whatever became of it; what waits comes first."""
    mine: QuerySet[Notice] = Notice.objects.visible_to(actor).filter(pk__in=_own(actor).values("pk"))
    waits = Case(When(state=State.PROPOSED, then=0), default=1)
    return mine.select_related("unit", "root").defer("body").order_by(waits, "-written_at", "-pk")


def _own(actor: Actor) -> QuerySet[Notice]:
    found: QuerySet[Notice] = Notice.objects.visible_to(actor)
    office = actor.post(Role.OFFICE)
    if office is None:
        return found.filter(unit__in=actor.issuing)
    low, high = office.unit.range
    return found.filter(unit__path__gte=low, unit__path__lt=high) | found.filter(unit__in=actor.issuing)


def notice(actor: Actor, pk: int) -> Notice | None:
    """Return a notice in the actor's scope."""
    people = ("written_by", "published_by", "ended_by")
    found: Notice | None = (
        Notice.objects.visible_to(actor).select_related("unit", "root", *people).filter(pk=pk).first()
    )
    return found


def keeps(actor: Actor, found: Notice) -> bool:
    """Say whether the actor's office answers for a notice."""
    office = actor.post(Role.OFFICE)
    if office is None:
        return False
    low, high = office.unit.range
    return low <= found.unit.path < high


def roots(actor: Actor) -> QuerySet[Unit]:
    """Return the units below which the actor may say something: the office's own, or the issuer's remit, and those right below."""
    office, issuer = actor.post(Role.OFFICE), actor.post(Role.ISSUER)
    if office is None and issuer is None:
        return Unit.objects.visible_to(actor).none()
    low, high = office.unit.range if office else actor.remit
    top = Unit.every.filter(path=low)
    found = Unit.every.filter(path__gte=low, path__lt=high, closed_on=None).exclude(level=Level.VILLAGE)
    return (found.filter(pk__in=top) | found.filter(parent__in=top)).order_by("path")


def channel(actor: Actor) -> NoticeChannel | None:
    """Return the channel the actor chose."""
    return NoticeChannel.objects.filter(person=actor.user_id).first()


def failed(actor: Actor, kept: NoticeChannel | None) -> bool:
    """Say whether the last word that was sent by a channel did not arrive."""
    if kept is None:
        return False
    last = NoticeDigest.objects.filter(person=actor.user_id, at__gte=kept.set_at).exclude(told=Told.NOTHING)
    return last.order_by("-week").values_list("told", flat=True).first() == Told.FAILED


def news(actor: Actor, now: dt.datetime) -> list[News]:
    """Return what was published to the actor in the last days and holds. One query."""
    since = now - dt.timedelta(days=NEW_DAYS)
    found = notices(actor, clock.day_of(now)).filter(published_at__gte=since)[: MOST + 1]
    return [News(each.title, each.summary, reverse("notice", args=[each.pk])) for each in found]


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return the notices that departments wrote and the office has not published."""
    office = actor.post(Role.OFFICE)
    if office is None:
        return []
    low, high = office.unit.range
    found = Notice.objects.visible_to(actor).filter(state=State.PROPOSED, unit__path__gte=low, unit__path__lt=high)
    return [
        Waiting(
            _("通知"),
            each.title,
            _("%(who)s送来：%(summary)s") % {"who": each.unit.name, "summary": each.summary},
            reverse("notice", args=[each.pk]),
            _("核发"),
            since=clock.day_of(each.written_at),
        )
        for each in found.select_related("unit").defer("body").order_by("written_at", "pk")[: MOST + 1]
    ]
