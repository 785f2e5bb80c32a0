"""What a county set itself: its goals, and whether it asks everybody or one week in four."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet, Subquery

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.kit.clock import Week
from burden.standards.models import DayOverride, Goal, Sample, SamplePanel, SampleQuerySet
from burden.standards.sampling import next_turn, panel_of
from burden.units.models import Level, Unit


def turn(actor: Actor, unit: Unit, week: Week) -> Week | None:
    """Return the week in which the actor is asked next, where a sample leaves this one out; None where this one is asked.

    Who has no panel yet is asked. One query.
    """
    panel = SamplePanel.objects.filter(cadre=actor.user_id).values("panel")[:1]
    found = Sample.objects.in_force(week.monday, week.monday).filter(county_id__in=unit.steps).order_by("pk")
    row = found.annotate(panel=Subquery(panel)).values_list("panel", "until_week").first()
    if row is None or row[0] is None or row[0] == panel_of(week):
        return None
    following = next_turn(row[0], week)
    return min(following, Week(row[1])) if row[1] else following  # when it ends, everybody is asked again


def sampled(actor: Actor, unit: Unit, since: dt.date, until: dt.date) -> bool:
    """Whether a sample is on in a unit, above it or below it, in any of some weeks."""
    low, high = unit.range
    around = Q(county_id__in=unit.steps) | Q(county__path__gte=low, county__path__lt=high)
    return actor.is_active and Sample.objects.in_force(since, until).filter(around).exists()


def counties(actor: Actor) -> QuerySet[Unit]:
    """Counties whose sample and goals the actor keeps: those in the office's range."""
    post = actor.post(Role.OFFICE)
    seen = Unit.objects.visible_to(actor).filter(level=Level.COUNTY, closed_on=None)
    return seen.under(post.unit).order_by("path") if post else seen.none()


def goals(actor: Actor) -> QuerySet[Goal]:
    """Goals of these counties."""
    return Goal.objects.filter(county__in=counties(actor)).select_related("county").order_by("county__path", "code")


def samples(actor: Actor) -> SampleQuerySet:
    """Samples of these counties, the newest first."""
    return Sample.objects.filter(county__in=counties(actor)).select_related("county").order_by("-from_week", "pk")


def day_overrides(actor: Actor) -> QuerySet[DayOverride]:
    """Days that the office corrected, the latest first; whoever may see clocks may see them."""
    return DayOverride.objects.order_by("-day") if actor.is_active else DayOverride.objects.none()
