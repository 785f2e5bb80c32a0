"""Supervision orders: every act in every state and by every role; clocks, numbers, what is frozen, what receivers say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.demands.models import Demand
from burden.kit import figures
from burden.kit.clock import DAY, WEEK
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.oversight import clocks, services, steps
from burden.oversight.models import Finding, FindingState, Order, OrderState, OrderStep, Requirement
from burden.oversight.queries import board_sums, finding
from burden.oversight.saved import weeks_after, weeks_before
from burden.oversight.steps import STEPS
from burden.standards.workdays import workdays
from tests.factories import NOW, make_actor, make_demand, make_finding, make_order, make_post, make_unit

ACTS = {
    "revise": (services.revise_order, {"title": "题", "requirements": ["改"], "standard": "核实", "days": 5}),
    "send": (services.send_order, {}),
    "sign": (services.sign_order, {"responsible": "陈立（副局长）", "section": "乡村建设股"}),
    "answer": (services.answer_order, {"answers": {1: "停用了"}}),
    "extend": (services.extend_order, {"until": dt.date(2026, 12, 10), "reason": "要开会研究"}),
    "grant": (services.grant_extension, {}),
    "refuse": (services.refuse_extension, {"reason": "时间够"}),
    "verify": (services.verify_requirements, {"numbers": [1]}),
    "return": (services.return_order, {"reason": "群还在发", "days": 5}),
    "finish": (services.finish_order, {}),
    "close": (services.close_order, {}),
    "look": (services.look_back, {"outcome": "less", "note": "看了四周，没有再要"}),
    "reopen": (services.reopen_order, {"reason": "又在要", "days": 5}),
    "cancel": (services.cancel_order, {"reason": "事项已撤回"}),
}
LEADS = {  # where each pair leads; whatever is not here is refused
    ("draft", "revise"): "draft", ("draft", "send"): "sent", ("sent", "sign"): "working",
    ("working", "answer"): "answered", ("returned", "answer"): "answered", ("extension", "answer"): "answered", ("answered", "answer"): "answered",
    ("working", "extend"): "extension", ("returned", "extend"): "extension", ("extension", "grant"): "working",
    ("extension", "refuse"): "working", ("answered", "verify"): "answered", ("answered", "return"): "returned",
    ("answered", "finish"): "done", ("done", "close"): "closed", ("closed", "look"): "looked", ("closed", "reopen"): "returned",
    **{(state, "cancel"): "cancelled" for state in ("draft", "sent", "working", "extension", "answered", "returned")},
}  # fmt: skip
WHO = {
    "revise": {"reviewer", "office"}, "verify": {"reviewer", "office"}, "return": {"reviewer", "office"}, "look": {"reviewer", "office"},
    **{name: {"office"} for name in ("send", "grant", "refuse", "finish", "close", "reopen", "cancel")},
    **{name: {"issuer", "lead"} for name in ("sign", "answer", "extend")},
}  # fmt: skip


class Place:
    """A county with a department that asks, townships that receive, and somebody in each role."""

    def __init__(self) -> None:
        self.city = make_unit(level="city")
        self.county = make_unit(self.city, "county")
        self.bureau = make_unit(self.county, "department")
        self.towns = [make_unit(self.county, "township") for _ in range(6)]
        self.cadres = [make_actor(town) for town in self.towns]
        self.office, self.reviewer = (make_actor(self.county, role) for role in ("office", "reviewer"))
        self.issuer, self.lead = (make_actor(self.bureau, role) for role in ("issuer", "lead"))

    def of(self, act: str) -> Actor:
        return self.issuer if STEPS[act].is_issuers else self.office

    def order(self, state: str = "draft", **facts: Any) -> Order:
        return make_order(self.county, self.bureau, state, **facts)

    def finding(self, **facts: Any) -> Finding:
        return make_finding(self.county, self.bureau, **facts)


@pytest.fixture
def place(db: None) -> Place:
    return Place()


def refusal(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def act(place: Place, order: Order, name: str, by: Actor | None = None, **facts: Any) -> Order:
    service, usual = ACTS[name]
    when = {"now": NOW + 5 * WEEK if name == "close" else NOW}  # struck off when it can be told what was saved
    return service(by=by or place.of(name), order=order, **when | usual | facts)


def open_order(by: Actor, found: Finding, **facts: Any) -> Order:
    facts = {
        "title": "三次索要台账",
        "requirements": ["停用后两版", "从平台引用"],
        "standard": "每条核实",
        "days": 7,
        "now": NOW,
    } | facts
    return services.open_order(by=by, finding=found, **facts)


# --- every pair ---


def test_table_is_what_these_tests_say() -> None:
    table = {
        (state.value, name): (step.ends or state).value
        for name, step in STEPS.items()
        for state in step.starts
        if name != "confirm"
    }
    assert table == LEADS
    assert {name: {role.value for role in step.roles} for name, step in STEPS.items() if name != "confirm"} == WHO


def test_every_act_in_every_state_leads_where_the_table_says_or_is_refused(place: Place) -> None:
    for state, name in product(OrderState.values, ACTS):
        order = place.order(state)
        if name == "finish":
            Requirement.every.filter(order=order, answered_at__isnull=False).update(verified_at=NOW)
        if (state, name) == ("answered", "answer"):
            Requirement.every.filter(order=order, number=1).update(answered_at=None)  # left open
        if (state, name) in LEADS:
            done = act(place, order, name)
            assert (done.state, Order.every.get(pk=order.pk).state) == (LEADS[state, name],) * 2, (state, name)
            assert OrderStep.every.filter(order=order, act=name).count() == 1
            assert AuditEvent.objects.filter(what=f"order.{name}", subject_id=str(order.pk)).count() == 1
        else:
            unseen = state == "draft" and STEPS[name].is_issuers  # nobody knows of a draft but those who write it
            with transaction.atomic(), pytest.raises(Order.DoesNotExist if unseen else Conflict) as caught:
                act(place, order, name)
            assert unseen or caught.value.code == "order.state", (state, name)
            assert Order.every.get(pk=order.pk).state == state
            assert not OrderStep.every.filter(order=order).exists()


def test_every_act_by_every_role(place: Place) -> None:
    people = {
        role: make_actor(place.bureau if role in ("issuer", "lead") else place.county, role) for role in Role.values
    }
    for name in ACTS:
        state = next(state for state, each in LEADS if each == name)
        for role, person in people.items():
            order = place.order(state)
            if name == "finish":
                Requirement.every.filter(order=order).update(verified_at=NOW)
            if role in WHO[name]:
                act(place, order, name, by=person)
                continue
            with transaction.atomic(), pytest.raises((Refused, Order.DoesNotExist)) as caught:
                act(place, order, name, by=person)
            assert getattr(caught.value, "code", "order.role") == "order.role", (name, role)
            assert Order.every.get(pk=order.pk).state == state


@pytest.mark.parametrize("name", ["sign", "answer", "extend"])
def test_issuer_of_another_unit_does_not_act(place: Place, name: str) -> None:
    other = make_actor(make_unit(place.county, "department"), "issuer")
    state = next(state for state, each in LEADS if each == name)
    with pytest.raises(Order.DoesNotExist):
        act(place, place.order(state), name, by=other)
    above = make_actor(place.county, "lead")  # reads what went to units below, and answers for none of them
    with refusal("order.role"):
        act(place, place.order(state), name, by=above)


def test_office_of_another_county_finds_nothing(place: Place) -> None:
    with pytest.raises(Order.DoesNotExist):
        act(place, place.order("draft"), "send", by=make_actor(make_unit(place.city, "county"), "office"))


def test_twice_is_refused(place: Place) -> None:
    order = place.order("draft")
    act(place, order, "send")
    with refusal("order.state"):
        act(place, order, "send")


# --- opened ---


def test_order_is_opened_from_a_finding_once(place: Place) -> None:
    found = place.finding()
    order = open_order(place.reviewer, found)
    assert (order.year, order.number, order.state, order.person_min) == (2026, 1, "draft", 4860)
    assert order.citation == "《若干规定》第 1 条"
    assert list(Requirement.every.filter(order=order).values_list("number", "text")) == [
        (1, "停用后两版"),
        (2, "从平台引用"),
    ]
    assert finding(place.office, found.pk).state == FindingState.ORDERED
    with refusal("finding.state"):
        open_order(place.reviewer, found)


def test_numbers_go_on_within_a_unit_and_a_year(place: Place) -> None:
    make_order(place.county, place.bureau, number=118)
    first, second, third = (place.finding(titles=[f"第{n}件"]) for n in range(3))
    assert open_order(place.office, first).name == "2026-119"
    assert open_order(place.office, second, now=NOW + 60 * DAY).name == "2027-001"
    assert open_order(make_actor(place.city, "office"), third).name == "2026-120"  # still the county's


def test_one_thing_is_under_one_order_at_a_time(place: Place) -> None:
    """What is saved would be counted by both."""
    going, found = place.order("closed", titles=["台 账"]), place.finding(titles=["别的", "《台账》"])
    with pytest.raises(Conflict, match=going.name) as caught:
        open_order(place.office, found)
    assert (caught.value.code, caught.value.both["order"]) == ("order.same", going.pk)
    for free in (
        make_finding(place.county, make_unit(place.county, "department"), titles=["台账"]),
        make_finding(place.city, place.bureau, titles=["台账"]),
    ):
        assert open_order(make_actor(free.unit, "office"), free).state == "draft"
    act(place, going, "look", now=NOW + 60 * DAY)
    assert open_order(place.office, found).state == "draft"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"requirements": []}, "order.requirements"),
        ({"requirements": ["改"] + [f"改{n}" for n in range(10)]}, "order.requirements"),
        ({"requirements": ["x" * 501]}, "order.requirements"),
        ({"title": " "}, "order.title"),
        ({"standard": "\0"}, "order.standard"),
        ({"days": 0}, "order.days"),
        ({"days": 61}, "order.days"),
        ({"days": True}, "order.days"),
    ],
)
def test_bad_order_is_refused_and_nothing_is_stored(place: Place, facts: dict[str, Any], code: str) -> None:
    found = place.finding()
    with transaction.atomic(), refusal(code):
        open_order(place.office, found, **facts)
    assert not Order.every.exists()
    assert finding(place.office, found.pk).state == FindingState.OPEN


def test_only_reviewers_open(place: Place) -> None:
    found = place.finding()
    with pytest.raises((PermissionDenied, Finding.DoesNotExist)):
        open_order(place.issuer, found)


# --- clocks ---


def test_deadline_counts_working_days_from_the_day_it_was_sent(place: Place) -> None:
    sent = act(place, place.order("draft"), "send", now=dt.datetime(2026, 11, 10, 2, tzinfo=dt.UTC))
    assert sent.deadline_on == sent.due_on == dt.date(2026, 11, 19)


@pytest.mark.parametrize(
    ("day", "colour", "words"),
    [
        (dt.date(2026, 11, 16), "blue", "蓝　剩 3 天"),
        (dt.date(2026, 11, 18), "yellow", "黄　剩 1 天"),
        (dt.date(2026, 11, 19), "yellow", "黄　今天到期"),
        (dt.date(2026, 11, 20), "red", "红　逾期 1 个工作日"),
        (dt.date(2026, 11, 22), "red", "红　逾期 1 个工作日"),
        (dt.date(2026, 11, 23), "red", "红　逾期 2 个工作日"),
    ],
)
def test_colour_of_a_day(place: Place, day: dt.date, colour: str, words: str) -> None:
    order = place.order("working", due_on=dt.date(2026, 11, 19))
    at = clocks.edges(day)
    clock = at.clock(order)
    assert clock is not None
    assert (clock.colour, clock.words) == (colour, words)
    assert [each for each in clocks.COLOURS if Order.every.filter(at.of(each)).exists()] == [colour]


def test_friday_is_not_overdue_at_the_weekend(place: Place) -> None:
    order = place.order("working", due_on=dt.date(2026, 11, 20))
    for day in (dt.date(2026, 11, 21), dt.date(2026, 11, 22)):
        clock = clocks.edges(day).clock(order)
        assert clock is not None
        assert (clock.colour, clock.left) == ("yellow", 0)


@pytest.mark.parametrize("state", ["looked", "cancelled"])
def test_what_ended_has_no_clock(place: Place, state: str) -> None:
    assert clocks.edges(NOW.date()).clock(place.order(state)) is None


def test_clock_of_what_waits_begins_when_it_is_ripe(place: Place) -> None:
    order = place.order("closed", ripe_on=dt.date(2026, 12, 1))
    assert clocks.edges(dt.date(2026, 11, 30)).clock(order) is None
    assert clocks.edges(dt.date(2026, 12, 1)).clock(order) is not None


def test_issuers_days_go_on_until_all_is_answered(place: Place) -> None:
    order = act(place, place.order("working"), "answer", answers={1: "停用了"})
    assert order.due_on == order.deadline_on
    again = act(place, place.order("working"), "answer", answers={1: "停用了", 2: "引用了"})
    assert again.due_on == dt.date(2026, 11, 27)  # three working days after Tuesday


# --- extension ---


def test_extension_is_granted_once(place: Place) -> None:
    order = act(place, place.order("working"), "extend")
    granted = act(place, order, "grant")
    assert (granted.deadline_on, granted.due_on, granted.asked_until) == (
        dt.date(2026, 12, 10),
        dt.date(2026, 12, 10),
        None,
    )
    with refusal("order.extended"):
        act(place, granted, "extend", until=dt.date(2026, 12, 15))


def test_extension_refused_leaves_the_deadline(place: Place) -> None:
    refused = act(place, place.order("extension"), "refuse")
    assert (refused.deadline_on, refused.asked_until, refused.was_extended) == (dt.date(2026, 12, 3), None, False)


def test_extension_after_the_deadline_is_refused(place: Place) -> None:
    with refusal("order.late"):
        act(place, place.order("working"), "extend", now=NOW + 20 * DAY)


@pytest.mark.parametrize(
    "until", [dt.date(2026, 12, 3), dt.date(2026, 12, 5), dt.date(2027, 6, 1)], ids=["same", "Saturday", "far"]
)
def test_extension_to_no_such_day_is_refused(place: Place, until: dt.date) -> None:
    with refusal("order.until"):
        act(place, place.order("working"), "extend", until=until)


def test_extension_to_a_day_that_has_passed_is_not_granted(place: Place) -> None:
    order = place.order("extension")
    with transaction.atomic(), refusal("order.late"):
        act(place, order, "grant", now=NOW + 20 * DAY)
    assert act(place, order, "refuse", now=NOW + 20 * DAY).state == "working"


def withdrawn(place: Place) -> Demand:
    return make_demand(place.bureau, state="withdrawn", issued_at=NOW, withdrawn_at=NOW)


def test_finding_whose_demand_was_withdrawn_becomes_no_order(place: Place) -> None:
    found = place.finding(demand=withdrawn(place))
    with transaction.atomic(), refusal("order.demand"):
        open_order(place.office, found)
    assert finding(place.office, found.pk).state == FindingState.OPEN and not Order.every.exists()


@pytest.mark.parametrize(("state", "name"), [("draft", "send"), ("working", "extend")])
def test_order_about_a_withdrawn_demand_is_not_pressed_on(place: Place, state: str, name: str) -> None:
    order = place.order(state, finding=place.finding(demand=withdrawn(place)))
    with transaction.atomic(), refusal("order.demand"):
        act(place, order, name)
    assert Order.every.get(pk=order.pk).state == state
    other = "cancel" if state == "draft" else "answer"
    assert act(place, order, other).state == LEADS[state, other]


def test_answer_while_an_extension_is_asked_takes_it_back(place: Place) -> None:
    assert act(place, place.order("extension"), "answer").asked_until is None


# --- requirement by requirement ---


def test_answers_are_judged_one_by_one_and_the_rest_goes_back(place: Place) -> None:
    order = act(place, place.order("working", requirements=3), "answer", answers={1: "停用了", 2: "引用了", 3: " "})
    order = act(place, order, "verify", numbers=[1, 2])
    with refusal("order.open"):
        act(place, order, "finish")
    order = act(place, order, "return", reason="没有反馈")
    asked = {each.number: each for each in Requirement.every.filter(order=order)}
    assert {n for n, each in asked.items() if each.verified_at} == {1, 2}
    assert asked[3].returned == "没有反馈"
    with refusal("order.answers"):
        act(place, order, "answer", answers={1: "再说一遍"})
    order = act(place, order, "answer", answers={3: "清理了"})
    order = act(place, order, "verify", numbers=[3])
    assert act(place, order, "finish").state == "done"


def test_sent_back_order_keeps_the_days_it_was_given(place: Place) -> None:
    order = place.order("answered")
    given = order.deadline_on
    assert act(place, order, "return", days=1).deadline_on == given
    again = act(place, act(place, order, "answer"), "return", days=60)
    assert again.deadline_on == again.due_on > given


def test_looking_back_says_what_and_by_what(place: Place) -> None:
    for wrong, code in (
        ({"note": " "}, "order.note"),
        ({"outcome": ""}, "order.outcome"),
        ({"outcome": "gone"}, "order.outcome"),
    ):
        with transaction.atomic(), refusal(code):
            act(place, place.order("closed"), "look", **wrong)
    assert not OrderStep.every.exists()


@pytest.mark.parametrize("name", ["look", "reopen"])
def test_looking_back_names_no_unit_that_said_so(place: Place, name: str) -> None:
    field = "note" if name == "look" else "reason"
    with transaction.atomic(), refusal(f"order.{field}"):
        act(place, place.order("closed"), name, **{field: f"走访{place.towns[3].name}，说又在要"})
    act(place, place.order("closed"), name, **{field: f"走访三个乡镇，都说{place.bureau.name}又在要"})
    assert OrderStep.every.count() == 1


@pytest.mark.parametrize(("outcome", "left"), [("less", 38_880), ("same", None), ("more", None)])
def test_what_did_not_last_is_told_and_no_longer_counts_as_saved(place: Place, outcome: str, left: int | None) -> None:
    looked = act(place, place.order("closed"), "look", outcome=outcome, note="两个乡镇说又在要")
    place.order("looked", saved_min=-600, outcome="more")  # what became more counts as such, whatever was found later
    at = clocks.edges(NOW.date())
    sums = board_sums(place.office, "", at, NOW)
    assert (looked.outcome, looked.saved_min, sums["saved_min"]) == (outcome, 38_880, (left or 0) - 600)
    assert looked.standing == f"已回头看 · {looked.get_outcome_display()}"


def test_first_deadline_is_told_once_it_was_put_off(place: Place) -> None:
    sent = act(place, place.order("draft", days=7), "send", now=dt.datetime(2026, 12, 2, 2, tzinfo=dt.UTC))
    assert clocks.first_deadline(sent, workdays()) is None
    sent.deadline_on = dt.date(2026, 12, 18)
    assert clocks.first_deadline(sent, workdays()) == dt.date(2026, 12, 11)


@pytest.mark.parametrize("answers", [{}, {1: " "}, {9: "没有这一条"}])
def test_empty_or_foreign_answers_are_refused(place: Place, answers: dict[int, str]) -> None:
    order = place.order("working")
    with transaction.atomic(), refusal("order.answers"):
        act(place, order, "answer", answers=answers)
    assert not Requirement.every.filter(order=order).exclude(answer="").exists()


def test_answer_too_long_names_its_field_and_stores_nothing(place: Place) -> None:
    order = place.order("working")
    with transaction.atomic(), pytest.raises(Refused) as caught:
        act(place, order, "answer", answers={1: "好", 2: "x" * 501})
    assert list(caught.value.errors) == ["answer-2"]
    assert not Requirement.every.filter(order=order).exclude(answer="").exists()


@pytest.mark.parametrize("numbers", [[], [9], [1, 1, 2]])
def test_what_is_not_answered_is_not_verified(place: Place, numbers: list[int]) -> None:
    order = place.order("answered")
    Requirement.every.filter(order=order, number=2).update(answered_at=None)
    with refusal("order.numbers"):
        act(place, order, "verify", numbers=numbers)


def test_nothing_goes_back_where_all_is_verified(place: Place) -> None:
    order = place.order("answered")
    Requirement.every.filter(order=order).update(verified_at=NOW)
    with refusal("order.verified"):
        act(place, order, "return")


def test_revising_a_draft_replaces_its_requirements(place: Place) -> None:
    order = act(place, place.order("draft", requirements=3), "revise", requirements=["只留一张"])
    assert list(Requirement.every.filter(order=order).values_list("number", "text")) == [(1, "只留一张")]


# --- finished, struck off, looked at again ---


def test_finished_in_time_or_late(place: Place) -> None:
    for answered, in_time in ((NOW, True), (NOW + 14 * DAY, False)):
        order = place.order("answered", answered_at=answered)
        Requirement.every.filter(order=order).update(verified_at=NOW)
        done = act(place, order, "finish", now=NOW + 15 * DAY)
        assert (done.in_time, done.took_days) == (in_time, 11)


def test_late_answer_that_is_sent_back_is_late_however_soon_the_next_one_comes(place: Place) -> None:
    for first, in_time in ((0, True), (14, False)):
        order = act(place, place.order("working"), "answer", answers={1: "停用了", 2: "引用了"}, now=NOW + first * DAY)
        order = act(place, order, "return", days=5, now=NOW + 15 * DAY)
        order = act(place, order, "answer", answers={1: "停用了", 2: "引用了"}, now=NOW + 16 * DAY)
        order = act(place, order, "verify", numbers=[1, 2], now=NOW + 16 * DAY)
        assert act(place, order, "finish", now=NOW + 16 * DAY).in_time is in_time


def filed_always(*, issuer_ids: Collection[int], weeks: Collection[dt.date]) -> dict[int, set[dt.date]]:
    return {key: set(weeks) for key in issuer_ids}


def test_struck_off_only_when_four_weeks_are_closed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    order = place.order("answered")
    Requirement.every.filter(order=order).update(verified_at=NOW)
    order = act(place, order, "finish")
    assert order.ripe_on == dt.date(2026, 12, 28)
    with refusal("order.early"):
        act(place, order, "close", now=NOW + 4 * WEEK)
    monkeypatch.setattr(figures, "asked_in", lambda **asked: dict.fromkeys(asked["weeks"], 60))
    monkeypatch.setattr(figures, "filed", filed_always)
    closed = act(place, order, "close", now=NOW + 5 * WEEK)
    assert (closed.before_min, closed.before_weeks) == (3_120, 52)
    assert (closed.after_min, closed.after_weeks, closed.saved_min) == (240, 4, 0)
    with refusal("order.early"):
        act(place, closed, "look", now=NOW + 6 * WEEK)
    assert act(place, closed, "look", now=NOW + 10 * WEEK).state == "looked"


def test_withdrawing_what_was_ordered_takes_nothing_from_what_it_saved(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = dict.fromkeys(weeks_before(NOW), 60)
    monkeypatch.setattr(figures, "asked_in", lambda *, weeks, **_: {week: asked.get(week, 0) for week in weeks})
    monkeypatch.setattr(figures, "filed", filed_always)
    order = services.open_order(by=place.reviewer, finding=place.finding(), **ACTS["revise"][1], now=NOW)
    assert (order.before_min, order.before_weeks) == (3_120, 52)
    for name in ("send", "sign", "answer"):
        act(place, order, name)
    asked.clear()  # the issuer obeyed: what it withdrew claims nothing any more
    Requirement.every.filter(order=order).update(verified_at=NOW)
    act(place, order, "finish")
    assert act(place, order, "close").saved_min == 3_120


def test_order_after_which_nobody_filed_is_struck_off_without_a_saving(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A week nobody filed for is no data: it says neither that nothing was asked nor that something was."""
    order = place.order("done", before_min=3_120, before_weeks=52)
    filed = weeks_after(order.answered_at or NOW, NOW + 6 * WEEK)[:3]
    monkeypatch.setattr(
        figures, "filed", lambda *, issuer_ids, weeks: dict.fromkeys(issuer_ids, set(filed) & set(weeks))
    )
    closed = act(place, order, "close", now=NOW + 6 * WEEK)
    assert (closed.state, closed.after_weeks, closed.saved_min) == ("closed", 3, None)


def test_reopened_is_worked_at_anew_and_saved_nothing(place: Place) -> None:
    order = place.order("closed", asked=6, less=5)
    again = act(place, order, "reopen")
    assert (again.state, again.saved_min, again.closed_at, again.asked, again.less) == ("returned", None, None, 0, 0)
    assert not Requirement.every.filter(order=order, verified_at__isnull=False).exists()


# --- the database ---


def test_number_is_given_once(place: Place) -> None:
    order = place.order()
    with pytest.raises(IntegrityError, match="order_number_once"):
        place.order(number=order.number)


def test_acts_of_a_page_are_those_of_the_table(place: Place) -> None:
    for state in OrderState.values:
        order = place.order(state)
        for actor, role in ((place.office, "office"), (place.reviewer, "reviewer"), (place.lead, "lead")):
            wanted = {name for name in ACTS if (state, name) in LEADS and role in WHO[name]}
            assert steps.acts(actor, order) == wanted


def test_lead_of_the_issuer_acts_as_its_registrar_does(place: Place) -> None:
    assert act(place, place.order("sent"), "sign", by=place.lead).responsible == "陈立（副局长）"


def test_person_with_two_posts_acts_by_either(place: Place) -> None:
    make_post(place.bureau, "issuer", place.office.user)
    from burden.accounts.actor import actor_of

    both = actor_of(place.office.user, NOW)
    assert both is not None
    order = act(place, place.order("draft"), "send", by=both)
    assert act(place, order, "sign", by=both).state == "working"
