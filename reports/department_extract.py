"""What one department asked of the grassroots in a year, on one paper: for its yearly assessment (年度考核).

The figures of its own page (reports.issued), so that nothing is told here that is not told there. In Chinese.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone, translation

from burden.accounts.actor import Actor
from burden.demands.hits import Hit, rule_hits
from burden.demands.models import Origin
from burden.kit.clock import Week, last_closed
from burden.kit.templatetags.show import NOTHING, full_day, hours, minutes, percent, plus_hours
from burden.standards.models import Category
from burden.units.models import Unit
from reports import issued
from reports.bulletin_figures import moved, span_words
from reports.issued import Cell, Issued
from reports.papers import Heading, Paper, Paragraph, Part, Table
from reports.periods import Period

RULES = 10  # that most of its demands may violate


@dataclass(frozen=True)
class Year:
    """One year of an issuer. Units: person-minutes; unregistered is what it asked for and never registered.

    Shape: `changed` is what a change of the tariffs alone added, by demand: no more work, no less.
    """

    cells: Sequence[Cell]
    sums: Issued
    unregistered: int
    changed: Mapping[int, int]

    @property
    def total(self) -> int:
        return self.sums.total_min + self.unregistered

    def part(self, chosen: Callable[[Cell], bool]) -> tuple[int, int]:
        """Add up some of its demands: what they took, and what of that is re-estimate."""
        cells = [cell for cell in self.cells if chosen(cell)]
        return issued.total(cells).total_min, sum(self.changed.get(pk, 0) for pk in {cell.demand_id for cell in cells})

    @property
    def reestimated(self) -> int:
        return sum(self.changed.values())


def year_of(year: int, at: dt.datetime) -> Period | None:
    """Return the weeks of a year that are over; None before its first one is, and before the year 2000."""
    if not 2000 <= year <= last_closed(at).year:
        return None
    return Period.of("year", Week.on(dt.date(year, 6, 15)), until=last_closed(at))


def extract_of(actor: Actor, unit: Unit, period: Period, at: dt.datetime) -> Paper | None:
    """Put an issuer's year on paper; None where it asked for nothing."""
    now, last_year = _read(actor, unit, period), period.last_year
    is_known = unit.pk in issued.known_of([unit], [*last_year.mondays])
    before = _read(actor, unit, last_year) if is_known else None
    if not (now.cells or now.unregistered):
        return None
    with translation.override("zh-hans"):
        found = rule_hits(actor, unit, {cell.demand_id for cell in now.cells})
        hits = [hit for hit in found if hit.demands][:RULES]
        return Paper(
            head="基层减负年度数据摘要",
            number="",
            organ=settings.PORTAL_ORGANISER or (unit.parent.name if unit.parent else unit.name),
            day=full_day(timezone.localtime(at).date()),
            title=f"{unit.name}{period.last.year}年下达事项占用基层时间的情况",
            parts=list(_parts(now, before, period, hits)),
            note=_note(now, at),
        )


def _read(actor: Actor, unit: Unit, period: Period) -> Year:
    cells = issued.cells(actor, unit, period)
    changed = issued.reestimated_by_demand(actor, unit, period)
    return Year(cells, issued.total(cells), issued.unregistered(actor, unit, period), changed)


def _parts(now: Year, before: Year | None, period: Period, hits: Sequence[Hit]) -> Iterable[Part]:
    count = len({cell.demand_id for cell in now.cells})
    yield _sentence(
        f"{period.last.year}年（", span_words(period), "），本单位登记下达", minutes(count), "件事项，连同没有登记的，共占用基层",
        hours(now.total), "人时，", _than(now.total - now.reestimated, before.total if before else None), "。",
    )  # fmt: skip
    yield Heading("一、按类别")
    yield _categories(now, before)
    yield Heading("二、自定、转办与计划")
    yield _decisions(now, before)
    yield Heading("三、登记的与基层确认的")
    yield _sides(now)
    yield Heading("四、可能违反的规定")
    if hits:
        rows = [[f"{hit.name}（{hit.citation}）", minutes(hit.demands)] for hit in hits]
        yield Table("表4　按每件事项自身能判断的（件）", ["规定", "事项"], rows)
    else:
        yield _sentence("按每件事项自身能判断的，没有。")


def _than(now: int, before: int | None) -> str:
    """Say how far the year moved, in words."""
    if before is None:
        return "上年同期的数据不全，不作比较"
    if not before:
        return "上年同期没有数"
    word = "增加" if now > before else "减少"
    return f"比上年同期{word}{percent(abs(now - before), before)}" if now != before else "与上年同期持平"


def _sentence(*words: str) -> Paragraph:
    """Write a sentence: every second piece is a figure."""
    return Paragraph([(piece, bool(i % 2)) for i, piece in enumerate(words)])


def _categories(now: Year, before: Year | None) -> Table:
    def of(category: str) -> Callable[[Cell], bool]:
        return lambda cell: cell.category == category

    rows = [_row(str(each.label), of(each.value), now, before, now.total) for each in Category]
    alone = now.unregistered, before.unregistered if before else None
    rows.append(["没有登记的", hours(alone[1]), hours(alone[0]), NOTHING, moved(*alone), percent(alone[0], now.total)])
    whole = _compared("合计", (now.total, now.reestimated), before.total if before else None)
    rows.append([*whole, percent(now.total, now.total)])
    return Table("表1　各类占用基层时间（人时）", ["类别", "上年同期", "本年", "其中口径重估", "增减", "占比"], rows)


def _row(name: str, chosen: Callable[[Cell], bool], now: Year, before: Year | None, whole: int) -> list[str]:
    """Write a row; an earlier year of which weeks have no data is not compared with."""
    part = now.part(chosen)
    return [*_compared(name, part, before.part(chosen)[0] if before else None), percent(part[0], whole)]


def _compared(name: str, part: tuple[int, int], before: int | None) -> list[str]:
    """Write a sum beside the year before: how far it moved but for what is re-estimate."""
    now, changed = part
    return [name, hours(before), hours(now), plus_hours(changed) if changed else NOTHING, moved(now - changed, before)]


def _decisions(now: Year, before: Year | None) -> Table:
    whole = now.sums.total_min
    rows = [
        _row("本单位自定", lambda cell: cell.origin == Origin.OWN, now, before, whole),
        _row("转办上级要求", lambda cell: cell.origin != Origin.OWN, now, before, whole),
        _row("其中列入年度计划", lambda cell: cell.is_planned, now, before, whole),
    ]
    heads = ["由谁决定", "上年同期", "本年", "其中口径重估", "增减", "占登记的"]
    return Table("表2　登记的事项由谁决定（人时）", heads, rows)


def _sides(now: Year) -> Table:
    sums = now.sums
    rows = [
        ["已答复的，登记时的预计", hours(sums.compared_min)],
        ["已答复的，基层确认", hours(sums.confirmed_min)],
        ["确认比预计", moved(sums.confirmed_min, sums.compared_min)],
        ["没有答复或人数太少，按登记计", hours(sums.as_claimed_min)],
        [
            f"确认的里面，非工作时间占{'' if sums.is_timed else '（人数太少的单位不算）'}",
            percent(sums.after_hours_min, sums.timed_min),
        ],
    ]
    return Table("表3　两边的数（人时）", ["项目", "数"], rows)


def _note(now: Year, at: dt.datetime) -> str:
    """Say what the figures hold and what they do not."""
    few = sum(cell.is_hidden or cell.left_out > 0 for cell in now.cells)
    hidden = f"{few}处答复的人太少，只按登记计；" if few else ""
    method = f"口径调整使预计变动{hours(now.reestimated)}人时，增减里已经去掉；" if now.reestimated else ""
    local = timezone.localtime(at)
    return (
        f"只算本单位要求别人办的，不涉及谁填报了多少；可能违反是系统按条文提示，由人核定；{hidden}{method}"
        f"数据截至{full_day(local.date())}{local:%H:%M}。"
    )
