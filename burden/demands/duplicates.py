"""Same or similar demands among all that are out: found by rare bigrams of titles and by fields, compared one by one.

Source: PERFORMANCE design, duplicates; bench/duplicates.py measures what it finds, what it confuses and how long it takes.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeVar

from django.db import connection
from rapidfuzz import fuzz, process

from burden.accounts.actor import Actor
from burden.demands.models import Demand, Frequency
from burden.standards.models import Category

T = TypeVar("T")
SAME, CLOSE, OURS, THEIRS = "same", "close", "ours", "theirs"
LIKELY = 0.55  # from here on two demands are probably one: calibrated in the bench
WORTH_SHOWING = 0.3
NEAR = 50  # candidates that are read: what is asked again every week comes many times
MOST = 12  # of them are compared field by field
CLOSE_NAMES = 75  # of 100: how much two field names resemble each other to be a pair
TITLE_SHARE = 0.4  # of the score, where both ask fields
FIELD = "#"  # begins the gram of a field, so that no bigram is taken for one
SHOWN = (
    "title", "category", "frequency", "first_on", "until", "state", "fields", "receivers",
    "issuer__name", "issuer__code", "issuer__level", "issuer__path", "issuer__parent__path",
)  # fmt: skip
CANDIDATES = "SELECT id FROM demands_like(%s, %s, %s, %s, %s)"

OPENING = re.compile(  # who writes, and the word every title begins with
    r"^(?:.{0,24}?关于)+|^[\u4e00-\u9fff]{0,4}?[省市县区][\u4e00-\u9fff]{1,8}?(?:局|委员会|办公室|组织部|宣传部|政法委)"
)
TIMES = re.compile(
    r"[〔\[(（]?\d{4}[〕\])）]?\d*号|[12]\d{3}年度?|[一二三四五六七八九十〇零\d]+(?:年|月份?|日|号)|第?[一二三四1234]季度|第[一二三四五六七八九十\d]+周"
    r"|[上下]半年|全年|本[年月周]|年度|月度|季度|每[年季月周日]|近期|当前"
)
WRAPPING = re.compile(
    r"(?:的|有关|相关)?(?:紧急)?(?:通知|函|请示|公告)$|转发|印发|召开|做好|切实|认真|进一步|开展|组织|抓好|推进|工作|有关|相关|事项|情况"
    r"|报送|上报|填报|呈报|提交|上交|汇总|统计|收集|请?各(?:乡镇|街道|村|社区|单位)|请|尽快|及时|全[县市省]|的"
)
SHEET = re.compile(
    r"(?:(?:基础|基本)?(?:台账|台帐|明细|花名册|名册|名单|清单|统计表|登记表|信息表|情况表|调查表|汇总表|报表|表格|月报|周报|季报|年报|日报)表?)+"
)
SIGNS = re.compile(r"[^\w]|_")
BRACKETS = re.compile(r"[（(【\[][^）)】\]]*[）)】\]]")  # units and remarks: 金额（元）
SAME_WORDS = {  # pieces of field names that say one thing
    "公民身份号码": "身份证", "身份证号码": "身份证", "身份证号": "身份证", "证件号码": "身份证",
    "手机号码": "电话", "联系电话": "电话", "联系方式": "电话", "电话号码": "电话", "手机号": "电话", "手机": "电话",
    "户口所在地": "户籍地址", "户籍所在地": "户籍地址", "家庭住址": "住址", "家庭地址": "住址", "现住址": "住址",
    "居住地址": "住址", "出生年月日": "出生日期", "出生年月": "出生日期", "负责人": "责任人", "备注说明": "备注",
    "所属村": "所在村", "村名": "所在村", "村名称": "所在村", "行政村": "所在村", "乡镇名称": "乡镇", "所属乡镇": "乡镇",
    "家庭人口数": "家庭人口", "户内人口": "家庭人口", "银行卡号": "银行账号", "银行帐号": "银行账号", "开户行": "开户银行",
    "总数": "数量", "个数": "数量", "数目": "数量", "完成时限": "时限", "截止时间": "时限", "截止日期": "时限",
}  # fmt: skip
WORDS = re.compile("|".join(sorted(SAME_WORDS, key=len, reverse=True)))
EMPTY_WORDS = re.compile(r"^是否(?:属于|为)?|(?:情况|信息|名称)$")


@dataclass(frozen=True)
class Pair:
    """One line of a comparison. Shape: kind same, close (another wording), ours or theirs (only one asks it: the other is empty)."""

    ours: str
    theirs: str
    kind: str


@dataclass(frozen=True)
class Similar:
    """A demand that is out and resembles another. Units: score 0 to 1, LIKELY and above for probably the same.

    Shape: `shared` are the own fields that the other asks already.
    """

    demand: Demand
    score: float
    shared: tuple[str, ...]
    pairs: tuple[Pair, ...]

    @property
    def likely(self) -> bool:
        """Whether the two are probably one."""
        return self.score >= LIKELY


@lru_cache(maxsize=10_000)
def plain_title(title: str) -> str:
    """Return what a title is about: without who writes it, for when, and the phrases every notice has."""
    text = _folded(title)
    about = SIGNS.sub("", WRAPPING.sub("", TIMES.sub("", OPENING.sub("", text))))
    return SHEET.sub("表", about) if len(about) > 1 else SIGNS.sub("", text)


@lru_cache(maxsize=50_000)
def plain_field(name: str) -> str:
    """Return what a field asks, whatever its unit and its usual synonyms."""
    text = _folded(name)
    plain = SIGNS.sub("", BRACKETS.sub("", text)) or SIGNS.sub("", text)
    plain = WORDS.sub(lambda found: SAME_WORDS[found[0]], plain)
    return EMPTY_WORDS.sub("", plain) or plain


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace(" ", "")


def grams(title: str, fields: Iterable[str]) -> list[str]:
    """Return what a demand is found by: bigrams of its plain title, and its plain fields."""
    plain = plain_title(title)
    found = {first + second for first, second in pairwise(plain)}
    return sorted(found | {FIELD + plain_field(name) for name in fields})


def similar(
    actor: Actor, title: str, fields: Sequence[str], *, category: str = "", but: int | None = None, limit: int = 5
) -> list[Similar]:
    """Return demands out in the actor's neighbourhood that resemble a title and its fields, the most similar first.

    Candidates share one of the rarest grams that any demand has; exact Jaccard keeps fifty. Of what an issuer asks again and
    again under one title the newest stands for all, and RapidFuzz ranks them. Two queries. Units: `category` of the demand,
    empty for any; `but` is the id of the demand itself, `limit` a count.
    """
    wanted = grams(title, fields)
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, [wanted, *actor.neighbourhood, but or 0, NEAR])
        ids = [pk for (pk,) in cursor.fetchall()]
    found = Demand.objects.published_to(actor).select_related("issuer__parent").only(*SHOWN).in_bulk(ids)
    series: dict[tuple[int, str, str], list[Demand]] = defaultdict(list)
    for demand in filter(None, map(found.get, ids)):
        series[demand.issuer_id, demand.category, plain_title(demand.title)].append(demand)
    shown = [other for other in map(newest, series.values()) if _may_be_one(category, fields, other)]
    ranked = sorted(
        (compare(title, fields, other) for other in shown[:MOST]), key=lambda each: (-each.score, each.demand.pk)
    )
    return [each for each in ranked[:limit] if each.score >= WORTH_SHOWING]


def _may_be_one(category: str, fields: Sequence[str], other: Demand) -> bool:
    """Whether two things alike in name can be one: a meeting and the form about it are two, a form and a chat-group task not."""
    kinds = {category, other.category}
    return bool(fields and other.fields) or len(kinds) == 1 or not kinds.isdisjoint({"", Category.OTHER})


def newest(series: Sequence[T]) -> T:
    """Return the one that stands for what is asked again under one title: one that repeats by itself, else the last."""
    return max(series, key=_newness)


def _newness(demand: Any) -> tuple[bool, dt.date, int]:
    return demand.frequency != Frequency.ONCE, demand.first_on or dt.date.min, demand.pk


def compare(title: str, fields: Sequence[str], other: Demand) -> Similar:
    """Compare a title and its fields with a demand; where both ask fields, they weigh more than the title."""
    pairs = pair_fields(fields, other.fields)
    score = fuzz.ratio(plain_title(title), plain_title(other.title)) / 100
    matched = [pair for pair in pairs if pair.kind in (SAME, CLOSE)]
    if fields and other.fields:
        dice = 2 * len(matched) / (len(fields) + len(other.fields))
        score = TITLE_SHARE * score + (1 - TITLE_SHARE) * dice
    return Similar(other, round(score, 3), tuple(pair.ours for pair in matched), tuple(pairs))


def pair_fields(ours: Sequence[str], theirs: Sequence[str]) -> list[Pair]:
    """Pair the fields of two forms one by one: the same, nearly the same, and what only one of them asks."""
    left = {name: plain_field(name) for name in theirs}
    pairs, open_ = [], []
    for name in ours:
        plain = plain_field(name)
        twin = next((other for other, its in left.items() if its == plain), None)
        if twin is None:
            open_.append((name, plain))
        else:
            del left[twin]
            pairs.append(Pair(name, twin, SAME))
    for name, plain in open_:
        nearest = process.extractOne(plain, left, scorer=fuzz.ratio, score_cutoff=CLOSE_NAMES)
        twin = str(nearest[2]) if nearest else ""
        left.pop(twin, None)
        pairs.append(Pair(name, twin, CLOSE if nearest else OURS))
    order = {name: number for number, name in enumerate(ours)}
    pairs.sort(key=lambda pair: order[pair.ours])
    return [*pairs, *(Pair("", name, THEIRS) for name in left)]
