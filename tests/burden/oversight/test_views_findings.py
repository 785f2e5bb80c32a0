"""Raising findings on pages: against whom, from what observers left, and with totals that are those of their lines."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from burden.kit import clock
from burden.kit.errors import Conflict
from burden.kit.threads import links
from burden.oversight import queries, services
from burden.oversight.models import Finding, OrderState
from burden.oversight.observing.models import Observation
from burden.oversight.seen import frozen
from burden.units import models as units
from tests.burden.oversight.test_services_orders import Place, refusal
from tests.factories import LAST_WEEK, NOW, make_actor, make_unit

NEW = {"title": "三次索要", "titles": "台账", "category": "form", "rule": "", "note": ""}


@pytest.fixture
def place(db: None, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Place()


@pytest.fixture
def enter(client: Any) -> Any:
    def as_(actor: Any) -> Any:
        client.force_login(actor.user)
        return client

    return as_


def observed(place: Place, unit: Any, **facts: Any) -> Observation:
    by = make_actor(place.county, "observer").user
    facts = {"unit": unit, "week": LAST_WEEK.monday, "text": "一上午三拨检查", "by": by, "at": NOW} | facts
    return Observation.every.create(**facts)


# --- against whom ---


def test_issuer_of_any_level_below_is_named_or_coded(place: Place, enter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    city = make_actor(place.city, "reviewer")
    client, url = enter(city), reverse("finding_new")
    monkeypatch.setattr(units, "MOST_CHOICES", 2)  # too many below to choose, one right below
    offered = client.get(url).text
    assert f'<option value="{place.county.name}">{place.county.code}</option>' in offered
    assert place.bureau.code not in offered
    assert client.post(url, NEW | {"issuer": place.bureau.name}).status_code == 302
    assert client.post(url, NEW | {"issuer": place.bureau.code}).status_code == 302
    assert set(Finding.every.values_list("issuer", "unit")) == {(place.bureau.pk, place.city.pk)}


def test_issuer_that_is_several_or_none_is_refused_with_a_way_on(place: Place, enter: Any) -> None:
    other = make_unit(make_unit(place.city, "county"), "department", name=place.bureau.name)
    client, url = enter(make_actor(place.city, "office")), reverse("finding_new")
    both = client.post(url, NEW | {"issuer": place.bureau.name})
    assert both.status_code == 422
    assert place.bureau.code in both.text and other.code in both.text
    assert client.post(url, NEW | {"issuer": f"{place.county.name}{place.bureau.name}"}).status_code == 302
    for nobody in (place.city.code, make_unit(level="city").code, "没有这个"):
        answer = client.post(url, NEW | {"issuer": nobody})
        assert (answer.status_code, "没有这个单位" in answer.text) == (422, True)
    assert [each.issuer for each in Finding.every.all()] == [place.bureau]


# --- from what an observer left ---


def test_observation_becomes_a_finding_and_each_leads_to_the_other(place: Place, enter: Any) -> None:
    one, client = observed(place, place.towns[0]), enter(place.reviewer)
    address = f"{reverse('finding_new')}?observation={one.pk}"
    assert address in client.get(reverse("observation", args=[one.pk])).text
    form = client.get(address).text
    assert f'value="{one.text}"' in form and place.towns[0].name in form
    assert client.post(address, NEW | {"issuer": place.bureau.code, "title": one.text}).status_code == 302
    found = Finding.every.get()
    assert (found.source, found.source_key, found.title) == ("observer", str(one.pk), one.text)
    assert reverse("finding", args=[found.pk]) in client.get(reverse("observation", args=[one.pk])).text
    assert reverse("observation", args=[one.pk]) in client.get(reverse("finding", args=[found.pk])).text
    order = place.order("sent", finding=found)
    assert "监督员反映" in {link.kind for link in links(place.office, "order", order.pk)}
    assert "督办单" in {link.kind for link in links(place.office, "observation", one.pk)}
    for stranger in (place.issuer, make_actor(place.towns[0], "lead"), make_actor(make_unit(), "office")):
        assert "监督员反映" not in {link.kind for link in links(stranger, "order", order.pk)}
        assert links(stranger, "finding", found.pk) == []
    assert client.post(address, NEW | {"issuer": place.bureau.code}).status_code == 422  # stands already


def test_observation_of_another_or_none_is_404(place: Place, enter: Any) -> None:
    foreign = observed(place, make_unit(make_unit(level="county"), "township"))
    for pk, status in ((foreign.pk, 404), (10**17, 404), ("x", 200)):
        assert enter(place.reviewer).get(reverse("finding_new"), {"observation": pk}).status_code == status
    with pytest.raises(Observation.DoesNotExist):
        from_observation(place, foreign)


def test_unit_that_is_written_about_does_not_read_the_observer_in_a_finding(place: Place, enter: Any) -> None:
    one = observed(place, place.bureau)
    form = enter(place.reviewer).get(reverse("finding_new"), {"observation": one.pk}).text
    assert f'value="{place.bureau.name}"' in form
    assert f'value="{one.text}"' not in form
    with refusal("finding.title"):
        from_observation(place, one, title=f"查实：{one.text}")
    with refusal("finding.note"):
        from_observation(place, one, seen=frozen(now=NOW, note=one.text))
    assert from_observation(place, one).source == "observer"


def test_what_was_taken_back_becomes_no_finding(place: Place) -> None:
    one = observed(place, place.towns[0], state="withdrawn")
    with pytest.raises(Conflict) as refused:
        from_observation(place, one)
    assert refused.value.code == "observation.state"


def from_observation(place: Place, one: Observation, **facts: Any) -> Finding:
    facts = {
        "by": place.reviewer, "issuer": place.bureau, "title": "检查扎堆", "titles": ["检查"], "person_min": None, "now": NOW,
        "seen": frozen(now=NOW),
    } | facts  # fmt: skip
    return services.raise_from_observation(observation=one, **facts)


# --- what pages say of findings and orders ---


def test_total_is_that_of_the_lines_whatever_a_signal_involves(place: Place, enter: Any) -> None:
    rows = [
        {"week": "2026-11-16", "title": "台账", "registered": True, "units": 18, "person_min": n} for n in (60, 120)
    ]
    order = place.order("sent", finding=place.finding(seen=frozen(now=NOW, rows=rows), person_min=600), person_min=600)
    for address in (reverse("order", args=[order.pk]), reverse("finding", args=[order.finding_id])):
        page = enter(place.office).get(address).text
        assert '<td class="r b">3.0</td>' in page
        assert "涉及 <b>10.0</b> 人时" in page


def test_top_bar_counts_what_waits_of_this_room_in_one_query(place: Place, enter: Any) -> None:
    for state in OrderState.values:
        place.order(state)
    place.finding()
    strange = make_unit(place.county, "department")
    readers = (
        (place.issuer, 3), (place.lead, 3), (place.reviewer, 3), (place.office, 6),
        (make_actor(place.county, "observer"), 0), (make_actor(strange, "issuer"), 0), (make_actor(place.city, "office"), 0),
    )  # fmt: skip
    for reader, many in readers:
        with CaptureQueriesContext(connection) as asked:
            assert queries.owed(reader) == many
        assert len(asked) <= 1
    assert '问题与督办<span class="n num">6</span>' in enter(place.office).get(reverse("oversight")).text


def test_what_cannot_be_done_is_not_headed_as_something_to_put_right(place: Place, enter: Any) -> None:
    order, client = place.order("answered"), enter(place.office)
    refused = client.post(reverse("order_act", args=[order.pk, "finish"])).text
    assert "这一步没有办成" in refused and "需要改一下" not in refused
    wrong = client.post(reverse("order_act", args=[order.pk, "cancel"]), {"cancel-reason": ""}).text
    assert "有 1 项需要改一下" in wrong and "这一步没有办成" not in wrong


def test_citations_are_written_as_the_language_of_the_page_does(place: Place, enter: Any) -> None:
    place.order("sent", citation="《若干规定2024》第 7 条、《报表管理办法》")
    client = enter(place.office)
    for language, words in (
        ("zh-hans", "《若干规定2024》第 7 条、《报表管理办法》"),
        ("en", "《若干规定2024》, Article 7, 《报表管理办法》"),
    ):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        for name in ("oversight", "oversight_ledger"):
            assert words in client.get(reverse(name)).text


def test_issuers_page_leads_to_what_was_found_and_ordered_and_back(place: Place, enter: Any) -> None:
    order = place.order("working")
    url = reverse("issued_by", args=[place.bureau.code])
    mine, theirs = (enter(reader).get(url).text for reader in (place.office, place.issuer))
    assert reverse("order", args=[order.pk]) in mine and reverse("finding", args=[order.finding_id]) in mine
    assert reverse("order", args=[order.pk]) in theirs and reverse("finding", args=[order.finding_id]) not in theirs
    assert f'href="{url}"' in enter(place.issuer).get(reverse("order", args=[order.pk])).text
    assert f'href="{url}"' in enter(place.office).get(reverse("finding", args=[order.finding_id])).text
