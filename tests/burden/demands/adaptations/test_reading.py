"""For whom and how long adaptations hold; what they spare; how reviews and hits cite them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burden.demands.adaptations.models import Adaptation
from burden.demands.adaptations.queries import thread, waiting
from burden.demands.adaptations.reading import in_force, saving, spared_times
from burden.demands.checks import ADAPTED, POSSIBLE
from burden.demands.hits import rule_hits
from burden.demands.price import due_days
from burden.demands.review import review
from burden.kit import clock
from burden.kit.clock import day_of
from tests.factories import NOW, THIS_WEEK, make_actor, make_adaptation, make_demand, make_unit

TODAY = day_of(NOW)
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 6, 1))


def varied(**facts):
    facts = {"kind": "receivers", "from_week": dt.date(2026, 6, 1), "until": dt.date(2026, 12, 31)} | facts
    return Adaptation(**facts)


@given(first=DAYS, length=st.integers(0, 400), frequency=st.sampled_from(["weekly", "monthly", "quarterly"]))
def test_a_rarer_time_never_spares_more_than_none_at_all(first, length, frequency):
    days = due_days(first, frequency, first + dt.timedelta(days=length))
    none = spared_times(days, varied())
    assert none == sum(dt.date(2026, 6, 1) <= day <= dt.date(2026, 12, 31) for day in days)
    left = [
        none - spared_times(days, varied(kind="frequency", frequency=rarer))
        for rarer in ("monthly", "quarterly", "once")
    ]
    assert left == sorted(left, reverse=True)
    assert left[-1] == (1 if none else 0)
    assert spared_times(days, varied(kind="form")) == 0


@given(day=DAYS)
def test_it_expires_by_its_dates_alone(day):
    one = varied(state="approved")
    assert one.is_in_force(day) == (one.from_week <= day <= one.until)
    assert one.is_over(day) == (day > one.until)
    assert not varied(state="requested").is_over(day)


@pytest.fixture
def county(db):
    return make_unit()


@pytest.fixture
def issuer(county):
    return make_actor(make_unit(county, "department"), "issuer")


def meeting(issuer, **facts):
    facts = {"category": "meeting", "minutes": 300, "first_on": THIS_WEEK.sunday} | facts
    return make_demand(issuer.unit, **facts)


def relaxed(unit, threshold="360", **facts):
    facts = {"kind": "rule", "rule_code": "MTG-LENGTH", "threshold": threshold, "change": "可以开六小时"} | facts
    return make_adaptation(unit, state="approved", **facts)


def state_of(issuer, demand, code="MTG-LENGTH"):
    return next(check for check in review(issuer, demand, TODAY).checks if check.code == code)


def test_review_cites_the_adaptation_that_covers_a_hit(issuer, county):
    make_unit(county, "township")
    demand = meeting(issuer, receivers={"levels": ["township"]})
    one = relaxed(county, area=county, whom="kind", unit_kind="town")
    assert state_of(issuer, demand).state == POSSIBLE  # of all townships only towns are covered
    demand.receivers = {"kinds": ["town"]}
    check = state_of(issuer, demand)
    assert (check.state, check.link) == (ADAPTED, f"/adaptations/{one.pk}/")
    assert one.number in check.sentence
    demand.minutes = 400
    assert state_of(issuer, demand).state == POSSIBLE  # beyond what was approved


@pytest.mark.parametrize(
    "facts",
    [
        {"until": THIS_WEEK.plus(-1).sunday, "from_week": THIS_WEEK.plus(-9).monday},
        {"from_week": THIS_WEEK.plus(1).monday},
        {"state": "withdrawn"},
        {"whom": "unit"},
    ],
    ids=["over", "to come", "withdrawn", "of another"],
)
def test_what_does_not_hold_covers_nothing(issuer, county, facts):
    town = make_unit(county, "township")
    base = {
        "area": county,
        "kind": "rule",
        "rule_code": "MTG-LENGTH",
        "whom": "kind",
        "unit_kind": "town",
        "state": "approved",
    }
    make_adaptation(town, **(base | facts))
    assert state_of(issuer, meeting(issuer, receivers={"kinds": ["town"]})).state == POSSIBLE


def test_hits_count_apart_what_is_covered_and_cite_it(issuer, county):
    covered = meeting(issuer, receivers={"kinds": ["town"]})
    other = meeting(issuer, receivers={"levels": ["village"]})
    one = relaxed(county, area=county, whom="kind", unit_kind="town")
    found = {hit.rule.code: hit for hit in rule_hits(issuer, issuer.unit, [covered.pk, other.pk])}["MTG-LENGTH"]
    assert (found.demands, found.adapted, found.adaptations) == (1, 1, (one,))


@pytest.mark.parametrize(("days", "state"), [(-1, ADAPTED), (0, ADAPTED), (1, POSSIBLE), (400, POSSIBLE)])
def test_what_goes_on_is_reviewed_anew_by_itself_the_day_after_it_ends(issuer, county, days, state, monkeypatch):
    last = THIS_WEEK.plus(2).sunday
    relaxed(county, area=county, whom="kind", unit_kind="town", until=last)
    dates = {"first_on": THIS_WEEK.sunday, "until": THIS_WEEK.plus(40).sunday, "frequency": "weekly"}
    demand = meeting(issuer, receivers={"kinds": ["town"]}, **dates)
    day = last + dt.timedelta(days=days)
    found = next(check for check in review(issuer, demand, day).checks if check.code == "MTG-LENGTH")
    assert found.state == state
    monkeypatch.setattr(clock, "now", lambda: clock.midnight(day))
    (hit,) = [hit for hit in rule_hits(issuer, issuer.unit, [demand.pk]) if hit.rule.code == "MTG-LENGTH"]
    assert (hit.demands, hit.adapted) == ((0, 1) if state == ADAPTED else (1, 0))


@pytest.mark.parametrize(("days", "state"), [(0, ADAPTED), (1, POSSIBLE)])
def test_what_is_due_once_is_held_against_its_own_day_for_ever(issuer, county, days, state):
    last = THIS_WEEK.plus(2).sunday
    relaxed(county, area=county, whom="kind", unit_kind="town", until=last)
    demand = meeting(issuer, receivers={"kinds": ["town"]}, first_on=last + dt.timedelta(days=days))
    for day in (TODAY, last + dt.timedelta(days=200)):
        found = next(check for check in review(issuer, demand, day).checks if check.code == "MTG-LENGTH")
        assert found.state == state


def test_review_says_for_whom_of_the_receivers_something_else_holds(issuer, county):
    towns = [make_unit(county, "township") for _ in range(3)]
    demand = make_demand(issuer.unit, title="防火日报")
    one = make_adaptation(towns[0], demand, area=county, state="approved", change="不再报")
    check = state_of(issuer, demand, f"adaptation-{one.pk}")
    assert check.state == ADAPTED
    assert "已批准改为“不再报”" in check.sentence


def test_adaptations_are_read_in_one_query(issuer, county, django_assert_num_queries):
    for _ in range(3):
        relaxed(county, area=county)
        with django_assert_num_queries(1):
            in_force(issuer.unit, TODAY)


def test_saving_is_units_times_minutes_times_what_falls_away(issuer, county):
    dates = {"first_on": THIS_WEEK.monday, "until": THIS_WEEK.plus(9).sunday}
    demand = make_demand(issuer.unit, frequency="weekly", people=2, minutes=15, **dates)
    one = make_adaptation(make_unit(county, "township"), demand, area=county, until=THIS_WEEK.plus(3).sunday)
    found = saving(one, demand, 10)
    assert (found.units, found.each_min, found.times, found.person_min) == (10, 30, 4, 1_200)
    assert saving(one, None, 10) is None


def test_request_waits_for_the_office_and_its_end_for_the_lead(county, issuer):
    town = make_unit(county, "township")
    office, lead = make_actor(county, "office"), make_actor(town, "lead")
    asked = make_adaptation(town, area=county)
    make_adaptation(town, area=county, requested_by=office.user)
    make_adaptation(town, area=county, state="approved", until=THIS_WEEK.plus(1).sunday)
    make_adaptation(town, area=county, state="approved")
    found = waiting(office, NOW)
    assert [each.url for each in found] == [f"/adaptations/{asked.pk}/"]
    assert found[0].due == dt.date(2026, 12, 1)
    assert [each.due for each in waiting(lead, NOW)] == [THIS_WEEK.plus(1).sunday]
    assert waiting(make_actor(make_unit(), "office"), NOW) == []


def test_demand_and_adaptation_are_linked_both_ways(county, issuer):
    demand = make_demand(issuer.unit)
    one = make_adaptation(make_unit(county, "township"), demand, area=county)
    office = make_actor(county, "office")
    assert [link.url for link in thread(office, "demand", demand.pk)] == [f"/adaptations/{one.pk}/"]
    assert [link.url for link in thread(office, "adaptation", one.pk)] == [f"/demands/{demand.pk}/"]
    assert thread(make_actor(make_unit(), "office"), "demand", demand.pk) == []


def test_review_names_the_one_unit_for_which_something_else_holds(issuer, county):
    town = make_unit(county, "township", name="柳河镇")
    one = make_adaptation(town, make_demand(issuer.unit, title="防火日报"), area=county, state="approved")
    check = state_of(issuer, one.demand, f"adaptation-{one.pk}")
    assert check.sentence.startswith("柳河镇已批准改为“不再报”")
