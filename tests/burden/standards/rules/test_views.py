"""The pages of rules."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from burden.standards.models import Rule
from burden.standards.rules import queries
from tests.factories import make_actor, make_unit


@pytest.fixture
def office(db):
    return make_actor(make_unit(), "office")


@pytest.fixture
def web(client, office):
    client.force_login(office.user)
    return client


def sent(office, **said):
    rule = queries.rule(office, "MTG-LENGTH").newest
    facts = {
        "seen": rule.pk, "title_zh": rule.title_zh, "title_en": rule.title_en, "regulation": rule.regulation, "article": "6",
        "strength": "soft", "threshold": "180", "valid_from": timezone.localdate(), "valid_until": "", "note": "", "reason": "县里定的",
    }  # fmt: skip
    return facts | said


def test_list_is_searched_and_narrowed_by_state(web):
    assert "开着" in web.get("/rules/").content.decode()
    found = web.get("/rules/", {"q": "半天"}).context["rows"]
    assert [kept.code for kept, *_ in found] == ["MTG-LENGTH"]
    unread = web.get("/rules/", {"state": "unread"}).context["rows"]
    assert len(unread) == 7
    assert web.get("/rules/", {"state": "nonsense", "page": "x"}).status_code == 200


def test_one_and_three_versions_take_the_same_queries(web, office):
    counted = set()
    web.get("/rules/MTG-LENGTH/")  # what every first page asks for
    for number in range(2, 5):
        facts = {"scope": office.unit, "strength": "soft", "text_verified": True, "active": True}
        Rule.objects.create(code="MTG-LENGTH", version=number, **facts)
        with CaptureQueriesContext(connection) as caught:
            assert web.get("/rules/MTG-LENGTH/").status_code == 200
        counted.add(len(caught))
    assert len(counted) == 1


def test_change_is_kept_as_a_version_and_shown(web, office):
    assert web.post("/rules/MTG-LENGTH/edit/", sent(office)).status_code == 302
    page = web.get("/rules/MTG-LENGTH/").content.decode()
    assert "第 2 版" in page
    assert "≤ 180 分钟" in page
    assert "县里定的" in page


def test_form_that_was_overtaken_or_is_wrong_is_shown_again(web, office):
    old = sent(office)
    web.post("/rules/MTG-LENGTH/edit/", old)
    again = web.post("/rules/MTG-LENGTH/edit/", old)
    assert again.status_code == 422
    assert "别处改过" in again.content.decode()
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    wrong = web.post("/rules/MTG-LENGTH/edit/", sent(office, valid_from=yesterday))
    assert "最早从今天" in wrong.content.decode()
    assert Rule.objects.filter(code="MTG-LENGTH").count() == 2


def test_rule_without_a_bound_is_refused_on_the_page(web):
    assert web.post("/rules/INS-MONTHLY/confirm/", {"reason": "存档件"}).status_code == 302
    refused = web.post("/rules/INS-MONTHLY/switch/", {"on": "1"})
    assert refused.status_code == 422
    assert "还没有界限，填了界限才能打开" in refused.content.decode()
    assert web.post("/rules/INS-MONTHLY/confirm/", {"reason": ""}).status_code == 422


def test_local_rule_is_written_after_a_known_one(web, office):
    assert "MTG-LENGTH" in web.get("/rules/new/").content.decode()
    facts = sent(office, title_zh="周三不开会", title_en="No meetings on Wednesday")
    assert web.post("/rules/new/?base=MTG-LENGTH", facts).status_code == 302
    assert Rule.objects.get(title_zh="周三不开会").scope == office.unit
    assert web.post("/rules/new/?base=MTG-LENGTH", facts | {"reason": ""}).status_code == 422


def test_readers_see_rules_without_a_way_to_change_them(client, office):
    client.force_login(make_actor(make_unit(office.unit, "township"), "lead").user)
    page = client.get("/rules/MTG-LENGTH/").content.decode()
    assert "改一版" not in page
    assert client.get("/rules/MTG-LENGTH/edit/").status_code == 403
    assert client.get("/rules/NOTHING/").status_code == 404
