"""The pages of practices, and what the portal measures of them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.demands.practices.models import Practice
from burden.demands.practices.reading import WEEKS, effect_of, windows
from burden.kit.clock import Week
from tests.factories import LAST_WEEK, NOW, make_actor, make_practice, make_unit
from tests.reports.sums import add_sums


@pytest.fixture
def county(db):
    return make_unit()


@pytest.fixture
def town(county):
    return make_unit(county, "township")


def since():
    return LAST_WEEK.plus(1 - WEEKS - 2).monday


def fill(unit, *, before=600, after=300):
    """Let a unit have filed so many minutes a head in the weeks before and after."""
    for part, per_head in zip(windows(since(), NOW), (before, after), strict=True):
        for monday in part:
            add_sums(unit, Week(monday), per_head=per_head)


def test_effect_is_time_a_head_before_and_after(county, town):
    fill(town)
    found = effect_of([town.pk], "meeting", since(), NOW)
    assert (found.before_min, found.after_min, found.change, found.less) == (120, 60, -50, 50)
    assert effect_of([town.pk], "meeting", since(), NOW, least=2) is None
    assert effect_of([], "meeting", since(), NOW) is None
    assert effect_of([make_unit(county, "township").pk], "meeting", since(), NOW) is None


def test_nothing_is_told_before_twelve_weeks_or_of_few_people(county, town):
    assert windows(LAST_WEEK.plus(-5).monday, NOW) is None
    assert effect_of([town.pk], "meeting", LAST_WEEK.plus(-5).monday, NOW) is None
    for part in windows(since(), NOW):
        for monday in part:
            add_sums(town, Week(monday), returns=4)
    assert effect_of([town.pk], "meeting", since(), NOW) is None


def test_lead_writes_the_office_publishes_and_another_takes_over(client, county, town):
    other = make_unit(county, "township")
    client.force_login(make_actor(town, "lead").user)
    assert client.get("/practices/new/").status_code == 200
    facts = {"title": "周三不开会", "text": "放在周四", "category": "meeting", "since": LAST_WEEK.plus(-20).monday}
    assert client.post("/practices/new/", facts | {"title": ""}).status_code == 422
    assert client.post("/practices/new/", facts).status_code == 302
    one = Practice.every.get()
    client.force_login(make_actor(county, "office").user)
    assert client.post(f"/practices/{one.pk}/decide/", {}).status_code == 422
    assert client.post(f"/practices/{one.pk}/decide/", {"do": "refuse", "note": ""}).status_code == 422
    assert client.post(f"/practices/{one.pk}/decide/", {"do": "publish"}).status_code == 302
    assert client.post(f"/practices/{one.pk}/decide/", {"do": "publish"}).status_code == 409
    assert client.post(f"/practices/{one.pk}/adopt/").status_code == 403
    client.force_login(make_actor(other, "lead").user)
    assert "采用" in client.get(f"/practices/{one.pk}/").content.decode()
    assert client.post(f"/practices/{one.pk}/adopt/").status_code == 302
    assert client.post(f"/practices/{one.pk}/adopt/").status_code == 409
    page = client.get(f"/practices/{one.pk}/").content.decode()
    assert "满 3 个单位、满 12 周" in page
    assert "1 个单位采用" in client.get("/practices/").content.decode()
    client.force_login(make_actor(town, "lead").user)
    assert client.post(f"/practices/{one.pk}/withdraw/").status_code == 302


def test_list_is_of_the_newest_first_and_takes_the_same_queries(client, county, town):
    client.force_login(make_actor(county, "office").user)
    counted = set()
    client.get("/practices/")
    for number in range(3):
        make_practice(town, area=county, state="published", title=f"做法{number}")
        with CaptureQueriesContext(connection) as caught:
            page = client.get("/practices/?page=x")
        counted.add(len(caught))
    assert len(counted) == 1
    assert [each.title for each in page.context["page"]] == ["做法2", "做法1", "做法0"]
