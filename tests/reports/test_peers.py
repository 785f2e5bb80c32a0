"""Law 5: what is hidden, and that subtraction does not bring it back; medians of peers."""

import datetime as dt
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.kit.clock import Week
from reports.peers import MIN_ACTIVE, MIN_RETURNS, NOBODY, Cell, Member, alike, hidden, spread, suppress, undecided

cells = st.dictionaries(
    st.tuples(st.integers(1, 8), st.integers(1, 4)),  # unit, week
    st.builds(Cell, st.integers(0, 12), st.integers(3, 12)),
    min_size=1,
)


def by_week(key):
    return key[1]


def by_unit(key):
    return key[0]


def of(*returns, active=9):
    return {f"u{i}": Cell(n, active) for i, n in enumerate(returns)}


def everything(_key):
    return None


def test_cell_under_five_returns_is_hidden():
    assert suppress({"a": Cell(4, 9), "b": Cell(5, 9)}) == {"a"}


def test_unit_under_three_cadres_is_hidden():
    assert suppress({"a": Cell(8, 2), "b": Cell(8, 3)}) == {"a"}


def test_cell_without_returns_is_no_data():
    assert suppress(of(0, 7, 9), everything) == frozenset()


def test_remainder_too_small_hides_the_next():
    assert suppress(of(4, 9, 7, 8), everything) == {"u0", "u2"}


def test_remainder_large_enough_hides_no_more():
    assert suppress(of(3, 2, 7, 8), everything) == {"u0", "u1"}


def test_remainder_of_too_few_people_hides_the_next():
    assert suppress({"a": Cell(8, 2), "b": Cell(9, 9), "c": Cell(10, 9)}, everything) == {"a", "b"}


def test_only_cell_of_a_group_is_hidden_alone():
    assert suppress(of(4), everything) == {"u0"}


def solvable(filled, gone, groupings):
    """Cells that somebody can work out who knows the shown cells and the sum of every group of two or more."""
    known = [(grouping, grouping(key)) for grouping in groupings for key in filled]
    unknown = set(gone)
    while True:
        groups = {(g, k): [key for key in unknown if g(key) == k] for g, k in known if known.count((g, k)) > 1}
        found = {members[0] for members in groups.values() if len(members) == 1}
        if not found:
            return set(gone) - unknown
        unknown -= found


@given(cells)
def test_subtracting_attacker_finds_nothing(given_cells):
    gone = suppress(given_cells, by_week, by_unit)
    filled = [key for key, cell in given_cells.items() if cell.returns]
    assert solvable(filled, gone, (by_week, by_unit)) == set()


@given(cells)
def test_hidden_cells_of_a_group_are_enough_people_together(given_cells):
    gone = suppress(given_cells, by_week, by_unit)
    for grouping in (by_week, by_unit):
        groups = defaultdict(list)
        for key, cell in given_cells.items():
            if cell.returns:
                groups[grouping(key)].append(key)
        for members in groups.values():
            cells_gone = [given_cells[key] for key in members if key in gone]
            if cells_gone and len(cells_gone) < len(members):
                assert sum(cell.returns for cell in cells_gone) >= MIN_RETURNS
                assert sum(cell.active for cell in cells_gone) >= MIN_ACTIVE


def test_figure_hidden_one_week_is_not_had_from_its_month():
    weeks = [dt.date(2026, 11, 2) + dt.timedelta(days=7 * n) for n in range(4)]
    cells = {Member(1, unit, week): Cell(9, 9) for unit in (2, 3, 4) for week in weeks}
    cells[Member(1, 2, weeks[1])] = Cell(3, 9)
    gone = hidden(cells, Week(weeks[-1]))
    assert len([key for key in gone if key.unit == 2]) >= 2
    assert {key.week for key in gone if key.unit != 2} == {key.week for key in gone if key.unit == 2}


def test_running_week_hides_no_closed_week():
    weeks = [dt.date(2026, 11, 16), dt.date(2026, 11, 23)]
    cells = {Member(1, unit, weeks[0]): Cell(9, 9) for unit in (2, 3)}
    cells |= {Member(1, unit, weeks[1]): Cell(3, 9) for unit in (2, 3)}
    assert {key.week for key in hidden(cells, Week(weeks[0]))} == {weeks[1]}


def test_parent_itself_is_hidden_last():
    week = dt.date(2026, 11, 2)
    cells = {Member(1, 2, week): Cell(4, 5), Member(1, 3, week): Cell(9, 9), Member(1, 1, week, own=True): Cell(6, 9)}
    assert hidden(cells, Week(week)) == {Member(1, 2, week), Member(1, 3, week)}


family = st.dictionaries(
    st.builds(
        lambda unit, week: Member(1, unit, dt.date(2026, 10, 19) + dt.timedelta(days=7 * week), own=unit == 1),
        st.integers(1, 5),
        st.integers(0, 5),  # two months, the last week still running
    ),
    st.builds(Cell, st.sampled_from([0, 2, 3, 4, 4, 5, 6, 9]), st.sampled_from([2, 5, 9])),
    min_size=1,
)


@given(family, st.integers(2, 5))
def test_unit_is_hidden_the_same_where_siblings_are_read_only_in_undecided_weeks(given_cells, unit):
    newest = Week(dt.date(2026, 11, 16))
    small = defaultdict(lambda: (0, NOBODY))
    for key, cell in given_cells.items():
        if cell.returns:
            count, together = small[key.week]
            small[key.week] = (count, together) if cell.is_enough else (count + 1, together + cell)
    weeks = undecided(small, newest)
    fewer = {key: cell for key, cell in given_cells.items() if key.unit == unit or key.week in weeks}
    found = [{key.week for key in hidden(seen, newest) if key.unit == unit} for seen in (given_cells, fewer)]
    assert found[0] == found[1]


def test_only_months_with_too_small_cells_not_enough_together_are_undecided():
    weeks = [dt.date(2026, 9, 28) + dt.timedelta(days=7 * n) for n in range(13)]  # October, November, December begun
    small = dict.fromkeys(weeks, (0, NOBODY)) | {weeks[1]: (1, Cell(4, 9))} | dict.fromkeys(weeks[5:9], (2, Cell(6, 9)))
    assert undecided(small, Week(weeks[-1])) == set(weeks[:5])


@given(cells)
def test_hiding_does_not_depend_on_order(given_cells):
    backwards = dict(reversed(given_cells.items()))
    assert suppress(given_cells, by_week, by_unit) == suppress(backwards, by_week, by_unit)


def test_spread_of_eight_units():
    peers = spread([8, 7, 6, 5, 4, 3, 2, 1])
    assert (peers.count, peers.low, peers.median, peers.high) == (8, 2.75, 4.5, 6.25)
    assert (peers.least, peers.most) == (1, 8)


def test_spread_refuses_fewer_than_eight():
    assert spread([1] * 7) is None


@pytest.mark.parametrize(("kind", "group"), [("town", "township"), ("township", "township"), ("street", "street")])
def test_peers_of_a_kind(kind, group):
    assert alike(kind) == group
