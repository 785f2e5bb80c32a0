"""Clocks of supervision orders: blue, yellow, red, in working days; computed from dates, never stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from burden.kit.clock import DAY, day_of
from burden.oversight.models import RUNNING, Order, OrderState
from burden.standards.workdays import Workdays, workdays

BLUE, YELLOW, RED = "blue", "yellow", "red"
COLOURS = (BLUE, YELLOW, RED)
SOON = 1  # working days before the last one from which a clock is yellow
TO_SEND, TO_JUDGE, TO_CLOSE = 3, 3, 3  # working days
LOOK_AFTER = 30 * DAY  # 回头看
ASKED_FOR = 28 * DAY  # receivers, whether relief arrived
TICKING = (*RUNNING, OrderState.DONE, OrderState.CLOSED)
CSS = {BLUE: "s-info", YELLOW: "s-warn", RED: "s-bad"}


@dataclass(frozen=True)
class Clock:
    """What the clock of an order shows. Units: working days left, negative where overdue."""

    colour: str
    left: int
    due: dt.date

    @property
    def css(self) -> str:
        return CSS[self.colour]

    @property
    def words(self) -> str:
        """Say it in words: 蓝　剩 2 天."""
        if self.colour == RED:
            late = ngettext("红　逾期 %(n)d 个工作日", "红　逾期 %(n)d 个工作日", -self.left)
            return late % {"n": -self.left}
        if self.left == 0:
            return _("黄　今天到期")
        words = (
            ngettext("黄　剩 %(n)d 天", "黄　剩 %(n)d 天", self.left)
            if self.colour == YELLOW
            else ngettext("蓝　剩 %(n)d 天", "蓝　剩 %(n)d 天", self.left)
        )
        return words % {"n": self.left}


@dataclass(frozen=True)
class Edges:
    """Where colours meet today: due before `floor` is red, until `soon` yellow, later blue."""

    days: Workdays
    today: dt.date
    floor: dt.date
    soon: dt.date

    def clock(self, order: Order) -> Clock | None:
        """Return the clock of an order; None where nothing is due, or what is waited for has not come."""
        due = order.due_on
        if due is None or order.state not in TICKING or (order.ripe_on and order.ripe_on > self.today):
            return None
        colour = RED if due < self.floor else YELLOW if due <= self.soon else BLUE
        return Clock(colour, self.days.left(self.today, due), due)

    def of(self, colour: str, prefix: str = "") -> Q:
        """Return the condition of a colour."""
        due = f"{prefix}due_on"
        ranges = {
            RED: Q(**{f"{due}__lt": self.floor}),
            YELLOW: Q(**{f"{due}__gte": self.floor, f"{due}__lte": self.soon}),
            BLUE: Q(**{f"{due}__gt": self.soon}),
        }
        ripe = Q(**{f"{prefix}ripe_on": None}) | Q(**{f"{prefix}ripe_on__lte": self.today})
        return ranges[colour] & ripe & Q(**{f"{prefix}state__in": TICKING})


def first_deadline(order: Order, days: Workdays) -> dt.date | None:
    """Return the deadline as it was when an order was sent, where it has been put off since; else None."""
    if order.sent_at is None:
        return None
    first = days.after(day_of(order.sent_at), order.days)
    return first if first != order.deadline_on else None


def edges(today: dt.date, days: Workdays | None = None) -> Edges:
    """Return the edges of a day. One query, unless the calendar is given."""
    days = days or workdays()
    floor = today
    while not days.is_workday(floor):
        floor -= DAY
    return Edges(days, today, floor, days.after(today, SOON))
