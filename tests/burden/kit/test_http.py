"""Requests while the database is away."""

import pytest
from django.db import OperationalError

from burden.kit import clock
from tests.factories import NOW, make_actor, make_unit
from tests.wsgi import over_wsgi


def away(*_args, **_kwargs):
    raise OperationalError("connection refused")


@pytest.fixture
def cadre(db, client):
    """A cadre with a session, whose browser shows what the server answers."""
    client.force_login(make_actor(make_unit()).user)
    client.raise_request_exception = False
    return client


# before the view is known who acts; in the view itself; after it
@pytest.mark.parametrize(
    "place",
    [
        "django.contrib.sessions.backends.db.SessionStore.load",
        "burden.entries.views.week_sheet",
        "burden.accounts.navigation.reverse",
    ],
)
def test_database_away_loses_nothing_and_says_so(cadre, monkeypatch, place):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(place, away)
    response = cadre.get("/week/")
    assert (response.status_code, "什么都没丢" in response.content.decode()) == (503, True)
    assert response["Retry-After"] == "30"
    assert "default-src 'self'" in response["Content-Security-Policy"]


def test_database_away_is_a_problem_for_scripts(cadre, monkeypatch):
    monkeypatch.setattr("burden.accounts.actor.actor_of", away)
    response = cadre.put("/api/v1/weeks/2026-11-16/", "{}", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")


def test_other_faults_are_not_taken_for_it(cadre, monkeypatch):
    def broken(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr("burden.entries.views.week_sheet", broken)
    assert cadre.get("/week/").status_code == 500


def test_body_beyond_any_file_is_refused_unread(client):
    response = client.post(
        "/login/", data=b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="20000000"
    )
    assert response.status_code == 413
    assert "一次最多上传 10 MB" in response.content.decode()


def test_healthz_with_a_session_cookie_asks_no_database(client, django_assert_num_queries, db):
    client.cookies["sessionid"] = "somebody"
    with django_assert_num_queries(3):  # the role of the test's client: set, reset, nobody acting
        assert client.get("/healthz").status_code == 200


def test_address_with_a_nul_is_unknown(cadre):
    """PostgreSQL keeps none in a text: asking it would be a traceback."""
    assert [cadre.get(url).status_code for url in ("/week/?q=%00", "/reports/%00/", "/api/v1/units/?q=%00")] == [
        404
    ] * 3


@pytest.mark.parametrize("url", ["/healthz", "/login/", "/nowhere/", "/static/css/tokens.css"])
def test_head_has_the_headers_alone(client, db, url):
    status, headers, body = over_wsgi(client, "HEAD", url)
    asked, all_headers, whole = over_wsgi(client, "GET", url)
    assert (status, body) == (asked, b"")
    assert headers.keys() == all_headers.keys()
    assert int(headers["Content-Length"]) == len(whole) > 0
