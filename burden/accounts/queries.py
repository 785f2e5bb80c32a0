"""Who is who, read in the range the actor keeps: people by their posts, requests that wait, units to choose from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Concat

from burden.accounts.actor import Actor
from burden.accounts.models import ApiToken, LoginLink, Post, PostRequest, User
from burden.accounts.passwords import locked_out
from burden.kit.clock import DAY
from burden.units.models import Level, Unit

MOST_CHOICES = 500  # more units than this are typed, not chosen


@dataclass(frozen=True)
class Census:
    """How many people hold posts, and how many open units of a level there are."""

    people: int
    units: Mapping[str, int]

    @property
    def townships(self) -> int:
        return self.units.get(Level.TOWNSHIP, 0)

    @property
    def villages(self) -> int:
        return self.units.get(Level.VILLAGE, 0)

    @property
    def departments(self) -> int:
        return self.units.get(Level.DEPARTMENT, 0)


@dataclass(frozen=True)
class Batch:
    """Requests that one person proposed in one go, to be decided in one go."""

    requests: tuple[PostRequest, ...]

    @property
    def first(self) -> PostRequest:
        return self.requests[0]

    @property
    def key(self) -> int:
        return self.first.pk

    @property
    def people(self) -> int:
        return len({request.user_id for request in self.requests})

    @property
    def shown(self) -> tuple[PostRequest, ...]:
        return self.requests[:20]

    @property
    def rest(self) -> int:
        return len(self.requests) - len(self.shown)


@dataclass(frozen=True)
class Row:
    """A post in the list; `state` of the login is bound, first (never yet), coming, locked or stopped.

    `kept` says whether the actor may change it; one of the 三员 beside the actor is only seen.
    """

    post: Post
    state: str
    kept: bool

    @property
    def until(self) -> dt.date | None:
        """Its last day."""
        upper: dt.date | None = self.post.valid.upper
        return upper - DAY if upper else None


def posts(actor: Actor, today: dt.date, *, text: str = "", role: str = "", ended: bool = False) -> QuerySet[Post]:
    """Posts in the actor's range, today's and coming ones, or those that ended; searched by name, user name or place."""
    now = Q(valid__overlap=DateRange(today, None))
    found = Post.objects.filter(~now if ended else now, unit__in=actor.managed_units)
    if role:
        found = found.filter(role=role)
    if text:
        found = found.filter(
            Q(user__name__icontains=text)
            | Q(user__username__icontains=text)
            | Q(unit__name__icontains=text)
            | Q(unit__level=Level.VILLAGE, unit__parent__name__icontains=text)
        )
    return found.select_related("user", "unit__parent").order_by("unit__code", "pk")


def post_of(actor: Actor, pk: int) -> QuerySet[Post]:
    """One post in the actor's range, whenever it was held; empty for a foreign one."""
    return Post.objects.filter(pk=pk, unit__in=actor.managed_units).select_related("user", "unit__parent")


def person_of(actor: Actor, pk: int) -> QuerySet[User]:
    """One person who ever held a post in the actor's range; empty for a foreign one."""
    return User.objects.filter(pk__in=Post.objects.filter(user=pk, unit__in=actor.managed_units).values("user"))


def census(actor: Actor, today: dt.date) -> Census:
    """Count the people and open units of the actor's range."""
    open_units = actor.managed_units.filter(closed_on=None)
    levels = open_units.values_list("level").annotate(count=Count("pk"))
    held = Post.objects.filter(unit__in=actor.managed_units, valid__contains=today)
    return Census(held.aggregate(n=Count("user", distinct=True))["n"], dict(levels))


def waiting(actor: Actor) -> list[Batch]:
    """Requests in the actor's range that nobody has decided, newest first, by the go they were proposed in."""
    found = PostRequest.objects.filter(decided_at=None, unit__in=actor.managed_units)
    rows = found.select_related("user", "unit__parent", "proposed_by").order_by(
        "-proposed_at", "proposed_by", "user", "change", "pk"
    )
    goes = groupby(rows, key=lambda request: (request.proposed_at, request.proposed_by_id))
    return [Batch(tuple(requests)) for _key, requests in goes]


def listed(actor: Actor, held: Sequence[Post], today: dt.date) -> list[Row]:
    """The posts of one page of the list, each with the state of its person's login."""
    locked = locked_out(post.user.username for post in held if post.user.username)
    return [
        Row(post, _state(post, post.user.username in locked, today), actor.keeps(post.role, post.unit)) for post in held
    ]


def _state(post: Post, locked: bool, today: dt.date) -> str:
    if not post.user.is_active:
        return "stopped"
    if locked:
        return "locked"
    if post.user.is_new:
        return "first"
    return "coming" if post.valid.lower > today else "bound"


def history(actor: Actor, user: User) -> QuerySet[PostRequest]:
    """Decided changes of a person's posts in the actor's range, newest first."""
    found = PostRequest.objects.filter(user=user, decided_at__isnull=False, unit__in=actor.managed_units)
    return found.select_related("proposed_by", "decided_by").order_by("-decided_at", "-pk")


def newest_link(actor: Actor, user: User) -> LoginLink | None:
    """The one-time link made last for a person."""
    return LoginLink.objects.filter(user=user).order_by("-pk").first()


def good_tokens(actor: Actor, user: User, now: dt.datetime) -> int:
    """How many API tokens of a person are in force."""
    return ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now).count()


def units_named(actor: Actor, text: str) -> QuerySet[Unit]:
    """Open units of the actor's range with this code, name, or township and village name."""
    places = actor.managed_units.filter(closed_on=None).annotate(full=Concat(F("parent__name"), F("name"), Value("")))
    village = Q(level=Level.VILLAGE, full=text)
    return places.filter(Q(code=text) | Q(name=text) | village).select_related("parent")


def unit_choices(actor: Actor) -> list[Unit]:
    """Open units of the actor's range, to choose from; none where there are too many to choose."""
    found = actor.managed_units.filter(closed_on=None).select_related("parent").order_by("path")
    some = list(found[: MOST_CHOICES + 1])
    return some if len(some) <= MOST_CHOICES else []
