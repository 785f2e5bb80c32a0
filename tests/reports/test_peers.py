"""Law 5: what is hidden, and that subtraction does not bring it back; medians of peers."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.peers import MIN_ACTIVE, MIN_RETURNS, Cell, alike, spread, suppress

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


@given(cells)
def test_subtracting_attacker_finds_no_small_remainder(given_cells):
    hidden = suppress(given_cells, by_week, by_unit)
    for grouping in (by_week, by_unit):
        groups = defaultdict(list)
        for key, cell in given_cells.items():
            if cell.returns:
                groups[grouping(key)].append(key)
        for members in groups.values():
            gone = [given_cells[key] for key in members if key in hidden]
            if gone and len(gone) < len(members):
                assert sum(cell.returns for cell in gone) >= MIN_RETURNS
                assert sum(cell.active for cell in gone) >= MIN_ACTIVE


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
