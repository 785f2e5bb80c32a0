"""Passwords, one-time links, tokens, locks."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from burden.accounts import services
from burden.accounts.actor import user_of_token
from burden.accounts.models import ApiToken, LoginLink
from burden.accounts.passwords import new_secret
from burden.accounts.services.keys import BadPassword, LinkSpent, NoToken
from burden.accounts.services.people import PersonExists
from burden.accounts.services.rules import OutOfReach
from burden.ledger.models import AuditEvent
from tests.factories import NOW, THIS_WEEK, make_actor, make_post

GOOD = "yuanzhou-2026-linxi"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def cadre(place):
    return make_post(place.village).user


def link(place, user, now=NOW) -> str:
    return services.make_login_link(by=place.secadmin, user=user, now=now)


def use(secret: str, now=NOW, password=GOOD):
    return services.set_password_by_link(secret=secret, password=password, now=now)


def test_secret_has_160_bits_in_eight_groups():
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all([len(group) for group in secret.split("-")] == [4] * 8 for secret in secrets)


def test_link_sets_a_password_once(place, cadre):
    secret = link(place, cadre)
    use(secret)
    cadre.refresh_from_db()
    assert cadre.check_password(GOOD)
    with pytest.raises(LinkSpent):
        use(secret)


def test_link_is_read_without_dashes_and_in_capitals(place, cadre):
    use(link(place, cadre).replace("-", "").upper())
    cadre.refresh_from_db()
    assert cadre.check_password(GOOD)


def test_link_runs_out_after_24_hours(place, cadre):
    secret = link(place, cadre)
    assert services.link_holder(secret=secret, now=NOW + 23 * HOUR)
    with pytest.raises(LinkSpent):
        use(secret, NOW + 24 * HOUR)


def test_unknown_link_is_refused_with_the_same_sentence(place, cadre):
    used = link(place, cadre)
    use(used)
    sentences = set()
    for secret in (used, "no-such-link"):
        with pytest.raises(LinkSpent) as refused:
            use(secret)
        sentences.add(str(refused.value))
    assert len(sentences) == 1


def test_newer_link_ends_the_older(place, cadre):
    old, new = link(place, cadre), link(place, cadre, NOW + HOUR)
    with pytest.raises(LinkSpent):
        use(old, NOW + HOUR)
    use(new, NOW + HOUR)


def test_weak_password_leaves_the_link_good(place, cadre):
    secret = link(place, cadre)
    for weak in ("short", "1234567890123", "password123"):
        with pytest.raises(BadPassword) as refused:
            use(secret, password=weak)
        assert "密码" in refused.value.errors["password"]
    use(secret)


def test_link_of_a_stopped_person_is_spent(place, cadre):
    secret = link(place, cadre)
    services.deactivate(by=place.sysadmin, user=cadre, now=NOW)
    with pytest.raises(LinkSpent):
        use(secret)


def test_only_the_digest_is_stored(place, cadre):
    secret = link(place, cadre)
    stored = LoginLink.objects.get(user=cadre)
    assert secret not in str(stored.__dict__)
    assert len(stored.digest) == 64
    assert secret not in str(list(AuditEvent.objects.values()))


def test_link_is_made_by_secadmin_alone(place, cadre):
    with pytest.raises(PermissionDenied):
        services.make_login_link(by=place.sysadmin, user=cadre, now=NOW)


def test_secadmin_makes_no_link_for_the_other_two(place):
    # with one, the secadmin could log in as the sysadmin and propose what only he then decides
    for other in (place.sysadmin, place.auditor):
        with pytest.raises(OutOfReach):
            link(place, other.user)
    above = make_actor(place.city, "secadmin")
    assert services.make_login_link(by=above, user=place.sysadmin.user, now=NOW)


def test_unlock_reaches_who_is_there_now(place):
    for near in (place.sysadmin.user, make_post(place.village).user):
        services.unlock(by=place.secadmin, user=near, now=NOW)
    gone = make_post(place.village, until=THIS_WEEK.monday).user
    make_post(place.city, "secadmin", gone, since=THIS_WEEK.monday)
    with pytest.raises(OutOfReach):
        services.unlock(by=place.secadmin, user=gone, now=NOW)


def test_token_is_digested_and_runs_out(place, cadre, monkeypatch):
    secret = services.make_token(by=None, user=cadre, now=NOW)
    stored = ApiToken.objects.get(user=cadre)
    assert secret not in str(stored.__dict__)
    assert stored.expires_at == NOW + dt.timedelta(days=365)
    monkeypatch.setattr("burden.kit.clock.now", lambda: NOW)
    assert user_of_token(secret) == cadre
    monkeypatch.setattr("burden.kit.clock.now", lambda: stored.expires_at)
    assert user_of_token(secret) is None


def test_token_is_revoked(place, cadre, monkeypatch):
    monkeypatch.setattr("burden.kit.clock.now", lambda: NOW)
    secret = services.make_token(by=None, user=cadre, now=NOW)
    assert services.revoke_tokens(by=place.secadmin, user=cadre, now=NOW) == 1
    assert user_of_token(secret) is None


def test_trio_gets_no_token(place):
    for one in (place.sysadmin, place.secadmin, place.auditor):
        with pytest.raises(NoToken, match="三员"):
            services.make_token(by=None, user=one.user, now=NOW)


def test_password_changes_with_the_old_one(place):
    actor = make_actor(place.village)
    actor.user.set_password("old-password-1")
    with pytest.raises(BadPassword) as refused:
        services.change_password(by=actor, old="wrong", password=GOOD, now=NOW)
    assert refused.value.code == "password.wrong"
    services.change_password(by=actor, old="old-password-1", password=GOOD, now=NOW)
    assert actor.user.check_password(GOOD)


def test_account_opened_from_the_command_line_has_post_and_link(place):
    user, secret = services.open_account(username="first", name="赵磊", unit=place.city, role="sysadmin", now=NOW)
    assert user.posts.get().valid.lower.isoweekday() == 1
    use(secret)
    with pytest.raises(PersonExists):
        services.open_account(username="FIRST", name="赵磊", unit=place.city, role="sysadmin", now=NOW)
