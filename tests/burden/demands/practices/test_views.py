"""The pages of practices, and what the portal measures of them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.demands.adaptations.models import Adaptation
from burden.demands.practices.models import Practice
from burden.demands.practices.reading import MIN_PEERS, WEEKS, Begun, Effect, effect_in, figures, told_of, windows
from burden.kit.clock import Week, day_of
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor, make_adaptation, make_practice, make_unit
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


def effect(begun: Begun, least: int = 1) -> Effect | None:
    return effect_in(figures(begun, NOW), begun, "meeting", NOW, least=least)


def test_effect_is_time_a_head_before_and_after(county, town):
    fill(town)
    found = effect([(town.pk, since())])
    assert (found.before_min, found.after_min, found.change, found.less) == (120, 60, -50, 50)
    assert effect([(town.pk, since())], least=2) is None
    assert effect([]) is None
    assert effect([(make_unit(county, "township").pk, since())]) is None


def test_nothing_is_told_before_twelve_weeks_or_of_few_people(county, town):
    assert windows(LAST_WEEK.plus(-5).monday, NOW) is None
    assert effect([(town.pk, LAST_WEEK.plus(-5).monday)]) is None
    for part in windows(since(), NOW):
        for monday in part:
            add_sums(town, Week(monday), returns=4)
    assert effect([(town.pk, since())]) is None


def test_adopters_are_told_together_each_by_its_own_weeks(county, town):
    one = make_practice(town, area=county, state="published")
    first = since()
    some = []
    for number in range(4):
        adopter, begun = make_unit(county, "township"), Week(first).plus(-4 * number)
        for week in range(-12, 12):
            add_sums(adopter, begun.plus(week), per_head=600 if week < 0 else 300)
        dates = {"from_week": begun.monday, "until": begun.plus(51).sunday}
        some.append(make_adaptation(adopter, area=county, practice=one, state="approved", **dates))
    (told,) = told_of([one], some, NOW, day_of(NOW))
    assert (told.in_use, told.followed.less) == (4, 50)
    some[0].until, some[1].from_week = THIS_WEEK.plus(-14).sunday, LAST_WEEK.plus(-3).monday  # given up, and too young
    (told,) = told_of([one], some, NOW, day_of(NOW))
    assert (told.in_use, told.followed) == (3, None)  # two are too few to be told of


def test_page_draws_before_and_after(client, county, town, monkeypatch):
    monkeypatch.setattr("burden.kit.clock.now", lambda: NOW)
    fill(town)
    one = make_practice(town, area=county, state="published", since=since())
    client.force_login(make_actor(county, "office").user)
    for page in ("/practices/", f"/practices/{one.pk}/"):
        shown = client.get(page).text
        assert shown.count('<svg class="bar"') == 2 and "少 50%" in shown


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


def test_every_reader_sees_it_beside_peers_who_did_not_do_so_then(client, county, town, monkeypatch):
    monkeypatch.setattr("burden.kit.clock.now", lambda: NOW)
    fill(town, after=570)
    peers = [make_unit(county, "township") for _ in range(MIN_PEERS)]
    for each in peers:
        fill(each, after=540)
    one = make_practice(town, area=county, state="published", since=since())
    make_adaptation(peers[0], area=county, practice=one, state="approved")  # now, and not in those weeks
    for unit in (town, peers[0], peers[1]):
        client.force_login(make_actor(unit, "lead").user)
        for page in ("/practices/", f"/practices/{one.pk}/"):
            assert "少 5% · 同期同类单位少 10% · 不比同类单位省" in " ".join(client.get(page).text.split())
    client.force_login(make_actor(county, "office").user)
    (row,) = client.get("/api/v1/practices/").json()["results"]
    assert row["effect"] == {"before_min": 120, "after_min": 114}
    assert row["peers"] == {"before_min": 120, "after_min": 108}
    Adaptation.every.update(from_week=since())
    assert "能比的同类单位不到 8 个" in client.get(f"/practices/{one.pk}/").text


def test_adopters_are_told_of_beside_peers_and_no_more_once_their_term_is_over(county, town):
    one = make_practice(town, area=county, state="published")
    dates = {"from_week": since(), "until": THIS_WEEK.plus(20).sunday}
    towns = [make_unit(county, "township") for _ in range(4 + MIN_PEERS)]
    for number, each in enumerate(towns):
        fill(each, after=300 if number < 4 else 450)
    some = [make_adaptation(each, area=county, practice=one, state="approved", **dates) for each in towns[:4]]
    (told,) = told_of([one], some, NOW, day_of(NOW))
    assert (told.followed.less, told.followed_peers.less, told.is_no_use) == (50, 25, False)
    for each in some[:2]:
        each.until = LAST_WEEK.plus(-1).sunday
    (told,) = told_of([one], some, NOW, day_of(NOW))
    assert (told.in_use, told.followed, told.followed_peers.less) == (2, None, 25)
