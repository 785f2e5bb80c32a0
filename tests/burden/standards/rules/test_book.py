"""Which version of a rule holds where and when."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from burden.standards.models import Rule
from burden.standards.rules.book import RuleBook, rulebook
from burden.units.models import Unit
from tests.factories import make_unit

CODE = "INS-MONTHLY"
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
PROVINCE, COUNTY = Unit(pk=1, path="1.", depth=0), Unit(pk=2, path="1.2.", depth=1)
HERE, BESIDE = "1.2.3.", "1.4."


def version(number=1, scope=None, since=None, until=None, active=True):
    return Rule(code=CODE, version=number, scope=scope, valid_from=since, valid_until=until, active=active)


def of(day, path, *rows):
    return RuleBook({CODE: list(rows)}).of(CODE, day, path)


@given(days=st.lists(DAYS, max_size=5, unique=True), day=DAYS)
def test_newest_version_that_has_begun_holds(days, day):
    rows = [version()] + [version(n, since=each) for n, each in enumerate(sorted(days), 2)]
    assert of(day, HERE, *rows).version == 1 + sum(each <= day for each in days)


@given(since=DAYS, until=DAYS, day=DAYS)
def test_local_version_holds_in_its_scope_and_time_and_else_what_holds_around_it(since, until, day):
    around, own = version(), version(2, COUNTY, since, until)
    is_own = since <= day <= until
    assert of(day, HERE, around, own) is (own if is_own else around)
    assert of(day, BESIDE, around, own) is around


def test_nearer_scope_comes_before_a_wider_one():
    day = dt.date(2026, 6, 1)
    province, county = version(9, PROVINCE), version(1, COUNTY)
    assert of(day, HERE, version(), province, county) is county
    assert of(day, BESIDE, version(), province, county) is province
    assert of(day, HERE, version(1, COUNTY), version(2, COUNTY, active=False)) is None


def test_rule_that_ended_does_not_give_its_place_to_an_older_version():
    ended = version(2, since=dt.date(2026, 1, 1), until=dt.date(2026, 3, 31))
    assert of(dt.date(2026, 3, 31), HERE, version(), ended) is ended
    assert of(dt.date(2026, 4, 1), HERE, version(), ended) is None


def test_all_versions_are_read_in_one_query(db, django_assert_num_queries):
    county = make_unit()
    for number in range(3):
        Rule.objects.create(code=f"L-{number}", scope=county, strength="soft", text_verified=True, active=True)
    with django_assert_num_queries(1):
        book = rulebook()
        found = book.on(dt.date(2026, 6, 1), county.path)
    assert len(found) == 22 + 3
    assert book.on(dt.date(2026, 6, 1), county.path) is found
