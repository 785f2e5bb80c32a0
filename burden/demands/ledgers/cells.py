"""One cell of a ledger as people fill it, turned into a value of a demand; what nobody could read is said in a sentence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from burden.demands.models import Channel, Frequency, Origin
from burden.demands.notices import read_notice
from burden.demands.notices.counts import minutes_of, receivers_of
from burden.demands.notices.days import FREQUENCIES, read_days
from burden.kit.reading import FieldError, shown
from burden.standards.models import Category
from burden.units.models import Kind, Level

DATE = re.compile(r"((?:19|20)\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
DIGITS = re.compile(r"(\d{1,6})(?:\.0+)?\s*(?:人|名|位|分钟|分)?")
BETWEEN = re.compile(r"[、，,;；\s]+")
WHOLE = re.compile(r"^(?:全县|全市|全省|全体|全部|所有|各|每个)+")
CATEGORIES = (
    (Category.MEETING, re.compile(r"会")),
    (Category.INSPECTION, re.compile(r"检查|督查|督导|考核|调研|验收")),
    (Category.FORM, re.compile(r"表|台账|数据|材料|信息")),
    (Category.DOCUMENT, re.compile(r"文")),
    (Category.OTHER, re.compile(r"其他|其它|借调|群|创建|证明|留痕")),
)
ORIGINS = (
    (Origin.OWN, re.compile(r"本|自定|自行|部门")),
    (Origin.CENTRAL, re.compile(r"中央|国家|国务院|全国")),
    (Origin.PROVINCE, re.compile(r"省|自治区")),
    (Origin.CITY, re.compile(r"市")),
    (Origin.COUNTY, re.compile(r"县|区")),
)
CHANNELS = (
    (Channel.INFORMAL, re.compile(r"白头")),
    (Channel.NOTE, re.compile(r"便笺|便函")),
    (Channel.GROUP, re.compile(r"群|微信|钉钉")),
    (Channel.PHONE, re.compile(r"电话|口头")),
    (Channel.FORMAL, re.compile(r"正式|红头|文|函|通知|OA", re.I)),
)
OFTEN = (*FREQUENCIES, (Frequency.ONCE, re.compile(r"一次|单次|临时|专项|阶段性")))
RECEIVERS = {
    "乡镇": ("levels", Level.TOWNSHIP), "乡镇街道": ("levels", Level.TOWNSHIP), "镇": ("kinds", Kind.TOWN),
    "乡": ("kinds", Kind.TOWNSHIP), "街道": ("kinds", Kind.STREET), "村社区": ("levels", Level.VILLAGE),
    "村": ("kinds", Kind.VILLAGE), "行政村": ("kinds", Kind.VILLAGE), "社区": ("kinds", Kind.COMMUNITY),
    "部门": ("levels", Level.DEPARTMENT), "县直部门": ("levels", Level.DEPARTMENT),
}  # fmt: skip
Known = Mapping[str, Sequence[str]]  # codes behind the names of units


def plain(cell: Any) -> str:
    """Return a cell as text, whatever type the workbook gave it."""
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def one_among(options: Sequence[tuple[Any, re.Pattern[str]]]) -> Callable[[Any], str]:
    """Return a reader of words that stand for a code."""

    def read(cell: Any) -> str:
        text = plain(cell)
        code = next((code for code, words in options if words.search(text)), None)
        if code is None:
            known = "、".join(str(code.label) for code, _words in options)
            raise FieldError(_("%(field)s“%(value)s”看不懂，可以写：%(known)s"), known=known)
        return str(code)

    return read


def day_in(cell: Any, today: dt.date) -> dt.date:
    """Read a day from a date cell, 2026-12-25, 2026年12月25日, 12月25日 or 每月25日."""
    if isinstance(cell, dt.datetime | dt.date):
        return cell.date() if isinstance(cell, dt.datetime) else cell
    text = plain(cell)
    found = DATE.fullmatch(text.partition(" ")[0])
    try:
        day = dt.date(*map(int, found.groups())) if found else read_days(text, today).first_on
    except ValueError:
        day = None
    if day is None:
        raise FieldError(_("%(field)s“%(value)s”看不懂，请写成 2026-12-25 这样"))
    return day


def count_in(cell: Any) -> int | str:
    """Read a whole number, with 人 or 分 behind it or not; whatever else stays as it is, to be repeated in the refusal."""
    text = plain(cell)
    found = DIGITS.fullmatch(text)
    return int(found[1]) if found else text


def minutes_in(cell: Any) -> int | str:
    """Read minutes, written as a number or as people say them: 1.5小时, 半天."""
    read = count_in(cell)
    spoken, _speech = minutes_of(read) if isinstance(read, str) else (None, None)
    return read if spoken is None else spoken


def category_of(title: str) -> str | None:
    """Return the category that a title's own words say."""
    found: str | None = read_notice(f"《{title}》", dt.date.min).values.get("category")
    return found


def words_of(cell: Any) -> list[str]:
    """Return the units a cell names, one by one; none where it addresses kinds of units."""
    text = plain(cell)
    return [] if _addressed(text) else [word for word in BETWEEN.split(text) if word and _kind(word) is None]


def receivers_in(cell: Any, known: Known) -> dict[str, list[str]]:
    """Read who receives: 各乡镇, 山区乡镇, 镇、街道, or names and codes of units."""
    text = plain(cell)
    if addressed := _addressed(text):
        return addressed
    chosen: dict[str, list[str]] = {}
    for word in filter(None, BETWEEN.split(text)):
        name, code = _kind(word) or ("units", _code(word, known))
        chosen.setdefault(name, []).append(code)
    return chosen


def _addressed(text: str) -> dict[str, list[str]]:
    return receivers_of(text) if WHOLE.match(text) or "乡镇" in text else {}


def _kind(word: str) -> tuple[str, str] | None:
    return RECEIVERS.get(WHOLE.sub("", word))


def _code(word: str, known: Known) -> str:
    codes = known.get(word, ())
    if not codes:
        raise FieldError(_("没有“%(unit)s”这个单位，请写全名或代码"), unit=shown(word))
    if len(codes) > 1:
        raise FieldError(_("不止一个单位叫“%(unit)s”，请在前面加上乡镇，或写代码"), unit=shown(word))
    return codes[0]
