"""Requests for support: every act from every state and by every role; who sees them; the clock in working days."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from burden.accounts.roles import Role
from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.threads import links
from burden.ledger.models import AuditEvent
from burden.resources import queries, services
from burden.resources.models import State, SupportRequest
from burden.resources.services.support import ACTS, may
from burden.standards.models import DayOverride
from tests.factories import NOW, make_actor, make_demand, make_target, make_unit, make_user

TODAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db):
    return make_unit(make_unit(level="city"), "county", name="临溪县")


@pytest.fixture
def town(county):
    return make_unit(county, "township", name="白塔镇")


@pytest.fixture
def bureau(county):
    return make_unit(county, "department", name="县林业局")


@pytest.fixture
def cast(county, town, bureau):
    """Who takes part: the lead who asks, the office, and who answers."""
    return {
        "lead": make_actor(town, "lead"),
        "office": make_actor(county, "office"),
        "responder": make_actor(bureau, "cadre", make_user("周海涛")),
    }


def make_request(town, state, cast, bureau, **facts):
    facts = {"kind": "people", "title": "增加巡护员 4 名", "made_by": cast["lead"].user, "made_on": TODAY} | facts
    if state not in (State.OFFERED, State.DECLINED):
        facts |= {"asked_by": cast["lead"].user, "asked_on": TODAY}
    if state in (State.NAMED, State.GIVEN, State.REFUSED, State.SOLVED, State.UNSOLVED):
        who = {"responder": cast["responder"].user, "responder_unit": bureau, "named_on": TODAY}
        facts = who | {"due_on": dt.date(2026, 12, 8)} | facts
    if state in (State.GIVEN, State.REFUSED, State.SOLVED, State.UNSOLVED):
        facts = {"answer": "12 月给 2 名", "answered_on": TODAY, "answered_by": cast["responder"].user} | facts
    return SupportRequest.every.create(unit=town, state=state, changed_at=NOW, **facts)


def act(name, by, request, bureau):
    """Do one act as a person would."""
    given = {"by": by, "request": request, "now": NOW}
    deeds = {
        "accept": lambda: services.accept_offer(**given, detail=""),
        "decline": lambda: services.decline_offer(**given),
        "name": lambda: services.name_responder(**given, unit=bureau, person="周海涛", days=10),
        "withdraw": lambda: services.withdraw_request(**given),
        "give": lambda: services.answer_request(**given, given=True, answer="12 月给 2 名"),
        "refuse": lambda: services.answer_request(**given, given=False, answer="今年不能，列明年"),
        "solved": lambda: services.judge_answer(**given, solved=True, verdict=""),
        "unsolved": lambda: services.judge_answer(**given, solved=False, verdict="人还没到"),
        "again": lambda: services.ask_again(**given),
        "retract": lambda: services.retract_offer(**given),
    }
    return deeds[name]()


DOES = dict.fromkeys(ACTS, "lead") | {"name": "office", "retract": "office", "give": "responder", "refuse": "responder"}


@pytest.mark.parametrize("name", ACTS)
def test_act_is_done_in_its_states_and_refused_in_all_others(town, bureau, cast, name):
    begins, leads_to = ACTS[name]
    by = cast[DOES[name]]
    for state in State:
        request = make_request(town, state, cast, bureau)
        if name in ("give", "refuse") and not request.responder_id:
            with pytest.raises(Refused):
                act(name, by, request, bureau)
            continue
        assert may(by, request)[name] == (state in begins), state
        if state in begins:
            assert act(name, by, request, bureau).state == leads_to
            request.refresh_from_db()
            assert request.state == leads_to
            assert AuditEvent.objects.filter(what=f"support.{name}", subject_id=request.pk).count() == 1
            if leads_to not in begins:  # twice
                with pytest.raises((Conflict, Refused)):
                    act(name, by, request, bureau)
        else:
            with pytest.raises(Conflict) as refused:
                act(name, by, request, bureau)
            assert refused.value.code == "support.state"
            request.refresh_from_db()
            assert request.state == state


@pytest.mark.parametrize("name", ACTS)
def test_act_is_refused_to_every_other_role(county, town, bureau, cast, name):
    state = next(iter(ACTS[name][0]))
    request = make_request(town, state, cast, bureau)
    others = [make_actor(county, role) for role in (Role.REVIEWER, Role.OBSERVER, Role.LEAD, Role.ISSUER)]
    others += [cast[role] for role in cast if role != DOES[name]] + [make_actor(town, "cadre")]
    for by in others:
        assert not may(by, request)[name]
        with pytest.raises(Refused):
            act(name, by, request, bureau)
    request.refresh_from_db()
    assert request.state == state


def test_whole_way_from_asking_to_solved(town, bureau, cast):
    lead, office, responder = cast.values()
    request = services.ask_support(by=lead, unit=town, kind="people", title="巡护员", detail="", now=NOW)
    assert [each.act for each in queries.waiting(office, NOW)] == ["指定答复人"]
    act("name", office, request, bureau)
    request.refresh_from_db()
    assert request.due_on == dt.date(2026, 12, 8)
    waits = queries.waiting(responder, NOW)
    assert [(each.act, each.due, each.url) for each in waits] == [
        ("答复", request.due_on, reverse("support_answer", args=[request.pk]))
    ]
    assert queries.waiting(office, NOW) == []
    act("give", responder, request, bureau)
    assert [each.act for each in queries.waiting(lead, NOW)] == ["说解决没有"]
    act("unsolved", lead, request, bureau)
    act("again", lead, request, bureau)
    request.refresh_from_db()
    assert (request.responder, request.due_on, request.answer, request.verdict) == (None, None, "", "")
    assert request.earlier == [["2026-11-24", "县林业局", "周海涛", "12 月给 2 名", "人还没到"]]
    act("name", office, request, bureau)
    act("refuse", responder, request, bureau)
    act("unsolved", lead, request, bureau)
    with pytest.raises(Refused, match="已经重提过一次"):
        act("again", lead, request, bureau)


def test_offer_waits_for_the_lead_and_is_answered_without_reason(town, bureau, cast):
    lead, office, _responder = cast.values()
    request = services.offer_support(by=office, unit=town, kind="people", title="要不要添人", now=NOW)
    assert [each.act for each in queries.waiting(lead, NOW)] == ["说要不要"]
    with pytest.raises(Refused, match="机制办"):
        services.offer_support(by=lead, unit=town, kind="people", title="x", now=NOW)
    act("decline", lead, request, bureau)
    assert queries.waiting(lead, NOW) == []


def test_clock_counts_working_days(town, bureau, cast):
    request = make_request(town, State.NAMED, cast, bureau, due_on=dt.date(2026, 12, 1))
    assert queries.clocked(cast["office"], [request], TODAY)[0].left == 5
    DayOverride.objects.create(day=dt.date(2026, 11, 30), is_workday=False, note="雪", set_at=NOW)
    assert queries.clocked(cast["office"], [request], TODAY)[0].left == 4
    late = queries.clocked(cast["office"], [request], dt.date(2026, 12, 3))[0]
    assert (late.left, late.is_overdue) == (-2, True)


def test_late_answer_is_taken_and_told(town, bureau, cast):
    request = make_request(town, State.NAMED, cast, bureau, due_on=dt.date(2026, 11, 20))
    answered = act("give", cast["responder"], request, bureau)
    assert answered.is_late
    counts = queries.support_counts(cast["office"], None, TODAY)
    assert (counts.total, counts.answered, counts.in_time, counts.open) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"person": "没有这人"}, "县林业局没有叫“没有这人”的人"),
        ({"days": 0}, "请填 1 到 60 个工作日"),
        ({"days": 61}, "请填 1 到 60 个工作日"),
    ],
)
def test_responder_has_to_be_somebody_by_a_day(town, bureau, cast, facts, words):
    request = make_request(town, State.ASKED, cast, bureau)
    facts = {"unit": bureau, "person": "周海涛", "days": 10} | facts
    with pytest.raises(Refused, match=words):
        services.name_responder(by=cast["office"], request=request, now=NOW, **facts)


def test_responder_of_a_foreign_unit_or_of_two_names_is_refused(town, bureau, cast):
    request, office = make_request(town, State.ASKED, cast, bureau), cast["office"]
    foreign = make_unit(level="county")
    with pytest.raises(Refused, match="没有这个单位"):
        services.name_responder(by=office, request=request, unit=foreign, person="周海涛", days=3, now=NOW)
    make_actor(bureau, "cadre", make_user("周海涛"))
    with pytest.raises(Refused, match="几个人叫"):
        services.name_responder(by=office, request=request, unit=bureau, person="周海涛", days=3, now=NOW)


@pytest.mark.parametrize("field", ["kind", "title", "detail"])
@pytest.mark.parametrize("bad", ["", "x" * 2_000, "a\0b", "没有"])
def test_request_of_nothing_is_refused(town, cast, field, bad):
    facts = {"kind": "people", "title": "巡护员", "detail": ""} | {field: bad}
    if (field == "detail" and bad in ("", "没有")) or (field == "title" and bad == "没有"):
        return
    with pytest.raises(Refused) as refused:
        services.ask_support(by=cast["lead"], unit=town, now=NOW, **facts)
    assert field in refused.value.errors
    assert SupportRequest.every.count() == 0


def test_same_request_twice_is_refused(town, cast):
    facts = {"by": cast["lead"], "unit": town, "kind": "people", "title": "巡护员", "detail": "", "now": NOW}
    services.ask_support(**facts)
    with pytest.raises(Refused, match="同样的一项还在办"):
        services.ask_support(**facts)


def test_request_is_seen_in_its_range_and_by_who_answers(county, town, bureau, cast):
    request = make_request(town, State.NAMED, cast, bureau)
    seen = [
        cast["lead"],
        cast["office"],
        cast["responder"],
        make_actor(bureau, "issuer"),
        make_actor(county, "observer"),
    ]
    unseen = [
        make_actor(make_unit(county, "township"), "lead"),
        make_actor(make_unit(county, "department"), "issuer"),
        make_actor(make_unit(level="county"), "office"),
        make_actor(bureau, "cadre"),
    ]
    for actor in seen:
        assert queries.support_request(actor, request.pk) == request
    for actor in unseen:
        with pytest.raises(Http404):
            queries.support_request(actor, request.pk)


def test_somebody_else_there_answers_where_the_named_one_left(town, bureau, cast):
    request = make_request(town, State.NAMED, cast, bureau, responder=make_user("走了的人"))
    with pytest.raises(Http404):
        queries.to_answer(make_actor(bureau, "cadre"), request.pk)
    issuer = make_actor(bureau, "issuer")
    assert queries.to_answer(issuer, request.pk) == request
    assert act("give", issuer, request, bureau).state == State.GIVEN


def test_database_keeps_an_answer_with_its_responder(town, cast, bureau):
    with pytest.raises(IntegrityError, match="support_has_responder"):
        make_request(town, State.NAMED, cast, bureau, due_on=None)


def test_pages_play_the_whole_way(client, county, town, bureau, cast):
    lead, office, responder = cast.values()
    client.force_login(lead.user)
    assert "提一项" in client.get(reverse("support")).content.decode()
    wrong = client.post(reverse("support_ask"), {"unit": town.code, "kind": "people", "title": ""})
    assert wrong.status_code == 422
    foreign = make_unit(county, "township").code
    wrong = client.post(reverse("support_ask"), {"unit": foreign, "kind": "people", "title": "巡护员"})
    assert wrong.status_code == 422 and SupportRequest.every.count() == 0
    client.post(reverse("support_ask"), {"unit": town.code, "kind": "people", "title": "巡护员", "detail": "4 名"})
    request = SupportRequest.every.get()
    url = reverse("support_request", args=[request.pk])
    assert "撤回" in client.get(url).content.decode()
    client.post(url, {"do": "solved"})
    client.post(url, {"do": "没有"})
    client.force_login(office.user)
    wrong = client.post(url, {"do": "name", "unit": bureau.code, "person": "谁", "days": "3"})
    assert (wrong.status_code, "没有叫“谁”的人" in wrong.content.decode()) == (422, True)
    done = client.post(url, {"do": "name", "unit": bureau.code, "person": "周海涛", "days": "3"}, follow=True)
    assert "待答，剩 3 个工作日" in done.content.decode()
    client.force_login(responder.user)
    answer = reverse("support_answer", args=[request.pk])
    assert client.post(answer, {"answer": "", "given": "yes"}).status_code == 422
    assert "给 2 名" in client.post(answer, {"answer": "给 2 名", "given": "yes"}, follow=True).content.decode()
    client.force_login(lead.user)
    done = client.post(url, {"do": "unsolved", "verdict": "人还没到"}, follow=True).content.decode()
    assert "人还没到" in done and "重提" in done
    assert "已答 1 项，按时 1 项，说解决了 0 项" in client.get(reverse("support")).content.decode()


def test_list_costs_as_much_for_three_as_for_one(client, town, bureau, cast):
    client.force_login(cast["office"].user)
    client.get(reverse("support"))  # what is asked once an hour
    found = []
    for _count in range(2):
        make_request(town, State.NAMED, cast, bureau)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("support")).status_code == 200
        found.append(len(seen))
        make_request(town, State.ASKED, cast, bureau)
    assert found[0] == found[1]


def test_act_is_held_against_the_row_as_it_is_not_as_it_was_opened(client, county, town, bureau, cast):
    opened = make_request(town, State.NAMED, cast, bureau)
    other = make_actor(make_unit(county, "department", name="县财政局"), "cadre", make_user("谭敏"))
    services.name_responder(by=cast["office"], request=opened, unit=other.unit, person="谭敏", days=5, now=NOW)
    with pytest.raises(Conflict, match="刚才变了"):
        act("give", cast["responder"], opened, bureau)  # who was named when the page was opened
    opened.refresh_from_db()
    assert (opened.state, opened.answer) == (State.NAMED, "")


def test_named_one_who_moved_inside_the_unit_of_another_does_not_answer(town, bureau, cast):
    opened = make_request(town, State.NAMED, cast, bureau)
    stale = SupportRequest.every.get(pk=opened.pk)
    colleague = make_actor(bureau, "cadre", make_user("谭敏"))
    services.name_responder(by=cast["office"], request=opened, unit=bureau, person="谭敏", days=5, now=NOW)
    head = make_actor(bureau, "reviewer", cast["responder"].user)  # sees it, and is named no longer
    with pytest.raises(Refused, match="由指定的人答复"):
        act("give", head, stale, bureau)
    assert act("give", colleague, stale, bureau).state == State.GIVEN


def test_late_request_and_one_whose_responder_left_come_back_to_the_office(town, bureau, cast):
    make_request(town, State.NAMED, cast, bureau, title="在期限内")
    make_request(town, State.NAMED, cast, bureau, title="过期", due_on=dt.date(2026, 11, 20))
    make_request(town, State.NAMED, cast, bureau, title="人走了", responder=make_user("走了的人"))
    found = queries.waiting(cast["office"], NOW)
    assert {(each.title, each.act) for each in found} == {("过期", "催办或换人"), ("人走了", "催办或换人")}
    assert all("/answer/" not in each.url for each in found)


def test_who_is_named_and_works_elsewhere_now_has_nothing_waiting(county, town, bureau, cast):
    moved = make_actor(county, "reviewer", make_user("谭敏"))  # sees all of the county, works no longer in the bureau
    make_request(town, State.NAMED, cast, bureau, responder=moved.user)
    assert queries.waiting(moved, NOW) == []


def test_responder_is_nobody_who_looks_on_from_outside(county, town, bureau, cast):
    request = make_request(town, State.ASKED, cast, bureau)
    make_actor(county, "observer", make_user("向松柏"))
    with pytest.raises(Refused, match="没有叫“向松柏”的人"):
        services.name_responder(by=cast["office"], request=request, unit=county, person="向松柏", days=3, now=NOW)


def test_answer_without_a_choice_changes_nothing(client, town, bureau, cast):
    request = make_request(town, State.NAMED, cast, bureau)
    client.force_login(cast["responder"].user)
    for said in ({}, {"given": "也许"}):
        page = client.post(reverse("support_answer", args=[request.pk]), {"answer": "给 2 名"} | said)
        assert (page.status_code, "给，还是给不了" in page.content.decode()) == (422, True)
    request.refresh_from_db()
    assert request.state == State.NAMED


def test_who_only_fills_weeks_is_told_on_the_week_what_to_answer(client, town, bureau, cast):
    client.force_login(cast["responder"].user)
    week = reverse("week")
    assert "支持请求" not in client.get(week, follow=True).content.decode()
    request = make_request(town, State.NAMED, cast, bureau)
    page = client.get(week, follow=True).content.decode()
    assert f"支持请求：{request.title}，答复" in page
    assert reverse("support_answer", args=[request.pk]) in page


def test_request_about_a_demand_is_linked_both_ways(client, county, town, bureau, cast):
    demand = make_demand(bureau, title="农房安全排查表")
    target = make_target(demand, town)
    client.force_login(cast["lead"].user)
    ask = reverse("support_ask") + f"?target={target.pk}"
    assert ask in client.get(reverse("target", args=[target.pk])).content.decode()
    assert "农房安全排查表" in client.get(ask).content.decode()
    client.post(ask, {"unit": town.code, "kind": "guidance", "title": "想要一次讲解"})
    request = SupportRequest.every.get()
    assert request.demand == demand
    url = reverse("support_request", args=[request.pk])
    assert reverse("target", args=[target.pk]) in client.get(url).content.decode()
    assert [(each.kind, each.url) for each in links(cast["office"], "demand", demand.pk)] == [("支持请求", url)]
    client.force_login(cast["office"].user)
    assert reverse("demand", args=[demand.pk]) in client.get(url).content.decode()
    assert links(make_actor(make_unit(county, "department"), "issuer"), "demand", demand.pk) == []


def test_request_about_what_the_unit_is_not_asked_is_refused(client, county, town, bureau, cast):
    other = make_target(make_demand(bureau), make_unit(county, "township"))
    client.force_login(cast["lead"].user)
    for wrong in (other.pk, 0, "x", "9" * 30):
        assert client.get(reverse("support_ask"), {"target": wrong}).status_code == 404
    facts = {"kind": "people", "title": "x", "detail": "", "now": NOW, "demand": other.demand}
    with pytest.raises(Refused, match="没有下达给这个单位"):
        services.ask_support(by=cast["lead"], unit=town, **facts)


def test_offer_to_a_foreign_unit_is_absent(client, county, town, cast):
    client.force_login(cast["office"].user)
    assert client.get(reverse("support_offer"), {"unit": town.code}).status_code == 200
    for wrong in (make_unit(level="county").code, "990", "a\0b"):
        assert client.get(reverse("support_offer"), {"unit": wrong}).status_code == 404


def test_offer_that_nobody_answered_is_taken_back(client, town, bureau, cast):
    request = make_request(town, State.OFFERED, cast, bureau)
    client.force_login(cast["office"].user)
    url = reverse("support_request", args=[request.pk])
    assert "收回" in client.get(url).content.decode()
    assert "已撤回" in client.post(url, {"do": "retract"}, follow=True).content.decode()
    assert queries.waiting(cast["lead"], NOW) == []
