"""What a notice is called, why it is asked, by whom, and what kind of thing it is; put together with its days and counts."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from burden.demands.models import TITLE_LENGTH, Origin
from burden.demands.notices.counts import fields_of, minutes_of, people_of, receivers_of
from burden.demands.notices.days import read_days
from burden.standards.models import Category, Subkind

MOST_CHARACTERS = 20_000  # of a notice; what follows is not read

BECAUSE = r"(?:根据|依据|按照|遵照|落实|贯彻|执行)"
PAPER = r"[\u4e00-\u9fff]{1,12}[〔\[【（(](?:19|20)\d\d[〕\]】）)]第?\d{1,4}号"
BASIS_BOOK = re.compile(rf"{BECAUSE}([^《》。；;\n]{{0,30}}(?:[和、及与]*《[^《》\n]+》)+(?:[（(]{PAPER}[）)])?)")
BASIS_PAPER = re.compile(rf"{BECAUSE}[^。；;\n]{{0,30}}?({PAPER})")
BASIS_WORDS = re.compile(r"(?:根据|依据|按照|遵照)([^，,。；;\n《》]{2,60}?(?:要求|精神|部署|安排|规定))")

BOOK = re.compile(r"《([^《》\n]{2,120})》")
HEADING = re.compile(r"关于([^\n。]{2,80}?)的(?:紧急|补充)?(?:通知|函|通报|公告|提醒)")
ORDERED = re.compile(r"^(?:召开|举办|举行|组织开展|开展|做好|报送|上报|填报|填写|组织|印发|转发)")
ASKED = re.compile(
    r"(?:召开|举办|举行|参加|开展|进行|组织|报送|上报|填报|填写|报|填)(?:好|下)?"
    r"([^，,。；;：:、《》\n]{2,40}?"
    r"(?:会议|[^社协委开]会|培训班?|检查|督查|督导|考核|验收|抽查|[^代]表|台账|清单|名册|名单|[周月季]报))"
    r"(?=$|[，,。；;：:、（(\s时的])"
)
ENDS = (
    (Category.FORM, re.compile(r"(?:表|台账|名册|名单|清单|[日周月季]报|统计|信息|情况|数据)$")),
    (Category.MEETING, re.compile(r"(?:会议?|培训班?)$")),
    (Category.INSPECTION, re.compile(r"(?:检查|督查|督导|考核|验收|抽查|巡查|核查|评估|调研)$")),
    (Category.DOCUMENT, re.compile(r"(?:通知|意见|方案|办法|细则|要点|规定)$")),
)
SPEAKS = (
    (Category.OTHER, Subkind.SECONDMENT, re.compile(r"借调|抽调|跟班学习")),
    (Category.OTHER, Subkind.DIGITAL, re.compile(r"打卡|点赞|积分|(?:下载|注册).{0,8}(?:APP|客户端)|关注.{0,8}公众号", re.I)),
    (Category.MEETING, "", re.compile(r"参会|会议时间|会期|召开|[主分]会场")),
    (Category.INSPECTION, "", re.compile(r"检查组|督[查导]组|迎检|陪同|现场检查")),
    (Category.FORM, "", re.compile(r"报送|上报|填报|填写|报表|\t.*\t")),
    (Category.OTHER, Subkind.CAMPAIGN, re.compile(r"创建|示范(?:点|村|乡镇)")),
    (Category.DOCUMENT, "", re.compile(r"印发|转发|学习贯彻|传达学习")),
)  # fmt: skip
MATERIALS = re.compile(r"(?:汇报|发言|交流|书面|准备|查阅)[^，。；\n]{0,8}(?:材料|台账|资料)")
PRINCIPALS = r"(?:主要负责(?:同志|人)|书记|乡镇长|一把手)[^。；\n]{0,12}"
FACTS: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    Category.MEETING: (
        ("video", re.compile(r"视频|电视电话|线上")),
        ("grouped", re.compile(r"分组(?:讨论|研讨)")),
        ("materials", MATERIALS),
    ),
    Category.DOCUMENT: (
        ("asks_report", re.compile(r"落实情况[^。；\n]{0,12}报|报[^。；\n]{0,12}落实情况")),
        ("asks_supporting", re.compile(r"制定[^。；\n]{0,10}(?:方案|细则|配套)")),
    ),
    Category.FORM: (("asks_photos", re.compile(r"照片|拍照|截图|图片")),),
    Category.INSPECTION: (
        ("on_site", re.compile(r"现场|实地|入户")),
        ("requires_principal", re.compile(PRINCIPALS + r"(?:陪同|参加|到场)")),
        ("emergency", re.compile(r"安全生产|防汛|防灾|森林防火|应急")),
        ("materials", MATERIALS),
        ("asks_trace", re.compile(r"照片|会议记录|学习笔记|留痕")),
    ),
}
RANKS = (
    ("principal", re.compile(PRINCIPALS + r"(?:参会|参加|出席)")),
    ("deputy", re.compile(r"分管(?:负责)?(?:同志|领导|负责人)[^。；\n]{0,12}(?:参会|参加|出席)")),
)
SIGNED = re.compile(
    r"^[ \t]*((?:中共)?[\u4e00-\u9fff]{2,24}(?:局|办公室|办|委员会|委|部|厅|政府|中心|大队|专班|指挥部))[ \t]*$", re.M
)
ABOVE = (
    (Origin.CENTRAL, re.compile(r"中央|国务院|国家|全国|(?:农业农村|民政|应急管理|生态环境|自然资源)部")),
    (Origin.PROVINCE, re.compile(r"省|自治区")),
    (Origin.CITY, re.compile(r"(?<!城)市(?!场|容|民|县)")),
    (Origin.COUNTY, re.compile(r"[县区](?:委(?!办|组|宣|政|统)|(?:人民)?政府(?!办))")),
)


@dataclass(frozen=True)
class Notice:
    """What a notice says. Shape: `values` as demands.values.read takes them; `found` names them in the form's order;
    `signed` is who signed it, as written."""

    values: dict[str, Any]
    found: tuple[str, ...]
    signed: str = ""


def read_notice(text: str, today: dt.date) -> Notice:
    """Recognise what a notice asks; what it does not say is absent: silence is never filled with a guess.

    Shape: any text as it is copied from a group, a document or a table; `today` tells which month 下月 is.
    """
    said = text[:MOST_CHARACTERS].replace("\r\n", "\n").replace("\u3000", " ").replace("\xa0", " ")
    asked = BASIS_BOOK.sub("", said)  # without what it rests on, whose names and dates are not its own
    signed = SIGNED.findall(said)
    basis, title = _basis(said), _title(asked)
    category, subkind = _category(title, asked)
    days = read_days(BASIS_WORDS.sub("", asked), today)
    minutes, facts = _spent(asked, category)
    values = {
        "category": category,
        "subkind": subkind,
        "title": _named(title, category, asked)[:TITLE_LENGTH],
        "basis": basis[:TITLE_LENGTH],
        "origin": _origin(" ".join((basis, *signed[-1:]))),
        **vars(days),
        "receivers": receivers_of(said),
        "people": people_of(asked),
        "minutes": minutes,
        "fields": fields_of(asked) if category == Category.FORM else [],
        "facts": facts,
    }
    kept = {name: value for name, value in values.items() if value not in (None, "", [], {})}
    return Notice(kept, tuple(kept), signed[-1] if signed else "")


def _basis(text: str) -> str:
    """Return the document it rests on, or the words that say so."""
    for words in (BASIS_BOOK, BASIS_PAPER, BASIS_WORDS):
        if found := words.search(text):
            return str(found[1]).strip()
    return ""


def _title(text: str) -> str:
    """Return what is asked: the first title in book marks, else the heading, else the words behind the verb."""
    if found := BOOK.search(text):
        return found[1].strip()
    if found := HEADING.search(text):
        return ORDERED.sub("", found[1].strip())
    found = ASKED.search(BASIS_WORDS.sub("", text))
    return found[1].strip() if found else ""


def _named(title: str, category: str | None, text: str) -> str:
    """Return the title as its kind is called: a document keeps its 关于…的通知."""
    heading = HEADING.search(text)
    return heading[0] if category == Category.DOCUMENT and heading and title in heading[0] else title


def _category(title: str, text: str) -> tuple[str | None, str]:
    """Return what kind of thing it is: the title's last word says so, else the words of the text do."""
    for category, words in ENDS:
        if words.search(title):
            return category, ""
    return next(((category, subkind) for category, subkind, words in SPEAKS if words.search(text)), (None, ""))


def _origin(text: str) -> str | None:
    """Return who asked first, where the basis or the signature names a level above."""
    return next((code for code, words in ABOVE if words.search(text)), None)


def _spent(text: str, category: str | None) -> tuple[int | None, dict[str, Any]]:
    """Return the minutes it takes each person, and what else its kind asks."""
    minutes, speech = minutes_of(text)
    facts: dict[str, Any] = {name: True for name, words in FACTS.get(category or "", ()) if words.search(text)}
    if category == Category.MEETING:
        facts |= {"speech_minutes": speech} if speech else {}
        rank = next((rank for rank, words in RANKS if words.search(text)), "")
        facts |= {"attendee_rank": rank} if rank else {}
    return minutes, facts
