"""What the fictional departments registered: a demand for most of the work that is asked for, with price, facts and fields.

About a quarter of the work was never registered, half of the chat-group tasks among it. Small, pure, always the same.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from burden.demo.places import COUNTY, DEPARTMENTS
from burden.demo.titles import DEPARTMENT, TOWNSHIP, VILLAGE, Work
from burden.kit.clock import DAY, Week
from burden.standards.models import Category

REGISTERED = {Category.OTHER: 0.45}  # shares of works; the rest as below
USUALLY = 0.78
UNDERSTATED = 0.85  # what departments claim, of what it takes
LEVELS = {VILLAGE: "village", TOWNSHIP: "township", DEPARTMENT: "department"}
ORIGINS = (("own", 0.56), ("county", 0.06), ("city", 0.18), ("province", 0.12), ("central", 0.08))
CHANNELS = (("formal", 0.72), ("group", 0.16), ("informal", 0.06), ("phone", 0.04), ("note", 0.02))
PLANNED = {Category.MEETING: 0.6, Category.DOCUMENT: 0.7, Category.INSPECTION: 0.45}
USUAL_FIELDS = ("乡镇", "所在村", "填报人", "联系电话", "填报日期", "备注")
THEMES = {  # a word in the title -> what such forms ask; bureaus that ask the same things do not know of each other
    ("环境", "垃圾", "厕所", "污水"): (
        "行政村数", "村庄保洁员人数", "生活垃圾清运次数", "清运垃圾吨数", "污水处理设施数", "污水设施正常运行数", "改厕户数", "问题点位数",
        "已整改点位数", "乱堆乱放处数", "黑臭水体处数", "投入资金",
    ),
    ("农田", "耕地", "播种", "种", "撂荒", "图斑"): (
        "耕地面积", "水稻面积", "油菜面积", "小麦面积", "撂荒地块数", "撂荒面积", "复耕面积", "种粮大户姓名", "种粮大户面积", "整改时限",
    ),
    ("低保", "返贫", "残疾", "救助", "留守", "老年", "高龄", "民政", "困难"): (
        "户主姓名", "身份证号", "家庭人口", "户籍地址", "是否低保户", "是否脱贫户", "残疾类别", "残疾等级", "上年人均纯收入", "务工地点",
        "开户银行", "银行账号", "帮扶责任人",
    ),
    ("安全", "隐患", "防火", "灭火", "消防", "取暖", "防汛", "自建房", "农房", "危房"): (
        "场所名称", "场所地址", "负责人", "联系方式", "隐患描述", "隐患等级", "整改措施", "整改时限", "整改责任人", "是否整改到位", "检查人",
    ),
    ("党建", "党员", "干部", "编制", "后备"): (
        "姓名", "性别", "出生日期", "学历", "政治面貌", "入党时间", "职务", "任职时间", "联系电话",
    ),
}  # fmt: skip
OTHER_FIELDS = (
    "任务总数", "已完成数", "完成率", "本周新增", "存在问题", "下步打算", "责任人", "经办人", "宣传次数", "发放资料份数", "覆盖户数",
    "涉及人数",
)  # fmt: skip
TOPIC_FIELDS = (  # what is asked of a topic alone, behind its name
    "点位数", "任务数", "完成数", "牵头人", "专班人数", "资金投入", "设备台数", "台账编号", "照片编号", "培训人次", "问题来源", "验收结论",
    "存疑情形", "涉及村组", "涉及户数", "入户日期", "服务对象", "签字日期", "上报批次", "同比变化", "未完成原因", "需要协调事项",
)  # fmt: skip
SISTER = "村庄人居环境整治情况月报"  # what 《农村人居环境整治月报》 repeats
DUTIES = (  # code, title, kind, citation
    ("B01", "基层党组织建设和党员教育管理", "basic"), ("B02", "农村人居环境日常管护", "basic"), ("B03", "矛盾纠纷排查化解", "basic"),
    ("B04", "民生保障政策宣传和申请受理", "basic"), ("B05", "耕地保护日常巡查", "basic"), ("P01", "森林防灭火", "cooperating"),
    ("P02", "防汛抗旱", "cooperating"), ("P03", "农房安全排查", "cooperating"), ("P04", "动物疫病防控", "cooperating"),
    ("R01", "违法占地执法", "recalled"), ("R02", "餐饮单位食品安全执法检查", "recalled"), ("R03", "企业环保执法检查", "recalled"),
    ("R04", "特种设备安全监督检查", "recalled"),
)  # fmt: skip


@dataclass(frozen=True)
class PlannedDemand:
    """A demand that went out. Shape: `week` None is asked every week. Units: minutes whole, each person."""

    title: str
    work: Work
    week: dt.date | None
    audiences: frozenset[str]
    minutes: int
    origin: str
    channel: str
    planned: bool
    fields: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    frequency: str = "once"

    @property
    def receivers(self) -> dict[str, Any]:
        return {"levels": sorted(LEVELS[each] for each in self.audiences)}


def is_registered(work: Work) -> bool:
    """Say whether a department registers this work when it asks for it."""
    share = REGISTERED.get(Category(work.category), USUALLY)
    return work.issuer in DEPARTMENTS and random.Random(f"registered {work.title}").random() < share  # noqa: S311


def demands(asked: Iterable[tuple[dt.date | None, str, Work, str]]) -> Iterator[PlannedDemand]:
    """Yield one demand for each title of a week, whoever does it. Shape: `asked` has week, audience, work, title."""
    found: dict[tuple[dt.date | None, str, str], tuple[Work, set[str]]] = {}
    for week, audience, work, title in asked:
        if is_registered(work):
            found.setdefault((week, title, work.issuer), (work, set()))[1].add(audience)
    for (week, title, _issuer), (work, audiences) in found.items():
        yield _demand(week, title, work, frozenset(audiences))


def sister(week: Week) -> PlannedDemand:
    """Return the monthly form of the housing bureau that the demo's next one will repeat."""
    work = Work(SISTER, "form", "县住建局", (TOWNSHIP,), 90, 1.0, subkind="medium")
    fields = ("乡镇", "行政村数", *next(iter(THEMES.values()))[1:9], "填报人", "联系电话")
    return PlannedDemand(
        SISTER, work, week.monday, frozenset({TOWNSHIP}), 80, "own", "formal", planned=False, fields=fields, frequency="monthly"
    )  # fmt: skip


def _demand(week: dt.date | None, title: str, work: Work, audiences: frozenset[str]) -> PlannedDemand:
    chance = random.Random(f"{week} {title}")  # noqa: S311
    return PlannedDemand(
        title, work, week, audiences,
        minutes=max(5, round(work.median * UNDERSTATED / 5) * 5),
        origin=_drawn(random.Random(title), ORIGINS),  # noqa: S311
        channel=_drawn(chance, CHANNELS),
        planned=chance.random() < PLANNED.get(Category(work.category), 0),
        fields=_fields(work) if work.category == Category.FORM else (),
        facts=_facts(work, chance),
        frequency="once" if week else "weekly",
    )  # fmt: skip


def _drawn(chance: random.Random, shares: tuple[tuple[str, float], ...]) -> str:
    names, weights = zip(*shares, strict=True)
    return str(chance.choices(names, weights)[0])


def _fields(work: Work) -> tuple[str, ...]:
    """Draw the fields of a form, the same ones whenever it is asked again: most of them about its topic alone, if it has one."""
    chance = random.Random(work.title)  # noqa: S311
    theme = next((names for words, names in THEMES.items() if any(word in work.title for word in words)), OTHER_FIELDS)
    known = random.Random(work.topic).sample(TOPIC_FIELDS, k=9) if work.topic else ()  # noqa: S311
    alone = [work.topic + name for name in chance.sample(known, k=min(len(known), chance.randint(5, 7)))]
    themed = chance.sample(theme, k=min(len(theme), chance.randint(2, 4) if alone else chance.randint(6, 9)))
    usual = chance.sample(USUAL_FIELDS, k=chance.randint(2, 4))
    return tuple(dict.fromkeys((*sorted(usual, key=USUAL_FIELDS.index), *themed, *alone)))


def _facts(work: Work, chance: random.Random) -> dict[str, Any]:
    if work.category == Category.MEETING:
        speech = chance.choice((25, 30, 40, 45, 60, 75, 90))
        return {"video": "视频" in work.title or chance.random() < 0.3, "speech_minutes": min(speech, work.median)}
    if work.category == Category.DOCUMENT:
        return {"characters": chance.choice((1800, 2600, 3200, 3900, 4600, 6200)), "asks_report": chance.random() < 0.4}
    if work.category == Category.INSPECTION:
        return {"on_site": True, "materials": work.prep > 0, "asks_trace": chance.random() < 0.3}
    return {"asks_photos": True} if work.category == Category.FORM and chance.random() < 0.2 else {}


def first_day(demand: PlannedDemand, first: dt.date) -> dt.date:
    """Return the day a demand is due first: a working day of its week."""
    chance = random.Random(f"day {demand.title} {demand.week}")  # noqa: S311
    return (demand.week or first) + DAY * chance.randrange(5)


def duty_rows() -> list[tuple[str, str, str, str]]:
    """Return the duty list of the county's townships: code, title, kind, citation."""
    return [(*row, f"《{COUNTY[1]}乡镇履职事项清单》{row[0]}（演示）") for row in DUTIES]
