"""Admissions: every state and act, by every role, in time and after it; what a grant makes; who sees them; their pages."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from burden.accounts.roles import Role
from burden.demands.admissions import queries, services
from burden.demands.admissions.models import TRANSITIONS, Act, Admission, State
from burden.kit import clock
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.standards.models import DayOverride, DutyItem
from tests.database import as_role
from tests.factories import NOW, make_actor, make_admission, make_demand, make_duty, make_unit

ASKED = {
    "title": "农村电商站点运营月报",
    "basis": "商发〔2026〕3号",
    "reason": "部门在乡镇没有人",
    "whom": "18 个乡镇",
    "person_min": 2_160,
}
GRANT = {"code": "2-51", "kind": "cooperating", "citation": "临减办〔2026〕9号", "note": ""}


class Place:
    """A county with an office, and a bureau with a clerk."""

    def __init__(self) -> None:
        self.county = make_unit(make_unit(level="city"), "county")
        self.bureau = make_unit(self.county, "department", name="县商务局")
        self.office, self.issuer = make_actor(self.county, "office"), make_actor(self.bureau, "issuer")

    def ask(self, by=None, now=NOW, **said):
        return services.ask_admission(by=by or self.issuer, now=now, **ASKED | said)

    def act(self, one, act, by, now=NOW, **said):
        if act == Act.GRANT:
            return services.grant_admission(by=by, admission=one, now=now, **GRANT | said)
        if act == Act.REFUSE:
            return services.refuse_admission(by=by, admission=one, now=now, **{"note": "部门自己办"} | said)
        return services.withdraw_admission(by=by, admission=one, now=now)


@pytest.fixture
def place(db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Place()


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_every_state_takes_the_acts_of_its_table_and_no_other(place, state, act):
    one = make_admission(place.bureau, county=place.county, state=state)
    by = place.issuer if act == Act.WITHDRAW else place.office
    if (state, act) in TRANSITIONS:
        assert place.act(one, act, by).state == TRANSITIONS[state, act]
        return
    with pytest.raises(Conflict) as refused:
        place.act(one, act, by)
    assert refused.value.code == "admission.state"
    one.refresh_from_db()
    assert one.state == state


@pytest.mark.parametrize(
    "role", [role for role in Role.values if role not in ("sysadmin", "secadmin", "auditor", "cadre")]
)
def test_only_the_office_decides_and_only_the_asking_unit_takes_back(place, role):
    one, actor = place.ask(), make_actor(place.county, role)
    for act in Act:
        if act != Act.WITHDRAW and role == Role.OFFICE:
            continue
        with pytest.raises(Refused) as refused:
            place.act(one, act, actor)
        assert refused.value.code in {"admission.office", "admission.unit"}
    assert Admission.every.get().state == State.ASKED and not DutyItem.objects.exists()


def test_office_of_another_county_does_not_even_see_it(place):
    one = place.ask()
    with pytest.raises(Admission.DoesNotExist):
        place.act(one, Act.GRANT, make_actor(make_unit(place.county.parent, "county"), "office"))
    assert place.act(one, Act.GRANT, make_actor(place.county.parent, "office")).state == State.GRANTED


def test_grant_puts_it_on_the_list_with_its_citation(place):
    one = place.act(place.ask(), Act.GRANT, place.office, note="一年一评")
    item = DutyItem.objects.get()
    assert (item.code, item.title, item.kind, item.owner, item.county) == (
        "2-51",
        one.title,
        "cooperating",
        place.bureau,
        place.county,
    )
    assert (item.citation, item.note, one.item, one.note) == (
        "临减办〔2026〕9号",
        "18 个乡镇；一年一评",
        item,
        "一年一评",
    )
    assert set(AuditEvent.objects.values_list("what", flat=True)) == {"admission.asked", "admission.granted"}


def test_refusal_keeps_its_reason(place):
    one = place.act(place.ask(), Act.REFUSE, place.office)
    assert (one.state, one.note, one.decided_by) == ("refused", "部门自己办", place.office.user)
    with pytest.raises(Refused, match="还没填理由"):
        place.act(place.ask(title="另一件"), Act.REFUSE, place.office, note=" ")


@pytest.mark.parametrize(
    ("said", "code"),
    [({"kind": "recalled"}, "admission.kind"), ({"code": " "}, "admission.text"), ({"citation": ""}, "admission.text"),
     ({"code": "1-1"}, "admission.code"), ({"code": "1" * 21}, "admission.text")],
)  # fmt: skip
def test_grant_that_says_too_little_or_a_taken_number_changes_nothing(place, said, code):
    make_duty(place.county, code="1-1")
    one = place.ask()
    with pytest.raises(Refused) as refused:
        place.act(one, Act.GRANT, place.office, **said)
    assert refused.value.code == code
    assert Admission.every.get().state == State.ASKED and DutyItem.objects.count() == 1


def test_term_is_ten_working_days_by_the_county_calendar(place):
    one = place.ask()
    assert services.due_of(admission=one) == dt.date(2026, 12, 8)
    DayOverride.objects.create(day=dt.date(2026, 12, 5), is_workday=True, note="补班", set_at=NOW)
    assert services.due_of(admission=one) == dt.date(2026, 12, 7)


@pytest.mark.parametrize("act", list(Act))
def test_after_its_term_nothing_is_done_with_it_and_it_may_be_asked_again(place, act):
    one, late = place.ask(), dt.datetime(2026, 12, 9, 2, tzinfo=dt.UTC)
    by = place.issuer if act == Act.WITHDRAW else place.office
    with pytest.raises(Conflict, match="视为不准入"):
        place.act(one, act, by, now=late)
    assert not services.may_decide(by=place.office, admission=one, today=late.date())
    assert place.ask(now=late).pk != one.pk


def test_same_thing_is_asked_once_and_not_at_all_where_it_is_listed(place):
    place.ask()
    with pytest.raises(Conflict, match="已经申请过"):
        place.ask()
    make_duty(place.county, code="3-1", title="列过的")
    with pytest.raises(Refused, match="3-1"):
        place.ask(title="列过的")
    assert Admission.every.count() == 1


def test_who_asked_does_not_decide(place):
    both = make_actor(place.county, "office", place.issuer.user)
    both = type(both)(both.user, (*both.posts, *place.issuer.posts))
    with pytest.raises(Refused, match="自己提的"):
        place.act(place.ask(), Act.GRANT, both)


def test_who_registers_nothing_or_stands_above_counties_cannot_ask(place):
    with pytest.raises(PermissionDenied):
        place.ask(by=place.office)
    with pytest.raises(Refused, match="按县编"):
        place.ask(by=make_actor(make_unit(place.county.parent, "department"), "issuer"))
    with pytest.raises(Refused, match="人时"):
        place.ask(person_min=-1)


def test_web_role_does_all_of_it_with_its_own_rights(place):
    with as_role("burden_web"):
        act_as(place.issuer.user_id)
        one, other = place.ask(), place.ask(title="另一件")
        services.withdraw_admission(by=place.issuer, admission=other, now=NOW)
        act_as(place.office.user_id)
        place.act(one, Act.GRANT, place.office)
    assert [Admission.every.get(pk=each.pk).state for each in (one, other)] == [State.GRANTED, State.WITHDRAWN]


def test_it_waits_for_the_office_until_its_last_day(place):
    place.ask()
    (one,) = queries.waiting(place.office, NOW)
    assert (one.title, one.due, one.note) == (
        ASKED["title"],
        dt.date(2026, 12, 8),
        "县商务局，给18 个乡镇，每次 36 人时",
    )
    assert queries.waiting(place.office, NOW + dt.timedelta(days=20)) == []
    assert queries.waiting(place.issuer, NOW) == queries.waiting(make_actor(place.county, "reviewer"), NOW) == []


@pytest.mark.parametrize("days", range(25))
def test_tabs_part_by_the_same_day_as_the_decision(place, days):
    make_admission(place.bureau, county=place.county, asked_at=NOW)
    now = NOW + dt.timedelta(days=days)
    in_time = services.may_decide(by=place.office, admission=Admission.every.get(), today=clock.day_of(now))
    assert queries.counts(place.office, now) == {"open": in_time, "granted": 0, "not": not in_time}


def test_thread_leads_from_demand_to_admission_and_back(place):
    demand = make_demand(place.bureau)
    one = place.act(place.ask(demand=demand), Act.GRANT, place.office)
    later = make_demand(place.bureau, duty_item=one.item)
    for each in (demand, later):
        assert [link.url for link in queries.thread(place.issuer, "demand", each.pk)] == [
            reverse("admission", args=[one.pk])
        ]
    assert {link.url for link in queries.thread(place.office, "admission", one.pk)} == {
        reverse("demand", args=[each.pk]) for each in (demand, later)
    }
    stranger = make_actor(make_unit(place.county, "department"), "issuer")
    assert queries.thread(stranger, "demand", demand.pk) == queries.thread(stranger, "admission", one.pk) == []


def test_department_asks_and_office_grants_on_pages(client, place):
    make_duty(place.county)
    make_unit(place.county, "township")
    draft = make_demand(place.bureau, state="review", title="农村电商站点运营月报", created_by=place.issuer.user)
    client.force_login(place.issuer.user)
    page = client.get(reverse("demand_edit", args=[draft.pk])).text
    ask = f"{reverse('admission_new')}?demand={draft.pk}"
    assert "先批后派" in page and ask in page
    assert 'value="农发〔2026〕12号"' in client.get(ask).text
    wrong = client.post(ask, {"title": "农村电商站点运营月报"})
    assert wrong.status_code == 422 and not Admission.every.exists()
    sent = {"title": "农村电商站点运营月报", "basis": "某文", "reason": "没有人", "whom": "各乡镇", "hours": "1.5"}
    assert "10 个工作日内定" in client.post(ask, sent, follow=True).text
    one = Admission.every.get()
    assert (one.person_min, one.demand) == (90, draft)
    client.force_login(place.office.user)
    assert "12-08 前定" in client.get(reverse("admissions")).text
    decide = reverse("admission_decide", args=[one.pk])
    assert client.post(decide, {"do": "grant", "grant-code": "2-1"}).status_code == 422
    granted = {"do": "grant"} | {f"grant-{name}": value for name, value in GRANT.items()}
    assert "写进了履职清单" in client.post(decide, granted, follow=True).text
    assert client.post(decide, granted).status_code == 422  # twice
    assert DutyItem.objects.filter(title=one.title).count() == 1
    assert "准入，条目 2-51" in client.get(reverse("admissions"), {"tab": "granted"}).text


def test_department_takes_back_and_lapsed_ones_say_so(client, place):
    one = place.ask()
    client.force_login(place.issuer.user)
    page = reverse("admission", args=[one.pk])
    assert "撤回申请" in client.get(page).text
    assert "撤回了" in client.post(reverse("admission_withdraw", args=[one.pk]), follow=True).text
    assert "不能撤回" in client.post(reverse("admission_withdraw", args=[one.pk]), follow=True).text
    other = place.ask()
    Admission.every.filter(pk=other.pk).update(asked_at=NOW - dt.timedelta(days=30))
    assert "视为不准入" in client.get(reverse("admission", args=[other.pk])).text
    assert "逾期没定" not in client.get(reverse("admissions")).text  # nobody can decide it any more
    assert "逾期没定" in client.get(reverse("admissions"), {"tab": "not"}).text


def test_foreign_draft_is_no_start(client, place):
    client.force_login(place.issuer.user)
    foreign = make_demand(make_unit(make_unit(level="county"), "department"), state="review")
    assert client.get(reverse("admission_new"), {"demand": foreign.pk}).status_code == 404
    for odd in ("x", "9" * 30, "-1"):
        assert client.get(reverse("admission_new"), {"demand": odd}).status_code in (200, 404)


def test_list_takes_the_same_queries_for_one_row_and_three(client, place):
    client.force_login(place.office.user)
    counts = []
    for rows in (1, 2):
        for number in range(rows):
            place.ask(title=f"事{rows}{number}")
        client.get(reverse("admissions"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("admissions"))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_condition_stands_in_the_list_and_who_asked_is_told(place):
    place.act(place.ask(), Act.GRANT, place.office, note="只办一次")
    assert DutyItem.objects.get().note == "18 个乡镇；只办一次"
    place.act(place.ask(title="另一件"), Act.REFUSE, place.office)
    told = [(each.title, each.note) for each in queries.waiting(place.issuer, NOW)]
    assert told == [(ASKED["title"], "准入了，条目 2-51"), ("另一件", "没有准入：部门自己办")]
    assert not queries.waiting(make_actor(make_unit(place.county, "department"), "issuer"), NOW)
    assert not queries.waiting(place.issuer, NOW + dt.timedelta(days=15))


def test_what_is_on_the_list_meanwhile_is_not_put_on_it_twice_and_what_is_withdrawn_not_asked_for(place):
    one = place.ask()
    make_duty(place.county, title=one.title)
    with pytest.raises(Refused, match="清单里已经有这一条"):
        place.act(one, Act.GRANT, place.office)
    assert Admission.every.get().state == State.ASKED and DutyItem.objects.count() == 1
    gone = make_demand(place.bureau, state="withdrawn", withdrawn_at=NOW)
    with pytest.raises(Refused, match="已经撤回，不用申请"):
        place.ask(title="月报", demand=gone)
