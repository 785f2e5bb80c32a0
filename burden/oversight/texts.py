"""The text of a bulletin: words that are written, between figures that are not.

Shape: a bulletin's `blocks` are `{key, heading, text, tables}`; a text holds its figures as `{{name}}`. Its `figures` are
`{values: {name: words}, names: {name: label}, tables: {key: table}, note}`; `tables` of a block names what follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

FIGURE = re.compile(r"\{\{([a-z_]+)\}\}")
UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f\x80-\x9f\u2028\u2029\ufffe\uffff]"
)  # all that Word cannot hold either


def words_of(text: str) -> list[str]:
    """Return what is written before, between and after the figures of a text."""
    return FIGURE.split(text)[::2]


def names_of(text: str) -> list[str]:
    """Return the names of the figures in a text, in their order."""
    return FIGURE.split(text)[1::2]


def with_words(text: str, words: Sequence[str]) -> str | None:
    """Put other words around the figures of a text; None where a figure would go, or a new one come."""
    names = names_of(text)
    if len(words) != len(names) + 1 or any("{{" in each or "}}" in each for each in words):
        return None
    written = [cleaned(each) for each in words]
    return written[0] + "".join(f"{{{{{name}}}}}{each}" for name, each in zip(names, written[1:], strict=True))


def cleaned(words: str) -> str:
    """Return words as they are kept: one kind of line end, nothing that cannot be printed."""
    return UNPRINTABLE.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))


def length(text: str) -> int:
    """Count the characters that were written."""
    return sum(map(len, words_of(text)))


def paragraphs(text: str, values: Mapping[str, Any]) -> Iterator[list[tuple[str, bool]]]:
    """Yield each paragraph as runs of words and whether they are a figure."""
    for line in text.split("\n"):
        parts = FIGURE.split(line)
        runs = [(str(values[part]) if i % 2 else part, bool(i % 2)) for i, part in enumerate(parts)]
        if shown := [run for run in runs if run[0]]:
            yield shown
