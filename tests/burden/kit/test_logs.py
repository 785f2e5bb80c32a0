"""What the log keeps of a request, and what it must not."""

import json
import logging

import pytest
from django.conf import settings
from django.test import Client

from burden.accounts import services
from burden.kit import clock
from tests.factories import make_actor, make_post, make_unit

SHAPE = settings.LOGGING["formatters"]["json"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog):
    """Return what has been written so far, as the portal writes it."""
    caplog.set_level(logging.INFO)
    formatter = SHAPE["()"](processors=SHAPE["processors"], foreign_pre_chain=SHAPE["foreign_pre_chain"])
    return lambda: [json.loads(formatter.format(record)) for record in caplog.records]


def test_request_is_logged_without_who_and_whence(client, lines):
    client.force_login(make_actor(make_unit()).user)
    client.get("/week/suggestions/", {"q": "secret title"}, headers={"user-agent": "Phone 9"}, REMOTE_ADDR="10.9.8.7")
    started, finished = lines()
    assert started["request"] == finished["request"] == "GET /week/suggestions/"
    assert started["request_id"] == finished["request_id"]
    assert {"ip", "user_id", "user_agent"} & (set(started) | set(finished)) == set()
    written = json.dumps([started, finished])
    assert not [word for word in ("10.9.8.7", "Phone 9", "secret title") if word in written]


def test_secret_of_a_link_is_in_no_line(lines):
    """Also where Django itself names the address: a stale form, a wrong method, a spent link."""
    county = make_unit()
    secadmin, person = make_actor(county, "secadmin"), make_post(make_unit(county, "township")).user
    secret = services.make_login_link(by=secadmin, user=person, now=clock.now())
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/in/{secret}/").status_code == 403
    assert strict.get(f"/in/{secret}/?{secret}").status_code == 200
    assert strict.get(f"/in/{secret}x/").status_code == 410
    assert strict.get(f"/in/{secret}").status_code == 301
    written = json.dumps(lines())
    assert secret not in written
    assert written.count("/in/") > 5
