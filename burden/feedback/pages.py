"""What pages show of tickets: a line of a list, the clock, figures of a year. Nothing here is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from burden.feedback.choices import DONE, OPEN, REPLY_DAYS, State
from burden.feedback.flow import due_on
from burden.feedback.models import Ticket, TicketForward
from burden.feedback.sealing import text_of
from burden.standards.workdays import Workdays

HEADLINE = 22  # characters of a text that stand for a title


def headline(ticket: Ticket) -> str:
    """Return the title the desk gave, or how the text begins."""
    if ticket.title:
        return ticket.title
    words = " ".join(text_of(ticket).split())
    return words if len(words) <= HEADLINE else words[:HEADLINE] + "…"


def tab_of(found: Ticket) -> str:
    """Return the tab in which a ticket stands, as queries.TABS says."""
    if found.state in DONE:
        return "done"
    return "checking" if found.state == State.FORWARDED and found.raised_on is None else "todo"


@dataclass(frozen=True)
class Clock:
    """How much of the time for a reply is gone. Units: working days; `left` below 0 is overdue, None is answered."""

    due: dt.date
    left: int | None

    @property
    def used(self) -> int:
        return REPLY_DAYS if self.left is None else min(REPLY_DAYS, max(0, REPLY_DAYS - self.left))

    @property
    def tone(self) -> str:
        """The colour class: blue, yellow a day before, red from the last day on."""
        if self.left is None or self.left > 1:
            return "s-info"
        return "s-warn" if self.left == 1 else "s-bad"

    @property
    def segments(self) -> list[tuple[str, int]]:
        return [(self.tone, self.used)]

    @property
    def late(self) -> int:
        """Working days over."""
        return -self.left if self.left is not None and self.left < 0 else 0


def clock_of(ticket: Ticket, days: Workdays, today: dt.date) -> Clock:
    """Return the clock of a ticket."""
    due = due_on(ticket, days)
    if ticket.state not in OPEN:
        return Clock(due, None)
    left = days.left(today, due)
    return Clock(due, -1 if due < today and not left else left)


def spent(ticket: Ticket, asked: Collection[TicketForward], days: Workdays, today: dt.date) -> list[tuple[str, str]]:
    """Say for what the time went since it came or was sent back: taken on, checked, answered. Units: working days."""
    rows, since = [], ticket.reopened_on or ticket.received_on
    asked = [each for each in asked if each.sent_on >= since]
    if ticket.accepted_on and not ticket.reopened_on:
        rows.append((_("受理"), _days(days.left(since, ticket.accepted_on))))
        since = ticket.accepted_on
    if asked:
        first, ends = asked[0], [each.answered_on or each.ended_on for each in asked]
        since = max((end or today for end in ends), default=today)
        took = {"n": days.left(first.sent_on, since), "most": days.left(first.sent_on, first.due_on)}
        rows.append((_("核实"), _("%(n)d / %(most)d 日") % took))
    if ticket.state not in OPEN and ticket.replied_on:
        rows.append((_("答复"), _days(days.left(since, ticket.replied_on))))
    elif rows and ticket.state != State.FORWARDED:
        rows.append((_("答复"), _("%(days)s，含今天") % {"days": _days(days.left(since, today))}))
    return rows


def _days(count: int) -> str:
    return ngettext("%(n)d 日", "%(n)d 日", count) % {"n": count}


@dataclass(frozen=True)
class Line:
    """A ticket in a list."""

    ticket: Ticket
    title: str
    clock: Clock


def lines(tickets: Iterable[Ticket], days: Workdays, today: dt.date) -> list[Line]:
    """Return tickets as a list shows them."""
    return [Line(each, headline(each), clock_of(each, days, today)) for each in tickets]


@dataclass(frozen=True)
class Year:
    """Figures of a year so far. Units: tickets; tenths of working days on the mean."""

    received: int
    replied: int
    in_time: int
    tenths: int | None

    @property
    def mean(self) -> str:
        return "" if self.tenths is None else f"{self.tenths // 10}.{self.tenths % 10}"


def year(counted: Iterable[tuple[dt.date, dt.date | None, int]], days: Workdays) -> Year:
    """Sum up when tickets came and were first answered. Units: as Year."""
    received = replied = in_time = total = 0
    for came, answered, count in counted:
        received += count
        if answered:
            taken = days.left(came, answered)
            replied += count
            in_time += count * (taken <= REPLY_DAYS)
            total += count * taken
    return Year(received, replied, in_time, (total * 20 + replied) // (replied * 2) if replied else None)
