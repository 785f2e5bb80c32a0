"""Tickets about a rule and about the portal itself: whom they go to, by name and without."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from burden.feedback import services
from burden.feedback.models import Ticket
from burden.kit import clock
from burden.standards.models import Rule
from burden.units.models import Unit
from tests.burden.feedback.test_anonymous import body
from tests.burden.feedback.test_views import TOMORROW, County
from tests.factories import NOW, make_actor, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county() -> County:
    return County()


def rule_of(scope: Unit | None = None, code: str = "TEST-ONE") -> Rule:
    known = Rule.objects.filter(active=True, scope=None).first()
    assert known is not None
    facts = {
        "pk": None,
        "code": code,
        "scope": scope,
        "base": known.code,
        "title_zh": "县里不得再要这张表",
        "threshold": known.threshold,
    }
    for name, value in facts.items():
        setattr(known, name, value)
    known.save(force_insert=True)
    return known


def test_ticket_about_a_rule_goes_above_who_made_it(client: Client, county: County) -> None:
    make_actor(county.city, "office")
    rule = rule_of(county.unit)
    client.force_login(county.cadre.user)
    page = client.get("/feedback/new/", {"rule": rule.code}).content.decode()
    assert f'value="{rule.code}" selected' in page
    said = {"topic": "repeat", "text": "定得太松", "rule": rule.code}
    assert client.post("/feedback/new/", said).status_code == 302
    ticket = Ticket.every.get()
    assert (ticket.rule, ticket.about, ticket.desk, ticket.kept_from) == (rule, "rule", county.city, [county.unit.pk])
    assert rule.title_zh in client.get(f"/feedback/mine/{ticket.pk}/").content.decode()
    services.release(now=TOMORROW)
    assert not Ticket.objects.visible_to(county.office).exists()


def test_ticket_about_a_rule_of_all_and_about_the_portal_goes_to_the_own_office(client: Client, county: County) -> None:
    rule = Rule.objects.filter(active=True, scope=None).first()
    client.force_login(county.cadre.user)
    client.post("/feedback/new/", {"topic": "other", "text": "规则看不懂", "rule": rule.code})
    client.post("/feedback/new/", {"topic": "other", "text": "填报太慢", "about": "portal"})
    told = set(Ticket.every.values_list("about", "rule", "desk"))
    assert told == {("rule", rule.pk, county.unit.pk), ("portal", None, county.unit.pk)}
    services.release(now=TOMORROW)
    client.force_login(county.office.user)
    page = client.get(f"/feedback/{Ticket.every.get(about='rule').pk}/").content.decode()
    assert f'href="{reverse("rule", args=[rule.code])}"' in page


def test_rule_of_elsewhere_is_none(client: Client, county: County) -> None:
    rule = rule_of(make_unit(), "TEST-FAR")
    client.force_login(county.cadre.user)
    assert f'value="{rule.code}"' not in client.get("/feedback/new/", {"rule": rule.code}).content.decode()
    answer = client.post("/feedback/new/", {"topic": "repeat", "text": "写好的话", "rule": rule.code})
    assert answer.status_code == 422 and "写好的话" in answer.content.decode()
    assert not Ticket.every.exists()


def test_rules_page_leads_to_reporting_it_who_may_report(client: Client, county: County) -> None:
    rule = Rule.objects.filter(active=True, scope=None).first()
    for actor, led in ((make_actor(county.town, "lead"), True), (county.office, False)):
        client.force_login(actor.user)
        page = client.get(reverse("rule", args=[rule.code])).content.decode()
        assert (f"/feedback/new/?rule={rule.code}" in page) is led


def test_anonymous_ticket_may_be_about_a_rule_or_the_portal(client: Client, county: County) -> None:
    rule = Rule.objects.filter(active=True, scope=None).first()
    assert rule is not None
    client.post("/a/", body(county.unit, rule=rule.code))
    client.post("/a/", body(county.unit, about="portal"))
    assert client.post("/a/", body(county.unit, rule="NO-SUCH")).status_code == 422
    assert set(Ticket.every.values_list("about", "rule")) == {("rule", rule.pk), ("portal", None)}
