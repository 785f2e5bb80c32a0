"""What only the portal can tell: numbers in an order of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.kit.crypto import permuted


@given(st.integers(1, 10_000), st.integers(0, 10**9), st.integers(0, 9))
def test_place_leads_back_to_its_number(size: int, drawn: int, week: int) -> None:
    number = drawn % size
    place = permuted("test", number, size, week)
    assert 0 <= place < size
    assert permuted("test", place, size, week, back=True) == number


def test_no_two_numbers_share_a_place() -> None:
    assert sorted(permuted("test", number, 300, "a") for number in range(300)) == list(range(300))


def test_order_is_another_for_another_purpose_and_subject() -> None:
    orders = {
        tuple(permuted(purpose, number, 300, about) for number in range(20))
        for purpose in ("test", "other")
        for about in (1, 2)
    }
    assert len(orders) == 4


@pytest.mark.parametrize("number", [-1, 300])
def test_number_outside_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        permuted("test", number, 300)
