"""Who asked for what over long periods: kept sums equal the weeks they are of, whatever happens, or are not there."""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections import defaultdict
from collections.abc import Collection

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from burden.kit.clock import Week
from burden.units.models import Unit
from reports import queries, rollup, source_periods
from reports.models import RollupSource, SourcePeriod, SourceSpan
from reports.peers import MIN_RETURNS
from reports.periods import Period
from reports.source_periods import KINDS, OTHERS, SELF, WEEK, cover
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor, make_entry, make_return, make_unit, make_user
from tests.reports.test_rollup import STEPS, Country, assert_exact

WEEKS = [THIS_WEEK.plus(-n).monday for n in range(4)]
SETTLED = THIS_WEEK.plus(-2)
YEAR = Period.of("year", LAST_WEEK, until=LAST_WEEK)


def plain(unit: Unit, weeks: Collection[dt.date], shown: Collection[dt.date]) -> dict[int, list[int]]:
    """Add up rollup_source row by row."""
    found: dict[int, list[int]] = defaultdict(lambda: [0] * 8)
    for row in RollupSource.every.filter(unit=unit, week__in=weeks):
        numbers = (row.n, row.m_meeting, row.m_document, row.m_form, row.m_inspection, row.m_other, row.u_min)
        done = [number if row.week in shown else 0 for number in numbers]
        found[row.issuer_id] = [a + b for a, b in zip(found[row.issuer_id], [*done, row.c_min], strict=True)]
    return {issuer: sums for issuer, sums in found.items() if any(sums)}


def read(unit: Unit, weeks: Collection[dt.date], shown: Collection[dt.date]) -> dict[int, list[int]]:
    found = source_periods.read(unit.pk, unit.level, [(weeks, shown)])
    return {issuer: list(sums) for (_slot, issuer), sums in found.items() if any(sums)}


@pytest.fixture
def country(db: None) -> Country:
    return Country()


@pytest.mark.parametrize("seed", range(4))
def test_kept_sums_equal_their_weeks_after_random_changes(country: Country, seed: int) -> None:
    dice = random.Random(seed)
    for turn in range(4):
        for _ in range(dice.randrange(5, 20)):
            dice.choice(STEPS)(country, dice)
        if dice.random() < 0.3:
            rollup.rebuild(weeks=dice.sample(WEEKS, 1), now=NOW)
        rollup.refresh(limit=dice.choice([1, 2000]))
        if turn % 2:
            rollup.settle(now=NOW + dt.timedelta(weeks=dice.choice([0, 0, 1])))
        for unit in (country.city, country.city.parent, *country.counties, country.towns[0]):
            weeks = dice.sample(WEEKS, 3)
            shown = dice.sample(weeks, 2)
            assert read(unit, weeks, shown) == plain(unit, weeks, shown)
        assert_alone(country, dice)
    assert_exact(WEEKS)
    assert rollup.verify(now=NOW).differences == 0


def assert_alone(country: Country, dice: random.Random) -> None:
    """What was never registered is that of the weeks with enough records that are not hidden at the unit above."""
    slots = [dice.sample(WEEKS, 3), dice.sample(WEEKS, 4)]
    above = {country.department.pk: country.department.parent, country.towns[0].pk: country.towns[0].parent}
    gone = {place.pk: dice.sample(WEEKS, 1) for place in above.values()}
    expected = {
        (number, issuer): sum(
            row.u_min
            for row in RollupSource.every.filter(unit=place, issuer_id=issuer, week__in=weeks, u_n__gte=MIN_RETURNS)
            if row.week not in gone[place.pk]
        )
        for number, weeks in enumerate(slots)
        for issuer, place in above.items()
    }
    found = source_periods.unregistered(above, slots, gone)
    assert {key: found.get(key, 0) for key in expected} == expected


@pytest.mark.parametrize("settled", [True, False])
def test_never_registered_is_told_from_five_records_of_a_week_on(country: Country, settled: bool) -> None:
    """The fifth record brings in all of its week, and when one is taken back all of it goes."""
    department, told = country.department, []
    above, weeks = {department.pk: department.parent}, [week.monday for week in YEAR.weeks]
    filed = make_return(make_user(), country.villages[0], SETTLED)
    for _ in range(5):
        entry = make_entry(filed, issuer=department, minutes=30)
        rollup.refresh()
        if settled:
            rollup.settle(now=NOW)
        told.append(source_periods.unregistered(above, [weeks], {department.parent_id: ()}))
    entry.delete()
    rollup.refresh()
    told.append(source_periods.unregistered(above, [weeks], {department.parent_id: ()}))
    assert [found.get((0, department.pk), 0) for found in told] == [0, 0, 0, 0, 150, 0]
    assert SourcePeriod.every.exists() == settled
    assert rollup.verify(now=NOW).differences == 0


NEWEST, NEXT, *MONTH = WEEKS  # the settled weeks of the month are one span
LED: list[source_periods.Slots] = [
    [(WEEKS[:3], WEEKS[1:3]), (WEEKS[1:], WEEKS[1:])],
    [([NEXT], [NEXT]), ([NEWEST], [])],
    [([NEXT], []), ([NEWEST], [NEWEST])],
    [(MONTH, MONTH), ([NEXT], [])],
    [([NEXT], [NEXT])],
    [([], []), (MONTH, MONTH)],
]


@pytest.mark.parametrize("most", [0, 1, 2, 50])
def test_leading_issuers_and_all_others_are_what_each_asked(country: Country, most: int) -> None:
    dice = random.Random(most)
    for _ in range(60):
        dice.choice(STEPS)(country, dice)
    for week in WEEKS:  # what units ask of themselves
        make_entry(make_return(make_user(), country.villages[0], Week(week)), issuer=country.villages[0], minutes=30)
    rollup.rebuild(weeks=WEEKS, now=NOW)
    rollup.settle(now=NOW)
    for unit in (country.city.parent, *country.counties, *country.towns):
        for slots in LED:
            found, others = source_periods.leading(unit.pk, unit.level, slots, most)
            assert_led(found, others, plain_slots(unit, slots), most)


def plain_slots(unit: Unit, slots: source_periods.Slots) -> dict[tuple[int, int], tuple[int, ...]]:
    """Add up rollup_source row by row, for every slot."""
    each = [plain(unit, weeks, shown) for weeks, shown in slots]
    return {(slot, issuer): tuple(sums) for slot, found in enumerate(each) for issuer, sums in found.items()}


def assert_led(
    found: dict[tuple[int, int], tuple[int, ...]], others: int, every: dict[tuple[int, int], tuple[int, ...]], most: int
) -> None:
    asking = {issuer: sums for (slot, issuer), sums in every.items() if slot == 0 and issuer > 0}
    order = sorted(asking, key=lambda issuer: (-sum(asking[issuer][1:6]), issuer))
    order = [issuer for issuer in order if any(asking[issuer][1:6]) or asking[issuer][7]]
    kept = {0, SELF, *order[:most]}
    rest = [sums for issuer, sums in asking.items() if issuer not in kept] or [(0,) * 8]
    assert {key: sums for key, sums in found.items() if key[1] != OTHERS and any(sums)} == {
        key: sums for key, sums in every.items() if key[1] in kept
    }
    assert found.get((0, OTHERS), (0,) * 8) == tuple(map(sum, zip(*rest, strict=True)))
    assert others == len(order[most:])


SPANS = {
    (kind, period.first.monday): period.last.monday
    for kind in KINDS
    for n in range(80)
    for period in [Period.of(kind, SETTLED.plus(-n), until=SETTLED)]
}
ALL_WEEKS = st.sets(st.integers(0, 70).map(lambda n: THIS_WEEK.plus(-n).monday))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(weeks=ALL_WEEKS, kept=st.sets(st.sampled_from(sorted(SPANS))))
def test_cover_counts_each_week_once_and_no_other(weeks: set[dt.date], kept: set[tuple[str, dt.date]]) -> None:
    spans = {span: SPANS[span] for span in kept}
    counted: dict[dt.date, int] = defaultdict(int)
    for (kind, first), sign in cover(weeks, spans).items():
        until = spans[kind, first] if kind else first
        for n in range((until - first).days // 7 + 1):
            counted[first + dt.timedelta(weeks=n)] += sign
    assert {week: times for week, times in counted.items() if times} == dict.fromkeys(weeks, 1)


def test_year_is_one_span_and_the_weeks_after_it() -> None:
    weeks = {week.monday for week in YEAR.weeks}
    assert cover(weeks, SPANS) == {("year", YEAR.first.monday): 1, (WEEK, LAST_WEEK.monday): 1}


def test_hidden_week_is_taken_away_again() -> None:
    weeks = {week.monday for week in YEAR.weeks} - {WEEKS[3]}
    found = cover(weeks, SPANS)
    assert found["year", YEAR.first.monday] == 1
    assert found[WEEK, WEEKS[3]] == -1


def test_hidden_week_adds_claims_alone(country: Country) -> None:
    make_entry(make_return(make_user(), country.villages[0], SETTLED), issuer=country.department, minutes=30)
    rollup.refresh()
    rollup.settle(now=NOW)
    actor, county = make_actor(country.city, "reviewer"), country.counties[0]
    assert [each.total for each in queries.sources(actor, county, YEAR, ())[0]] == [30]
    assert queries.sources(actor, county, YEAR, {SETTLED.monday}) == ([], {})


def test_what_units_ask_of_themselves_is_one_issuer(country: Country) -> None:
    for village in country.villages[:3]:
        make_entry(make_return(make_user(), village, SETTLED), issuer=village, minutes=30)
    rollup.refresh()
    rollup.settle(now=NOW)
    found, _before = queries.sources(make_actor(country.city, "reviewer"), country.city, YEAR, ())
    assert [(each.issuer_id, each.records, each.total) for each in found] == [(SELF, 3, 90)]


def test_township_reads_its_weeks(country: Country) -> None:
    make_entry(make_return(make_user(), country.villages[0], SETTLED), issuer=country.department, minutes=30)
    rollup.rebuild(now=NOW)
    town = country.towns[0]
    assert not SourcePeriod.every.filter(unit=town).exists()
    found, _before = queries.sources(make_actor(town, "reviewer"), town, YEAR, ())
    assert [(each.issuer_id, each.total) for each in found] == [(country.department.pk, 30)]


def test_foreign_unit_has_no_sources(country: Country) -> None:
    make_entry(make_return(make_user(), country.villages[0], SETTLED), issuer=country.department, minutes=30)
    rollup.rebuild(now=NOW)
    assert queries.sources(make_actor(make_unit(), "reviewer"), country.counties[0], YEAR, ()) == ([], {})


def test_reading_a_year_takes_two_statements(country: Country) -> None:
    actor = make_actor(country.city, "reviewer")
    for weeks in (1, 3):
        for n in range(weeks):
            make_return(make_user(), country.villages[0], SETTLED.plus(-n), entries=2)
        rollup.rebuild(now=NOW)
        with CaptureQueriesContext(connection) as seen:
            queries.sources(actor, country.city, YEAR, ())
        assert len(seen) == 2


def test_rebuilt_week_drops_the_longer_spans_until_they_are_put_back(country: Country) -> None:
    make_return(make_user(), country.villages[0], SETTLED, entries=2)
    rollup.rebuild(now=NOW)
    kinds = functools.partial(SourceSpan.objects.values_list, "kind", flat=True)
    assert set(kinds()) == set(KINDS)
    rollup._rebuild_marked(SETTLED.monday)
    assert set(kinds()) == set(KINDS)  # nothing was marked
    make_return(make_user(), country.villages[0], SETTLED, entries=2)
    rollup._rebuild_marked(SETTLED.monday)
    assert not kinds()
    assert rollup.settle(now=NOW) == 3
    assert rollup.settle(now=NOW) == 0


def test_span_grows_with_the_weeks_that_are_settled(country: Country) -> None:
    make_return(make_user(), country.villages[0], SETTLED, entries=2)
    make_return(make_user(), country.villages[0], LAST_WEEK, entries=2)
    rollup.refresh()
    for later, until in ((0, SETTLED), (1, LAST_WEEK)):
        rollup.settle(now=NOW + dt.timedelta(weeks=later))
        assert SourceSpan.objects.get(kind="year").until == until.monday
        assert rollup.verify(now=NOW).differences == 0


@pytest.mark.parametrize("kind", KINDS)
def test_verify_sees_a_spoiled_span(country: Country, kind: str) -> None:
    make_entry(make_return(make_user(), country.villages[0], SETTLED), issuer=country.department, minutes=30)
    rollup.rebuild(now=NOW)
    assert rollup.verify(now=NOW).differences == 0
    SourcePeriod.every.filter(unit=country.city, kind=kind).update(m_form=7)
    assert rollup.verify(now=NOW).differences == 1
