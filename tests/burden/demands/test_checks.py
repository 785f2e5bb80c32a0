"""Every rule there is: where it may be violated, where it is clear, where something is written against it, where it is silent."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.translation import override

from burden.demands.checks import ANSWERED, CHECKERS, CLEAR, POSSIBLE, Overlap, Seen, apply, check_all
from burden.demands.duplicates import Similar
from burden.demands.models import Demand
from burden.standards.importing import METRICS
from burden.standards.models import DutyItem, PlanItem, Rule
from burden.units.models import Level, Unit

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)
OFFICE = Unit(pk=7, name="县农业农村局", level=Level.DEPARTMENT)
OTHER = Unit(pk=8, name="县住建局", level=Level.DEPARTMENT)
TOWN = Unit(pk=9, name="青石镇", level=Level.TOWNSHIP)
TOWNS = frozenset({Level.TOWNSHIP})
PLAN = PlanItem(pk=1, issuer=OFFICE, year=2026, category="inspection", title="秋季防火检查", times=2)


def duty(kind):
    return DutyItem(pk=1, code="S-1", title="森林防火巡查", kind=kind, citation="临溪县履职清单 收回类第 1 项")


def like(score=0.9, **facts):
    facts = {"issuer": OTHER, "title": "撂荒地台账", "first_on": TODAY} | facts
    return Similar(Demand(**facts), score, (), ())


def seen(category, facts=None, *, given=None, **demand):
    """What checks look at, of a demand due on Friday."""
    demand = {"issuer": OFFICE, "first_on": dt.date(2026, 11, 27), "title": "一项", "minutes": 60} | demand
    return Seen(Demand(category=category, facts=facts or {}, **demand), TODAY, **({"levels": TOWNS} | (given or {})))


def meeting(facts=None, **demand):
    return seen("meeting", facts, **demand)


def document(facts=None, **demand):
    return seen("document", facts, **demand)


def inspection(facts=None, **demand):
    return seen("inspection", facts, **demand)


def form(**demand):
    return seen("form", **demand)


def other(facts=None, **demand):
    return seen("other", facts, **demand)


PARENT = Demand(category="meeting", first_on=dt.date(2026, 11, 26), at=dt.time(15), issuer=OTHER)
BOTH = {"comprehensive": True}
# code, a demand that may violate it, one that does not, and one of which it does not speak
CASES = [
    ("DOC-YOY", document(given={"documents": (20, 20)}), document(given={"documents": (19, 20)}), document()),
    ("DOC-PLAN", document(), document(plan_item=PlanItem(year=2026, category="document", times=1)), form()),
    ("DOC-DIRECTIVE", document({"is_directive": True}), document(), document({"is_directive": True}, issuer=TOWN)),
    ("DOC-CHANNEL", document(channel="note"), document(channel="formal"), meeting(channel="note")),
    ("DOC-LEN-GENERAL", document(BOTH | {"characters": 5001}), document(BOTH | {"characters": 5000}), document(BOTH)),
    ("DOC-LEN-TASK", document({"characters": 4001}), document({"characters": 4000}), document(BOTH | {"characters": 9000})),
    ("DOC-REVIEW", document(first_on=dt.date(2026, 11, 23)), document(), form(first_on=dt.date(2026, 11, 23))),
    ("DOC-REPORTBACK", document({"asks_report": True}), document({"asks_report": False}), form()),
    ("DOC-SUPPORTING", document({"asks_supporting": True}), document(), form()),
    ("MTG-COMPREHENSIVE", meeting(BOTH, given={"comprehensive": 1}), meeting(BOTH), meeting()),
    ("MTG-DIRECT", meeting(), meeting({"approved_by": "县委书记 11-20"}), meeting(issuer=TOWN)),
    ("MTG-RELAY", meeting(parent=PARENT, at=dt.time(9)), meeting(parent=PARENT, at=dt.time(15)), meeting()),
    (
        "MTG-PRINCIPALS",
        meeting({"convener_rank": "deputy", "attendee_rank": "principal"}),
        meeting({"convener_rank": "principal", "attendee_rank": "principal"}),
        form(),
    ),
    ("MTG-SPEECH", meeting({"speech_minutes": 61}), meeting({"speech_minutes": 60}), meeting()),
    ("MTG-LENGTH", meeting(minutes=241), meeting(minutes=240), meeting({"grouped": True}, minutes=300)),
    ("MTG-LENGTH-GROUPED", meeting({"grouped": True}, minutes=721), meeting({"grouped": True}, minutes=720), meeting()),
    ("INS-PLAN", inspection(), inspection(plan_item=PLAN), inspection({"emergency": True})),
    ("INS-ONE", inspection(BOTH, given={"comprehensive": 1}), inspection(BOTH), inspection()),
    ("INS-PRINCIPALS", inspection({"requires_principal": True}), inspection(), meeting()),
    (
        "INS-FORMS",
        form(given={"similar": [like(issuer=OFFICE)]}),
        form(given={"similar": [like(issuer=OFFICE, first_on=dt.date(2026, 5, 1)), like(0.4, issuer=OFFICE), like()]}),
        document(),
    ),
    ("INS-TRACE", inspection({"asks_trace": True}), inspection(), form()),
    ("FORM-ONCE", form(given={"similar": [like(0.3), like(0.85)]}), form(given={"similar": [like(0.7)]}), form()),
    ("SEC-COUNTY", other({"seconded_days": 3}), None, other()),
    ("APP-CLOCKIN", other({"forced_use": True}), other(subkind="digital"), form()),
    ("DUTY-RECALLED", form(duty_item=duty("recalled"), given={"duty_list": True}),
     form(duty_item=duty("basic"), given={"duty_list": True}), form(duty_item=duty("recalled"))),
    ("DUTY-UNLISTED", form(given={"duty_list": True}), form(duty_item=duty("basic"), given={"duty_list": True}),
     meeting(given={"duty_list": True})),
    ("CAMPAIGN-LOCAL", other(subkind="campaign"), other(), form()),
    ("VETO-LETTER", other(title="安全生产责任状签订"), other({"approved_by": "县委"}, title="签一票否决责任书"), other()),
]  # fmt: skip
cases = pytest.mark.parametrize(("code", "hit", "clear", "silent"), CASES, ids=[case[0] for case in CASES])


def look(code, facts):
    found = check_all([Rule.objects.get(code=code)], facts)
    return found[0] if found else None


@cases
def test_rule_is_possibly_violated_clear_or_silent(code, hit, clear, silent):
    found = look(code, hit)
    assert (found.code, found.state) == (code, POSSIBLE)
    assert found.title.startswith("可能违反：")
    assert "条" in found.citation or code.startswith(("DUTY", "CAMPAIGN", "VETO"))
    if clear is not None:
        assert (look(code, clear).state, look(code, clear).needs) == (CLEAR, None)
    assert look(code, silent) is None


@cases
def test_what_is_written_answers_a_rule(code, hit, clear, silent):
    rule = Rule.objects.get(code=code)
    found = apply(rule, hit)
    written = Seen(**vars(hit) | {"answers": {code: "县委专题会议同意"}})
    assert look(code, written).state == (ANSWERED if found.needs else POSSIBLE)
    assert found.needs or code == "DUTY-RECALLED"


def test_every_shipped_rule_is_tested_and_every_metric_has_a_check():
    assert {case[0] for case in CASES} | {"INS-MONTHLY"} == set(Rule.objects.values_list("code", flat=True))
    assert set(CHECKERS) == {(check, metric) for check, metrics in METRICS.items() for metric in metrics}


def test_bound_that_each_place_sets_is_silent_until_it_is_set():
    busy = inspection({"on_site": True}, given={"visits": 4})
    assert look("INS-MONTHLY", busy) is None
    Rule.objects.filter(code="INS-MONTHLY").update(threshold="3")
    assert look("INS-MONTHLY", busy).sentence == "最多的单位那个月要接 4 次，规定不超过 3 次"
    assert look("INS-MONTHLY", inspection({"on_site": True}, given={"visits": 3})).state == CLEAR


def test_photos_of_a_form_are_a_metric_for_local_rules():
    rule = Rule.objects.get(code="DOC-REPORTBACK")
    rule.category, rule.check_name, rule.metric = "form", "forbidden", "asks_photos"
    assert apply(rule, seen("form", {"asks_photos": True})).hit
    assert not apply(rule, form()).hit


@pytest.mark.parametrize(
    ("item", "times", "used", "hit"),
    [
        (PLAN, 1, 1, False),
        (PLAN, 1, 2, True),
        (PLAN, 3, 0, True),
        (PlanItem(year=2025, category="inspection", times=9), 1, 0, True),
    ],
)
def test_plan_covers_as_many_times_as_it_says(item, times, used, hit):
    facts = inspection(plan_item=item, given={"times": times, "planned": used})
    assert apply(Rule.objects.get(code="INS-PLAN"), facts).hit is hit


def test_late_registration_is_answered_by_its_reason():
    late = document(first_on=dt.date(2026, 11, 20), late_reason="抗洪抢险", afterwards=True)
    assert look("DOC-REVIEW", late).state == ANSWERED


def test_recalled_item_is_refused_with_its_citation():
    found = look("DUTY-RECALLED", form(duty_item=duty("recalled"), given={"duty_list": True}))
    assert (found.strength, found.needs) == ("hard", None)
    assert "临溪县履职清单 收回类第 1 项" in found.sentence


def test_meetings_of_the_same_receivers_are_said():
    one = Overlap(Demand(issuer=OTHER, title="防火视频会", first_on=dt.date(2026, 11, 26)), 18)
    facts = meeting(given={"overlaps": (one,)})
    found = check_all([], facts)
    assert [(check.code, check.state) for check in found] == [("overlap", POSSIBLE)]
    assert found[0].sentence == "这一周还有 1 个会要他们参加，其中 18 个单位要参加县住建局《防火视频会》"
    answered = Seen(**vars(facts) | {"answers": {"overlap": "错开半天"}})
    assert check_all([], answered)[0].state == ANSWERED


def test_hard_ones_come_first_and_clear_ones_last():
    found = check_all(Rule.objects.filter(active=True), meeting({"speech_minutes": 90}, minutes=300))
    order = [(check.state == CLEAR, check.strength == "soft") for check in found]
    assert order == sorted(order)
    assert {check.code for check in found if check.state == POSSIBLE} == {"MTG-DIRECT", "MTG-SPEECH", "MTG-LENGTH"}


def test_page_in_english_cites_in_english():
    with override("en"):
        found = look("MTG-SPEECH", meeting({"speech_minutes": 90}))
    assert "Main speech at most 60 minutes" in found.title
    assert "Article 6" in found.citation
