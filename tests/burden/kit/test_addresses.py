"""Addresses of the portal's own pages."""

from __future__ import annotations

import pytest

from burden.kit.addresses import address, query_of


def test_query_leaves_out_what_says_nothing() -> None:
    assert query_of(q="会 议", state="", page=2) == "q=%E4%BC%9A+%E8%AE%AE&page=2"


@pytest.mark.parametrize(("page", "of"), [("report", ("330483",)), ("/reports/330483/", ())])
def test_address_of_a_route_or_a_path(page: str, of: tuple[str, ...]) -> None:
    assert address(page, *of, page="2", kind="") == "/reports/330483/?page=2"
    assert address(page, *of) == "/reports/330483/"
