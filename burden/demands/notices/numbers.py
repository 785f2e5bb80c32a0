"""Numbers as notices write them: digits and 两, 半, 三."""

from __future__ import annotations

WORDS = {"半": 0.5, "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
NUMBER = r"(?:\d{1,4}(?:\.\d)?|[半一两二三四五六七八九十])"


def number(text: str) -> float:
    """Return the number that a match of NUMBER says."""
    return WORDS[text] if text in WORDS else float(text)
