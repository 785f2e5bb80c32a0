"""`GET /api/v1/units/`: one level of the tree, never beyond the reader's range."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.units.models import Unit
from tests.factories import LONG_AGO, make_post, make_unit, make_user

pytestmark = pytest.mark.django_db
URL = "/api/v1/units/"


@pytest.fixture
def county():
    return make_unit(make_unit(level="city"), code="990101000000", name="临溪县")


@pytest.fixture
def reader(client, county):
    user = make_user()
    make_post(county, "reviewer", user)
    client.force_login(user)
    return client


def test_units_begin_where_the_reader_may_look(reader, county):
    make_unit(county, level="township")
    make_unit(county, level="township", closed_on=LONG_AGO)
    assert reader.get(URL).json() == {
        "results": [
            {"code": county.code, "name": "临溪县", "kind": "county", "level": "county", "parent": None, "children": 1}
        ],
        "next": None,
    }


def test_units_list_children_by_code(reader, county):
    towns = [make_unit(county, level="township") for _ in range(3)]
    make_unit(towns[1], level="village")
    rows = reader.get(URL, {"parent": county.code}).json()["results"]
    assert [(row["code"], row["parent"], row["children"]) for row in rows] == [
        (town.code, county.code, int(town == towns[1])) for town in towns
    ]


def test_units_are_paged(reader, county):
    for _ in range(101):
        make_unit(county, level="township")
    first = reader.get(URL, {"parent": county.code}).json()
    second = reader.get(first["next"]).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (100, 1, None)


def test_units_query_count_is_constant(reader, county):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert reader.get(URL, {"parent": county.code}).status_code == 200
        return len(captured)

    make_unit(county, level="township")
    queries()  # the first request of a session asks more
    one = queries()
    for _ in range(2):
        make_unit(county, level="township")
    assert queries() == one


def test_units_of_a_foreign_parent_are_as_absent_as_missing_ones(reader, county):
    sibling = make_unit(Unit.every.get(pk=county.parent_id), name="别的县")
    foreign, missing = (reader.get(URL, {"parent": code}) for code in (sibling.code, "nowhere"))
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert reader.get(URL, {"parent": county.parent.code}).status_code == 404


def test_units_refuse_unknown_parameters(reader):
    response = reader.get(URL, {"paren": "1"})
    assert (response.status_code, list(response.json()["errors"])) == (422, ["paren"])


def test_units_are_not_for_cadres(client, county):
    user = make_user()
    make_post(county, "cadre", user)
    client.force_login(user)
    assert client.get(URL).status_code == 403
    client.logout()
    assert client.get(URL).status_code == 401
