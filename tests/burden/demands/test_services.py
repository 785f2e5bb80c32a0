"""Drafting, issuing and withdrawing demands."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404

from burden.accounts.actor import Actor
from burden.demands.models import Demand, State, Target
from burden.demands.queries import targets_of_week
from burden.demands.services import change, copy_demand, issue, pass_on, register, save_draft, send_back, withdraw
from burden.kit.clock import Week
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.ledger.models import AuditEvent
from burden.units.models import Unit
from tests.database import as_role
from tests.factories import (
    NOW,
    THIS_WEEK,
    make_actor,
    make_demand,
    make_duty,
    make_entry,
    make_return,
    make_target,
    make_unit,
)  # fmt: skip

KEY = UUID("6f1c8a52-5a55-4bd1-9d8e-000000000001")
FRIDAY = dt.date(2026, 11, 27)
FORM = {
    "title": "农村人居环境整治月报",
    "category": "form",
    "basis": "农发〔2026〕12号",
    "first_on": "2026-11-27",
    "people": 2,
    "minutes": 90,
    "receivers": {"levels": ["township"]},
    "fields": ["户厕改造数", "垃圾清运车次"],
}


@pytest.fixture
def county(db) -> Unit:
    return make_unit()


@pytest.fixture
def towns(county) -> list[Unit]:
    return [make_unit(county, "township") for _ in range(3)]


@pytest.fixture
def issuer(county, towns) -> Actor:
    return make_actor(make_unit(county, "department"), "issuer")


def refusal(code: str, *fields: str):
    def fits(error: Refused) -> bool:
        return error.code == code and (not fields or list(error.errors) == list(fields))

    return pytest.raises(Refused, check=fits)


def draft(issuer: Actor, **values) -> Demand:
    return save_draft(by=issuer, demand=None, values=FORM | values, now=NOW)


def sent(issuer: Actor, demand: Demand, **decision) -> Demand:
    """Issue a draft as it is."""
    decision = {"chosen": "original", "reason": "", "answers": {}} | decision
    return issue(by=issuer, demand=demand, now=decision.pop("now", NOW), **decision)


def targets(demand: Demand) -> list[tuple]:
    found = Target.every.filter(demand=demand).order_by("week", "unit_id")
    return [(target.unit_id, str(target.week), str(target.due_on)) for target in found]


def answer(target: Target) -> None:
    """A cadre of the receiver answers in a filed week."""
    cadre = make_actor(target.unit).user
    make_entry(make_return(cadre, target.unit, THIS_WEEK), target=target)


# drafts


def test_draft_may_lack_everything(issuer):
    demand = save_draft(by=issuer, demand=None, values={}, now=NOW)
    assert (demand.state, demand.issuer, demand.lead) == (State.DRAFT, issuer.unit, issuer.unit)


def test_later_save_changes_only_what_is_given(issuer):
    demand = draft(issuer)
    save_draft(by=issuer, demand=demand, values={"minutes": 60}, now=NOW)
    demand.refresh_from_db()
    assert (demand.title, demand.minutes, demand.fields) == (FORM["title"], 60, FORM["fields"])
    assert AuditEvent.objects.filter(what="demand.drafted").count() == 1


def test_every_fault_is_named_at_once(issuer):
    wrong = {
        "title": "长" * 201,
        "minutes": -5,
        "people": 0,
        "first_on": "2026-02-30",
        "frequency": "daily",
        "facts": {"asks_photos": "yes"},
        "receivers": {"levels": ["moon"]},
        "colour": "red",
    }
    with pytest.raises(Refused) as caught:
        draft(issuer, **wrong)
    named = (set(wrong) - {"facts", "receivers"}) | {"facts.asks_photos", "receivers.levels"}
    assert set(caught.value.errors) == named
    assert "-5" in caught.value.errors["minutes"]
    assert not Demand.every.exists()


def test_receivers_outside_remit_are_404(issuer):
    elsewhere = make_unit(make_unit(), "township")
    with pytest.raises(Http404):
        draft(issuer, receivers={"units": [elsewhere.code]})


def test_form_of_ten_thousand_fields_is_refused(issuer):
    with refusal("demand.invalid", "fields"):
        draft(issuer, fields=[f"字段{n}" for n in range(10_000)])


def test_field_name_of_500_characters_is_refused_by_its_place(issuer):
    with pytest.raises(Refused) as caught:
        draft(issuer, fields=["户数", "长" * 500])
    assert "第 2 个" in caught.value.errors["fields"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1.户厕改造数\r\n2、垃圾清运车次\r\n\r\n3）备注\r\n备注\r\n", ["户厕改造数", "垃圾清运车次", "备注"]),
        ('"户主姓名"\r\n④ 住房面积\r\n\u201c备注\u201d', ["户主姓名", "住房面积", "备注"]),
        ("村名\t组名\t户主\r\n", ["村名", "组名", "户主"]),
        ("村名、组名，户主", ["村名", "组名", "户主"]),
        ("面积（亩，含水田）\n1.5米以上树木", ["面积（亩，含水田）", "1.5米以上树木"]),
        (["  人均　收入 ", "2026年产量"], ["人均 收入", "2026年产量"]),
        ("", []),
    ],
)
def test_pasted_column_is_cleaned(issuer, given, expected):
    assert draft(issuer, fields=given).fields == expected


def test_change_of_category_drops_what_the_new_one_does_not_ask(issuer):
    demand = draft(issuer, category="inspection", facts={"on_site": True, "comprehensive": True}, fields=[])
    demand = save_draft(by=issuer, demand=demand, values={"category": "document"}, now=NOW)
    assert demand.facts == {"comprehensive": True}
    demand = save_draft(by=issuer, demand=demand, values={"category": "form", "subkind": "high"}, now=NOW)
    assert save_draft(by=issuer, demand=demand, values={"category": "meeting"}, now=NOW).subkind == ""


def test_supporting_departments_are_of_the_remit(issuer, county, towns):
    beside = make_unit(county, "department")
    demand = draft(issuer, supporting=[beside.code], lead=beside.code)
    assert (list(demand.supporting.all()), demand.lead) == ([beside], beside)
    for code in (towns[0].code, make_unit(make_unit(), "department").code, "000000000000"):
        with refusal("demand.invalid", "supporting"):
            draft(issuer, supporting=[code])


def test_draft_of_another_issuer_is_not_saved(issuer, county):
    other = make_actor(make_unit(county, "department"), "issuer")
    demand = draft(other)
    with pytest.raises(PermissionDenied):
        save_draft(by=issuer, demand=demand, values={}, now=NOW)


def test_demand_below_is_seen_but_not_changed(county, towns):
    above = make_actor(county, "issuer")
    demand = make_demand(towns[0])
    with pytest.raises(PermissionDenied):
        withdraw(by=above, demand=demand, reason="不必", now=NOW)


# keys of scripts


def test_same_key_and_values_find_the_same_demand(issuer):
    first = register(by=issuer, client_key=KEY, values=FORM, now=NOW)
    again = register(by=issuer, client_key=KEY, values=dict(reversed(FORM.items())), now=NOW)
    assert (first.replayed, again.replayed, again.demand) == (False, True, first.demand)


def test_same_key_with_other_values_is_a_conflict(issuer):
    register(by=issuer, client_key=KEY, values=FORM, now=NOW)
    with pytest.raises(Conflict, check=lambda error: error.code == "key_reused"):
        register(by=issuer, client_key=KEY, values=FORM | {"minutes": 91}, now=NOW)
    assert Demand.every.count() == 1


def test_key_belongs_to_its_issuer(issuer, county):
    other = make_actor(make_unit(county, "department"), "issuer")
    register(by=issuer, client_key=KEY, values=FORM, now=NOW)
    assert not register(by=other, client_key=KEY, values=FORM | {"minutes": 1}, now=NOW).replayed


# copies


def test_copy_leaves_the_dates_behind(issuer):
    old = make_demand(issuer.unit, category="meeting", facts={"video": True}, until=FRIDAY, client_key=KEY)
    made = copy_demand(by=issuer, demand=old, now=NOW)
    assert (made.title, made.facts, made.receivers) == (old.title, old.facts, old.receivers)
    assert (made.state, made.first_on, made.until, made.client_key) == (State.DRAFT, None, None, None)


def test_copy_of_another_issuers_demand_has_no_receivers(issuer, county):
    made = copy_demand(by=issuer, demand=make_demand(make_unit(county, "department")), now=NOW)
    assert (made.issuer, made.lead, made.receivers) == (issuer.unit, issuer.unit, {})


# issuing


def test_issuing_makes_a_target_for_each_receiver_and_week(issuer, towns):
    demand = sent(issuer, draft(issuer, frequency="weekly", until="2026-12-10"))
    assert (demand.state, demand.issued_at) == (State.ISSUED, NOW)
    assert targets(demand) == [
        (town.pk, monday, friday)
        for monday, friday in (("2026-11-23", "2026-11-27"), ("2026-11-30", "2026-12-04"))
        for town in towns
    ]
    claimed = Target.every.filter(demand=demand).values_list("people", "minutes", "category", "issuer_id").distinct()
    assert list(claimed) == [(2, 90, "form", issuer.unit_id)]


def test_issuing_is_recorded_without_words(issuer):
    sent(issuer, draft(issuer))
    event = AuditEvent.objects.get(what="demand.issued")
    assert event.detail == {"version": 1, "receivers": 3, "times": 1, "chosen": "original"}


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"title": ""}, "demand.not_whole", "title"),
        ({"basis": ""}, "demand.not_whole", "basis"),
        ({"first_on": None}, "demand.not_whole", "first_on"),
        ({"minutes": 0}, "demand.not_whole", "minutes"),
        ({"receivers": {}}, "demand.no_receivers", "receivers"),
        ({"receivers": {"kinds": ["street"]}}, "demand.no_receivers", "receivers"),
        ({"frequency": "monthly"}, "demand.not_whole", "until"),
        ({"frequency": "monthly", "until": "2026-11-01"}, "demand.not_whole", "until"),
        ({"frequency": "monthly", "until": "2030-11-01"}, "demand.not_whole", "until"),
        ({"first_on": "2026-11-23"}, "demand.not_whole", "late_reason"),
        ({"first_on": "2036-11-23"}, "demand.not_whole", "first_on"),
        ({"first_on": "2016-11-23", "late_reason": "应急"}, "demand.not_whole", "first_on"),
    ],
)
def test_what_is_not_whole_does_not_go_out(issuer, values, code, field):
    demand = draft(issuer, **values)
    with refusal(code, field):
        sent(issuer, demand)
    assert targets(demand) == []


def test_first_day_in_the_past_needs_a_reason_and_is_marked(issuer):
    demand = sent(issuer, draft(issuer, first_on="2026-11-12", late_reason="抗洪抢险"))
    assert demand.afterwards
    assert {week for _, week, _ in targets(demand)} == {"2026-11-09"}


def test_demand_goes_out_once(issuer):
    demand = sent(issuer, draft(issuer))
    assert sent(issuer, demand).issued_at == demand.issued_at
    assert len(targets(demand)) == 3
    with pytest.raises(Conflict, check=lambda error: error.code == "demand.state"):
        sent(issuer, demand, reason="别的理由")
    with pytest.raises(Conflict):
        save_draft(by=issuer, demand=demand, values={"minutes": 1}, now=NOW)


def test_targets_are_one_statement(issuer, django_assert_max_num_queries):
    demand = draft(issuer, frequency="weekly", until="2027-11-20")
    with django_assert_max_num_queries(40) as seen:
        sent(issuer, demand)
    assert sum("INSERT INTO target" in query["sql"] for query in seen.captured_queries) == 1
    assert len(targets(demand)) == 3 * 52


def test_township_issues_to_its_villages(county, towns):
    village = make_unit(towns[0], "village")
    lead = make_actor(towns[0], "issuer")
    demand = sent(lead, draft(lead, receivers={"levels": ["village"]}))
    assert [unit for unit, _, _ in targets(demand)] == [village.pk]


def test_begun_weeks_are_marked_stale_and_later_ones_are_not(issuer, towns):
    from burden.ledger.models import StaleDemand, StaleMark

    StaleMark.objects.all().delete()
    demand = sent(issuer, draft(issuer, first_on="2020-11-27"), now=dt.datetime(2020, 11, 27, 2, tzinfo=dt.UTC))
    assert {mark.unit_id for mark in StaleMark.objects.all()} == {town.pk for town in towns}
    assert {mark.demand_id for mark in StaleDemand.objects.all()} == {demand.pk}


# withdrawing


def test_withdrawal_leaves_what_was_answered(issuer, towns):
    demand = sent(issuer, draft(issuer))
    answer(Target.every.get(demand=demand, unit=towns[0]))
    demand = withdraw(by=issuer, demand=demand, reason="市局已统一收集", now=NOW)
    assert (demand.state, demand.withdrawn_reason) == (State.WITHDRAWN, "市局已统一收集")
    left = Target.every.filter(demand=demand)
    assert [(target.unit_id, target.withdrawn) for target in left] == [(towns[0].pk, True)]


@pytest.mark.parametrize(
    ("at", "days", "kept"),
    [
        (None, 0, ["2026-11-13", "2026-11-20"]),  # the day it is due is not over
        ("09:30", 0, ["2026-11-13", "2026-11-20", "2026-11-27"]),  # held half an hour ago
        ("10:30", 0, ["2026-11-13", "2026-11-20"]),
        (None, 1, ["2026-11-13", "2026-11-20", "2026-11-27"]),
    ],
)
def test_withdrawal_leaves_what_was_due_before(issuer, towns, at, days, kept):
    begun = dt.datetime(2026, 11, 12, 2, tzinfo=dt.UTC)
    demand = sent(
        issuer, draft(issuer, first_on="2026-11-13", frequency="weekly", until="2026-12-31", at=at), now=begun
    )
    held = Target.every.get(demand=demand, unit=towns[0], due_on="2026-12-04")
    make_entry(make_return(make_actor(towns[0]).user, towns[0], Week(held.week)), target=held)  # early
    withdraw(by=issuer, demand=demand, reason="市局已统一收集", now=NOW + dt.timedelta(days=3 + days))
    asked = Target.every.filter(demand=demand, withdrawn=False)
    assert sorted({str(day) for day in asked.values_list("due_on", flat=True)}) == kept
    assert asked.count() == len(kept) * len(towns)
    assert [each.pk for each in Target.every.filter(demand=demand, withdrawn=True)] == [held.pk]


def test_what_was_registered_afterwards_by_mistake_goes_the_same_day_only(issuer):
    for days, left in ((0, 0), (1, 3)):
        demand = sent(issuer, draft(issuer, first_on="2026-11-12", late_reason="抗洪抢险"))
        withdraw(by=issuer, demand=demand, reason="登记错了", now=NOW + dt.timedelta(days=days))
        assert Target.every.filter(demand=demand, withdrawn=False).count() == left


def test_what_was_withdrawn_is_passed_on_and_sent_back_no_more(county, towns):
    bureau = make_unit(county, "department")
    item = make_duty(county, "recalled")
    demand = make_demand(bureau, first_on=THIS_WEEK.monday, duty_item=item)
    asked, village = make_target(demand, towns[0], due_on=THIS_WEEK.monday), make_unit(towns[0], "village")
    withdraw(by=make_actor(bureau, "issuer"), demand=demand, reason="不必", now=NOW)
    cadre = make_actor(towns[0])
    for act in (
        lambda: pass_on(by=cadre, target=asked, units=[village.code], now=NOW),
        lambda: send_back(by=cadre, target=asked, now=NOW),
    ):
        with pytest.raises(Conflict, match="撤回", check=lambda error: error.code == "target.withdrawn"):
            act()
    (row,) = targets_of_week(cadre, towns[0].pk, THIS_WEEK)
    assert row.is_over


def test_draft_without_a_basis_is_given_up(issuer):
    demand = withdraw(by=issuer, demand=draft(issuer), reason="无依据", now=NOW)
    assert (demand.state, demand.issued_at) == (State.WITHDRAWN, None)


@pytest.mark.parametrize("reason", ["", "  ", "一\n二", "长" * 201])
def test_withdrawal_needs_a_reason(issuer, reason):
    demand = draft(issuer)
    with pytest.raises(Refused, check=lambda error: list(error.errors) == ["reason"]):
        withdraw(by=issuer, demand=demand, reason=reason, now=NOW)


def test_withdrawn_demand_stays_withdrawn(issuer):
    demand = withdraw(by=issuer, demand=draft(issuer), reason="无依据", now=NOW)
    assert withdraw(by=issuer, demand=demand, reason="无依据", now=NOW).withdrawn_at == demand.withdrawn_at
    for act in (
        lambda: withdraw(by=issuer, demand=demand, reason="再撤", now=NOW),
        lambda: sent(issuer, demand),
    ):
        with pytest.raises(Conflict, check=lambda error: error.code == "demand.state"):
            act()


def test_answered_targets_are_told_without_their_answers(issuer, towns):
    demand = make_demand(issuer.unit)
    made = [make_target(demand, town) for town in towns]
    answer(made[1])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM answered_targets(%s)", [demand.pk])
        assert cursor.fetchall() == [(made[1].pk,)]


# changing


def change_of(issuer: Actor, demand: Demand, **values) -> Demand:
    return change(
        by=issuer, demand=demand, base_version=demand.version, values=values, answers={}, reason="口径调整", now=NOW
    )


def test_change_lets_later_targets_follow_and_answered_ones_stay(issuer, towns):
    weekly = {"frequency": "weekly", "first_on": "2026-11-20", "until": "2026-12-04", "late_reason": "应急"}
    demand = sent(issuer, draft(issuer, **weekly))
    answer(Target.every.get(demand=demand, unit=towns[0], week=THIS_WEEK.monday))
    demand = change_of(issuer, demand, minutes=30)
    assert (demand.state, demand.version) == (State.CHANGED, 2)
    minutes = {
        (str(target.week), towns.index(target.unit)): target.minutes for target in Target.every.filter(demand=demand)
    }
    past = {("2026-11-16", n): 90 for n in range(3)}
    assert minutes == past | {
        ("2026-11-23", 0): 90, ("2026-11-23", 1): 30, ("2026-11-23", 2): 30,
        ("2026-11-30", 0): 30, ("2026-11-30", 1): 30, ("2026-11-30", 2): 30,
    }  # fmt: skip


def test_change_of_receivers_and_days_adds_and_removes(issuer, towns):
    demand = sent(issuer, draft(issuer))
    answer(Target.every.get(demand=demand, unit=towns[0]))
    change_of(issuer, demand, receivers={"units": [towns[1].code]}, first_on="2026-12-01")
    assert targets(demand) == [
        (towns[0].pk, "2026-11-23", "2026-11-27"),  # answered
        (towns[1].pk, "2026-11-30", "2026-12-01"),
    ]


def test_change_keeps_who_took_a_target(issuer, towns):
    demand = sent(issuer, draft(issuer))
    cadre = make_actor(towns[0]).user
    Target.every.filter(demand=demand, unit=towns[0]).update(handler=cadre)
    change_of(issuer, demand, minutes=30)
    assert Target.every.get(demand=demand, unit=towns[0]).handler == cadre


def test_change_of_an_old_version_is_a_conflict(issuer):
    demand = sent(issuer, draft(issuer))
    change_of(issuer, demand, minutes=30)
    with pytest.raises(Conflict, check=lambda error: error.code == "version_conflict"):
        change_of(issuer, demand, minutes=60)


def test_change_needs_a_reason_and_a_whole_demand(issuer):
    demand = sent(issuer, draft(issuer))
    with refusal("demand.reason_needed", "reason"):
        change(by=issuer, demand=demand, base_version=1, values={}, answers={}, reason=" ", now=NOW)
    for values, field in (({"title": ""}, "title"), ({"first_on": "2026-11-02"}, "late_reason")):
        with refusal("demand.not_whole", field):
            change_of(issuer, demand, **values)
    with refusal("demand.invalid", "minutes"):
        change_of(issuer, demand, minutes=-1)


def test_draft_is_saved_not_changed(issuer):
    with pytest.raises(Conflict, check=lambda error: error.code == "demand.state"):
        change_of(issuer, draft(issuer), minutes=30)


def test_web_role_issues_changes_and_withdraws(issuer, towns):
    with as_role("burden_web"):
        act_as(issuer.user_id)
        demand = sent(issuer, draft(issuer, supporting=[issuer.unit.code]))
        demand = change_of(issuer, demand, minutes=30, supporting=[])
        assert Target.objects.visible_to(issuer).filter(demand=demand, minutes=30).count() == 3
        withdraw(by=issuer, demand=demand, reason="不必", now=NOW)
        assert not Target.objects.visible_to(issuer).filter(demand=demand).exists()


def test_cadre_takes_back_what_was_passed_on(county, towns):
    cadre, village = make_actor(towns[0]), make_unit(towns[0], "village")
    asked = make_target(make_demand(make_unit(county, "department")), towns[0])
    with as_role("burden_web"):
        act_as(cadre.user_id)
        made = pass_on(by=cadre, target=asked, units=[village.code], now=NOW)
        withdraw(by=cadre, demand=made, reason="转错了", now=NOW)
        assert not Target.objects.visible_to(cadre).filter(demand=made).exists()
    with pytest.raises(PermissionDenied):
        withdraw(by=make_actor(towns[0]), demand=made, reason="不是我转的", now=NOW)
