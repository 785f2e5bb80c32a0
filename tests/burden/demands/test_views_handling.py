"""The page of a target: taking it, giving it to a colleague, passing it on to villages."""

from __future__ import annotations

import datetime as dt

import pytest

from burden.accounts.actor import Actor
from burden.demands.models import Demand, Target
from burden.kit import clock
from tests.factories import NOW, THIS_WEEK, make_actor, make_demand, make_post, make_target, make_unit


@pytest.fixture(autouse=True)
def now(monkeypatch) -> dt.datetime:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def actor(db) -> Actor:
    return make_actor(make_unit(make_unit(), "township", name="柳河镇"))


@pytest.fixture
def asked(actor) -> Target:
    return make_target(
        make_demand(make_unit(actor.unit.parent, "department", name="县水利局"), title="塘坝台账"), actor.unit
    )


@pytest.fixture
def cadre(client, actor):
    """A browser in which the cadre is logged in."""
    client.force_login(actor.user)
    return client


def text(response) -> str:
    return response.content.decode()


def test_taking_leads_back_to_the_week_where_it_waits(cadre, actor, asked):
    response = cadre.post(f"/targets/{asked.pk}/take/", follow=True)
    assert response.redirect_chain == [(f"/week/{THIS_WEEK}/?edit=1", 302)]
    page = text(response)
    assert "《塘坝台账》归你办了" in page
    assert f'name="entries.0.target" value="{asked.pk}"' in page
    asked.refresh_from_db()
    assert asked.handler_id == actor.user_id


def test_taking_what_was_withdrawn_says_so(cadre, asked):
    Target.objects.unscoped().filter(pk=asked.pk).update(withdrawn=True)
    assert "这一项已由下达单位撤回" in text(cadre.post(f"/targets/{asked.pk}/take/", follow=True))


def test_arrow_leads_back_where_one_may_go(client, actor, asked):
    lead = make_actor(actor.unit, "lead").user
    for user, back in ((actor.user, f"/week/{THIS_WEEK}/?edit=1"), (lead, f"/reports/{actor.unit.code}/")):
        client.force_login(user)
        assert f'<a href="{back}"' in text(client.get(f"/targets/{asked.pk}/"))
        assert client.get(back).status_code == 200


def test_lead_gives_it_to_a_colleague(client, actor, asked):
    lead = make_post(actor.unit, "lead").user
    client.force_login(lead)
    page = text(client.get(f"/targets/{asked.pk}/"))
    assert 'name="cadre"' in page and f'value="{actor.user_id}"' in page
    response = client.post(f"/targets/{asked.pk}/assign/", {"cadre": actor.user_id}, follow=True)
    assert f"《塘坝台账》交给{actor.name}了" in text(response)
    asked.refresh_from_db()
    assert asked.handler_id == actor.user_id


def test_cadre_is_offered_no_colleagues_and_may_not_assign(cadre, actor, asked):
    assert 'name="cadre"' not in text(cadre.get(f"/targets/{asked.pk}/"))
    colleague = make_post(actor.unit).user
    assert cadre.post(f"/targets/{asked.pk}/assign/", {"cadre": colleague.pk}).status_code == 403


@pytest.mark.parametrize("said", ["", "x", "9" * 30])
def test_nobody_chosen_is_said_or_not_found(client, actor, asked, said):
    client.force_login(make_post(actor.unit, "lead").user)
    response = client.post(f"/targets/{asked.pk}/assign/", {"cadre": said})
    assert response.status_code == (404 if said.isdecimal() else 422)
    assert said.isdecimal() or "还没选交给谁" in text(response)


def test_passing_on_names_who_asked_first_and_goes_once(cadre, actor, asked):
    villages = [make_unit(actor.unit, "village", name=name) for name in ("青石村", "双桥村")]
    page = text(cadre.get(f"/targets/{asked.pk}/"))
    assert "记作柳河镇转出，源头仍是县水利局" in page
    response = cadre.post(f"/targets/{asked.pk}/pass/", {"units": [villages[0].code]}, follow=True)
    assert "转下去了" in text(response)
    made = Demand.objects.visible_to(actor).get(issuer=actor.unit)
    assert (made.parent_id, made.title) == (asked.demand_id, "塘坝台账")
    page = text(cadre.get(f"/targets/{asked.pk}/"))
    assert f'value="{villages[0].code}" disabled' in page
    assert f'value="{villages[1].code}">' in page
    again = cadre.post(f"/targets/{asked.pk}/pass/", {"units": [villages[0].code]})
    assert again.status_code == 422
    assert "已经收到这一项" in text(again)


def test_no_village_chosen_is_said(cadre, asked):
    response = cadre.post(f"/targets/{asked.pk}/pass/")
    assert response.status_code == 422
    assert "还没选转到哪些村" in text(response)


def test_village_passes_nothing_on(client, actor, asked):
    cadre = make_actor(make_unit(actor.unit, "village"))
    target = make_target(asked.demand, cadre.unit)
    client.force_login(cadre.user)
    assert 'name="units"' not in text(client.get(f"/targets/{target.pk}/"))
