"""Scoped reads of bulletins."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import EXPORTERS, Role
from burden.kit.clock import day_of
from burden.kit.waiting import MOST, Waiting
from burden.oversight.models import Bulletin, State

SAME = ("unit_id", "form", "kind", "first_week")  # what the editions of one bulletin have in common


def bulletins(actor: Actor) -> QuerySet[Bulletin]:
    """Return the bulletins an actor may see, the newest period first; `is_corrected` where a later edition is published."""
    same = {name: OuterRef(name) for name in SAME}
    later = Bulletin.objects.visible_to(actor).filter(**same, state=State.PUBLISHED, edition__gt=OuterRef("edition"))
    found: QuerySet[Bulletin] = (
        Bulletin.objects.visible_to(actor).select_related("unit", "corrects").annotate(is_corrected=Exists(later))
    )
    return found.defer("blocks", "figures").order_by("-last_week", "-first_week", "form", "-edition", "pk")


def bulletin(actor: Actor, pk: int, *roles: str) -> Bulletin | None:
    """Return a bulletin an actor may see, and, with roles, has one of them over its unit; None otherwise."""
    found: Bulletin | None = (
        Bulletin.objects.visible_to(actor)
        .select_related("unit", "corrects", "drafted_by", "changed_by", "checked_by", "published_by")
        .filter(pk=pk)
        .first()
    )
    return found if found is None or not roles or _has_over(actor, found, roles) else None


def _has_over(actor: Actor, found: Bulletin, roles: tuple[str, ...]) -> bool:
    post = actor.post(*roles)
    if post is None:
        return False
    low, high = post.unit.range
    return low <= found.unit.path < high


def later_edition(actor: Actor, found: Bulletin) -> Bulletin | None:
    """Return the newest edition that an actor may see, where it is later than this one."""
    return _editions(actor, found).filter(edition__gt=found.edition).order_by("-edition").first()


def taken(actor: Actor, found: Bulletin) -> bool:
    """Say whether an edition after this one has been begun, published or not."""
    return _editions(actor, found).filter(edition__gt=found.edition).exists()


def _editions(actor: Actor, found: Bulletin) -> QuerySet[Bulletin]:
    same = {name: getattr(found, name) for name in SAME}
    editions: QuerySet[Bulletin] = Bulletin.objects.visible_to(actor).filter(**same)
    return editions


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return the bulletins that wait to be checked by another than who changed them, and for the office to be published."""
    if actor.post(*EXPORTERS) is None:
        return []
    steps = Q(state=State.DRAFT) & ~Q(changed_by=actor.user_id)
    office = actor.post(Role.OFFICE)
    if office:
        low, high = office.unit.range
        steps |= Q(state=State.CHECKED, unit__path__gte=low, unit__path__lt=high)
    found = Bulletin.objects.visible_to(actor).filter(steps).select_related("unit").defer("blocks", "figures")
    return [_waits(each) for each in found.order_by("changed_at", "pk")[: MOST + 1]]


def _waits(each: Bulletin) -> Waiting:
    is_draft = each.state == State.DRAFT
    since = each.changed_at if is_draft else each.checked_at or each.changed_at
    note, act = (_("草稿，等另一个人核稿"), _("核稿")) if is_draft else (_("核过了，等签发"), _("签发"))
    url = reverse("bulletin", args=[each.pk])
    return Waiting(_("通报"), each.title, note, url, act, since=day_of(since))
