"""Cadres' own pages need no whole county: the portal of these tests is small, and theirs alone."""

from collections.abc import Iterator

import pytest

from tests.portal import Portal, running

EXTENT = (
    "--weeks",
    "31",
    "--townships",
    "2",
)  # half a year and more: cadres who are made here have had their post as long


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """A portal with two townships."""
    with running("phones", *EXTENT) as found:
        yield found
