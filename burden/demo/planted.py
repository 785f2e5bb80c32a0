"""What the fictional departments did so that every kind of signal has something to show: a few demands beside all the others.

A meeting cut in four, a form that came back under another name, a notice that fourteen townships passed on the same day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from burden.demo.asked import PlannedDemand
from burden.demo.titles import TOWNSHIP, Work

TOPIC = "农房排查推进会"
SITTINGS = ("一", "二", "三", "四")
SITTING = 70  # minutes
OLD_FORM, NEW_FORM = "松材线虫病疫木除治台账", "枯死松树清理进度清单"
OLD_WEEKS, NEW_WEEKS = (-19, -15, -11), (-7, -3)  # from the started one
WOOD = (
    "林班小班号", "枯死松树株数", "疫木株数", "伐除株数", "清理面积", "除害处理方式", "疫木去向", "山场负责人", "除治单位", "监理单位", "作业开始日期",
    "作业完成日期", "伐桩处理数", "药剂用量", "投入工日", "验收人",
)  # fmt: skip
RECALLED = "特种设备台账月报"  # of the market bureau, although the duty list recalled it
RELAYED = "《关于加强冬季乡村旅游安全的紧急通知》"


def planted(weeks: Sequence[dt.date]) -> list[PlannedDemand]:
    """Return the demands to add, all of townships. Shape: Mondays, oldest first, the last is the started week."""
    split = [_demand(f"{TOPIC}（{number}）", "meeting", "县住建局", weeks[-2], SITTING) for number in SITTINGS]
    forms = [
        _demand(title, "form", "县林业局", weeks[week], 60, fields=(*WOOD, *own))
        for title, chosen, own in ((OLD_FORM, OLD_WEEKS, ("台账编号", "填表说明")), (NEW_FORM, NEW_WEEKS, ("照片编号", "进度说明")))
        for week in chosen
        if len(weeks) + week >= 0
    ]  # fmt: skip
    recalled = _demand(
        RECALLED, "form", "县市场监管局", weeks[-1], 90, fields=("设备名称", "使用单位", "检验日期", "下次检验")
    )
    return [*split, *forms, recalled, _demand(RELAYED, "document", "县文化旅游局", weeks[-2], 15)]


def _demand(
    title: str, category: str, issuer: str, week: dt.date, minutes: int, fields: tuple[str, ...] = ()
) -> PlannedDemand:
    work = Work(title, category, issuer, (TOWNSHIP,), minutes, 1.0)
    return PlannedDemand(
        title, work, week, frozenset({TOWNSHIP}), minutes, "own", "formal", planned=False, fields=fields
    )
