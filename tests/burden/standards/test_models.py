"""Tariffs: the first version as shipped, and what the database refuses."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from burden.standards.measure import form_minutes, reading_minutes
from burden.standards.models import SUBKINDS, Category, Subkind, Tariff, TariffVersion
from tests.database import as_role

pytestmark = pytest.mark.django_db
SOURCE = {"source": "试", "source_on": dt.date(2026, 11, 2)}


@pytest.fixture
def first():
    return TariffVersion.objects.get(number=1)


def test_every_tariff_says_source_and_date(first):
    assert first.tariffs.count() == 7
    assert not first.tariffs.filter(source="").exists()


def test_shipped_minutes_follow_measure(first):
    shipped = dict(first.tariffs.filter(category="form").values_list("subkind", "minutes"))
    assert shipped == {name: form_minutes(name) for name in ("simple", "medium", "high")}
    assert first.tariffs.get(category="document").minutes == reading_minutes(4_000)


def test_every_category_has_a_tariff(first):
    assert set(first.tariffs.values_list("category", flat=True)) == set(Category.values)


def test_subkinds_divide_the_categories_they_belong_to():
    assert set(SUBKINDS) == {Category.FORM, Category.OTHER}
    assert sorted(kind for kinds in SUBKINDS.values() for kind in kinds if kind) == sorted(filter(None, Subkind.values))


@pytest.mark.parametrize("facts", [{"minutes": -1}, {"people": -1}, {"category": "form", "subkind": "simple"}])
def test_database_refuses_absurd_or_second_tariff(first, facts):
    facts = {"category": "other", "subkind": "trace", "people": 1, "minutes": 5} | SOURCE | facts
    with pytest.raises(IntegrityError), transaction.atomic():
        Tariff.objects.create(version=first, **facts)


def test_version_begins_on_a_monday():
    with pytest.raises(IntegrityError), transaction.atomic():
        TariffVersion.objects.create(number=2, from_week=dt.date(2026, 11, 17))


def test_web_role_changes_no_tariff():
    with as_role("burden_web"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Tariff.objects.update(minutes=1)
        assert Tariff.objects.count() == 7
