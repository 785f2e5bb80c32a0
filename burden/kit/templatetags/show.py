"""How figures are written in pages: whole numbers in, words out. Nothing here is ever stored or compared."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.dateformat import format as date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from burden.kit.clock import Week
from burden.kit.reading import bare

register = template.Library()
register.filter(bare)

MINUS = "−"
NOTHING = "—"  # a figure that does not exist: not 0


def _tenths(numerator: float, denominator: int) -> int:
    """Divide and return tenths, half away from zero; a half is whole minutes, so that no mean of minutes misses it."""
    size = int((abs(numerator) * 20 + denominator) // (denominator * 2))
    return -size if numerator < 0 else size


def _written(tenths: int) -> str:
    sign = MINUS if tenths < 0 else ""
    whole, tenth = divmod(abs(tenths), 10)
    return f"{sign}{whole:,}.{tenth}"


@register.filter
def hours(minutes: float | None) -> str:
    """Write person-minutes as person-hours. Units: 1 decimal, thousands comma; — where there is no figure."""
    return NOTHING if minutes is None else _written(_tenths(minutes, 60))


@register.filter
def plus_hours(minutes: float | None) -> str:
    """Write a difference of person-minutes as person-hours with its sign. Units: 1 decimal; 0.0 has none."""
    words = hours(minutes)
    return f"+{words}" if minutes and minutes > 0 and words != "0.0" else words


@register.filter
def brief_hours(minutes: int | None) -> str:
    """Write person-minutes as person-hours where they stand large: 54, 13.5. Units: 1 decimal unless it is 0."""
    return hours(minutes).removesuffix(".0")


@register.filter
def minutes(value: int | None) -> str:
    """Write a whole number of minutes (or of anything) with thousands comma."""
    if value is None:
        return NOTHING
    return f"{value:,}".replace("-", MINUS)


@register.filter
def hm(value: int) -> str:
    """Write minutes as people say them: 1 小时 30 分."""
    whole, rest = divmod(value, 60)
    if not whole:
        return gettext("%(m)d 分") % {"m": rest}
    if not rest:
        return gettext("%(h)d 小时") % {"h": whole}
    return gettext("%(h)d 小时 %(m)d 分") % {"h": whole, "m": rest}


CITED = re.compile(r"《([^《》]+)》(?:第 (\S+) 条)?")


@register.filter
def cited(text: str) -> str:
    """Write citations that were kept in Chinese, one after another, as the reader's language writes them."""

    def said(found: re.Match[str]) -> str:
        words = {"regulation": found[1], "article": found[2]}
        return (
            gettext("《%(regulation)s》第 %(article)s 条") % words
            if found[2]
            else gettext("《%(regulation)s》") % words
        )

    return gettext("、").join(CITED.sub(said, each) for each in text.split("、"))


@register.filter
def listed(words: Iterable[object]) -> str:
    """Write several words one after another, as the reader's language parts them."""
    return gettext("、").join(map(str, words))


@register.filter
def workdays_left(left: int) -> str:
    """Write how many working days are left: 还剩 3 个工作日, 已到期, 逾期 2 个工作日. Units: as standards.workdays counts."""
    if not left:
        return gettext("已到期")
    if left < 0:
        return ngettext("逾期 %(n)d 个工作日", "逾期 %(n)d 个工作日", -left) % {"n": -left}
    return ngettext("还剩 %(n)d 个工作日", "还剩 %(n)d 个工作日", left) % {"n": left}


@register.filter
def percent(part: int | None, whole: int | None) -> str:
    """Write a share. Units: per cent, 1 decimal; — of nothing."""
    if part is None or not whole:
        return NOTHING
    return f"{_written(_tenths(part * 100, whole))}%"


@register.filter
def per_head(minutes_in_all: int | None, people: int | None) -> str:
    """Write person-minutes as hours a head. Units: 1 decimal; — where nobody is."""
    if minutes_in_all is None or not people:
        return NOTHING
    return _written(_tenths(minutes_in_all, 60 * people))


def _change(size: int, words: str, of: str) -> SafeString:
    """Write a change: triangle for the eye, sign and a word for everyone; colour where it is an issuer's doing."""
    if not size:
        return format_html('<span class="mut num nw"><span class="vh">{}</span>{}</span>', gettext("持平"), words)
    css, triangle, word = ("up ", "▲", gettext("增")) if size > 0 else ("down ", "▼", gettext("减"))
    return format_html(
        '<span class="{}num nw"><i class="ar" aria-hidden="true">{}</i><span class="vh">{}</span>{}</span>',
        css if of == "issuer" else "", triangle, word, words if size < 0 else f"+{words}",
    )  # fmt: skip


@register.simple_tag
def signed(value: int | None, kind: str = "count", of: str = "unit") -> str:
    """Write a difference with its sign, ▲ for a rise and ▼ for a fall; of an `issuer` red and green.

    Units: kind `hours` takes person-minutes, `count` a whole number.
    """
    if value is None:
        return NOTHING
    if kind == "hours":
        tenths = _tenths(value, 60)
        return _change(tenths, _written(tenths), of)
    return _change(value, minutes(value), of)


@register.simple_tag
def change(now: int | None, before: int | None, of: str = "unit") -> str:
    """Write how far a figure moved from an earlier one, of an `issuer` in colour. Units: per cent, 1 decimal; — without one."""
    if now is None or not before:
        return NOTHING
    tenths = _tenths((now - before) * 100, before)
    return _change(tenths, f"{_written(tenths)}%", of)


def _english() -> bool:
    return get_language() == "en"


@register.filter
def day(value: dt.date) -> str:
    """Write a day: 11月16日, 16 Nov."""
    if _english():
        return date_format(value, "j M")
    return f"{value.month}月{value.day}日"


@register.filter
def full_day(value: dt.date) -> str:
    """Write a day with its year: 2026年11月16日, 16 Nov 2026."""
    return date_format(value, "j M Y") if _english() else f"{value.year}年{day(value)}"


@register.filter
def weekday(value: dt.date) -> str:
    """Write the day of the week: 周一, Mon."""
    return date_format(value, "D") if _english() else f"周{'一二三四五六日'[value.weekday()]}"


@register.filter
def week_number(week: Week | dt.date) -> str:
    """Write the number of a week: 第 47 周, Week 47."""
    return gettext("第 %(number)d 周") % {"number": _week(week).number}


@register.filter
def week_of_year(week: Week | dt.date) -> str:
    """Write the number of a week with its ISO year: 2026年第 47 周, Week 47 2026."""
    return gettext("%(year)s年%(name)s") % {"year": _week(week).year, "name": week_number(week)}


@register.filter
def week_span(week: Week | dt.date) -> str:
    """Write the days of a week: 11月16日—22日, 16–22 Nov; across months both months are named."""
    first, last = _week(week).monday, _week(week).sunday
    if first.month != last.month:
        return f"{day(first)} – {day(last)}" if _english() else f"{day(first)}—{day(last)}"
    return f"{first.day}–{day(last)}" if _english() else f"{day(first)}—{last.day}日"


@register.filter
def week_label(week: Week | dt.date) -> str:
    """Write a week whole: 第 47 周 11月16日—22日, Week 47, 16–22 Nov."""
    return f"{week_number(week)}{', ' if _english() else ' '}{week_span(week)}"


def _week(value: Week | dt.date) -> Week:
    return value if isinstance(value, Week) else Week(value)


@register.filter
def items(count: int) -> str:
    """Write a number of items: 12 项, 12 items."""
    return ngettext("%(count)d 项", "%(count)d 项", count) % {"count": count}


CATEGORIES = {"meeting": "meet", "document": "doc", "form": "form", "inspection": "insp"}


@register.filter
def category_css(code: Any) -> str:
    """Return the colour class of a category code: k-meet, k-doc, k-form, k-insp, k-other."""
    return f"k-{category_icon(code)}"


@register.filter
def category_icon(code: Any) -> str:
    """Return the icon name of a category code."""
    return CATEGORIES.get(str(code), "other")
