"""What in a text may tell who wrote it: numbers of things, places, days and hours, telephone numbers, quoted words.

Only a hint, to the reporter before it is sent and to the office that rewrites it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

DIGITS = r"[0-9０-９一二三四五六七八九十百千两]+"
COMMON = "农乡城个各全每本该我们这那几些政然的到驻"  # before 镇, 村 and the like they name no place: 农村, 乡镇, 每个村, 行政村
PATTERNS = (
    (gettext_noop("电话、证件号"), re.compile(r"\d{7,18}[\dXx]?")),
    (gettext_noop("数目"), re.compile(rf"(?:全[镇乡村县街]|我们?[镇乡村]|本[镇乡村])?\s*{DIGITS}\s*(?:个?[镇乡村组社]区?|户|人|名|位)")),
    (gettext_noop("日期、钟点"), re.compile(rf"{DIGITS}\s*月\s*{DIGITS}\s*[日号]|(?:上午|下午|晚上|凌晨)?\s*{DIGITS}\s*[点时](?:{DIGITS}分|半)?")),
    (gettext_noop("原话"), re.compile(r"[“\"][^”\"]{4,60}[”\"]")),
    (gettext_noop("地方"), re.compile(rf"[\u4e00-\u9fff]{{1,2}}(?![{COMMON}])[\u4e00-\u9fff](?:镇|乡|街道|村|社区)(?![镇村级里民委干居])")),
    (gettext_noop("职务"), re.compile(r"[\u4e00-\u9fff]?(?:书记|主任|镇长|乡长|局长|科长|股长|站长|所长)")),
)  # fmt: skip


@dataclass(frozen=True)
class Hint:
    """A piece of a text and why it may tell. Units: start and end count characters."""

    start: int
    end: int
    words: str
    why: str


def hints(text: str, names: Collection[str] = ()) -> list[Hint]:
    """Return the pieces of a text that may tell who wrote it, in their order, none over another."""
    found = [
        Hint(match.start(), match.end(), match.group().strip(), why)
        for why, pattern in PATTERNS
        for match in pattern.finditer(text)
    ]
    for name in names:
        found += [Hint(m.start(), m.end(), name, "地方") for m in re.finditer(re.escape(name), text)]
    kept: list[Hint] = []
    for hint in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or hint.start >= kept[-1].end:
            kept.append(hint)
    return kept


def pieces(text: str, marked: Collection[Hint]) -> list[tuple[str, str]]:
    """Cut a text for a page. Shape: pieces with why they may tell, empty for the plain ones."""
    cut: list[tuple[str, str]] = []
    at = 0
    for hint in marked:
        cut += [(text[at : hint.start], ""), (text[hint.start : hint.end], gettext(hint.why))]
        at = hint.end
    cut.append((text[at:], ""))
    return [piece for piece in cut if piece[0]]
