"""Items taken off the duty list from a day on: who may, what is refused, and what went out under one keeps it."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from django.urls import reverse

from burden.accounts.roles import Role
from burden.demands.checks import CLEAR, POSSIBLE
from burden.demands.hits import rule_hits
from burden.demands.models import Demand
from burden.demands.queries import duty_items
from burden.demands.review import review
from burden.demands.services import save_draft, send_back
from burden.kit import clock
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.standards.lists.retiring import restore_item, retire_item
from burden.standards.models import DutyItem
from tests.database import as_role
from tests.factories import NOW, make_actor, make_demand, make_duty, make_target, make_unit

TODAY = clock.day_of(NOW)
DAY = dt.timedelta(days=1)


@pytest.fixture
def county(db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make_unit(make_unit(level="city"), "county")


@pytest.fixture
def office(county):
    return make_actor(county, "office")


@pytest.fixture
def item(county):
    return make_duty(county, code="1-27", title="农村道路劝导")


def retire(by, item, on=TODAY, reason="县里重新分工"):
    return retire_item(by=by, item=item, on=on, reason=reason, now=NOW)


@pytest.mark.parametrize(("days", "holds"), [(-1, True), (0, False), (1, False)])
def test_item_is_on_the_list_until_its_day(office, item, days, holds):
    with as_role("burden_web"):
        act_as(office.user_id)
        held = retire(office, item, TODAY + DAY)
    day = TODAY + DAY + days * DAY
    assert held.holds_on(day) is holds
    assert DutyItem.objects.on(day).filter(pk=item.pk).exists() is holds
    assert AuditEvent.objects.get().detail == {
        "code": "1-27",
        "day": str(TODAY + DAY),
    }  # codes: what was typed stays with the item


@pytest.mark.parametrize(("is_retired", "act"), list(product((False, True), ("retire", "restore"))))
def test_each_state_takes_its_act_and_no_other(office, item, is_retired, act):
    if is_retired:
        retire(office, item)
    do = {"retire": lambda: retire(office, item), "restore": lambda: restore_item(by=office, item=item, now=NOW)}[act]
    if is_retired == (act == "restore"):
        assert (do().retired_on is None) == (act == "restore")
        return
    with pytest.raises(Conflict) as refused:
        do()
    assert refused.value.code == ("duty.retired" if is_retired else "duty.listed")


@pytest.mark.parametrize("role", Role)
def test_only_the_office_of_the_county_or_above_keeps_the_list(county, item, role):
    for unit in (county, county.parent):
        by = make_actor(unit, role)
        if role == Role.OFFICE:
            retire(by, item)
            restore_item(by=by, item=item, now=NOW)
            continue
        for act in (lambda by=by: retire(by, item), lambda by=by: restore_item(by=by, item=item, now=NOW)):
            with pytest.raises(Refused, match="由县里或更上级的机制办管"):
                act()
    with pytest.raises(Refused):
        retire(make_actor(make_unit(county.parent, "county"), "office"), item)


@pytest.mark.parametrize(
    ("said", "code"),
    [({"on": TODAY - DAY}, "duty.day"), ({"on": TODAY + 800 * DAY}, "duty.day"), ({"reason": " "}, "duty.reason"),
     ({"reason": "长" * 201}, "duty.reason")],
)  # fmt: skip
def test_what_is_said_wrongly_changes_nothing(office, item, said, code):
    with pytest.raises(Refused) as refused:
        retire(office, item, **said)
    assert refused.value.code == code and refused.value.errors
    assert DutyItem.objects.get().retired_on is None


def state_of(issuer, demand, day):
    checks = review(issuer, demand, day).checks
    return next(check.state for check in checks if check.code == "DUTY-UNLISTED")


def test_what_went_out_under_it_keeps_it_and_what_comes_later_does_not(county, office, item):
    issuer = make_actor(make_unit(county, "department"), "issuer")
    town, other = make_unit(county, "township"), make_duty(county, code="1-28")
    facts = {"duty_item": item, "receivers": {"levels": ["township"]}}
    out = make_demand(issuer.unit, issued_at=NOW - DAY, **facts)
    draft = make_demand(issuer.unit, state="draft", issued_at=None, **facts)
    target = make_target(out, town)
    retire(office, item)
    out, draft = (Demand.every.select_related("issuer").get(pk=each.pk) for each in (out, draft))
    later = TODAY + 30 * DAY
    assert (state_of(issuer, out, later), state_of(issuer, draft, later)) == (CLEAR, POSSIBLE)
    assert rule_hits(issuer, issuer.unit, [out.pk]) == []
    with pytest.raises(Refused, match="不能按清单退回"):
        send_back(by=make_actor(town, "lead"), target=target, now=NOW)
    assert list(duty_items(issuer, issuer.unit)) == [other]
    assert save_draft(by=issuer, demand=draft, values={"duty_item": "1-27"}, now=NOW).duty_item == item
    fresh = make_demand(issuer.unit, state="draft", issued_at=None)
    with pytest.raises(Refused) as refused:
        save_draft(by=issuer, demand=fresh, values={"duty_item": "1-27"}, now=NOW)
    assert "停用了" in refused.value.errors["duty_item"]
    assert Demand.every.get(pk=out.pk).duty_item.citation == item.citation


def test_recalled_item_that_is_retired_is_no_ground_any_more(county, office):
    item = make_duty(county, "recalled")
    town = make_unit(county, "township")
    target = make_target(make_demand(make_unit(county, "department"), duty_item=item), town)
    retire(office, item, TODAY + DAY)
    with pytest.raises(Refused):
        send_back(by=make_actor(town, "lead"), target=target, now=NOW + DAY)
    assert send_back(by=make_actor(town, "lead"), target=target, now=NOW).item == item


def test_name_taken_meanwhile_keeps_the_old_item_off(county, office, item):
    retire(office, item)
    make_duty(county, code="1-99", title=item.title)
    with pytest.raises(Conflict, match="1-99 已经是这一事项"):
        restore_item(by=office, item=item, now=NOW)


def test_office_retires_and_restores_on_the_page(client, county, office, item):
    client.force_login(office.user)
    page, act = reverse("duty_item", args=[item.pk]), reverse("duty_retire", args=[item.pk])
    assert "停用这一条" in client.get(page).text
    assert client.post(act, {"on": TODAY - DAY, "reason": "早"}).status_code == 422
    assert "已停用" in client.post(act, {"on": TODAY, "reason": "重新分工"}, follow=True).text
    assert item.title not in client.get(reverse("duty")).text
    assert "重新分工" in client.get(reverse("duty"), {"kind": "retired"}).text
    assert client.post(act, {"on": TODAY, "reason": "再来"}).status_code == 422
    assert "恢复了" in client.post(reverse("duty_restore", args=[item.pk]), follow=True).text
    assert client.post(reverse("duty_restore", args=[item.pk])).status_code == 409
    client.force_login(make_actor(county, "reviewer").user)
    assert "停用这一条" not in client.get(page).text
    assert client.post(act, {"on": TODAY, "reason": "x"}).status_code == 403
