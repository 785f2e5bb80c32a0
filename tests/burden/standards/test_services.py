"""Goals and samples: what the office sets, from when, and who gets which panel."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest

from burden.accounts.actor import Actor
from burden.kit.errors import Refused
from burden.ledger.models import AuditEvent
from burden.standards.models import Goal, Sample, SamplePanel
from burden.standards.queries import sampled, turn
from burden.standards.sampling import panel_of
from burden.standards.services import deal_panels, drop_goal, set_goal, start_sample, stop_sample, take_back_sample
from burden.units.models import Level, Unit
from tests.database import as_role, in_threads
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_actor, make_post, make_unit

NEXT_WEEK = THIS_WEEK.plus(1)


@pytest.fixture
def county(db: None) -> Unit:
    return make_unit(make_unit(level="city"))


@pytest.fixture
def office(county: Unit) -> Actor:
    return make_actor(county, "office")


def start(office: Actor, county: Unit, from_: dt.date = NEXT_WEEK.monday) -> Sample:
    with as_role("burden_web"):
        return start_sample(by=office, county=county, from_=from_, now=NOW)


def stop(office: Actor, county: Unit, from_: dt.date) -> Sample:
    with as_role("burden_web"):
        return stop_sample(by=office, county=county, from_=from_, now=NOW)


def panels(*units: Unit) -> list[int]:
    found = Counter(SamplePanel.objects.filter(cadre__posts__unit__in=units).values_list("panel", flat=True))
    return [found[panel] for panel in range(4)]


def test_start_deals_panels_alike_in_kinds(office: Actor, county: Unit) -> None:
    town = make_unit(county, Level.TOWNSHIP)
    villages = [make_unit(town, Level.VILLAGE) for _ in range(3)]
    for unit, cadres in ((town, 8), *((village, 3) for village in villages)):
        for _ in range(cadres):
            make_post(unit)
    make_post(make_unit(county.parent))
    make_post(town, "lead")
    sample = start(office, county)
    assert panels(town) == [2, 2, 2, 2]
    assert sorted(panels(*villages)) == [2, 2, 2, 3]
    assert SamplePanel.objects.count() == 17
    assert AuditEvent.objects.get(what="sample.started").detail["dealt"] == 17
    assert (sample.from_week, sample.until_week) == (NEXT_WEEK.monday, None)


def test_who_came_since_is_dealt_at_night_and_keeps_the_rest(office: Actor, county: Unit) -> None:
    old = make_post(county)
    start(office, county, THIS_WEEK.monday)
    before = SamplePanel.objects.get(cadre=old.user).panel
    make_post(county)
    make_post(county, until=LAST_WEEK.monday)
    with as_role("burden_worker"):
        assert deal_panels(now=NOW) == 1
        assert deal_panels(now=NOW) == 0
    assert SamplePanel.objects.get(cadre=old.user).panel == before
    assert SamplePanel.objects.count() == 2


def test_sample_begins_within_a_year(office: Actor, county: Unit) -> None:
    """A slip of the pen would forbid every other sample until then."""
    with pytest.raises(Refused, match="最多提前一年") as caught:
        start(office, county, dt.date(2099, 12, 28))
    assert caught.value.code == "sample.ahead"


def test_what_has_not_begun_is_taken_back(office: Actor, county: Unit) -> None:
    sample = start(office, county, THIS_WEEK.plus(40).monday)
    with as_role("burden_web"):
        take_back_sample(by=office, sample=sample, now=NOW)
    assert not Sample.objects.exists()
    assert AuditEvent.objects.get(what="sample.taken_back").subject_id == str(sample.pk)
    begun = start(office, county, THIS_WEEK.monday)
    with pytest.raises(Refused, match="它已经开始了"):
        take_back_sample(by=office, sample=begun, now=NOW)


def test_refusals_say_what_is(office: Actor, county: Unit) -> None:
    later = NEXT_WEEK.plus(1)
    sample = start(office, county, later.monday)
    with pytest.raises(Refused, match=f"已定好从 {later} 起四周问一周"):
        start(office, county)
    Sample.objects.filter(pk=sample.pk).update(from_week=LAST_WEEK.monday)
    with pytest.raises(Refused, match=f"从 {LAST_WEEK} 起已经是四周问一周"):
        start(office, county)
    stop(office, county, later.monday)
    with pytest.raises(Refused, match=f"{later} 前都是"):
        start(office, county)
    with pytest.raises(Refused, match=f"已定好从 {later} 起每周都问"):
        stop(office, county, NEXT_WEEK.monday)


@pytest.mark.parametrize("value", [40, Decimal("0.6"), -101])
def test_goal_above_last_year_is_refused(office: Actor, county: Unit, value: Decimal) -> None:
    """Whoever forgets the minus would set an increase."""
    with pytest.raises(Refused, match="填 −40"):
        set_goal(by=office, county=county, code="issued_meeting", value=Decimal(value), source="", now=NOW)
    assert not Goal.objects.exists()


def test_two_starts_at_once_make_one_sample(transactional_db) -> None:
    county = make_unit()
    office = make_actor(county, "office")
    found = in_threads(2, lambda _: start_sample(by=office, county=county, from_=NEXT_WEEK.monday, now=NOW))
    assert sorted(getattr(each, "code", "") for each in found) == ["", "sample.on"]


def test_sample_may_be_on_again_after_it_was_off(office: Actor, county: Unit) -> None:
    start(office, county, THIS_WEEK.monday)
    stop(office, county, NEXT_WEEK.monday)
    start(office, county, NEXT_WEEK.monday)
    assert Sample.objects.filter(county=county).count() == 2


@pytest.mark.parametrize(
    ("from_", "code"),
    [(THIS_WEEK.sunday, "sample.monday"), (LAST_WEEK.monday, "sample.past"), (NEXT_WEEK.monday, "sample.on")],
)
def test_start_refuses_what_cannot_be(office: Actor, county: Unit, from_: dt.date, code: str) -> None:
    Sample.objects.create(county=county, from_week=LAST_WEEK.monday)
    with pytest.raises(Refused) as refused:
        start(office, county, from_)
    assert refused.value.code == code


def test_stop_refuses_what_is_not_on_or_has_not_begun(office: Actor, county: Unit) -> None:
    for code in ("sample.off", "sample.short"):
        with pytest.raises(Refused) as refused:
            stop(office, county, NEXT_WEEK.monday)
        assert refused.value.code == code
        start_sample(by=office, county=county, from_=NEXT_WEEK.monday, now=NOW) if code == "sample.off" else None


def test_turn_is_none_in_the_own_week_and_names_the_next_in_others(office: Actor, county: Unit) -> None:
    village = make_unit(make_unit(county, Level.TOWNSHIP), Level.VILLAGE)
    actor = make_actor(village)
    assert turn(actor, village, THIS_WEEK) is None
    start(office, county, THIS_WEEK.monday)
    own = SamplePanel.objects.get(cadre=actor.user).panel
    weeks = [THIS_WEEK.plus(n) for n in range(4)]
    turns = {panel_of(week): turn(actor, village, week) for week in weeks}
    assert turns[own] is None
    assert {panel_of(found) for panel, found in turns.items() if panel != own} == {own}
    assert turn(actor, village, LAST_WEEK) is None
    assert turn(make_actor(make_unit()), village, THIS_WEEK) is None


def test_turn_is_when_the_sample_ends_where_that_comes_first(office: Actor, county: Unit) -> None:
    actor = make_actor(county)
    start(office, county, THIS_WEEK.monday)
    SamplePanel.objects.filter(cadre=actor.user).update(panel=(panel_of(THIS_WEEK) + 3) % 4)
    stop(office, county, NEXT_WEEK.monday)
    assert turn(actor, county, THIS_WEEK) == NEXT_WEEK
    assert turn(actor, county, NEXT_WEEK) is None


def test_sample_is_known_above_and_below_its_county(office: Actor, county: Unit) -> None:
    town = make_unit(county, Level.TOWNSHIP)
    start(office, county)
    for unit, expected in ((county.parent, True), (county, True), (town, True), (make_unit(county.parent), False)):
        assert sampled(office, unit, NEXT_WEEK.monday, NEXT_WEEK.monday) is expected
    assert not sampled(office, county, LAST_WEEK.monday, THIS_WEEK.monday)


def test_goal_is_kept_in_whole_minutes_or_per_cent(office: Actor, county: Unit) -> None:
    for code, value in (("per_head", "10.5"), ("issued_form", "-20"), ("issued_form", "-25")):
        with as_role("burden_web"):
            set_goal(by=office, county=county, code=code, value=Decimal(value), source="要点", now=NOW)
    assert dict(Goal.objects.values_list("code", "value")) == {"per_head": 630, "issued_form": -25}
    with as_role("burden_web"):
        drop_goal(by=office, goal=Goal.objects.get(code="per_head"), now=NOW)
    assert AuditEvent.objects.filter(what__startswith="goal.").count() == 4
    assert Goal.objects.count() == 1


@pytest.mark.parametrize(("code", "value"), [("per_head", "0"), ("per_head", "101"), ("issued_form", "-101")])
def test_goal_refuses_what_cannot_be_meant(office: Actor, county: Unit, code: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        set_goal(by=office, county=county, code=code, value=Decimal(value), source="", now=NOW)
    assert refused.value.code == "goal.value"
