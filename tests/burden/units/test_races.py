"""Two hands at the tree at once."""

from __future__ import annotations

import datetime as dt

from burden.kit.errors import Refused
from burden.units.events import Change, register
from burden.units.models import Placement
from tests.database import in_threads
from tests.factories import NOW, make_unit

MONDAY = dt.date(2026, 11, 23)


def test_two_moves_at_once_make_no_circle(transactional_db) -> None:
    """Each is fine by itself, and they touch no common unit: one goes below what the other is to go below."""
    bureaus = [make_unit(level="department") for _each in range(2)]
    offices = [make_unit(bureau, "department") for bureau in bureaus]

    def move(number: int):
        change = Change("move", bureaus[number], MONDAY, "批复", parent=offices[1 - number])
        return register(by=None, change=change, now=NOW).state

    found = in_threads(2, move)
    refused = [each for each in found if isinstance(each, Refused)]
    assert [each.code for each in refused] == ["unit.circle"]
    assert Placement.objects.filter(valid__upper_inf=True, parent=None).count() >= 1
