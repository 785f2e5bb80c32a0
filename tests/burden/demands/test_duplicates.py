"""What makes two demands the same: titles and fields without their phrases, candidates by rare grams, pairs one by one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from burden.demands.duplicates import CLOSE, OURS, SAME, THEIRS, grams, pair_fields, plain_field, plain_title, similar
from burden.demands.services import copy_demand, save_draft
from burden.kit.db import act_as
from tests.database import as_role
from tests.factories import NOW, make_actor, make_demand, make_unit

TITLE = "种粮大户和撂荒地情况统计表"
FIELDS = ["种粮大户姓名", "承包面积（亩）", "撂荒地块数", "撂荒原因", "整改时限", "联系电话"]


@pytest.fixture
def county(db):
    return make_unit()


@pytest.fixture
def issuer(county):
    return make_actor(make_unit(county, "department"), "issuer")


def out(unit, title=TITLE, fields=FIELDS, **facts):
    return make_demand(unit, title=title, fields=list(fields), grams=grams(title, fields), **facts)


def look(actor, title=TITLE, fields=FIELDS, **facts):
    """Look as a page does: in the web role, under row level security."""
    with as_role("burden_web"):
        act_as(actor.user_id)
        return similar(actor, title, fields, **facts)


@pytest.mark.parametrize(
    "title",
    [
        "农村人居环境整治月报",
        "关于报送2026年11月农村人居环境整治情况统计表的通知",
        "临溪县农业农村局关于做好2026年第三季度农村人居环境整治台账上报工作的函",
        "关于转发市局关于农村人居环境整治报表的紧急通知",
        "请各乡镇尽快填报农村人居环境整治登记表（近期）",
        "县住建局农村人居环境整治周报",
    ],
)
def test_phrase_of_a_notice_does_not_tell_titles_apart(title):
    assert plain_title(title) == "农村人居环境整治表"


@pytest.mark.parametrize("title", ["通知", "2026年11月", "工作总结", "！？"])
def test_title_of_phrases_alone_keeps_its_words(title):
    assert plain_title(title) == {"工作总结": "总结", "！？": ""}.get(title, title)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("身份证号", "公民身份号码"),
        ("联系电话（必填）", "手机号码"),
        ("责任人联系电话", "负责人手机"),
        ("投入金额（元）", "投入 金额"),
        ("是否达标", "达标情况"),
        ("户籍地址", "户口所在地"),
    ],
)
def test_field_is_the_same_in_other_words(one, other):
    assert plain_field(one) == plain_field(other)


@pytest.mark.parametrize("name", ["（元）", "情况", "是否", "1"])
def test_field_never_becomes_empty(name):
    assert plain_field(name)


def test_grams_are_bigrams_and_fields_and_never_mix():
    assert grams("撂荒地", ["撂荒", "撂荒"]) == ["#撂荒", "撂荒", "荒地"]
    assert grams("", []) == []


def test_fields_are_paired_once_in_the_own_order():
    pairs = pair_fields(["姓名", "手机", "整改时限", "撂荒原因"], ["联系电话", "户主姓名", "整改的时限", "姓名"])
    assert [(pair.ours, pair.theirs, pair.kind) for pair in pairs] == [
        ("姓名", "姓名", SAME),
        ("手机", "联系电话", SAME),
        ("整改时限", "整改的时限", CLOSE),
        ("撂荒原因", "", OURS),
        ("", "户主姓名", THEIRS),
    ]


def test_same_form_of_another_department_is_found_with_its_shared_fields(county, issuer):
    other = out(make_unit(county, "department"), "关于报送2026年种粮大户及撂荒地明细表的通知", FIELDS[1:])
    out(make_unit(county, "department"), "森林防火值班表", ["值班人", "值班日期"])
    found = look(issuer)
    assert [each.demand for each in found] == [other]
    assert found[0].likely
    assert list(found[0].shared) == FIELDS[1:]


def test_titles_alone_are_compared_where_no_fields_are_asked(county, issuer):
    meeting = out(make_unit(county, "department"), "全县秋冬森林防火视频会议", [], category="meeting")
    found = look(issuer, "关于召开秋冬森林防火视频会议的通知", [])
    assert [(each.demand, each.likely) for each in found] == [(meeting, True)]


@pytest.mark.parametrize(("category", "is_one"), [("meeting", True), ("other", True), ("form", False)])
def test_meeting_and_the_form_about_it_are_two(county, issuer, category, is_one):
    out(make_unit(county, "department"), "全县秋冬森林防火视频会议", [], category=category)
    assert bool(look(issuer, "关于召开秋冬森林防火视频会议的通知", [], category="meeting")) is is_one


def test_itself_is_not_similar_to_itself(county, issuer):
    own = out(issuer.unit)
    assert look(issuer, but=own.pk) == []


@pytest.mark.parametrize("state", ["draft", "review", "withdrawn"])
def test_what_is_not_out_is_not_found(county, issuer, state):
    facts = {"withdrawn_at": NOW} if state == "withdrawn" else {}
    out(make_unit(county, "department"), state=state, **facts)
    assert look(issuer) == []


def test_another_county_is_not_searched(county, issuer):
    out(make_unit(make_unit(), "department"))
    assert look(issuer) == []


def test_township_finds_what_the_county_asks(county):
    town = make_unit(county, "township")
    other = out(make_unit(county, "department"))
    assert [each.demand for each in look(make_actor(town, "issuer"))] == [other]


def test_nobody_finds_anything_without_a_post_that_reads(county):
    out(make_unit(county, "department"))
    assert look(make_actor(make_unit(county, "township"))) == []


def test_words_that_no_demand_has_take_no_candidates_place(county, issuer):
    other = out(make_unit(county, "department"))
    strange = [f"从没见过的字段{number}" for number in range(8)]
    assert [each.demand for each in look(issuer, TITLE, [*FIELDS, *strange])] == [other]


def test_common_words_find_together_what_none_finds_alone(county, issuer):
    """A gram that many demands have makes no candidate; two of them do: the statistics say which are common."""
    office = make_unit(county, "department")
    for number in range(600):
        out(office, f"安全检查{chr(0x4E00 + number)}", ["姓名"])
    both = out(office, "燃气安全检查", ["姓名", "隐患描述"])
    for number in range(600):
        out(office, f"燃气费用{chr(0x5E00 + number)}", ["隐患描述"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE demand")
    found = look(issuer, "燃气安全检查", ["姓名", "隐患描述"])
    assert found[0].demand == both


def test_most_similar_comes_first_and_five_at_most(county, issuer):
    asked = [*(FIELDS[:kept] for kept in range(2, len(FIELDS) + 1)), [*FIELDS, "备注"]]
    for fields in asked:
        out(make_unit(county, "department"), TITLE, fields)
    scores = [each.score for each in look(issuer)]
    assert scores == sorted(scores, reverse=True)
    assert (len(scores), scores[0]) == (5, 1.0)


def test_what_is_asked_again_and_again_is_found_once_as_it_was_last_asked(county, issuer):
    office, other = make_unit(county, "department"), make_unit(county, "department")
    for day in range(1, 29):
        last = out(office, f"11月{day}日农村人居环境整治报表", first_on=dt.date(2026, 11, day))
    twin = out(other, "农村人居环境整治情况月报")
    assert {each.demand for each in look(issuer)} == {last, twin}


def test_one_that_repeats_stands_for_those_of_its_title(county, issuer):
    office = make_unit(county, "department")
    monthly = out(office, frequency="monthly", first_on=dt.date(2026, 1, 5), until=dt.date(2026, 12, 31))
    out(office, f"11月{TITLE}", first_on=dt.date(2026, 11, 20))
    assert [each.demand for each in look(issuer)] == [monthly]


def test_grams_follow_title_and_fields(issuer):
    values = {"title": TITLE, "fields": FIELDS}
    demand = save_draft(by=issuer, demand=None, values=values, now=NOW)
    assert demand.grams == grams(TITLE, FIELDS)
    demand = save_draft(by=issuer, demand=demand, values={"title": ""}, now=NOW)
    assert demand.grams == grams("", FIELDS)
    assert copy_demand(by=issuer, demand=demand, now=NOW).grams == grams("", FIELDS)


def test_looking_takes_the_same_queries_whatever_is_found(county, issuer, django_assert_num_queries):
    office = make_unit(county, "department")
    for _round in range(2):
        out(office)
        assert issuer.neighbourhood
        with django_assert_num_queries(2):
            found = similar(issuer, TITLE, FIELDS)
            assert found[0].demand.issuer.name == office.name
