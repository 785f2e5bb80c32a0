"""My week with what issuers registered: the groups, 其余照此计, other items, medians, 是这一项吗."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

import pytest

from burden.accounts.actor import Actor
from burden.demands.models import Demand, Target
from burden.demands.services import withdraw
from burden.entries.models import Entry
from burden.kit import clock
from burden.standards.models import Evidence
from burden.units.models import Unit
from tests.factories import (
    NOW,
    THIS_WEEK,
    make_actor,
    make_demand,
    make_draft,
    make_entry,
    make_filing,
    make_return,
    make_target,
    make_unit,
    make_user,
)

PAGE = f"/week/{THIS_WEEK}/"


@pytest.fixture(autouse=True)
def now(monkeypatch) -> dt.datetime:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def bureau(db) -> Unit:
    return make_unit(make_unit(), "department", name="县水利局")


@pytest.fixture
def actor(bureau) -> Actor:
    return make_actor(make_unit(bureau.parent, "township", name="柳河镇"))


@pytest.fixture
def cadre(client, actor):
    """A browser in which the cadre is logged in."""
    client.force_login(actor.user)
    return client


def mine(actor: Actor, issuer: Unit, title: str, **facts) -> Target:
    """A target that is the actor's business."""
    return make_target(make_demand(issuer, title=title, **facts), actor.unit, handler=actor.user)


def text(response) -> str:
    return response.content.decode()


def fields(page: str) -> dict[str, str]:
    """What a browser without script posts of the page's form."""
    form, body = page[page.index('id="week"') : page.index('id="nil"')], {}
    for tag in re.findall(r"<input[^>]*>", form[: form.index("<noscript>")]):
        said = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if said.get("type") not in ("checkbox", "radio") or " checked" in tag:
            body[said["name"]] = said.get("value", "")
    return body | {"client_key": str(uuid4())}


def entries(actor: Actor) -> list[tuple[str, int | None, int]]:
    found = Entry.objects.visible_to(actor).order_by("id")
    return [(entry.title, entry.target_id, entry.evidence) for entry in found]


@pytest.mark.parametrize(("level", "heading"), [("township", "我经办的"), ("village", "部门已登记")])
def test_heading_is_of_the_kind_of_unit(client, bureau, level, heading):
    actor = make_actor(make_unit(bureau.parent, level))
    mine(actor, bureau, "塘坝台账")
    client.force_login(actor.user)
    page = text(client.get(PAGE))
    assert re.search(
        heading + r' <span class="num" data-count>1 项</span>' + ("，请核对" if level == "village" else ""), page
    )
    assert "周日 · 县水利局" in page


def test_one_tick_confirms_as_stated_and_nothing_else_is_sent(cadre, actor, bureau):
    first, _second = mine(actor, bureau, "塘坝台账"), mine(actor, bureau, "水库巡查")
    body = fields(text(cadre.get(PAGE)))
    assert cadre.post(PAGE, body | {"entries.0.ticked": "1"}).status_code == 302
    assert entries(actor) == [("塘坝台账", first.pk, Evidence.SINGLE)]


def test_rest_as_stated_needs_no_script_and_leaves_the_routine(cadre, actor, bureau):
    make_filing(actor, make_draft(1, title="值班"))
    target = mine(actor, bureau, "塘坝台账")
    body = fields(text(cadre.get(PAGE + "?copy=targets")))
    cadre.post(PAGE, body)
    assert entries(actor)[1:] == [("塘坝台账", target.pk, Evidence.BULK)]
    assert entries(actor)[0][0] == "值班"
    assert len(entries(actor)) == 2


def test_item_without_estimate_is_left_out_of_the_rest(cadre, actor, bureau):
    mine(actor, bureau, "没有预计的事", minutes=0)
    page = text(cadre.get(PAGE + "?copy=targets"))
    assert "data-unpriced" in page
    assert "部门没有预计" in page
    assert "entries.0.ticked" not in fields(page)


def test_refused_page_keeps_what_it_said_of_the_target(cadre, actor, bureau):
    mine(actor, bureau, "塘坝台账", minutes=45)
    body = fields(text(cadre.get(PAGE))) | {"entries.0.ticked": "1", "entries.0.minutes": "半天"}
    response = cadre.post(PAGE, body)
    assert response.status_code == 422
    assert "部门预计 45 分" in text(response)
    assert 'data-group="targets">' in text(response)


def test_filed_week_is_changed_with_its_answers(cadre, actor, bureau):
    target = mine(actor, bureau, "塘坝台账")
    cadre.post(PAGE, fields(text(cadre.get(PAGE))) | {"entries.0.ticked": "1"})
    page = text(cadre.get(PAGE + "?edit=1"))
    assert "部门预计 90 分" in page
    cadre.post(PAGE, fields(page) | {"entries.0.minutes": "30"})
    assert entries(actor) == [("塘坝台账", target.pk, Evidence.STATED)]


def test_other_items_are_folded_with_names_and_a_plain_button(cadre, actor, bureau):
    colleague = make_user(name="王海")
    make_target(make_demand(bureau, title="低保核查表"), actor.unit, handler=colleague)
    free = make_target(make_demand(bureau, title="征兵部署会"), actor.unit)
    page = text(cadre.get(PAGE))
    assert 'data-group="targets" hidden' in page
    fold = page[page.index('id="others"') :]
    assert "王海 经办" in fold
    assert "还没有人办过" in fold
    assert f'formaction="/targets/{free.pk}/take/"' in fold
    assert "交给…" not in fold


def test_lead_who_files_may_assign_on_the_same_list(client, actor, bureau):
    make_actor(actor.unit, "lead", actor.user)
    target = make_target(make_demand(bureau), actor.unit)
    client.force_login(actor.user)
    assert f'href="/targets/{target.pk}/"' in text(client.get(PAGE))


def test_township_may_pass_on_and_village_may_not(client, actor, bureau):
    village = make_actor(make_unit(actor.unit, "village"))
    for each, offered in ((actor, True), (village, False)):
        target = mine(each, bureau, "塘坝台账")
        client.force_login(each.user)
        assert (f'href="/targets/{target.pk}/#pass"' in text(client.get(PAGE))) == offered


def test_item_that_was_passed_on_names_who_asked_first(client, actor, bureau):
    village = make_actor(make_unit(actor.unit, "village"))
    asked = make_demand(bureau, title="塘坝台账")
    mine(village, actor.unit, "塘坝台账", parent=asked)
    client.force_login(village.user)
    assert "周日 · 县水利局，柳河镇转" in text(client.get(PAGE))


# what others made of it


def answered(demand: Demand, minutes: int, evidence: int = Evidence.STATED, **facts) -> None:
    """Another township's answer."""
    unit = make_unit(demand.issuer.parent, "township")
    target = make_target(demand, unit)
    make_entry(make_return(make_user(), unit, THIS_WEEK), target=target, minutes=minutes, evidence=evidence, **facts)


@pytest.mark.parametrize("units", [4, 5])
def test_median_of_others_is_offered_from_five_units_on(cadre, actor, bureau, units):
    target = mine(actor, bureau, "塘坝台账")
    for minutes in range(10, 10 * units + 10, 10):
        answered(target.demand, minutes)
    for _ in range(5):  # what was confirmed in bulk, or not done, says nothing
        answered(target.demand, 500, Evidence.BULK)
        answered(target.demand, 500, answer="absent")
    page = text(cadre.get(PAGE))
    assert ("已有 5 个单位，中位数 30 分" in page) == (units == 5)
    assert f'data-minutes-chips="90{" 30" if units == 5 else ""}"' in page
    assert re.search(r'name="entries.0.minutes"[^>]*value="90"', page)  # offered, never used silently


def test_preparation_is_offered_to_the_first_alone(cadre, actor, bureau):
    target = mine(actor, bureau, "塘坝台账", prep_minutes=60)
    assert re.search(r'name="entries.0.prep_minutes"[^>]*value="60"', text(cadre.get(PAGE)))
    make_entry(make_return(make_user(), actor.unit, THIS_WEEK), target=target)
    page = text(cadre.get(PAGE))
    assert re.search(r'name="entries.0.prep_minutes"[^>]*value="0"', page)
    assert "准备材料的 60 分同事已计" in page


# registered afterwards


def test_own_entry_is_asked_whether_it_is_what_was_registered(cadre, actor, bureau):
    make_filing(actor, make_draft(1, title="秸秆禁烧巡查拍照上传", issuer_id=bureau.pk, minutes=40), week=THIS_WEEK)
    target = make_target(make_demand(bureau, title="秸秆禁烧巡查记录", minutes=30), actor.unit)
    make_target(make_demand(make_unit(bureau.parent, "department"), title="秸秆禁烧巡查拍照上传"), actor.unit)
    make_target(make_demand(bureau, title="水库蓄水旬报"), actor.unit)
    assert "可能已由部门登记" in text(cadre.get(PAGE))
    page = text(cadre.get(PAGE + "?edit=1"))
    assert page.count("是这一项吗？") == 1
    assert "县水利局登记了《秸秆禁烧巡查记录》，预计 30 分" in page
    body = fields(page)
    assert "entries.0.target" not in body
    cadre.post(PAGE, body | {"entries.0.target": str(target.pk)})
    assert entries(actor) == [("秸秆禁烧巡查记录", target.pk, Evidence.STATED)]
    assert "是这一项吗" not in text(cadre.get(PAGE + "?edit=1"))


def test_not_this_one_keeps_the_own_entry(cadre, actor, bureau):
    make_filing(actor, make_draft(1, title="塘坝巡查记录", issuer_id=bureau.pk), week=THIS_WEEK)
    make_target(make_demand(bureau, title="塘坝巡查台账"), actor.unit)
    cadre.post(PAGE, fields(text(cadre.get(PAGE + "?edit=1"))) | {"entries.0.target": ""})
    assert entries(actor) == [("塘坝巡查记录", None, Evidence.STATED)]


def test_receipt_marks_what_was_withdrawn_meanwhile(cadre, actor, bureau):
    target = mine(actor, bureau, "塘坝台账")
    body = fields(text(cadre.get(PAGE))) | {"entries.0.ticked": "1"}
    withdraw(by=make_actor(bureau, "issuer"), demand=target.demand, reason="不用报", now=NOW)
    page = text(cadre.post(PAGE, body, follow=True))
    assert "部门已撤回这一项，按你自己记的保留" in page
    assert entries(actor) == [("塘坝台账", None, Evidence.STATED)]


# how much


def test_page_takes_as_many_queries_with_twelve_targets(cadre, actor, bureau, django_assert_max_num_queries):
    for number in range(12):
        target = mine(actor, bureau, f"第{number}项")
        answered(target.demand, 30)
        make_target(make_demand(bureau), actor.unit)
    with django_assert_max_num_queries(25):  # four of them for what is new and what waits, two for guides
        cadre.get(PAGE)
