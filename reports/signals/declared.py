"""What a signal is, and from where on something is one: every kind and every threshold, declared once and shown on the page.

A signal is a hint with its evidence, never a finding: the machine compares numbers, a person judges.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reports.models import Signal
from reports.peers import MIN_PEERS, MIN_RETURNS
from reports.statements import Statements

Kind = Signal.Kind
SQL = Statements("signals")
WEEKS = 26  # closed weeks that are looked at: half a year
MIN_CADRES, MIN_UNITS = MIN_RETURNS, 3  # behind whatever cadres recorded
MOST_STRENGTH = 999

Z_LIMIT = 3.5
SITTINGS = 3
SAME_TOPIC = 80  # of 100: how much two plain titles resemble each other to be one topic
SAME_FIELDS = 70  # per cent
MIN_FIELDS = 4
GAP_WEEKS = 13
NEW_WEEKS = 52
CHANNEL_WEEKS = 8
MORE, LESS = 150, 75  # per cent of what it was
CHANNEL_MIN = 600
RELAY_HOURS = 24
RELAY_UNITS = 3
UNREGISTERED_MIN = 30_000
NOT_APPLICABLE = 25  # per cent of a kind's answers
MIN_NOT_APPLICABLE = MIN_RETURNS


@dataclass(frozen=True)
class Threshold:
    """From where on something is a signal. Units: as its words say."""

    kind: str
    label: str | Promise
    value: str | Promise
    source: str | Promise


OURS = _("本平台暂定，试点后校准")
LAW = _("本平台的保护线（人数）")
THRESHOLDS = (
    Threshold(
        Kind.OUTLIER,
        _("人均时间的稳健偏离（对数、修正 z 值）"),
        f"> {Z_LIMIT}",
        "Iglewicz & Hoaglin 1993",
    ),
    Threshold(Kind.OUTLIER, _("同县同类单位"), format_lazy(_("至少 {n} 个"), n=MIN_PEERS), LAW),
    Threshold(Kind.OUTLIER, _("每个单位每周"), format_lazy(_("至少 {n} 份周报"), n=MIN_RETURNS), LAW),
    Threshold(Kind.SPLIT, _("同一单位一周收到同一议题的会"), format_lazy(_("至少 {n} 次"), n=SITTINGS), OURS),
    Threshold(
        Kind.SPLIT,
        _("每次不超过会议上限的一半，合计超过上限"),
        _("现行规则 MTG-LENGTH 的分钟数；没有现行规则就不提示"),
        _("《整治形式主义为基层减负若干规定》第 6 条"),
    ),
    Threshold(Kind.SPLIT, _("议题相似度（去掉套话后的标题）"), f"≥ {SAME_TOPIC}%", OURS),
    Threshold(Kind.RENAMED, _("字段相同的份额（Dice）"), f"≥ {SAME_FIELDS}%", OURS),
    Threshold(Kind.RENAMED, _("两张表的字段"), format_lazy(_("各至少 {n} 个"), n=MIN_FIELDS), OURS),
    Threshold(Kind.RENAMED, _("旧表停用到新表开始"), format_lazy(_("不超过 {n} 周"), n=GAP_WEEKS), OURS),
    Threshold(
        Kind.INFORMAL,
        format_lazy(_("工作群、APP 的时间，近 {n} 周与上年同期或之前比"), n=CHANNEL_WEEKS),
        f"≥ {MORE}%",
        OURS,
    ),
    Threshold(Kind.INFORMAL, _("同时文件的时间（两样的条数也不反着走）"), f"≤ {LESS}%", OURS),
    Threshold(Kind.INFORMAL, _("工作群、APP 多出来的时间"), format_lazy(_("至少 {n} 人时"), n=CHANNEL_MIN // 60), OURS),
    Threshold(
        Kind.RELAY,
        _("收到后原样转下"),
        format_lazy(_("{n} 小时内"), n=RELAY_HOURS),
        _("《整治形式主义为基层减负若干规定》第 4 条（MTG-RELAY）"),
    ),
    Threshold(Kind.RELAY, _("这样转的单位"), format_lazy(_("至少 {n} 个"), n=RELAY_UNITS), OURS),
    Threshold(
        Kind.UNREGISTERED, _("半年里记到的时间"), format_lazy(_("至少 {n} 人时"), n=UNREGISTERED_MIN // 60), OURS
    ),
    Threshold(
        Kind.UNREGISTERED,
        _("干部、单位"),
        format_lazy(_("至少 {cadres} 名、{units} 个"), cadres=MIN_CADRES, units=MIN_UNITS),
        LAW,
    ),
    Threshold(Kind.UNIFORM, _("一起收到的单位类型"), format_lazy(_("至少 {n} 类"), n=2), OURS),
    Threshold(Kind.UNIFORM, _("其中一类答“不适用”的份额，近半年"), f"≥ {NOT_APPLICABLE}%", OURS),
    Threshold(
        Kind.UNIFORM,
        _("每一类答了的干部、单位"),
        format_lazy(_("至少 {cadres} 名、{units} 个"), cadres=MIN_CADRES, units=MIN_UNITS),
        LAW,
    ),
)


@dataclass(frozen=True)
class Found:
    """One thing a detector found. Shape: `subject` names it among all of one kind and unit; evidence is numbers, weeks,
    titles and ids of demands and units, never of people. Units: strength is per cent of the threshold, minutes are person-minutes.
    """

    kind: str
    unit_id: int
    subject: str
    category: str
    first_week: dt.date
    last_week: dt.date
    strength: int
    person_min: int
    evidence: Mapping[str, Any]


def strength(measured: float, threshold: float) -> int:
    """Return how far something lies beyond its threshold. Units: per cent, 100 just there, 999 at most."""
    return min(MOST_STRENGTH, int(100 * measured / threshold))
