"""What programs read of adaptations, practices, duty lists and admissions: the same rows as the pages, within the same bounds."""

from __future__ import annotations

import datetime as dt

import pytest

from burden.demands.adaptations import queries as adaptations
from burden.kit import clock
from tests.factories import (
    NOW,
    make_actor,
    make_adaptation,
    make_admission,
    make_demand,
    make_duty,
    make_practice,
    make_unit,
)

PATHS = ("adaptations", "practices", "duty", "unlisted", "admissions")


@pytest.fixture
def county(db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make_unit(make_unit(level="city"))


def plant(county):
    """One of everything in a county, and a demand that is on no list."""
    bureau, town = make_unit(county, "department"), make_unit(county, "township")
    demand = make_demand(bureau, title="古树名木复查", receivers={"levels": ["township"]})
    made = {
        "adaptations": make_adaptation(town, demand, area=county).pk,
        "practices": make_practice(town, area=county, state="published").pk,
        "duty": make_duty(county, "cooperating", owner=bureau).pk,
        "admissions": make_admission(bureau, demand=demand).pk,
    }
    return made | {"unlisted": demand.pk}


def rows(client, path, **said):
    answer = client.get(f"/api/v1/{path}/", said)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_reader_has_one_of_each_with_what_its_page_says(client, county):
    made, _beside = plant(county), plant(make_unit(county.parent))
    client.force_login(make_actor(county, "office").user)
    found = {path: rows(client, path) for path in PATHS}
    assert {path: [each.get("id", each.get("demand")) for each in found[path]] for path in PATHS} == {
        path: [pk] for path, pk in made.items()
    }
    (asked,), (way,), (item,), (one,), (admission,) = (found[path] for path in PATHS)
    assert (asked["state"], asked["change"], asked["demand"]) == ("requested", "不再报", made["unlisted"])
    assert (way["state"], way["in_use"], way["effect"]) == ("published", 0, None)
    assert (item["county"], item["kind"], item["linked"]) == (county.code, "cooperating", 0)
    assert (one["admission"], one["admission_state"], one["refused"]) == (made["admissions"], "asked", 0)
    assert (admission["due_on"], admission["lapsed"], admission["item"]) == ("2026-12-08", False, None)


def test_pages_go_on_and_queries_do_not_grow(client, county, django_assert_max_num_queries):
    office = make_actor(county, "office")
    client.force_login(office.user)
    plant(county)
    for path in PATHS:
        rows(client, path)  # what is looked up once
    for _ in range(2):
        for path in PATHS:
            with django_assert_max_num_queries(16):
                rows(client, path)
        plant(county)
    town = make_unit(county, "township")
    for n in range(101):
        make_adaptation(town, area=county, requested_at=NOW - dt.timedelta(hours=n))
    first = client.get("/api/v1/adaptations/").json()
    second = client.get(first["next"]).json()
    ids = [each["id"] for each in first["results"] + second["results"]]
    assert ids == [each.pk for each in adaptations.tab(office, "waiting", NOW.date())]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("adaptations/?tab=all", 422, "tab"),
        ("admissions/?tab=all", 422, "tab"),
        ("duty/?kind=all", 422, "kind"),
        ("practices/?tab=all", 422, "tab"),
        ("unlisted/?page=0", 422, "page"),
        ("duty/?county=000", 404, "county"),
        ("unlisted/?county=x", 404, "county"),
    ],
)
def test_what_is_not_known_is_named(client, county, query, status, field):
    client.force_login(make_actor(county, "office").user)
    answer = client.get(f"/api/v1/{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (status, [field])


def test_foreign_county_and_who_reads_nothing(client, county):
    plant(county)
    other = make_unit(make_unit(level="city"))
    client.force_login(make_actor(other, "office").user)
    for path in ("duty", "unlisted"):
        assert client.get(f"/api/v1/{path}/", {"county": county.code}).status_code == 404
    assert [rows(client, path) for path in PATHS] == [[]] * 5
    client.force_login(make_actor(make_unit(county, "township")).user)
    assert {client.get(f"/api/v1/{path}/").status_code for path in PATHS} == {403}
