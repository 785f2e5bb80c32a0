"""The list of own demands, and the page of one that went out."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from burden.accounts.actor import Actor
from burden.demands.models import Demand
from burden.demands.views.listing import spoken
from tests.factories import make_actor, make_demand, make_unit


@pytest.fixture
def issuer(db, client: Client) -> Actor:
    county = make_unit()
    for _number in range(3):
        make_unit(county, "township")
    actor = make_actor(make_unit(county, "department"), "issuer")
    client.force_login(actor.user)
    return actor


def test_issuer_lands_on_what_waits(client, issuer):
    assert client.get("/")["Location"] == "/todo/"


def test_empty_list_offers_one_thing(client, issuer):
    assert "还没有登记过" in client.get("/demands/").content.decode()


def test_list_is_by_state_and_by_words(client, issuer):
    make_demand(issuer.unit, title="秋冬种进度表")
    make_demand(issuer.unit, title="防汛会", state="draft")
    make_demand(issuer.unit.parent, title="别的单位的表")
    page = client.get("/demands/").content.decode()
    assert "秋冬种进度表" in page
    assert "防汛会" in page
    assert "别的单位的表" not in page
    drafts = client.get("/demands/?state=open").content.decode()
    assert "秋冬种进度表" not in drafts
    assert "防汛会" in drafts
    found = client.get("/demands/?q=秋冬").content.decode()
    assert "秋冬种进度表" in found
    assert "防汛会" not in found
    assert "没有这样的事项" in client.get("/demands/?q=没有的").content.decode()


def test_list_size_does_not_change_the_number_of_queries(client, issuer):
    client.get("/demands/")
    counts = []
    for _size in range(3):
        make_demand(issuer.unit)
        with CaptureQueriesContext(connection) as queries:
            client.get("/demands/")
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_demand_shows_its_price_and_what_was_registered(client, issuer):
    demand = make_demand(issuer.unit, fields=["面积", "户数"], post_title="党政综合办")
    page = client.get(f"/demands/{demand.pk}/").content.decode()
    for words in ("<b>9</b>", "人时／次", "农发〔2026〕12号", "党政综合办", "面积、户数", "撤回这一项"):
        assert words in page, words


def test_withdrawal_needs_a_reason(client, issuer):
    demand = make_demand(issuer.unit)
    answer = client.post(f"/demands/{demand.pk}/withdraw/", {"reason": " "})
    assert answer.status_code == 422
    assert answer.content.decode().count("请写明撤回的原因") == 2
    client.post(f"/demands/{demand.pk}/withdraw/", {"reason": "改在线上开"})
    held = Demand.every.get()
    assert (held.state, held.withdrawn_reason) == ("withdrawn", "改在线上开")
    assert "改在线上开" in client.get(f"/demands/{demand.pk}/").content.decode()


def test_reviewer_reads_without_changing(client, issuer):
    demand = make_demand(issuer.unit)
    reviewer = make_actor(issuer.unit.parent, "reviewer")
    client.force_login(reviewer.user)
    page = client.get(f"/demands/{demand.pk}/").content.decode()
    assert "农村人居环境整治月报" in page
    assert "撤回这一项" not in page


def test_draft_goes_on_where_it_was_left(client, issuer):
    demand = make_demand(issuer.unit, state="draft")
    assert client.get(f"/demands/{demand.pk}/")["Location"] == f"/demands/{demand.pk}/edit/"


@pytest.mark.parametrize(
    ("receivers", "words"),
    [
        ({"levels": ["township"]}, "乡镇"),
        ({"levels": ["township", "village"], "traits": ["山区"]}, "乡镇、村社区（山区）"),
        ({"levels": ["township"], "kinds": ["town"]}, "乡镇（镇）"),
        ({"kinds": ["street"], "units": ["1", "2"]}, "街道、2 个单位"),
        ({"units": ["1"]}, "1 个单位"),
        ({}, ""),
    ],
)
def test_receivers_are_spoken(receivers, words):
    assert spoken(receivers) == words
