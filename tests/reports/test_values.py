"""Every indicator from one function: what it adds up, what it hides, why there is none."""

from __future__ import annotations

import pytest

from burden.kit.clock import Week
from burden.standards.models import Goal
from burden.units.models import Level, Unit
from reports.indicators import INDICATORS, VALUED
from reports.models import PortalTime, ReturnSpread, RollupAsked, RollupSource
from reports.periods import Period, year_before
from reports.restated import RESTATED
from reports.values import (
    AS_REPORTED,
    EMPTY,
    FEW,
    HIDDEN,
    RULES,
    UNASKED,
    VILLAGE,
    Row,
    indicator_rows,
    indicator_values,
)
from tests.factories import LAST_WEEK, NOW, make_actor, make_unit
from tests.reports.sums import add_source, add_sums

WEEK = Period("week", (LAST_WEEK,))
ASKED = {field.name: 0 for field in RollupAsked._meta.fields if field.name not in {"pk", "unit", "week"}}


@pytest.fixture
def county(db: None) -> Unit:
    return make_unit()


def add_asked(unit: Unit, week: Week = LAST_WEEK, **numbers: int) -> None:
    RollupAsked.every.create(unit=unit, week=week.monday, **ASKED | {"targets": 1} | numbers)


def rows(unit: Unit, period: Period = WEEK) -> dict[str, Row]:
    found = indicator_rows(make_actor(unit, "reviewer"), unit, period)
    return {row.indicator.code: row for row in found}


def test_every_valued_indicator_has_a_rule_and_no_other() -> None:
    by_category = {code for code in VALUED if code.startswith(("hours_", "records_", "issued_"))}
    assert set(VALUED) - set(RULES) == by_category - {"issued_hours"}
    assert set(RULES) <= set(INDICATORS)


def test_what_cadres_confirmed(county: Unit) -> None:
    add_sums(county, returns=6, active=8, per_head=600, self_min=900, after_hours_min=360, n_meeting=12)
    found = {code: (row.now.number, row.now.of) for code, row in rows(county).items()}
    assert found["person_hours"] == (3600, None)
    assert found["per_head"] == (3600, 6)
    assert found["imposed_per_head"] == (2700, 6)
    assert found["imposed_share"] == (2700, 3600)
    assert found["self_share"] == (900, 3600)
    assert found["after_hours_share"] == (360, 3600)
    assert found["hours_meeting"] == (720, 6)
    assert found["records_meeting"] == (12, 6)
    assert found["coverage"] == (6, 8)


def test_what_issuers_claim(county: Unit) -> None:
    numbers = {
        "targets": 40,
        "planned": 10,
        "noticed": 30,
        "late": 12,
        "depth_sum": 8,
        "deepest": 3,
        "longest_min": 150,
    }
    issued = {"issued_document": 7, "issued_min": 5000, "avoided": 2, "avoided_min": 900}
    add_asked(county, **numbers | issued)
    found = {code: (row.now.number, row.now.of) for code, row in rows(county).items()}
    assert found["planned_share"] == (10, 40)
    assert found["late_notice"] == (12, 30)
    assert found["relay_depth"] == (8, 40)
    assert found["relay_most"] == (3, None)
    assert found["longest_meeting"] == (150, None)
    assert (found["issued_document"], found["issued_hours"]) == ((7, None), (5000, None))
    assert (found["avoided"], found["avoided_hours"]) == ((2, None), (900, None))


def test_both_sides_of_what_was_answered(county: Unit) -> None:
    add_sums(county)
    add_asked(county, done=50, repeated=20, compared_min=1000, answered_min=1200)
    found = rows(county)
    assert (found["repeat_share"].now.number, found["repeat_share"].now.of) == (20, 50)
    assert (found["claim_gap"].now.number, found["claim_gap"].now.of) == (200, 1000)


def test_answers_of_hidden_weeks_are_left_out_and_claims_are_not(county: Unit) -> None:
    month = Period.of("month", LAST_WEEK, until=LAST_WEEK)
    for week, returns in ((LAST_WEEK, 6), (LAST_WEEK.plus(-1), 4)):
        add_sums(county, week, returns=returns)
        add_asked(county, week, targets=10, done=9, repeated=3, compared_min=100, answered_min=100)
    found = rows(county, month)
    assert (found["repeat_share"].now.number, found["repeat_share"].now.of) == (3, 9)
    assert found["claim_gap"].now.of == 100
    assert found["planned_share"].now.of == 20


def test_hidden_unit_shows_claims_alone(county: Unit) -> None:
    add_sums(county, returns=4)
    add_asked(county, targets=10, planned=5, done=9, repeated=3, compared_min=7, answered_min=9)
    found = rows(county)
    for code in ("per_head", "unregistered_share", "repeat_share", "claim_gap", "coverage", "records_form"):
        assert (found[code].now.number, found[code].now.why) == (None, HIDDEN)
    assert found["planned_share"].now.number == 5


def test_indicator_without_data_says_why(county: Unit) -> None:
    village = make_unit(make_unit(county, Level.TOWNSHIP), Level.VILLAGE)
    here, below = rows(county), rows(village)
    assert here["per_head"].now.why == EMPTY
    assert (here["late_notice"].now.why, below["late_notice"].now.why) == (UNASKED, VILLAGE)
    assert below["unregistered_share"].now.why == VILLAGE
    assert below["estimate"].now.why == FEW
    assert all(row.now.why for row in here.values())


def test_unregistered_share_is_of_shown_weeks(county: Unit) -> None:
    for week, returns in ((LAST_WEEK, 6), (LAST_WEEK.plus(-1), 4)):
        add_sums(county, week, returns=returns, per_head=600)
        add_source(county, make_unit(county, Level.DEPARTMENT), week, minutes=900)
    RollupSource.every.update(u_min=700)
    found = rows(county, Period.of("month", LAST_WEEK, until=LAST_WEEK))["unregistered_share"].now
    assert (found.number, found.of) == (700, 3600)


def test_portal_stands_beside_what_it_measures(county: Unit) -> None:
    add_sums(county, returns=6, per_head=600)
    PortalTime.every.create(unit=county, week=LAST_WEEK.monday, n=6, median_s=40, total_s=300)
    found = rows(county)
    assert (found["portal_seconds"].now.number, found["portal_seconds"].now.of) == (300, 6)
    assert (found["portal_share"].now.number, found["portal_share"].now.of) == (5, 3600)


def test_estimate_has_its_interval_beside_the_counted_total(county: Unit) -> None:
    add_sums(county, returns=20, active=40, per_head=600)
    numbers = {"cadres": 40, "asked": 40, "n": 20, "total_min": 12000, "squares": 7_400_000, "more": 0, "more_min": 0}
    ReturnSpread.every.create(unit=county, week=LAST_WEEK.monday, kind="village", **numbers)
    found = rows(county)
    assert found["person_hours"].now.number == 12000
    value = found["estimate"].now
    assert (value.low < value.number < value.high, value.number) == (True, 24000)


def test_weeks_of_which_one_has_no_estimate_have_none(county: Unit) -> None:
    """What three weeks are estimated to take is no estimate of four; a week without returns is none of them."""
    numbers = {"cadres": 40, "asked": 40, "n": 20, "total_min": 12000, "squares": 7_400_000, "more": 0, "more_min": 0}
    month = Period.of("month", LAST_WEEK, until=LAST_WEEK)
    for week in month.weeks[:2]:
        ReturnSpread.every.create(unit=county, week=week.monday, kind="village", **numbers)
        add_sums(county, week, returns=20, active=40, per_head=600)
    assert rows(county, month)["estimate"].now.number == 48000
    add_sums(county, month.last, returns=6, active=40, per_head=600)
    assert (rows(county, month)["estimate"].now.number, rows(county, month)["estimate"].now.why) == (None, FEW)


def test_change_against_last_year_is_split_from_re_estimate(county: Unit) -> None:
    add_asked(county, issued_min=4000, reestimated_min=-500)
    add_asked(county, year_before(LAST_WEEK), issued_min=6000, reestimated_min=100)
    unknown = rows(county)["issued_hours"]
    assert (unknown.last_year.is_known, unknown.reestimated, str(unknown.last_year.why)) == (
        False,
        None,
        "那一期不是每周都有数据",
    )
    add_sums(county, year_before(LAST_WEEK), returns=6, per_head=600)
    row = rows(county)["issued_hours"]
    assert (row.now.number, row.last_year.number, row.reestimated) == (4000, 6000, -600)
    assert rows(county)["per_head"].reestimated is None


def test_regulations_goals_hold_until_a_county_sets_its_own(county: Unit) -> None:
    town = make_unit(county, Level.TOWNSHIP)
    found = rows(town)
    assert {code: row.target.most for code, row in found.items() if row.target} == {
        "issued_meeting": -30, "issued_document": -30, "issued_inspection": -50,
    }  # fmt: skip
    for code, value in (("issued_document", -40), ("per_head", 600)):
        Goal.objects.create(county=county, code=code, value=value, source="县减负办2026年要点", set_at=NOW)
    found = rows(town)
    assert (found["issued_document"].target.most, found["issued_document"].target.is_relative) == (-40, True)
    assert (found["per_head"].target.most, found["per_head"].target.is_relative) == (600, False)


def test_restated_values_are_of_todays_tree_and_say_what_is_not_known_in_it(county: Unit) -> None:
    add_sums(county, returns=6, per_head=600)
    add_asked(county, targets=9)
    found = {
        row.indicator.code: row.now for row in indicator_rows(make_actor(county, "reviewer"), county, WEEK, RESTATED)
    }
    assert found["person_hours"].number == 3600
    assert {str(found[code].why) for code in ("planned_share", "estimate", "portal_share")} == {str(AS_REPORTED)}


def test_values_of_any_weeks_are_those_of_the_same_period(county: Unit) -> None:
    for back in range(2):
        add_sums(county, LAST_WEEK.plus(-back), per_head=600 + back)
        add_asked(county, LAST_WEEK.plus(-back), targets=9, planned=back)
    month = Period.of("month", LAST_WEEK, until=LAST_WEEK)
    of_page = {row.indicator.code: row.now for row in indicator_rows(make_actor(county, "reviewer"), county, month)}
    same = Period("weeks", month.weeks)
    of_file = {each.code: value for each, value in indicator_values(make_actor(county, "office"), county, same)}
    assert of_file == of_page


def test_number_of_queries_does_not_grow(county: Unit, django_assert_num_queries) -> None:
    actor = make_actor(county, "reviewer")
    for back in range(3):
        add_sums(county, LAST_WEEK.plus(-back))
        add_asked(county, LAST_WEEK.plus(-back))
    for period in (WEEK, Period.of("year", LAST_WEEK)):
        with django_assert_num_queries(18):
            indicator_rows(actor, county, period)
