"""The tariff in force on a day."""

from __future__ import annotations

import datetime as dt

import pytest

from burden.standards.measure import Cost
from burden.standards.models import Tariff, TariffVersion
from burden.standards.tariffs import tariff_of


@pytest.mark.parametrize(
    ("activity", "cost"),
    [
        (("meeting",), Cost(1, 60)),
        (("document",), Cost(1, 14, 0, 5)),
        (("form", "high"), Cost(1, 215)),
        (("inspection",), Cost(2, 120, 0, 120)),
        (("other", "trace"), Cost(1, 0)),
    ],
)
def test_tariff_is_that_of_the_first_version(db, activity, cost):
    assert tariff_of(*activity) == cost


def test_newer_version_counts_from_its_monday(db):
    version = TariffVersion.objects.create(number=2, from_week=dt.date(2027, 1, 4))
    Tariff.objects.create(
        version=version, category="meeting", people=1, minutes=75, source="实测", source_on=dt.date(2026, 12, 1)
    )
    days = (dt.date(2027, 1, 3), dt.date(2027, 1, 4))
    assert [tariff_of("meeting", "", day).minutes for day in days] == [60, 75]


def test_day_before_all_versions_has_no_tariff(db):
    assert tariff_of("meeting", "", dt.date(2019, 1, 1)) == Cost(1, 0)
