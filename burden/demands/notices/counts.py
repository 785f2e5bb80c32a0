"""To whom a notice goes, and how much it asks of each: people, minutes, columns to fill."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from burden.demands.models import FIELD_LENGTH
from burden.demands.notices.numbers import NUMBER, number
from burden.units.models import Kind, Level

HOUR, WORKING_DAY, LONGEST = 60, 480, 1_440  # minutes
SALUTATION = re.compile(r"^\s*((?:各|全县|全市|有关|相关)[^：:\n。]{1,60})[：:]", re.M)
TOWNSHIPS = re.compile(r"乡[（(]?镇|乡、镇|镇乡|镇街|街镇|镇[（(、]街")
RECEIVING = (
    ("kinds", Kind.TOWN, re.compile(r"各镇")),
    ("kinds", Kind.STREET, re.compile(r"各街道|各街(?!镇)")),
    ("levels", Level.VILLAGE, re.compile(r"各行政村|各村|村[（(]社区|村、社区|村社区")),
    ("kinds", Kind.COMMUNITY, re.compile(r"各社区")),
    ("levels", Level.DEPARTMENT, re.compile(r"(?:[县市区]直|直属)[^，。；\n]{0,4}(?:部门|单位)|各部门|各成员单位")),
)
COVERS = {Kind.TOWN: Level.TOWNSHIP, Kind.STREET: Level.TOWNSHIP, Kind.COMMUNITY: Level.VILLAGE}
TRAITS = re.compile(r"(山区|平坝|丘陵|边境|库区|沿江|高寒|民族)的?(?:乡镇|乡|镇|街道|村)")
HEADS = rf"(?P<n>{NUMBER})\s*(?:名|人|位)"
PEOPLE = (
    re.compile(rf"(?:各|每)个?(?:乡|镇|街道|村|社区|单位|部门|地|家)[^，,。；;\n户]{{0,10}}?{HEADS}"),
    re.compile(rf"(?:派|安排|明确|选派|限)\s*{HEADS}"),
    re.compile(rf"{HEADS}(?:同志|干部)?(?:参会|参加|办理|填报|陪同|负责)"),
)
SPENT = re.compile(
    rf"(?P<before>[^，,。；;\n]{{0,10}}?)(?P<n>{NUMBER})\s*"
    r"(?:(?P<hours>个?(?P<half>半)?小时)|(?P<days>天)|分钟)(?P<after>[内前后值制])?"
)
SPEECH = re.compile(r"讲话|发言|报告|汇报")
COLUMNS = re.compile(
    r"(?:字段|栏目|指标|填报(?:内容|项目)|内容)(?:主要)?(?:(?:包括|包含|有|为|如下|是)[：:]?|[：:])\s*([^。；;\n：:]+)"
)


def receivers_of(text: str) -> dict[str, list[str]]:
    """Return who is addressed: the salutation says so, else the whole text does."""
    greeting = SALUTATION.search(text)
    for part in (greeting[1], text) if greeting else (text,):
        chosen: dict[str, list[str]] = {}
        for name, code in _addressed(part):
            chosen.setdefault(name, []).append(code)
        if chosen:
            return chosen
    return {}


def _addressed(text: str) -> Iterator[tuple[str, str]]:
    """Yield what restricts the receivers; a kind whose whole level is named adds nothing."""
    levels = [Level.TOWNSHIP] if TOWNSHIPS.search(text) else []
    levels += [code for name, code, words in RECEIVING if name == "levels" and words.search(text)]  # type: ignore[misc]
    yield from (("levels", level) for level in levels)
    for name, code, words in RECEIVING:
        if name == "kinds" and COVERS[Kind(code)] not in levels and words.search(text):
            yield name, code
    yield from (("traits", trait) for trait in dict.fromkeys(TRAITS.findall(text)))


def people_of(text: str) -> int | None:
    """Return how many people each receiver is to send. Units: a count."""
    found = next(filter(None, (words.search(text) for words in PEOPLE)), None)
    return int(number(found["n"])) or None if found else None


def minutes_of(text: str) -> tuple[int | None, int | None]:
    """Return how long it takes each person, and how long the speech in it is. Units: whole minutes."""
    minutes, speech = None, None
    for found in SPENT.finditer(text):
        spent = _minutes(found)
        if SPEECH.search(found["before"]):
            speech = speech or spent
        else:
            minutes = minutes or spent
    return minutes, speech


def _minutes(found: re.Match[str]) -> int | None:
    """Return one span of time; none where it is a deadline, or longer than a meeting lasts."""
    if found["after"] or "提前" in found["before"]:
        return None
    count = number(found["n"]) + (0.5 if found["half"] else 0)
    spent = count * (HOUR if found["hours"] else WORKING_DAY if found["days"] else 1)
    return int(spent) if 0 < spent <= LONGEST else None


def fields_of(text: str) -> list[str]:
    """Return the columns of a pasted table's first line, else the longest list behind 字段 or the like."""
    header = next((line for line in text.split("\n") if line.count("\t") > 1), "")
    if header:
        return _names(header.split("\t"))
    return max((_names(re.split(r"[、，,]", found[1])) for found in COLUMNS.finditer(text)), key=len, default=[])


def _names(parts: Sequence[str]) -> list[str]:
    names = [part.strip().removesuffix("等") for part in parts]
    return [name for name in names if 0 < len(name) <= FIELD_LENGTH] if len(names) > 1 else []
