"""Small pictures drawn by the server as SVG: icons, bars, sparklines, dots. Places and widths are attributes, never styles."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from burden.kit.icons import ICONS, MARK

register = template.Library()

TILE = 32  # side of a week's tile, with the gap around it
DARK = ("h5", "h6")  # whose text is light
SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 150, 56, 3


_ICON = '<svg class="i" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>'
_DRAWN = {name: format_html(_ICON, path) for name, path in ICONS.items()} | {"mark": SafeString(MARK)}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Inline one icon. Refuses (KeyError): a name that is not in icons.py."""
    return _DRAWN[name]


def _tenths(value: float, whole: float) -> int:
    """Return a share. Units: tenths of one per cent, held inside 0 to 1,000."""
    return min(1000, max(0, int(value * 1000 // whole))) if whole > 0 else 0


def _percent(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}%"


def _place(value: int, whole: int) -> str:
    """Return a share as SVG writes it. Units: per cent, 1 decimal."""
    return _percent(_tenths(value, whole))


@register.simple_tag
def bar(segments: Sequence[tuple[str, int]], whole: int | None = None, label: str = "", css: str = "") -> SafeString:
    """Draw stacked segments.

    Shape: segments are (colour class, value); they fill the bar, or `whole` of it where that is given.
    `label` is what a screen reader says; without one the bar is silent, because the figures stand beside it.
    """
    rects = format_html_join("", '<rect class="{}" x="{}" width="{}" height="100%"/>', _rects(segments, whole))
    return format_html('<svg class="bar{}" {}>{}</svg>', f" {css}" if css else "", _said(label), rects)


def _rects(segments: Sequence[tuple[str, int]], whole: int | None) -> list[tuple[str, str, str]]:
    """Place segments end to end, without gaps from rounding."""
    total = whole or sum(value for _, value in segments)
    rects, left = [], 0
    for colour, value in segments:
        start, end = _tenths(left, total), _tenths(left + value, total)
        if end > start:
            rects.append((colour, _percent(start), _percent(end - start)))
        left += value
    return rects


def _said(label: str) -> SafeString:
    return format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')


@register.simple_tag
def spark(values: Sequence[float | None], label: str = "") -> SafeString:
    """Draw a line without axes, lowest to highest over the full height; None breaks the line."""
    return sparks([("", values)], label)


@register.simple_tag
def sparks(series: Sequence[tuple[str, Sequence[float | None]]], label: str = "") -> SafeString:
    """Draw several lines on one scale. Shape: series are (colour class, values), each as `spark` has them."""
    known = [value for _colour, values in series for value in values if value is not None]
    if not known:
        return SafeString("")
    low, span = min(known), max(known) - min(known)
    named = [(format_html(' class="{}"', colour) if colour else "", values) for colour, values in series]
    drawn = [(colour, line) for colour, values in named for line in _lines(values, low, span)]
    lines = format_html_join("", '<polyline{} points="{}"/>', drawn)
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" {}>{}</svg>',
        SPARK_WIDTH, SPARK_HEIGHT, _said(label), lines,
    )  # fmt: skip


def _lines(values: Sequence[float | None], low: float, span: float) -> list[str]:
    """Return the points of each unbroken stretch."""
    inner = SPARK_HEIGHT - 2 * SPARK_MARGIN
    steps = max(1, len(values) - 1)
    stretches: list[list[str]] = [[]]
    for i, value in enumerate(values):
        if value is None:
            stretches.append([])
            continue
        y = SPARK_HEIGHT - SPARK_MARGIN - int(inner * (value - low) // span if span else inner // 2)
        stretches[-1].append(f"{SPARK_WIDTH * i // steps},{y}")
    return [" ".join(points) for points in stretches if points]


@register.simple_tag
def columns(values: Sequence[int | None], label: str = "") -> SafeString:
    """Draw a column for each value, from zero; None leaves its place empty."""
    most, step = max((value for value in values if value), default=1), SPARK_WIDTH / max(1, len(values))
    rects = format_html_join(
        "", '<rect x="{}" y="{}" width="{}" height="{}"/>',
        (
            (f"{step * i:.1f}", SPARK_HEIGHT - tall, f"{step * .8:.1f}", tall)
            for i, value in enumerate(values)
            if value is not None
            for tall in [max(1, SPARK_HEIGHT * value // most)]
        ),
    )  # fmt: skip
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" {}>{}</svg>',
        SPARK_WIDTH, SPARK_HEIGHT, _said(label), rects,
    )  # fmt: skip


@register.simple_tag
def dot(value: int | None, low: int, median: int, high: int, most: int, label: str = "") -> SafeString:
    """Draw one unit among its peers: band from `low` to `high` (the middle half), a tick at the median, a dot.

    Units: all in one unit, on a scale from 0 to `most`.
    """
    circle = format_html('<circle cx="{}" cy="50%" r="5"/>', _place(value, most)) if value is not None else ""
    return format_html(
        '<svg class="dot" {}><line x1="0" x2="100%" y1="50%" y2="50%"/>'
        '<rect class="band" x="{}" y="15%" width="{}" height="70%"/>'
        '<line class="median" x1="{}" x2="{}" y1="0" y2="100%"/>{}</svg>',
        _said(label), _place(low, most), _place(high - low, most), _place(median, most), _place(median, most), circle,
    )  # fmt: skip


@register.simple_tag
def tiles(cells: Sequence[tuple[str, str, str, str]], columns: int = 13) -> SafeString:
    """Draw weeks as tiles that lead to them, in rows.

    Shape: cells are (text, heat class or `na` for no data, address, what a screen reader says).
    """
    drawn = format_html_join("", "{}", ((_tile(cell, *divmod(i, columns)),) for i, cell in enumerate(cells)))
    rows = -(-len(cells) // columns)
    return format_html('<svg width="100%" viewBox="0 0 {} {}">{}</svg>', columns * TILE, rows * TILE, drawn)


def _tile(cell: tuple[str, str, str, str], row: int, column: int) -> SafeString:
    text, css, url, words = cell
    x, y, size = column * TILE + 1, row * TILE + 1, TILE - 2
    is_nothing = css == "na"
    line = format_html('<path d="M{} {}l{} -{}" stroke="var(--line)"/>', x, y + size, size, size) if is_nothing else ""
    return format_html(
        '<a href="{}" aria-label="{}" class="{}"><title>{}</title>'
        '<rect x="{}" y="{}" width="{}" height="{}" rx="2" fill="{}" stroke="var(--line)"/>{}'
        '<text x="{}" y="{}" font-size="13" text-anchor="middle" fill="var({})">{}</text></a>',
        url, words, css, words, x, y, size, size, "var(--surface)" if is_nothing else "var(--hb)", line,
        x + size // 2, y + size // 2 + 5, "--on-brand" if css in DARK else "--ink", text,
    )  # fmt: skip


@register.filter
def heat(value: float | None, top: int) -> str:
    """Return the heat class of a cell: h0 to h6 on a scale that ends at `top`; na where nothing is shown."""
    if value is None:
        return "na"
    return f"h{min(6, int(value * 7 // top)) if top > 0 else 0}"
