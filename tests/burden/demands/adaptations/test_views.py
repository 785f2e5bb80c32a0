"""The pages of adaptations."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.conf import settings
from django.utils import timezone

from burden.demands.adaptations import views
from burden.demands.adaptations.models import Adaptation
from burden.kit.clock import Week
from tests.factories import make_actor, make_adaptation, make_demand, make_target, make_unit


@pytest.fixture
def county(db):
    return make_unit()


@pytest.fixture
def town(county):
    return make_unit(county, "township", traits=["山区"])


@pytest.fixture
def demand(county, town):
    made = make_demand(
        make_unit(county, "department"), title="防火巡查周报", frequency="weekly", until=timezone.localdate()
    )
    make_target(made, town, Week.on(timezone.localdate()))
    return made


def dates():
    monday = Week.on(timezone.localdate()).plus(1).monday
    return {"from_week": monday, "until": monday + dt.timedelta(weeks=8)}


def test_lead_asks_and_the_office_decides(client, county, town, demand):
    client.force_login(make_actor(town, "lead").user)
    assert "防火巡查周报" in client.get("/adaptations/new/").content.decode()
    address = f"/adaptations/new/?unit={town.code}&demand={demand.pk}"
    assert client.get(address).status_code == 200
    facts = {
        "kind": "receivers",
        "whom": "trait",
        "trait": "山区",
        "change": "不再报",
        "reason": "没有\n林地",
    } | dates()
    wrong = client.post(address, facts | {"reason": ""})
    assert wrong.status_code == 422
    made = client.post(address, facts)
    one = Adaptation.every.get()
    assert (made.status_code, one.reason, one.area) == (302, "没有 林地", county)
    assert client.post(address, facts).status_code == 422  # twice
    assert client.post(f"/adaptations/{one.pk}/decide/", {"do": "approve"}).status_code == 403

    client.force_login(make_actor(county, "office").user)
    assert "不再报" in client.get("/adaptations/").content.decode()
    assert "申请改为" in client.get(f"/adaptations/{one.pk}/").content.decode()
    assert client.post(f"/adaptations/{one.pk}/decide/", dates()).status_code == 422
    assert client.post(f"/adaptations/{one.pk}/decide/", dates() | {"do": "refuse"}).status_code == 422
    assert client.post(f"/adaptations/{one.pk}/decide/", dates() | {"do": "approve"}).status_code == 302
    assert client.post(f"/adaptations/{one.pk}/decide/", dates() | {"do": "approve"}).status_code == 422
    assert "不再报" in client.get("/adaptations/?tab=held").content.decode()
    assert client.post(f"/adaptations/{one.pk}/withdraw/", {"withdraw-note": ""}).status_code == 422
    assert client.post(f"/adaptations/{one.pk}/withdraw/", {"withdraw-note": "改了"}).status_code == 302
    assert Adaptation.every.get().state == "withdrawn"


def test_what_is_kept_is_gone_on_with_spoken_of_and_granted_in_part(client, county, town, demand):
    lead = make_actor(town, "lead")
    client.force_login(lead.user)
    address = f"/adaptations/new/?unit={town.code}&demand={demand.pk}"
    kept = client.post(address, {"act": "keep", "reason": "林地只有", "kind": "receivers"} | dates(), follow=True)
    one = Adaptation.every.get()
    assert (one.state, f"draft={one.pk}" in kept.redirect_chain[-1][0]) == ("draft", True)
    assert "林地只有" in kept.text and "没提交" in client.get("/adaptations/?tab=unsent").text
    office = make_actor(county, "office")
    client.force_login(office.user)
    assert client.get(f"/adaptations/{one.pk}/").status_code == 404
    assert client.get(f"/adaptations/new/?draft={one.pk}").status_code == 404
    client.force_login(lead.user)
    whole = {"kind": "receivers", "whom": "unit", "change": "不再报", "reason": "林地只有百分之五"} | dates()
    assert client.post(f"/adaptations/new/?draft={one.pk}", whole).status_code == 302

    client.force_login(office.user)
    page = f"/adaptations/{one.pk}/"
    assert client.post(f"{page}ask/").status_code == 302
    assert client.post(f"{page}ask/").status_code == 409
    client.force_login(make_actor(demand.issuer, "issuer").user)
    assert "提意见" in client.get(page).text
    assert client.post(f"{page}opinion/", {"opine-opinion": "condition"}).status_code == 422
    said = {"opine-opinion": "condition", "opine-words": "清明前后照常"}
    assert client.post(f"{page}opinion/", said).status_code == 302

    client.force_login(office.user)
    assert "清明前后照常" in client.get(page).text
    assert client.post(f"{page}decide/", {"act": "return"}).status_code == 422
    assert client.post(f"{page}decide/", {"act": "keep", "do": "partly", "note": "再看看"}).status_code == 302
    assert "再看看" in client.get(page).text
    part = {"do": "partly", "change": "每月一次", "frequency": "monthly"} | dates()
    assert client.post(f"{page}decide/", part).status_code == 422  # without a reason
    assert client.post(f"{page}decide/", part | {"note": "先一月一次"}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.frequency, one.standing) == ("approved", "monthly", "部分同意")
    client.force_login(lead.user)
    assert "申请的是" in client.get(page).text


def test_course_says_in_english_what_was_thought_and_decided(client, county, town, demand):
    lead, office = make_actor(town, "lead"), make_actor(county, "office")
    decided = {"state": "refused", "decided_by": office.user, "decided_at": timezone.now(), "note": "照原来的"}
    one = make_adaptation(town, demand, area=county, requested_by=lead.user, **decided, **dates())
    spoken = {"opinion": "disagree", "opinion_of": demand.issuer, "opinion_by": lead.user, "opinion_at": timezone.now()}
    Adaptation.every.filter(pk=one.pk).update(**spoken)
    client.force_login(office.user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(f"/adaptations/{one.pk}/").text
    assert "<p>Refused</p>" in page and "<p>Does not agree</p>" in page


def test_what_is_sent_back_is_completed_and_sent_again(client, county, town, demand):
    lead = make_actor(town, "lead")
    one = make_adaptation(town, demand, area=county, requested_by=lead.user, **dates())
    client.force_login(make_actor(county, "office").user)
    assert client.post(f"/adaptations/{one.pk}/decide/", {"act": "return", "note": "缺林地面积"}).status_code == 302
    client.force_login(lead.user)
    assert f"draft={one.pk}" in client.get(f"/adaptations/{one.pk}/").text
    page = client.get(f"/adaptations/new/?draft={one.pk}").text
    assert "缺林地面积" in page and one.reason in page
    again = {"kind": "receivers", "whom": "unit", "change": "不再报", "reason": "林地百分之五"} | dates()
    assert client.post(f"/adaptations/new/?draft={one.pk}", again).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.reason, one.note) == ("requested", "林地百分之五", "")


def test_rule_is_varied_from_its_name(client, town):
    client.force_login(make_actor(town, "lead").user)
    facts = {
        "kind": "rule",
        "whom": "unit",
        "threshold": "300",
        "change": "可以开五小时",
        "reason": "路远，合开一次",
    } | dates()
    assert client.post("/adaptations/new/?rule=MTG-LENGTH", facts).status_code == 302
    assert client.post("/adaptations/new/?rule=MTG-SPEECH", facts).status_code == 422
    assert client.get("/adaptations/new/?rule=NOTHING").status_code == 404


@pytest.mark.parametrize("query", ["unit=000", "demand=x", "demand=99999999999999999999", "demand=1&unit="])
def test_address_that_names_nothing_is_404(client, town, query):
    client.force_login(make_actor(town, "lead").user)
    assert client.get(f"/adaptations/new/?{query}").status_code == 404


def test_office_chooses_for_which_unit_it_asks(client, county, town, demand):
    make_unit(county, "township")
    client.force_login(make_actor(county, "office").user)
    assert town.name in client.get("/adaptations/new/").content.decode()
    assert "防火巡查周报" in client.get(f"/adaptations/new/?unit={town.code}").content.decode()
    foreign = make_unit(make_unit(), "township")
    assert client.get(f"/adaptations/new/?unit={foreign.code}").status_code == 404


def test_one_and_three_rows_take_the_same_queries(client, county, town, django_assert_max_num_queries):
    client.force_login(make_actor(county, "office").user)
    make_adaptation(town, area=county)
    client.get("/adaptations/")
    for _ in range(3):
        with django_assert_max_num_queries(20):
            assert client.get("/adaptations/?tab=waiting&page=x").status_code == 200
        make_adaptation(town, area=county)


def test_what_cannot_be_is_not_offered_and_both_wrong_days_are_told(client, county, town, demand, monkeypatch):
    once = make_demand(demand.issuer, title="台账月报", frequency="once")
    other = make_demand(make_unit(county, "department", name="县林业局"), title="林长制月报", frequency="monthly")
    for each in (once, other):
        make_target(each, town, Week.on(timezone.localdate()))
    client.force_login(make_actor(town, "lead").user)

    def offered(of):
        fields = client.get(f"/adaptations/new/?unit={town.code}&demand={of.pk}").context["form"].fields
        rarer = [value for value, _label in fields["frequency"].choices] if "frequency" in fields else []
        return [value for value, _label in fields["kind"].choices], rarer

    assert offered(once) == (["receivers", "form"], [])
    assert offered(other) == (["frequency", "receivers", "form"], ["", "quarterly", "once"])
    assert offered(demand)[1] == ["", "monthly", "quarterly", "once"]
    listed = client.get("/adaptations/new/").context["page"]
    assert [each.title for each in listed] == ["台账月报", "防火巡查周报", "林长制月报"]  # by issuer
    for text in ("林业", "林长"):
        assert client.get("/adaptations/new/", {"q": text}).context["page"].object_list == [other]
    assert "没有这样的事项" in client.get("/adaptations/new/", {"q": "没有的"}).text
    monkeypatch.setattr(views, "OFFERS", 2)
    first = client.get("/adaptations/new/", {"q": "报"})  # a phone is not scrolled through all of them
    (ahead,) = re.findall(r'rel="next"\s+href="([^"]+)"', first.text)
    assert [each.title for each in first.context["page"]] == ["台账月报", "防火巡查周报"]
    assert list(client.get("/adaptations/new/" + html.unescape(ahead)).context["page"]) == [other]
    wrong = {"from_week": dates()["from_week"] + dt.timedelta(days=2), "until": dt.date(2040, 1, 1)}
    said = {"kind": "receivers", "whom": "unit", "change": "不再报", "reason": "没有林地"} | wrong
    form = client.post(f"/adaptations/new/?unit={town.code}&demand={demand.pk}", said).context["form"]
    assert list(form.errors) == ["from_week", "until"]
