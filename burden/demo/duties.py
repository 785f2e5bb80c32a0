"""Who keeps which item of the duty list, what was asked under it, what was sent back, and what was asked to be admitted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from burden.accounts.actor import Actor, actor_of
from burden.accounts.models import User
from burden.demands import services
from burden.demands.admissions.services import ask_admission, grant_admission, refuse_admission
from burden.demands.models import Target
from burden.demo.places import COUNTY
from burden.demo.planted import RECALLED
from burden.kit import clock
from burden.kit.clock import Week
from burden.oversight import levels
from burden.oversight.observing.services import observe, settle_observation
from burden.standards.lists.retiring import retire_item
from burden.standards.models import Duty, DutyItem
from burden.units.models import Unit

KEPT = {  # code -> who keeps it, and how far it goes
    "B01": ("县委组织部", "组织生活、党员发展和日常教育"),
    "B02": ("县农业农村局", "村庄保洁、垃圾清运的日常组织"),
    "B03": ("县委政法委", "摸排、调解、报告"),
    "B04": ("县民政局", "宣传、受理、初核；审批由部门做"),
    "B05": ("县自然资源局", "巡查、发现、报告；执法由部门做"),
    "P01": ("县林业局", "宣传、巡查，协助早期处置"),
    "P02": ("县应急管理局", "值守、转移群众"),
    "P03": ("县住建局", "提供名单、通知到户；鉴定由部门做"),
    "P04": ("县农业农村局", "协助免疫、报告疫情"),
    "R01": ("县自然资源局", "由县自然资源局承担"),
    "R02": ("县市场监管局", "由县市场监管局承担"),
    "R03": ("县生态环境局", "由县生态环境局承担"),
    "R04": ("县市场监管局", "由县市场监管局承担"),
}
UNDER = (  # code, words of the titles under it
    ("B01", ("党建", "党员")), ("B02", ("人居环境", "村庄环境")), ("B03", ("矛盾纠纷",)), ("B04", ("低保", "高龄津贴", "临时救助")),
    ("B05", ("耕地种植", "撂荒")), ("P01", ("森林防灭火",)), ("P02", ("防汛",)), ("P03", ("农房",)), ("P04", ("动物疫病",)),
    ("R04", (RECALLED,)),
)  # fmt: skip
KEEP = """
UPDATE duty_item i SET owner_id = u.id, note = row.note
FROM unnest(%s::text[], %s::text[], %s::text[]) AS row (code, name, note), unit c, unit u
WHERE i.code = row.code AND c.id = i.county_id AND c.code = %s AND u.parent_id = c.id AND u.name = row.name
"""
LINK = """
UPDATE demand d SET duty_item_id = i.id FROM duty_item i JOIN unit c ON c.id = i.county_id
WHERE c.code = %s AND i.code = %s AND d.category <> 'meeting' AND d.title ~ %s
"""


def link(cursor: Any) -> None:
    """Say who keeps each item, and put what was asked under it."""
    names, notes = zip(*KEPT.values(), strict=True)
    cursor.execute(KEEP, [list(KEPT), list(names), list(notes), COUNTY[0]])
    for code, words in UNDER:
        cursor.execute(LINK, [COUNTY[0], code, "|".join(words)])


def retire(*, now: dt.datetime) -> None:
    """Let the office take an item off the list from the first day of a month to come on."""
    first = (clock.day_of(now).replace(day=1) + dt.timedelta(days=62)).replace(day=1)
    item = DutyItem.objects.get(county__code=COUNTY[0], code="P03")
    retire_item(
        by=acting("office", now), item=item, on=first, reason="住建局自建排查队伍，不再要乡镇配合（演示）", now=now
    )


def send_back(*, now: dt.datetime) -> None:
    """Let the township with a demo account send back what was recalled."""
    actor = acting("township", now)
    services.send_back(by=actor, target=Target.objects.visible_to(actor).get(demand__title=RECALLED), now=now)


def acting(username: str, now: dt.datetime) -> Actor:
    """Return one of the demo accounts as who acts."""
    actor = actor_of(User.objects.get(username=username), now)
    assert actor is not None
    return actor


def admit(*, now: dt.datetime) -> None:
    """Let a bureau ask for three things that are on no list: one is granted, one is refused, one waits."""
    issuer, office = acting("issuer", now), acting("office", now)
    granted, refused, _waits = [
        ask_admission(by=issuer, whom="18 个乡镇", now=now - dt.timedelta(days=days), **said) for days, said in ASKED
    ]
    grant_admission(
        by=office, admission=granted, code="P05", kind=Duty.COOPERATING, citation="临减办〔2026〕9号（演示）", note="一年一评",
        now=now - dt.timedelta(days=34),
    )  # fmt: skip
    note = "作物面积统计局和保险公司都有，由部门自己取用，不再派乡镇"
    refuse_admission(by=office, admission=refused, note=note, now=now - dt.timedelta(days=27))


ASKED: tuple[tuple[int, dict[str, Any]], ...] = (  # days ago, and what was asked
    (38, {"title": "秸秆综合利用台账", "basis": "农办〔2026〕31号（演示）", "reason": "省里按乡镇下达任务，要有一本账", "person_min": 1_620}),
    (31, {"title": "作物受灾面积摸排", "basis": "农办〔2026〕40号（演示）", "reason": "保险理赔要用", "person_min": 3_240}),
    (3, {"title": "家庭农场满意度调查", "basis": "农办〔2026〕52号（演示）", "reason": "省里第一次做，要入户问", "person_min": 6_420}),
)  # fmt: skip


def observe_around(*, now: dt.datetime) -> None:
    """Let the observer tell of two things: one is answered, one waits."""
    observer, office = acting("observer", now), acting("office", now)
    for days, town, words, answer in OBSERVED:
        at = now - dt.timedelta(days=days)
        unit = Unit.objects.visible_to(observer).filter(name=town).first()
        if (
            unit is None or levels.above(unit, clock.day_of(at)) is None
        ):  # a small demo has fewer townships, a short one begins later
            continue
        left = observe(by=observer, unit=unit, week=Week.at(at), words=words, now=at)
        if answer:
            settle_observation(by=office, observation=left, answer=answer, now=at + dt.timedelta(days=5))


OBSERVED = (  # days ago, where, what was seen, and what was answered
    (20, "白塔镇", "一上午来了三拨检查，看的是同一块公示栏", "核实了：两家部门合成一次，下月起一起来"),
    (2, "白塔镇", "办事窗口的人在给三个工作群补材料，群众等了四十分钟", ""),
)
