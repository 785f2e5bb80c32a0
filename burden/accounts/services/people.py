"""Adding, correcting and stopping people."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import Post, PostRequest, User
from burden.accounts.roles import Role
from burden.accounts.services import rules
from burden.accounts.services.posts import propose_post
from burden.ledger.services import record
from burden.units.models import Unit


class PersonExists(rules.BadPerson):
    """The user name is taken."""


@transaction.atomic
def add_person(
    *,
    by: Actor,
    username: str,
    name: str,
    unit: Unit,
    role: str,
    since: dt.date,
    now: dt.datetime,
    title: str = "",
    inspectorate: bool = False,
) -> User:
    """Add a person who cannot log in yet, and propose the first post; whose first post was refused is taken up again.

    Refuses: person.username, person.name, person.exists, and what propose_post refuses.
    """
    rules.need(by, Role.SYSADMIN)
    user = _never_posted(username)
    if user:
        user.name = rules.read_name(name)
        user.save(update_fields=["name"])
    else:
        user = new_person(username=username, name=name)
    record(by=by, what="person.added", on=user, now=now, person=user.username)
    propose_post(by=by, user=user, unit=unit, role=role, title=title, inspectorate=inspectorate, since=since, now=now)
    return user


def _never_posted(username: str) -> User | None:
    """Return whom nobody can find in the list, and who never logged in: without a post, and none is proposed."""
    waiting = PostRequest.objects.filter(user=OuterRef("pk"), decided_at=None)
    return User.objects.filter(~Exists(waiting), username=rules.fold(username), posts=None).first()


def new_person(*, username: str, name: str) -> User:
    """Store a person without a password. Refuses: person.username, person.name, person.exists."""
    user = User(username=rules.read_username(username), name=rules.read_name(name))
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        words = _("用户名 %(name)s 已有人用；同一个人请在名单里加任职") % {"name": user.username}
        raise PersonExists("person.exists", words, {"username": words}) from error
    return user


@transaction.atomic
def change_person(*, by: Actor, post: Post, name: str, title: str, now: dt.datetime) -> None:
    """Correct a person's name and what the post is called; rights do not change.

    Refuses: person.name, post.title, post.out_of_reach, person.out_of_reach (also by way of a post that is over).
    """
    rules.need(by, Role.SYSADMIN)
    rules.check_reach(by, post.role, post.unit)
    rules.check_person(by, post.user, now, retired=True)
    post.user.name, post.title = rules.read_name(name), rules.read_title(title)
    post.user.save(update_fields=["name"])
    post.save(update_fields=["title"])
    record(by=by, what="person.changed", on=post.user, now=now, person=post.user.username)


@transaction.atomic
def deactivate(*, by: Actor, user: User, now: dt.datetime) -> None:
    """Stop an account: running sessions and tokens end with the next request; posts and what was filed stay.

    Refuses: person.out_of_reach.
    """
    rules.need(by, Role.SYSADMIN)
    rules.check_person(by, user, now)
    _set_active(by, user, active=False, now=now)


@transaction.atomic
def reactivate(*, by: Actor, user: User, now: dt.datetime) -> None:
    """Let a stopped account log in again. Refuses: person.out_of_reach."""
    rules.need(by, Role.SYSADMIN)
    rules.check_person(by, user, now)
    _set_active(by, user, active=True, now=now)


def _set_active(by: Actor, user: User, *, active: bool, now: dt.datetime) -> None:
    user.is_active = active
    user.save(update_fields=["is_active"])
    record(by=by, what="person.reactivated" if active else "person.deactivated", on=user, now=now, person=user.username)
