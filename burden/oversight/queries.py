"""Scoped reads of bulletins."""

from __future__ import annotations

from django.db.models import QuerySet

from burden.accounts.actor import Actor
from burden.oversight.models import Bulletin


def bulletins(actor: Actor) -> QuerySet[Bulletin]:
    """Return the bulletins an actor may see, the newest period first."""
    found = Bulletin.objects.visible_to(actor).select_related("unit", "corrects")
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
    same = {"unit_id": found.unit_id, "form": found.form, "kind": found.kind, "first_week": found.first_week}
    editions: QuerySet[Bulletin] = Bulletin.objects.visible_to(actor).filter(**same)
    return editions
