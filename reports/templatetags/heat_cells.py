"""The weeks of one unit as table cells: text for readers and printers, colour for the eye."""

from __future__ import annotations

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from burden.kit.templatetags.draw import heat
from burden.kit.templatetags.show import hours, week_number
from reports.panels.comparison import Heat

register = template.Library()


@register.simple_tag
def heat_cells(laid_out: Heat, unit_id: int) -> SafeString:
    """Write one cell a week of one unit: h0 to h6, hatched where it is not shown, empty where nobody filed.

    Units: minutes a head.
    """
    words = {"hidden": gettext("不显示"), "none": gettext("没有数据")}
    classes = {"hidden": "na", "none": "no"}
    rows = (
        (
            classes.get(cell.state) or heat(cell.value, laid_out.top),
            " old" if cell.is_old else "",
            week_number(cell.week),
            words.get(cell.state) or hours(cell.value),
        )
        for cell in laid_out.cells[unit_id]
    )
    return format_html_join("", '<td class="hc {0}{1}" title="{2} {3}">{2} {3}</td>', rows)
