"""The form catalogue: what is one form and in use, what it costs a year, what others ask too, which two could be one."""

from __future__ import annotations

import datetime as dt

import pytest

from burden.demands.catalogue import catalogue_of, compare_forms, lines_of
from burden.demands.duplicates import grams
from burden.kit.db import act_as
from tests.database import as_role
from tests.factories import make_actor, make_demand, make_target, make_unit

TODAY = dt.date(2026, 11, 24)
ASKED = ["户主姓名", "家庭人口", "残疾类别", "残疾等级", "低保金额", "务工地点"]


@pytest.fixture
def county(db):
    return make_unit()


@pytest.fixture
def towns(county):
    return [make_unit(county, "township") for _ in range(3)]


@pytest.fixture
def bureaus(county):
    return [make_unit(county, "department", name=name) for name in ("县农业农村局", "县民政局", "县残联")]


@pytest.fixture
def office(county):
    return make_actor(county, "office")


@pytest.fixture
def form(towns):
    """A maker of forms that went to all towns."""

    def make(issuer, title, fields=ASKED, **facts):
        facts = {"category": "form", "minutes": 30, "people": 1} | facts
        demand = make_demand(issuer, title=title, fields=list(fields), grams=grams(title, fields), **facts)
        for town in towns:
            make_target(demand, town)
        return demand

    return make


def look(actor):
    """Read as a page does: in the web role, under row level security."""
    with as_role("burden_web"):
        act_as(actor.user_id)
        return catalogue_of(actor, TODAY)


def test_form_asked_again_under_its_month_is_one_form_shown_as_last_asked(office, bureaus, form):
    for month in (9, 10, 11):
        last = form(bureaus[0], f"{month}月防返贫核对表", first_on=dt.date(2026, month, 20))
    (found,) = look(office).forms
    assert (found.demand, found.times, found.receivers, found.once_min, found.year_min) == (last, 3, 3, 90, 270)


def test_form_that_repeats_counts_its_times_of_a_year(office, bureaus, form):
    form(bureaus[0], "防返贫核对表", frequency="weekly", first_on=dt.date(2026, 1, 5), until=dt.date(2027, 6, 30))
    form(bureaus[1], "低保复核表", frequency="monthly", first_on=dt.date(2026, 11, 20), until=dt.date(2027, 1, 31))
    assert [(each.times, each.year_min, each.repeats) for each in look(office).forms] == [
        (52, 4_680, True),
        (3, 270, True),
    ]


def test_one_that_repeats_stands_for_those_of_its_name(office, bureaus, form):
    weekly = form(
        bureaus[0], "防返贫核对表", frequency="weekly", first_on=dt.date(2026, 1, 5), until=dt.date(2027, 1, 31)
    )
    form(bureaus[0], "11月防返贫核对表", first_on=dt.date(2026, 11, 20))
    assert [each.demand for each in look(office).forms] == [weekly]


@pytest.mark.parametrize(
    ("facts", "used"),
    [
        ({"first_on": dt.date(2026, 9, 1)}, True),
        ({"first_on": dt.date(2026, 7, 1)}, False),
        ({"first_on": dt.date(2026, 12, 20)}, True),
        ({"first_on": dt.date(2025, 1, 6), "frequency": "weekly", "until": dt.date(2026, 12, 1)}, True),
        ({"first_on": dt.date(2025, 1, 6), "frequency": "weekly", "until": dt.date(2026, 1, 5)}, False),
        ({"state": "draft"}, False),
        ({"category": "document"}, False),
    ],
)
def test_form_is_in_use_while_somebody_asks_it(office, bureaus, form, facts, used):
    form(bureaus[0], "防返贫核对表", **facts)
    assert bool(look(office).forms) is used


def test_another_county_is_not_listed(office, form):
    form(make_unit(make_unit(), "department"), "防返贫核对表")
    assert look(office).forms == ()


def test_two_forms_of_the_same_fields_could_be_one(office, bureaus, form):
    form(bureaus[0], "防返贫核对表", [*ASKED, "收入来源", "帮扶措施"], minutes=60)
    form(bureaus[1], "低保复核表", ASKED, minutes=30)
    form(bureaus[2], "残疾人台账", ["残疾证号", "辅具类型", "护理补贴", "康复机构"])
    found = look(office)
    (merger,) = found.mergers
    assert [each.demand.title for each in (merger.left, merger.right)] == ["防返贫核对表", "低保复核表"]
    assert (merger.shared, merger.percent) == (6, 75)
    assert merger.saved_min == min(180 * 6 // 8, 90)
    assert found.saved_min == merger.saved_min
    assert (found.fields, found.distinct, found.repeated) == (18, 12, 6)
    assert [each.known for each in found.forms] == [6, 6, 0]


def test_forms_for_others_are_not_merged(office, bureaus, form):
    form(bureaus[0], "防返贫核对表", receivers={"levels": ["village"]})
    form(bureaus[1], "低保复核表", receivers={"levels": ["township"]})
    form(bureaus[2], "残疾人台账", receivers={"units": ["1"]})
    assert len(look(office).pairs) == 2


def test_each_form_is_in_one_merger_and_the_savings_add_up(office, bureaus, form):
    for number, minutes in enumerate((90, 60, 30)):
        form(bureaus[number], f"表{'甲乙丙'[number]}入户核查", minutes=minutes)
    found = look(office)
    assert (len(found.pairs), len(found.mergers)) == (3, 1)
    assert found.saved_min == 180
    assert found.best_for(found.forms[2]) == found.forms[0]


def test_what_every_form_asks_makes_no_two_forms_one(office, bureaus, form):
    usual = ["乡镇", "所在村", "填报人", "联系电话", "备注"]
    for number in range(12):
        form(bureaus[number % 3], f"第{chr(0x4E00 + number)}种表", [*usual, f"只有它要的{number}"])
    found = look(office)
    assert found.mergers == ()
    assert {each.known for each in found.forms} == {0}


def test_search_looks_at_title_issuer_and_fields(office, bureaus, form):
    form(bureaus[0], "防返贫核对表")
    form(bureaus[1], "低保复核表", ["保障类别"])
    found = look(office)
    titles = [
        [each.demand.title for each in found.matching(text, issuer)]
        for text, issuer in (("返贫", ""), ("民政", ""), ("保障", ""), ("", bureaus[1].code), ("返贫", bureaus[1].code))
    ]
    assert titles == [["防返贫核对表"], ["低保复核表"], ["低保复核表"], ["低保复核表"], []]
    assert found.issuers == [(bureaus[0].code, "县农业农村局"), (bureaus[1].code, "县民政局")]


def test_comparison_begins_with_what_both_ask(office, bureaus, form):
    form(bureaus[0], "防返贫核对表", ["收入来源", *ASKED], minutes=60)
    form(bureaus[1], "低保复核表", [*ASKED[:5], "务工的地点", "核查授权"])
    found = look(office)
    both = compare_forms(*found.forms)
    assert [pair.kind for pair in both.pairs] == ["same"] * 5 + ["close", "ours", "theirs"]
    assert (both.same, both.close, both.alone) == (5, 1, 2)
    assert both.saved_min == 90 * 5 // 7


def test_file_says_every_figure(office, bureaus, form):
    form(bureaus[0], "防返贫核对表", basis="农发〔2026〕12号")
    assert list(lines_of(look(office).forms)) == [
        ("防返贫核对表", "县农业农村局", "本单位自定", "农发〔2026〕12号", "一次", 1, 3, 6, 0, 90, 90, "、".join(ASKED))
    ]


def test_catalogue_takes_the_same_queries_whatever_it_lists(office, bureaus, form, django_assert_num_queries):
    assert office.neighbourhood
    for number in range(2):
        form(bureaus[number], f"第{'一二'[number]}种核对表")
        with django_assert_num_queries(3):
            found = catalogue_of(office, TODAY)
            assert [each.demand.issuer.name for each in found.forms]
