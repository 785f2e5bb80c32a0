"""What every API view says when it refuses, in the language a script asks for."""

from __future__ import annotations

import datetime as dt

import pytest

from burden.accounts.models import ApiToken
from burden.accounts.services import make_token
from burden.kit import clock
from tests.factories import LAST_WEEK, make_post, make_unit

ME, WEEK = "/api/v1/me/", f"/api/v1/weeks/{LAST_WEEK}/"


@pytest.fixture
def user(db):
    return make_post(make_unit()).user


@pytest.fixture
def token(user) -> str:
    return make_token(by=None, user=user, now=clock.now())


def headers(token: str, language: str = "en") -> dict[str, str]:
    return {"authorization": f"Token {token}", "accept-language": language}


def test_good_token_is_let_in(client, token):
    assert client.get(ME, headers=headers(token)).status_code == 200


@pytest.mark.parametrize("spoilt", ["never given out", "expired", "revoked", "account stopped"])
def test_token_that_is_not_good_is_named_as_the_fault(client, user, token, spoilt):
    past = clock.now() - dt.timedelta(seconds=1)
    if spoilt == "account stopped":
        user.is_active = False
        user.save()
    facts = {"expired": {"expires_at": past}, "revoked": {"revoked_at": past}, "never given out": {"digest": "0"}}
    if spoilt in facts:
        ApiToken.objects.update(**facts[spoilt])
    answer = client.get(ME, headers=headers(token))
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")
    assert answer.json() == {
        "code": "token_unknown", "detail": "There is no such token, or it has expired or been revoked", "errors": {},
    }  # fmt: skip
    assert client.get(ME, headers=headers(token, "zh-hans")).json()["detail"] == "没有这个令牌，或者它已到期、作废"


@pytest.mark.parametrize("given", [{}, {"authorization": "Bearer x"}])
def test_missing_login_says_what_to_send(client, db, given):
    answer = client.get(ME, headers=given | {"accept-language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert "Authorization: Token" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "chinese", "english"),
    [
        ("{\n  nil}", "从第 2 行第 3 个字起看不懂", "cannot be read from line 2, column 3 on"),
        ("[" * 100_000, "请求的正文不是 JSON", "The body of the request is not JSON"),
        (b"\xff", "请求的正文不是 JSON", "The body of the request is not JSON"),
    ],
    ids=["broken", "deep", "not text"],
)
def test_body_that_is_no_json_is_refused_in_both_languages(client, token, body, chinese, english):
    for language, words in (("zh-hans", chinese), ("en", english)):
        answer = client.put(WEEK, body, content_type="application/json", headers=headers(token, language))
        assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
        assert words in answer.json()["detail"]
