"""The states of a practice: every state and act, by every role; what is refused; taking one over."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest

from burden.accounts.roles import Role
from burden.demands.adaptations.models import Adaptation
from burden.demands.models import Demand
from burden.demands.practices import services
from burden.demands.practices.models import TRANSITIONS, Act, Practice, State
from burden.demands.practices.queries import adoptions, practices, templates, thread, waiting
from burden.demands.services.drafts import lock
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from tests.database import as_role
from tests.factories import NOW, THIS_WEEK, make_actor, make_demand, make_practice, make_unit

SAID = {"title": "周三不开会", "text": "都放在\n周四", "category": "meeting", "since": THIS_WEEK.plus(-20).monday}


class Place:
    def __init__(self) -> None:
        self.county = make_unit()
        self.towns = [make_unit(self.county, "township") for _ in range(3)]
        self.office = make_actor(self.county, "office")
        self.leads = [make_actor(town, "lead") for town in self.towns]

    def write(self, **said):
        return services.write_practice(by=self.leads[0], unit=self.towns[0], now=NOW, **(SAID | said))

    def published(self):
        return services.publish_practice(by=self.office, practice=self.write(), now=NOW)

    def adopt(self, one, number=1):
        return services.adopt_practice(by=self.leads[number], practice=one, unit=self.towns[number], now=NOW)


@pytest.fixture
def place(db):
    return Place()


def act_on(one, act, by):
    if act == Act.REFUSE:
        return services.refuse_practice(by=by, practice=one, note="还要再看看", now=NOW)
    do = services.publish_practice if act == Act.PUBLISH else services.withdraw_practice
    return do(by=by, practice=one, now=NOW)


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_every_state_takes_the_acts_of_its_table_and_no_other(place, state, act):
    one = make_practice(place.towns[0], area=place.county, state=state)
    by = place.leads[0] if act == Act.WITHDRAW else place.office
    if (state, act) in TRANSITIONS:
        assert act_on(one, act, by).state == TRANSITIONS[state, act]
        with pytest.raises(Conflict):
            act_on(one, act, by)
        return
    with pytest.raises(Conflict, match="不能"):
        act_on(one, act, by)
    assert Practice.every.get(pk=one.pk).state == state
    assert not AuditEvent.objects.filter(subject="practice").exists()


@pytest.mark.parametrize(("role", "act"), list(product(Role, Act)))
def test_office_publishes_and_the_own_lead_takes_back(place, role, act):
    one = place.write()
    actor = make_actor(place.towns[0] if role in (Role.LEAD, Role.CADRE) else place.county, role)
    if (role, act == Act.WITHDRAW) in ((Role.OFFICE, False), (Role.LEAD, True)):
        assert act_on(one, act, actor).state == TRANSITIONS[State.WRITTEN, act]
        return
    with pytest.raises((Refused, Practice.DoesNotExist)):
        act_on(one, act, actor)
    assert Practice.every.get(pk=one.pk).state == State.WRITTEN


def test_nobody_publishes_the_own(place):
    one = make_practice(place.towns[0], area=place.county, written_by=place.office.user)
    with pytest.raises(Refused, match="自己写的不能自己发布"):
        act_on(one, Act.PUBLISH, place.office)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": ""}, "title"),
        ({"text": "长" * 1001}, "text"),
        ({"since": THIS_WEEK.monday + dt.timedelta(days=1)}, "since"),
        ({"since": THIS_WEEK.plus(1).monday}, "since"),
        ({"since": THIS_WEEK.plus(-200).monday}, "since"),
        ({"category": "party"}, "category"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_beside_its_field(place, said, field):
    with pytest.raises(Refused) as refused:
        place.write(**said)
    assert list(refused.value.errors) == [field]
    assert not Practice.every.exists()


def test_taking_over_makes_an_adaptation_of_the_own_unit_for_a_year(place):
    one = place.published()
    made = place.adopt(one)
    assert (made.unit, made.kind, made.state, made.practice) == (place.towns[1], "way", "approved", one)
    assert (made.from_week, made.until) == (THIS_WEEK.plus(1).monday, THIS_WEEK.plus(52).sunday)
    assert made.decided_by == place.office.user != made.requested_by
    with pytest.raises(Conflict, match="已经在用了"):
        place.adopt(one)
    with pytest.raises(Refused, match="本单位的做法"):
        place.adopt(one, 0)
    assert [each.unit for each in adoptions(place.leads[2], [one])] == [place.towns[1]]
    assert [link.url for link in thread(place.office, "practice", one.pk)] == [f"/adaptations/{made.pk}/"]
    assert [link.url for link in thread(place.office, "adaptation", made.pk)] == [f"/practices/{one.pk}/"]


def test_only_what_is_published_is_taken_over_and_by_the_own_lead(place):
    one = place.write()
    with pytest.raises(Practice.DoesNotExist):
        place.adopt(one)
    services.publish_practice(by=place.office, practice=one, now=NOW)
    with pytest.raises(Refused, match="由本单位负责人采用"):
        services.adopt_practice(by=place.leads[1], practice=one, unit=place.towns[2], now=NOW)
    lead = make_actor(make_unit(make_unit(), "township"), "lead")
    with pytest.raises(Practice.DoesNotExist):
        services.adopt_practice(by=lead, practice=one, unit=lead.unit, now=NOW)
    services.withdraw_practice(by=place.leads[0], practice=one, now=NOW)
    with pytest.raises((Conflict, Practice.DoesNotExist)):
        place.adopt(one)
    assert not Adaptation.every.exists()


def test_only_the_own_lead_writes(place):
    with pytest.raises(Refused, match="由本单位负责人来写"):
        services.write_practice(by=place.office, unit=place.towns[0], now=NOW, **SAID)


def test_what_was_not_published_stays_in_the_own_list_with_its_reason(place):
    one = place.write()
    act_on(one, Act.REFUSE, place.office)
    assert [each.note for each in practices(place.leads[0])] == ["还要再看看"]
    assert not practices(place.leads[1]) and not practices(place.office)


def form_of(place, **facts):
    return make_demand(place.towns[0], title="一户一表", fields=["户主"], lead=place.towns[0], **facts)


def test_template_drafts_its_demand_in_the_adopters_name(place):
    form = form_of(place, receivers={"levels": ["village"]})
    one = services.publish_practice(by=place.office, practice=place.write(template=form), now=NOW)
    adopt = {"by": place.leads[1], "practice": one, "unit": place.towns[1], "as_template": True, "now": NOW}
    with pytest.raises(Refused, match="没有登记事项的人") as refused:
        services.adopt_practice(**adopt)
    assert refused.value.code == "practice.issuer"
    clerk = make_actor(place.towns[1], "issuer")
    with as_role("burden_web"):
        act_as(place.leads[1].user_id)
        made = services.adopt_practice(**adopt)
    drafted = made.demand
    assert (drafted.title, drafted.fields, drafted.state) == ("一户一表", form.fields, "draft")
    assert (drafted.issuer, drafted.first_on, drafted.receivers) == (place.towns[1], None, {})
    assert (made.practice, made.kind, made.state) == (one, "way", "approved")
    assert lock(clerk, drafted, "draft") == drafted  # whoever registers there goes on with it


def test_practice_without_a_template_is_taken_over_as_it_is_alone(place):
    make_actor(place.towns[1], "issuer")
    gone = form_of(place)
    some = [place.published(), services.publish_practice(by=place.office, practice=place.write(template=gone), now=NOW)]
    Demand.every.update(state="withdrawn", withdrawn_at=NOW)
    for one in some:
        with pytest.raises(Refused, match="没有附登记，或者那一项已经撤回"):
            services.adopt_practice(by=place.leads[1], practice=one, unit=place.towns[1], as_template=True, now=NOW)
    assert not Adaptation.every.exists()


def test_only_an_own_demand_that_is_out_becomes_a_template(place):
    own, other = form_of(place), make_demand(place.towns[1])
    draft = form_of(place, state="draft", issued_at=None)
    for demand in (other, draft):
        with pytest.raises(Refused, match="只能附本单位正在用的登记"):
            place.write(template=demand)
    assert list(templates(place.leads[0], place.towns[0])) == [own]


def test_what_is_written_waits_for_the_office(place):
    one = place.write()
    assert [each.url for each in waiting(place.office, NOW)] == [f"/practices/{one.pk}/"]
    assert waiting(place.leads[0], NOW) == []
    act_on(one, Act.PUBLISH, place.office)
    assert waiting(place.office, NOW) == []
