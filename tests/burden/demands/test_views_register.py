"""The register page without JavaScript and as its script uses it: drafts, notices, issuing, changes."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

import pytest
from django.test import Client

from burden.accounts.actor import Actor
from burden.demands.duplicates import grams
from burden.demands.models import Demand, Estimate, QuoteRequest, Target
from burden.kit import clock
from burden.standards.models import BurdenBudget
from burden.units.models import Unit
from tests.factories import make_actor, make_demand, make_order, make_unit

TODAY = clock.day_of(clock.now())
DUE = TODAY + dt.timedelta(days=10)
TYPED = {
    "category": "form",
    "title": "农村人居环境整治月报",
    "basis": "农发〔2026〕12号",
    "origin": "own",
    "channel": "formal",
    "frequency": "monthly",
    "first_on": DUE.isoformat(),
    "until": (DUE + dt.timedelta(days=340)).isoformat(),
    "levels": ["township"],
    "people": "2",
    "minutes": "90",
    "columns": "1. 户厕改造数\n2. 垃圾清运车次\n户厕改造数\n",
}


@pytest.fixture
def county(db) -> Unit:
    return make_unit()


@pytest.fixture
def towns(county) -> list[Unit]:
    return [make_unit(county, "township") for _ in range(3)]


@pytest.fixture
def issuer(county, towns, client: Client) -> Actor:
    actor = make_actor(make_unit(county, "department", name="县农业农村局"), "issuer")
    client.force_login(actor.user)
    return actor


def typed(issuer: Actor, **values) -> dict:
    return TYPED | {"lead": issuer.unit.code} | values


def post(client: Client, issuer: Actor, path: str = "/demands/new/", do: str = "save", **values):
    return client.post(path, typed(issuer, do=do, **values))


def only() -> Demand:
    return Demand.every.get()


def draft(client: Client, issuer: Actor, **values) -> Demand:
    post(client, issuer, **values)
    return only()


# drafts


def test_page_without_script_keeps_a_draft(client, issuer):
    answer = post(client, issuer)
    demand = only()
    assert answer["Location"] == f"/demands/{demand.pk}/edit/"
    assert (demand.state, demand.title, demand.people, demand.minutes) == ("draft", TYPED["title"], 2, 90)
    assert (demand.frequency, demand.first_on, demand.fields) == ("monthly", DUE, ["户厕改造数", "垃圾清运车次"])
    page = client.get(answer["Location"]).content.decode()
    assert 'value="农村人居环境整治月报"' in page
    assert "<b>4.5</b>" not in page  # 3 townships x 2 x 90 = 9 hours
    assert "<b>9</b>" in page


def test_typing_is_kept_and_answered_with_the_price(client, issuer):
    first = post(client, issuer, do="keep", title="")
    demand = only()
    assert first.status_code == 200
    assert f'data-action="/demands/{demand.pk}/edit/"' in first.content.decode()
    second = post(client, issuer, f"/demands/{demand.pk}/edit/", do="keep", minutes="60")
    assert only().minutes == 60
    assert "<b>6</b>" in second.content.decode()
    assert "已存" in second.content.decode()


def test_wrong_field_is_said_beside_it_and_the_rest_is_kept(client, issuer):
    answer = post(client, issuer, minutes="一上午", first_on="2026-13-01")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "每人分钟填了“一上午”，请填 0 到 10080 的整数" in page
    assert "首次日期填了“2026-13-01”，请写成 2026-11-25 这样" in page
    assert 'value="一上午"' in page
    assert 'href="#id_minutes"' in page
    assert (only().title, only().minutes, only().first_on) == (TYPED["title"], 0, None)


def test_empty_numbers_are_the_tariffs(client, issuer):
    demand = draft(client, issuer, people="", minutes="", **{"form.subkind": "simple"})
    assert (demand.people, demand.minutes) == (1, 7)
    page = client.get(f"/demands/{demand.pk}/edit/").content.decode()
    assert 'placeholder="7"' in page
    assert 'value="7"' not in page


def test_digits_may_be_full_width(client, issuer):
    assert draft(client, issuer, minutes="９０").minutes == 90


def test_category_takes_its_own_facts_alone(client, issuer):
    demand = draft(
        client, issuer, category="meeting",
        **{"meeting.video": "on", "meeting.speech_minutes": "40", "form.asks_photos": "on", "form.subkind": "high"},
    )  # fmt: skip
    assert demand.facts == {"video": True, "speech_minutes": 40}
    assert (demand.subkind, demand.fields) == ("", [])


def test_receivers_are_named_or_listed(client, issuer, towns):
    village = make_unit(towns[0], "village", name="青石村")
    make_unit(towns[1], "village", name="青石村")
    demand = draft(client, issuer, levels=[], units=f"{towns[1].name}\n{towns[0].name}青石村")
    assert demand.receivers["units"] == [towns[1].code, village.code]
    page = client.get(f"/demands/{demand.pk}/edit/").content.decode()
    assert f"{towns[0].name}青石村" in page


def test_name_that_several_have_is_asked_about(client, issuer, towns):
    for town in towns[:2]:
        make_unit(town, "village", name="青石村")
    answer = post(client, issuer, units="青石村、没有这个村")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不止一个单位叫“青石村”" in page
    assert "本单位能下达的范围里没有“没有这个村”" in page


def test_unit_outside_the_remit_is_404(client, issuer):
    elsewhere = make_unit()
    assert post(client, issuer, under=elsewhere.code).status_code == 404
    assert not Demand.every.exists()


def test_ten_thousand_fields_are_refused_and_stay_typed(client, issuer):
    answer = post(client, issuer, columns="\n".join(f"字段{n}" for n in range(10_000)))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "字段最多 300 个，现在有 10000 个" in page
    assert "字段9999" in page


def test_field_name_of_500_characters_is_refused(client, issuer):
    answer = post(client, issuer, columns="长" * 500)
    assert answer.status_code == 422
    assert "最多 100 个" in answer.content.decode()


def test_page_that_sends_twice_drafts_one(client, issuer):
    """A lost answer, an impatient finger: the second time finds what the first one made."""
    key = re.search(r'name="client_key" value="([^"]+)"', client.get("/demands/new/").content.decode())[1]
    assert post(client, issuer, do="keep", client_key=key, title="先存的").status_code == 200
    assert post(client, issuer, do="issue.original", client_key=key).status_code == 302
    again = post(client, issuer, do="issue.original", client_key=key)
    demand = Demand.every.get()
    assert (demand.title, demand.state) == (TYPED["title"], "issued")
    assert again["Location"] == f"/demands/{demand.pk}/"
    post(client, issuer, do="keep", client_key=key, title="回到这一页写的另一件")
    assert list(Demand.every.order_by("pk").values_list("title", flat=True)) == [TYPED["title"], "回到这一页写的另一件"]


def test_key_of_another_issuer_or_of_nobody_drafts_anew(client, issuer, county):
    other = make_demand(make_unit(county, "department"), state="draft", client_key=uuid4())
    for key in (str(other.client_key), "no key", ""):
        assert post(client, issuer, do="keep", client_key=key).status_code == 200
    assert Demand.every.filter(issuer=issuer.unit).count() == 3


def test_draft_is_given_up_without_basis(client, issuer):
    demand = draft(client, issuer, basis="")
    answer = post(client, issuer, f"/demands/{demand.pk}/edit/", do="drop")
    assert answer["Location"] == "/demands/"
    assert (only().state, only().withdrawn_reason) == ("withdrawn", "没有依据")
    assert post(client, issuer, do="drop")["Location"] == "/demands/"
    assert Demand.every.count() == 1


# notices


def test_notice_fills_the_form_for_correction(client, issuer):
    text = "各乡镇：请从下月起，每月25日17:00前报送《撂荒地情况统计表》，各乡镇两人办理。"
    answer = client.post("/demands/new/", {"do": "read", "notice": text, "minutes": "45", "origin": "city"})
    page, demand = answer.content.decode(), only()
    assert answer.status_code == 200
    assert "已带出 7 项" in page
    assert "还缺：依据、每人分钟" in page
    assert text in page
    assert (demand.title, demand.people, demand.minutes, demand.origin) == ("撂荒地情况统计表", 2, 45, "city")
    assert (demand.first_on.day, demand.at) == (25, dt.time(17))
    assert demand.receivers["levels"] == ["township"]


def test_notice_that_says_nothing_changes_nothing(client, issuer):
    answer = client.post("/demands/new/", typed(issuer, do="read", notice="收到"))
    page = answer.content.decode()
    assert "没认出来，请逐项填" in page
    assert f'value="{TYPED["title"]}"' in page
    assert not Demand.every.exists()


# issuing


def test_issuing_makes_targets_and_shows_the_demand(client, issuer, towns):
    answer = client.post("/demands/new/", typed(issuer, do="issue.original"), follow=True)
    demand = only()
    assert answer.redirect_chain[-1][0] == f"/demands/{demand.pk}/"
    assert "登记好了，3 个单位会在「我的本周」看到" in answer.content.decode()
    assert set(Target.every.values_list("unit_id", flat=True)) == {town.pk for town in towns}
    assert Target.every.count() == 3 * 12


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"basis": ""}, "还没填依据；没有依据的，请撤回", "basis"),
        ({"levels": []}, "还没有选对象，或者所选范围里没有单位", "levels"),
        ({"until": ""}, "重复的事项要写截止日期", "until"),
        ({"first_on": ""}, "还没填首次日期", "first_on"),
        ({"minutes": "-5"}, "每人分钟填了“-5”", "minutes"),
        ({"title": ""}, "还没填名称", "title"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(client, issuer, values, sentence, field):
    answer = post(client, issuer, do="issue.original", **values)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(sentence) == 2  # on top, and beside the field
    assert f'href="#id_{field}"' in page
    assert only().state == "draft"


def test_draft_says_what_it_still_needs(client, issuer):
    page = post(client, issuer, do="keep", basis="", until="").content.decode()
    assert "登记前还要填：依据、截止日期" in page
    whole = post(client, issuer, f"/demands/{only().pk}/edit/", do="keep").content.decode()
    assert "登记前还要填" not in whole


def test_past_day_asks_why_and_is_marked(client, issuer):
    values = {"first_on": (TODAY - dt.timedelta(days=3)).isoformat(), "frequency": "once"}
    answer = post(client, issuer, do="issue.original", **values)
    assert "请写明为什么事后才登记" in answer.content.decode()
    demand = only()
    post(client, issuer, f"/demands/{demand.pk}/edit/", do="issue.original", late_reason="防汛应急", **values)
    assert (only().state, only().afterwards, only().late_reason) == ("issued", True, "防汛应急")


def test_afterwards_door_marks_the_draft(client, issuer):
    assert 'name="afterwards" value="True"' in client.get("/demands/new/?door=afterwards").content.decode()
    assert draft(client, issuer, afterwards="True", late_reason="应急").afterwards


def test_address_brings_title_and_category_along(client, issuer):
    page = client.get("/demands/new/?door=afterwards&category=meeting&title=河长会").content.decode()
    assert 'value="河长会"' in page
    assert 'value="meeting" id="id_category_0" checked' in " ".join(page.split())
    assert client.get("/demands/new/?category=nonsense").status_code == 200
    assert not Demand.every.exists()


def test_issued_demand_is_shown_not_edited(client, issuer):
    demand = make_demand(issuer.unit)
    assert client.get(f"/demands/{demand.pk}/edit/")["Location"] == f"/demands/{demand.pk}/"


# asking first, quoting, copying


def test_three_receivers_are_asked_and_their_median_counts(client, issuer):
    demand = draft(client, issuer)
    post(client, issuer, f"/demands/{demand.pk}/edit/", do="ask")
    assert Estimate.every.count() == 3
    for estimate, minutes in zip(Estimate.every.order_by("pk")[:2], (40, 50), strict=True):
        estimate.minutes, estimate.remark = minutes, "数据县里都有"
        estimate.save()
    page = client.get(f"/demands/{demand.pk}/edit/").content.decode()
    assert "问了 3 个，回了 2 个。中位数 40 分" in page
    assert "“数据县里都有”" in page
    assert "<b>4</b>" in page  # 3 x 2 x 40


def test_asking_without_receivers_says_so(client, issuer):
    answer = post(client, issuer, do="ask", levels=[])
    assert answer.status_code == 422
    assert "还没有选对象" in answer.content.decode()


def test_quote_of_a_demand_that_shares_nothing_is_refused(client, issuer, county):
    other = make_demand(make_unit(county, "department"), fields=["面积"])
    answer = post(client, issuer, do=f"quote.{other.pk}", title="完全不同的会")
    assert answer.status_code == 422
    assert not QuoteRequest.objects.exists()


def test_copy_of_what_an_order_was_about_names_the_order(client, county, issuer):
    """Withdrawn by an order, it went out again in two clicks, and nothing said so."""
    first = make_demand(issuer.unit, title="核对表")
    order = make_order(county, issuer.unit, "looked", outcome="more", titles=["核对表"])
    page = client.post(f"/demands/{first.pk}/copy/", follow=True).content.decode()
    assert order.name in page and f"/oversight/orders/{order.pk}/" in page


def test_copy_is_a_draft_without_dates(client, issuer):
    first = make_demand(issuer.unit)
    answer = client.post(f"/demands/{first.pk}/copy/")
    made = Demand.every.exclude(pk=first.pk).get()
    assert answer["Location"] == f"/demands/{made.pk}/edit/"
    assert (made.title, made.state, made.first_on) == (first.title, "draft", None)


# changing


@pytest.fixture
def out(client, issuer) -> Demand:
    client.post("/demands/new/", typed(issuer, do="issue.original"))
    return only()


def test_change_needs_a_reason_and_keeps_what_was_typed(client, issuer, out):
    answer = post(client, issuer, f"/demands/{out.pk}/change/", do="change", version="1", minutes="30")
    assert answer.status_code == 422
    assert "请写明为什么变更" in answer.content.decode()
    assert 'value="30"' in answer.content.decode()
    assert only().minutes == 90


def test_change_is_looked_at_before_it_is_made(client, issuer, out):
    answer = post(client, issuer, f"/demands/{out.pk}/change/", do="look", version="1", minutes="30")
    assert "<b>3</b>" in answer.content.decode()  # 3 x 2 x 30
    assert only().minutes == 90


def test_change_renews_the_targets(client, issuer, out):
    answer = post(client, issuer, f"/demands/{out.pk}/change/", do="change", version="1", minutes="30", reason="太久")
    assert answer["Location"] == f"/demands/{out.pk}/"
    assert (only().state, only().version, only().minutes) == ("changed", 2, 30)
    assert set(Target.every.values_list("minutes", flat=True)) == {30}


def test_change_of_an_older_version_is_refused(client, issuer, out):
    answer = post(client, issuer, f"/demands/{out.pk}/change/", do="change", version="7", reason="太久")
    assert answer.status_code == 422
    assert "在别处改过了" in answer.content.decode()


def test_lower_units_draft_is_nobodys_else(client, county, towns):
    boss = make_actor(county, "issuer")
    client.force_login(boss.user)
    demand = make_demand(towns[0], state="issued")
    assert client.get(f"/demands/{demand.pk}/edit/").status_code == 403


# the review


COLUMNS = "户厕改造数\n垃圾清运车次\n黑臭水体数\n整治资金\n"


@pytest.fixture
def other(issuer, county) -> Demand:
    """Another department's form of the same townships, which asks two of the four fields."""
    housing = make_unit(county, "department", name="县住建局")
    facts = {"title": "村庄环境巡查月报", "fields": ["户厕改造数", "垃圾清运车次"], "first_on": DUE, "until": DUE}
    found = make_demand(housing, frequency="monthly", **facts)
    found.grams = grams(found.title, found.fields)
    found.save()
    return found


def test_similar_demand_is_shown_field_by_field_with_the_lighter_way(client, issuer, other):
    page = post(client, issuer, do="keep", columns=COLUMNS).content.decode()
    assert "2 个字段已经有人在收" in page
    assert "县住建局《村庄环境巡查月报》，相似" in page
    assert "建议：只收 2 个新字段" in page
    assert "只要：黑臭水体数、整治资金。" in page
    assert 'value="issue.lighter"' in page
    assert "采用建议并登记" in page


def test_lighter_way_goes_out_with_the_new_fields_alone(client, issuer, other):
    post(client, issuer, do="issue.lighter", columns=COLUMNS)
    demand = Demand.every.exclude(pk=other.pk).get()
    assert (demand.state, demand.fields, demand.minutes) == ("issued", ["黑臭水体数", "整治资金"], 45)
    assert "采用了建议" in client.get(f"/demands/{demand.pk}/").content.decode()


def test_original_goes_out_with_a_written_reason_alone(client, issuer, other):
    answer = post(client, issuer, do="issue.original", columns=COLUMNS)
    demand = Demand.every.exclude(pk=other.pk).get()
    assert answer.status_code == 422
    assert answer.content.decode().count("不采用建议，请写明原因") == 2
    assert demand.state == "draft"
    edit = f"/demands/{demand.pk}/edit/"
    post(client, issuer, edit, do="issue.original", columns=COLUMNS, reason="市局要求同口径上报")
    demand.refresh_from_db()
    assert (demand.state, len(demand.fields)) == ("issued", 4)
    assert "市局要求同口径上报" in client.get(f"/demands/{demand.pk}/").content.decode()


def test_data_of_the_other_department_is_asked_for_once(client, issuer, other):
    answer = client.post("/demands/new/", typed(issuer, do=f"quote.{other.pk}", columns=COLUMNS), follow=True)
    request = QuoteRequest.objects.get()
    assert (request.of, request.fields) == (other, ["户厕改造数", "垃圾清运车次"])
    page = answer.content.decode()
    assert "已向县住建局提出引用" in page
    assert "已请对方给数据，等答复" in page
    assert "不再向基层要" not in page
    request.granted, request.answer, request.answered_at = True, "每月5日发到政务网", clock.now()
    request.save()
    page = client.get(answer.redirect_chain[-1][0]).content.decode()
    assert "对方同意引用。每月5日发到政务网" in page


def test_what_is_asked_already_is_quoted_and_given_up(client, issuer, other):
    columns = "垃圾清运车次\n户厕改造数"
    page = post(client, issuer, do="keep", columns=columns).content.decode()
    demand = Demand.every.exclude(pk=other.pk).get()
    assert "建议：不用再要" in page
    post(client, issuer, f"/demands/{demand.pk}/edit/", do="merge", columns=columns)
    demand.refresh_from_db()
    assert (demand.state, demand.withdrawn_reason) == ("withdrawn", "县住建局《村庄环境巡查月报》已经在收")
    assert QuoteRequest.objects.get().of == other


MEETING = {"category": "meeting", "title": "全县安全生产调度会", "frequency": "once"}


def test_hard_check_keeps_the_button_until_it_is_answered(client, issuer):
    page = post(client, issuer, do="keep", **MEETING).content.decode()
    assert "可能违反：直达基层的会议须经同级党委主要负责同志批准" in page
    assert "《若干规定2024》第 4 条" in page
    assert "1 项不通过" in page
    assert 'value="issue.original" disabled' in page
    demand, said = only(), {"answers.MTG-DIRECT": "县委书记 11月20日"}
    answered = post(client, issuer, f"/demands/{demand.pk}/edit/", do="keep", **MEETING, **said).content.decode()
    assert "disabled" not in answered
    reloaded = client.get(f"/demands/{demand.pk}/edit/").content.decode()
    for page in (answered, reloaded):
        assert 'value="县委书记 11月20日"' in page
        assert 'value="issue.original" disabled' not in page


def test_unanswered_hard_check_is_refused_and_the_answer_is_kept_with_the_review(client, issuer):
    answer = post(client, issuer, do="issue.original", **MEETING)
    demand = only()
    assert answer.status_code == 422
    assert 'href="#answers.MTG-DIRECT"' in answer.content.decode()
    edit, said = f"/demands/{demand.pk}/edit/", {"answers.MTG-DIRECT": "县委书记 11月20日"}
    post(client, issuer, edit, do="issue.original", **MEETING, **said)
    assert only().state == "issued"
    assert "说明：县委书记 11月20日" in client.get(f"/demands/{demand.pk}/").content.decode()


def test_budget_of_the_year_is_charged_with_what_is_its_own(client, issuer):
    BurdenBudget.objects.create(issuer=issuer.unit, year=DUE.year, person_min=600)
    page = post(client, issuer, do="keep", frequency="once").content.decode()
    assert f"{DUE.year} 年自定额度 10 人时" in page
    assert "已用 0，登记后 <b>9</b>" in page  # 3 x 2 x 90
    demand = only()
    over = post(client, issuer, f"/demands/{demand.pk}/edit/", do="keep", frequency="once", minutes="120")
    assert "超出今年自定额度" in over.content.decode()
    above = post(client, issuer, f"/demands/{demand.pk}/edit/", do="keep", origin="city").content.decode()
    assert "上级转办，不占本单位额度" in above
