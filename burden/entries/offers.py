"""What the quick add offers a cadre: titles entered before, and the units that may be named as 谁要求的."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Aggregate, Count, F, IntegerField, Q

from burden.accounts.actor import Actor
from burden.accounts.models import Post
from burden.accounts.roles import Role
from burden.entries.models import TITLE_LENGTH, Answer, Submission
from burden.entries.queries import own_since
from burden.kit import clock
from burden.units.models import Level, Unit, steps_of

REMEMBERED = dt.timedelta(weeks=52)  # how far back titles and issuers are offered
OFFERED = 8


@dataclass(frozen=True)
class Suggestion:
    """A title entered before and what usually goes with it. Units: minutes are the median."""

    title: str
    category: str
    subkind: str
    issuer: str | None  # unit code
    issuer_name: str
    minutes: int
    times: int
    own: bool  # the cadre's own; else at least three colleagues wrote it


@dataclass(frozen=True)
class Issuer:
    """A unit offered as 谁要求的; `times` is how often this cadre named it."""

    id: int
    code: str
    name: str
    times: int
    own: bool  # the cadre's own unit


class Median(Aggregate):
    """The lower median: a number that was really entered."""

    template = "percentile_disc(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()


def suggestions(actor: Actor, text: str) -> list[Suggestion]:
    """Return titles that begin with or hold a text: the cadre's own first, then those of three colleagues or more."""
    wanted, since = _wanted(text), _remembered_since()
    own = _own_titles(actor, wanted, since)
    seen = {each.title for each in own}
    others = [each for each in _unit_titles(wanted, since) if each.title not in seen]
    return (own + others)[:OFFERED]


def _wanted(text: str) -> str:
    """Return the text as titles are stored: one line, nothing the database cannot hold."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())[:TITLE_LENGTH]


def _remembered_since() -> dt.date:
    return clock.day_of(clock.now()) - REMEMBERED


def _own_titles(actor: Actor, wanted: str, since: dt.date) -> list[Suggestion]:
    groups = (
        own_since(actor, since)
        .filter(answer=Answer.DONE, title__icontains=wanted)
        .values("title", "category", "subkind", code=F("issuer__code"), name=F("issuer__name"))
        .annotate(times=Count("id"), median=Median("minutes"), starts=Count("id", filter=Q(title__istartswith=wanted)))
        .order_by("-starts", "-times", "title")
    )
    found: dict[str, Suggestion] = {}
    for row in groups[: OFFERED * 2]:
        found.setdefault(row["title"], _suggestion(row, own=True))
    return list(found.values())


def _suggestion(row: Mapping[str, Any], *, own: bool) -> Suggestion:
    return Suggestion(
        title=row["title"],
        category=row["category"],
        subkind=row["subkind"],
        issuer=row["code"],
        issuer_name=row["name"] or "",
        minutes=row["median"],
        times=row["times"],
        own=own,
    )


def _unit_titles(wanted: str, since: dt.date) -> list[Suggestion]:
    """Ask the one SQL function that sees colleagues' entries; it knows the acting cadre from the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM unit_titles(%s, %s, %s)", [wanted, since, OFFERED])
        names = [column.name for column in cursor.description or ()]
        return [_suggestion(dict(zip(names, row, strict=True)), own=False) for row in cursor.fetchall()]


def issuers(actor: Actor) -> list[Issuer]:
    """Return the units offered as 谁要求的: those named most often, then the own unit, its superiors, their departments."""
    homes = {post.unit_id for post in actor.posts if post.role == Role.CADRE}
    times = _named(actor, _remembered_since())
    above = _ancestors(post.unit.path for post in actor.posts if post.role == Role.CADRE)
    units = Unit.every.filter(Q(id__in=times) | Q(closed_on__isnull=True) & _above_or_beside(above))
    ordered = sorted(units, key=lambda unit: (-times.get(unit.pk, 0), unit.pk not in homes, -unit.depth, unit.code))
    return [Issuer(unit.pk, unit.code, unit.name, times.get(unit.pk, 0), unit.pk in homes) for unit in ordered]


def _named(actor: Actor, since: dt.date) -> dict[int, int]:
    """Return how often the cadre named each issuer."""
    rows = own_since(actor, since).filter(issuer__isnull=False).values("issuer_id")
    return {row["issuer_id"]: row["times"] for row in rows.annotate(times=Count("id")).order_by()}


def nameable(actor: Actor, codes: Collection[str], client_key: UUID | None = None) -> dict[str, int]:
    """Return ids of those codes that the cadre may name: above, beside as a department, or below a unit of the own posts.

    Posts of the past count too: an old week is filed with the issuers of its time. So does what the cadre has named
    before, wherever it stands by now, and what was sent under this key, so that the key replays its receipt.
    """
    if not codes:
        return {}
    paths = list(Post.objects.filter(user_id=actor.user_id, role=Role.CADRE).values_list("unit__path", flat=True))
    found = _coded(codes, _near(paths))
    missing = set(codes) - found.keys()
    if missing:
        named = Q(id__in=own_since(actor, dt.date.min).values("issuer_id"))
        found |= _coded(missing, named | Q(id__in=_sent_with(actor, client_key)))
    return found


def _sent_with(actor: Actor, client_key: UUID | None) -> set[int]:
    """Return ids of the issuers in what was filed under a key, which later filings may have dropped."""
    sent = Submission.objects.visible_to(actor).filter(client_key=client_key).values_list("body", flat=True).first()
    return {row["issuer_id"] for row in sent["entries"] if row["issuer_id"]} if sent else set()


def _coded(codes: Collection[str], allowed: Q) -> dict[str, int]:
    return dict(Unit.every.filter(allowed, code__in=codes).values_list("code", "id"))


def _near(paths: Collection[str]) -> Q:
    allowed = _above_or_beside(_ancestors(paths))
    for path in paths:
        low, high = Unit(path=path).range
        allowed |= Q(path__gte=low, path__lt=high)
    return allowed


def _above_or_beside(above: Collection[int]) -> Q:
    return Q(id__in=above) | Q(level=Level.DEPARTMENT, parent_id__in=above)


def _ancestors(paths: Iterable[str]) -> set[int]:
    """Return the ids on the way from the root to each path: a path is made of them."""
    return {step for path in paths for step in steps_of(path)}
