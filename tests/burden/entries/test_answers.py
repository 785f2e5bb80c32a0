"""Answers to targets: what is taken from the issuer, what is refused, what happens when a demand is withdrawn."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction

from burden.accounts.actor import Actor
from burden.demands.models import Handler, Target
from burden.demands.services import take, withdraw
from burden.entries.models import Entry
from burden.entries.queries import week_sheet
from burden.entries.services import Filing
from burden.kit.db import act_as
from burden.kit.errors import Refused
from burden.standards.models import Evidence
from burden.units.models import Unit
from tests.database import as_role, in_threads
from tests.factories import (
    LAST_WEEK,
    NOW,
    THIS_WEEK,
    make_actor,
    make_demand,
    make_draft,
    make_filing,
    make_target,
    make_unit,
)


@pytest.fixture
def bureau(db) -> Unit:
    return make_unit(make_unit(), "department")


@pytest.fixture
def actor(bureau) -> Actor:
    return make_actor(make_unit(bureau.parent, "township"))


@pytest.fixture
def target(bureau, actor) -> Target:
    demand = make_demand(bureau, category="meeting", minutes=90, travel_minutes=20, prep_minutes=60)
    return make_target(demand, actor.unit)


def answer(actor: Actor, target: Target, number: int = 1, **facts):
    """Confirm a target as it is stated, but for what the test says."""
    said = {"minutes": 90, "travel_minutes": 20, "prep_minutes": 60, "target_id": target.pk} | facts
    return make_draft(number, **said)


def file(actor: Actor, *drafts, **facts):
    return make_filing(actor, *drafts, **({"week": THIS_WEEK} | facts))


def entry(actor: Actor) -> Entry:
    return Entry.objects.visible_to(actor).get()


def refusal(code: str):
    return pytest.raises(Refused, check=lambda error: error.code == code)


def test_answer_is_of_the_target_whatever_the_row_says(actor, target):
    file(actor, answer(actor, target, category="other", subkind="trace", title="别的", issuer_id=actor.unit_id))
    found = entry(actor)
    assert (found.target_id, found.title, found.category, found.subkind) == (
        target.pk, target.demand.title, "meeting", "",
    )  # fmt: skip
    assert (found.issuer_id, found.person_min) == (target.issuer_id, 170)


@pytest.mark.parametrize(
    ("facts", "evidence"),
    [
        ({}, Evidence.SINGLE),
        ({"people": 3}, Evidence.SINGLE),
        ({"prep_minutes": 0}, Evidence.SINGLE),
        ({"bulk": True}, Evidence.BULK),
        ({"minutes": 91}, Evidence.STATED),
        ({"travel_minutes": 0}, Evidence.STATED),
        ({"prep_minutes": 61}, Evidence.STATED),
        ({"bulk": True, "minutes": 91}, Evidence.STATED),
        ({"answer": "absent"}, Evidence.STATED),
        ({"answer": "not_applicable"}, Evidence.STATED),
    ],
)
def test_evidence_of_answer_says_how_the_figure_came_about(actor, target, facts, evidence):
    file(actor, answer(actor, target, **facts))
    assert entry(actor).evidence == evidence


def test_second_answer_to_one_target_is_refused(actor, target):
    with pytest.raises(Refused) as caught:
        file(actor, make_draft(7), answer(actor, target, 1), answer(actor, target, 2))
    assert caught.value.code == "week.target_twice"
    assert caught.value.errors == {"entries.2.target": "第 3 项与第 2 项答的是同一项登记事项"}


def test_colleagues_answer_the_same_target(actor, target):
    file(actor, answer(actor, target))
    colleague = make_actor(actor.unit)
    file(colleague, answer(colleague, target, prep_minutes=0))
    assert entry(colleague).target_id == target.pk


@pytest.mark.parametrize("which", ["other unit", "other week", "never there"])
def test_target_of_no_own_week_is_refused_and_nothing_stored(actor, target, bureau, which):
    other = {
        "other unit": lambda: make_target(target.demand, make_unit(bureau.parent, "township")).pk,
        "other week": lambda: make_target(target.demand, actor.unit, LAST_WEEK).pk,
        "never there": lambda: target.pk + 1_000_000,
    }[which]()
    with as_role("burden_web"), transaction.atomic():
        act_as(actor.user_id)
        with pytest.raises(Refused) as caught:
            file(actor, make_draft(1), make_draft(2, target_id=other))
    assert caught.value.code == "week.no_target"
    assert caught.value.errors == {"entries.1.target": f"《台账2》：本单位这一周没有“{other}”这一项登记事项"}
    assert not Entry.objects.visible_to(actor).exists()


def test_web_role_answers_and_learns(actor, target):
    with as_role("burden_web"), transaction.atomic():
        act_as(actor.user_id)
        file(actor, answer(actor, target))
        file(actor, answer(actor, target, minutes=30), base_version=1)
    assert entry(actor).evidence == Evidence.STATED
    learned = Handler.objects.get()
    assert (learned.unit_id, learned.issuer_id, learned.category, learned.cadre_id, learned.week) == (
        actor.unit_id, target.issuer_id, "meeting", actor.user_id, THIS_WEEK.monday,
    )  # fmt: skip


def test_answers_take_one_query_more_however_many(actor, bureau, django_assert_num_queries):
    targets = [make_target(make_demand(bureau), actor.unit) for _ in range(12)]
    # savepoint; lock, key, return, post; return, targets, entries; savepoint, handlers, release; submission, event; release
    with django_assert_num_queries(14):
        file(actor, *(answer(actor, each, number) for number, each in enumerate(targets)))


# withdrawn meanwhile


def test_answer_to_withdrawn_demand_is_kept_as_own_and_marked(actor, target):
    issuer = make_actor(target.issuer, "issuer")
    withdraw(by=issuer, demand=target.demand, reason="市局统一收", now=NOW)
    key, row = uuid4(), answer(actor, target, title="我记的标题", category="form", issuer_id=target.issuer_id)
    with as_role("burden_web"), transaction.atomic():
        act_as(actor.user_id)
        first = file(actor, make_draft(9), row, client_key=key)
        again = file(actor, make_draft(9), row, client_key=key)
    assert first.unlinked == again.unlinked == ["e1"]
    assert again.replayed
    kept = Entry.objects.visible_to(actor).get(key="e1")
    assert (kept.target_id, kept.title, kept.category, kept.issuer_id) == (None, "我记的标题", "form", target.issuer_id)
    assert kept.evidence == Evidence.STATED
    assert week_sheet(actor, THIS_WEEK, NOW).unlinked == {"e1"}


def test_answer_before_withdrawal_stays_one_when_the_week_is_filed_again(actor, target):
    file(actor, answer(actor, target))
    withdraw(by=make_actor(target.issuer, "issuer"), demand=target.demand, reason="市局统一收", now=NOW)
    again = file(actor, answer(actor, target, minutes=30), make_draft(2), base_version=1)
    assert again.unlinked == []
    assert Entry.objects.visible_to(actor).get(key="e1").target_id == target.pk
    late = make_actor(actor.unit)
    assert file(late, answer(late, target)).unlinked == ["e1"]


@pytest.mark.django_db(transaction=True)
def test_withdrawal_and_answer_at_once_leave_either_an_answer_or_an_own_entry():
    bureau = make_unit(make_unit(), "department")
    for _ in range(5):
        actor, issuer = make_actor(make_unit(bureau.parent, "township")), make_actor(bureau, "issuer")
        target = make_target(make_demand(bureau), actor.unit)

        def act(number: int, actor=actor, issuer=issuer, target=target):
            with transaction.atomic():
                by = (actor, issuer)[number]
                act_as(by.user_id)
                if number:
                    return withdraw(by=by, demand=target.demand, reason="不用报了", now=NOW)
                return file(actor, answer(actor, target))

        filing = next(each for each in in_threads(2, act) if isinstance(each, Filing))
        held = Target.objects.visible_to(actor).filter(pk=target.pk).first()
        assert held is None or held.withdrawn
        assert filing.unlinked == ([] if held else ["e1"])
        assert entry(actor).target_id == (target.pk if held else None)


@pytest.mark.django_db(transaction=True)
def test_colleagues_who_answer_one_target_never_wait():
    bureau = make_unit(make_unit(), "department")
    slow = make_actor(make_unit(bureau.parent, "township"))
    quick, target = make_actor(slow.unit), make_target(make_demand(bureau), slow.unit)
    with transaction.atomic():
        act_as(slow.user_id)
        file(slow, answer(slow, target))  # not yet committed

        def act(_number: int):
            with transaction.atomic():
                act_as(quick.user_id)
                return file(quick, answer(quick, target))

        assert not in_threads(1, act)[0].replayed


# what the sheet lists


def test_sheet_offers_what_is_mine_and_lists_the_rest(actor, target, bureau):
    take(by=actor, target=target, now=NOW)
    other = make_target(make_demand(bureau, title="别人的表"), actor.unit)
    sheet = week_sheet(actor, THIS_WEEK, NOW)
    (row,) = sheet.prefilled
    assert (row.key, row.target, row.title, row.people, row.person_min) == (
        f"target-{target.pk}", str(target.pk), target.demand.title, 1, 170,
    )  # fmt: skip
    assert [each.id for each in sheet.others] == [other.pk]
    assert {each.id for each in sheet.targets} == {target.pk, other.pk}


def test_sheet_offers_no_target_twice(actor, target, bureau):
    """Neither one that is answered, nor the routine it was last week."""
    same = {"category": "meeting", "title": target.demand.title, "issuer_id": target.issuer_id}
    before = make_target(make_demand(bureau, title="上周的表"), actor.unit, LAST_WEEK)
    make_filing(actor, make_draft(1, **same), make_draft(2, target_id=before.pk), make_draft(3))
    take(by=actor, target=target, now=NOW)
    assert [row.title for row in week_sheet(actor, THIS_WEEK, NOW).prefilled] == [target.demand.title, "台账3"]
    file(actor, answer(actor, target))
    sheet = week_sheet(actor, THIS_WEEK, NOW)
    assert [row.title for row in sheet.prefilled] == ["台账3"]
    assert sheet.others == []
    assert sheet.entries[0].target == str(target.pk)


def test_handler_of_last_week_finds_the_next_target(actor, bureau):
    weekly = make_demand(bureau)
    file(actor, make_draft(1, target_id=make_target(weekly, actor.unit, LAST_WEEK).pk), week=LAST_WEEK)
    colleague, target = make_actor(actor.unit), make_target(weekly, actor.unit)
    assert [row.target_id for row in week_sheet(actor, THIS_WEEK, NOW).prefilled] == [target.pk]
    assert [(each.handling, each.handlers) for each in week_sheet(colleague, THIS_WEEK, NOW).others] == [
        ("others", (actor.name,))
    ]


def test_sheet_takes_as_many_queries_with_twelve_targets(actor, bureau, django_assert_num_queries):
    for _ in range(12):
        take(by=actor, target=make_target(make_demand(bureau), actor.unit), now=NOW)
    file(actor, make_draft(1))
    # return, post, entries, targets, learned handlers, peers, routine
    with django_assert_num_queries(7):
        assert len(week_sheet(actor, THIS_WEEK, NOW).prefilled) == 12
