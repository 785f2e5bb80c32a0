"""Asking three receivers first, and another department for its data."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from burden.accounts.actor import Actor
from burden.demands import queries
from burden.demands.models import Demand, Estimate, State, Target
from burden.demands.services import answer_estimate, answer_quote, ask_first, change, issue, request_quote, save_draft
from burden.kit.db import act_as
from burden.kit.errors import Conflict, Refused
from burden.units.models import Unit
from tests.database import as_role
from tests.factories import NOW, make_actor, make_demand, make_unit

TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def county(db) -> Unit:
    return make_unit()


@pytest.fixture
def towns(county) -> list[Unit]:
    return [make_unit(county, "township") for _ in range(5)]


@pytest.fixture
def issuer(county, towns) -> Actor:
    return make_actor(make_unit(county, "department"), "issuer")


@pytest.fixture
def draft(issuer) -> Demand:
    values = {"title": "整治月报", "minutes": 90, "receivers": {"levels": ["township"]}}
    return save_draft(by=issuer, demand=None, values=values, now=NOW)


def refusal(code: str):
    return pytest.raises(Refused, check=lambda error: error.code == code)


def answer(estimate: Estimate, minutes: object, remark: object = "", now: dt.datetime = NOW) -> Estimate:
    return answer_estimate(by=make_actor(estimate.unit), estimate=estimate, minutes=minutes, remark=remark, now=now)


# estimates


def test_three_receivers_are_asked(issuer, draft, towns):
    asked = ask_first(by=issuer, demand=draft, now=NOW)
    assert len({each.unit_id for each in asked} & {town.pk for town in towns}) == 3
    draft.refresh_from_db()
    assert draft.state == State.REVIEW
    assert {each.until for each in asked} == {dt.date(2026, 11, 26)}


def test_fewer_receivers_are_all_asked(issuer, draft, towns):
    save_draft(by=issuer, demand=draft, values={"receivers": {"units": [towns[0].code]}}, now=NOW)
    assert [each.unit for each in ask_first(by=issuer, demand=draft, now=NOW)] == [towns[0]]


def test_demand_is_asked_about_once(issuer, draft):
    ask_first(by=issuer, demand=draft, now=NOW)
    with pytest.raises(Conflict, check=lambda error: error.code == "demand.asked"):
        ask_first(by=issuer, demand=draft, now=NOW)


@pytest.mark.parametrize(
    ("values", "code"), [({"title": ""}, "demand.no_title"), ({"receivers": {}}, "demand.no_receivers")]
)
def test_nobody_is_asked_about_nothing(issuer, draft, values, code):
    save_draft(by=issuer, demand=draft, values=values, now=NOW)
    with refusal(code):
        ask_first(by=issuer, demand=draft, now=NOW)


def test_median_takes_the_place_of_the_claim(issuer, draft):
    asked = ask_first(by=issuer, demand=draft, now=NOW)
    assert queries.claim(issuer, draft).minutes == 90
    for estimate, minutes in zip(asked, (300, 120, 45), strict=True):
        answer(estimate, minutes)
    assert queries.claim(issuer, draft).minutes == 120
    draft.refresh_from_db()
    assert queries.price(issuer, draft).once_min == 5 * 120
    assert [each.minutes for each in queries.estimates(issuer, draft)].count(None) == 0


def test_demand_goes_out_with_the_median_and_a_change_may_say_otherwise(issuer, draft):
    for estimate in ask_first(by=issuer, demand=draft, now=NOW):
        answer(estimate, 120)
    save_draft(by=issuer, demand=draft, values={"basis": "农发12号", "first_on": "2026-11-27", "minutes": 5}, now=NOW)
    demand = issue(by=issuer, demand=draft, chosen="original", reason="不采用", answers={}, now=NOW)
    assert set(Target.every.values_list("minutes", flat=True)) == {120}
    change(by=issuer, demand=demand, base_version=1, values={"minutes": 60}, answers={}, reason="减了字段", now=NOW)
    assert set(Target.every.values_list("minutes", flat=True)) == {60}


def test_receiver_sees_what_it_is_asked_and_nobody_else(issuer, draft, county):
    cadres = {town.pk: make_actor(town) for town in Unit.every.filter(parent=county, level="township")}
    estimate = ask_first(by=issuer, demand=draft, now=NOW)[0]
    cadre = cadres[estimate.unit_id]
    with as_role("burden_web"):
        act_as(cadre.user_id)
        assert [each.demand.title for each in queries.estimates_asked(cadre, TODAY)] == ["整治月报"]
        answer_estimate(
            by=cadre, estimate=queries.estimate(cadre, estimate.pk), minutes=30, remark="要跑三个村", now=NOW
        )
        assert not queries.estimates_asked(cadre, TODAY).exists()
    stranger = make_actor(make_unit(county, "township"))
    with pytest.raises(Http404):
        queries.estimate(stranger, estimate.pk)


def test_first_answer_of_a_unit_stands(issuer, draft):
    estimate = ask_first(by=issuer, demand=draft, now=NOW)[0]
    answer(estimate, 30)
    with pytest.raises(Conflict, check=lambda error: error.code == "estimate.answered"):
        answer(estimate, 60)


def test_estimate_is_over_after_its_day_or_once_the_demand_is_out(issuer, draft):
    first, second, _third = ask_first(by=issuer, demand=draft, now=NOW)
    with pytest.raises(Conflict, check=lambda error: error.code == "estimate.over"):
        answer(first, 30, now=NOW + dt.timedelta(days=3))
    Demand.every.filter(pk=draft.pk).update(state=State.ISSUED, issued_at=NOW, first_on=TODAY)
    with pytest.raises(Conflict, check=lambda error: error.code == "estimate.over"):
        answer(second, 30)


@pytest.mark.parametrize(
    ("minutes", "remark", "field"),
    [
        (-1, "", "minutes"),
        (10_081, "", "minutes"),
        ("30", "", "minutes"),
        (None, "", "minutes"),
        (30, "长" * 201, "remark"),
    ],
)
def test_wrong_estimate_names_its_field(issuer, draft, minutes, remark, field):
    estimate = ask_first(by=issuer, demand=draft, now=NOW)[0]
    with pytest.raises(Refused, check=lambda error: list(error.errors) == [field]):
        answer(estimate, minutes, remark)


# data of others


@pytest.fixture
def housing(county) -> Actor:
    return make_actor(make_unit(county, "department"), "issuer")


@pytest.fixture
def register_of_housing(housing) -> Demand:
    return make_demand(housing.unit, fields=["户主", "面积", "年份"])


def test_quote_is_asked_and_granted(issuer, draft, housing, register_of_housing):
    with as_role("burden_web"):
        act_as(issuer.user_id)
        of = queries.published_demand(issuer, register_of_housing.pk)
        request_quote(by=issuer, demand=draft, of=of, fields=["户主", "面积"], now=NOW)
        act_as(housing.user_id)
        (quote,) = queries.quote_requests(housing, received=True)
        answer_quote(by=housing, quote=quote, granted=True, answer="", now=NOW)
        act_as(issuer.user_id)
        (answered,) = queries.quote_requests(issuer, received=False)
    assert (answered.granted, answered.fields) == (True, ["户主", "面积"])


def test_quote_is_asked_once(issuer, draft, register_of_housing):
    request_quote(by=issuer, demand=draft, of=register_of_housing, fields=["户主"], now=NOW)
    with pytest.raises(Conflict, check=lambda error: error.code == "quote.asked"):
        request_quote(by=issuer, demand=draft, of=register_of_housing, fields=["面积"], now=NOW)


@pytest.mark.parametrize("fields", [[], ["身份证号"]])
def test_quote_is_of_fields_the_other_has(issuer, draft, register_of_housing, fields):
    with refusal("quote.fields"):
        request_quote(by=issuer, demand=draft, of=register_of_housing, fields=fields, now=NOW)


def test_quote_is_of_another_issuers_running_demand(issuer, draft, register_of_housing):
    for of in (make_demand(issuer.unit, fields=["户主"]), make_demand(register_of_housing.issuer, state="draft")):
        with refusal("quote.of"):
            request_quote(by=issuer, demand=draft, of=of, fields=["户主"], now=NOW)


def test_refusal_of_a_quote_says_why(issuer, draft, housing, register_of_housing):
    quote = request_quote(by=issuer, demand=draft, of=register_of_housing, fields=["户主"], now=NOW)
    with refusal("quote.answer"):
        answer_quote(by=housing, quote=quote, granted=False, answer="", now=NOW)
    answer_quote(by=housing, quote=quote, granted=False, answer="含个人信息", now=NOW)
    with pytest.raises(Conflict, check=lambda error: error.code == "quote.answered"):
        answer_quote(by=housing, quote=quote, granted=True, answer="", now=NOW)


def test_only_whose_data_it_is_answers(issuer, draft, register_of_housing):
    quote = request_quote(by=issuer, demand=draft, of=register_of_housing, fields=["户主"], now=NOW)
    with pytest.raises(PermissionDenied):
        answer_quote(by=issuer, quote=quote, granted=True, answer="", now=NOW)
    with pytest.raises(Http404):
        queries.quote_request(issuer, quote.pk)


def test_nothing_at_all_is_no_estimate(issuer, draft):
    """A median of 0 would stand for minutes that a demand cannot go out with."""
    asked = ask_first(by=issuer, demand=draft, now=NOW)
    with refusal("estimate.minutes"):
        answer(asked[0], 0)
