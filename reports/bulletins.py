"""Bulletins (通报, 简报): the text that is drafted from the figures, and the paper made of both.

Official Chinese that neither praises nor blames: issuers are named by what they ask, units below are neither named nor ranked.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from burden.kit.clock import Week, last_closed
from burden.kit.templatetags.show import NOTHING, full_day
from burden.oversight.models import Bulletin, Form, Kind
from burden.oversight.texts import paragraphs, words_of
from burden.units.models import Unit
from reports.papers import Chart, Heading, Paper, Paragraph, Part, Table
from reports.periods import Period

DIGITS = re.compile(r"\d[\d.,]*[%％‰]?")  # also in full width
FILING = re.compile(r"填报率|填报[^，。；]{0,6}[率快多高低全]|填得[多快全好]|上报率|(?:未|没|不)填报|漏填|补填")
OFFERED = {Kind.MONTH: 3, Kind.QUARTER: 2, Kind.YEAR: 1}  # how many closed periods of a kind can be begun
HEADS = {Form.NOTICE: "基层减负工作通报", Form.BRIEF: "基层减负工作简报"}

LEAD = (
    "{{{{period}}}}（{{{{weeks}}}}），{unit}有数据的干部每人每周负担{{{{per_head}}}}小时，{previous}{{{{per_head_last_year}}}}。"
    "合计{{{{total}}}}人时，其中上级和部门下达的（含没写明谁要求的）占{{{{imposed}}}}，本单位自定的占{{{{own}}}}。"
)
SOURCES = (
    "{{top}}占用时间最多，占{{top_share}}。按每人每周比，各类与上一期相比：{{moves}}。"
    "在平台登记的事项，按登记时的预计算，转办上级要求的占{{passed_on}}，本地自己定的占{{decided}}；转办的另行向上级反映，"
    "不计入本地自定。干部记了、下达单位没有登记的，占写明了下达单位的{{unregistered}}。"
)
YEARS = (
    "在平台登记的事项，每周有要办的算一项·周，转下去的另算，与上年同期比：{{years}}。"
    "各单位登记得更全，项·周也会增加，要同各类人时一起看。"
)
RECOGNISED = "{{recognised}}。只看量出来的变化，不看谁填得多、填得快，也不看谁的数低；算式和异议在平台上都能看到。"
METHOD = "{{reestimate}}，口径调整不算减负，已与减下来的分开。平台自身占用基层时间：{{portal}}。"


def closed_periods(at: dt.datetime) -> list[Period]:
    """Return the periods that a bulletin can be begun for: the newest that are over, of each kind."""
    found = []
    for kind, count in OFFERED.items():
        period = Period.of(kind, last_closed(at))
        if not period.last.is_closed(at):
            period = period.before
        for _ in range(count):
            found.append(period)
            period = period.before
    return found


def words_for(unit: Unit, form: str, period: Period) -> dict[str, str]:
    """Return the title of a new bulletin, and in whose name it goes out."""
    with translation.override("zh-hans"):
        kind = Form(form).label
        title = f"关于{period.label.replace(' ', '')}{unit.name}基层负担情况的{kind}"
    return {"title": title, "organ": settings.PORTAL_ORGANISER or unit.name}


def blocks_for(unit: Unit, form: str, period: Period) -> list[dict[str, Any]]:
    """Draft the text of a bulletin around its figures. Shape: blocks as oversight.texts says."""
    with translation.override("zh-hans"):
        # a year's period before and last year are the same
        previous = "" if period.kind == "year" else "{{per_head_previous}}，"
        lead = LEAD.format(unit=unit.name, previous=previous)
    blocks = [
        ("lead", "", lead, []),
        ("sources", "负担从哪里来", SOURCES, ["issuers", "categories", "trend"]),
        ("years", "与上年同期相比", YEARS, ["years"]),
        ("recognised", "表扬", RECOGNISED, ["recognised"]),
        ("method", "口径与平台自身", METHOD, []),
        ("others", "其他情况", "", []),
    ]
    kept = [block for block in blocks if form == Form.NOTICE or block[0] != "years"]
    return [dict(zip(("key", "heading", "text", "tables"), block, strict=True)) for block in kept]


def own_digits(bulletin: Bulletin) -> list[str]:
    """Return the numbers that were typed into the words, beyond those that the draft had: no figure of the portal's."""
    drafted = Counter(_said(DIGITS, blocks_for(bulletin.unit, bulletin.form, period_of(bulletin))))
    return list((Counter(_said(DIGITS, bulletin.blocks)) - drafted).elements())


def own_filing(bulletin: Bulletin) -> list[str]:
    """Return the words about filing that were typed, beyond those that the draft had: nobody is ranked or praised by it."""
    drafted = Counter(_said(FILING, blocks_for(bulletin.unit, bulletin.form, period_of(bulletin))))
    return list(dict.fromkeys((Counter(_said(FILING, bulletin.blocks)) - drafted).elements()))


def changed_figures(bulletin: Bulletin) -> list[tuple[str, str, str]]:
    """Return the figures of a correction that differ from those it corrects. Shape: name, before, now."""
    if bulletin.corrects is None:
        return []
    before, now = bulletin.corrects.figures["values"], bulletin.figures["values"]
    names = bulletin.figures["names"]
    return [(names[name], before.get(name, NOTHING), said) for name, said in now.items() if said != before.get(name)]


def closed_since(bulletin: Bulletin, at: dt.datetime) -> Week | None:
    """Return the last week where it was still open for returns when the figures were read, and no longer is."""
    last = Week(bulletin.last_week)
    is_late = not last.is_late(bulletin.figures_at) and last.is_late(at)
    return last if is_late and not bulletin.is_published else None


def _said(what: re.Pattern[str], blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    return [each for block in blocks for words in words_of(block["text"]) for each in what.findall(words)]


def period_of(bulletin: Bulletin) -> Period:
    """Return the weeks that a bulletin is about."""
    return Period.of(bulletin.kind, Week(bulletin.first_week))


def paper_of(bulletin: Bulletin) -> Paper:
    """Put words and figures together, as they are kept."""
    with translation.override("zh-hans"):
        number = f"第 {bulletin.number} 期"
        if bulletin.edition:
            number += "（更正）" if bulletin.edition == 1 else f"（第 {bulletin.edition} 次更正）"
        dated = timezone.localtime(bulletin.published_at or bulletin.changed_at).date()
        return Paper(
            head=HEADS[Form(bulletin.form)],
            number=number,
            organ=bulletin.organ,
            day=full_day(dated),
            title=bulletin.title,
            parts=[*_corrects(bulletin), *_parts(bulletin.blocks, bulletin.figures)],
            note=bulletin.figures["note"] + _typed(bulletin),
        )


def _typed(bulletin: Bulletin) -> str:
    """Say which numbers are not the portal's: who reads the paper sees no lock."""
    digits = list(dict.fromkeys(own_digits(bulletin)))
    return f"文中的{'、'.join(digits)}是编写人写的，不是平台算出的数。" if digits else ""


def _corrects(bulletin: Bulletin) -> Iterator[Part]:
    """Say what a corrected edition replaces, and what was wrong there."""
    if bulletin.corrects and bulletin.corrects.published_at:
        then = full_day(timezone.localtime(bulletin.corrects.published_at).date())
        why = f"：{bulletin.reason}" if bulletin.reason else ""
        yield Paragraph([(f"本期更正{then}发布的第{bulletin.number}期{why}。以本期为准。", False)])


def _parts(blocks: list[dict[str, Any]], figures: dict[str, Any]) -> Iterator[Part]:
    """Yield headings, paragraphs and what follows them; a block without words is left out."""
    headings = iter("一二三四五六七")
    tables = iter(range(1, 10))
    for block in blocks:
        if not block["text"].strip() and not block["tables"]:
            continue
        if block["heading"]:
            yield Heading(f"{next(headings)}、{block['heading']}")
        yield from (Paragraph(runs) for runs in paragraphs(block["text"], figures["values"]))
        for key in block["tables"]:
            table = figures["tables"][key]
            if "points" in table:
                yield Chart(f"图1　{table['caption']}", table["points"])
            elif table["rows"]:
                yield Table(f"表{next(tables)}　{table['caption']}", table["columns"], table["rows"])
