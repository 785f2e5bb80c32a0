"""Draws the chart of a paper on its page, as the printed one has it."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.papers import BOX, Chart, lines

register = template.Library()


@register.simple_tag
def chart(of: Chart) -> SafeString:
    """Draw a chart; its words say it aloud."""
    placed = lines(of)
    grid = format_html_join(
        "",
        '<line x1="18" x2="238" y1="{0}" y2="{0}"/><text x="0" y="{1}">{2}</text>',
        ((y, y + 3, words) for y, words in placed["grid"]),
    )
    ticks = format_html_join("", '<text x="{}" y="108" text-anchor="middle">{}</text>', placed["ticks"])
    drawn = format_html_join("", '<polyline points="{}"/>', ((points,) for points in placed["stretches"]))
    last = SafeString("")
    if placed["last"]:
        last = format_html('<text x="{}" y="{}">{}</text>', *placed["last"])
    return format_html(
        '<svg viewBox="{}" role="img" aria-label="{}">{}{}{}{}</svg>', BOX, of.words, grid, ticks, drawn, last
    )
