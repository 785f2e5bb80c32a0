"""Two people change a post: what is proposed, decided, refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from burden.accounts import services
from burden.accounts.models import ApiToken, Post, PostRequest, User
from burden.accounts.services.people import PersonExists
from burden.accounts.services.posts import AlreadyProposed, CannotDecide, PostClash
from burden.accounts.services.rules import BadPerson, BadPost, OutOfReach
from burden.kit.clock import DAY
from burden.ledger.models import AuditEvent
from burden.units.models import Unit
from tests.factories import NOW, THIS_WEEK, make_actor, make_post, make_unit, make_user

MONDAY, SUNDAY = THIS_WEEK.monday, THIS_WEEK.sunday


def add(place, **facts) -> User:
    """Add 吴晓梅 to the township, with what the test changes."""
    usual = {"username": "wuxiaomei", "name": "吴晓梅", "unit": place.township, "role": "cadre", "since": MONDAY}
    return services.add_person(**{"by": place.sysadmin, "now": NOW} | usual | facts)


def propose(place, user: User | None = None, **facts) -> PostRequest:
    """Propose a post in the township, with what the test changes."""
    usual = {"by": place.sysadmin, "unit": place.township, "role": "cadre", "since": MONDAY, "now": NOW}
    return services.propose_post(**usual | {"user": user or make_user()} | facts)


def decide(place, *requests: PostRequest, granted: bool = True, by=None) -> list[PostRequest]:
    return services.decide_requests(by=by or place.secadmin, requests=requests, granted=granted, now=NOW)


def code_of(refused: pytest.ExceptionInfo) -> str:
    return refused.value.code


def test_person_added_cannot_log_in_and_waits(place):
    user = add(place, username=" WuXiaoMei ")
    assert (user.username, user.has_usable_password()) == ("wuxiaomei", False)
    assert not user.posts.exists()
    request = PostRequest.objects.get(user=user)
    assert (request.change, request.proposed_by, request.decided_at) == ("grant", place.sysadmin.user, None)
    assert list(AuditEvent.objects.order_by("pk").values_list("what", flat=True)) == ["person.added", "post.proposed"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"username": "吴"}, "person.username"),
        ({"username": "a b"}, "person.username"),
        ({"name": "  "}, "person.name"),
        ({"name": "吴\n梅"}, "person.name"),
        ({"title": "长" * 61}, "post.title"),
        ({"since": MONDAY + dt.timedelta(days=1)}, "post.not_monday"),
        ({"since": dt.date(2036, 1, 7)}, "post.too_far"),
        ({"role": "office"}, "post.level"),
    ],
)
def test_person_refused_is_not_stored(place, facts, code):
    with pytest.raises((BadPerson, BadPost)) as refused:
        add(place, **facts)
    assert code_of(refused) == code
    assert set(refused.value.errors) <= {"username", "name", "title", "since", "role"}
    assert not User.objects.filter(name="吴晓梅").exists()


def test_not_monday_says_which_monday(place):
    with pytest.raises(BadPost) as refused:
        add(place, since=dt.date(2026, 12, 1))
    assert str(refused.value) == "2026-12-01 是周二；任职从周一起，改为 2026-11-30"


def test_username_taken_is_refused(place):
    taken = make_post(place.village).user.username
    with pytest.raises(PersonExists, match="已有人用"):
        add(place, username=taken.upper())


def test_closed_unit_is_refused(place):
    closed = make_unit(place.county, "township", closed_on=MONDAY)
    with pytest.raises(BadPost, match="那时已撤"):
        propose(place, unit=closed)


def test_only_sysadmin_proposes(place):
    for stranger in (place.secadmin, place.auditor, make_actor(place.county, "office")):
        with pytest.raises(PermissionDenied):
            propose(place, by=stranger)


def test_only_secadmin_decides(place):
    request = propose(place)
    for stranger in (place.sysadmin, place.auditor):
        with pytest.raises(PermissionDenied):
            decide(place, request, by=stranger)


def test_granted_request_becomes_post(place):
    user = make_user()
    decide(place, propose(place, user, title="社会事务办"))
    post = Post.objects.get(user=user)
    assert (post.unit, post.role, post.title) == (place.township, "cadre", "社会事务办")
    assert (post.valid.lower, post.valid.upper) == (MONDAY, None)
    assert AuditEvent.objects.filter(what="request.granted", actor_id=place.secadmin.user_id).exists()


def test_refused_request_changes_nothing(place):
    request = propose(place)
    decide(place, request, granted=False)
    request.refresh_from_db()
    assert (request.granted, request.decided_by) == (False, place.secadmin.user)
    assert not Post.objects.filter(user=request.user).exists()


def test_person_refused_once_is_added_again(place):
    user = add(place, name="吴小梅")
    with pytest.raises(PersonExists):
        add(place)  # it waits
    decide(place, PostRequest.objects.get(user=user), granted=False)
    assert add(place) == user
    decide(place, PostRequest.objects.get(user=user, decided_at=None))
    user.refresh_from_db()
    assert (user.name, user.posts.get().unit) == ("吴晓梅", place.township)
    with pytest.raises(PersonExists):
        add(place)


def test_request_is_decided_once(place):
    request = propose(place)
    decide(place, request)
    with pytest.raises(CannotDecide) as refused:
        decide(place, request)
    assert code_of(refused) == "request.decided"
    assert Post.objects.filter(user=request.user).count() == 1


def test_proposer_cannot_decide_even_in_the_database(place):
    request = propose(place)
    with pytest.raises(IntegrityError), transaction.atomic():
        PostRequest.objects.filter(pk=request.pk).update(decided_by=place.sysadmin.user)


def test_nobody_decides_about_oneself(place):
    # a new secadmin of the city: whoever proposes it, this person does not decide it
    above = make_actor(place.city, "secadmin")
    request = PostRequest.objects.create(
        change="end",
        user=above.user,
        unit=place.city,
        role="secadmin",
        on=MONDAY,
        proposed_by=make_user(),
        proposed_at=NOW,
    )
    with pytest.raises(CannotDecide) as refused:
        decide(place, request, by=above)
    assert code_of(refused) == "request.own"


@pytest.mark.parametrize("where", ["city", "sibling"])
def test_unit_out_of_reach_is_refused(place, where):
    unit = place.city if where == "city" else make_unit(place.city)
    with pytest.raises(OutOfReach):
        propose(place, unit=unit)


def test_trio_is_appointed_from_above(place):
    with pytest.raises(OutOfReach, match="上一级"):
        propose(place, unit=place.county, role="secadmin")
    above = make_actor(place.city, "sysadmin")
    decide(place, propose(place, unit=place.county, role="auditor", by=above), by=make_actor(place.city, "secadmin"))


def test_trio_excludes_every_other_post(place):
    cadre = make_post(place.township).user
    above = make_actor(place.city, "sysadmin")
    with pytest.raises(PostClash, match="三员"):
        propose(place, cadre, unit=place.county, role="auditor", by=above)
    with pytest.raises(PostClash, match="三员"):
        propose(place, place.auditor.user, unit=place.township, role="cadre")


def test_clash_that_came_later_is_a_clear_sentence(place):
    user = make_user()
    request = propose(place, user)
    make_post(place.village, user=user)
    with pytest.raises(PostClash, match="请提的人改好再提"):
        decide(place, request)
    request.refresh_from_db()
    assert request.decided_at is None


def test_same_role_twice_is_refused(place):
    cadre = make_post(place.village).user
    with pytest.raises(PostClash, match="已有这个角色"):
        propose(place, cadre)
    propose(place, cadre, role="lead")
    with pytest.raises(AlreadyProposed):
        propose(place, cadre, role="lead")


def test_post_ends_with_a_sunday(place):
    post = make_post(place.township)
    decide(place, services.end_post(by=place.sysadmin, post=post, last_day=SUNDAY, now=NOW))
    post.refresh_from_db()
    assert post.valid.upper == SUNDAY + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("last_day", "code"),
    [
        (SUNDAY - dt.timedelta(days=1), "post.not_sunday"),
        (SUNDAY - dt.timedelta(days=14), "post.past"),
        (dt.date(9999, 12, 31), "post.too_far"),
    ],
)
def test_post_does_not_end_midweek_or_in_the_past(place, last_day, code):
    with pytest.raises(BadPost) as refused:
        services.end_post(by=place.sysadmin, post=make_post(place.township), last_day=last_day, now=NOW)
    assert code_of(refused) == code
    assert set(refused.value.errors) == {"last_day"}


def test_all_posts_of_a_unit_end_in_one_go(place):
    posts = [make_post(place.village, role) for role in ("cadre", "cadre", "lead")]
    early, other = make_post(place.village), make_post(place.township)
    services.end_post(by=place.sysadmin, post=early, last_day=MONDAY - DAY, now=NOW - DAY)
    requests = services.end_posts(by=place.sysadmin, unit=place.village, last_day=SUNDAY, now=NOW)
    assert [(request.post, request.on) for request in requests] == [(post, SUNDAY + DAY) for post in posts]
    events = AuditEvent.objects.filter(what="post.end_proposed").order_by("pk")
    assert [event.subject_id for event in events][1:] == [str(request.pk) for request in requests]
    decide(place, *requests)
    for post in (*posts, early, other):
        post.refresh_from_db()
    assert {post.valid.upper for post in posts} == {SUNDAY + DAY}
    assert (early.valid.upper, other.valid.upper) == (None, None)


@pytest.mark.parametrize("obstacle", ["begins later", "ends later by another request"])
def test_posts_of_a_unit_end_all_or_none(place, obstacle):
    make_post(place.village)
    hard = make_post(place.village, user=make_user("彭立新"), since=MONDAY + (obstacle == "begins later") * 14 * DAY)
    if obstacle != "begins later":
        services.end_post(by=place.sysadmin, post=hard, last_day=SUNDAY + 7 * DAY, now=NOW - DAY)
    before = PostRequest.objects.count()
    with pytest.raises(BadPost, match=r"^彭立新：(最后一天不能早于|止任职已经提过)") as refused:
        services.end_posts(by=place.sysadmin, unit=place.village, last_day=SUNDAY, now=NOW)
    assert set(refused.value.errors) == {"last_day"}
    assert PostRequest.objects.count() == before


def test_posts_of_a_unit_end_once(place):
    make_post(place.village)
    services.end_posts(by=place.sysadmin, unit=place.village, last_day=SUNDAY, now=NOW)
    with pytest.raises(BadPost, match="没有人任职") as refused:
        services.end_posts(by=place.sysadmin, unit=place.village, last_day=SUNDAY, now=NOW)
    assert code_of(refused) == "post.none"


@pytest.mark.parametrize(
    ("last_day", "code"),
    [(MONDAY, "post.not_sunday"), (MONDAY - 8 * DAY, "post.past"), (dt.date(9999, 12, 31), "post.too_far")],
)
def test_posts_of_a_unit_end_on_a_sunday_to_come(place, last_day, code):
    make_post(place.village)
    with pytest.raises(BadPost) as refused:
        services.end_posts(by=place.sysadmin, unit=place.village, last_day=last_day, now=NOW)
    assert (code_of(refused), set(refused.value.errors)) == (code, {"last_day"})


def test_posts_of_a_unit_are_ended_by_who_keeps_them(place):
    with pytest.raises(PermissionDenied):
        services.end_posts(by=place.secadmin, unit=place.village, last_day=SUNDAY, now=NOW)
    with pytest.raises(OutOfReach, match="三员由上一级任免"):  # the county's own three are among them
        services.end_posts(by=place.sysadmin, unit=place.county, last_day=SUNDAY, now=NOW)


def test_post_that_ended_is_not_drawn_out(place):
    """The weeks between would have a cadre whom nobody granted."""
    over = make_post(place.township, until=MONDAY - dt.timedelta(days=70))
    with pytest.raises(BadPost, match="请另加任职") as refused:
        services.end_post(by=place.sysadmin, post=over, last_day=SUNDAY, now=NOW)
    assert code_of(refused) == "post.ended"
    coming = make_post(place.township, until=SUNDAY + dt.timedelta(days=29))
    services.end_post(by=place.sysadmin, post=coming, last_day=SUNDAY, now=NOW)


def test_move_ends_one_post_and_begins_another_the_day_after(place):
    post, other = make_post(place.township), make_unit(place.county, "township", name="石桥镇")
    services.end_post(by=place.sysadmin, post=post, last_day=SUNDAY, unit=other, title="村建办", now=NOW)
    decide(place, *PostRequest.objects.filter(user=post.user))
    held = list(Post.objects.filter(user=post.user).order_by("valid").values_list("unit__name", "valid"))
    assert [name for name, _valid in held] == ["柳河镇", "石桥镇"]
    assert held[0][1].upper == held[1][1].lower == SUNDAY + dt.timedelta(days=1)


def test_trio_post_revokes_tokens(place):
    user = make_user()
    services.make_token(by=None, user=user, now=NOW)
    request = propose(place, user, unit=place.county, role="auditor", by=make_actor(place.city, "sysadmin"))
    decide(place, request, by=make_actor(place.city, "secadmin"))
    assert not ApiToken.objects.filter(user=user, revoked_at=None).exists()


def test_stopped_person_gets_no_post(place):
    with pytest.raises(BadPerson, match="停用"):
        propose(place, make_user(is_active=False))


def test_person_is_stopped_and_let_go_on(place):
    user = make_post(place.village).user
    services.deactivate(by=place.sysadmin, user=user, now=NOW)
    user.refresh_from_db()
    assert not user.is_active
    services.reactivate(by=place.sysadmin, user=user, now=NOW)
    user.refresh_from_db()
    assert user.is_active


def test_person_with_a_post_elsewhere_is_out_of_reach(place):
    user = make_post(place.village).user
    make_post(make_unit(place.city), "lead", user)
    with pytest.raises(OutOfReach):
        services.deactivate(by=place.sysadmin, user=user, now=NOW)
    with pytest.raises(OutOfReach):
        services.make_login_link(by=place.secadmin, user=user, now=NOW)


def test_sysadmin_cannot_stop_the_other_two(place):
    for other in (place.secadmin, place.auditor):
        with pytest.raises(OutOfReach, match="上一级"):
            services.deactivate(by=place.sysadmin, user=other.user, now=NOW)


def test_person_is_corrected(place):
    post = make_post(place.village)
    services.change_person(by=place.sysadmin, post=post, name="吴小梅", title="妇联主席", now=NOW)
    post.refresh_from_db()
    assert (post.user.name, post.title) == ("吴小梅", "妇联主席")


def test_person_who_went_elsewhere_is_not_corrected(place):
    """A post that is over does not keep somebody in reach; who holds none at all stays in it."""
    over = make_post(place.village, until=MONDAY)
    services.change_person(by=place.sysadmin, post=over, name="吴小梅", title="", now=NOW)
    make_post(place.county, "auditor", over.user, since=MONDAY)
    with pytest.raises(OutOfReach):
        services.change_person(by=place.sysadmin, post=over, name="别人", title="", now=NOW)


def test_person_kept_elsewhere_gets_no_post(place):
    """Who came here once and holds a post in another county now is theirs to end first."""
    gone = make_post(place.village, until=MONDAY).user
    propose(place, gone)
    other = make_post(make_unit(place.city), user=make_user()).user
    make_post(place.village, user=other, role="lead", until=MONDAY)
    with pytest.raises(OutOfReach):
        propose(place, other, role="lead")


def test_request_is_withdrawn_by_who_proposed_it(place):
    user = make_user()
    request = propose(place, user)
    for stranger in (place.secadmin, place.auditor):
        with pytest.raises(PermissionDenied):
            services.withdraw_requests(by=stranger, requests=[request], now=NOW)
    with pytest.raises(CannotDecide) as refused:
        services.withdraw_requests(by=make_actor(place.county, "sysadmin"), requests=[request], now=NOW)
    assert code_of(refused) == "request.not_own"
    services.withdraw_requests(by=place.sysadmin, requests=[request], now=NOW)
    request.refresh_from_db()
    assert (request.granted, request.decided_by, request.decided_at) == (False, None, NOW)
    for again in (lambda: decide(place, request), lambda: withdraw(place, request)):
        with pytest.raises(CannotDecide, match="撤回"):
            again()
    assert propose(place, user).pk != request.pk
    assert AuditEvent.objects.filter(what="request.withdrawn").count() == 1


def withdraw(place, request: PostRequest) -> list[PostRequest]:
    return services.withdraw_requests(by=place.sysadmin, requests=[request], now=NOW)


def test_unit_closed_meanwhile_gets_no_post(place):
    request = propose(place)
    Unit.every.filter(pk=place.township.pk).update(closed_on=MONDAY)
    with pytest.raises(BadPost, match="那时已撤"):
        decide(place, request)
    decide(place, request, granted=False)


def test_queries_of_a_grant_do_not_grow_with_its_moves(place):
    other = make_unit(place.county, "township")

    def count(moves: int) -> int:
        posts = [make_post(place.township) for _ in range(moves)]
        for post in posts:
            services.end_post(by=place.sysadmin, post=post, last_day=SUNDAY, unit=other, now=NOW)
        requests = list(
            PostRequest.objects.filter(post__in=posts) | PostRequest.objects.filter(unit=other, decided_at=None)
        )
        with CaptureQueriesContext(connection) as queries:
            decide(place, *requests)
        assert Post.objects.filter(unit=other, user__in=[post.user_id for post in posts]).count() == moves
        return len(queries)

    assert count(1) == count(3)
