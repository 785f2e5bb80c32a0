"""When a notice wants it: the deadline or the day of a meeting, how often it comes back, and until when."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from burden.demands.models import Frequency
from burden.kit.clock import DAY, WEEK, Week

PAST = dt.timedelta(days=180)  # a day without its year that lies further back is next year's
WEEKDAYS = "一二三四五六日"
FREQUENCIES = (
    (Frequency.WEEKLY, re.compile(r"每周|每星期|按周|周报|一周一报")),
    (Frequency.MONTHLY, re.compile(r"每个?月|按月|逐月|月报|一月一报")),
    (Frequency.QUARTERLY, re.compile(r"每个?季|按季|逐季|季报|一季一报")),
)
DATE = re.compile(r"(?:(?P<year>20\d\d)年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]")
DAY_OF_MONTH = re.compile(r"(?P<which>本|这个?|下个?|次)月(?P<day>\d{1,2})[日号]")
BARE_DAY = re.compile(r"(?<![\d月])(?P<day>\d{1,2})[日号](?=[^，。；\n]{0,8}前)")
WEEKDAY = re.compile(rf"(?P<which>本|这|下)?(?:周|星期)(?P<weekday>[{WEEKDAYS}天])")
NEAR = re.compile(r"今[天日]|明[天日]|后天")
NEAR_DAYS = {"今": 0, "明": 1, "后": 2}
EVERY_MONTH_DAY = re.compile(r"(?:每个?月|月)[^，。；\n\d]{0,4}(?P<day>\d{1,2})[日号]")
EVERY_MONTH_END = re.compile(r"(?:每个?|次)?月[底末]|月末最后")
EVERY_QUARTER_DAY = re.compile(r"季[^，。；\n]{0,6}?(?P<day>\d{1,2})[日号]")
EVERY_WEEKDAY = re.compile(rf"(?:每周|每星期|周)(?P<weekday>[{WEEKDAYS}天])")
STARTING = re.compile(
    r"(?:从|自)?(?:(?P<next>下个?月|次月)|(?:(?P<year>20\d\d)年)?(?P<month>\d{1,2})月(?:份)?)(?:起|开始)"
)
ENDING = re.compile(
    r"(?:至|到|截至|直至|直到)(?:(?P<year>20\d\d|明|今|本)年)?"
    r"(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})[日号]|[底末])?|(?P<end>年?[底末]))"
)
CLOCK = re.compile(
    r"(?P<part>上午|早上|中午|下午|晚上|晚)?(?P<hour>\d{1,2})(?:[:：](?P<minute>\d{2})|[时点](?:(?P<past>\d{1,2})分|(?P<half>半))?)"
)
AFTER_NOON = ("下午", "晚上", "晚")
DEADLINE = re.compile(r"^[^，,。；;\n]{0,14}?(?:前|止|截止)")
HELD = re.compile(r"(?:时间|定于|于|截止|截至)[^，。；\n]{0,8}$")
ALONE = re.compile(r"^[ \t]*20\d\d年\d{1,2}月\d{1,2}日[ \t]*$", re.M)  # the date under the signature


@dataclass(frozen=True)
class Days:
    """When it is due the first time, at what time of day, how often, and the last day of a repeated one; None where unsaid."""

    frequency: str | None = None
    first_on: dt.date | None = None
    at: dt.time | None = None
    until: dt.date | None = None


def read_days(text: str, today: dt.date) -> Days:
    """Return when a notice wants it, seen from the day it is read on."""
    said = ALONE.sub("", text)
    frequency = next((code for code, words in FREQUENCIES if words.search(said)), None)
    if frequency is None:
        day, place = _once(said, today)
        return Days(Frequency.ONCE if day else None, day, _clock(said, place))
    first, place = _repeated(said, today, frequency)
    return Days(frequency, first, _clock(said, place), _until(said, first or today))


# --- one day ---


def _once(text: str, today: dt.date) -> tuple[dt.date | None, int]:
    """Return the day meant and where its words end: a deadline first, then the day it is held on, then any."""
    found = sorted(_days_in(text, today), key=lambda each: each[1])
    for day, _start, end in found:
        if DEADLINE.match(text[end:]):
            return day, end
    for day, start, end in found:
        if HELD.search(text[max(0, start - 12) : start]):
            return day, end
    return (found[0][0], found[0][2]) if found else (None, 0)


def _days_in(text: str, today: dt.date) -> Iterator[tuple[dt.date, int, int]]:
    """Yield each day the text names, with the place of its words."""
    for found in DATE.finditer(text):
        day = _dated(found["year"], int(found["month"]), int(found["day"]), today)
        yield from _placed(day, found)
    for found in DAY_OF_MONTH.finditer(text):
        step = 0 if found["which"][0] in "本这" else 1
        yield from _placed(_in_month(today, step, int(found["day"])), found)
    for found in BARE_DAY.finditer(text):
        day = _in_month(today, 0, int(found["day"]))
        yield from _placed(_in_month(today, 1, int(found["day"])) if day and day < today else day, found)
    for found in WEEKDAY.finditer(text):
        yield from _placed(_weekday(found["weekday"], found["which"], today), found)
    for found in NEAR.finditer(text):
        yield from _placed(today + DAY * NEAR_DAYS[found[0][0]], found)


def _placed(day: dt.date | None, found: re.Match[str]) -> Iterator[tuple[dt.date, int, int]]:
    if day is not None:
        yield day, found.start(), found.end()


def _dated(year: str | None, month: int, day: int, today: dt.date) -> dt.date | None:
    """Return a date; without its year it is the one that is not long past. None where no calendar has it."""
    if year:
        return _real(int(year), month, day)
    found = _real(today.year, month, day)
    return _real(today.year + 1, month, day) if found and today - found > PAST else found


def _real(year: int, month: int, day: int) -> dt.date | None:
    return dt.date(year, month, day) if 1 <= month <= 12 and 1 <= day <= _last_day(year, month) else None


def _last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _in_month(today: dt.date, step: int, day: int) -> dt.date | None:
    years, month = divmod(today.month - 1 + step, 12)
    return _real(today.year + years, month + 1, day)


def _weekday(name: str, which: str | None, today: dt.date) -> dt.date:
    """Return a day of this week or the next; without 本 or 下 the next such day."""
    day = Week.on(today).monday + DAY * WEEKDAYS.index(name.replace("天", "日"))
    if which == "下" or (which is None and day < today):
        return day + WEEK
    return day


# --- again and again ---


def _repeated(text: str, today: dt.date, frequency: str) -> tuple[dt.date | None, int]:
    """Return the first due day of something that comes back, and where its words end."""
    start = _start(text, today)
    if frequency == Frequency.WEEKLY and (found := EVERY_WEEKDAY.search(text)):
        return _weekday(found["weekday"], None, start), found.end()
    if frequency == Frequency.MONTHLY and (found := EVERY_MONTH_DAY.search(text)):
        return _monthly(start, int(found["day"])), found.end()
    if frequency == Frequency.MONTHLY and (found := EVERY_MONTH_END.search(text)):
        return _monthly(start, 31), found.end()
    if frequency == Frequency.QUARTERLY:
        found = EVERY_QUARTER_DAY.search(text)
        return _quarterly(start, int(found["day"]) if found else 31), found.end() if found else 0
    return _once(text, today)


def _start(text: str, today: dt.date) -> dt.date:
    """Return the day from which it counts: 从下月起 is the first of the next month."""
    found = STARTING.search(text)
    if found is None:
        return today
    if found["next"]:
        return _in_month(today, 1, 1) or today
    return max(_dated(found["year"], int(found["month"]), 1, today) or today, today.replace(day=1))


def _monthly(start: dt.date, day: int) -> dt.date | None:
    """Return the first such day of a month from a day on; a short month has it on its last day."""
    if not 1 <= day <= 31:
        return None
    due = start.replace(day=min(day, _last_day(start.year, start.month)))
    if due >= start:
        return due
    after = _in_month(start, 1, 1) or start
    return after.replace(day=min(day, _last_day(after.year, after.month)))


def _quarterly(start: dt.date, day: int) -> dt.date | None:
    """Return the first such day in the last month of a quarter."""
    due = _monthly(start, day)
    while due is not None and due.month % 3:
        due = _monthly((_in_month(due, 1, 1) or due), day)
    return due


def _until(text: str, first: dt.date) -> dt.date | None:
    """Return the last day: 至2027年6月, 到年底."""
    found = ENDING.search(text)
    if found is None:
        return None
    said = found["year"] or ""
    year = int(said) if said.isdecimal() else first.year + (said == "明")
    if found["end"]:
        return dt.date(year, 12, 31)
    month = int(found["month"])
    if not 1 <= month <= 12:
        return None
    day = _real(year, month, int(found["day"]) if found["day"] else _last_day(year, month))
    return _real(year + 1, day.month, day.day) if day and day < first and not said else day


def _clock(text: str, place: int) -> dt.time | None:
    """Return the time of day written behind a day."""
    found = CLOCK.search(text[place : place + 12]) if place else None
    if found is None:
        return None
    hour = int(found["hour"]) + (12 if found["part"] in AFTER_NOON and int(found["hour"]) < 12 else 0)
    minute = 30 if found["half"] else int(found["minute"] or found["past"] or 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None
