"""Cells of weeks: text for everybody, colour for the eye."""

from burden.kit.clock import Week
from reports.panels.comparison import Cell, Heat
from reports.templatetags.heat_cells import heat_cells

WEEK = Week.parse("2026-11-16")


def html(state, value=None, is_old=False):
    return heat_cells(Heat(1, {7: (Cell(WEEK, value, state, is_old),)}, [], 700, False), 7)


def test_shown_cell_says_week_and_hours():
    assert html("shown", 690) == '<td class="hc h6" title="第 47 周 11.5">第 47 周 11.5</td>'


def test_hidden_cell_says_so():
    assert 'class="hc na old"' in html("hidden", is_old=True)
    assert "不显示" in html("hidden")


def test_cell_without_data_is_empty_and_says_so():
    assert 'class="hc no"' in html("none")
    assert "没有数据" in html("none")
