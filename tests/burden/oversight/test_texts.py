"""Words around locked figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.oversight.texts import cleaned, length, names_of, paragraphs, with_words, words_of

TEXT = "10月（{{weeks}}），每人{{per_head}}小时。"
plain = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="{}\u2028\u2029"), max_size=20)


def test_text_is_words_and_figures():
    assert words_of(TEXT) == ["10月（", "），每人", "小时。"]
    assert names_of(TEXT) == ["weeks", "per_head"]
    assert length(TEXT) == 11


@given(st.lists(plain, min_size=3, max_size=3))
def test_other_words_leave_the_figures_where_they_are(words):
    text = with_words(TEXT, words)
    assert text is not None
    assert (words_of(text), names_of(text)) == (words, names_of(TEXT))


@pytest.mark.parametrize(
    "words", [["a", "b"], ["a", "b", "c", "d"], ["a", "{{total}}", "c"], ["a{{", "b", "c"], ["a", "b", "}}"], []]
)
def test_figure_left_out_or_brought_in_is_none(words):
    assert with_words(TEXT, words) is None


def test_braces_that_meet_across_a_figure_make_none():
    text = with_words("{{weeks}}{{total}}", ["{", "x", "}"])
    assert text is not None
    assert names_of(text) == ["weeks", "total"]


def test_what_cannot_be_printed_is_dropped():
    assert cleaned("甲\x00乙\r\n丙\r丁\u2028戊\x0b") == "甲乙\n丙\n丁戊"


def test_paragraphs_are_lines_of_runs():
    found = list(paragraphs("甲{{n}}乙\n\n丙", {"n": "1.5"}))
    assert found == [[("甲", False), ("1.5", True), ("乙", False)], [("丙", False)]]
