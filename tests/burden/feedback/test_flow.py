"""The state machine of tickets: every act in every state, allowed or refused, and by every role."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.feedback import hints, pages, queries, services
from burden.feedback.choices import TRANSITIONS, Act, State
from burden.feedback.flow import move, need
from burden.feedback.models import BoardCount, BoardEntry, SentUp, Ticket, TicketForward, TicketStep
from burden.feedback.sealing import added_to
from burden.feedback.services.reporting import may_reopen
from burden.kit.clock import DAY
from burden.kit.db import act_as, present
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.standards.workdays import workdays
from burden.units.models import Unit
from tests.database import as_role
from tests.factories import NOW, make_actor, make_demand, make_ticket, make_unit

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=30)


class Office:
    """A county's office, a bureau and a township under it, and the receipt of a ticket."""

    def __init__(self) -> None:
        self.county = make_unit(make_unit(level="city"))
        self.bureau, self.town = make_unit(self.county, "department"), make_unit(self.county, "township")
        self.keeper = make_actor(self.county, "office")

    def ticket(self, state: str, **facts: Any) -> Ticket:
        return make_ticket(self.county, state, about=self.bureau, **facts)

    def show(self, ticket: Ticket) -> BoardEntry:
        facts = {
            "desk": self.county,
            "topic": "repeat",
            "conclusion": "upheld",
            "replied_on": NOW.date(),
            "workdays": 1,
        }
        return BoardEntry.objects.create(ticket=ticket, shown_from=dt.date(2026, 11, 30), **facts)

    def forward_of(self, ticket: Ticket) -> TicketForward:
        return TicketForward.every.create(
            ticket=ticket, unit=self.town, kept_from=ticket.kept_from, topic="repeat", title="标题", text="转出稿",
            sent_by_unit=self.county, sent_on=dt.date(2026, 11, 24), due_on=dt.date(2026, 12, 1),
        )  # fmt: skip


@pytest.fixture
def office() -> Office:
    return Office()


def do(office: Office, ticket: Ticket, act: str, by: Any = None) -> Any:
    """Do one act as its service does it."""
    by = by or office.keeper
    one = {"by": by, "ticket": ticket, "now": NOW}
    return {
        "accept": lambda: services.accept(**one),
        "rewrite": lambda: services.rewrite(**one, title="标题", rewritten="有表格重复收取"),
        "merge": lambda: services.merge(**one, into=office.ticket("accepted")),
        "forward": lambda: services.forward(**one, unit=office.town),
        "reply": lambda: services.reply(**one, conclusion="rejected", words="依法要报", change="", public=False),
        "publish": lambda: services.publish(**one),
        "unpublish": lambda: services.unpublish(**one),
        "judge": lambda: services.judge(verdict="solved", receipt=ticket.receipt, now=NOW),
        "reopen": lambda: services.reopen(words="还在收", receipt=ticket.receipt, now=NOW),
        "later": lambda: services.judge_later(verdict="solved", receipt=ticket.receipt, now=LATER),
    }[act]()


@pytest.fixture(autouse=True)
def receipts_are_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test show what is stored of a receipt as the receipt itself."""
    monkeypatch.setattr("burden.feedback.services.reporting.digest_of", lambda receipt: receipt)


SERVICES = [act for act in Act.values if act not in {"release", "respond", "escalate", "name"}]


@pytest.mark.parametrize("act", SERVICES)
def test_act_in_every_state(office: Office, act: str) -> None:
    allowed, to = TRANSITIONS[Act(act)]
    for state in set(State) - {State.SEALED}:
        ticket = office.ticket(state, title="标题", rewritten="有表格重复收取。")
        if act == "unpublish" and state in allowed:
            office.show(ticket)
        if state in allowed:
            do(office, ticket, act)
            services.note_acts(now=LATER + DAY)
            assert Ticket.every.get(pk=ticket.pk).state == (to or state), state
            continue
        with pytest.raises(Conflict) as refused:
            do(office, ticket, act)
        assert refused.value.code == "ticket.state"
        assert Ticket.every.get(pk=ticket.pk).state == state
        assert not TicketStep.objects.filter(ticket=ticket).exists()


def test_table_is_what_is_checked() -> None:
    """Acts of the system and the responder too, which have no service of this shape."""
    for state, act in product(State, Act):
        ticket, (allowed, to) = Ticket(state=state), TRANSITIONS[act]
        if state in allowed:
            need(ticket, act)
            move(ticket, act)
            assert ticket.state == (to or state)
        else:
            with pytest.raises(Conflict):
                need(ticket, act)


@pytest.mark.parametrize("role", [role for role in Role.values if role not in {"office", "reviewer"}])
def test_desk_acts_are_the_desks_alone(office: Office, role: str) -> None:
    ticket = office.ticket("accepted", title="标题", rewritten="有表格重复收取。")
    stranger = make_actor(office.county, role)
    for act in set(SERVICES) - {"judge", "later", "reopen"}:
        with pytest.raises(Ticket.DoesNotExist):
            do(office, ticket, act, stranger)


def test_inspector_sees_and_does_not_act(office: Office) -> None:
    inspector = make_actor(office.county.parent, "reviewer")
    inspector.posts[0].inspectorate = True
    ticket = office.ticket("received")
    assert Ticket.objects.visible_to(inspector).filter(pk=ticket.pk).exists()
    with pytest.raises(Refused) as refused:
        services.accept(by=inspector, ticket=ticket, now=NOW)
    assert refused.value.code == "ticket.desk"


def test_answer_of_responder_moves_what_the_responder_does_not_see(office: Office) -> None:
    ticket = office.ticket("forwarded")
    forward, lead = office.forward_of(ticket), make_actor(office.town, "lead")
    assert not Ticket.objects.visible_to(lead).exists()
    services.respond(by=lead, forward=forward, answer="查实，已停", now=NOW)
    assert Ticket.every.get(pk=ticket.pk).state == "verified"
    assert [step.act for step in TicketStep.objects.filter(ticket=ticket)] == ["respond"]
    with pytest.raises(Conflict) as refused:
        services.respond(by=lead, forward=forward, answer="再说一遍", now=NOW)
    assert refused.value.code == "forward.answered"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"conclusion": "upheld", "change": ""}, "ticket.change"),
        ({"conclusion": "nonsense"}, "ticket.conclusion"),
        ({"words": " "}, "ticket.text"),
        ({"words": "长" * 601}, "ticket.text"),
        ({"public": True}, "ticket.unwritten"),
    ],
)
def test_reply_without_what_it_needs_is_refused(office: Office, facts: dict[str, Any], code: str) -> None:
    ticket = office.ticket("accepted")
    said = {"conclusion": "rejected", "words": "依法要报", "change": "", "public": False} | facts
    with pytest.raises(Refused) as refused:
        services.reply(by=office.keeper, ticket=ticket, now=NOW, **said)
    assert refused.value.code == code
    assert Ticket.every.get(pk=ticket.pk).state == "accepted"
    assert not BoardEntry.objects.exists()


@pytest.mark.parametrize(
    "words",
    ["同一份表系统报过又要纸质，全镇 14 个村", "有的镇全镇 14 个村都收", " "],
    ids=["the original", "a telling piece", "nothing"],
)
def test_rewrite_that_tells_is_refused(office: Office, words: str) -> None:
    ticket = office.ticket("accepted")
    with pytest.raises(Refused) as refused:
        services.rewrite(by=office.keeper, ticket=ticket, title="标题", rewritten=words, now=NOW)
    assert "rewritten" in refused.value.errors
    services.rewrite(by=office.keeper, ticket=ticket, title="标题", rewritten="报过的表又收纸质", now=NOW)
    assert Ticket.every.get(pk=ticket.pk).removed == ["数目"], "what it says stays sealed"


def outside(office: Office) -> Unit:
    return make_unit(make_unit(level="city"))


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        (lambda office: office.bureau, "ticket.accused"),
        (lambda office: make_unit(office.bureau, "department"), "ticket.accused"),
        (lambda office: office.county, "ticket.unit"),
        (outside, "ticket.unit"),
    ],
)
def test_forward_to_whom_it_is_about_or_elsewhere_or_itself_is_refused(office: Office, unit: Any, code: str) -> None:
    ticket = office.ticket("accepted", title="标题", rewritten="有表格重复收取。")
    with pytest.raises(Refused) as refused:
        services.forward(by=office.keeper, ticket=ticket, unit=unit(office), now=NOW)
    assert refused.value.code == code
    assert not TicketForward.every.exists()
    assert [each.pk for each in queries.responders(office.keeper, ticket)] == [office.town.pk]


@pytest.mark.parametrize(
    ("since", "due"), [(0, dt.date(2026, 12, 1)), (-6, dt.date(2026, 11, 27)), (-30, dt.date(2026, 12, 1))]
)
def test_check_is_due_before_the_reply_unless_that_is_late(office: Office, since: int, due: dt.date) -> None:
    facts = {"title": "标题", "rewritten": "有表格重复收取。", "received_on": NOW.date() + dt.timedelta(days=since)}
    sent = services.forward(by=office.keeper, ticket=office.ticket("accepted", **facts), unit=office.town, now=NOW)
    assert sent.due_on == due


def test_original_is_never_forwarded(office: Office) -> None:
    with pytest.raises(Refused) as refused:
        services.forward(by=office.keeper, ticket=office.ticket("accepted"), unit=office.town, now=NOW)
    assert refused.value.code == "ticket.unwritten"


def test_merge_into_itself_another_desks_or_a_merged_one_is_refused(office: Office) -> None:
    ticket = office.ticket("accepted")
    for into in (ticket, make_ticket(make_unit()), office.ticket("merged")):
        with pytest.raises(Refused) as refused:
            services.merge(by=office.keeper, ticket=ticket, into=into, now=NOW)
        assert refused.value.code == "ticket.into"


def test_what_was_said_to_be_solved_is_not_sent_back(office: Office) -> None:
    ticket = office.ticket("replied")
    assert may_reopen(ticket, NOW.date())
    assert not may_reopen(services.judge(verdict="solved", receipt=ticket.receipt, now=NOW), NOW.date())
    with pytest.raises(Conflict) as refused:
        services.reopen(words="又在收", receipt=ticket.receipt, now=NOW)
    assert refused.value.code == "ticket.solved"


def test_reopened_goes_up_once_and_only_in_time(office: Office) -> None:
    upper = make_actor(office.county.parent, "reviewer")
    ticket = office.ticket("replied")
    with pytest.raises(Refused) as late:
        services.reopen(words="还在收", receipt=ticket.receipt, now=NOW + dt.timedelta(days=61))
    assert late.value.code == "ticket.late"
    services.reopen(words="还在收", receipt=ticket.receipt, now=NOW)
    services.note_acts(now=NOW + DAY)
    held = Ticket.every.get(pk=ticket.pk)
    assert (held.state, held.desk_id, held.verdict) == ("reopened", office.county.parent_id, "unsolved")
    services.reply(by=upper, ticket=held, conclusion="upheld", words="查实", change="停收", public=False, now=NOW)
    with pytest.raises(Conflict) as twice:
        services.reopen(words="还在收", receipt=ticket.receipt, now=NOW)
    assert twice.value.code == "ticket.reopened"


def test_desk_that_answered_keeps_its_reply_and_nothing_else_once_it_went_up(office: Office) -> None:
    make_actor(office.county.parent, "reviewer")
    upper, stranger = make_actor(office.county.parent, "office"), make_actor(make_unit(level="county"), "office")
    ticket = office.ticket("replied")
    services.reopen(words="还在收", receipt=ticket.receipt, now=NOW)
    assert not SentUp.every.exists(), "the desk hears of it with a later batch"
    with as_role("burden_worker"):
        services.note_acts(now=NOW + DAY)
    held = Ticket.every.get(pk=ticket.pk)
    services.rewrite(by=upper, ticket=held, title="新的标题", rewritten="新的转出稿", now=NOW)
    services.reply(by=upper, ticket=held, conclusion="rejected", words="新的答复", change="", public=False, now=NOW)

    def kept(actor: Actor) -> list[str]:
        present("receipt", "")  # its reporter is somebody else
        found = list(queries.sent_up(actor))
        with as_role("burden_web"):
            act_as(actor.user_id)
            assert list(SentUp.every.values_list("pk", flat=True)) == [each.pk for each in found] or actor == upper
        return [each.reply for each in found]

    assert queries.ticket(office.keeper, ticket.pk) is None
    assert (kept(office.keeper), kept(make_actor(office.bureau, "lead")), kept(stranger)) == (["查实。"], [], [])
    with as_role("burden_web"):
        act_as(upper.user_id)
        assert services.keep_from(by=upper, held=held, units=[office.county])
    assert (kept(office.keeper), kept(upper)) == ([], []), "it turned out to be about the very desk"


def test_batches_hold_tickets_in_one_order_so_that_none_waits_for_another_in_a_ring(office: Office) -> None:
    judged = office.ticket("replied")
    office.ticket("sealed", received_on=NOW.date() - DAY)
    office.ticket("received", received_on=dt.date(2026, 11, 2))
    services.judge(verdict="solved", receipt=judged.receipt, now=NOW)
    with CaptureQueriesContext(connection) as asked:
        assert (services.release(now=NOW), services.escalate(now=NOW), services.note_acts(now=NOW + DAY)) == (1, 1, 1)
    held = [each["sql"] for each in asked if "FOR UPDATE" in each["sql"] and 'FROM "ticket" ' in each["sql"]]
    assert len(held) == 3 and all('ORDER BY "ticket"."id" ASC' in each for each in held)


def test_days_gone_are_told_by_what_they_went_for(office: Office) -> None:
    day, days = {n: dt.date(2026, 11, n) for n in range(16, 31)}, workdays()
    ticket = office.ticket("forwarded", received_on=day[16], accepted_on=day[17])
    asked = office.forward_of(ticket)
    asked.sent_on, asked.due_on = day[18], day[25]

    def told(today: int) -> list[tuple[str, str]]:
        return pages.spent(ticket, [asked], days, day[today])

    assert pages.spent(Ticket(received_on=day[16], state="received"), [], days, day[17]) == []
    assert told(20) == [("受理", "1 日"), ("核实", "2 / 5 日")]
    asked.answered_on, ticket.state = day[23], "verified"
    assert told(24) == [("受理", "1 日"), ("核实", "3 / 5 日"), ("答复", "1 日，含今天")]
    ticket.state, ticket.replied_on = "replied", day[25]
    assert told(30)[-1] == ("答复", "2 日")
    ticket.state, ticket.reopened_on = "reopened", day[26]
    assert told(30) == [], "its time begins anew"


def test_asked_again_only_after_four_weeks_and_once(office: Office) -> None:
    ticket = office.ticket("replied")
    with pytest.raises(Refused) as early:
        services.judge_later(verdict="solved", receipt=ticket.receipt, now=NOW)
    assert early.value.code == "ticket.early"
    services.judge_later(verdict="unsolved", receipt=ticket.receipt, now=LATER)
    with pytest.raises(Conflict):
        services.judge_later(verdict="solved", receipt=ticket.receipt, now=LATER)


def test_acts_of_reporters_leave_no_hour_and_reach_desk_and_ledger_with_a_later_batch(office: Office) -> None:
    ticket = office.ticket("replied")
    make_actor(office.county.parent, "reviewer")
    before = Ticket.every.filter(pk=ticket.pk).values("state", "verdict", "later", "desk", "reopened_on").get()
    services.judge(verdict="unsolved", receipt=ticket.receipt, now=NOW)
    seen = services.reopen(words="又收了，全镇 14 个村", receipt=ticket.receipt, now=NOW)
    assert (seen.state, seen.desk_id) == ("reopened", office.county.parent_id), "its reporter sees it at once"
    for again in (services.judge, services.judge_later):
        with pytest.raises(Conflict):
            again(verdict="solved", receipt=ticket.receipt, now=LATER)
    now = Ticket.every.filter(pk=ticket.pk)
    assert now.values(*before).get() == before
    held = now.get()
    assert not queries.steps(office.keeper, held).exists() and added_to(held) == ""
    assert not AuditEvent.objects.filter(what__startswith="ticket.").exists()
    assert services.note_acts(now=NOW) == 0
    assert services.note_acts(now=NOW + DAY) == 2
    held = now.get()
    assert (held.state, held.desk_id, held.verdict) == ("reopened", office.county.parent_id, "unsolved")
    assert (held.reopened_on, added_to(held)) == (NOW.date(), "又收了，全镇 14 个村")
    events = AuditEvent.objects.filter(what__in=("ticket.judged", "ticket.reopened"))
    assert {(each.actor_id, each.actor_name, each.at) for each in events} == {(None, "system", NOW + DAY)}


def test_responder_who_never_answers_stops_nobody(office: Office) -> None:
    ticket = office.ticket("forwarded", title="标题", rewritten="有表格重复收取。")
    asked, lead = office.forward_of(ticket), make_actor(office.town, "lead")
    other = make_unit(office.county, "department")
    second = services.forward(by=office.keeper, ticket=ticket, unit=other, now=NOW)
    do(office, ticket, "reply")
    assert Ticket.every.get(pk=ticket.pk).state == "replied"
    assert set(TicketForward.every.values_list("pk", "ended_on")) == {(asked.pk, NOW.date()), (second.pk, NOW.date())}
    assert not queries.asked(lead).exists() and queries.forwards(lead).exists()
    with pytest.raises(Conflict) as refused:
        services.respond(by=lead, forward=asked, answer="查实，已停", now=NOW)
    assert refused.value.code == "forward.ended"


def test_overdue_and_unanswered_waits_for_the_desks_again(office: Office) -> None:
    above = make_actor(office.county.parent, "reviewer")
    ticket = office.ticket("forwarded", received_on=dt.date(2026, 11, 10))
    assert not queries.inbox(office.keeper, "todo").exists()
    services.escalate(now=NOW)
    for actor in (office.keeper, above):
        assert list(queries.inbox(actor, "todo")) == [ticket]
        assert queries.standing(actor, NOW.date())[0] == {"todo": 1, "checking": 0, "done": 0}
    assert pages.tab_of(Ticket.every.get(pk=ticket.pk)) == "todo"


def joined_by(office: Office, **facts: Any) -> tuple[Ticket, Ticket]:
    """A ticket, and one that was joined to it, both answered by its reply."""
    into, joined = office.ticket("accepted", **facts), make_ticket(office.county, "accepted")
    services.merge(by=office.keeper, ticket=joined, into=into, now=NOW)
    do(office, into, "reply")
    return Ticket.every.get(pk=into.pk), Ticket.every.get(pk=joined.pk)


def test_reporter_of_a_joined_ticket_judges_sends_back_and_is_asked_again_alone(office: Office) -> None:
    into, joined = joined_by(office)
    make_actor(office.county.parent, "reviewer")
    assert (joined.state, joined.reply, joined.conclusion, joined.replied_on) == (
        "replied", into.reply, into.conclusion, NOW.date(),
    )  # fmt: skip
    assert [step.act for step in TicketStep.objects.filter(ticket=joined).order_by("turn")] == ["merge", "reply"]
    services.judge(verdict="unsolved", receipt=joined.receipt, now=NOW)
    services.judge_later(verdict="unsolved", receipt=joined.receipt, now=LATER)
    services.reopen(words="还在收", receipt=joined.receipt, now=LATER)
    services.note_acts(now=LATER + DAY)
    joined, other = Ticket.every.get(pk=joined.pk), Ticket.every.get(pk=into.pk)
    assert (joined.state, joined.desk_id, joined.merged_into) == ("reopened", office.county.parent_id, None)
    assert (other.state, other.verdict, other.desk_id) == ("replied", "", office.county.pk), (
        "the other reporter's stays"
    )
    with pytest.raises(Conflict):
        services.reopen(words="还在收", receipt=joined.receipt, now=LATER)
    services.judge(verdict="solved", receipt=into.receipt, now=LATER)


def test_joined_to_an_answered_one_has_its_reply_at_once(office: Office) -> None:
    into, joined = office.ticket("closed"), office.ticket("received")
    services.merge(by=office.keeper, ticket=joined, into=into, now=NOW)
    held = Ticket.every.get(pk=joined.pk)
    assert (held.state, held.reply, held.replied_on, held.kept_from) == (
        "replied", into.reply, NOW.date(), into.kept_from,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        services.publish(by=office.keeper, ticket=held, now=NOW)
    assert refused.value.code == "ticket.joined"


def test_joining_makes_no_reporter_wait_longer(office: Office) -> None:
    old, young = (office.ticket("accepted", received_on=dt.date(2026, 11, day)) for day in (13, 20))
    with pytest.raises(Refused) as refused:
        services.merge(by=office.keeper, ticket=old, into=young, now=NOW)
    assert refused.value.code == "ticket.into"
    services.merge(by=office.keeper, ticket=young, into=old, now=NOW)


def test_whoever_answers_what_is_overdue_answers_what_was_joined_to_it(office: Office) -> None:
    above = make_actor(office.county.parent, "reviewer")
    into, joined = (office.ticket("accepted", received_on=dt.date(2026, 11, 10)) for _each in range(2))
    services.merge(by=office.keeper, ticket=joined, into=into, now=NOW)
    services.escalate(now=NOW)
    with as_role("burden_web"):
        act_as(above.user_id)
        do(office, into, "reply", above)
    assert Ticket.every.get(pk=joined.pk).state == "replied"


def test_reporter_sees_and_changes_no_ticket_but_the_own_in_the_database(office: Office) -> None:
    _into, joined = joined_by(office)
    with as_role("burden_web"):
        present("receipt", joined.receipt)
        assert list(Ticket.every.all()) == [joined]
        services.judge(verdict="unsolved", receipt=joined.receipt, now=NOW)
        services.reopen(words="还在收", receipt=joined.receipt, now=NOW)
        present("receipt", "")
    with as_role("burden_worker"):
        assert services.note_acts(now=NOW + DAY) == 2
    assert Ticket.every.get(pk=joined.pk).state == "reopened"


def test_merged_is_kept_from_whom_the_joined_one_is_about(office: Office) -> None:
    ticket, into = office.ticket("accepted"), make_ticket(office.county, "accepted", rewritten="有表格重复收取。")
    services.merge(by=office.keeper, ticket=ticket, into=into, now=NOW)
    held = Ticket.every.get(pk=into.pk)
    assert held.kept_from == [office.bureau.pk]
    with pytest.raises(Refused) as refused:
        services.forward(by=office.keeper, ticket=held, unit=office.bureau, now=NOW)
    assert refused.value.code == "ticket.accused"
    asked = make_ticket(office.county, "accepted", rewritten="有表格重复收取。")
    services.forward(by=office.keeper, ticket=asked, unit=office.bureau, now=NOW)
    with pytest.raises(Refused) as late:
        services.merge(by=office.keeper, ticket=office.ticket("accepted"), into=asked, now=NOW)
    assert late.value.code == "ticket.into"
    assert Ticket.every.get(pk=asked.pk).kept_from == []


def test_link_to_a_demand_from_outside_the_desk_is_refused(office: Office) -> None:
    city_bureau = make_unit(office.county.parent, "department")
    with pytest.raises(Refused) as refused:
        services.link_demand(
            by=office.keeper, ticket=office.ticket("accepted"), demand=make_demand(city_bureau), now=NOW
        )
    assert refused.value.code == "ticket.demand"


def test_reply_that_tells_is_not_put_on_the_board(office: Office) -> None:
    ticket = office.ticket("accepted", title="标题", rewritten="有表格重复收取。")
    said = {"conclusion": "upheld", "words": "查实，全镇 14 个村都收了", "change": "停收"}
    with pytest.raises(Refused) as refused:
        services.reply(by=office.keeper, ticket=ticket, public=True, now=NOW, **said)
    assert refused.value.code == "ticket.public"
    services.reply(by=office.keeper, ticket=ticket, public=False, now=NOW, **said)
    with pytest.raises(Refused):
        services.publish(by=office.keeper, ticket=ticket, now=NOW)
    assert not BoardEntry.objects.exists()


def test_older_reply_leaves_the_board_with_the_new_one(office: Office) -> None:
    ticket = office.ticket("reopened")
    office.show(ticket)
    do(office, ticket, "reply")
    assert BoardEntry.objects.get().shown_from is None


def test_joined_ticket_counts_as_answered_with_the_other(office: Office) -> None:
    facts = {"received_on": dt.date(2026, 11, 12)}
    into, joined = office.ticket("accepted", **facts), office.ticket("received", **facts)
    services.merge(by=office.keeper, ticket=joined, into=into, now=NOW - 7 * DAY)
    assert queries.standing(office.keeper, dt.date(2026, 1, 1))[0] == {"todo": 1, "checking": 0, "done": 1}
    said = {"conclusion": "upheld", "words": "查实", "change": "停收", "public": False}
    services.reply(by=office.keeper, ticket=into, now=NOW - 6 * DAY, **said)
    services.count_board(now=NOW)
    counted = BoardCount.objects.get()
    assert (counted.received, counted.replied, counted.in_time, counted.upheld) == (2, 2, 2, 2)
    assert counted.replies == 2
    old = {
        "received_on": dt.date(2025, 12, 30),
        "replied_on": dt.date(2026, 1, 5),
        "first_replied_on": dt.date(2026, 1, 5),
    }
    office.ticket("closed", **old)  # of the year before
    tabs, days = queries.standing(office.keeper, dt.date(2026, 1, 1))
    assert tabs == {"todo": 0, "checking": 0, "done": 3}
    assert days == [(dt.date(2026, 11, 12), dt.date(2026, 11, 18), 2)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("县农业农村局要各乡镇每个村报农村台账，行政村都报", []),
        ("我在石桥镇，到上塘村开会", ["在石桥镇", "到上塘村"]),
    ],
)
def test_common_words_name_no_place(text: str, told: list[str]) -> None:
    assert [hint.words for hint in hints.hints(text)] == told
