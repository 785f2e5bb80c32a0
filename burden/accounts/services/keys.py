"""Keys: passwords, one-time links, API tokens, and the lock after too many failures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor, actor_of, digest_of
from burden.accounts.models import ApiToken, LoginLink, Post, User
from burden.accounts.passwords import LINK_LIFE, TOKEN_LIFE, forget_failures, new_secret
from burden.accounts.roles import TRIO, Role
from burden.accounts.services import rules
from burden.accounts.services.people import new_person
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.ledger.services import record
from burden.units.models import Unit


class BadPassword(Refused):
    """The password is too weak, or the old one is wrong."""


class LinkSpent(Refused):
    """The one-time link was used, has run out, or never existed: not told apart."""


class NoToken(Refused):
    """This person may not have an API token."""


@dataclass(frozen=True)
class Holder:
    """Whom a one-time link is for; `unit` is "" for who has no post yet."""

    name: str
    username: str
    unit: str


@transaction.atomic
def make_login_link(*, by: Actor, user: User, now: dt.datetime) -> str:
    """Return the secret of a one-time link of 24 hours; older unused ones of the person end.

    Refuses: person.out_of_reach, person.stopped.
    """
    rules.need(by, Role.SECADMIN)
    rules.check_person(by, user, now)
    if not user.is_active:
        raise rules.BadPerson("person.stopped", _("这个账号停用了，先恢复"))
    return _new_link(by, user, now)


@transaction.atomic
def reissue_link(*, user: User, now: dt.datetime) -> str:
    """Return the secret of a one-time link made from the command line, where the database owner sits."""
    return _new_link(None, user, now, _unit_id(user, now))


def _unit_id(user: User, now: dt.datetime) -> int | None:
    """Return whose auditors are to see what the command line does to a person."""
    post = rules.posts_from(user, now).first()
    return post.unit_id if post else None


def _new_link(by: Actor | None, user: User, now: dt.datetime, unit_id: int | None = None) -> str:
    secret = new_secret()
    LoginLink.objects.filter(user=user, used_at=None, expires_at__gt=now).update(expires_at=now)
    LoginLink.objects.create(
        user=user, digest=_link_digest(secret), made_by=by.user if by else None, made_at=now, expires_at=now + LINK_LIFE
    )
    record(by=by, what="link.made", on=user, now=now, person=user.username, unit_id=unit_id)
    return secret


def link_holder(*, secret: str, now: dt.datetime) -> Holder | None:
    """Return for whom a one-time link sets a password. Shape: None where it does not, or no longer."""
    link = _good_links(secret, now).select_related("user").first()
    if link is None:
        return None
    post = rules.posts_from(link.user, now).select_related("unit").order_by("valid").first()
    return Holder(link.user.name, link.user.username or "", post.unit.name if post else "")


def _good_links(secret: str, now: dt.datetime) -> QuerySet[LoginLink]:
    return LoginLink.objects.filter(digest=_link_digest(secret), used_at=None, expires_at__gt=now, user__is_active=True)


def _link_digest(secret: str) -> str:
    return digest_of(secret.replace("-", "").strip().lower())


@transaction.atomic
def set_password_by_link(*, secret: str, password: str, now: dt.datetime) -> User:
    """Set a password with a one-time link, which is spent by it; failures before are forgotten.

    Refuses: link.spent, password.weak (the link stays good).
    """
    link = _good_links(secret, now).select_for_update(of=("self",)).select_related("user").first()
    if link is None:
        raise LinkSpent("link.spent", _("这个链接用过了或过期了，请安全管理员再发一个"))
    _set_password(link.user, password)
    link.used_at = now
    link.save(update_fields=["used_at"])
    forget_failures(link.user.username or "")
    record(by=actor_of(link.user, now), what="link.used", on=link.user, now=now, person=link.user.username)
    return link.user


@transaction.atomic
def change_password(*, by: Actor, old: str, password: str, now: dt.datetime) -> None:
    """Change one's own password; sessions on other devices end. Refuses: password.wrong, password.weak."""
    if not by.user.check_password(old):
        words = _("现在的密码不对")
        raise BadPassword("password.wrong", words, {"old": words})
    _set_password(by.user, password)
    record(by=by, what="password.changed", on=by.user, now=now)


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        words = " ".join(error.messages)
        raise BadPassword("password.weak", words, {"password": words}) from error
    user.set_password(password)
    user.save(update_fields=["password"])


@transaction.atomic
def unlock(*, by: Actor, user: User, now: dt.datetime) -> None:
    """Let an account that failed too often try again at once, also one of the other two beside the actor.

    Refuses: person.out_of_reach.
    """
    rules.need(by, Role.SECADMIN)
    held, (low, high) = rules.posts_from(user, now).select_related("unit"), by.manage_range
    if not held or not all(low <= post.unit.path < high for post in held):
        raise rules.OutOfReach("person.out_of_reach", _("这个人不在你的范围内"))
    forget_failures(user.username or "")
    record(by=by, what="login.unlocked", on=user, now=now, person=user.username)


def record_login(*, by: Actor | None, now: dt.datetime) -> None:
    """Put a login on record, but of a cadre: when somebody who sees only the own weeks is online is nobody's business."""
    _record_own(by, "login.in", now)


def record_logout(*, by: Actor | None, now: dt.datetime) -> None:
    """Put a logout on record, where the login was."""
    _record_own(by, "login.out", now)


def _record_own(by: Actor | None, what: str, now: dt.datetime) -> None:
    if by and by.roles - {Role.CADRE}:
        record(by=by, what=what, on=by.user, now=now, person=by.user.username)


@transaction.atomic
def make_token(*, by: Actor | None, user: User, now: dt.datetime) -> str:
    """Return the secret of a new API token of 365 days; `by` is None on the command line.

    Refuses: token.trio, person.stopped.
    """
    if not user.is_active:
        raise NoToken("person.stopped", _("这个账号停用了，先恢复"))
    if rules.posts_from(user, now).filter(role__in=TRIO).exists():
        raise NoToken("token.trio", _("三员不用接口令牌"))
    secret = new_secret().replace("-", "")
    ApiToken.objects.create(user=user, digest=digest_of(secret), made_at=now, expires_at=now + TOKEN_LIFE)
    record(by=by, what="token.made", on=user, now=now, person=user.username, unit_id=_unit_id(user, now))
    return secret


@transaction.atomic
def revoke_tokens(*, by: Actor | None, user: User, now: dt.datetime) -> int:
    """End every API token of a person and return how many there were. Refuses: person.out_of_reach."""
    if by is not None:
        rules.need(by, Role.SECADMIN)
        rules.check_person(by, user, now)
    count = ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now).update(revoked_at=now)
    unit_id = _unit_id(user, now)
    record(by=by, what="token.revoked", on=user, now=now, person=user.username, unit_id=unit_id, count=count)
    return count


@transaction.atomic
def open_account(*, username: str, name: str, unit: Unit, role: str, now: dt.datetime) -> tuple[User, str]:
    """Open an account from the command line, with a post from this Monday on, and return it with its one-time link.

    Only the database owner can: this is how the first of the 三员 come to be.
    Refuses: person.username, person.name, person.exists, post.closed_unit, post.level.
    """
    monday = Week.at(now).monday
    rules.check_unit(role, unit, monday)
    user = new_person(username=username, name=name)
    Post.objects.create(user=user, unit=unit, role=role, title="", valid=DateRange(monday, None))
    record(
        by=None, what="person.added", on=user, now=now, person=user.username, unit_id=unit.pk, role=role, unit=unit.code
    )
    return user, _new_link(None, user, now, unit.pk)
