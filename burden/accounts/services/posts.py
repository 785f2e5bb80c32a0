"""Posts change by two people: one of the 三员 proposes, another decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.models import ApiToken, Post, PostRequest, User
from burden.accounts.roles import TRIO, Role
from burden.accounts.services import rules
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.ledger.services import record
from burden.units.models import Unit

Change = PostRequest.Change
ONE_OF_A_ROLE = "post_one_of_a_role"


class PostClash(rules.BadPost):
    """The person already holds a post that excludes this one."""


class AlreadyProposed(rules.BadPost):
    """The same change waits to be decided."""


class CannotDecide(Refused):
    """The request is one's own, or decided already."""


@transaction.atomic
def propose_post(
    *,
    by: Actor,
    user: User,
    unit: Unit,
    role: str,
    since: dt.date,
    now: dt.datetime,
    title: str = "",
    inspectorate: bool = False,
) -> PostRequest:
    """Ask for a post from a Monday on.

    Refuses: post.out_of_reach, post.not_monday, post.too_far, post.closed_unit, post.level, post.clash,
    post.proposed, post.inspectorate (not for a reviewer), person.stopped, person.out_of_reach (whoever holds a post elsewhere ends it there first).
    """
    rules.need(by, Role.SYSADMIN)
    request = _grant(by, user, unit, role, since, title, now, inspectorate=inspectorate)
    check_clash(user, role, since)
    rules.check_person(by, user, now, retired=True)
    request.save()
    _record(by, "post.proposed", request, now)
    return request


@transaction.atomic
def end_post(
    *, by: Actor, post: Post, last_day: dt.date, now: dt.datetime, unit: Unit | None = None, title: str = ""
) -> PostRequest:
    """Ask that a post end with a Sunday, and go on the day after in `unit` where one is given; the account stays.

    What was filed stays where it is. Returns the request to end it.
    Refuses: post.out_of_reach, post.not_sunday, post.past, post.ended, post.too_far, post.proposed, and what propose_post refuses of the new post.
    """
    rules.need(by, Role.SYSADMIN)
    request = _end(by, post, last_day, now)
    request.save()
    _record(by, "post.end_proposed", request, now)
    if unit:
        _go_on(by, post, last_day + clock.DAY, unit, title, now)
    return request


@transaction.atomic
def end_posts(*, by: Actor, unit: Unit, last_day: dt.date, now: dt.datetime) -> list[PostRequest]:
    """Ask that all posts of a unit end with a Sunday, so that it can merge or close; all of them or none, decided in one go.

    Shape: the requests; whoever was to end by that day already is left alone.
    Refuses: post.none, post.not_sunday, post.past, post.too_far, and of the first post that cannot end so, with whose it is, what end_post refuses.
    """
    rules.need(by, Role.SYSADMIN)
    check_sunday(last_day, now)
    on = last_day + clock.DAY
    ending = PostRequest.objects.filter(change=Change.END, decided_at=None, on__lte=on)
    posts = Post.objects.filter(unit=unit, valid__overlap=DateRange(on, None)).exclude(pk__in=ending.values("post"))
    requests = [_end_one(by, post, last_day, now) for post in posts.select_related("user", "unit").order_by("pk")]
    if not requests:
        words = _("%(unit)s那以后没有人任职，或者都已提过") % {"unit": unit.name}
        raise rules.BadPost("post.none", words, {"last_day": words})
    for request in requests:
        request.save()
        _record(by, "post.end_proposed", request, now)
    return requests


def _end_one(by: Actor, post: Post, last_day: dt.date, now: dt.datetime) -> PostRequest:
    """Refuses: as _end, in words that say of whom."""
    try:
        return _end(by, post, last_day, now)
    except Refused as refused:
        words = f"{post.user.name}：{refused.detail}"
        raise type(refused)(refused.code, words, {"last_day": words}) from refused


def _record(by: Actor, what: str, request: PostRequest, now: dt.datetime) -> None:
    person, unit = request.user.username, request.unit.code
    record(by=by, what=what, on=request, now=now, person=person, role=request.role, unit=unit)


def _go_on(by: Actor, post: Post, since: dt.date, unit: Unit, title: str, now: dt.datetime) -> None:
    request = _grant(by, post.user, unit, post.role, since, title, now, inspectorate=post.inspectorate)
    check_clash(post.user, post.role, since, ending=post)
    request.save()
    _record(by, "post.proposed", request, now)


def _grant(
    by: Actor, user: User, unit: Unit, role: str, since: dt.date, title: str, now: dt.datetime, *, inspectorate: bool
) -> PostRequest:
    rules.check_reach(by, role, unit)
    rules.check_since(since, now)
    rules.check_unit(role, unit, since)
    title = rules.read_title(title)
    if inspectorate and role != Role.REVIEWER:
        words = _("只有专班能管督查")
        raise rules.BadPost("post.inspectorate", words, {"inspectorate": words})
    if not user.is_active:
        raise rules.BadPerson("person.stopped", _("这个账号停用了，先恢复"))
    waiting = PostRequest.objects.filter(user=user, role=role, change=Change.GRANT, decided_at=None)
    if waiting.exists():
        raise AlreadyProposed("post.proposed", _("这个人的这个角色已经提过，在等安全管理员批"))
    return PostRequest(
        change=Change.GRANT,
        user=user,
        unit=unit,
        role=role,
        title=title,
        inspectorate=bool(inspectorate),
        on=since,
        proposed_by=by.user,
        proposed_at=now,
    )


def _end(by: Actor, post: Post, last_day: dt.date, now: dt.datetime) -> PostRequest:
    rules.check_reach(by, post.role, post.unit)
    check_last_day(post, last_day, now)
    if PostRequest.objects.filter(post=post, change=Change.END, decided_at=None).exists():
        raise AlreadyProposed("post.proposed", _("止任职已经提过，在等安全管理员批"))
    return PostRequest(
        change=Change.END, user=post.user, unit=post.unit, role=post.role, title=post.title, post=post,
        on=last_day + clock.DAY, proposed_by=by.user, proposed_at=now,
    )  # fmt: skip


def check_last_day(post: Post, last_day: dt.date, now: dt.datetime) -> None:
    """Refuses: post.not_sunday, post.past, post.ended, post.too_far."""
    check_sunday(last_day, now)
    _check_not_before(last_day, post.valid.lower + clock.DAY * 6)
    if post.valid.upper and last_day >= post.valid.upper:
        words = _("这个任职到 %(day)s 为止；要再任，请另加任职") % {"day": post.valid.upper - clock.DAY}
        raise rules.BadPost("post.ended", words, {"last_day": words})


def check_sunday(last_day: dt.date, now: dt.datetime) -> None:
    """Refuses: post.not_sunday, post.past (weeks that are over keep the posts they were filed in), post.too_far."""
    rules.check_not_far(last_day, now, "last_day")
    if last_day.isoweekday() != 7:
        words = _("最后一天要是周日，比如 %(day)s") % {"day": Week.on(last_day).sunday}
        raise rules.BadPost("post.not_sunday", words, {"last_day": words})
    _check_not_before(last_day, Week.at(now).monday - clock.DAY)


def _check_not_before(last_day: dt.date, earliest: dt.date) -> None:
    if last_day < earliest:
        words = _("最后一天不能早于 %(day)s") % {"day": earliest}
        raise rules.BadPost("post.past", words, {"last_day": words})


def check_clash(user: User, role: str, since: dt.date, ending: Post | None = None) -> None:
    """Refuses: post.clash. The database refuses the same; here it is said before anybody decides."""
    held = Post.objects.filter(user=user, valid__overlap=DateRange(since, None))
    if ending:
        held = held.exclude(pk=ending.pk)
    roles = set(held.values_list("role", flat=True))
    if roles and (role in TRIO or roles & TRIO):
        raise _clash(_("三员不能兼别的任职，先止现任职"), "role")
    if role in roles:
        raise _clash(_("这个人那时已有这个角色，先止现任职"), "role")


def _clash(words: str, field: str) -> PostClash:
    return PostClash("post.clash", words, {field: words})


@transaction.atomic
def decide_requests(
    *, by: Actor, requests: Sequence[PostRequest], granted: bool, now: dt.datetime
) -> list[PostRequest]:
    """Grant or refuse changes of posts that somebody else proposed; all of them or none.

    Refuses: request.own, request.decided, post.out_of_reach, post.closed_unit, post.clash.
    """
    rules.need(by, Role.SECADMIN)
    locked = _lock(requests)
    for request in locked:
        _check_may_decide(by, request)
    if granted:
        _carry_out(locked, now)
    _close(locked, now, decided_by=by.user, granted=granted)
    _record_all(by, "request.granted" if granted else "request.refused", locked, now)
    return locked


@transaction.atomic
def withdraw_requests(*, by: Actor, requests: Sequence[PostRequest], now: dt.datetime) -> list[PostRequest]:
    """Take back what one proposed and nobody has decided; all of it or none. A request withdrawn has no decider.

    Refuses: request.decided, request.not_own.
    """
    rules.need(by, Role.SYSADMIN)
    locked = _lock(requests)
    if any(request.proposed_by_id != by.user_id for request in locked):
        raise CannotDecide("request.not_own", _("只有提的人能撤回"))
    _close(locked, now, granted=False)
    _record_all(by, "request.withdrawn", locked, now)
    return locked


def _lock(requests: Sequence[PostRequest]) -> list[PostRequest]:
    """Lock what waits. Refuses: request.decided, where one of them no longer does."""
    pks = [request.pk for request in requests]
    # `end` sorts before `grant`: who moves leaves the old post first
    locked = list(
        PostRequest.objects.select_for_update(of=("self",))
        .filter(pk__in=pks, decided_at=None)
        .select_related("user", "unit", "post")
        .order_by("change", "pk")
    )
    if not pks or len(locked) != len(pks):
        raise CannotDecide("request.decided", _("这一项已经有人批过或撤回了"))
    return locked


def _close(requests: Sequence[PostRequest], now: dt.datetime, **outcome: Any) -> None:
    PostRequest.objects.filter(pk__in=[request.pk for request in requests]).update(decided_at=now, **outcome)


def _record_all(by: Actor, what: str, requests: Sequence[PostRequest], now: dt.datetime) -> None:
    pks = [request.pk for request in requests]
    persons = sorted({request.user.username or "" for request in requests})
    record(by=by, what=what, on=requests[0], now=now, requests=pks, persons=persons)


def _check_may_decide(by: Actor, request: PostRequest) -> None:
    if by.user_id in (request.proposed_by_id, request.user_id):
        raise CannotDecide("request.own", _("自己提的、关于自己的，要由另一个人批"))
    rules.check_reach(by, request.role, request.unit)


def _carry_out(requests: Sequence[PostRequest], now: dt.datetime) -> None:
    """Write the posts. What clashes by now is refused by the database, whole."""
    grants = [request for request in requests if request.change == Change.GRANT]
    for request in grants:
        rules.check_unit(request.role, request.unit, request.on)
    ended = [_ended(request.post, request.on) for request in requests if request.post and request.change == Change.END]
    try:
        with transaction.atomic():
            Post.objects.bulk_update(ended, ["valid"], batch_size=1000)
            Post.objects.bulk_create(_post(request) for request in grants)
    except IntegrityError as error:
        if ONE_OF_A_ROLE not in str(error):
            raise
        raise PostClash("post.clash", _("有人那时已有相同或不能兼的任职，请提的人改好再提")) from error
    trio = [request.user_id for request in grants if request.role in TRIO]
    ApiToken.objects.filter(user_id__in=trio, revoked_at=None).update(revoked_at=now)


def _ended(post: Post, on: dt.date) -> Post:
    post.valid = DateRange(post.valid.lower, on)
    return post


def _post(request: PostRequest) -> Post:
    return Post(
        user=request.user, unit=request.unit, role=request.role, title=request.title, inspectorate=request.inspectorate,
        valid=DateRange(request.on, None),
    )  # fmt: skip
