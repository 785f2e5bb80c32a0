"""The units page over HTTP."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from burden.kit import clock
from burden.kit.clock import Week
from burden.units.models import Unit, UnitEvent, UnitShare
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


def confirm(client, path, form):
    """Send a form, then again as it was shown."""
    seen = re.search(r'name="told" value="(\w+)"', text(client.post(path, form)))
    return client.post(path, form | {"told": seen[1]})


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
    renamed = {"name": "石桥街道", "kind_": "street", "headcount": 30, "from_": monday(), "reason": "批复"}
    told = text(keeper.post(f"/units/{unit.code}/rename/", renamed))
    unit.refresh_from_db()
    assert ("过去的数都不变" in told, unit.name) == (True, "石桥镇")
    assert confirm(keeper, f"/units/{unit.code}/rename/", renamed).status_code == 302
    unit.refresh_from_db()
    assert (unit.name, unit.headcount) == ("石桥街道", 30)
    page = text(keeper.post(f"/units/{unit.code}/close/", {"from_": monday(), "reason": "批复"}))
    assert "起已有新的登记" in page  # it was opened this very Monday


def test_closed_unit_leaves_the_list(keeper, county):
    unit = make_unit(county, "township", name="旧镇")
    confirm(keeper, f"/units/{unit.code}/close/", {"from_": monday(), "reason": "批复"})
    unit.refresh_from_db()
    assert unit.closed_on == monday()
    assert "旧镇：撤销办好了" in text(keeper.get("/units/"))
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


@pytest.mark.parametrize("what", ["add", "rename", "move", "merge", "split", "close"])
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


@pytest.fixture
def towns(county):
    return [make_unit(county, "township", name=name) for name in ("东镇", "西镇", "新镇")]


def test_each_event_is_told_first_and_then_done(keeper, county, towns):
    one, two, new = towns
    there = make_unit(county, "township", name="北镇")
    village = make_unit(one, "village", name="红星村")
    form = {"from_": monday(), "reason": "县政发〔2026〕8号"}
    asked = (
        (f"/units/{village.code}/move/", {"parent": two.code}, "东镇、西镇"),
        (f"/units/{new.code}/merge/", {"merged": [one.pk, two.pk]}, "东镇、西镇、新镇"),
        (f"/units/{new.code}/split/", {f"share_{new.pk}": "62.5", f"share_{there.pk}": "37.5"}, "新镇、北镇"),
    )
    for path, more, past in asked:
        assert past in text(keeper.post(path, form | more))
        assert confirm(keeper, path, form | more)["Location"] == "/units/"
    village.refresh_from_db()
    assert village.parent == new
    assert sorted(UnitShare.objects.values_list("share", flat=True)) == [3750, 6250, 10_000, 10_000]
    page = text(keeper.get("/units/events/"))
    assert page.count("已生效") == 3
    assert "62.5%" in page.replace(" ", "") or "63%" in page.replace(" ", "")


def test_changed_form_is_told_anew(keeper, towns):
    path, form = f"/units/{towns[0].code}/close/", {"from_": monday(), "reason": "批复"}
    seen = re.search(r'name="told" value="(\w+)"', text(keeper.post(path, form)))[1]
    assert keeper.post(path, form | {"reason": "另一个", "told": seen}).status_code == 200
    towns[0].refresh_from_db()
    assert towns[0].closed_on is None


def test_refusal_stands_beside_its_field(keeper, county, towns):
    form = {"from_": monday(), "reason": "批复"}
    for path, more, words in (
        ("move", {"parent": "nowhere"}, "没有这个代码的单位"),
        ("move", {"parent": county.parent.code}, "没有这个代码的单位"),  # kept by others
        ("move", {"parent": county.code}, "与现在不同的上级"),
        ("merge", {}, "errmsg"),
        ("split", {f"share_{towns[0].pk}": "60", f"share_{towns[1].pk}": "30"}, "正好 100 %"),
        ("close", {"reason": ""}, "errmsg"),
    ):
        page = text(keeper.post(f"/units/{towns[0].code}/{path}/", form | more))
        assert words in page, (path, more)
        assert "确定办理" not in page


def test_planned_event_is_seen_by_the_office_and_undone_by_its_keeper(keeper, client, county, towns):
    form = {"from_": monday() + dt.timedelta(days=7), "reason": "批复"}
    confirm(keeper, f"/units/{towns[0].code}/close/", form)
    assert "待生效" in text(keeper.get("/units/events/"))
    client.force_login(make_actor(county, "office").user)
    page = text(client.get("/units/events/"))
    assert ("待生效" in page, "东镇" in page, "/undo/" in page) == (True, True, False)
    event = UnitEvent.every.get()
    assert client.post(f"/units/events/{event.pk}/undo/").status_code == 403
    client.force_login(make_actor(county, "sysadmin").user)
    client.post(f"/units/events/{event.pk}/undo/")
    event.refresh_from_db()
    assert event.state == "undone"
    assert "已经生效或取消" in text(client.post(f"/units/events/{event.pk}/undo/", follow=True))


def test_events_of_others_are_not_seen(client, county):
    other = make_unit(county.parent)
    client.force_login(make_actor(other, "sysadmin").user)
    confirm(
        client, f"/units/{make_unit(other, 'township', name='别的镇').code}/close/", {"from_": monday(), "reason": "x"}
    )
    client.get("/units/")  # takes the message away
    client.force_login(make_actor(county, "office").user)
    assert "别的镇" not in text(client.get("/units/events/"))


def test_events_name_units_as_they_were(keeper, county):
    old, new = make_unit(county, "township", name="老镇"), make_unit(county, "township", name="新乡")
    village = make_unit(old, "village", name="上村")
    week = Week.at(clock.now())
    confirm(
        keeper,
        f"/units/{village.code}/rename/",
        {"from_": week.plus(-3).monday, "reason": "x", "name": "中村", "kind_": village.kind},
    )
    confirm(keeper, f"/units/{village.code}/move/", {"from_": week.plus(-2).monday, "reason": "x", "parent": new.code})
    confirm(
        keeper,
        f"/units/{new.code}/rename/",
        {"from_": week.plus(-1).monday, "reason": "x", "name": "新镇", "kind_": new.kind},
    )
    page = text(keeper.get("/units/events/"))
    assert re.findall(r'<th scope="row">(.*?)</th>', page) == ["新乡", "老镇中村", "老镇上村"]
    assert "原名 老镇上村，改为 中村" in page and "原名 新乡，改为 新镇" in page
    assert "到 新乡" in page


def test_query_count_of_events_does_not_grow(keeper, county):
    def count() -> int:
        keeper.get("/units/events/")
        with CaptureQueriesContext(connection) as queries:
            keeper.get("/units/events/")
        return len(queries)

    counts = []
    for more in (1, 2):
        for _ in range(more):
            one, into = (make_unit(county, "township") for _ in range(2))
            confirm(keeper, f"/units/{into.code}/merge/", {"from_": monday(), "reason": "x", "merged": [one.pk]})
        counts.append(count())
    assert counts[0] == counts[1]
