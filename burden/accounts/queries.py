"""Who is who, read in the range the actor keeps: people by their posts, requests that wait, units to choose from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from burden.accounts.actor import Actor
from burden.accounts.models import ApiToken, LoginLink, PortalQuestion, Post, PostRequest, User
from burden.accounts.passwords import locked_out
from burden.accounts.roles import Role
from burden.kit.clock import DAY, day_of
from burden.kit.waiting import MOST, Waiting
from burden.units.models import Level, Unit, few

SHOWN = 20  # requests of one go that the page lists


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
    """Requests that one person proposed in one go, to be decided in one go; the first of them, and how many there are."""

    shown: tuple[PostRequest, ...]
    count: int

    @property
    def first(self) -> PostRequest:
        return self.shown[0]

    @property
    def rest(self) -> int:
        return self.count - len(self.shown)


@dataclass(frozen=True)
class Row:
    """A post in the list; `state` of the login is bound, first (never yet), coming, locked or stopped.

    `kept` says whether the actor may change it; one of the 三员 beside the actor is only seen. `elsewhere` says whether
    the person holds a post outside the actor's range, too.
    """

    post: Post
    state: str
    kept: bool
    elsewhere: bool

    @property
    def until(self) -> dt.date | None:
        """Its last day."""
        upper: dt.date | None = self.post.valid.upper
        return upper - DAY if upper else None


def posts_to_end(actor: Actor, unit: Unit, last_day: dt.date) -> QuerySet[Post]:
    """Posts of a unit that go on after a day and of which nobody has asked yet that they end by then."""
    on = last_day + DAY
    ending = PostRequest.objects.filter(change=PostRequest.Change.END, decided_at=None, on__lte=on)
    return posts(actor, on).filter(unit=unit).exclude(pk__in=ending.values("post"))


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


def free_person(actor: Actor, pk: int, today: dt.date) -> QuerySet[User]:
    """One person who ever held a post in the actor's range and holds none outside it, today or later."""
    return person_of(actor, pk).exclude(pk__in=_elsewhere(actor, today).filter(user=pk).values("user"))


def _elsewhere(actor: Actor, today: dt.date) -> QuerySet[Post]:
    """Posts outside the actor's range, today's and coming ones."""
    return Post.objects.filter(valid__overlap=DateRange(today, None)).exclude(unit__in=actor.managed_units)


def census(actor: Actor, today: dt.date) -> Census:
    """Count the people and open units of the actor's range."""
    open_units = actor.managed_units.filter(closed_on=None)
    levels = open_units.values_list("level").annotate(count=Count("pk"))
    held = Post.objects.filter(unit__in=actor.managed_units, valid__contains=today)
    return Census(held.aggregate(n=Count("user", distinct=True))["n"], dict(levels))


def _waiting(actor: Actor) -> QuerySet[PostRequest]:
    return PostRequest.objects.filter(decided_at=None, unit__in=actor.managed_units)


def goes(actor: Actor) -> QuerySet[Any]:
    """The goes in which requests of the actor's range were proposed that nobody has decided, newest first.

    Shape: dicts `proposed_at`, `proposed_by` (a user id), `count`.
    """
    found = _waiting(actor).values("proposed_at", "proposed_by").annotate(count=Count("pk"))
    return found.order_by("-proposed_at", "proposed_by")


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return the goes of requests that another proposed and the secadmin decides."""
    if actor.post(Role.SECADMIN) is None:
        return []
    found = list(goes(actor).exclude(proposed_by=actor.user_id).order_by("proposed_at")[: MOST + 1])
    names = dict(User.objects.filter(pk__in=[each["proposed_by"] for each in found]).values_list("pk", "name"))
    return [
        Waiting(
            _("任职"),
            ngettext("%(n)d 项任职变动", "%(n)d 项任职变动", each["count"]) % {"n": each["count"]},
            _("%(name)s提的") % {"name": names.get(each["proposed_by"], _("系统"))},
            reverse("people"),
            _("批"),
            since=day_of(each["proposed_at"]),
        )
        for each in found
    ]


def put_to(actor: Actor, kind: str) -> QuerySet[PortalQuestion]:
    """Questions of a kind that were put to the actor; `subject` says what they are about."""
    return PortalQuestion.objects.filter(person=actor.user_id, kind=kind)


def batches(actor: Actor, some: Sequence[Mapping[str, Any]]) -> list[Batch]:
    """The first requests of some goes, in their order. One query."""
    go = [F("proposed_at"), F("proposed_by")]
    place = Window(RowNumber(), partition_by=go, order_by=["user", "change", "pk"])
    rows = _waiting(actor).filter(proposed_at__in=[each["proposed_at"] for each in some]).annotate(place=place)
    shown: dict[Any, list[PostRequest]] = {}
    for row in rows.filter(place__lte=SHOWN).select_related("user", "unit__parent", "proposed_by").order_by("place"):
        shown.setdefault((row.proposed_at, row.proposed_by_id), []).append(row)
    return [Batch(tuple(shown[each["proposed_at"], each["proposed_by"]]), each["count"]) for each in some]


def proposed_with(actor: Actor, pk: int) -> list[PostRequest]:
    """All requests proposed in one go with this one that wait still; none where it does not."""
    first = _waiting(actor).filter(pk=pk).first()
    if first is None:
        return []
    return list(_waiting(actor).filter(proposed_at=first.proposed_at, proposed_by=first.proposed_by_id))


def refused(actor: Actor, since: dt.datetime) -> QuerySet[PostRequest]:
    """Requests of the actor's range that were refused since then, newest first; withdrawn ones are not."""
    found = PostRequest.objects.filter(
        granted=False, decided_by__isnull=False, decided_at__gte=since, unit__in=actor.managed_units
    )
    return found.select_related("user", "unit__parent", "decided_by").order_by("-decided_at", "pk")


def listed(actor: Actor, held: Sequence[Post], today: dt.date) -> list[Row]:
    """The posts of one page of the list, each with the state of its person's login."""
    locked = locked_out(post.user.username for post in held if post.user.username)
    people = {post.user_id for post in held}
    away = set(_elsewhere(actor, today).filter(user__in=people).values_list("user", flat=True))
    return [
        Row(
            post,
            _state(post, post.user.username in locked, today),
            kept=actor.keeps(post.role, post.unit),
            elsewhere=post.user_id in away,
        )
        for post in held
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


def open_units(actor: Actor) -> QuerySet[Unit]:
    """Return the open units of the range the actor keeps."""
    return actor.managed_units.filter(closed_on=None)


def unit_choices(actor: Actor) -> list[Unit]:
    """Return them to choose from; none where there are too many to choose."""
    return few(open_units(actor))
