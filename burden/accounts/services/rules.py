"""What every service about people asks first: who may do it, to whom, from when."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from django.core.exceptions import PermissionDenied
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import Post, User
from burden.accounts.roles import Role
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.units.models import Level, Unit

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}")
ON_TOP = {Role.REVIEWER, Role.OFFICE}  # their posts sit on a county, a city or a province
TOO_LOW = {Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT}
FARTHEST = dt.timedelta(days=366)


class BadPerson(Refused):
    """A name or a user name that cannot be."""


class BadPost(Refused):
    """A post that cannot be: wrong unit, wrong day, or against another post."""


class OutOfReach(Refused):
    """The person or the post lies above the actor, or elsewhere."""

    status = 403


def need(by: Actor, role: str) -> None:
    """Let only one of the 三员 go on (the views have asked already; this is the second lock)."""
    if role not in by.roles:
        raise PermissionDenied


def check_reach(by: Actor, role: str, unit: Unit) -> None:
    """Refuses: post.out_of_reach."""
    if not by.keeps(role, unit):
        raise OutOfReach("post.out_of_reach", _("这个任职不在你的范围内；三员由上一级任免"))


def check_person(by: Actor, user: User, now: dt.datetime, *, retired: bool = False) -> None:
    """Refuses: person.out_of_reach, unless every post the person holds or will hold lies below the actor.

    Shape: `retired` lets pass who holds none any more.
    """
    held = posts_from(user, now).select_related("unit")
    if not (held or retired) or not all(by.keeps(post.role, post.unit) for post in held):
        raise OutOfReach("person.out_of_reach", _("这个人有任职不在你的范围内；三员的账号由上一级管"))


def posts_from(user: User, now: dt.datetime) -> QuerySet[Post]:
    """The posts a person holds today or will hold."""
    return Post.objects.filter(user=user, valid__overlap=DateRange(clock.day_of(now), None))


def fold(username: str) -> str:
    """Return a user name as it is stored: half-width, lower case."""
    return unicodedata.normalize("NFKC", username).strip().lower()


def read_username(text: str) -> str:
    """Return the user name as it is stored. Refuses: person.username."""
    name = fold(text)
    if not USERNAME.fullmatch(name):
        raise _field(
            BadPerson, "person.username", "username", _("用户名写 2 到 60 位字母、数字或 . _ @ -，一般用手机号或工号")
        )
    return name


def read_name(text: str) -> str:
    """Return a person's name. Refuses: person.name."""
    name = text.strip()
    if not name or len(name) > 60 or not name.isprintable():
        raise _field(BadPerson, "person.name", "name", _("写上姓名，不超过 60 字"))
    return name


def read_title(text: str) -> str:
    """Return what a post is called. Refuses: post.title."""
    title = text.strip()
    if len(title) > 60 or not (title.isprintable() or not title):
        raise _field(BadPost, "post.title", "title", _("任职不超过 60 字"))
    return title


def check_since(since: dt.date, now: dt.datetime) -> None:
    """Refuses: post.not_monday, post.too_far."""
    if since.isoweekday() != 1:
        monday = Week.on(since).monday
        words = _("%(day)s 是%(weekday)s；任职从周一起，改为 %(monday)s")
        raise _field(
            BadPost, "post.not_monday", "since", words % {"day": since, "weekday": weekday(since), "monday": monday}
        )
    check_not_far(since, now, "since")


def check_not_far(day: dt.date, now: dt.datetime, field: str) -> None:
    """Refuses: post.too_far, a year after today or before 1950."""
    if day > clock.day_of(now) + FARTHEST or day.year < 1950:
        raise _field(BadPost, "post.too_far", field, _("日期离今天太远，看看年份写对没有"))


def check_unit(role: str, unit: Unit, since: dt.date) -> None:
    """Refuses: post.closed_unit, post.level."""
    if unit.closed_on and unit.closed_on <= since:
        raise _field(BadPost, "post.closed_unit", "unit", _("%(unit)s那时已撤") % {"unit": unit.name})
    if role in ON_TOP and unit.level in TOO_LOW:
        raise _field(BadPost, "post.level", "role", _("专班和机制办的任职放在县、市或省一级"))


def weekday(day: dt.date) -> str:
    """Return the name of the day of the week."""
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return names[day.weekday()]


def _field(kind: type[Refused], code: str, field: str, words: str) -> Refused:
    return kind(code, words, {field: words})
