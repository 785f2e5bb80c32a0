"""Figures as pages write them."""

import datetime as dt

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from burden.kit.clock import Week
from burden.kit.templatetags import show

MONDAY = dt.date(2026, 11, 16)


@pytest.mark.parametrize(
    ("minutes", "written"),
    [
        (0, "0.0"),
        (756, "12.6"),
        (2, "0.0"),
        (3, "0.1"),  # half a tenth counts up
        (-42, "−0.7"),
        (-3, "−0.1"),
        (7_200_000, "120,000.0"),
        (None, "—"),
    ],
)
def test_hours_has_one_decimal(minutes, written):
    assert show.hours(minutes) == written


@pytest.mark.parametrize(("minutes", "words"), [(3_240, "54"), (810, "13.5"), (60_000, "1,000"), (0, "0"), (None, "—")])
def test_large_hours_drop_an_empty_decimal(minutes, words):
    assert show.brief_hours(minutes) == words


@pytest.mark.parametrize(
    ("minutes", "words"), [(78, "+1.3"), (2, "0.0"), (0, "0.0"), (-2, "0.0"), (-78, "−1.3"), (None, "—")]
)
def test_difference_in_hours_has_a_sign_unless_it_is_written_as_nothing(minutes, words):
    assert show.plus_hours(minutes) == words


@given(st.integers(-(10**12), 10**12))
def test_hours_is_never_further_than_half_a_tenth(minutes):
    tenths = int(show.hours(minutes).replace("−", "-").replace(",", "").replace(".", ""))
    assert abs(tenths * 6 - minutes) <= 3


@pytest.mark.parametrize(("value", "written"), [(2835, "2,835"), (-17, "−17"), (0, "0"), (None, "—")])
def test_minutes_has_commas(value, written):
    assert show.minutes(value) == written


@pytest.mark.parametrize(("value", "written"), [(90, "1 小时 30 分"), (30, "30 分"), (120, "2 小时"), (0, "0 分")])
def test_hm_says_what_people_say(value, written):
    assert show.hm(value) == written


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [(2835, 7920, "35.8%"), (0, 5, "0.0%"), (1, 0, "—"), (None, 5, "—"), (5, 5, "100.0%")],
)
def test_percent_has_one_decimal(part, whole, written):
    assert show.percent(part, whole) == written


@pytest.mark.parametrize(("minutes", "people", "written"), [(756 * 631, 631, "12.6"), (60, 0, "—"), (None, 5, "—")])
def test_per_head_divides(minutes, people, written):
    assert show.per_head(minutes, people) == written


@pytest.mark.parametrize(("value", "css"), [(1, "up"), (-1, "down")])
def test_change_is_coloured_where_it_is_an_issuers(value, css):
    for neutral in (show.signed(value), show.change(5 + value, 5)):
        assert 'class="num nw"' in neutral
    for coloured in (show.signed(value, "count", "issuer"), show.change(5 + value, 5, "issuer")):
        assert f'class="{css} num nw"' in coloured


def test_signed_rise_has_sign_and_word():
    html = show.signed(1)
    assert "▲</i>" in html
    assert html.endswith('<span class="vh">增</span>+1</span>')


def test_signed_fall_in_hours():
    html = show.signed(-42, "hours")
    assert html.endswith('<span class="vh">减</span>−0.7</span>')


@pytest.mark.parametrize(("value", "kind"), [(0, "count"), (1, "hours")])
def test_signed_nothing_has_no_colour(value, kind):
    assert 'class="mut num nw"' in show.signed(value, kind)


@pytest.mark.parametrize(
    ("now", "before", "written"), [(2835, 3016, "−6.0%"), (578, 516, "+12.0%"), (5, 0, "—"), (None, 5, "—")]
)
def test_change_is_in_per_cent(now, before, written):
    assert written in show.change(now, before)


def test_day_in_chinese():
    assert show.day(MONDAY) == "11月16日"
    assert show.weekday(MONDAY) == "周一"


def test_day_in_english():
    with translation.override("en"):
        assert show.day(MONDAY) == "16 Nov"
        assert show.weekday(MONDAY) == "Mon"


def test_day_with_its_year():
    assert show.full_day(MONDAY) == "2026年11月16日"
    with translation.override("en"):
        assert show.full_day(MONDAY) == "16 Nov 2026"


@pytest.mark.parametrize(
    ("monday", "chinese", "english"),
    [
        (dt.date(2026, 11, 16), "2026年第 47 周", "Week 47 2026"),
        (dt.date(2025, 12, 29), "2026年第 1 周", "Week 1 2026"),  # its Thursday is in 2026
    ],
)
def test_week_of_year(monday, chinese, english):
    assert show.week_of_year(monday) == show.week_of_year(Week(monday)) == chinese
    with translation.override("en"):
        assert show.week_of_year(monday) == english


@pytest.mark.parametrize(
    ("monday", "chinese", "english"),
    [
        (dt.date(2026, 11, 16), "第 47 周 11月16日—22日", "Week 47, 16–22 Nov"),
        (dt.date(2026, 10, 26), "第 44 周 10月26日—11月1日", "Week 44, 26 Oct – 1 Nov"),
        (dt.date(2026, 12, 28), "第 53 周 12月28日—1月3日", "Week 53, 28 Dec – 3 Jan"),
    ],
)
def test_week_label(monday, chinese, english):
    assert show.week_label(monday) == show.week_label(Week(monday)) == chinese
    with translation.override("en"):
        assert show.week_label(monday) == english


@pytest.mark.parametrize(
    ("code", "css"),
    [("meeting", "k-meet"), ("document", "k-doc"), ("form", "k-form"), ("inspection", "k-insp"), ("other", "k-other")],
)
def test_category_has_a_colour(code, css):
    assert show.category_css(code) == css


@pytest.mark.parametrize(("title", "words"), [("《通知》", "通知"), ("月报", "月报"), ("《甲》和乙", "《甲》和乙")])
def test_bare_title_has_no_marks_of_its_own(title, words):
    assert show.bare(title) == words


def test_several_words_are_parted_as_the_language_parts_them() -> None:
    assert show.listed(["乡镇", 2]) == "乡镇、2"
    with translation.override("en"):
        assert show.listed(["Townships", "Villages"]) == "Townships, Villages"
