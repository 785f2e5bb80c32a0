"""What stands for a person in the anonymous channel: the week's code of a group, and the receipt of one ticket.

A code says only to which group somebody belongs and in which week, and only to the portal: it is the group's number in an order
drawn for the week (docs/adr/0017). A group has at least 20 active cadres; where one of a county's
kinds has fewer, the whole county shares one code, so that nobody's code is shared by a few who are left over.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass

from django.db.models import Count, Q

from burden.accounts.actor import Actor
from burden.accounts.models import Post
from burden.accounts.roles import Role
from burden.kit.clock import Week
from burden.kit.crypto import permuted
from burden.units.models import Level, Unit

FEWEST = 20  # active cadres who share a code
AREAS = (Level.COUNTY, Level.CITY, Level.PROVINCE, Level.NATION)  # whose offices answer
KINDS = (Level.VILLAGE, Level.TOWNSHIP, Level.DEPARTMENT)
REMEMBERED = 4  # weeks for which an old code is known to be one
WORDS = (
    "石榴 渡口 银杏 青瓦 竹林 白鹭 麦田 水车 山泉 桂花 莲塘 晒谷 犁铧 纸伞 茶园 柳堤 石桥 枫叶 芦苇 稻穗 梅枝 松涛 云海 草垛 菜畦 蜂箱 渔网 木桨 "
    "磨坊 窑洞 陶罐 竹篮 蓑衣 斗笠 马灯 钟楼 鼓楼 驿站 渡船 码头 溪流 瀑布 梯田 果园 桑树 蚕茧 棉花 油菜 荷叶 菱角 莲藕 芋头 花生 玉米 高粱 小米 "
    "红薯 南瓜 冬瓜 丝瓜 豆角 辣椒 生姜 大蒜 香葱 萝卜 白菜 菠菜 芹菜 韭菜 蘑菇 木耳 核桃 板栗 红枣 柿子 杏子 桃花 梨花 樱桃 枇杷 杨梅 葡萄 橘子 "
    "甘蔗 茉莉 牡丹 芍药 海棠 兰草 山茶 杜鹃 月季 蔷薇 紫藤 腊梅 水仙 百合 喜鹊 燕子 画眉 黄鹂 鸳鸯 仙鹤 大雁 鲤鱼 青蛙 蜻蜓 蝴蝶 萤火 月亮 星河 "
    "朝霞 晚霞 彩虹 春雨 秋霜 冬雪 夏荷 清风 晨雾 暖阳 山岚 湖光 江帆 海浪 沙洲 峡谷"
).split()
PARTS = 3  # words of a code, before two digits
LEVELS = ("", *KINDS)  # of a group; none is the whole area
CODES = len(WORDS) ** PARTS * 100  # of a week; so many that guessing one takes long, and no two groups share one
PLACES = {word: place for place, word in enumerate(WORDS)}
TYPED = re.compile(r"(\w{2})" * PARTS + r"(\d{2})")
PURPOSE = "membership"
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"[:32]
GROUPS, GROUP = 8, 4  # of a receipt: 32 letters of 5 bits are 160 bits


@dataclass(frozen=True)
class Group:
    """Who shares a code: the cadres of one kind of a county, or with no level all of it."""

    area: Unit
    level: str

    def code(self, week: Week) -> str:
        """Return the code of a week: three words and two digits, of no other group. Refuses (ValueError): more areas than codes."""
        drawn = permuted(PURPOSE, self.area.pk * len(LEVELS) + LEVELS.index(self.level), CODES, week)
        words = []
        for _turn in range(PARTS):
            drawn, place = divmod(drawn, len(WORDS))
            words.append(WORDS[place])
        return "-".join([*words, f"{drawn:02}"])


def area_of(unit: Unit) -> Unit | None:
    """Return the county around a unit, else the next unit above that has an office."""
    return Unit.every.filter(pk__in=unit.steps, level__in=AREAS).order_by("-depth").first()


def group_of(actor: Actor, today: dt.date) -> Group | None:
    """Return the group whose code a cadre is shown; None where the whole area has fewer than 20 active cadres."""
    post = actor.post(Role.CADRE)
    area = area_of(post.unit) if post else None
    if post is None or area is None:
        return None
    counts = _cadres(area, today)
    if sum(counts.values()) < FEWEST:
        return None
    split = all(count >= FEWEST for count in counts.values())
    return Group(area, _kind(post.unit.level) if split else "")


def _kind(level: str) -> str:
    return level if level in KINDS else ""


def _cadres(area: Unit, today: dt.date) -> dict[str, int]:
    """Count the cadres of an area by kind; those of the areas inside it have their own."""
    low, high = area.range
    inside = Q()
    for path in Unit.every.filter(path__gt=low, path__lt=high, level__in=AREAS).values_list("path", flat=True):
        inside |= Q(unit__path__gte=path, unit__path__lt=path[:-1] + "/")
    held = Post.objects.filter(role=Role.CADRE, valid__contains=today, user__is_active=True)
    held = held.filter(unit__path__gte=low, unit__path__lt=high)
    if inside:
        held = held.exclude(inside)
    counts: dict[str, int] = {}
    for level, count in held.values_list("unit__level").annotate(count=Count("user", distinct=True)):
        counts[_kind(level)] = counts.get(_kind(level), 0) + count
    return counts


def _number(code: str) -> int | None:
    """Return the number that a code writes, as one may type it: any dash or blank between its parts, or none."""
    said = TYPED.fullmatch(re.sub(r"[\W_]+", "", code))
    places = [PLACES.get(word, -1) for word in said.groups()[:PARTS]] if said else [-1]
    if said is None or min(places) < 0:
        return None
    number = int(said[PARTS + 1])
    for place in reversed(places):
        number = number * len(WORDS) + place
    return number


@dataclass(frozen=True)
class Found:
    """Whose code it is, and whether its week is over."""

    group: Group
    expired: bool


def find(code: str, week: Week) -> Found | None:
    """Say whose code this is, of this week or one just over; None for no code at all. One query, by the numbers of areas."""
    number = _number(code)
    if number is None:
        return None
    drawn = [permuted(PURPOSE, number, CODES, week.plus(-back), back=True) for back in range(REMEMBERED + 1)]
    meant = [divmod(each, len(LEVELS)) for each in drawn]
    areas = Unit.every.filter(level__in=AREAS, closed_on=None).in_bulk([pk for pk, _level in meant])
    there = [Found(Group(areas[pk], LEVELS[level]), back > 0) for back, (pk, level) in enumerate(meant) if pk in areas]
    return there[0] if there else None


def new_receipt() -> str:
    """Draw a receipt. Shape: 8 groups of 4 letters, 160 bits."""
    drawn = "".join(secrets.choice(LETTERS) for _letter in range(GROUPS * GROUP))
    return " ".join(drawn[start : start + GROUP] for start in range(0, len(drawn), GROUP))


def is_receipt(typed: str) -> bool:
    """Say whether something has a receipt's shape, however it was typed; not whether it is one."""
    return re.fullmatch(f"[{LETTERS}]{{{GROUPS * GROUP}}}", _plain(typed)) is not None


def _plain(receipt: str) -> str:
    return re.sub(r"[\W_]+", "", receipt.upper())


def digest_of(receipt: str) -> str:
    """Return what is stored of a receipt, however it was typed."""
    return hashlib.sha256(_plain(receipt).encode()).hexdigest()
