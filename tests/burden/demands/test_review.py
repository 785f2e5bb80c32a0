"""The review of a demand: its price, what it repeats, what it runs against, the lighter way; and what of it is kept."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection

from burden.demands.checks import POSSIBLE
from burden.demands.duplicates import grams
from burden.demands.lighter import FIELDS, FREQUENCY, MERGE, RECEIVERS
from burden.demands.models import DemandReview, Estimate, Target
from burden.demands.review import review
from burden.demands.services import issue, save_draft
from burden.kit.clock import Week
from burden.kit.db import act_as
from burden.kit.errors import Refused
from burden.standards.models import DutyItem, Rule
from tests.database import as_role
from tests.factories import (
    NOW,
    THIS_WEEK,
    make_actor,
    make_demand,
    make_entry,
    make_return,
    make_target,
    make_unit,
    make_user,
)

TODAY = dt.date(2026, 11, 24)
ASKED = ["户厕改造数", "垃圾清运车次", "污水处理设施数", "整治村庄名称", "投入资金", "责任人"]
TITLE = "农村人居环境整治月报"


@pytest.fixture
def county(db):
    return make_unit()


@pytest.fixture
def towns(county):
    return [make_unit(county, "township") for _ in range(3)]


@pytest.fixture
def issuer(county, towns):
    return make_actor(make_unit(county, "department"), "issuer")


@pytest.fixture
def housing(county):
    return make_unit(county, "department", name="县住建局")


def draft(issuer, **values):
    whole = {
        "title": TITLE, "category": "form", "basis": "农发〔2026〕12号", "first_on": "2026-11-27", "frequency": "monthly",
        "until": "2027-10-27", "people": 2, "minutes": 90, "receivers": {"levels": ["township"]}, "fields": ASKED,
    }  # fmt: skip
    return save_draft(by=issuer, demand=None, values=whole | values, now=NOW)


def out(unit, towns=(), **facts):
    monthly = {"frequency": "monthly", "until": dt.date(2026, 12, 20)}
    facts = {"title": "村庄环境整治情况统计表", "fields": ASKED[:4], "category": "form"} | monthly | facts
    demand = make_demand(unit, grams=grams(facts["title"], facts["fields"]), **facts)
    for town in towns:
        make_target(demand, town)
    return demand


def look(issuer, demand, answers=None):
    """Review as a page does: in the web role, under row level security."""
    with as_role("burden_web"):
        act_as(issuer.user_id)
        return review(issuer, demand, TODAY, answers)


def test_price_of_the_month_is_that_of_its_receivers(issuer):
    price = look(issuer, draft(issuer)).price
    assert (price.receivers, price.once_min, price.times_a_year, price.year_min) == (3, 540, 12, 6_480)


def test_median_of_those_asked_first_replaces_the_claim(issuer, towns):
    demand = draft(issuer)
    for town, minutes in zip(towns, (30, 50, None), strict=True):
        Estimate.every.create(demand=demand, unit=town, asked_at=NOW, until=TODAY, minutes=minutes)
    found = look(issuer, demand)
    assert (found.estimates.asked, found.estimates.answered, found.estimates.median) == (3, 2, 30)
    assert found.price.minutes == 30


# what is asked already


def test_lighter_way_asks_the_new_fields_alone(issuer, housing):
    other = out(housing)
    found = look(issuer, draft(issuer))
    assert [(each.demand, list(each.shared)) for each in found.similar] == [(other, ASKED[:4])]
    way = found.lighter
    assert (way.kind, way.of, way.values) == (FIELDS, other, {"fields": ASKED[4:], "minutes": 30})
    assert way.price.once_min == 180


def test_lighter_way_names_whose_fields_it_leaves_out(issuer, housing, county, towns):
    """The form that shares most asks none of these receivers; another asks all of them for one field."""
    out(make_unit(county, "department"), receivers={"levels": ["village"]})
    other = out(housing, fields=[*ASKED[:1], "别的"])
    way = look(issuer, draft(issuer)).lighter
    assert (way.of, way.values["fields"]) == (other, ASKED[1:])


def test_nothing_is_left_to_ask_where_another_asks_all_of_everybody(issuer, housing):
    other = out(housing, fields=ASKED)
    way = look(issuer, draft(issuer)).lighter
    assert (way.kind, way.of, way.values, way.price.year_min) == (MERGE, other, {}, 0)


def test_lighter_way_spares_those_whom_another_asks_the_same(issuer, housing, towns):
    out(housing, fields=ASKED, receivers={"units": [towns[0].code]})
    way = look(issuer, draft(issuer)).lighter
    assert (way.kind, way.price.receivers) == (RECEIVERS, 2)
    assert way.values["receivers"]["units"] == [towns[1].code, towns[2].code]


def test_villages_that_another_asks_stand_for_their_township(issuer, housing, towns):
    for town in towns:
        make_unit(town, "village")
    out(housing, receivers={"levels": ["village"]})
    assert look(issuer, draft(issuer)).lighter.kind == FIELDS


@pytest.mark.parametrize(
    "facts",
    [
        {"receivers": {"levels": ["village"]}},  # none of ours
        {"first_on": dt.date(2026, 1, 5), "until": dt.date(2026, 9, 1)},  # what was collected is old
        {"frequency": "once", "until": None},  # asked once, it cannot take the place of what is asked every month
        {"category": "document"},
        {"fields": ["森林面积", "防火员"]},
    ],
)
def test_what_does_not_serve_makes_nothing_lighter(issuer, housing, facts):
    out(housing, **facts)
    assert look(issuer, draft(issuer)).lighter is None


def test_own_form_of_last_month_is_no_duplicate_of_this_one(issuer):
    out(issuer.unit, title=TITLE, fields=ASKED, first_on=dt.date(2026, 10, 20), until=dt.date(2026, 11, 20))
    assert look(issuer, draft(issuer)).lighter is None


# answers of the past


def answered(demand, town, weeks, minutes):
    cadre = make_user()
    for number in range(weeks):
        week = THIS_WEEK.plus(number - weeks)
        target = make_target(demand, town, week)
        make_entry(make_return(cadre, town, week), target=target, minutes=minutes(number), people=1)


@pytest.mark.parametrize(("minutes", "kind"), [(lambda n: 90, FREQUENCY), (lambda n: 60 + 30 * (n % 2), None)])
def test_lower_frequency_is_offered_where_answers_hardly_change(issuer, towns, minutes, kind):
    before = out(issuer.unit, title=TITLE, fields=[], frequency="weekly", first_on=dt.date(2026, 6, 1))
    for town in towns:
        answered(before, town, 8, minutes)
    way = look(issuer, draft(issuer, frequency="weekly", fields=[], until="2027-05-21")).lighter
    assert (way.kind if way else None) == kind
    if way:
        assert way.values == {"frequency": "monthly"}
        assert way.price.times == 6


def test_change_of_another_issuers_answers_is_not_told(issuer, housing, towns):
    theirs = out(housing)
    answered(theirs, towns[0], 8, lambda n: 90)
    with as_role("burden_web"), connection.cursor() as cursor:
        act_as(issuer.user_id)
        cursor.execute("SELECT pairs FROM past_change(%s)", [theirs.pk])
        assert cursor.fetchone() == (0,)


# the week of the receivers


def test_meetings_of_the_same_receivers_that_week_are_shown(issuer, housing, towns):
    beside = make_demand(housing, title="防火视频会", category="meeting", grams=[])
    later = make_demand(housing, title="下周的会", category="meeting", grams=[])
    for town in towns[:2]:
        make_target(beside, town)
        make_target(later, town, THIS_WEEK.plus(1))
    make_target(make_demand(housing, title="报表", category="form", grams=[]), towns[0])
    found = look(issuer, draft(issuer, category="meeting", frequency="once", until=None, fields=[]))
    assert [(each.demand, each.receivers) for each in found.overlaps] == [(beside, 2)]
    assert "overlap" in {check.code for check in found.checks if check.state == POSSIBLE}


def test_inspections_of_the_busiest_receiver_are_counted(issuer, housing, towns):
    Rule.objects.filter(code="INS-MONTHLY").update(active=True, threshold="2")
    for number in range(2):
        visit = make_demand(housing, title="检查", category="inspection", grams=[], facts={"on_site": True})
        make_target(visit, towns[0], due_on=dt.date(2026, 11, 24 + number))
    make_target(make_demand(housing, category="inspection", grams=[], facts={"on_site": False}), towns[0])
    demand = draft(
        issuer, category="inspection", frequency="once", until=None, facts={"on_site": True, "emergency": True}
    )
    check = next(check for check in look(issuer, demand).checks if check.code == "INS-MONTHLY")
    assert (check.state, check.sentence) == (POSSIBLE, "最多的单位那个月要接 3 次，规定不超过 2 次")


# what stands in the way, and what is kept


def recalled(issuer):
    item = DutyItem.objects.create(
        county=issuer.unit.parent, code="S-1", title="厕改验收", kind="recalled", citation="临溪县清单 收回类第 1 项"
    )
    return draft(issuer, duty_item=item.code)


def test_recalled_item_is_refused_whatever_is_written(issuer):
    demand = recalled(issuer)
    with pytest.raises(Refused, check=lambda error: error.code == "demand.hard_check") as refused:
        issue(by=issuer, demand=demand, chosen="original", reason="", answers={"DUTY-RECALLED": "就要"}, now=NOW)
    assert "收回类第 1 项" in refused.value.errors["answers.DUTY-RECALLED"]
    assert not Target.every.filter(demand=demand).exists()


def test_hard_rule_lets_through_what_is_answered(issuer):
    demand = draft(issuer, category="inspection", frequency="once", until=None, fields=[])
    with pytest.raises(Refused, check=lambda error: list(error.errors) == ["answers.INS-PLAN"]):
        issue(by=issuer, demand=demand, chosen="original", reason="", answers={}, now=NOW)
    issue(by=issuer, demand=demand, chosen="original", reason="", answers={"INS-PLAN": "县委 11-20 批准"}, now=NOW)
    assert Target.every.filter(demand=demand).count() == 3


def test_lighter_way_goes_out_in_place_of_the_original(issuer, housing):
    out(housing)
    demand = issue(by=issuer, demand=draft(issuer), chosen="lighter", reason="", answers={}, now=NOW)
    assert (demand.fields, demand.minutes) == (ASKED[4:], 30)
    assert demand.grams == grams(TITLE, ASKED[4:])


def test_original_needs_a_reason_where_there_is_a_lighter_way(issuer, housing):
    out(housing)
    demand = draft(issuer)
    with pytest.raises(Refused, check=lambda error: error.code == "demand.reason_needed"):
        issue(by=issuer, demand=demand, chosen="original", reason="", answers={}, now=NOW)
    issue(by=issuer, demand=demand, chosen="original", reason="市局口径", answers={}, now=NOW)
    assert DemandReview.objects.visible_to(issuer).get(demand=demand).reason == "市局口径"


def test_what_another_has_whole_does_not_go_out_as_the_lighter_way(issuer, housing):
    out(housing, fields=ASKED)
    demand = draft(issuer)
    with pytest.raises(Refused, check=lambda error: error.code == "demand.merge") as refused:
        issue(by=issuer, demand=demand, chosen="lighter", reason="", answers={}, now=NOW)
    assert "县住建局《村庄环境整治情况统计表》" in refused.value.detail


def test_review_is_kept_as_it_was_seen(issuer, housing):
    out(housing)
    demand = issue(by=issuer, demand=draft(issuer), chosen="original", reason="市局口径", answers={}, now=NOW)
    seen = DemandReview.objects.visible_to(issuer).get(demand=demand).seen
    assert seen["price"]["once_min"] == 540
    assert seen["similar"][0]["shared"] == ASKED[:4]
    assert seen["similar"][0]["issuer_name"] == "县住建局"
    assert seen["lighter"]["values"] == {"fields": ASKED[4:], "minutes": 30}
    assert all(check["state"] == "clear" for check in seen["checks"])


def test_body_is_json_with_every_part(issuer, housing, towns):
    out(housing)
    demand = draft(issuer)
    Estimate.every.create(demand=demand, unit=towns[0], asked_at=NOW, until=TODAY, minutes=30)
    body = json.loads(json.dumps(look(issuer, demand).body()))
    assert set(body) == {"price", "budget", "checks", "similar", "overlaps", "lighter", "estimates"}
    assert body["estimates"] == {"asked": 1, "answered": 1, "median": 30}


def test_draft_of_nothing_is_reviewed(issuer):
    found = look(issuer, save_draft(by=issuer, demand=None, values={}, now=NOW))
    assert (found.price.receivers, found.lighter, found.similar) == (0, None, ())


def test_queries_do_not_grow_with_receivers(issuer, county, housing, django_assert_max_num_queries):
    out(housing)
    demand = draft(issuer)
    for _round in range(2):
        make_unit(county, "township")
        assert Week.at(NOW) == THIS_WEEK
        with django_assert_max_num_queries(25):
            review(issuer, demand, TODAY)
