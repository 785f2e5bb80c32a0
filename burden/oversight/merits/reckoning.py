"""What a reckoning is made of: its lines, who is a candidate, who is not and why, and how a change is held beside that of peers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from burden.demands.practices.models import Practice
from burden.kit.clock import Week
from burden.kit.templatetags.show import hours
from burden.oversight.models import Order
from burden.units.models import Unit

VERSION = 1  # of this rule, kept with each reckoning
LEAST = 10  # per cent by which it has to be less than what peers would have left of it
MIN_PEERS = 8
MOST_MOVED = 15  # points by which the share of what was answered may move, per cent by which returns may


class Why(models.TextChoices):
    """Why somebody is no candidate; the first that holds is told."""

    FEW = "few", gettext_lazy("数据太少，或者答的不到登记的五分之一")
    PEERS = "peers", gettext_lazy("同类单位不到 8 个，没法比")
    COVERAGE = "coverage", gettext_lazy("有数据的比例前后变了 15 个百分点以上")
    OVERDUE = "overdue", gettext_lazy("有督办单逾期没有办")
    UNREGISTERED = "unregistered", gettext_lazy("没有登记的占比高于 15%")
    REESTIMATE = "reestimate", gettext_lazy("减少来自工时标准调整")
    ELSEWHERE = "elsewhere", gettext_lazy("这一件少了，别的多了")
    UNCHANGED = "unchanged", gettext_lazy("扣除同期普遍变化后，没有少 10%")


@dataclass(frozen=True)
class Line:
    """One line of a reckoning. Units: `minutes` of a person, None where a line has no sum."""

    label: str
    weeks: str
    how: str
    minutes: int | None


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be nominated. Units: minutes; `year_min` person-minutes of a year; adopters units."""

    kind: str
    key: str
    subject: Unit
    title: str
    lines: Sequence[Line]
    points: Sequence[str]
    before_min: int
    after_min: int
    year_min: int | None = None
    adopters: int | None = None
    order: Order | None = None
    practice: Practice | None = None

    def reckoned(self, now: dt.datetime) -> dict[str, Any]:
        """Return the reckoning as a recognition keeps it."""
        return {
            "as_of": now.isoformat(), "rule": VERSION, "before_min": self.before_min, "after_min": self.after_min,
            "lines": [vars(line) for line in self.lines], "points": list(self.points),
        }  # fmt: skip


@dataclass(frozen=True)
class Left:
    """Somebody who is no candidate, and why."""

    kind: str
    key: str
    subject: Unit
    title: str
    why: Why


def left_of(before: int, peers: Sequence[int]) -> int:
    """Return what would be left if it had gone as with peers; what grew there is no merit. Units: as before."""
    return before * min(1000, median_low(peers)) // 1000


def is_less(now: int, left: int) -> bool:
    """Say whether it is less than what would be left by so much that it counts."""
    return now * 100 <= left * (100 - LEAST) and now < left


def net_lines(was: int, is_now: int, peers: Sequence[int]) -> list[Line]:
    """Say what became less, and what of it with everybody."""
    median, left = median_low(peers), left_of(was, peers)
    change = f"同类 {len(peers)} 个单位同期剩 {_tenths(median)}%（中位数）"
    if median > 1000:
        change = f"{change}，多了的不算"
    return [
        Line("少了", "", f"{hours(was)}－{hours(is_now)}", was - is_now),
        Line("扣除同期普遍变化", "", f"{change}：{hours(left)}－{hours(is_now)}", left - is_now),
    ]


def _tenths(permille: int) -> str:
    return f"{permille // 10}.{permille % 10}"


def weeks_words(mondays: Sequence[dt.date]) -> str:
    """Name a span of weeks."""
    first, last = Week(mondays[0]), Week(mondays[-1])
    return f"{first.year} 年第 {first.number}—{last.number} 周"
