"""What people of the demo county reported, and what became of it: solved, not solved, not taken up, sent back, joined, overdue, at every
step. Written through the services. The board shows words only among ten of a kind, so that there are some more than a dozen.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from burden.accounts.actor import Actor
from burden.accounts.models import Post
from burden.accounts.roles import Role
from burden.demo import story
from burden.demo.ordered import Office
from burden.feedback import services
from burden.feedback.codes import Group, new_receipt
from burden.feedback.models import BoardEntry, Ticket, TicketForward
from burden.feedback.services.sending import Words
from burden.kit.clock import DAY, Week, day_of
from burden.units.models import Level, Unit

CHECKER = "县委办公室"  # whom the office asks to check
CONFIRMED = "查过通知和工作群，情况属实，已经当面说了。"


@dataclass(frozen=True)
class Told:
    """One answered report. Units: `ago` days, `took` days until the reply, `met` people who met the same, `joined` more reports."""

    topic: str
    issuer: str
    ago: int
    took: int
    text: str
    title: str
    rewritten: str
    conclusion: str
    reply: str
    change: str = ""
    verdict: str = ""
    met: int = 0
    joined: int = 0
    later: str = ""


ANSWERED = (  # the oldest first
    Told("repeat", "县统计局", 190, 4, "村里的畜禽数 3 月 5 日报过，又要照原样填一张。", "畜禽数报过又填一张", "畜禽存栏数已报，又要求另填一张内容相同的表。", "upheld",
         "查实，两张表 9 列相同。", "停用后一张，以月报为准。", "solved", met=14, later="solved"),
    Told("repeat", "县民政局", 176, 5, "低保对象系统里都有，还要我们 6 个人手抄一遍。", "低保名册系统里有还要手抄", "低保名册系统里已有，仍要求另抄纸质。", "upheld",
         "查实。纸质名册没有依据。", "不再收纸质名册，要看的从系统里看。", "solved", met=11, later="solved"),
    Told("meeting", "县应急管理局", 171, 3, "防汛会县里开完镇里再开，我们这儿 2 个人一天跑两趟。", "防汛会三级各开一遍", "防汛会县、镇、村各开一遍，内容一样。", "partly",
         "部署避险点位的会需要镇里细化，其他的不需要。", "能视频直接开到村的，乡镇不再重复召开。", "solved", met=9),
    Told("repeat", "县医保局", 160, 6, "医保参保进度 9 月 12 日起每天报两次。", "医保参保进度一天报两次", "参保进度系统里能看到，仍要求每天报两次。", "upheld",
         "查实，系统每晚更新，没有必要再报。", "改为系统取数，不再日报。", "solved", met=13, joined=2),
    Told("inspection", "县市场监管局", 148, 4, "检查前一天晚上 8 点通知补三年的记录。", "检查前一天通知补三年材料", "检查前一天通知，要求补三年的会议记录和照片。", "upheld",
         "查实。检查以现场情况为准。", "取消材料清单，不得要求补做过程材料。", "solved", met=12),
    Told("repeat", "县林业局", 140, 7, "护林日志系统里打了卡，还要 12 个人每天再拍照。", "护林打卡后还要拍照", "系统里已打卡，仍要求每天另外拍照上报。", "partly",
         "防火期每天巡护有依据，拍照没有。", "取消拍照，以系统轨迹为准。", "solved", met=7),
    Told("group", "县委宣传部", 131, 2, "要求 15 人都关注公众号，还要截图。", "要求关注公众号并截图", "要求每名干部关注公众号并截图上报。", "upheld",
         "查实，没有依据。", "通知已撤回，今后不统计关注数。", "solved", met=16),
    Told("repeat", "县自然资源局", 122, 5, "耕地巡查周报，没变化也要 4 个组都填。", "没有变化也要填巡查周报", "没有变化也要求每周填报耕地巡查表，希望取消。", "partly",
         "耕地动态监测有法定时限，不能全部取消。", "由每周报改为有变化才报，没有变化什么都不用交。", "unsolved", met=8),
    Told("document", "县教育局", 115, 4, "文件换个抬头转下来，要我们 3 天出方案。", "文件换抬头转发又要方案", "文件只换抬头转发，又要求再制定实施方案。", "upheld",
         "查实，这份文件本来就发到乡镇。", "转发件不再要求另定方案。", "solved", met=6),
    Told("repeat", "县生态环境局", 104, 6, "秸秆禁烧一天三报，10 月 9 日一早就催。", "秸秆禁烧一天报三次", "秸秆禁烧情况一天报三次，零报告也要报。", "upheld",
         "查实，零报告没有依据。", "有火情才报，取消零报告。", "solved", met=10, joined=1),
    Told("assigned", "县妇联", 97, 5, "评选网上投票，给我们村派了 300 票。", "网上投票派任务", "评选活动给各村分派网上投票任务。", "upheld",
         "查实，没有依据。", "停止分派，已投的不计数。", "solved", met=6),
    Told("repeat", "县卫生健康局", 90, 5, "健康档案系统有，又要 20 户一张地抄。", "健康档案要抄纸质", "健康档案已在系统，仍要求抄成纸质一户一张。", "upheld",
         "查实，系统档案有同等效力。", "只留电子档，已建的纸质档不再更新。", "solved", met=9),
    Told("meeting", "县委政法委", 83, 6, "平安建设会要书记都到，我们这 2 位都去了。", "会议要求主要负责同志都参会", "部门召开的会议要求乡镇主要负责同志参会。", "rejected",
         "这次会由县委召开、主要负责同志参加有依据，不改。部门自己召开的会不得这样要求。", met=5),
    Told("repeat", "县人社局", 76, 7, "返乡就业 11 个组的名单报了系统再报表。", "就业名单系统报了再报表", "返乡就业名单系统已报，又要求另报电子表。", "upheld",
         "查实。", "停用电子表，以系统为准。", "unsolved", met=5),
    Told("inspection", "县消防救援大队", 69, 4, "三小场所检查一周来了 3 人次，都要台账。", "一周检查三次都要台账", "同类场所检查一周三次，每次都要台账。", "partly",
         "隐患复查有依据，另要台账没有。", "并入综合检查，不再单独要台账。", "solved", met=5),
    Told("repeat", "县水利局", 62, 5, "河长巡查系统有轨迹，还要 5 个人写日志。", "巡河有轨迹还要写日志", "巡河系统已有轨迹，仍要求另写纸质日志。", "upheld",
         "查实。", "不再写纸质日志。", "solved", met=8),
    Told("other", "县委组织部", 55, 3, "驻村日志一周一查，8 位都要写满一页。", "驻村日志查字数", "驻村日志每周检查，要求写满一页。", "rejected",
         "驻村日志是考核依据，保留。字数不作要求，写清做了什么就行。", met=6),
    Told("repeat", "县住建局", 48, 6, "农房排查系统报过，又要每户拍照，我这 60 户。", "农房排查报过又要拍照", "农房安全排查系统已报，又要求逐户另外拍照。", "upheld",
         "查实，由一个股室自行要求。", "停止收取照片，今后只补报有变化的户。", "solved", met=12, joined=1),
    Told("group", "县公安局", 41, 2, "反诈群 7 点打卡，每天截图。", "反诈群每天打卡截图", "工作群要求每天打卡并截图。", "upheld",
         "查实。", "取消打卡，通知改在平台发。", "solved", met=7),
    Told("repeat", "县发展改革局", 34, 7, "项目进度周报和月报一样，9 人都在填。", "项目进度周报月报重复", "项目进度周报与月报内容相同。", "rejected",
         "重大项目按周调度是省里的规定，这一项不改；平台已登记，同内容的月报由系统汇总，不用再填。"),
    Told("document", "县交通运输局", 27, 4, "一周 3 日 4 日 5 日连发三个通知，内容差不多。", "三天连发三个相近通知", "三天内连发三个内容相近的通知。", "upheld",
         "查实。", "三个并成一个，已在平台重发。", "solved"),
    Told("repeat", "县残联", 20, 5, "残疾人两补名单 2 位同志又核一遍。", "两补名单重复核对", "两补名单系统已核，又要求人工再核一遍。", "upheld",
         "查实。", "改由系统比对，只核有出入的。"),
)  # fmt: skip


@dataclass(frozen=True)
class Waits:
    """One report that waits, and how far it got. Units: `before` days before this week's Monday."""

    topic: str
    issuer: str
    before: int
    stage: str
    text: str
    title: str = ""
    rewritten: str = ""


WAITING = (
    Waits(
        "assigned",
        "县税务局",
        18,
        "accepted",
        "社保催缴按日排名，15 个村天天通报。",
        "催缴按日排名通报",
        "社保催缴按日给各村排名通报。",
    ),
    Waits(
        "repeat",
        "县城管局",
        5,
        "verified",
        "垃圾分类台账 4 月起一周两报，系统里都有。",
        "垃圾分类一周两报",
        "垃圾分类情况系统已有，仍要求一周两报。",
    ),
    Waits(
        "inspection",
        "县商务局",
        5,
        "forwarded",
        "网点检查要 12 位负责人到场签字。",
        "检查要负责人都到场",
        "网点检查要求负责人全部到场签字。",
    ),
    Waits("meeting", "县退役军人事务局", 4, "accepted", "座谈会一个月开了 3 次，都要发言稿。"),
    Waits("group", "县科协", 4, "received", "科普群每天要发 2 张学习截图。"),
    Waits("repeat", "县信访局", 3, "received", "矛盾排查零报告，每周 5 份。"),
)
REOPENED = Told(
    "repeat", "县审计局", 16, 4, "村级收支 10 月 8 日报了电子表，又要 3 个人打印盖章。", "收支表报了又要盖章", "村级收支表已报电子版，又要求打印盖章。", "partly",
    "盖章件只在审计时要。", "平时不再要盖章件。",
)  # fmt: skip
AGAIN = "上周还在收盖章件，没有停。"


def report(*, now: dt.datetime) -> None:
    """Let them report, the office answer and the reporters judge, as far back as the office had its post."""
    writer = _Writer(Office(now))
    for told in (*ANSWERED, REOPENED):
        if writer.reaches(told.ago):
            writer.answered(told)
    office = writer.office
    story.report(
        office=office.office,
        county=office.county,
        opened=office.ago(story.OPENED),
        acting=office.issuer,
        met=writer.cadres,
    )
    for waits in WAITING:
        if writer.reaches((now - writer.monday).days + waits.before):
            writer.waits(waits)
    services.note_acts(now=now)
    services.escalate(now=now)
    services.count_board(now=now)


class _Writer:
    """Reporters, the office, who is asked to check, and those who met the same."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.monday = office.now - day_of(office.now).weekday() * DAY
        self.code = Group(office.county, Level.VILLAGE)
        post = Post.objects.filter(user=office.office.user, role=Role.OFFICE).order_by("valid").first()
        assert post is not None
        self.began = post.valid.lower
        low, high = office.county.range
        held = Post.objects.filter(role=Role.CADRE, unit__path__gte=low, unit__path__lt=high).select_related(
            "user", "unit"
        )
        self.cadres = [Actor(each.user, (each,)) for each in held.order_by("pk")[: max(told.met for told in ANSWERED)]]

    def reaches(self, ago: int) -> bool:
        return bool(day_of(self.office.ago(ago)) > self.began)

    def sent(self, topic: str, issuer: str, text: str, at: dt.datetime) -> tuple[Ticket, str]:
        """Send one without a name, and open it the next day."""
        receipt = new_receipt()
        words = Words(topic=topic, text=text, issuer=issuer)
        ticket = services.send_anonymous(code=self.code.code(Week.at(at)), words=words, receipt=receipt, now=at)
        services.release(now=at + DAY)
        return ticket, receipt

    def accepted(self, told: Told | Waits, at: dt.datetime) -> tuple[Ticket, str]:
        ticket, receipt = self.sent(told.topic, told.issuer, told.text, at)
        one: dict[str, Any] = {"by": self.office.office, "ticket": ticket, "now": at + DAY}
        services.accept(**one)
        if told.rewritten:
            services.rewrite(**one, title=told.title, rewritten=told.rewritten)
        return ticket, receipt

    def answered(self, told: Told) -> None:
        at = self.office.ago(told.ago)
        ticket, receipt = self.accepted(told, at)
        for _more in range(told.joined):
            other, _receipt = self.sent(told.topic, told.issuer, told.text, at)
            services.merge(by=self.office.office, ticket=other, into=ticket, now=at + DAY)
        replied = at + told.took * DAY
        services.reply(
            by=self.office.office, ticket=ticket, conclusion=told.conclusion, words=told.reply, change=told.change, public=True,
            now=replied,
        )  # fmt: skip
        if told.verdict:
            services.judge(verdict=told.verdict, receipt=receipt, now=replied + 3 * DAY)
        if told.later:
            services.judge_later(verdict=told.later, receipt=receipt, now=replied + 30 * DAY)
        if told is REOPENED:
            services.reopen(words=AGAIN, receipt=receipt, now=replied + 6 * DAY)
        entry = BoardEntry.objects.get(ticket=ticket)
        for cadre in self.cadres[: told.met]:
            services.endorse(by=cadre, entry=entry, now=replied + 9 * DAY)

    def waits(self, waits: Waits) -> None:
        at = self.monday - waits.before * DAY
        if waits.stage == "received":
            self.sent(waits.topic, waits.issuer, waits.text, at)
            return
        ticket, _receipt = self.accepted(waits, at)
        if waits.stage in ("forwarded", "verified"):
            checker = Unit.every.get(parent=self.office.county, name=CHECKER)
            asked = services.forward(by=self.office.office, ticket=ticket, unit=checker, now=at + 2 * DAY)
            if waits.stage == "verified":
                self._checked(checker, asked, at + 3 * DAY)

    def _checked(self, unit: Unit, asked: TicketForward, at: dt.datetime) -> None:
        services.respond(by=self.office.issuer(unit), forward=asked, answer=CONFIRMED, now=at)
