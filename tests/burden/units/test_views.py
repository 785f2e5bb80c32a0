"""The units page over HTTP."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.kit import clock
from burden.kit.clock import Week
from burden.units.models import Unit
from tests.factories import make_actor, make_unit


@pytest.fixture
def county(db):
    return make_unit(make_unit(level="city", name="沅州市"), "county", name="临溪县")


@pytest.fixture
def keeper(client, county):
    client.force_login(make_actor(county, "sysadmin").user)
    return client


def text(response) -> str:
    return response.content.decode()


def monday():
    return Week.at(clock.now()).monday


@pytest.mark.parametrize("role", ["cadre", "lead", "office", "auditor"])
def test_units_are_for_sysadmin_and_secadmin_alone(client, county, role):
    client.force_login(make_actor(county, role).user)
    assert client.get("/units/").status_code == 403


def test_secadmin_sees_and_does_not_change(client, county):
    client.force_login(make_actor(county, "secadmin").user)
    assert "设单位" not in text(client.get("/units/"))
    assert client.get(f"/units/{county.code}/rename/").status_code == 403


def test_list_goes_down_the_tree(keeper, county):
    town = make_unit(county, "township", name="柳河镇")
    make_unit(town, "village", name="红星村")
    make_unit(county.parent, name="别的县")
    page = text(keeper.get("/units/"))
    assert "柳河镇" in page
    assert "红星村" not in page
    assert "别的县" not in page
    below = text(keeper.get(f"/units/?parent={town.code}"))
    assert "柳河镇红星村" in below
    assert "/units/?parent=" in below
    assert "柳河镇红星村" in text(keeper.get("/units/?q=红星"))
    assert keeper.get(f"/units/?parent={county.parent.code}").status_code == 404


def test_unit_is_opened_renamed_closed(keeper, county):
    form = {
        "name": "石桥镇",
        "code": "990000000777",
        "level": "township",
        "kind": "",
        "headcount": "",
        "from_": monday(),
    }
    assert keeper.get(f"/units/{county.code}/add/").status_code == 200
    assert keeper.post(f"/units/{county.code}/add/", form)["Location"] == "/units/"
    unit = Unit.every.get(code="990000000777")
    assert (unit.parent, unit.kind) == (county, "town")
    renamed = {"name": "石桥街道", "kind": "street", "headcount": 30, "from_": monday()}
    keeper.post(f"/units/{unit.code}/rename/", renamed)
    unit.refresh_from_db()
    assert (unit.name, unit.headcount) == ("石桥街道", 30)
    page = text(keeper.post(f"/units/{unit.code}/close/", {"from_": monday()}))
    assert "之后的周一起撤销" in page  # it was opened this very Monday


def test_closed_unit_leaves_the_list(keeper, county):
    unit = make_unit(county, "township", name="旧镇")
    keeper.post(f"/units/{unit.code}/close/", {"from_": monday()})
    unit.refresh_from_db()
    assert unit.closed_on == monday()
    assert "旧镇撤销了" in text(keeper.get("/units/"))
    assert "旧镇" not in text(keeper.get("/units/"))
    assert "旧镇" in text(keeper.get("/units/?closed=on"))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"from_": "2026-12-01"}, "生效日要是周一"),
        ({"code": "坏"}, "代码要是 1 到 20 位"),
        ({"level": "county"}, "层级"),
        ({"name": ""}, "名称"),
        ({"headcount": "-1"}, "编制人数"),
    ],
)
def test_bad_unit_is_said_beside_the_field(keeper, county, more, words):
    form = {
        "name": "石桥镇",
        "code": "990000000777",
        "level": "township",
        "kind": "",
        "headcount": "",
        "from_": monday(),
    }
    page = text(keeper.post(f"/units/{county.code}/add/", form | more))
    assert 'class="errmsg"' in page
    assert words in page
    assert not Unit.every.filter(code="990000000777").exists()


@pytest.mark.parametrize("what", ["add", "rename", "close"])
def test_foreign_unit_is_as_absent_as_a_missing_one(keeper, county, what):
    there = keeper.get(f"/units/{county.parent.code}/{what}/")
    missing = keeper.get(f"/units/nowhere/{what}/")
    assert there.status_code == missing.status_code == 404
    assert there.content == missing.content


def test_query_count_does_not_grow_with_rows(keeper, county):
    def count() -> int:
        keeper.get("/units/")
        with CaptureQueriesContext(connection) as queries:
            keeper.get("/units/")
        return len(queries)

    make_unit(county, "township")
    one = count()
    make_unit(county, "township")
    make_unit(county, "department")
    assert count() == one
