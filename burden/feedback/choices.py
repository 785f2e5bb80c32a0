"""What a ticket may say of itself: what it is about, where it stands, how it ended."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Topic(models.TextChoices):
    """Which kind of problem."""

    REPEAT = "repeat", _("重复要报表")
    MEETING = "meeting", _("会议")
    DOCUMENT = "document", _("文件")
    INSPECTION = "inspection", _("检查")
    GROUP = "group", _("工作群打卡")
    ASSIGNED = "assigned", _("摊派任务")
    OTHER = "other", _("其他")


class About(models.TextChoices):
    """What a ticket names, if anything."""

    NOBODY = "", _("没有写明")
    DEMAND = "demand", _("下达事项")
    ISSUER = "issuer", _("单位")
    RULE = "rule", _("规则")
    PORTAL = "portal", _("平台自己")


class Size(models.TextChoices):
    """How much time it takes, roughly."""

    HOUR = "hour", _("1 小时内")
    HALF = "half", _("半天")
    DAY = "day", _("1 天")
    MORE = "more", _("更多")


class State(models.TextChoices):
    """Where a ticket stands."""

    SEALED = "sealed", _("还没开封")
    RECEIVED = "received", _("待受理")
    ACCEPTED = "accepted", _("已受理")
    FORWARDED = "forwarded", _("核实中")
    VERIFIED = "verified", _("已核实")
    REPLIED = "replied", _("已答复")
    REOPENED = "reopened", _("退回复核")
    CLOSED = "closed", _("已办结")
    MERGED = "merged", _("已并案")


class Act(models.TextChoices):
    """What can be done with a ticket."""

    RELEASE = "release", _("开封")
    ACCEPT = "accept", _("受理")
    REWRITE = "rewrite", _("改写")
    MERGE = "merge", _("并案")
    FORWARD = "forward", _("转出核实")
    RESPOND = "respond", _("核实情况")
    REPLY = "reply", _("答复")
    PUBLISH = "publish", _("放到公开栏")
    UNPUBLISH = "unpublish", _("从公开栏撤下")
    JUDGE = "judge", _("评价")
    REOPEN = "reopen", _("退回一次")
    LATER = "later", _("四周后再答")
    ESCALATE = "escalate", _("超时上报")
    NAME = "name", _("同意看姓名")


HAPPENED: dict[Act, str | Promise] = {  # an act as the course tells it
    Act.RELEASE: pgettext_lazy("happened", "开封"),
    Act.ACCEPT: pgettext_lazy("happened", "受理"),
    Act.REWRITE: pgettext_lazy("happened", "改写"),
    Act.MERGE: pgettext_lazy("happened", "并案"),
    Act.FORWARD: pgettext_lazy("happened", "转出核实"),
    Act.RESPOND: pgettext_lazy("happened", "核实情况"),
    Act.REPLY: pgettext_lazy("happened", "答复"),
    Act.PUBLISH: pgettext_lazy("happened", "放到公开栏"),
    Act.UNPUBLISH: pgettext_lazy("happened", "从公开栏撤下"),
    Act.JUDGE: pgettext_lazy("happened", "评价"),
    Act.REOPEN: pgettext_lazy("happened", "退回一次"),
    Act.LATER: pgettext_lazy("happened", "四周后再答"),
    Act.ESCALATE: pgettext_lazy("happened", "超时上报"),
    Act.NAME: pgettext_lazy("happened", "两个人写明原因，同意看反映人的姓名"),
}


class Conclusion(models.TextChoices):
    """What came of it; what was not taken up is said as well."""

    UPHELD = "upheld", _("查实，已改")
    PARTLY = "partly", _("部分查实，已改")
    EXPLAINED = "explained", _("部分采纳，已说明")
    REJECTED = "rejected", _("未采纳，已说明")


class Verdict(models.TextChoices):
    """What the reporter says of the reply."""

    NONE = "", _("没有评价")
    SOLVED = "solved", _("解决了")
    UNSOLVED = "unsolved", _("没解决")


ASKED = frozenset({State.FORWARDED, State.VERIFIED})  # who is asked may never answer: the desk asks others, or replies
# from which states an act is allowed, and which state it leads to; None: the state stays. A joined one becomes replied with the other.
TRANSITIONS: dict[Act, tuple[frozenset[State], State | None]] = {
    Act.RELEASE: (frozenset({State.SEALED}), State.RECEIVED),
    Act.ACCEPT: (frozenset({State.RECEIVED}), State.ACCEPTED),
    Act.REWRITE: (frozenset({State.ACCEPTED, *ASKED, State.REOPENED, State.REPLIED, State.CLOSED}), None),
    Act.MERGE: (frozenset({State.RECEIVED, State.ACCEPTED}), State.MERGED),
    Act.FORWARD: (frozenset({State.ACCEPTED, *ASKED, State.REOPENED}), State.FORWARDED),
    Act.RESPOND: (frozenset({State.FORWARDED}), State.VERIFIED),
    Act.REPLY: (frozenset({State.ACCEPTED, *ASKED, State.REOPENED}), State.REPLIED),
    Act.PUBLISH: (frozenset({State.REPLIED, State.CLOSED}), None),
    Act.UNPUBLISH: (frozenset({State.REPLIED, State.REOPENED, State.CLOSED}), None),
    Act.JUDGE: (frozenset({State.REPLIED}), State.CLOSED),
    Act.REOPEN: (frozenset({State.REPLIED, State.CLOSED}), State.REOPENED),
    Act.LATER: (frozenset({State.REPLIED, State.CLOSED}), None),
    Act.ESCALATE: (
        frozenset({State.RECEIVED, State.ACCEPTED, State.FORWARDED, State.VERIFIED, State.REOPENED}),
        None,
    ),
    Act.NAME: (frozenset(State) - {State.SEALED}, None),
}
OPEN = TRANSITIONS[Act.ESCALATE][0]  # a reply is owed
OURS = frozenset({State.RECEIVED, State.ACCEPTED, State.VERIFIED, State.REOPENED})  # the desk has to act
DONE = frozenset({State.REPLIED, State.CLOSED, State.MERGED})
REPLY_DAYS, VERIFY_DAYS = 7, 5  # working days
ASKED_AGAIN = 28  # days after the reply
REOPEN_WITHIN = 60  # days after the reply
MOST_TEXT = 500
MOST_REPLY = 600
MOST_TITLE = 60
