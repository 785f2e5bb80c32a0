"""Units side by side: order, peers of eight, cells of weeks."""

from types import SimpleNamespace

from burden.kit.clock import Week
from burden.kit.templatetags import draw
from reports.indicators import Load
from reports.panels import comparison
from reports.periods import Period
from reports.queries import Row

LAST = Week.parse("2026-11-16")
WEEK = Period("week", (LAST,))


def row(pk, per_head, kind="town", returns=9, gone=()):
    unit = SimpleNamespace(pk=pk, kind=kind, path=f"{pk}.", parent_id=1)
    return Row(unit, {LAST.monday: Load(per_head * returns, 0, returns, 12)}, gone)


def test_lines_are_in_order_of_what_is_imposed():
    table = comparison.table([row(1, 300), row(2, 500), row(3, 900, gone={LAST.monday})], WEEK)
    assert [(line.unit.pk, line.imposed) for line in table.lines] == [(2, 500), (1, 300), (3, None)]
    assert table.lines[2].is_hidden
    assert [line.active for line in table.lines] == [12, 12, None]
    assert not table.is_any_short


def test_table_says_that_lines_leave_weeks_out():
    before = LAST.plus(-1)
    short = Row(row(1, 0).unit, {week.monday: Load(900, 0, 9, 12) for week in (before, LAST)}, {before.monday})
    assert comparison.table([short], Period("month", (before, LAST))).is_any_short
    assert not comparison.table([short], WEEK).is_any_short


def test_peers_are_compared_from_eight_on():
    seven = comparison.table([row(pk, pk * 100) for pk in range(1, 8)], WEEK)
    assert seven.peers == []
    assert {line.gap for line in seven.lines} == {None}
    nine = comparison.table([row(pk, pk * 100) for pk in range(1, 10)], WEEK)
    assert nine.peers[0].median == 500
    assert [line.gap for line in nine.lines][:2] == [400, 300]
    assert nine.peers[0].count == 9
    assert nine.lines[0].dot == {"low": 280, "median": 480, "high": 680, "at": 880, "most": 960}


def test_kinds_are_not_compared_with_each_other():
    rows = [row(pk, 100) for pk in range(1, 9)] + [row(20, 900, kind="street")]
    lines = {line.unit.pk: line for line in comparison.table(rows, WEEK).lines}
    assert lines[20].spread is None
    assert comparison.table(rows, WEEK).is_any_alone
    assert lines[1].spread.count == 8


def test_cells_say_shown_hidden_or_no_data():
    weeks = comparison.heat_weeks(WEEK)
    laid_out = comparison.heat([row(1, 300), row(2, 400, gone={LAST.monday})], weeks)
    assert laid_out.weeks == len(laid_out.cells[1]) == 52
    assert [cells[-1].state for cells in laid_out.cells.values()] == ["shown", "hidden"]
    assert laid_out.cells[1][0].state == "none"
    assert laid_out.is_any_hidden
    assert laid_out.cells[2][-1].value is None


def test_months_cover_all_columns():
    laid_out = comparison.heat([row(1, 300)], comparison.heat_weeks(WEEK))
    assert sum(columns for _name, columns, _old in laid_out.months) == 52
    assert sum(columns for _name, columns, old in laid_out.months if not old) == comparison.PHONE_WEEKS


def test_week_with_nothing_beside_it_is_neither_light_nor_heavy():
    laid_out = comparison.heat([row(1, 300)], comparison.heat_weeks(WEEK))
    assert draw.heat(laid_out.cells[1][-1].value, laid_out.top) == "h3"


def test_scale_of_nothing():
    assert comparison.heat([], comparison.heat_weeks(WEEK)).top == 1
