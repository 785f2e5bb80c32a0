"""What the county's office and a department said to people: one notice that holds, one that ran out, one that waits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from burden.accounts.actor import Actor, actor_of
from burden.accounts.models import User
from burden.accounts.roles import Role
from burden.demo.places import COUNTY
from burden.feedback.notices.services import write_notice
from burden.kit.clock import DAY, WEEK, day_of
from burden.units.models import Kind, Unit

HOLDS: dict[str, Any] = {
    "title": "没有登记的报表不用报",
    "summary": "工作群里要的报表，平台上没有登记的，可以不报。《农村人居环境整治台账》就是这样停用的。",
    "body": "已经交了的不用重交。工作群里再有人要，可以在平台上反映，不登录也可以。",
    "kinds": [],
    "roles": [Role.CADRE, Role.LEAD],
}
OVER: dict[str, Any] = {
    "title": "国庆期间不催报表",
    "summary": "9月30日到10月8日到期的报表，一律顺延到10月12日，节中不催。",
    "body": "",
    "kinds": [],
    "roles": [],
}
WAITS: dict[str, Any] = {
    "title": "冬季用电检查",
    "summary": "下周到各乡镇看一次配电房，只看现场，不用准备材料。",
    "body": "到之前一天电话联系，半小时以内。",
    "kinds": [Kind.TOWN, Kind.TOWNSHIP],
    "roles": [Role.LEAD],
}


def say(*, now: dt.datetime) -> None:
    """Let them say it: the office's holds at once, the department's waits for the office."""
    county = Unit.every.get(code=COUNTY[0])
    office, issuer = (_actor(name, now) for name in ("office", "issuer"))
    for by, words, before, days in (
        (office, OVER, WEEK * 8, 12),
        (office, HOLDS, DAY * 3, 30),
        (issuer, WAITS, DAY, 14),
    ):
        at = now - before
        write_notice(by=by, root=county, until=day_of(at) + DAY * days, now=at, **words)


def _actor(username: str, now: dt.datetime) -> Actor:
    found = actor_of(User.objects.get(username=username), now)
    assert found is not None
    return found
