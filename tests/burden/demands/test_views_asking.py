"""The receiver's side of asking first, and the answer to who wants to quote."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from burden.demands.models import Estimate, QuoteRequest
from burden.kit import clock
from burden.units.models import Unit
from tests.factories import NOW, make_actor, make_demand, make_estimate, make_unit, make_user


@pytest.fixture
def county(db) -> Unit:
    return make_unit()


@pytest.fixture
def estimate(county, client: Client) -> Estimate:
    """A township is asked; one of its cadres is logged in."""
    town = make_unit(county, "township")
    cadre = make_actor(town)
    client.force_login(cadre.user)
    demand = make_demand(make_unit(county, "department", name="县林业局"), state="review", title="护林员台账")
    until = clock.day_of(clock.now()) + dt.timedelta(days=2)
    return make_estimate(demand, town, cadre.user, until=until)


def test_one_tap_answers(client, estimate):
    page = client.get("/demands/asked/").content.decode()
    assert "护林员台账" in page
    assert "县林业局" in page
    answer = client.post(f"/demands/asked/{estimate.pk}/", {"chip": "30", "minutes": ""}, follow=True)
    assert "记下了" in answer.content.decode()
    assert "现在没有要估的" in answer.content.decode()
    estimate.refresh_from_db()
    assert (estimate.minutes, estimate.remark) == (30, "")


def test_number_and_remark_answer(client, estimate):
    client.post(f"/demands/asked/{estimate.pk}/", {"minutes": "４５", "remark": "要跑三趟"})
    estimate.refresh_from_db()
    assert (estimate.minutes, estimate.remark) == (45, "要跑三趟")


def test_wrong_number_is_said_beside_it_and_the_remark_stays(client, estimate):
    answer = client.post(f"/demands/asked/{estimate.pk}/", {"minutes": "半天", "remark": "要跑三趟"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("分钟填了“半天”") == 2
    assert 'value="要跑三趟"' in page
    estimate.refresh_from_db()
    assert estimate.answered_at is None


def test_other_unit_is_not_asked(client, estimate, county):
    client.force_login(make_actor(make_unit(county, "township")).user)
    assert "现在没有要估的" in client.get("/demands/asked/").content.decode()
    assert client.post(f"/demands/asked/{estimate.pk}/", {"chip": "30"}).status_code == 404


@pytest.fixture
def quote(county, client: Client) -> QuoteRequest:
    """The forestry bureau is asked for data; its issuer is logged in."""
    actor = make_actor(make_unit(county, "department"), "issuer")
    client.force_login(actor.user)
    other = make_demand(make_unit(county, "department", name="县统计局"), state="draft")
    of = make_demand(actor.unit, title="耕地种植情况登记表", fields=["面积"])
    facts = {"fields": ["面积"], "asked_by": make_user(), "asked_at": NOW}
    return QuoteRequest.objects.create(demand=other, of=of, **facts)


def test_request_for_data_is_granted_from_the_list(client, quote):
    page = client.get("/demands/").content.decode()
    assert "县统计局想引用《耕地种植情况登记表》的数据" in page
    client.post(f"/demands/quotes/{quote.pk}/", {"granted": "1", "answer": ""})
    quote.refresh_from_db()
    assert quote.granted
    assert "想引用" not in client.get("/demands/").content.decode()


def test_refusal_of_data_says_why(client, quote):
    answer = client.post(f"/demands/quotes/{quote.pk}/", {"granted": "0", "answer": ""}, follow=True)
    assert "还没填答复" in answer.content.decode()
    client.post(f"/demands/quotes/{quote.pk}/", {"granted": "0", "answer": "含个人信息"})
    quote.refresh_from_db()
    assert (quote.granted, quote.answer) == (False, "含个人信息")


def test_answer_that_is_neither_is_400(client, quote):
    assert client.post(f"/demands/quotes/{quote.pk}/", {"granted": "2"}).status_code == 400
