"""Demands over the API: keys, states, refusals that name their field."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.conf import settings

from burden.accounts.actor import Actor
from burden.demands.duplicates import grams
from burden.demands.models import Demand, Target
from burden.kit import clock
from tests.factories import make_actor, make_demand, make_unit

URL = "/api/v1/demands/"


@pytest.fixture
def issuer(db) -> Actor:
    county = make_unit()
    for _ in range(2):
        make_unit(county, "township")
    return make_actor(make_unit(county, "department"), "issuer")


@pytest.fixture
def api(client, issuer):
    """Call the API as the issuer. Shape: status and body."""
    client.force_login(issuer.user)

    def call(method: str, path: str = "", body: object = None):
        response = client.generic(method, URL + path, json.dumps(body), "application/json")
        return response.status_code, response.json()

    return call


def values(**given) -> dict:
    today = clock.day_of(clock.now())
    return {
        "client_key": str(uuid4()),
        "title": "农村人居环境整治月报",
        "basis": "农发〔2026〕12号",
        "first_on": str(today),
        "people": 2,
        "minutes": 90,
        "receivers": {"levels": ["township"]},
        "fields": ["户厕改造数"],
    } | given


def test_demand_is_registered_issued_changed_and_withdrawn(api):
    status, made = api("POST", body=values())
    assert (status, made["state"], made["price"]["once_min"]) == (201, "draft", 360)
    path = f"{made['id']}/"
    assert api("PATCH", path, {"minutes": 60})[1]["price"]["once_min"] == 240
    status, review = api("GET", path + "review/")
    assert (status, review["price"]["once_min"]) == (200, 240)
    status, out = api("POST", path + "issue/", {"reason": "不采用", "answers": {}})
    assert (status, out["state"], Target.every.count()) == (200, "issued", 2)
    changed = {"base_version": 1, "reason": "口径调整", "minutes": 30}
    status, out = api("PATCH", path, changed)
    assert (status, out["state"], out["version"], out["minutes"]) == (200, "changed", 2, 30)
    assert api("PATCH", path, changed)[0] == 409
    status, out = api("POST", path + "withdraw/", {"reason": "不必"})
    assert (status, out["state"], out["withdrawn_reason"]) == (200, "withdrawn", "不必")
    assert api("POST", path + "withdraw/", {"reason": "不必"})[0] == 200
    assert api("POST", path + "withdraw/", {"reason": "别的"})[0] == 409


def test_body_can_be_sent_back_as_it_is(api):
    given = {
        "category": "meeting", "facts": {"video": True, "speech_minutes": 40}, "at": "09:30", "frequency": "monthly",
        "until": "2027-11-30", "supporting": [], "origin": "city", "fields": [],
    }  # fmt: skip
    _, made = api("POST", body=values(**given))
    assert {name: made[name] for name in given} == given
    sent = values().keys() - {"client_key"} | given.keys() | {"lead", "duty_item", "plan_item", "late_reason"}
    status, again = api("PATCH", f"{made['id']}/", {name: made[name] for name in sent})
    assert (status, again) == (200, made)


def test_key_replays_and_conflicts(api):
    body = values()
    _, made = api("POST", body=body)
    status, again = api("POST", body=body)
    assert (status, again["id"]) == (200, made["id"])
    status, refused = api("POST", body=body | {"minutes": 91})
    assert (status, refused["code"]) == (409, "key_reused")
    assert Demand.every.count() == 1


def test_issue_replays_the_same_decision(api):
    _, made = api("POST", body=values())
    path = f"{made['id']}/issue/"
    decision = {"reason": "不采用", "answers": {}}
    assert [api("POST", path, decision)[0] for _ in range(2)] == [200, 200]
    status, refused = api("POST", path, {"reason": "另一个"})
    assert (status, refused["code"], refused["state"]) == (409, "demand.state", "issued")
    assert Target.every.count() == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"client_key": None}, "client_key"),
        ({"client_key": "7"}, "client_key"),
        ({"minutes": -1}, "minutes"),
        ({"minutes": True}, "minutes"),
        ({"people": 10_001}, "people"),
        ({"first_on": "2026-13-01"}, "first_on"),
        ({"first_on": 20261125}, "first_on"),
        ({"at": "25:00"}, "at"),
        ({"title": "长" * 201}, "title"),
        ({"title": "一\n二"}, "title"),
        ({"fields": [f"字段{n}" for n in range(10_000)]}, "fields"),
        ({"fields": ["长" * 500]}, "fields"),
        ({"fields": [7]}, "fields"),
        ({"facts": {"video": True}}, "facts.video"),
        ({"facts": []}, "facts"),
        ({"receivers": {"levels": ["moon"]}}, "receivers.levels"),
        ({"receivers": "all"}, "receivers"),
        ({"supporting": ["000000000000"]}, "supporting"),
        ({"lead": None}, "lead"),
        ({"duty_item": "X1"}, "duty_item"),
        ({"plan_item": 2**70}, "plan_item"),
        ({"subkind": "trace"}, "subkind"),
        ({"colour": "red"}, "colour"),
        ({"state": "issued"}, "state"),
    ],
)
def test_wrong_value_names_its_field_in_both_languages(api, client, given, field):
    status, refused = api("POST", body=values(**given))
    assert (status, list(refused["errors"])) == (422, [field])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = api("POST", body=values(**given))[1]["errors"][field]
    assert english != refused["errors"][field]
    assert not Demand.every.exists()


@pytest.mark.parametrize("body", [[], "text", 7, None])
def test_body_that_is_no_object_is_refused(api, body):
    status, refused = api("POST", body=body)
    assert (status, refused["code"]) == (422, "demand.invalid")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"receivers": {}}, "receivers"),
        ({"first_on": str(clock.day_of(clock.now()) - 20 * clock.DAY)}, "late_reason"),
        ({"frequency": "weekly"}, "until"),
        ({"basis": ""}, "basis"),
    ],
)
def test_what_is_not_whole_is_not_issued(api, given, field):
    _, made = api("POST", body=values(**given))
    status, refused = api("POST", f"{made['id']}/issue/", {})
    assert (status, list(refused["errors"])) == (422, [field])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"chosen": "cheap"}, "chosen"),
        ({"answers": []}, "answers"),
        ({"answers": {"X": 7}}, "answers"),
        ({"now": 1}, "now"),
    ],
)
def test_wrong_decision_names_its_field(api, body, field):
    _, made = api("POST", body=values())
    status, refused = api("POST", f"{made['id']}/issue/", body)
    assert (status, list(refused["errors"])) == (422, [field])


def test_change_of_what_is_out_needs_version_and_reason(api, issuer):
    demand = make_demand(issuer.unit)
    status, refused = api("PATCH", f"{demand.pk}/", {"minutes": 5})
    assert (status, list(refused["errors"])) == (422, ["base_version"])
    status, refused = api("PATCH", f"{demand.pk}/", {"minutes": 5, "base_version": 1})
    assert (status, list(refused["errors"])) == (422, ["reason"])


def test_receivers_outside_remit_and_foreign_demands_are_404(api, issuer):
    foreign = make_unit(make_unit(), "township")
    assert api("POST", body=values(receivers={"units": [foreign.code]}))[0] == 404
    demand = make_demand(make_unit(issuer.unit.parent, "department"))
    for method, path in (("GET", ""), ("PATCH", ""), ("GET", "review/"), ("POST", "issue/"), ("POST", "withdraw/")):
        assert api(method, f"{demand.pk}/{path}", {}) == api(method, f"{2**40}/{path}", {})
        assert api(method, f"{demand.pk}/{path}", {})[0] == 404


def test_list_is_own_and_narrowed(api, issuer):
    make_demand(issuer.unit, title="防汛会", category="meeting")
    make_demand(issuer.unit, title="防汛表", state="draft")
    make_demand(make_unit(issuer.unit.parent, "department"))
    status, page = api("GET")
    assert (status, [row["title"] for row in page["results"]], page["next"]) == (200, ["防汛表", "防汛会"], None)
    assert [row["title"] for row in api("GET", "?category=meeting&text=防汛")[1]["results"]] == ["防汛会"]
    for query, field in (("state=gone", "state"), ("colour=red", "colour")):
        status, refused = api("GET", f"?{query}")
        assert (status, list(refused["errors"])) == (422, [field])


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_for_any_number(api, issuer, count, django_assert_num_queries):
    for _ in range(count):
        make_demand(issuer.unit)
    with django_assert_num_queries(14):  # role, session, person, posts, actor, transaction; list, supporting
        api("GET")


def test_lighter_way_is_taken_or_refused_with_a_reason(api, issuer):
    """Another department asks two of three fields of the same townships already."""
    fields, asked = ["户厕改造数", "垃圾清运车次", "责任人"], ["户厕改造数", "垃圾清运车次", "面积"]
    title = "农村人居环境整治月报"
    facts = {"title": title, "fields": asked, "grams": grams(title, asked)}
    make_demand(make_unit(issuer.unit.parent, "department"), first_on=clock.day_of(clock.now()), **facts)
    _, made = api("POST", body=values(fields=fields))
    path = f"{made['id']}/"
    _, seen = api("GET", path + "review/")
    assert (seen["similar"][0]["shared"], seen["lighter"]["values"]["fields"]) == (fields[:2], ["责任人"])
    status, refused = api("POST", path + "issue/", {"chosen": "original"})
    assert (status, refused["code"], list(refused["errors"])) == (422, "demand.reason_needed", ["reason"])
    status, out = api("POST", path + "issue/", {"chosen": "lighter"})
    assert (status, out["fields"], out["minutes"]) == (200, ["责任人"], 30)
    assert set(Target.every.filter(demand_id=made["id"]).values_list("minutes", flat=True)) == {30}


def test_hard_check_lets_nothing_out_until_it_is_answered(api):
    _, made = api("POST", body=values(category="meeting", title="秋冬种动员会", fields=[]))
    path = f"{made['id']}/issue/"
    status, refused = api("POST", path, {})
    assert (status, refused["code"], list(refused["errors"])) == (422, "demand.hard_check", ["answers.MTG-DIRECT"])
    assert not Target.every.exists()
    status, out = api("POST", path, {"answers": {"MTG-DIRECT": "县委书记 11 月 20 日批准"}})
    assert (status, out["state"]) == (200, "issued")
