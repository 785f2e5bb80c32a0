"""What a reckoning is made of: its lines, who is a candidate, who is not and why, and how a change is held beside that of peers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median_low
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from burden.demands.practices.models import Practice
from burden.oversight.models import Order, headline
from burden.units.models import Unit

VERSION = 1  # of this rule, kept with each reckoning
LEAST = 10  # per cent by which it has to be less than what peers would have left of it
MIN_PEERS = 8
MOST_MOVED = 15  # points by which the share of what was answered may move, per cent by which returns may
MOST_UNREGISTERED = 15  # per cent of all that an issuer asked


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
    """One line of a reckoning: a code and numbers, phrased where it is read (merits.words).

    Shape: `weeks` first and last Monday, ISO, none where a line has no weeks. Units: `minutes` of a person; facts by their names:
    `_min` minutes, `_permille` tenths of a per cent, all others counts.
    """

    code: str
    minutes: int
    weeks: Sequence[str] = ()
    facts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    """What else was held to. Shape: facts as of a line; `category` a code."""

    code: str
    facts: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be nominated. Units: minutes; `year_min` person-minutes of a year; adopters units."""

    kind: str
    key: str
    subject: Unit
    title: str
    lines: Sequence[Line]
    points: Sequence[Point]
    before_min: int
    after_min: int
    year_min: int | None = None
    adopters: int | None = None
    order: Order | None = None
    practice: Practice | None = None

    @property
    def headline(self) -> str:
        return headline(self.kind, self.title)

    def reckoned(self, now: dt.datetime) -> dict[str, Any]:
        """Return the reckoning as a recognition keeps it."""
        return {
            "as_of": now.isoformat(), "rule": VERSION, "before_min": self.before_min, "after_min": self.after_min,
            "lines": [asdict(line) | {"weeks": list(line.weeks)} for line in self.lines], "points": [asdict(point) for point in self.points],
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
    beside = {"peers": len(peers), "left_permille": median, "left_min": left, "now_min": is_now}
    return [
        Line("less", was - is_now, facts={"was_min": was, "now_min": is_now}),
        Line("net", left - is_now, facts=beside),
    ]


def span(mondays: Sequence[dt.date]) -> list[str]:
    """Return the ends of some weeks as a line keeps them."""
    return [str(mondays[0]), str(mondays[-1])]
