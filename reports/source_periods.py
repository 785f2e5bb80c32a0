"""Who asked for what, summed by month, quarter and year for counties and above: a long period is few rows.

A span is kept as far as its weeks are settled: nobody files them any more. A recount keeps the spans of its week in the same
statement; a rebuild drops them, and readers add up weeks of rollup_source until they are put back. So a span is right, or it is
not there.
Statements lie in sql/source_periods.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from burden.kit.clock import Week
from burden.units.models import Unit
from reports.peers import MIN_RETURNS, Weeks
from reports.periods import Period
from reports.statements import Statements

SQL = Statements("source_periods")
WIDE = ("nation", "province", "city", "county")  # units whose spans are kept; to the others a year is few rows anyway
KINDS = ("month", "quarter", "year")
PARTS = {"year": "quarter", "quarter": "month"}
WEEK = ""
SELF = -1  # the issuer of what units ask of themselves
OTHERS = -2  # the issuers beyond those who ask for most, as one

Spans = Mapping[tuple[str, dt.date], dt.date]  # kind and first Monday: last Monday
Slots = Sequence[tuple[Collection[dt.date], Collection[dt.date]]]  # the weeks of each, and those of them that are shown
Parts = dict[tuple[str, dt.date], int]  # kind (WEEK: of rollup_source) and first Monday: 1 added, -1 taken away


def fill(settled: dt.date) -> int:
    """Keep the spans of all weeks up to the last settled one; the number of spans that were not kept.

    The lock of all shards is held by whoever calls.
    """
    kept = _spans(dt.date.min, dt.date.max)
    spans = {_span(kind, week, settled) for kind in KINDS for (week,) in SQL.fetch("weeks", until=settled)}
    lacking = {(kind, first, until) for kind, first, until in spans if kept.get((kind, first)) != until}
    if lacking:
        columns = _columns(lacking)
        SQL.execute("drop_spans", kinds=columns["kinds"], firsts=columns["firsts"])
        SQL.execute("put_spans", **columns, levels=list(WIDE), min_returns=MIN_RETURNS)
        SQL.execute("note", **columns)
    return len(lacking)


def drop(weeks: Iterable[dt.date]) -> None:
    """Forget the spans that hold any of some weeks, which are about to be replaced; the lock is held by whoever calls."""
    SQL.execute("drop_weeks", weeks=list(weeks))


def verify_spans() -> tuple[int, int]:
    """Compare months, quarters and years with their weeks. Shape: rows, differences."""
    rows, differences = SQL.fetch("verify_spans", levels=list(WIDE), min_returns=MIN_RETURNS)[0]
    return rows, differences


def read(unit: int, level: str, slots: Slots) -> dict[tuple[int, int], tuple[int, ...]]:
    """Add up who asked for what from a unit and all below it, over some sets of weeks.

    Shape: by number of slot and issuer: records, five minutes by category, never registered, claimed; what was confirmed is of
    shown weeks. Units: a count, then person-minutes.
    """
    columns = _items(level, slots)
    # where every slot is one span, there is nothing to add up
    name = "read" if len(columns["slots"]) > len(set(columns["slots"])) else "read_one"
    rows = SQL.numbers(name, unit=unit, **columns) if columns["slots"] else []
    return {row[:2]: row[2:] for row in rows}


def leading(unit: int, level: str, slots: Slots, most: int) -> tuple[dict[tuple[int, int], tuple[int, ...]], int]:
    """Add up who asked for most in the first set of weeks, and what they asked in the others: a province has thousands.

    Shape: as read, with all others of the first slot as one issuer; and how many these are.
    """
    columns = _items(level, slots)
    rows = SQL.prepared("leading", unit=unit, most=most, **columns) if columns["slots"] else []
    return {row[:2]: row[2:-1] for row in rows}, sum(row[-1] for row in rows if row[1] == OTHERS)


def deeper(unit: Unit, slot: tuple[Collection[dt.date], Collection[dt.date]], most: int) -> tuple[list[int], bool]:
    """Return who asks for most among issuers deeper than right below a unit, in some weeks, and whether these are all."""
    low, high = unit.range
    columns = _items(unit.level, [slot])
    if not columns["slots"]:
        return [], True
    found = [pk for (pk,) in SQL.numbers("deeper", unit=unit.pk, low=low, high=high, most=most, **columns)]
    return found[:most], len(found) <= most


def unregistered(
    above: Mapping[int, Unit], slots: Sequence[Collection[dt.date]], gone: Weeks
) -> dict[tuple[int, int], int]:
    """Add up what was done for issuers that they never registered, over some sets of weeks, from the sums of the unit above each.

    Shape: the unit above by issuer; the weeks in which figures of these are hidden; by number of slot and issuer.
    Units: person-minutes of weeks with at least five such records.
    """
    weeks = [week for each in slots for week in each]
    if not above or not weeks:
        return {}
    spans = _spans(min(weeks), max(weeks))
    told = {pk: (place.level in WIDE, frozenset(gone[place.pk])) for pk, place in above.items()}
    families = {key: number for number, key in enumerate(set(told.values()))}
    items = [
        (family, slot, kind, first, sign)
        for (is_wide, hidden), family in families.items()
        for slot, kind, first, sign, _sign in _cut(_shown(slots, hidden), spans if is_wide else {})
    ]
    asked = [(families[told[pk]], place.pk, pk) for pk, place in above.items()]
    said = _beside(("families", "places", "issuers"), asked)
    said |= _beside(("item_families", "slots", "kinds", "firsts", "signs"), items)
    rows = SQL.numbers("unregistered", **said, min_returns=MIN_RETURNS)
    return {(slot, issuer): minutes for slot, issuer, minutes in rows}


def _shown(slots: Iterable[Collection[dt.date]], hidden: Collection[dt.date]) -> Slots:
    shown = [[week for week in weeks if week not in hidden] for weeks in slots]
    return [(weeks, weeks) for weeks in shown]


def _items(level: str, slots: Slots) -> dict[str, list[Any]]:
    """Return which spans make up which slot, as the statements take them."""
    weeks = [week for whole, _shown in slots for week in whole]
    spans = _spans(min(weeks), max(weeks)) if weeks and level in WIDE else {}
    return _beside(("slots", "kinds", "firsts", "done", "claimed"), _cut(slots, spans))


def _cut(slots: Slots, spans: Spans) -> list[tuple[int, str, dt.date, int, int]]:
    """Cut slots into spans. Shape: slot, kind, first Monday, how what was done in it counts, and how what is claimed."""
    items: list[tuple[int, str, dt.date, int, int]] = []
    for number, (whole, shown) in enumerate(slots):
        claimed = cover(set(whole), spans)
        done = cover(set(shown), spans) if len(shown) < len(whole) else claimed
        items += [(number, *key, done.get(key, 0), claimed.get(key, 0)) for key in {**done, **claimed}]
    return items


def _beside(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    """Return the columns of rows by name, as statements take them."""
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def cover(weeks: Collection[dt.date], spans: Spans) -> Parts:
    """Say which spans make up some weeks, added and taken away, so that few rows are read.

    Shape: the sum over the parts is the sum over the weeks, each once.
    """
    found: Parts = {}
    for first in {_first("year", week): None for week in sorted(weeks)}:
        found |= _cover("year", first, weeks, spans)
    return found


def _cover(kind: str, first: dt.date, weeks: Collection[dt.date], spans: Spans) -> Parts:
    """Choose between a span as a whole, mended by weeks, and the parts it falls into."""
    mondays = _mondays(kind, first)
    if not any(monday in weeks for monday in mondays):
        return {}
    if kind == "month":
        parts = _weeks([monday for monday in mondays if monday in weeks], 1)
    else:
        parts = {}
        for start in {_first(PARTS[kind], monday): None for monday in mondays}:
            parts |= _cover(PARTS[kind], start, weeks, spans)
    until = spans.get((kind, first))
    if until is None:
        return parts
    whole: Parts = {(kind, first): 1}
    whole |= _weeks([monday for monday in mondays if monday <= until and monday not in weeks], -1)
    whole |= _weeks([monday for monday in mondays if monday > until and monday in weeks], 1)
    return min(whole, parts, key=len)


@functools.lru_cache(maxsize=4_096)
def _first(kind: str, week: dt.date) -> dt.date:
    """Return the first Monday of the span that holds a week."""
    return Period.of(kind, Week(week)).first.monday


@functools.lru_cache(maxsize=1_024)
def _mondays(kind: str, first: dt.date) -> tuple[dt.date, ...]:
    """Return the Mondays of a span."""
    return Period.of(kind, Week(first)).mondays


def _weeks(mondays: Iterable[dt.date], sign: int) -> Parts:
    return {(WEEK, monday): sign for monday in mondays}


def _spans(since: dt.date, until: dt.date) -> Spans:
    return {(kind, first): last for kind, first, last in SQL.fetch("spans", since=since, until=until)}


def _span(kind: str, week: dt.date, until: dt.date) -> tuple[str, dt.date, dt.date]:
    period = Period.of(kind, Week(week), until=Week(until))
    return kind, period.first.monday, period.last.monday


def _columns(spans: Iterable[tuple[str, dt.date, dt.date]]) -> dict[str, list[Any]]:
    kinds, firsts, untils = zip(*sorted(spans), strict=True)
    return {"kinds": list(kinds), "firsts": list(firsts), "untils": list(untils)}
