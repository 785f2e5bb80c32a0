"""A reckoning in words: kept as codes and numbers, read in either language."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import translation

from burden.kit.clock import Week
from burden.oversight.merits import AFTER, Candidate, words
from tests.burden.oversight.praised import SPANS, County
from tests.factories import NOW
from tests.reports.sums import add_source

CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


@pytest.fixture
def county(db: None) -> County:
    return County()


def candidates(county: County) -> list[Candidate]:
    county.cut()
    add_source(county.county, county.bureau, Week(SPANS[AFTER][2]), minutes=60, u_min=60, u_n=9)
    county.order()
    county.spread()
    found = county.candidates()
    assert {each.kind for each in found} == {"issuer", "order", "practice"}
    return found


def test_reckoning_keeps_codes_and_numbers_alone(county: County) -> None:
    for each in candidates(county):
        assert not CHINESE.search(str(each.reckoned(NOW)))


def test_reckoning_reads_in_english_without_chinese(county: County) -> None:
    for each in candidates(county):
        kept = each.reckoned(NOW)
        with translation.override("en"):
            said = [*(str(vars(line)) for line in words.lines(kept)), *words.points(kept)]
            assert said and not [text for text in said if CHINESE.search(text)]
            assert each.kind != "issuer" or not CHINESE.search(each.headline)


def test_every_code_has_its_words_and_every_word_its_code(county: County) -> None:
    kept = [each.reckoned(NOW) for each in candidates(county)]
    codes = {line["code"] for each in kept for line in each["lines"]}
    assert codes == set(words.LABELS) == set(words.HOWS) - {"net_grown"}
    points = {point["code"] for each in kept for point in each["points"]}
    assert points <= set(words.POINTS)
    seldom = {"tariffs", "looked", "looked_whole", "lapsed"}  # said where there is something to say
    assert set(words.POINTS) - points == seldom


def test_points_of_a_change_of_method_and_of_what_receivers_said_are_told() -> None:
    kept = {
        "points": [
            {"code": "tariffs", "facts": {"changed_min": 90}},
            {"code": "looked", "facts": {"told": 10, "less": 8, "same": 1, "more": 1}},
        ]
    }
    assert words.points(kept) == [
        "工时标准调整的 1.5 人时已经扣掉", "回头看：10 个单位答了，8 个说少了，1 个没变，1 个多了",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (dt.date(2026, 8, 24), dt.date(2026, 11, 16), "2026 年第 35—47 周"),
        (dt.date(2026, 11, 16), dt.date(2027, 2, 8), "2026 年第 47 周—2027 年第 6 周"),
    ],
)
def test_span_of_weeks_names_both_years_where_they_differ(first: dt.date, last: dt.date, said: str) -> None:
    assert words.weeks_words([str(first), str(last)]) == said


@pytest.mark.parametrize(("median", "said"), [(900, "90.0%（中位数）："), (1200, "120.0%（中位数），多了的不算：")])
def test_what_grew_with_peers_is_said_not_to_count(median: int, said: str) -> None:
    facts = {"peers": 8, "left_permille": median, "left_min": 600, "now_min": 300}
    (line,) = words.lines({"lines": [{"code": "net", "weeks": [], "minutes": 300, "facts": facts}]})
    assert line.how == f"同类 8 个单位同期剩 {said}10.0－5.0"
