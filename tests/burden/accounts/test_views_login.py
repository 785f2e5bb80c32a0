"""Login, logout, sessions, links over HTTP."""

from __future__ import annotations

import datetime as dt
import re
import statistics
import time

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.models import Session

from burden.accounts import services
from burden.accounts.passwords import locked_out
from burden.kit import clock
from burden.ledger.models import AuditEvent
from tests.factories import make_actor, make_post, make_user


class QuickArgon2(Argon2PasswordHasher):
    """The portal's hash with fewer rounds: still most of the time a login takes."""

    time_cost = 1
    memory_cost = 32_768


PASSWORD = "yuanzhou-2026-linxi"
LONG = "Long-pass9" * 13  # 130 characters
WRONG = "用户名或密码不对"
LOCKED = "这个账号连续输错太多次"


@pytest.fixture
def person(place):
    """A cadre who can log in."""
    return able(make_post(place.village).user)


def able(user):
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client, user, password=PASSWORD, **more):
    name = user if isinstance(user, str) else user.username
    return client.post("/login/", {"login": name, "password": password} | more)


def later(monkeypatch, **span):
    """Move the portal's clock."""
    then = clock.now() + dt.timedelta(**span)
    monkeypatch.setattr("burden.kit.clock.now", lambda: then)


def body(response) -> str:
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def test_login_leads_to_the_page_one_came_for(client, person):
    assert client.get("/password/")["Location"] == "/login/?next=/password/"
    assert log_in(client, person, next="/password/")["Location"] == "/password/"
    assert client.get("/password/").status_code == 200


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_login_leads_nowhere_outside(client, person, next_):
    assert log_in(client, person, next=next_)["Location"] == "/"


def test_username_is_read_in_any_case(client, person):
    assert log_in(client, f" {person.username.upper()} ").status_code == 302


@pytest.mark.parametrize(
    ("role", "target"),
    [
        ("cadre", "/week/"),
        ("auditor", "/audit/"),
        *((role, "/todo/") for role in ("office", "reviewer", "lead", "issuer", "observer", "sysadmin", "secadmin")),
    ],
)
def test_home_leads_each_role_to_its_page(client, place, role, target):
    client.force_login(make_actor(place.county, role).user)
    assert client.get("/")["Location"] == target


def test_home_without_post_says_so(client, place):
    client.force_login(make_user())
    assert "现在没有任职" in client.get("/").content.decode()


def test_logout_needs_post(client, person):
    log_in(client, person)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/")["Location"] == "/login/"


def test_stranger_and_wrong_password_get_the_same_body(client, person):
    first_login = make_user()  # never set a password
    stopped = able(make_user(is_active=False))
    answers = [
        log_in(client, person, "wrong"),
        log_in(client, "nobody", "wrong"),
        log_in(client, first_login, "wrong"),
        log_in(client, stopped),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({body(answer) for answer in answers}) == 1
    assert WRONG in body(answers[0])


def test_stranger_and_wrong_password_take_the_same_time(client, person, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.QuickArgon2"]
    able(person)

    def seconds(name: str) -> float:
        start = time.perf_counter()
        log_in(client, name, "wrong")
        return time.perf_counter() - start

    pairs = [(seconds(person.username), seconds(f"nobody{n}")) for n in range(5)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2  # a shared machine; without the fake hash it is far more


def test_product_hashes_with_argon2():
    from burden import settings as product

    assert product.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_account_is_locked_after_five_failures(client, person):
    for _ in range(5):
        assert WRONG in body(log_in(client, person, "wrong"))
    answer = log_in(client, person)
    assert (answer.status_code, LOCKED in body(answer)) == (429, True)
    assert AuditEvent.objects.filter(what="login.locked", subject_id=str(person.pk)).count() == 1


def test_stranger_is_locked_with_the_same_body(client, person):
    for _ in range(5):
        log_in(client, person, "wrong")
        log_in(client, "nobody", "wrong")
    assert body(log_in(client, person)) == body(log_in(client, "nobody"))


def test_lock_is_the_accounts_not_the_addresses(client, place, person):
    neighbour = able(make_post(place.village).user)
    for _ in range(6):
        log_in(client, person, "wrong")
    assert log_in(client, neighbour).status_code == 302


def test_lock_does_not_depend_on_case_or_host_name(client, person, settings):
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    for name in (person.username, person.username.upper()) * 2 + (person.username,):
        client.post("/login/", {"login": name, "password": "wrong"}, headers={"host": "localhost"})
    assert LOCKED in body(log_in(client, person))


def test_success_is_not_counted_as_failure(client, person):
    for _ in range(7):
        log_in(client, person)
        client.post("/logout/")
    assert log_in(client, person).status_code == 302


def test_many_other_names_do_not_push_a_lock_out(client, person, settings):
    for _ in range(5):
        log_in(client, person, "wrong")
    assert django_settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"] >= 100_000
    assert locked_out([person.username, "other"]) == {person.username}


def test_secadmin_unlocks(client, place, person):
    for _ in range(5):
        log_in(client, person, "wrong")
    services.unlock(by=place.secadmin, user=person, now=clock.now())
    assert log_in(client, person).status_code == 302


def test_login_needs_no_broker(client, person, monkeypatch):
    def unreachable(*_args, **_kwargs):
        raise AssertionError("login talked to the broker")

    monkeypatch.setattr("kombu.Connection.__init__", unreachable)
    monkeypatch.setattr("redis.connection.AbstractConnection.connect", unreachable)
    assert log_in(client, person).status_code == 302


# --- how long a login lasts ---


def test_cadre_stays_logged_in_thirty_days(client, person, monkeypatch):
    log_in(client, person, remember="on")
    assert client.cookies["sessionid"]["max-age"] == 30 * 24 * 60 * 60
    later(monkeypatch, days=29)
    assert client.get("/password/").status_code == 200
    later(monkeypatch, days=2)
    assert client.get("/password/").status_code == 302


def test_login_not_remembered_ends_with_the_browser(client, person):
    log_in(client, person)
    assert client.cookies["sessionid"]["max-age"] == ""


@pytest.mark.parametrize(
    "role", ["lead", "issuer", "reviewer", "office", "observer", "sysadmin", "secadmin", "auditor"]
)
def test_others_are_logged_out_after_half_an_hour_idle(client, place, role, monkeypatch):
    log_in(client, able(make_actor(place.county, role).user), remember="on")
    assert client.cookies["sessionid"]["max-age"] == 12 * 60 * 60
    later(monkeypatch, minutes=29)
    assert client.get("/password/").status_code == 200
    later(monkeypatch, minutes=29)
    assert client.get("/password/").status_code == 200
    later(monkeypatch, minutes=31)
    assert client.get("/password/")["Location"].startswith("/login/")
    assert Session.objects.count() == 0


def test_others_are_logged_out_after_twelve_hours(client, place, monkeypatch):
    log_in(client, able(make_actor(place.county, "office").user), remember="on")
    for _ in range(28):
        later(monkeypatch, minutes=25)
        assert client.get("/password/").status_code == 200
    later(monkeypatch, minutes=25)
    assert client.get("/password/").status_code == 302


def test_new_post_shortens_a_running_session(client, place, person, monkeypatch):
    log_in(client, person, remember="on")
    later(monkeypatch, days=1)
    make_post(place.county, "office", person)
    assert client.get("/password/").status_code == 302


def test_stopped_person_is_logged_out_at_once(client, place, person):
    log_in(client, person)
    services.deactivate(by=place.sysadmin, user=person, now=clock.now())
    assert client.get("/password/").status_code == 302


# --- passwords and links ---


def test_password_change_ends_other_sessions(client, person):
    other = type(client)()
    log_in(client, person)
    log_in(other, person)
    new = "another-good-one-9"
    answer = client.post("/password/", {"old": PASSWORD, "password": new, "again": new})
    assert answer["Location"] == "/"
    assert client.get("/password/").status_code == 200
    assert other.get("/password/").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong", "another-good-one-9", "another-good-one-9", "现在的密码不对"),
        (PASSWORD, "another-good-one-9", "something-else-9", "两遍写的不一样"),
        (PASSWORD, "short", "short", "密码太短，至少 10 位"),
        (PASSWORD, LONG, LONG, "密码太长，最多 128 位"),
        (PASSWORD, "13800001111", "13800001111", "密码只包含数字"),
    ],
)
def test_password_change_says_what_is_wrong(client, person, old, new, again, words):
    log_in(client, person)
    answer = client.post("/password/", {"old": old, "password": new, "again": again})
    assert words in answer.content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_old_password_is_not_guessed_for_long(client, person):
    log_in(client, person)
    form = {"old": "wrong", "password": "another-good-one-9", "again": "another-good-one-9"}
    for _ in range(5):
        client.post("/password/", form)
    assert "试得太快了" in client.post("/password/", form | {"old": PASSWORD}).content.decode()


def test_first_login_by_link(client, place):
    person = make_post(place.village).user
    url = f"/in/{services.make_login_link(by=place.secadmin, user=person, now=clock.now())}/"
    assert client.get(url).status_code == 200
    assert client.get(url).status_code == 200  # opening spends nothing
    assert client.post(url, {"password": PASSWORD, "again": PASSWORD})["Location"] == "/login/"
    assert log_in(client, person).status_code == 302
    again = type(client)()
    assert again.get(url).status_code == 410
    assert again.post(url, {"password": "another-good-one-9", "again": "another-good-one-9"}).status_code == 410
    assert log_in(again, person).status_code == 302


def test_link_names_whose_password_it_sets(client, place):
    person = make_post(place.village).user
    url = f"/in/{services.make_login_link(by=place.secadmin, user=person, now=clock.now())}/"
    for answer in (client.get(url), client.post(url, {"password": "short", "again": "short"})):
        page = body(answer)
        assert person.name in page
        assert "红星村" in page
        assert person.username in page
    client.post(url, {"password": PASSWORD, "again": PASSWORD})
    assert person.name not in body(client.get(url))


def test_password_of_the_greatest_length_logs_in_and_a_longer_one_is_refused(client, place):
    person = make_post(place.village).user
    url = f"/in/{services.make_login_link(by=place.secadmin, user=person, now=clock.now())}/"
    assert "maxlength" not in body(client.get(url))
    refused = body(client.post(url, {"password": LONG, "again": LONG}))
    assert 'id="id_password_error"' in refused
    assert "密码太长，最多 128 位" in refused
    assert client.post(url, {"password": LONG[:128], "again": LONG[:128]})["Location"] == "/login/"
    assert log_in(client, person, LONG[:128]).status_code == 302


def test_password_longer_than_any_is_simply_wrong(client, person):
    answer = log_in(client, person, LONG * 100)
    assert answer.status_code == 200
    assert WRONG in body(answer)


def test_link_unlocks(client, place, person):
    for _ in range(5):
        log_in(client, person, "wrong")
    services.set_password_by_link(
        secret=services.make_login_link(by=place.secadmin, user=person, now=clock.now()),
        password="another-good-one-9",
        now=clock.now(),
    )
    assert log_in(client, person, "another-good-one-9").status_code == 302


def test_secret_of_a_link_is_not_logged(client, place, caplog):
    secret = services.make_login_link(by=place.secadmin, user=make_post(place.village).user, now=clock.now())
    with caplog.at_level("DEBUG"):
        client.get(f"/in/{secret}/?{secret}")
    assert secret not in caplog.text
    assert "GET /in/" in caplog.text


# --- demo mode ---


def test_login_page_lists_demo_accounts_in_demo_mode_alone(client, place, settings):
    from burden.accounts.demo import PASSWORD as DEMO_PASSWORD

    place.county.code = "990101000000"
    place.county.save()
    person = make_actor(place.county, "office").user
    person.username = "office"
    person.save()
    assert DEMO_PASSWORD not in client.get("/login/").content.decode()
    settings.DEMO = True
    assert DEMO_PASSWORD in client.get("/login/").content.decode()


def test_login_page_takes_nobody_else_for_a_demo_account(client, place, settings):
    """The first `create_user` makes a sysadmin, too."""
    from burden.accounts.demo import PASSWORD as DEMO_PASSWORD

    settings.DEMO = True
    place.sysadmin.user.username = "sysadmin"
    place.sysadmin.user.save()
    assert DEMO_PASSWORD not in client.get("/login/").content.decode()


def test_login_page_offers_nothing_that_is_not_there(client, db):
    page = client.get("/login/").content.decode()
    assert all(client.get(path).status_code == 200 for path in re.findall(r'<a href="(/[^"]*)"', page))
    assert {"/board/", "/a/", "/a/receipt/"} <= set(re.findall(r'<a href="(/[^"]*)"', page))
    assert "政务统一身份登录" not in page
    assert 'href="#"' not in page


# --- on record ---


def acts() -> list[tuple[str, str, str]]:
    """What the ledger holds of logins: the act, who acted, about whom."""
    found = AuditEvent.objects.filter(what__startswith="login.").order_by("pk")
    return [(event.what, event.actor_name, event.detail["person"]) for event in found]


def test_login_and_logout_of_those_with_powers_are_recorded(client, place):
    user = able(place.secadmin.user)
    log_in(client, user)
    client.post("/logout/")
    client.post("/logout/")
    name = user.username
    assert acts() == [("login.in", user.name, name), ("login.out", user.name, name)]


def test_when_a_cadre_is_online_is_not_recorded(client, person):
    log_in(client, person)
    client.post("/logout/")
    assert acts() == []


def test_failed_login_is_recorded_where_there_is_an_account(client, place, person):
    for _ in range(5):
        log_in(client, person, "wrong")
    log_in(client, "nobody", "wrong")
    name = person.username
    assert acts() == [("login.failed", "system", name)] * 4 + [("login.locked", "system", name)]
    event = AuditEvent.objects.filter(what="login.failed").first()
    assert (event.unit_id, event.subject_id) == (place.village.pk, str(person.pk))
    assert "wrong" not in str(event.detail)


def test_failed_logins_are_found_by_their_kind(client, place, person):
    log_in(client, person, "wrong")
    services.deactivate(by=place.sysadmin, user=person, now=clock.now())
    client.force_login(place.auditor.user)
    page = client.get("/audit/?what=login.").content.decode()
    assert "登录没成，密码不对" in page
    assert "停用账号" not in page
