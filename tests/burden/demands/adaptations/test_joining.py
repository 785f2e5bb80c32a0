"""Joining what was approved for another: who may, when, what comes of it; and what comes back when it is taken back."""

from __future__ import annotations

import datetime as dt

import pytest

from burden.accounts.roles import Role
from burden.demands.adaptations import queries, services
from burden.demands.adaptations.models import Adaptation, State
from burden.demands.models import Target
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.standards.models import Rule
from tests.burden.demands.adaptations.test_services import Place
from tests.database import as_role
from tests.factories import NOW, THIS_WEEK, make_actor, make_adaptation, make_unit


@pytest.fixture
def place(db):
    return Place()


@pytest.fixture
def held(place):
    return place.approve(place.ask())


def join(place, one, number=1, by=None, now=NOW):
    town = place.towns[number]
    return services.join_adaptation(by=by or make_actor(town, "lead"), adaptation=one, unit=town, now=now)


def test_unit_of_the_kind_asks_with_one_tap_and_ends_with_the_first(place, held):
    asked = join(place, held)
    assert (asked.state, asked.joined, asked.whom, asked.unit) == ("requested", held, "unit", place.towns[1])
    assert (asked.kind, asked.demand, asked.change, asked.reason) == (held.kind, held.demand, held.change, held.reason)
    assert (asked.from_week, asked.until) == (THIS_WEEK.plus(1).monday, held.until)
    assert held.number in asked.evidence
    with pytest.raises(Refused, match="不能更晚") as refused:
        place.approve(asked, from_week=asked.from_week, until=held.until + dt.timedelta(days=1))
    assert list(refused.value.errors) == ["until"]
    assert place.weeks(place.towns[1]) == 13
    place.approve(asked, from_week=asked.from_week, until=held.until)
    assert place.weeks(place.towns[1]) == 1  # this week's stays
    assert list(queries.joins(place.office, held)) == [asked]


@pytest.mark.parametrize("state", State)
def test_only_what_holds_or_waits_is_joined(place, state):
    one = make_adaptation(place.towns[0], place.demand, area=place.county, state=state)
    if state in (State.APPROVED, State.REQUESTED):
        assert join(place, one).joined == one
        with pytest.raises(Conflict, match="已经有一项同样的申请"):
            join(place, one)
        return
    with pytest.raises((Conflict, Adaptation.DoesNotExist)):
        join(place, one)
    with pytest.raises(Conflict, match="不能加入"):  # who sees it hears why
        services.join_adaptation(by=place.lead, adaptation=one, unit=place.towns[0], now=NOW)
    assert Adaptation.every.count() == 1


@pytest.mark.parametrize("role", Role)
def test_only_the_lead_joins(place, held, role):
    actor = make_actor(place.towns[1] if role in (Role.LEAD, Role.CADRE) else place.county, role)
    if role == Role.LEAD:
        assert join(place, held, by=actor).state == State.REQUESTED
        return
    with pytest.raises(Refused, match="由本单位负责人加入"):
        join(place, held, by=actor)


def test_last_week_of_it_is_too_late_and_the_one_before_is_not(place):
    ends = {"until": THIS_WEEK.plus(1).monday}
    last = make_adaptation(place.towns[0], place.demand, area=place.county, state="approved", **ends)
    assert join(place, last).until == THIS_WEEK.plus(1).monday
    with pytest.raises(Conflict, match="快到期"):
        join(place, last, 2, now=NOW + dt.timedelta(days=7))


def test_whom_it_covers_and_who_is_unlike_do_not_join(place, held):
    with pytest.raises(Conflict, match="本来就包括"):
        services.join_adaptation(by=place.lead, adaptation=held, unit=place.towns[0], now=NOW)
    street, other = make_unit(place.county, "township", kind="street"), make_unit(make_unit(), "township")
    with pytest.raises(Refused, match="同类的"):
        services.join_adaptation(by=make_actor(street, "lead"), adaptation=held, unit=street, now=NOW)
    with pytest.raises(Adaptation.DoesNotExist):
        services.join_adaptation(by=make_actor(other, "lead"), adaptation=held, unit=other, now=NOW)
    like = make_unit(place.county, "township", kind="street", traits=["山区"])
    lead = make_actor(like, "lead")
    assert services.may_join(by=lead, adaptation=held, unit=like, today=NOW.date())
    services.join_adaptation(by=lead, adaptation=held, unit=like, now=NOW)
    assert not services.may_join(by=lead, adaptation=held, unit=like, today=NOW.date())
    assert not services.may_join(by=lead, adaptation=held, unit=None, today=NOW.date())


def test_own_way_is_taken_over_not_joined(place):
    way = make_adaptation(place.towns[0], area=place.county, state="approved")
    with pytest.raises(Conflict, match="不能加入"):
        join(place, way)


def test_withdrawn_demand_is_neither_joined_nor_approved(place, held):
    asked, own = join(place, held), place.ask(kind="form", change="换张表")
    type(place.demand).every.update(state="withdrawn", withdrawn_at=NOW)
    with pytest.raises(Refused, match="已经撤回"):
        join(place, held, 2)
    for one in (asked, own):
        with pytest.raises(Refused, match="已经撤回"):
            place.approve(one)
        assert Adaptation.every.get(pk=one.pk).state == State.REQUESTED


def test_rule_that_became_hard_is_not_joined(place):
    facts = {"kind": "rule", "rule_code": "MTG-LENGTH", "area": place.county, "state": "approved"}
    one = make_adaptation(place.towns[0], **facts)
    Rule.objects.filter(code="MTG-LENGTH").update(strength="hard", active=True, text_verified=True)
    with pytest.raises(Refused, match="一律、不得的规定不能调"):
        join(place, one)


def test_first_taken_back_before_the_decision_lets_nobody_in(place, held):
    asked, sure = join(place, held), join(place, held, 2)
    place.approve(sure, from_week=sure.from_week, until=sure.until)
    services.withdraw_adaptation(by=place.lead, adaptation=held, note="有林地了", now=NOW)
    with pytest.raises(Conflict, match="已经撤回") as refused:
        place.approve(asked, from_week=asked.from_week, until=asked.until)
    assert refused.value.code == "adaptation.gone"
    assert Adaptation.every.get(pk=sure.pk).state == State.APPROVED  # it was decided by itself


def test_who_joins_while_it_waits_is_decided_with_it(place):
    first = place.ask()
    asked = join(place, first)
    with pytest.raises(Conflict, match="先定它加入的") as refused:
        place.approve(asked, from_week=asked.from_week)
    assert refused.value.code == "adaptation.first"
    less = {"frequency": "monthly", "change": "每月一次"}
    place.approve(first, less=less, note="还要看一眼", until=THIS_WEEK.plus(11).sunday)
    asked.refresh_from_db()
    told = (asked.state, asked.kind, asked.frequency, asked.change, asked.until, asked.note)
    assert told == ("approved", "frequency", "monthly", "每月一次", THIS_WEEK.plus(11).sunday, "还要看一眼")
    assert place.weeks(place.towns[0]) == place.weeks(place.towns[1]) < 13 == place.weeks(place.towns[2])
    assert AuditEvent.objects.filter(what="adaptation.approved").count() == 2


@pytest.mark.parametrize("act", ["refuse", "return", "withdraw"])
def test_who_joined_is_refused_with_it_or_goes_on_alone(place, act):
    first = place.ask()
    asked = join(place, first)
    do = getattr(services, f"{act}_adaptation")
    do(by=place.lead if act == "withdraw" else place.office, adaptation=first, note="说明", now=NOW)
    asked.refresh_from_db()
    if act == "refuse":
        assert (asked.state, asked.note) == (State.REFUSED, "说明")
        return
    assert (asked.state, asked.joined) == (State.REQUESTED, None)
    assert place.approve(asked, from_week=asked.from_week).state == State.APPROVED


def test_request_that_waits_is_seen_by_leads_around_it_and_no_department(place):
    one = place.ask()
    lead = make_actor(place.towns[1], "lead")
    assert services.may_join(by=lead, adaptation=one, unit=place.towns[1], today=NOW.date())
    for unit, role in (
        (place.towns[1], "cadre"),
        (make_unit(place.county, "department"), "issuer"),
        (make_unit(), "lead"),
    ):
        assert not Adaptation.objects.visible_to(make_actor(unit, role)).exists()


def test_what_is_taken_back_asks_again_from_next_week_on(place):
    other = place.approve(place.ask(whom="trait", trait="山区", kind="frequency", frequency="monthly", change="每月"))
    assert [place.weeks(town) for town in place.towns] == [4, 4, 13]
    one = place.approve(place.ask())
    assert [place.weeks(town) for town in place.towns] == [0, 4, 13]
    with as_role("burden_web"):
        act_as(place.lead.user_id)
        services.withdraw_adaptation(by=place.lead, adaptation=one, note="有林地了", now=NOW)
    assert [place.weeks(town) for town in place.towns] == [4, 4, 13]  # as often as the other lets it
    act_as(place.office.user_id)
    services.withdraw_adaptation(by=place.office, adaptation=other, note="都要", now=NOW)
    assert [place.weeks(town) for town in place.towns] == [12, 13, 13]  # this week's is not asked afterwards


def test_request_that_is_taken_back_changes_no_week(place):
    one = place.ask()
    services.withdraw_adaptation(by=place.lead, adaptation=one, note="不用了", now=NOW)
    assert Target.every.filter(demand=place.demand).count() == 39


def test_lead_joins_on_the_page(client, place, held, monkeypatch):
    monkeypatch.setattr("burden.kit.clock.now", lambda: NOW)
    client.force_login(make_actor(place.towns[1], "lead").user)
    page = f"/adaptations/{held.pk}/"
    assert f"{page}join/" in client.get(page).text
    made = client.post(f"{page}join/", follow=True)
    assert "提出加入了" in made.text and f'href="{page}"' in made.text
    assert "join/" not in client.get(page).text
    again = client.post(f"{page}join/")
    assert (again.status_code, "已经有一项同样的申请" in again.text) == (409, True)
    client.force_login(place.office.user)
    assert "加入的单位" in client.get(page).text


def test_join_that_waited_past_its_last_day_is_sent_back_or_refused_and_granted_no_more(
    place, held, client, monkeypatch
):
    asked = join(place, held)
    late = NOW + dt.timedelta(days=(held.until - NOW.date()).days + 1)
    monkeypatch.setattr("burden.kit.clock.now", lambda: late)
    granted = {"by": place.office, "adaptation": asked, "from_week": asked.from_week, "until": asked.until, "note": ""}
    for less in (None, {"change": "每月一次"}):
        with pytest.raises(Conflict, match="已经过了，不能再同意") as refused:
            services.approve_adaptation(**granted, less=less, now=late)
        assert refused.value.code == "adaptation.late"
    client.force_login(place.office.user)
    page = client.get(f"/adaptations/{asked.pk}/")
    assert "已经过了，不能再同意" in page.text
    assert [value for value, _label in page.context["form"].fields["do"].choices] == ["refuse"]
    assert "until" not in page.context["form"].fields
    answer = client.post(f"/adaptations/{asked.pk}/decide/", {"do": "approve", "from_week": asked.from_week})
    assert answer.status_code == 422 and Adaptation.every.get(pk=asked.pk).state == "requested"
    services.return_adaptation(by=place.office, adaptation=asked, note="换个日期", now=late)
    assert Adaptation.every.get(pk=asked.pk).state == "returned"
