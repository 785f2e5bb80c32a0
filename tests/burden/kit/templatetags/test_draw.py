"""Server-drawn SVG: attributes only, nothing that a strict CSP would refuse."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.kit.icons import ICONS
from burden.kit.templatetags import draw


def widths(svg: str) -> list[float]:
    return [float(width) for width in re.findall(r'width="([\d.]+)%"', svg)]


@pytest.mark.parametrize("name", [*ICONS, "mark"])
def test_icon_is_silent_for_readers(name):
    assert 'aria-hidden="true"' in draw.icon(name)
    assert "style" not in draw.icon(name)


def test_icon_unknown_is_refused():
    with pytest.raises(KeyError):
        draw.icon("no-such-icon")


def test_bar_places_segments_end_to_end():
    svg = draw.bar([("k-meet", 30), ("k-doc", 0), ("k-form", 60)], 120)
    assert '<rect class="k-meet" x="0.0%" width="25.0%" height="100%"/>' in svg
    assert '<rect class="k-form" x="25.0%" width="50.0%" height="100%"/>' in svg
    assert "k-doc" not in svg


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=8))
def test_bar_without_whole_is_filled(values):
    drawn = widths(draw.bar([("k-meet", value) for value in values]))
    assert round(sum(drawn), 1) == (100.0 if sum(values) else 0)


def test_bar_with_label_is_an_image():
    svg = draw.bar([("k-meet", 1)], label='会议 1 "分"', css="plain")
    assert svg.startswith('<svg class="bar plain" role="img" aria-label="会议 1 &quot;分&quot;">')


def test_bar_without_label_is_silent():
    assert draw.bar([], 0) == '<svg class="bar" aria-hidden="true"></svg>'


def test_spark_spans_the_height():
    assert 'points="0,53 75,3 150,28"' in draw.spark([10, 20, 15])


def test_spark_is_broken_where_there_is_no_figure():
    assert draw.spark([10, 20, None, 15, 20]).count("<polyline") == 2


def test_sparks_have_one_scale():
    drawn = draw.sparks([("x-brand", [10, 20]), ("x-self2", [20, 0])])
    assert 'class="x-brand" points="0,28 150,3"' in drawn
    assert 'class="x-self2" points="0,3 150,53"' in drawn


@pytest.mark.parametrize("values", [[], [None, None]])
def test_spark_of_nothing_is_nothing(values):
    assert draw.spark(values) == ""


@pytest.mark.parametrize("values", [[7], [7, 7, 7]])
def test_spark_of_one_level_is_in_the_middle(values):
    assert "0,28" in draw.spark(values)


def test_columns_stand_on_zero_and_leave_unknown_places_empty():
    svg = draw.columns([10, None, 20, 0], "每周")
    assert re.findall(r'x="([\d.]+)" y="(\d+)" width="30.0" height="(\d+)"', svg) == [
        ("0.0", "28", "28"), ("75.0", "0", "56"), ("112.5", "55", "1"),
    ]  # fmt: skip
    assert 'aria-label="每周"' in svg and "<rect" not in draw.columns([None, None])


def test_dot_stands_on_band_and_median():
    svg = draw.dot(834, 432, 510, 624, 1000, "白塔镇 13.9，中位数 8.5")
    assert '<circle cx="83.4%"' in svg
    assert '<rect class="band" x="43.2%" y="15%" width="19.2%" height="70%"/>' in svg
    assert 'x1="51.0%" x2="51.0%"' in svg


def test_dot_without_figure_keeps_the_peers():
    svg = draw.dot(None, 1, 2, 3, 4)
    assert "<circle" not in svg
    assert "median" in svg


@pytest.mark.parametrize(
    ("value", "css"), [(0, "h0"), (185, "h0"), (186, "h1"), (1299, "h6"), (1300, "h6"), (9999, "h6"), (None, "na")]
)
def test_heat_has_seven_steps(value, css):
    assert draw.heat(value, 1300) == css


def test_heat_without_scale_is_light():
    assert draw.heat(5, 0) == "h0"


def test_tiles_lead_to_their_weeks_and_say_what_they_are():
    svg = draw.tiles([("47", "h6", "/week/2026-11-16/", "第 47 周 9.0 人时"), ("48", "na", "/x/", "没有记")], 1)
    assert 'viewBox="0 0 32 64"' in svg
    assert '<a href="/week/2026-11-16/" aria-label="第 47 周 9.0 人时" class="h6">' in svg
    assert (svg.count("<path"), svg.count("var(--on-brand)")) == (1, 1)
