"""The weeks of one unit as table cells: text for readers and printers, colour for the eye."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from burden.kit.clock import Week
from burden.kit.templatetags.draw import heat
from burden.kit.templatetags.show import hours, week_number
from reports.panels.comparison import Heat

register = template.Library()
CLASSES = {"hidden": "na", "none": "no"}


@register.simple_tag
def heat_cells(laid_out: Heat, unit_id: int) -> SafeString:
    """Write one cell a week of one unit: h0 to h6, hatched where it is not shown, empty where nobody filed.

    Units: minutes a head.
    """
    words = {"hidden": escape(gettext("不显示")), "none": escape(gettext("没有数据"))}
    language = get_language()
    html = []
    for cell in laid_out.cells[unit_id]:
        css = CLASSES.get(cell.state) or heat(cell.value, laid_out.top)
        text = f"{_label(cell.week, language)} {words.get(cell.state) or hours(cell.value)}"
        html.append(f'<td class="hc {css}{" old" if cell.is_old else ""}" title="{text}">{text}</td>')
    return SafeString("".join(html))  # thousands of cells a page: escaped above, not one by one


@lru_cache(maxsize=1024)
def _label(week: Week, language: str) -> SafeString:
    """Name a week once, not in every line."""
    return escape(week_number(week))
