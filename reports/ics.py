"""The calendar as an iCalendar file (.ics), which phones, mail programs and OA systems take in.

Source: RFC 5545; times are written in UTC, since China knows no summer time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from burden.kit.clock import DAY
from reports import calendar


def written(name: str, events: Iterable[calendar.Event], at: dt.datetime) -> bytes:
    """Write a calendar under a name. The same demand on the same day keeps its uid, so that a second file updates the first:
    its number is that of one portal, the issuer's code of one unit in the country."""
    book = Calendar()
    book.add("prodid", "-//burden//calendar//ZH")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", name)
    for event in events:
        book.add_component(_entry(event, at))
    data: bytes = book.to_ical()
    return data


def _entry(event: calendar.Event, at: dt.datetime) -> Event:
    entry = Event()
    entry.add("uid", f"{event.demand_id}-{event.on}@{event.issuer_code}")
    entry.add("dtstamp", at.astimezone(dt.UTC))
    entry.add("summary", f"{event.label}：{event.title}")
    entry.add("description", _words(event))
    entry.add("categories", [event.label])
    if event.start is None:
        entry.add("dtstart", event.on)
        entry.add("dtend", event.on + DAY)
        return entry
    midnight = timezone.make_aware(dt.datetime.combine(event.on, dt.time()))
    for field, minute in (("dtstart", event.start), ("dtend", event.end)):
        entry.add(field, (midnight + dt.timedelta(minutes=minute)).astimezone(dt.UTC))
    return entry


def _words(event: calendar.Event) -> str:
    said = [
        _("下达单位：%(name)s") % {"name": event.issuer},
        _("%(units)d 个单位，%(people)d 人") % {"units": len(event.units), "people": event.people},
    ]
    if event.start is None:
        said.append(_("时间未定"))
    if event.overlaps:
        said.append(_("和别的会议、检查时间重叠"))
    return "\n".join(said)
