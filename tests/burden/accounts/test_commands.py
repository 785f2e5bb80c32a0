"""The command door of accounts."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from burden import embedded
from burden.accounts.actor import user_of_token
from burden.accounts.models import ApiToken, Post, User
from tests.factories import make_actor, make_post, make_unit


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_fresh_database_gets_the_three(db, client):
    root = make_unit(level="city")
    lines = run("create_user").splitlines()
    assert [line.split()[:3] for line in lines] == [
        [role, role, root.code] for role in ("sysadmin", "secadmin", "auditor")
    ]
    assert client.get("/" + lines[0].split("/", 1)[1]).status_code == 200
    with pytest.raises(CommandError, match="请写用户名"):
        run("create_user")


@pytest.mark.parametrize("words", [("create_user", "zhao"), ("login_link", "{known}")])
def test_link_opens_in_the_portal_that_runs(place, client, monkeypatch, tmp_path, words):
    running = embedded.Running(1, tmp_path, tmp_path, "", url="http://127.0.0.1:8123/")
    monkeypatch.setattr(embedded, "running", lambda: running)
    link = run(*(word.format(known=place.auditor.user.username) for word in words)).split()[-1]
    assert link.startswith("http://127.0.0.1:8123/in/")
    assert client.get(link.removeprefix("http://127.0.0.1:8123")).status_code == 200


def test_account_is_opened(place):
    run("create_user", "Zhao", "--name", "赵磊", "--role", "lead", "--unit", place.township.code)
    post = Post.objects.get(user__username="zhao")
    assert (post.user.name, post.role, post.unit) == ("赵磊", "lead", place.township)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("x1", "--unit", "nowhere"), "没有单位 nowhere"),
        (("x1", "--role", "office", "--unit", "{village}"), "县、市或省"),
        (("吴", "--unit", "{village}"), "用户名"),
    ],
)
def test_account_that_cannot_be_is_refused(place, words, said):
    with pytest.raises(CommandError, match=said):
        run("create_user", *(word.format(village=place.village.code) for word in words))
    assert not User.objects.filter(username="x1").exists()


def test_account_without_units_says_to_import_them(db):
    with pytest.raises(CommandError, match="import_units"):
        run("create_user", "x1")


def test_token_stands_alone_on_stdout(place):
    user = make_post(place.village).user
    token = run("create_token", user.username).strip()
    assert user_of_token(token) == user
    run("create_token", user.username, "--revoke")
    assert not ApiToken.objects.filter(revoked_at=None).exists()


def test_token_is_refused_to_trio_and_strangers(place):
    with pytest.raises(CommandError, match="三员"):
        run("create_token", place.auditor.user.username)
    with pytest.raises(CommandError, match="没有用户 nobody"):
        run("create_token", "nobody")


def test_token_works_in_the_api(place, client):
    token = run("create_token", make_actor(place.county, "office").user.username).strip()
    assert client.get("/api/v1/me/", headers={"authorization": f"Token {token}"}).json()["role"] == "office"
    assert client.get("/api/v1/me/", headers={"authorization": "Token wrong"}).status_code == 401


def test_link_is_made_for_whom_nobody_above_could(place, client):
    link = run("login_link", place.secadmin.user.username).strip()
    assert client.get(link).status_code == 200
    with pytest.raises(CommandError, match="没有在用的用户 nobody"):
        run("login_link", "nobody")
